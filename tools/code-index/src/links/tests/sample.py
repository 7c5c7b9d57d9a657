"""A shop."""
from __future__ import annotations

import a.b.c, shapes as forms
import json
from typing import TYPE_CHECKING, Optional, Union, cast
from .store import Store, load as load_store
from . import orders
from ..core import *

if TYPE_CHECKING:
    from .late import Late
try:
    import yaml
except ImportError:
    yaml = None

LIMIT = 50
width, (height, _) = 3, (4, 5)
store: Store = load_store()
Name = Union[str, "Order"]
key = lambda order: order.number
__all__ = ["Order"]
LIMIT = 60


class Kind(forms.Enum):
    OPEN = "open"
    DONE = "done"

    @property
    def label(self) -> str:
        return self.value


@dataclass
class Order(Base["Line"], orders.Saved, metaclass=Meta):
    number: int
    lines: list[Line]
    kind: Kind = Kind.OPEN
    shared = None

    def __init__(self, store: Store, late: "Late | None" = None, *rest: Line, **named: Line) -> None:
        super().__init__(store)
        self.store, self.late = store, late
        self.cache: dict[str, Line] = {}
        self.shared = Line(number=1)
        self.first.go()
        self.total = len(self.lines)
        rest[0].go()

    @property
    def first(self) -> Line:
        return self.lines[0]

    @first.setter
    def first(self, line):
        self.lines[0] = line

    @classmethod
    def parse(cls, text: str, clean=json.loads):
        order = cls(load_store())
        order.number = clean(text)
        return order

    @staticmethod
    def empty(kind: Kind) -> Optional[Order]:
        LIMIT, shared = 1, kind
        return LIMIT

    def copy(self):
        return self

    async def ship(self, each: Callable[[Line], Store]):
        for at, line in enumerate(self.lines):
            each(line).save(at)
        for name, line in self.cache.items():
            line.go()
        async with self.store.session() as (session, other):
            await session.commit(key=lambda s: s.go)
        with open("x") as self.file:
            pass
        return [line.total for line in self.lines if line.kind is Kind.DONE]


class Line:
    def go(self): ...

    def __enter__(self):
        return self


@contextmanager
def opened(order: Order) -> Iterator[Line]:
    yield order.first


def lines(orders: list[Order]):
    for order in orders:
        yield order, order.first


def use(value, order: Order, items: dict[Kind, Order]):
    global COUNT
    COUNT = Order(store=store)
    if isinstance(value, Line):
        value.go()
    elif isinstance(value, (Order, forms.Box)) and value.first:
        value.copy().parse("x")
    if not isinstance(order.late, Late):
        return None
    order.late.show()
    with opened(order) as line, Line() as other:
        line.go()
        other.go()
    value = order.copy()
    value.first.go()
    value = LIMIT
    for one, two in lines([order]):
        one.copy(), two.go()
    best = max(items.values(), key=lambda item: item.number)
    best.copy()
    sorted(order.lines, key=lambda line: line.go())
    match value:
        case Line(go=g) | Order() as found if found.go:
            found.copy()
        case Kind.OPEN:
            pass
        case [one, *others]:
            one.x
    try:
        a.b.c.run()
    except (orders.Lost, KeyError) as error:
        print(error.order, f"{error.text!r:>{LIMIT}}")
    if (size := len(items)) > LIMIT:
        size.real

    def inner():
        nonlocal best
        best = cast("Line", value)
        return best.go
    return inner() or COUNT


class Node[T: Order]:
    def get[U: Line](self, value: T, other: U) -> T:
        value.copy()
        other.go()
        import late.module
        from .store import Store as Other
        return Other(late.module)


type Orders = list[Order]
for number in range(3):
    print(number)

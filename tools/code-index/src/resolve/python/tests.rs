//! Who uses what, over small repositories.

use crate::scratch::traced;
use crate::trace::Direction;

/// The uses of a symbol, as `path:line confidence`, in a repository of these files.
fn uses(files: &[(&str, &str)], symbol: &str) -> Vec<String> {
    traced(files, symbol, Direction::References)
}

fn check(what: &str, files: &[(&str, &str)], symbol: &str, wanted: &[&str]) {
    assert_eq!(uses(files, symbol), wanted, "{what}");
}

const STORE: (&str, &str) = (
    "shop/store.py",
    "class Store:\n    def save(self):\n        return self\n\ndef load():\n    return Store()\n",
);

#[test]
fn modules_are_found_from_where_they_are_imported() {
    let cases = [
        ("by dots", "shop/a.py", "from .store import load\nload()\n"),
        ("by more dots", "shop/deep/a.py", "from ..store import load\nload()\n"),
        ("as a module", "shop/a.py", "from . import store\nstore.load()\n"),
        ("from the root", "a.py", "import shop.store\nshop.store.load()\n"),
        ("by another name", "a.py", "import shop.store as s\ns.load()\n"),
        ("in a function", "a.py", "def f():\n    from shop.store import load; load()\n"),
        ("with a star", "a.py", "from shop.store import *\nload()\n"),
    ];
    for (what, path, text) in cases {
        let found = uses(&[STORE, (path, text)], "shop/store.py:5");
        assert!(found.contains(&format!("{path}:2 exact")), "{what}: {found:?}");
    }
}

#[test]
fn packages_pass_on_what_they_import() {
    let package = ("shop/__init__.py", "from .store import Store as Shelf\n");
    let user = ("src/app/main.py", "from shop import Shelf\n\nShelf().save()\n");
    check(
        "the class",
        &[STORE, package, user],
        "Store",
        &[
            "shop/__init__.py:1 exact",
            "shop/store.py:6 exact",
            "src/app/main.py:1 exact",
            "src/app/main.py:3 exact",
        ],
    );
    check("a method", &[STORE, package, user], "save", &["src/app/main.py:3 likely"]);
}

#[test]
fn tests_on_types_say_what_is_held() {
    let text = "from shop.store import Store\nfrom x import get\n\n\
        class T:\n    def run(self):\n        got = self.other(get())\n        \
        assert isinstance(got, Store)\n        assert got.save() == 1\n        \
        if isinstance(got.more, Store):\n            got.more.save()\n";
    check("assert and if", &[STORE, ("t.py", text)], "save", &["t.py:8 likely", "t.py:10 likely"]);
}

#[test]
fn the_order_of_bases_counts() {
    let text = "class A:\n    def go(self): ...\n\nclass B(A): ...\n\nclass C(A):\n    \
        def go(self): ...\n\nclass D(B, C): ...\n\nD().go()\n";
    check("a diamond", &[("a.py", text)], "a.py:7", &["a.py:11 likely"]);
    check("not the first", &[("a.py", text)], "a.py:2", &[]);
}

#[test]
fn what_is_declared_counts_more() {
    let text = "class A:\n    size: int\n\nclass B(A):\n    def __init__(self):\n        \
        self.size = 1\n        self.own = 2\n\nB().size\nB().own\n";
    check("of a base", &[("a.py", text)], "a.py:2", &["a.py:6 exact", "a.py:9 likely"]);
    check("its own", &[("a.py", text)], "a.py:7", &["a.py:10 likely"]);
}

#[test]
fn keywords_are_fields_where_no_constructor_says_otherwise() {
    let text = "@dataclass\nclass P:\n    x: int\n\nclass Q:\n    x: int\n    \
        def __init__(self, x): ...\n\nP(x=1)\nQ(x=1)\n";
    check("a field", &[("a.py", text)], "a.py:3", &["a.py:9 likely"]);
    check("a parameter", &[("a.py", text)], "a.py:6", &[]);
}

#[test]
fn what_is_iterated_is_followed() {
    let text = "from shop.store import Store\n\n\
        class Shelf:\n    def __iter__(self):\n        yield Store()\n\n\
        def use(shelf: Shelf, named: dict[str, Store], pairs: list[tuple[int, Store]]):\n    \
        for one in shelf:\n        one.save()\n    \
        for name, one in named.items():\n        one.save()\n    \
        for at, (number, one) in enumerate(pairs):\n        one.save()\n    \
        named['a'].save()\n";
    let wanted = ["a.py:9 likely", "a.py:11 likely", "a.py:13 likely", "a.py:14 likely"];
    check("loops", &[STORE, ("a.py", text)], "save", &wanted);
}

#[test]
fn type_variables_stand_for_what_is_given() {
    let text = "from typing import TypeVar\nfrom shop.store import Store\n\nT = TypeVar('T')\n\n\
        def build(cls: type[T], size: int) -> T: ...\ndef same(value: T) -> T: ...\n\
        def new[U](cls: type[U]) -> list[U]: ...\n\n\
        build(Store, 1).save()\nsame(Store).load.save()\nnew(Store)[0].save()\n";
    let wanted = ["a.py:10 likely", "a.py:12 likely"];
    check("calls", &[STORE, ("a.py", text)], "shop/store.py:2", &wanted);
}

#[test]
fn receivers_say_what_variables_and_self_are() {
    let text = "from typing import Generic, Self, TypeVar\nfrom shop.store import Store\n\n\
        T = TypeVar('T')\n\nclass Box(Generic[T]):\n    def first(self) -> T: ...\n    \
        @classmethod\n    def make(cls) -> Self: ...\n\nclass Late[U]:\n    \
        def __get__(self, owner, kind) -> U: ...\n\nclass Shelf(Box[Store]):\n    \
        late: Late[Store] = Late()\n    def own(self): ...\n\n\
        def use(box: Box[Store], shelf: Shelf):\n    box.first().save()\n    \
        shelf.first().save()\n    shelf.late.save()\n    Shelf.make().own()\n";
    let wanted = ["a.py:19 likely", "a.py:20 likely", "a.py:21 likely"];
    check("arguments", &[STORE, ("a.py", text)], "shop/store.py:2", &wanted);
    check("self", &[STORE, ("a.py", text)], "own", &["a.py:22 likely"]);
}

#[test]
fn a_class_sees_what_stands_above() {
    let text = "def size(): ...\n\nclass A:\n    first = size\n    \
        def size(self): ...\n    other = size\n";
    check("the function", &[("a.py", text)], "a.py:1", &["a.py:4 exact"]);
    check("the method", &[("a.py", text)], "a.py:5", &["a.py:6 exact"]);
}

#[test]
fn the_standard_library_is_not_hidden() {
    let files =
        [("shop/json.py", "def load(): ...\n"), ("shop/a.py", "import json\njson.load()\n")];
    check("a file beside", &files, "shop/json.py:1", &[]);
}

#[test]
fn circles_end() {
    let text = "a = b\nb = a\na.go()\n\nclass A(B): ...\nclass B(A):\n    def go(self): ...\n\n\
        for one in B(): one.go()\nclass C(C): ...\nC().go()\n\
        class D:\n    def __iter__(self):\n        return self\nfor one in D(): one.go()\n";
    check(
        "variables and classes",
        &[("a.py", text)],
        "go",
        &["a.py:3 likely", "a.py:9 likely", "a.py:15 likely"],
    );
}

//! Annotations, as the instances that they describe.

use tree_sitter::Node;

use super::super::builder::{Binding, Draft, ScopeKind};
use super::super::grammar::in_field;
use super::super::{ItemKind, Role};
use super::{Child, FieldName, Kind, Walk};

/// Names of `typing` that stand before `[`.
const GENERIC: [&str; 14] = [
    "Union",
    "Optional",
    "List",
    "Dict",
    "Tuple",
    "Set",
    "FrozenSet",
    "Type",
    "Callable",
    "Iterable",
    "Sequence",
    "Mapping",
    "Annotated",
    "Literal",
];

/// The last name of `a.b.c`.
pub(super) fn last_name(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path).trim()
}

impl<'t> Walk<'t> {
    /// Walks an annotation and returns an instance of it. `role` is the role of
    /// the name that stands for it; names in brackets are types.
    pub(super) fn ty(&mut self, node: Node<'t>, role: Role) -> Draft {
        self.deeper(|walk| walk.ty_of(node, role))
    }

    fn ty_of(&mut self, node: Node<'t>, role: Role) -> Draft {
        match self.kind(node) {
            Kind::Identifier | Kind::Attribute => {
                let class = self.used_as(node, role);
                let name = last_name(self.b.source(node));
                self.named_type(name, class)
            }
            Kind::GenericType | Kind::Subscript => self.generic_type(node, role),
            Kind::UnionType | Kind::BinaryOperator | Kind::ConstrainedType => {
                let mut all = self.b.unknown();
                for child in self.children(node) {
                    if child.node.is_named() {
                        let one = self.ty(child.node, role);
                        all = self.b.either(all, one);
                    }
                }
                all
            }
            Kind::MemberType => {
                let children = self.children(node);
                let [of, .., name] = children.as_slice() else { return self.b.unknown() };
                let of = self.ty(of.node, role);
                let of = self.b.type_of(of).unwrap_or(of);
                let text = self.b.source(name.node);
                let class = self.b.member(of, text);
                self.b.use_at(class, super::line_of(name.node), role);
                self.b.instance(class)
            }
            Kind::Str => self.quoted(node),
            Kind::NoneWord | Kind::Comment => self.b.unknown(),
            // The parameters of a `Callable`.
            Kind::List => {
                for child in self.children(node) {
                    self.ty(child.node, role);
                }
                self.b.unknown()
            }
            Kind::Type | Kind::Parenthesized => match node.named_child(0) {
                Some(inner) => self.ty(inner, role),
                None => self.b.unknown(),
            },
            _ => {
                self.visit(node);
                self.b.unknown()
            }
        }
    }

    /// `Base[A, B]`, in either form of the grammar.
    fn generic_type(&mut self, node: Node<'t>, role: Role) -> Draft {
        let children = self.children(node);
        let Some(base) = children.first().copied() else { return self.b.unknown() };
        let name = last_name(self.b.source(base.node));
        let class = self.used_as(base.node, role);
        let in_list: Vec<Child<'t>>;
        let parts = match children.get(1) {
            Some(list) if list.kind == Kind::TypeParameter => {
                in_list = self.children(list.node);
                in_list.as_slice()
            }
            _ => &children[1..],
        };
        let mut arguments = Vec::with_capacity(parts.len());
        for (at, part) in parts.iter().filter(|part| part.kind != Kind::Comment).enumerate() {
            let is_value = name == "Literal" || (name == "Annotated" && at > 0);
            if is_value {
                self.visit(part.node);
            } else if part.kind == Kind::Tuple {
                // `Dict[(A, B)]`, and what the grammar makes of several arguments.
                for inner in self.children(part.node) {
                    arguments.push(self.ty(inner.node, Role::Type));
                }
            } else {
                arguments.push(self.ty(part.node, Role::Type));
            }
        }
        self.applied(name, class, &arguments, node)
    }

    /// A type that is named, without arguments.
    pub(super) fn named_type(&mut self, name: &'t str, class: Draft) -> Draft {
        if self.is_own(name) {
            return self.b.instance(class);
        }
        match name {
            "Any" | "None" | "object" | "NoReturn" | "Never" => self.b.unknown(),
            "Self" => match self.b.class() {
                Some(class) => self.b.this(class),
                None => self.b.unknown(),
            },
            _ => match self.known_type(name) {
                Some(known) => known,
                None => self.b.instance(class),
            },
        }
    }

    /// An instance of a type that Python brings.
    pub(super) fn known_type(&mut self, name: &str) -> Option<Draft> {
        let known = match name {
            "str" | "AnyStr" | "Text" | "LiteralString" => "str",
            "bytes" | "bytearray" => "bytes",
            "int" => "int",
            "float" | "complex" => "float",
            "bool" => "bool",
            "dict" | "Dict" => "dict",
            "list" | "set" | "frozenset" | "tuple" | "List" | "Set" | "FrozenSet" | "Tuple"
            | "Sequence" | "Iterable" | "Iterator" => {
                let unknown = self.b.unknown();
                return Some(self.b.list(unknown));
            }
            _ => return None,
        };
        Some(self.b.builtin(known))
    }

    /// A type with its arguments.
    pub(super) fn applied(
        &mut self,
        name: &'t str,
        class: Draft,
        arguments: &[Draft],
        at: Node<'t>,
    ) -> Draft {
        let unknown = self.b.unknown();
        let argument = |at: usize| arguments.get(at).copied().unwrap_or(unknown);
        if self.is_own(name) {
            let instance = self.b.instance(class);
            return self.b.generic(instance, arguments);
        }
        match name {
            "Optional" | "Final" | "ClassVar" | "Annotated" | "Required" | "NotRequired"
            | "ReadOnly" | "Awaitable" | "InitVar" | "TypeGuard" | "Unpack" => argument(0),
            "Union" => arguments.iter().fold(unknown, |all, &one| self.b.either(all, one)),
            "Literal" | "Concatenate" => unknown,
            "Coroutine" => argument(2),
            "list" | "List" | "Sequence" | "MutableSequence" | "Iterable" | "Iterator"
            | "Collection" | "Container" | "Reversible" | "set" | "Set" | "frozenset"
            | "FrozenSet" | "AbstractSet" | "MutableSet" | "deque" | "Deque" | "Generator"
            | "AsyncIterator" | "AsyncIterable" | "AsyncGenerator" | "KeysView" | "ValuesView" => {
                self.b.list(argument(0))
            }
            "tuple" | "Tuple" if arguments.len() == 1 || self.ends_open(at) => {
                self.b.list(argument(0))
            }
            "tuple" | "Tuple" => self.b.tuple(arguments),
            "dict" | "Dict" | "Mapping" | "MutableMapping" | "defaultdict" | "DefaultDict"
            | "OrderedDict" => self.dict_of(argument(0), argument(1)),
            "Counter" => {
                let number = self.b.builtin("int");
                self.dict_of(argument(0), number)
            }
            "type" | "Type" => self.b.type_of(argument(0)).unwrap_or(unknown),
            "Callable" => self.callable(arguments, at),
            _ => {
                let instance = self.b.instance(class);
                self.b.generic(instance, arguments)
            }
        }
    }

    /// `tuple[X, ...]`
    fn ends_open(&self, node: Node<'t>) -> bool {
        self.b.source(node).trim_end_matches(['"', '\'', ']', ' ']).ends_with("...")
    }

    fn callable(&mut self, arguments: &[Draft], at: Node<'t>) -> Draft {
        let Some(&result) = arguments.last() else { return self.b.unknown() };
        if self.b.is_unknown(result) {
            return result;
        }
        let item = self.b.item("", at, ItemKind::Function, at);
        self.b.add_result(item, result);
        self.b.item_expr(item)
    }

    /// `Union[A, B]` and the like where a value stands: a type is built.
    pub(super) fn typing_subscript(&mut self, node: Node<'t>) -> Option<Draft> {
        let value = node.child_by_field_name("value")?;
        let name = self.b.source(value);
        if !GENERIC.contains(&last_name(name)) || self.is_own(name) {
            return None;
        }
        Some(self.ty(node, Role::Type))
    }

    /// `X = Union[A, B]`, `X: TypeAlias = "A"`, `X = A | None`.
    pub(super) fn is_alias(&mut self, annotation: Option<&Child<'t>>, right: &Child<'t>) -> bool {
        if let Some(annotation) = annotation {
            return last_name(self.b.source(annotation.node)) == "TypeAlias";
        }
        match right.kind {
            Kind::Subscript => right.node.child_by_field_name("value").is_some_and(|value| {
                let name = self.b.source(value);
                GENERIC.contains(&last_name(name)) && !self.is_own(name)
            }),
            Kind::BinaryOperator => self.is_union(right.node),
            _ => false,
        }
    }

    fn is_union(&self, node: Node<'t>) -> bool {
        let (Some(left), Some(right)) =
            (node.child_by_field_name("left"), node.child_by_field_name("right"))
        else {
            return false;
        };
        self.between(left, right) == "|" && self.is_type(left) && self.is_type(right)
    }

    /// It looks like a type: `None`, `str`, `Foo`, `mod.Foo`, `list[Foo]`.
    fn is_type(&self, node: Node<'t>) -> bool {
        match self.kind(node) {
            Kind::NoneWord => true,
            Kind::Identifier | Kind::Attribute => {
                let name = last_name(self.b.source(node));
                matches!(name, "str" | "int" | "bytes" | "float" | "bool" | "dict" | "list")
                    || (name.starts_with(|first: char| first.is_uppercase())
                        && name.contains(|other: char| other.is_lowercase()))
            }
            Kind::Subscript => {
                node.child_by_field_name("value").is_some_and(|value| self.is_type(value))
            }
            Kind::BinaryOperator => {
                let sides = ["left", "right"].map(|field| node.child_by_field_name(field));
                sides.into_iter().flatten().all(|side| {
                    self.kind(side) != Kind::BinaryOperator && self.is_type(side)
                        || self.is_union(side)
                })
            }
            _ => false,
        }
    }

    /// `type X[T] = …`
    pub(super) fn type_alias(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let (Some(left), Some(right)) =
            (in_field(&children, FieldName::Left), in_field(&children, FieldName::Right))
        else {
            return;
        };
        let mut name = left.node.named_child(0).unwrap_or(left.node);
        let mut parameters = None;
        if self.kind(name) == Kind::GenericType {
            parameters = name.named_child(1);
            name = name.named_child(0).unwrap_or(name);
        }
        let text = self.b.source(name);
        let item = self.b.item(text, name, ItemKind::Alias, node);
        self.b.set_declared(item);
        self.b.bind(text, Binding::Item(item));
        self.b.enter(item);
        self.b.open_scope(ScopeKind::Block);
        if let Some(parameters) = parameters {
            self.bind_type_parameters(parameters);
        }
        let stands_for = self.ty(right.node, Role::Type);
        self.b.close_scope();
        self.b.leave();
        self.b.add_result(item, stands_for);
    }
}

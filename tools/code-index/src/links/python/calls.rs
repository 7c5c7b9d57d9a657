//! Calls, and what the calls of well-known functions give.

use tree_sitter::Node;

use super::super::Role;
use super::super::builder::{Binding, Draft, ScopeKind, line_of};
use super::super::grammar::in_field;
use super::{Child, FieldName, Kind, Walk};

/// What a call is given, as far as known functions want it.
struct Given {
    places: [Draft; 3],
    count: usize,
    /// A class is among them.
    has_class: bool,
    /// What `bound` and `default` say, of type variables.
    bound: Option<Draft>,
}

impl<'t> Walk<'t> {
    pub(super) fn call(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let (Some(function), Some(arguments)) =
            (in_field(&children, FieldName::Function), in_field(&children, FieldName::Arguments))
        else {
            return self.b.unknown();
        };
        let name = self.b.source(function.node);
        let is_builtin = function.kind == Kind::Identifier && self.b.binding(name).is_none();
        if let Some(cast) = self.cast(name, function, arguments) {
            return cast;
        }
        let callee = self.used_as(function.node, Role::Call);
        let given = self.arguments(arguments, callee, name, is_builtin);
        if is_builtin && let Some(known) = self.builtin_call(name, &given) {
            return known;
        }
        match self.known_call(name, &given) {
            Some(known) => known,
            None if given.has_class => {
                let count = given.count.min(given.places.len());
                self.b.call_given(callee, &given.places[..count])
            }
            None => self.b.call(callee),
        }
    }

    /// `cast(T, x)` is a `T`.
    fn cast(&mut self, name: &str, function: &Child<'t>, arguments: &Child<'t>) -> Option<Draft> {
        if !matches!(name, "cast" | "typing.cast" | "t.cast") {
            return None;
        }
        self.used_as(function.node, Role::Call);
        let mut to = None;
        for child in self.children(arguments.node) {
            match to {
                None => to = Some(self.ty(child.node, Role::Type)),
                Some(_) => {
                    self.visit(child.node);
                }
            }
        }
        to
    }

    fn arguments(
        &mut self,
        arguments: &Child<'t>,
        callee: Draft,
        name: &'t str,
        is_builtin: bool,
    ) -> Given {
        let unknown = self.b.unknown();
        let mut given = Given { places: [unknown; 3], count: 0, has_class: false, bound: None };
        // `f(x for x in xs)`
        if arguments.kind == Kind::GeneratorExpression {
            given.places[0] = self.visit(arguments.node);
            given.count = 1;
            return given;
        }
        for child in self.children(arguments.node) {
            match child.kind {
                Kind::Comment => {}
                Kind::KeywordArgument => self.keyword(child.node, callee, name, &mut given),
                Kind::ListSplat | Kind::DictionarySplat => {
                    self.all_children(child.node);
                    given.count += 1;
                }
                _ => {
                    let value = if child.kind == Kind::Lambda {
                        let expected = if is_builtin && name == "filter" || name == "map" {
                            unknown
                        } else {
                            self.b.param_of(callee, given.count)
                        };
                        self.lambda_over(arguments, child.node, expected, is_builtin)
                    } else {
                        self.visit(child.node)
                    };
                    given.has_class |= matches!(child.kind, Kind::Identifier | Kind::Attribute)
                        && may_be_class(self.b.source(child.node));
                    if let Some(place) = given.places.get_mut(given.count) {
                        *place = value;
                    }
                    given.count += 1;
                }
            }
        }
        given
    }

    /// The function of `map` and `filter` is given what the next argument holds.
    fn lambda_over(
        &mut self,
        arguments: &Child<'t>,
        lambda: Node<'t>,
        expected: Draft,
        is_builtin: bool,
    ) -> Draft {
        let over = arguments.node.named_child(1).filter(|_| is_builtin);
        let over = over.and_then(|node| self.key_of(node));
        let over = over.and_then(|key| {
            self.at.env.get(key).or_else(|| (!key.contains('.')).then(|| self.b.name(key)))
        });
        match over.filter(|_| self.b.is_unknown(expected)) {
            Some(over) => {
                let element = self.element(over);
                self.lambda_given(lambda, &[element])
            }
            None => self.lambda(lambda, expected),
        }
    }

    fn keyword(&mut self, node: Node<'t>, callee: Draft, callee_name: &str, given: &mut Given) {
        let parts = self.children(node);
        let (Some(name), Some(value)) =
            (in_field(&parts, FieldName::Name), in_field(&parts, FieldName::Value))
        else {
            return;
        };
        let text = self.b.source(name.node);
        if is_class_like(callee_name) {
            let instance = self.b.instance(callee);
            let field = self.b.member(instance, text);
            self.b.use_at(field, line_of(name.node), Role::Key);
        }
        if text == "bound" {
            let bound = self.ty(value.node, Role::Type);
            given.bound = self.b.type_of(bound);
            return;
        }
        if value.kind == Kind::Lambda && text == "key" {
            let over = match callee_name.rsplit_once('.') {
                Some((_, "sort")) => self.receiver_of(node),
                _ => given.places[0],
            };
            let element = self.element(over);
            self.lambda_given(value.node, &[element]);
            return;
        }
        self.visit(value.node);
    }

    /// What stands before `.sort(key=…)`.
    fn receiver_of(&mut self, keyword: Node<'t>) -> Draft {
        let object = keyword
            .parent()
            .and_then(|arguments| arguments.parent())
            .and_then(|call| call.child_by_field_name("function"))
            .and_then(|function| function.child_by_field_name("object"));
        let Some(key) = object.and_then(|object| self.key_of(object)) else {
            return self.b.unknown();
        };
        match (self.at.env.get(key), key.split_once('.')) {
            (Some(held), _) => held,
            (None, None) => self.b.name(key),
            (None, Some((first, rest))) => {
                let mut of = self.at.env.get(first).unwrap_or_else(|| self.b.name(first));
                for name in rest.split('.') {
                    of = self.b.member(of, name);
                }
                of
            }
        }
    }

    /// A function without a name; `expected` says what it is given.
    pub(super) fn lambda(&mut self, node: Node<'t>, expected: Draft) -> Draft {
        if self.b.is_unknown(expected) {
            return self.lambda_given(node, &[]);
        }
        let given: Vec<Draft> = (0..3).map(|at| self.b.param_of(expected, at)).collect();
        self.lambda_given(node, &given)
    }

    fn lambda_given(&mut self, node: Node<'t>, given: &[Draft]) -> Draft {
        let children = self.children(node);
        let parameters = in_field(&children, FieldName::Parameters).map(|list| list.node);
        let parameters = parameters.map(|list| self.children(list)).unwrap_or_default();
        let mark = self.at.env.mark();
        self.b.open_scope(ScopeKind::Function);
        for (at, parameter) in parameters.iter().enumerate() {
            let mut held = given.get(at).copied().unwrap_or(self.b.unknown());
            let mut name = parameter.node;
            if parameter.kind == Kind::DefaultParameter {
                let parts = self.children(parameter.node);
                let default = self.visit_field(&parts, FieldName::Value);
                held = if self.b.is_unknown(held) { default } else { held };
                name = in_field(&parts, FieldName::Name).map_or(name, |part| part.node);
            }
            self.bind_inner(name, held);
        }
        self.visit_field(&children, FieldName::Body);
        self.b.close_scope();
        self.at.env.undo(mark);
        self.b.unknown()
    }

    /// What calling one of Python's own functions gives.
    fn builtin_call(&mut self, name: &str, given: &Given) -> Option<Draft> {
        let [first, second, third] = given.places;
        let class = match name {
            "super" => return self.b.class().map(|class| self.b.base_of(class)),
            "type" if given.count == 1 => {
                return Some(self.b.type_of(first).unwrap_or(self.b.unknown()));
            }
            "list" | "set" | "frozenset" | "tuple" | "sorted" | "reversed" | "iter" => {
                let element = self.element(first);
                return Some(self.b.list(element));
            }
            "next" => return Some(self.element(first)),
            "min" | "max" if given.count == 1 => return Some(self.element(first)),
            "min" | "max" => return Some(self.b.either(first, second)),
            "enumerate" => {
                let (at, element) = (self.b.builtin("int"), self.element(first));
                let pair = self.b.tuple(&[at, element]);
                return Some(self.b.list(pair));
            }
            "zip" => {
                let parts = [first, second, third].map(|over| self.element(over));
                let together = self.b.tuple(&parts);
                return Some(self.b.list(together));
            }
            "map" => {
                let result = self.b.call(first);
                return Some(self.b.list(result));
            }
            "filter" => {
                let element = self.element(second);
                return Some(self.b.list(element));
            }
            "property" => return Some(self.b.call(first)),
            "getattr" | "vars" | "open" => return Some(self.b.unknown()),
            "dict" if given.count == 1 => return Some(first),
            "range" => {
                let number = self.b.builtin("int");
                return Some(self.b.list(number));
            }
            "str" | "repr" | "format" | "input" | "chr" | "ascii" | "hex" | "bin" => "str",
            "int" | "len" | "hash" | "id" | "ord" | "round" => "int",
            "bool" | "isinstance" | "issubclass" | "callable" | "hasattr" | "all" | "any" => "bool",
            "float" | "bytes" | "dict" => return self.known_type(name),
            _ => return None,
        };
        Some(self.b.builtin(class))
    }

    /// What calling a function of the standard library gives, where a reader
    /// without it would be lost.
    fn known_call(&mut self, name: &str, given: &Given) -> Option<Draft> {
        let first = given.places[0];
        match name {
            "deepcopy"
            | "copy.copy"
            | "copy.deepcopy"
            | "partial"
            | "functools.partial"
            | "dataclasses.replace" => Some(first),
            "chain" | "itertools.chain" => {
                let element = self.element(first);
                Some(self.b.list(element))
            }
            "TypeVar" | "typing.TypeVar" | "t.TypeVar" => {
                Some(given.bound.unwrap_or(self.b.unknown()))
            }
            "NewType" | "typing.NewType" => Some(given.places[1]),
            _ => None,
        }
    }

    /// A name that is bound to a definition of this file.
    pub(super) fn is_own(&mut self, name: &'t str) -> bool {
        matches!(self.b.binding(name), Some(Binding::Item(_)))
    }
}

/// A callee whose keywords may be fields: `Point`, `shapes.Point`, `cls`.
fn is_class_like(callee: &str) -> bool {
    let last = callee.rsplit('.').next().unwrap_or(callee);
    last == "cls" || last.trim_start_matches('_').starts_with(|first: char| first.is_uppercase())
}

/// A name that classes have: `Order`, `shop.Order`, `self.order_class`.
fn may_be_class(written: &str) -> bool {
    let last = written.rsplit('.').next().unwrap_or(written).trim_start_matches('_');
    let is_class = last.starts_with(|first: char| first.is_uppercase())
        && last.contains(|other: char| other.is_lowercase());
    is_class || ["class", "cls", "type", "model"].iter().any(|end| last.ends_with(end))
}

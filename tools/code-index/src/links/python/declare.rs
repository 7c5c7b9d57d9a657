//! Definitions: functions, methods, properties, classes.

use tree_sitter::Node;

use super::super::builder::{Binding, Draft, ScopeKind};
use super::super::grammar::in_field;
use super::super::{ItemId, ItemKind, Role};
use super::{Child, FieldName, Frame, Kind, Place, Walk};

/// What decorators make of a function.
#[derive(Clone, Copy, Default)]
pub(super) struct Marks {
    is_property: bool,
    is_static: bool,
    is_class_method: bool,
    /// The method that gives what `with … as` binds.
    enters: Option<&'static str>,
}

impl Marks {
    fn add(&mut self, decorator: &str) {
        let name = decorator.split('(').next().unwrap_or(decorator).trim();
        match name.rsplit('.').next().unwrap_or(name) {
            "property" | "cached_property" | "abstractproperty" | "hybrid_property"
            | "lazy_property" | "lazyproperty" | "classproperty" | "setter" | "getter"
            | "deleter" => self.is_property = true,
            "staticmethod" => self.is_static = true,
            "classmethod" | "abstractclassmethod" => self.is_class_method = true,
            "contextmanager" => self.enters = Some("__enter__"),
            "asynccontextmanager" => self.enters = Some("__aenter__"),
            _ => {}
        }
    }
}

/// A parameter: its name, what it holds, whether that is written down.
struct Parameter<'t> {
    name: Node<'t>,
    held: Draft,
    is_declared: bool,
}

impl<'t> Walk<'t> {
    pub(super) fn decorated(&mut self, node: Node<'t>) {
        let mut marks = Marks::default();
        for child in self.children(node) {
            match child.kind {
                Kind::Decorator => {
                    if let Some(inner) = child.node.named_child(0) {
                        marks.add(self.b.source(inner));
                        self.used_as(inner, Role::Call);
                    }
                }
                Kind::FunctionDefinition => self.function(child.node, marks),
                _ => {
                    self.visit(child.node);
                }
            }
        }
    }

    pub(super) fn function(&mut self, node: Node<'t>, marks: Marks) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return };
        let text = self.b.source(name.node);
        let kind = if marks.is_property { ItemKind::Value } else { ItemKind::Function };
        let item = self.b.item(text, name.node, kind, node);
        self.b.set_declared(item);
        self.b.bind(text, Binding::Item(item));
        self.b.enter(item);
        let has_types = self.type_parameters(&children);
        let class = match self.frame().place {
            Place::Class(class) => Some(class),
            Place::Module | Place::Function => None,
        };
        let mut parameters = match in_field(&children, FieldName::Parameters) {
            Some(list) => self.parameters(list.node),
            None => Vec::new(),
        };
        let declared = in_field(&children, FieldName::ReturnType)
            .map(|annotation| self.ty(annotation.node, Role::Type));
        let mut frame = Frame::new(Place::Function, Some(item));
        frame.is_annotated = declared.is_some();
        let receiver = class.filter(|_| !marks.is_static).zip(parameters.first_mut());
        if let Some((class, first)) = receiver {
            let is_class = marks.is_class_method
                || matches!(text, "__new__" | "__init_subclass__" | "__class_getitem__");
            if !first.is_declared {
                first.held = if is_class { self.b.item_expr(class) } else { self.b.this(class) };
            }
            frame.receiver = Some(self.b.source(first.name));
        }
        let skipped = usize::from(frame.receiver.is_some());
        for parameter in parameters.iter().skip(skipped) {
            self.b.add_param(item, parameter.held);
        }
        let yields = self.body(&children, frame, &parameters);
        self.function_result(item, node, declared, yields, marks);
        if has_types {
            self.b.close_scope();
        }
        self.b.leave();
    }

    /// Walks a function's body; returns what it yields.
    fn body(
        &mut self,
        children: &[Child<'t>],
        mut frame: Frame<'t>,
        parameters: &[Parameter<'t>],
    ) -> Option<Draft> {
        let outside = std::mem::take(&mut self.at.env);
        self.b.open_scope(ScopeKind::Function);
        for parameter in parameters {
            let name = self.b.source(parameter.name);
            self.bind_local(name, parameter.held);
            if parameter.is_declared && !self.b.is_unknown(parameter.held) {
                frame.declared.push(name);
            }
        }
        self.at.frames.push(frame);
        self.visit_field(children, FieldName::Body);
        let yields = self.at.frames.pop().and_then(|frame| frame.yields);
        self.b.close_scope();
        self.at.env = outside;
        yields
    }

    fn function_result(
        &mut self,
        item: ItemId,
        node: Node<'t>,
        declared: Option<Draft>,
        yields: Option<Draft>,
        marks: Marks,
    ) {
        let result = match (declared, yields) {
            (Some(declared), _) => Some(declared),
            (None, Some(yields)) => Some(self.b.list(yields)),
            (None, None) => None,
        };
        let result = match (marks.enters, result) {
            (Some(method), Some(result)) => Some(self.context(node, method, result)),
            (_, result) => result,
        };
        if let Some(result) = result.filter(|result| !self.b.is_unknown(*result)) {
            self.b.add_result(item, result);
        }
    }

    /// What a function gives that `contextmanager` decorates: something that can
    /// be entered.
    fn context(&mut self, node: Node<'t>, method: &'static str, result: Draft) -> Draft {
        let class = self.b.item("", node, ItemKind::Class, node);
        let enter = self.b.item_in(Some(class), method, node, ItemKind::Function, node);
        let given = self.element(result);
        self.b.add_result(enter, given);
        let class = self.b.item_expr(class);
        self.b.instance(class)
    }

    /// Walks annotations and defaults, which see nothing of the function.
    fn parameters(&mut self, node: Node<'t>) -> Vec<Parameter<'t>> {
        let mut all = Vec::with_capacity(node.named_child_count());
        for child in self.children(node) {
            if matches!(
                child.kind,
                Kind::Comment | Kind::KeywordSeparator | Kind::PositionalSeparator
            ) {
                continue;
            }
            if let Some(parameter) = self.parameter(&child) {
                all.push(parameter);
            }
        }
        all
    }

    fn parameter(&mut self, child: &Child<'t>) -> Option<Parameter<'t>> {
        let unknown = self.b.unknown();
        let is_typed = matches!(child.kind, Kind::TypedParameter | Kind::TypedDefaultParameter);
        if !is_typed && child.kind != Kind::DefaultParameter {
            return Some(self.named_parameter(child.node, unknown, false));
        }
        let parts = self.children(child.node);
        let declared = match in_field(&parts, FieldName::TypeField) {
            Some(annotation) => self.ty(annotation.node, Role::Type),
            None => unknown,
        };
        let default = self.visit_field(&parts, FieldName::Value);
        let held = if self.b.is_unknown(declared) { default } else { declared };
        let name = in_field(&parts, FieldName::Name).or_else(|| parts.first())?;
        Some(self.named_parameter(name.node, held, is_typed))
    }

    /// A parameter, behind `*` or `**` if there is one.
    fn named_parameter(&mut self, node: Node<'t>, held: Draft, is_declared: bool) -> Parameter<'t> {
        let inner = node.named_child(0).unwrap_or(node);
        match self.kind(node) {
            Kind::ListSplatPattern => {
                Parameter { name: inner, held: self.b.list(held), is_declared }
            }
            Kind::DictionarySplatPattern => {
                let key = self.b.builtin("str");
                Parameter { name: inner, held: self.dict_of(key, held), is_declared }
            }
            _ => Parameter { name: node, held, is_declared },
        }
    }

    /// `[T: Bound]`: opens a scope in which the names stand for their bounds.
    pub(super) fn type_parameters(&mut self, children: &[Child<'t>]) -> bool {
        let Some(list) = in_field(children, FieldName::TypeParameters).map(|list| list.node) else {
            return false;
        };
        self.b.open_scope(ScopeKind::Block);
        self.bind_type_parameters(list);
        true
    }

    pub(super) fn bind_type_parameters(&mut self, list: Node<'t>) {
        for parameter in self.children(list) {
            let mut inner = parameter.node.named_child(0).unwrap_or(parameter.node);
            let mut bound = self.b.unknown();
            if self.kind(inner) == Kind::ConstrainedType {
                if let Some(of) = inner.named_child(1) {
                    let instance = self.ty(of, Role::Type);
                    bound = self.b.type_of(instance).unwrap_or(self.b.unknown());
                }
                inner = inner.named_child(0).unwrap_or(inner);
            }
            let name = self.b.source(inner).trim_start_matches('*');
            let item = self.b.item(name, inner, ItemKind::Value, parameter.node);
            self.b.add_result(item, bound);
            self.b.bind(name, Binding::Item(item));
        }
    }

    pub(super) fn class(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return };
        let text = self.b.source(name.node);
        let item = self.b.item(text, name.node, ItemKind::Class, node);
        self.b.set_declared(item);
        self.b.bind(text, Binding::Item(item));
        self.b.enter(item);
        let has_types = self.type_parameters(&children);
        if has_types && let Some(list) = in_field(&children, FieldName::TypeParameters) {
            self.generic_base(item, list.node);
        }
        let bases = in_field(&children, FieldName::Superclasses).map(|list| list.node);
        let is_enum = bases.is_some_and(|list| self.bases(item, list));
        let mut frame = Frame::new(Place::Class(item), Some(item));
        frame.is_enum = is_enum;
        let body = in_field(&children, FieldName::Body).map(|body| body.node);
        if let Some(body) = body {
            frame.own = self.names_in(body);
        }
        self.at.frames.push(frame);
        self.b.open_scope(ScopeKind::Class);
        if let Some(body) = body {
            self.all_children(body);
        }
        self.b.close_scope();
        self.at.frames.pop();
        if has_types {
            self.b.close_scope();
        }
        self.b.leave();
    }

    /// `class Box[T]` says the same as `class Box(Generic[T])`.
    fn generic_base(&mut self, class: ItemId, list: Node<'t>) {
        let mut arguments = Vec::new();
        for parameter in self.children(list) {
            let source = self.b.source(parameter.node);
            let name = source.split([':', '=']).next().unwrap_or(source);
            let variable = self.b.name(name.trim().trim_start_matches('*'));
            arguments.push(self.b.instance(variable));
        }
        let generic = self.b.builtin("Generic");
        let base = self.b.generic(generic, &arguments);
        self.b.add_base(class, base);
    }

    /// Adds the bases of a class; tells if it is an enumeration.
    fn bases(&mut self, class: ItemId, list: Node<'t>) -> bool {
        let mut is_enum = false;
        for child in self.children(list) {
            match child.kind {
                Kind::Comment => {}
                Kind::KeywordArgument => {
                    let parts = self.children(child.node);
                    self.visit_field(&parts, FieldName::Value);
                }
                Kind::Identifier | Kind::Attribute | Kind::Subscript => {
                    let name = self.b.source(child.node);
                    is_enum |= ["Enum", "Flag", "Choices"].iter().any(|end| name.ends_with(end));
                    let base = self.ty(child.node, Role::Base);
                    self.b.add_base(class, base);
                }
                _ => {
                    let value = self.visit(child.node);
                    let base = self.b.instance(value);
                    if !self.b.is_unknown(base) {
                        self.b.add_base(class, base);
                    }
                }
            }
        }
        is_enum
    }

    /// The names that the statements of a class define.
    fn names_in(&mut self, body: Node<'t>) -> Vec<&'t str> {
        let mut names = Vec::new();
        for child in self.children(body) {
            let named = match child.kind {
                Kind::FunctionDefinition | Kind::ClassDefinition => {
                    child.node.child_by_field_name("name")
                }
                Kind::Decorated => child
                    .node
                    .child_by_field_name("definition")
                    .and_then(|definition| definition.child_by_field_name("name")),
                Kind::ExpressionStatement => child
                    .node
                    .named_child(0)
                    .filter(|inner| self.kind(*inner) == Kind::Assignment)
                    .and_then(|assignment| assignment.child_by_field_name("left"))
                    .filter(|left| self.kind(*left) == Kind::Identifier),
                _ => None,
            };
            if let Some(named) = named {
                names.push(self.b.source(named));
            }
        }
        names
    }
}

//! Definitions: functions, classes, interfaces, enumerations, variables.

use tree_sitter::Node;

use super::super::builder::{Binding, Draft, ScopeKind};
use super::super::grammar::in_field;
use super::super::{ItemId, ItemKind, Role};
use super::{Child, FieldName, Frame, Kind, Walk};

/// Calls that give back the function that they are given, as React's do.
const WRAPPERS: [&str; 6] =
    ["memo", "forwardRef", "React.memo", "React.forwardRef", "observer", "useCallback"];

impl<'t> Walk<'t> {
    pub(super) fn function_declaration(&mut self, node: Node<'t>) -> Option<ItemId> {
        let children = self.children(node);
        let name = in_field(&children, FieldName::Name)?;
        let item = self.define(name.node, ItemKind::Function, node);
        self.function(node, Some(item), &[]);
        Some(item)
    }

    /// Walks a function's head and body. `given` is what a callback is given.
    pub(super) fn function(&mut self, node: Node<'t>, item: Option<ItemId>, given: &[Draft]) {
        let children = self.children(node);
        self.b.open_scope(ScopeKind::Function);
        if let Some(item) = item {
            self.b.enter(item);
        }
        self.type_parameters(&children);
        if let Some(parameters) = in_field(&children, FieldName::Parameters) {
            self.parameters(parameters.node, item, given);
        }
        // `x => …`
        if let Some(parameter) = in_field(&children, FieldName::Parameter) {
            let held = given.first().copied().unwrap_or(self.b.unknown());
            self.bind_pattern(parameter.node, held, None);
        }
        let declared = match in_field(&children, FieldName::ReturnType) {
            Some(annotation) => self.ty(annotation.node, None),
            None => self.b.unknown(),
        };
        let is_annotated = in_field(&children, FieldName::ReturnType).is_some();
        if let Some(item) = item.filter(|_| !self.b.is_unknown(declared)) {
            self.b.add_result(item, declared);
        }
        self.at.functions.push(Frame { item, declared, is_annotated });
        if let Some(body) = in_field(&children, FieldName::Body) {
            if body.kind == Kind::StatementBlock {
                self.all_children(body.node);
            } else {
                let value = self.expr(body.node, declared);
                if let Some(item) = item.filter(|_| !is_annotated && !self.b.is_unknown(value)) {
                    self.b.add_result(item, value);
                }
            }
        }
        self.at.functions.pop();
        if item.is_some() {
            self.b.leave();
        }
        self.b.close_scope();
    }

    /// A function without a name of its own; what it is expected to be says
    /// what it is given.
    pub(super) fn function_value(&mut self, node: Node<'t>, expected: Draft) -> Draft {
        let given: Vec<Draft> = (0..4).map(|at| self.b.param_of(expected, at)).collect();
        self.function(node, None, &given);
        self.b.unknown()
    }

    fn parameters(&mut self, node: Node<'t>, item: Option<ItemId>, given: &[Draft]) {
        let children = self.children(node);
        let parameters = children.iter().filter(|child| child.kind != Kind::Comment);
        for (at, parameter) in parameters.enumerate() {
            let given = given.get(at).copied().unwrap_or(self.b.unknown());
            let held = self.parameter(parameter, given);
            if let Some(item) = item {
                self.b.add_param(item, held);
            }
        }
    }

    fn parameter(&mut self, parameter: &Child<'t>, given: Draft) -> Draft {
        if !matches!(parameter.kind, Kind::RequiredParameter | Kind::OptionalParameter) {
            // JavaScript has patterns here.
            self.bind_pattern(parameter.node, given, None);
            return given;
        }
        let children = self.children(parameter.node);
        let mut held = match in_field(&children, FieldName::Type) {
            Some(annotation) => self.ty(annotation.node, None),
            None => given,
        };
        if let Some(value) = in_field(&children, FieldName::Value) {
            let value = self.expr(value.node, held);
            held = if self.b.is_unknown(held) { value } else { held };
        }
        let Some(pattern) = in_field(&children, FieldName::Pattern) else { return held };
        if pattern.kind == Kind::Identifier && self.is_property(parameter.node, &children) {
            let name = self.b.source(pattern.node);
            let class = self.b.class();
            let item = self.b.item_in(class, name, pattern.node, ItemKind::Value, parameter.node);
            self.b.add_result(item, held);
            self.bind_local(name, held);
        } else {
            self.bind_pattern(pattern.node, held, None);
        }
        held
    }

    /// `constructor(private store: Store)` declares a field.
    fn is_property(&self, node: Node<'t>, children: &[Child<'t>]) -> bool {
        children.iter().any(|child| child.kind == Kind::Accessibility)
            || self.b.source(node).starts_with("readonly ")
    }

    /// Binds the names of a pattern. With `parent` given, or at the top of a
    /// module, they are items.
    pub(super) fn bind_pattern(&mut self, node: Node<'t>, held: Draft, whole: Option<Node<'t>>) {
        match self.kind(node) {
            Kind::Identifier | Kind::ShorthandPattern => self.bind_name(node, held, whole),
            Kind::ObjectPattern => {
                for child in self.children(node) {
                    self.bind_part(child, held, whole);
                }
            }
            Kind::ArrayPattern => {
                let element = self.b.element(held);
                for child in self.children(node) {
                    self.bind_pattern(child.node, element, whole);
                }
            }
            Kind::AssignmentPattern | Kind::ObjectAssignmentPattern => {
                let children = self.children(node);
                self.visit_field(&children, FieldName::Right);
                if let Some(left) = in_field(&children, FieldName::Left) {
                    self.bind_part(*left, held, whole);
                }
            }
            Kind::RestPattern => {
                for child in self.children(node) {
                    self.bind_pattern(child.node, held, whole);
                }
            }
            _ => {
                self.visit(node);
            }
        }
    }

    /// One name of an object pattern: `{ a, b: c, d = 1, ...rest }`.
    fn bind_part(&mut self, child: Child<'t>, held: Draft, whole: Option<Node<'t>>) {
        match child.kind {
            Kind::ShorthandPattern => {
                let member = self.property_use(held, child.node, Role::Plain);
                self.bind_name(child.node, member, whole);
            }
            Kind::PairPattern => {
                let children = self.children(child.node);
                let key = in_field(&children, FieldName::Key);
                let inner = match key {
                    Some(key) if matches!(key.kind, Kind::Property | Kind::Str) => {
                        self.property_use(held, key.node, Role::Plain)
                    }
                    _ => self.b.unknown(),
                };
                if let Some(value) = in_field(&children, FieldName::Value) {
                    self.bind_pattern(value.node, inner, whole);
                }
            }
            Kind::ObjectAssignmentPattern => {
                let children = self.children(child.node);
                self.visit_field(&children, FieldName::Right);
                if let Some(left) = in_field(&children, FieldName::Left) {
                    self.bind_part(*left, held, whole);
                }
            }
            _ => self.bind_pattern(child.node, held, whole),
        }
    }

    fn bind_name(&mut self, node: Node<'t>, held: Draft, whole: Option<Node<'t>>) {
        let name = self.b.source(node);
        match whole.filter(|_| self.b.scope_kind() == ScopeKind::Module) {
            Some(whole) => {
                let item = self.b.item(name, node, ItemKind::Value, whole);
                self.b.add_result(item, held);
                self.b.bind(name, Binding::Item(item));
            }
            None => self.bind_local(name, held),
        }
    }

    pub(super) fn variables(&mut self, node: Node<'t>) {
        for child in self.children(node) {
            if child.kind == Kind::VariableDeclarator {
                self.variable(child.node);
            }
        }
    }

    fn variable(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return };
        let declared = in_field(&children, FieldName::Type).map(|of| self.ty(of.node, None));
        let value = in_field(&children, FieldName::Value).copied();
        let is_identifier = name.kind == Kind::Identifier;
        if let Some(value) = value
            && self.require(name.node, value.node)
        {
            return;
        }
        if let Some(value) = value
            && is_identifier
            && let Some(function) = self.function_in(&value)
        {
            let item = self.define(name.node, ItemKind::Function, node);
            self.wrapped_function(item, &value, function, declared);
            return;
        }
        if let Some(value) = value
            && is_identifier
            && value.kind == Kind::ClassExpression
        {
            self.class(value.node, Some(name.node));
            return;
        }
        let object = value.and_then(|value| self.object_in(value));
        if is_identifier && self.b.scope_kind() == ScopeKind::Module {
            let item = self.define(name.node, ItemKind::Value, node);
            self.b.enter(item);
            let held = match (object, value) {
                (Some(object), _) => {
                    self.object(object, declared.unwrap_or(self.b.unknown()), Some(item));
                    self.b.unknown()
                }
                (None, Some(value)) => self.expr(value.node, declared.unwrap_or(self.b.unknown())),
                (None, None) => self.b.unknown(),
            };
            self.b.leave();
            self.b.add_result(item, declared.unwrap_or(held));
            return;
        }
        let held = match value {
            Some(value) => self.expr(value.node, declared.unwrap_or(self.b.unknown())),
            None => self.b.unknown(),
        };
        let held = declared.unwrap_or(held);
        self.bind_pattern(name.node, held, Some(node));
    }

    /// The object that a value is, also behind `as const` and `satisfies`.
    fn object_in(&mut self, value: Child<'t>) -> Option<Node<'t>> {
        match value.kind {
            Kind::Object => Some(value.node),
            Kind::As | Kind::Satisfies | Kind::Parenthesized => {
                let children = self.children(value.node);
                let inner = children.first().copied().filter(|inner| inner.kind == Kind::Object)?;
                for other in &children[1..] {
                    self.ty(other.node, None);
                }
                Some(inner.node)
            }
            _ => None,
        }
    }

    /// The function that a value is, or that a known wrapper gives back.
    fn function_in(&mut self, value: &Child<'t>) -> Option<Node<'t>> {
        match value.kind {
            Kind::Arrow | Kind::FunctionExpression | Kind::GeneratorFunction => Some(value.node),
            Kind::CallExpression => {
                let callee = value.node.child_by_field_name("function")?;
                let arguments = value.node.child_by_field_name("arguments")?;
                let first = arguments.named_child(0)?;
                let kind = self.kind(first);
                let known = WRAPPERS.contains(&self.b.source(callee));
                (known && matches!(kind, Kind::Arrow | Kind::FunctionExpression)).then_some(first)
            }
            _ => None,
        }
    }

    fn wrapped_function(
        &mut self,
        item: ItemId,
        value: &Child<'t>,
        function: Node<'t>,
        declared: Option<Draft>,
    ) {
        let mut given = Vec::new();
        if let Some(declared) = declared {
            given.extend((0..4).map(|at| self.b.param_of(declared, at)));
        }
        if value.kind == Kind::CallExpression {
            let children = self.children(value.node);
            self.visit_field(&children, FieldName::Function);
            let types = self.type_arguments(&children);
            // `forwardRef<Ref, Props>((props, ref) => …)`
            given = types.iter().rev().copied().collect();
            self.function(function, Some(item), &given);
            let rest = in_field(&children, FieldName::ArgumentsField).map(|list| list.node);
            for argument in rest.map(|list| self.children(list)).unwrap_or_default() {
                if argument.node.id() != function.id() {
                    self.visit(argument.node);
                }
            }
            return;
        }
        self.function(function, Some(item), &given);
    }

    /// A class; `named` where its name is that of the variable that holds it.
    pub(super) fn class(&mut self, node: Node<'t>, named: Option<Node<'t>>) -> Option<ItemId> {
        let children = self.children(node);
        let own = in_field(&children, FieldName::Name).map(|name| name.node);
        let name = named.or(own)?;
        let text = self.b.source(name);
        let item = self.b.item(text, name, ItemKind::Class, node);
        self.b.bind(text, Binding::Item(item));
        self.class_parts(item, &children);
        Some(item)
    }

    pub(super) fn class_value(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let item = self.b.item("", node, ItemKind::Class, node);
        self.class_parts(item, &children);
        self.b.item_expr(item)
    }

    fn class_parts(&mut self, item: ItemId, children: &[Child<'t>]) {
        self.b.enter(item);
        self.b.open_scope(ScopeKind::Block);
        self.type_parameters(children);
        for child in children {
            match child.kind {
                Kind::ClassHeritage => self.heritage(item, child.node),
                Kind::ClassBody => self.class_body(item, child.node),
                Kind::TypeParameters | Kind::TypeIdentifier | Kind::Identifier => {}
                _ => {
                    self.visit(child.node);
                }
            }
        }
        self.b.close_scope();
        self.b.leave();
    }

    fn heritage(&mut self, item: ItemId, node: Node<'t>) {
        for clause in self.children(node) {
            match clause.kind {
                Kind::ExtendsClause => {
                    let children = self.children(clause.node);
                    let base = self.visit_field(&children, FieldName::Value);
                    self.b.mark(base, Role::Base);
                    let types = self.type_arguments(&children);
                    let base = self.b.instance(base);
                    let base = if types.is_empty() { base } else { self.b.generic(base, &types) };
                    self.b.add_base(item, base);
                }
                Kind::ImplementsClause => self.base_types(item, clause.node),
                // JavaScript has the expression itself here.
                _ => {
                    let base = self.visit(clause.node);
                    self.b.mark(base, Role::Base);
                    let base = self.b.instance(base);
                    self.b.add_base(item, base);
                }
            }
        }
    }

    pub(super) fn base_types(&mut self, item: ItemId, node: Node<'t>) {
        for child in self.children(node) {
            let base = self.base_type(child.node);
            self.b.add_base(item, base);
        }
    }

    fn class_body(&mut self, class: ItemId, node: Node<'t>) {
        for child in self.children(node) {
            self.class_member(class, child);
        }
    }

    /// One member of a class, an interface or an object type.
    pub(super) fn class_member(&mut self, class: ItemId, child: Child<'t>) {
        let children = self.children(child.node);
        let name = in_field(&children, FieldName::Name).copied();
        let named = name.filter(|name| {
            matches!(name.kind, Kind::Property | Kind::PrivateProperty | Kind::Str | Kind::Other)
        });
        match (child.kind, named) {
            (Kind::MethodDefinition | Kind::MethodSignature | Kind::AbstractMethod, Some(name)) => {
                for decorator in children.iter().filter(|child| child.kind == Kind::Decorator) {
                    self.visit(decorator.node);
                }
                self.method(class, child.node, name.node);
            }
            (Kind::Field | Kind::PropertySignature, Some(name)) => {
                let text = self.key_text(name.node);
                let item =
                    self.b.item_in(Some(class), text, name.node, ItemKind::Value, child.node);
                self.field(item, &children);
            }
            (Kind::CallSignature | Kind::ConstructSignature, _) => {
                self.function(child.node, None, &[]);
            }
            _ => {
                self.visit(child.node);
            }
        }
    }

    fn field(&mut self, item: ItemId, children: &[Child<'t>]) {
        self.b.enter(item);
        let declared = in_field(children, FieldName::Type).map(|of| self.ty(of.node, Some(item)));
        for child in children {
            match child.field {
                Some(FieldName::Name | FieldName::Type) => {}
                Some(FieldName::Value) => {
                    if let Some(function) = self.function_in(child) {
                        self.b.set_kind(item, ItemKind::Function);
                        self.b.leave();
                        self.wrapped_function(item, child, function, declared);
                        return;
                    }
                    let held = self.expr(child.node, declared.unwrap_or(self.b.unknown()));
                    if declared.is_none() {
                        self.b.add_result(item, held);
                    }
                }
                _ => {
                    self.visit(child.node);
                }
            }
        }
        self.b.leave();
        if let Some(declared) = declared {
            self.b.add_result(item, declared);
        }
    }

    fn method(&mut self, class: ItemId, node: Node<'t>, name: Node<'t>) {
        let text = self.key_text(name);
        let before = self.b.source(node).get(..name.start_byte() - node.start_byte());
        let is_accessor = before.is_some_and(|before| {
            before.split_whitespace().any(|word| matches!(word, "get" | "set"))
        });
        let kind = if is_accessor { ItemKind::Value } else { ItemKind::Function };
        let item = self.b.item_in(Some(class), text, name, kind, node);
        self.function(node, Some(item), &[]);
    }

    /// A property's name without quotes.
    pub(super) fn key_text(&self, node: Node<'t>) -> &'t str {
        self.b.source(node).trim_matches(['"', '\''])
    }

    pub(super) fn object_method(&mut self, node: Node<'t>, expected: Draft, into: Option<ItemId>) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name).copied() else { return };
        let inner = match name.kind {
            Kind::Property | Kind::Str => self.key_use(expected, name.node),
            _ => self.b.unknown(),
        };
        match into {
            Some(item) => self.method(item, node, name.node),
            None => {
                let given: Vec<Draft> = (0..4).map(|at| self.b.param_of(inner, at)).collect();
                self.function(node, None, &given);
            }
        }
    }

    /// A key of an object that an item holds.
    pub(super) fn define_member(
        &mut self,
        parent: ItemId,
        key: Node<'t>,
        value: &Child<'t>,
        whole: Node<'t>,
    ) {
        let text = self.key_text(key);
        let item = self.b.item_in(Some(parent), text, key, ItemKind::Value, whole);
        if let Some(function) = self.function_in(value) {
            self.b.set_kind(item, ItemKind::Function);
            self.wrapped_function(item, value, function, None);
            return;
        }
        self.b.enter(item);
        let unknown = self.b.unknown();
        let held = match value.kind {
            Kind::Object => {
                self.object(value.node, unknown, Some(item));
                unknown
            }
            _ => self.expr(value.node, unknown),
        };
        self.b.leave();
        self.b.add_result(item, held);
    }

    /// `this.x = …` in JavaScript.
    pub(super) fn declare_member(&mut self, node: Node<'t>, held: Draft) {
        let (Some(class), Some(property)) = (self.b.class(), node.child_by_field_name("property"))
        else {
            return;
        };
        let name = self.b.source(property);
        match self.b.member_of(class, name) {
            Some(item) => {
                let this = self.b.this(class);
                self.property_use(this, property, Role::Plain);
                self.b.add_result(item, held);
            }
            None => {
                let item = self.b.item_in(Some(class), name, property, ItemKind::Value, node);
                self.b.add_result(item, held);
            }
        }
    }

    /// Adds an item that its name is bound to.
    fn define(&mut self, name: Node<'t>, kind: ItemKind, whole: Node<'t>) -> ItemId {
        let text = self.b.source(name);
        let item = self.b.item(text, name, kind, whole);
        self.b.bind(text, Binding::Item(item));
        item
    }

    pub(super) fn interface(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return };
        let item = self.define(name.node, ItemKind::Class, node);
        self.b.enter(item);
        self.b.open_scope(ScopeKind::Block);
        self.type_parameters(&children);
        for child in &children {
            match child.kind {
                Kind::ExtendsTypeClause => self.base_types(item, child.node),
                Kind::InterfaceBody | Kind::ObjectType => self.class_body(item, child.node),
                _ => {}
            }
        }
        self.b.close_scope();
        self.b.leave();
    }

    pub(super) fn alias(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let (Some(name), Some(value)) =
            (in_field(&children, FieldName::Name), in_field(&children, FieldName::Value))
        else {
            return;
        };
        let item = self.define(name.node, ItemKind::Alias, node);
        self.b.enter(item);
        self.b.open_scope(ScopeKind::Block);
        self.type_parameters(&children);
        let target = self.ty(value.node, Some(item));
        self.b.close_scope();
        self.b.leave();
        if self.b.item_kind(item) == ItemKind::Alias {
            self.b.add_result(item, target);
        }
    }

    pub(super) fn enumeration(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return };
        let item = self.define(name.node, ItemKind::Class, node);
        self.b.enter(item);
        let of_enum = self.b.item_expr(item);
        let instance = self.b.instance(of_enum);
        let body = in_field(&children, FieldName::Body).map(|body| body.node);
        for member in body.map(|body| self.children(body)).unwrap_or_default() {
            let name = match member.kind {
                Kind::EnumAssignment => {
                    let parts = self.children(member.node);
                    self.visit_field(&parts, FieldName::Value);
                    in_field(&parts, FieldName::Name).map(|name| name.node)
                }
                Kind::Comment => None,
                _ => Some(member.node),
            };
            if let Some(name) = name {
                let text = self.key_text(name);
                let value = self.b.item_in(Some(item), text, name, ItemKind::Value, member.node);
                self.b.add_result(value, instance);
            }
        }
        self.b.leave();
    }

    pub(super) fn namespace(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let (Some(name), Some(body)) =
            (in_field(&children, FieldName::Name), in_field(&children, FieldName::Body))
        else {
            return;
        };
        let text = self.b.source(name.node).trim_matches(['"', '\'']);
        let item = self.b.item(text, name.node, ItemKind::Module, node);
        self.b.bind(text, Binding::Item(item));
        self.b.enter(item);
        self.b.open_scope(ScopeKind::Module);
        self.all_children(body.node);
        self.b.close_scope();
        self.b.leave();
    }
}

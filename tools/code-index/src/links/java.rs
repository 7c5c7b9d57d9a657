//! What Java says of names: statements and expressions here, definitions in
//! `declare`, types and imports in `types`.
//!
//! Scopes bind locals, imports and the types of the file. A member's name is
//! looked up from inside its class when it is resolved, since it may come from
//! a base; methods have names of their own and are never locals.
//!
//! **Deliberately absent:** packages as items, overloads by their arguments.

mod declare;
mod types;

use tree_sitter::Node;

use super::builder::{Binding, Draft, ScopeKind, line_of};
use super::grammar::{self, in_field, names};
use super::walk::{self, Grammars, Spoken};
use super::{ItemId, ItemKind, Role, Wanted};
use crate::language::Language;

names! {
    /// Nodes that mean something here.
    Kind {
        AnnotatedType = "annotated_type",
        Annotation = "annotation",
        AnnotationArguments = "annotation_argument_list",
        AnnotationElement = "annotation_type_element_declaration",
        AnnotationType = "annotation_type_declaration",
        ArrayAccess = "array_access",
        ArrayCreation = "array_creation_expression",
        ArrayType = "array_type",
        Assignment = "assignment_expression",
        Asterisk = "asterisk",
        Block = "block",
        BlockComment = "block_comment",
        Break = "break_statement",
        Call = "method_invocation",
        Cast = "cast_expression",
        Catch = "catch_clause",
        CatchParameter = "catch_formal_parameter",
        CatchType = "catch_type",
        Class = "class_declaration",
        ClassBody = "class_body",
        ClassLiteral = "class_literal",
        CompactConstructor = "compact_constructor_declaration",
        Constant = "constant_declaration",
        Constructor = "constructor_declaration",
        Continue = "continue_statement",
        Creation = "object_creation_expression",
        ElementPair = "element_value_pair",
        Enum = "enum_declaration",
        EnumConstant = "enum_constant",
        EnhancedFor = "enhanced_for_statement",
        ExplicitConstructor = "explicit_constructor_invocation",
        ExtendsInterfaces = "extends_interfaces",
        Field = "field_declaration",
        FieldAccess = "field_access",
        For = "for_statement",
        FormalParameter = "formal_parameter",
        FormalParameters = "formal_parameters",
        GenericType = "generic_type",
        Identifier = "identifier",
        Import = "import_declaration",
        InferredParameters = "inferred_parameters",
        InstanceOf = "instanceof_expression",
        Interface = "interface_declaration",
        Labeled = "labeled_statement",
        Lambda = "lambda_expression",
        LineComment = "line_comment",
        LocalVariable = "local_variable_declaration",
        MarkerAnnotation = "marker_annotation",
        Method = "method_declaration",
        MethodReference = "method_reference",
        Modifiers = "modifiers",
        Module = "module_declaration",
        Package = "package_declaration",
        Parenthesized = "parenthesized_expression",
        Permits = "permits",
        Record = "record_declaration",
        RecordComponent = "record_pattern_component",
        RecordPattern = "record_pattern",
        RecordPatternBody = "record_pattern_body",
        ReceiverParameter = "receiver_parameter",
        Resource = "resource",
        ScopedIdentifier = "scoped_identifier",
        ScopedType = "scoped_type_identifier",
        SpreadParameter = "spread_parameter",
        Str = "string_literal",
        Super = "super",
        SuperInterfaces = "super_interfaces",
        Superclass = "superclass",
        Switch = "switch_expression",
        SwitchBlock = "switch_block",
        SwitchGroup = "switch_block_statement_group",
        SwitchLabel = "switch_label",
        SwitchRule = "switch_rule",
        Ternary = "ternary_expression",
        This = "this",
        Throws = "throws",
        TryWithResources = "try_with_resources_statement",
        TypeArguments = "type_arguments",
        TypeBound = "type_bound",
        TypeIdentifier = "type_identifier",
        TypeList = "type_list",
        TypeParameter = "type_parameter",
        TypeParameters = "type_parameters",
        TypePattern = "type_pattern",
        VariableDeclarator = "variable_declarator",
        Wildcard = "wildcard",
    }
}

names! {
    /// Fields that mean something here.
    FieldName {
        Alternative = "alternative",
        Arguments = "arguments",
        Array = "array",
        Body = "body",
        Condition = "condition",
        Consequence = "consequence",
        Declarator = "declarator",
        Element = "element",
        FieldField = "field",
        Index = "index",
        Key = "key",
        Left = "left",
        Name = "name",
        Object = "object",
        Parameters = "parameters",
        Pattern = "pattern",
        Right = "right",
        Type = "type",
        Value = "value",
    }
}

type Child<'t> = grammar::Child<'t, Kind, FieldName>;
type Walk<'t> = walk::Walk<'t, Java>;

/// What is known where the walk stands.
pub(super) struct Java {
    /// What a class builds on is looked up from outside the class.
    in_head: bool,
    /// What the next lambda is expected to be.
    given: Option<Draft>,
}

impl<'t> Spoken<'t> for Java {
    type Kind = Kind;
    type Field = FieldName;

    fn grammars() -> &'static Grammars<Kind, FieldName> {
        static GRAMMARS: Grammars<Kind, FieldName> = Grammars::new();
        &GRAMMARS
    }

    fn at_top(_: Language) -> Self {
        Java { in_head: false, given: None }
    }

    fn expr(walk: &mut Walk<'t>, node: Node<'t>) -> Draft {
        walk.expr(node)
    }

    fn has_value(kind: Kind) -> bool {
        !is_comment(kind)
    }
}

impl<'t> Walk<'t> {
    fn expr(&mut self, node: Node<'t>) -> Draft {
        match self.kind(node) {
            Kind::Identifier => self.name_use(node, Role::Plain),
            Kind::This => self.this(),
            Kind::Super => match self.b.class() {
                Some(class) => self.b.base_of(class),
                None => self.b.unknown(),
            },
            Kind::FieldAccess => self.field_access(node),
            Kind::Call => self.call(node),
            Kind::Creation => self.creation(node),
            Kind::MethodReference => self.method_reference(node),
            Kind::Lambda => self.lambda(node),
            Kind::Cast => self.cast(node),
            Kind::Parenthesized => self.first_child(node),
            Kind::Ternary => self.ternary(node),
            Kind::Assignment => self.assignment(node),
            Kind::ArrayAccess => self.array_access(node),
            Kind::ArrayCreation => self.array_creation(node),
            Kind::InstanceOf => self.instance_of(node),
            Kind::Switch => self.switch(node),
            Kind::Str => self.b.builtin("String"),
            Kind::TypeIdentifier
            | Kind::ScopedType
            | Kind::GenericType
            | Kind::ArrayType
            | Kind::AnnotatedType => self.ty(node, Role::Type),
            Kind::LineComment | Kind::BlockComment => self.b.unknown(),
            _ => self.statement(node),
        }
    }

    fn statement(&mut self, node: Node<'t>) -> Draft {
        match self.kind(node) {
            Kind::Package => self.package(node),
            Kind::Import => self.import(node),
            Kind::Class | Kind::Interface | Kind::Enum | Kind::Record | Kind::AnnotationType => {
                self.class(node)
            }
            Kind::Method | Kind::Constructor | Kind::CompactConstructor => self.method(node),
            Kind::AnnotationElement => self.method(node),
            Kind::Field | Kind::Constant => self.fields(node),
            Kind::EnumConstant => self.enum_constant(node),
            Kind::LocalVariable => self.local_variables(node),
            Kind::EnhancedFor => self.enhanced_for(node),
            Kind::Block | Kind::For | Kind::Catch | Kind::TryWithResources => self.block(node),
            Kind::CatchParameter => self.catch_parameter(node),
            Kind::Resource => self.resource(node),
            Kind::Annotation | Kind::MarkerAnnotation => self.annotation(node),
            Kind::Labeled => {
                for child in self.children(node) {
                    if child.kind != Kind::Identifier {
                        self.visit(child.node);
                    }
                }
            }
            Kind::TypePattern => self.type_pattern(node),
            Kind::RecordPattern => self.record_pattern(node),
            Kind::Break | Kind::Continue | Kind::Module => {}
            _ => self.all_children(node),
        }
        self.b.unknown()
    }

    /// The class from inside which names are looked up.
    fn place(&self) -> Option<ItemId> {
        let is_class = |item: &ItemId| self.b.item_kind(*item) == ItemKind::Class;
        self.b.owners().filter(is_class).nth(usize::from(self.at.in_head))
    }

    /// A name that is no method's.
    fn name(&mut self, name: &'t str) -> Draft {
        match self.place() {
            Some(class) => self.b.name_inside(name, class, Wanted::NoFunction),
            None => self.b.name(name),
        }
    }

    fn name_use(&mut self, node: Node<'t>, role: Role) -> Draft {
        let name = self.b.source(node);
        let draft = self.name(name);
        self.b.use_at(draft, line_of(node), role);
        draft
    }

    fn field_access(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let (Some(object), Some(field)) =
            (in_field(&children, FieldName::Object), in_field(&children, FieldName::FieldField))
        else {
            self.all_children(node);
            return self.b.unknown();
        };
        if let Some(class) = self.qualified(object.node, field.node, Role::Plain) {
            return class;
        }
        let of = self.visit(object.node);
        match field.kind {
            Kind::Identifier => self.member_use(of, field.node, Role::Plain),
            // `Outer.this`
            _ => self.b.instance(of),
        }
    }

    fn call(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return self.b.unknown() };
        let callee = match in_field(&children, FieldName::Object) {
            Some(object) => {
                let of = self.visit(object.node);
                self.member_use(of, name.node, Role::Call)
            }
            None => {
                let text = self.b.source(name.node);
                let callee = match self.b.class() {
                    Some(class) => self.b.only_inside(text, class, Wanted::Function),
                    None => self.b.free(text),
                };
                self.b.use_at(callee, line_of(name.node), Role::Call);
                callee
            }
        };
        if let Some(types) = children.iter().find(|child| child.kind == Kind::TypeArguments) {
            self.all_children(types.node);
        }
        self.arguments(&children, callee);
        self.b.call(callee)
    }

    fn arguments(&mut self, children: &[Child<'t>], callee: Draft) {
        let Some(list) = in_field(children, FieldName::Arguments) else { return };
        let arguments = self.children(list.node);
        let counted = arguments.iter().filter(|child| !is_comment(child.kind));
        for (at, argument) in counted.enumerate() {
            if argument.kind == Kind::Lambda {
                self.at.given = Some(self.b.param_of(callee, at));
            }
            self.visit(argument.node);
        }
    }

    /// `new Foo(…)`, with or without a body.
    fn creation(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        for child in &children {
            if child.field.is_none() && child.kind != Kind::ClassBody {
                self.visit(child.node);
            }
        }
        let Some(class) = in_field(&children, FieldName::Type) else { return self.b.unknown() };
        let body = children.iter().find(|child| child.kind == Kind::ClassBody).copied();
        let Some(body) = body else {
            let made = self.ty(class.node, Role::Call);
            let of = self.b.type_of(made).unwrap_or(self.b.unknown());
            self.arguments(&children, of);
            return made;
        };
        let unknown = self.b.unknown();
        self.arguments(&children, unknown);
        let item = self.b.item("", class.node, ItemKind::Class, node);
        self.b.enter(item);
        let outer = std::mem::replace(&mut self.at.in_head, true);
        let base = self.ty(class.node, Role::Base);
        self.at.in_head = outer;
        self.b.add_base(item, base);
        self.block(body.node);
        self.b.leave();
        let class = self.b.item_expr(item);
        self.b.instance(class)
    }

    /// `Foo::bar` and `Foo::new` count as calls: they stand for one.
    fn method_reference(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let Some(of) = children.first() else { return self.b.unknown() };
        let owner = match of.kind {
            Kind::TypeIdentifier | Kind::ScopedType | Kind::GenericType | Kind::ArrayType => {
                let made = self.ty(of.node, Role::Type);
                self.b.type_of(made).unwrap_or(self.b.unknown())
            }
            _ => self.visit(of.node),
        };
        match children.iter().skip(1).rfind(|child| child.kind == Kind::Identifier) {
            Some(name) => self.member_use(owner, name.node, Role::Call),
            None => {
                self.b.mark(owner, Role::Call);
                owner
            }
        }
    }

    fn lambda(&mut self, node: Node<'t>) -> Draft {
        let given = self.at.given.take().unwrap_or(self.b.unknown());
        let children = self.children(node);
        self.b.open_scope(ScopeKind::Function);
        if let Some(parameters) = in_field(&children, FieldName::Parameters) {
            let names = match parameters.kind {
                Kind::Identifier => vec![*parameters],
                _ => self.children(parameters.node),
            };
            let names = names.into_iter().filter(|child| !is_comment(child.kind));
            for (at, name) in names.enumerate() {
                if name.kind == Kind::Identifier {
                    let held = self.b.param_of(given, at);
                    self.local(name.node, held);
                } else {
                    self.parameter(name);
                }
            }
        }
        self.visit_field(&children, FieldName::Body);
        self.b.close_scope();
        self.b.unknown()
    }

    fn cast(&mut self, node: Node<'t>) -> Draft {
        let mut to = self.b.unknown();
        for child in self.children(node) {
            match child.field {
                Some(FieldName::Type) => {
                    let other = self.ty(child.node, Role::Type);
                    to = self.b.either(to, other);
                }
                _ => {
                    self.visit(child.node);
                }
            }
        }
        to
    }

    fn ternary(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        self.visit_field(&children, FieldName::Condition);
        let one = self.visit_field(&children, FieldName::Consequence);
        let other = self.visit_field(&children, FieldName::Alternative);
        self.b.either(one, other)
    }

    fn assignment(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        self.visit_field(&children, FieldName::Left);
        self.visit_field(&children, FieldName::Right)
    }

    fn array_access(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let of = self.visit_field(&children, FieldName::Array);
        self.visit_field(&children, FieldName::Index);
        self.b.element_of(of)
    }

    fn array_creation(&mut self, node: Node<'t>) -> Draft {
        let mut of = self.b.unknown();
        for child in self.children(node) {
            match child.field {
                Some(FieldName::Type) => of = self.ty(child.node, Role::Type),
                _ => {
                    self.visit(child.node);
                }
            }
        }
        self.b.list(of)
    }

    /// The name that a pattern binds is seen from here on, as in `if (!(x
    /// instanceof Foo foo)) return;`.
    fn instance_of(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        self.visit_field(&children, FieldName::Left);
        self.visit_field(&children, FieldName::Pattern);
        if let Some(class) = in_field(&children, FieldName::Right) {
            let held = self.ty(class.node, Role::Type);
            if let Some(name) = in_field(&children, FieldName::Name) {
                self.local(name.node, held);
            }
        }
        self.b.unknown()
    }

    fn switch(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let on = self.visit_field(&children, FieldName::Condition);
        let Some(body) = in_field(&children, FieldName::Body) else { return self.b.unknown() };
        self.b.open_scope(ScopeKind::Block);
        for case in self.children(body.node) {
            self.b.open_scope(ScopeKind::Block);
            for part in self.children(case.node) {
                if part.kind == Kind::SwitchLabel {
                    self.switch_label(part.node, on);
                } else {
                    self.visit(part.node);
                }
            }
            self.b.close_scope();
        }
        self.b.close_scope();
        self.b.unknown()
    }

    /// `case OPEN` may name a constant of what is switched on, or any other.
    fn switch_label(&mut self, node: Node<'t>, on: Draft) {
        for part in self.children(node) {
            self.visit(part.node);
            if part.kind == Kind::Identifier {
                self.member_use(on, part.node, Role::Plain);
            }
        }
    }

    fn local(&mut self, name: Node<'t>, held: Draft) {
        let name = self.b.source(name);
        self.b.bind(name, Binding::Local(held));
    }
}

fn is_comment(kind: Kind) -> bool {
    matches!(kind, Kind::LineComment | Kind::BlockComment)
}

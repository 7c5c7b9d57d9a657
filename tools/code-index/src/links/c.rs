//! What C and C++ say of names: statements and expressions here, definitions in
//! `declare`, types in `types`. One walk serves both grammars.
//!
//! A pointer, a reference and an array stand for what they lead to. Macros are
//! items; what stands in their bodies is not read.
//!
//! **Deliberately absent:** overloads, operators, macros that make definitions.

mod declare;
mod types;

use tree_sitter::Node;

use super::builder::{Binding, Draft, ScopeKind, line_of};
use super::grammar::{self, in_field, names};
use super::walk::{self, Grammars, Spoken};
use super::{Imported, ItemId, ItemKind, Role, Wanted};
use crate::language::Language;

names! {
    /// Nodes that mean something here.
    Kind {
        AccessSpecifier = "access_specifier",
        AliasDeclaration = "alias_declaration",
        ArgumentList = "argument_list",
        ArrayDeclarator = "array_declarator",
        Assignment = "assignment_expression",
        AttributedDeclarator = "attributed_declarator",
        BaseClause = "base_class_clause",
        Call = "call_expression",
        Cast = "cast_expression",
        Class = "class_specifier",
        Comment = "comment",
        CompoundLiteral = "compound_literal_expression",
        CompoundStatement = "compound_statement",
        Concept = "concept_definition",
        Conditional = "conditional_expression",
        Declaration = "declaration",
        DependentName = "dependent_name",
        DependentType = "dependent_type",
        DestructorName = "destructor_name",
        Enum = "enum_specifier",
        Enumerator = "enumerator",
        Field = "field_declaration",
        FieldDesignator = "field_designator",
        FieldExpression = "field_expression",
        FieldIdentifier = "field_identifier",
        FieldInitializer = "field_initializer",
        FieldInitializers = "field_initializer_list",
        For = "for_statement",
        ForRange = "for_range_loop",
        FunctionDeclarator = "function_declarator",
        FunctionDefinition = "function_definition",
        Goto = "goto_statement",
        Identifier = "identifier",
        If = "if_statement",
        Include = "preproc_include",
        InitDeclarator = "init_declarator",
        InitializerList = "initializer_list",
        InitializerPair = "initializer_pair",
        Lambda = "lambda_expression",
        MacroDefinition = "preproc_def",
        MacroFunction = "preproc_function_def",
        Namespace = "namespace_definition",
        NamespaceAlias = "namespace_alias_definition",
        NamespaceIdentifier = "namespace_identifier",
        New = "new_expression",
        OperatorName = "operator_name",
        OptionalParameter = "optional_parameter_declaration",
        OptionalTypeParameter = "optional_type_parameter_declaration",
        Parameter = "parameter_declaration",
        Parenthesized = "parenthesized_expression",
        ParenthesizedDeclarator = "parenthesized_declarator",
        Placeholder = "placeholder_type_specifier",
        Pointer = "pointer_expression",
        PointerDeclarator = "pointer_declarator",
        Qualified = "qualified_identifier",
        ReferenceDeclarator = "reference_declarator",
        Return = "return_statement",
        StorageClass = "storage_class_specifier",
        StructuredBinding = "structured_binding_declarator",
        Struct = "struct_specifier",
        Subscript = "subscript_expression",
        TemplateDeclaration = "template_declaration",
        TemplateFunction = "template_function",
        TemplateMethod = "template_method",
        TemplateType = "template_type",
        This = "this",
        TypeDefinition = "type_definition",
        TypeDescriptor = "type_descriptor",
        TypeIdentifier = "type_identifier",
        TypeParameter = "type_parameter_declaration",
        Union = "union_specifier",
        Using = "using_declaration",
        VariadicParameter = "variadic_parameter_declaration",
        VariadicTypeParameter = "variadic_type_parameter_declaration",
        While = "while_statement",
    }
}

names! {
    /// Fields that mean something here.
    FieldName {
        Alternative = "alternative",
        Argument = "argument",
        Arguments = "arguments",
        Body = "body",
        ConditionField = "condition",
        Consequence = "consequence",
        Declarator = "declarator",
        DefaultType = "default_type",
        DefaultValue = "default_value",
        Designator = "designator",
        FieldField = "field",
        Function = "function",
        Left = "left",
        Name = "name",
        Parameters = "parameters",
        Path = "path",
        Right = "right",
        ScopeField = "scope",
        Type = "type",
        Value = "value",
    }
}

type Child<'t> = grammar::Child<'t, Kind, FieldName>;
type Walk<'t> = walk::Walk<'t, C>;

/// What is known where the walk stands.
pub(super) struct C {
    /// What is declared here is local.
    in_function: bool,
}

impl<'t> Spoken<'t> for C {
    type Kind = Kind;
    type Field = FieldName;

    fn grammars() -> &'static Grammars<Kind, FieldName> {
        static GRAMMARS: Grammars<Kind, FieldName> = Grammars::new();
        &GRAMMARS
    }

    fn at_top(_: Language) -> Self {
        C { in_function: false }
    }

    fn expr(walk: &mut Walk<'t>, node: Node<'t>) -> Draft {
        let unknown = walk.b.unknown();
        walk.expr_of(node, unknown)
    }

    fn counts(kind: Kind) -> bool {
        kind != Kind::Comment
    }
}

impl<'t> Walk<'t> {
    /// Walks a node and returns what it stands for.
    fn expr(&mut self, node: Node<'t>, expected: Draft) -> Draft {
        self.deeper(|walk| walk.expr_of(node, expected))
    }

    fn expr_of(&mut self, node: Node<'t>, expected: Draft) -> Draft {
        match self.kind(node) {
            Kind::Identifier => self.name_use(node, Role::Plain),
            Kind::Qualified => self.qualified(node, None, Role::Plain),
            Kind::TemplateFunction => self.template_function(node, None, Role::Plain),
            Kind::This => self.this(),
            Kind::FieldExpression => self.field(node, Role::Plain),
            Kind::Call => self.call(node),
            Kind::New => self.creation(node),
            Kind::Cast => self.cast(node),
            Kind::CompoundLiteral => self.cast(node),
            Kind::InitializerList => self.initializers(node, expected),
            Kind::Parenthesized => self.last_child(node),
            Kind::Pointer => {
                let children = self.children(node);
                self.visit_field(&children, FieldName::Argument)
            }
            Kind::Subscript => {
                let mut of = self.b.unknown();
                for child in self.children(node) {
                    let found = self.visit(child.node);
                    if child.field == Some(FieldName::Argument) {
                        of = found;
                    }
                }
                self.b.element_of(of)
            }
            Kind::Conditional => {
                let children = self.children(node);
                self.visit_field(&children, FieldName::ConditionField);
                let one = self.visit_field(&children, FieldName::Consequence);
                let other = self.visit_field(&children, FieldName::Alternative);
                self.b.either(one, other)
            }
            Kind::Assignment => {
                let children = self.children(node);
                let left = self.visit_field(&children, FieldName::Left);
                match in_field(&children, FieldName::Right) {
                    Some(right) => self.expr(right.node, left),
                    None => left,
                }
            }
            Kind::Lambda => self.lambda(node),
            Kind::TypeIdentifier
            | Kind::TemplateType
            | Kind::TypeDescriptor
            | Kind::DependentType
            | Kind::Struct
            | Kind::Union
            | Kind::Class
            | Kind::Enum => self.ty(node, Role::Type),
            _ => self.statement(node),
        }
    }

    fn statement(&mut self, node: Node<'t>) -> Draft {
        match self.kind(node) {
            Kind::Include => self.include(node),
            Kind::MacroDefinition => self.macro_item(node, ItemKind::Value),
            Kind::MacroFunction => self.macro_item(node, ItemKind::Function),
            Kind::FunctionDefinition => self.function(node),
            Kind::Declaration | Kind::Field => self.declaration(node),
            Kind::TypeDefinition => self.type_definition(node),
            Kind::AliasDeclaration => self.alias(node),
            Kind::Enumerator => self.enumerator(node),
            Kind::Namespace => self.namespace(node),
            Kind::NamespaceAlias => self.namespace_alias(node),
            Kind::Using => self.using(node),
            Kind::TypeParameter | Kind::OptionalTypeParameter | Kind::VariadicTypeParameter => {
                self.type_parameter(node);
            }
            Kind::Concept => self.concept(node),
            Kind::Parameter | Kind::OptionalParameter | Kind::VariadicParameter => {
                self.parameter(node);
            }
            Kind::ForRange => self.for_range(node),
            Kind::CompoundStatement | Kind::For | Kind::If | Kind::While => self.block(node),
            Kind::FieldInitializer => self.field_initializer(node),
            Kind::Goto | Kind::AccessSpecifier | Kind::Comment => {}
            _ => self.all_children(node),
        }
        self.b.unknown()
    }

    fn last_child(&mut self, node: Node<'t>) -> Draft {
        let mut found = self.b.unknown();
        for child in self.children(node) {
            found = self.visit(child.node);
        }
        found
    }

    /// The innermost type or namespace, from inside which names are looked up.
    fn place(&self) -> Option<ItemId> {
        let is_place = |item: &ItemId| {
            let kind = self.b.item_kind(*item);
            matches!(kind, ItemKind::Class | ItemKind::Extension | ItemKind::Module)
        };
        self.b.owners().find(is_place)
    }

    fn name(&mut self, name: &'t str) -> Draft {
        match self.place() {
            Some(place) => self.b.name_inside(name, place, Wanted::Any),
            None => self.b.name(name),
        }
    }

    fn name_use(&mut self, node: Node<'t>, role: Role) -> Draft {
        let name = self.b.source(node);
        let draft = self.name(name);
        self.b.use_at(draft, line_of(node), role);
        draft
    }

    /// `a::b::c`: what stands after is a member of what stands before.
    fn qualified(&mut self, node: Node<'t>, of: Option<Draft>, role: Role) -> Draft {
        let children = self.children(node);
        let outer = match in_field(&children, FieldName::ScopeField) {
            Some(scope) => match (scope.kind, of) {
                (Kind::NamespaceIdentifier, Some(of)) => {
                    self.member_use(of, scope.node, Role::Plain)
                }
                (Kind::NamespaceIdentifier, None) => self.name_use(scope.node, Role::Plain),
                _ => {
                    let made = self.ty(scope.node, Role::Type);
                    self.b.type_of(made).unwrap_or(made)
                }
            },
            None => {
                // `::name`
                let Some(name) = in_field(&children, FieldName::Name) else {
                    return self.b.unknown();
                };
                let text = self.b.source(name.node);
                let draft = self.b.free(text);
                self.b.use_at(draft, line_of(name.node), role);
                return draft;
            }
        };
        let Some(name) = in_field(&children, FieldName::Name) else { return outer };
        match name.kind {
            Kind::Qualified => self.qualified(name.node, Some(outer), role),
            Kind::TemplateFunction | Kind::TemplateType | Kind::TemplateMethod => {
                self.template_function(name.node, Some(outer), role)
            }
            Kind::DependentName => {
                self.all_children(name.node);
                self.b.unknown()
            }
            _ => self.member_use(outer, name.node, role),
        }
    }

    /// A name with arguments of types; returns what the name stands for.
    fn template_function(&mut self, node: Node<'t>, of: Option<Draft>, role: Role) -> Draft {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return self.b.unknown() };
        let named = match of {
            Some(of) => self.member_use(of, name.node, role),
            None => self.name_use(name.node, role),
        };
        let arguments = match in_field(&children, FieldName::Arguments) {
            Some(arguments) => self.type_arguments(arguments.node),
            None => Vec::new(),
        };
        let text = self.b.source(name.node);
        match arguments.first() {
            // What these give is what calling the class gives.
            Some(made)
                if matches!(text, "make_unique" | "make_shared") || text.ends_with("_cast") =>
            {
                self.b.type_of(*made).unwrap_or(named)
            }
            _ => named,
        }
    }

    fn field(&mut self, node: Node<'t>, role: Role) -> Draft {
        let children = self.children(node);
        let of = self.visit_field(&children, FieldName::Argument);
        let Some(field) = in_field(&children, FieldName::FieldField) else {
            return self.b.unknown();
        };
        match field.kind {
            Kind::FieldIdentifier => self.member_use(of, field.node, role),
            Kind::TemplateMethod => self.template_function(field.node, Some(of), role),
            _ => self.b.unknown(),
        }
    }

    fn call(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let Some(function) = in_field(&children, FieldName::Function) else {
            return self.b.unknown();
        };
        let callee = match function.kind {
            Kind::Identifier => self.name_use(function.node, Role::Call),
            Kind::FieldExpression => self.field(function.node, Role::Call),
            Kind::Qualified => self.qualified(function.node, None, Role::Call),
            Kind::TemplateFunction => self.template_function(function.node, None, Role::Call),
            _ => self.visit(function.node),
        };
        self.visit_field(&children, FieldName::Arguments);
        self.b.call(callee)
    }

    fn creation(&mut self, node: Node<'t>) -> Draft {
        let mut made = self.b.unknown();
        for child in self.children(node) {
            match child.field {
                Some(FieldName::Type) => made = self.ty(child.node, Role::Call),
                _ => {
                    self.visit(child.node);
                }
            }
        }
        made
    }

    /// `(Foo *) value` and `(Foo) { … }`.
    fn cast(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let to = match in_field(&children, FieldName::Type) {
            Some(written) => self.ty(written.node, Role::Type),
            None => self.b.unknown(),
        };
        if let Some(value) = in_field(&children, FieldName::Value) {
            self.expr(value.node, to);
        }
        to
    }

    /// `{ .name = value }`, of what is expected.
    fn initializers(&mut self, node: Node<'t>, expected: Draft) -> Draft {
        for child in self.children(node) {
            if child.kind != Kind::InitializerPair {
                self.expr(child.node, expected);
                continue;
            }
            let mut inner = expected;
            for part in self.children(child.node) {
                match (part.field, part.kind) {
                    (Some(FieldName::Designator), Kind::FieldDesignator) => {
                        for name in self.children(part.node) {
                            inner = self.member_use(inner, name.node, Role::Key);
                        }
                    }
                    (Some(FieldName::Designator), Kind::FieldIdentifier) => {
                        inner = self.member_use(inner, part.node, Role::Key);
                    }
                    (Some(FieldName::Value), _) => {
                        self.expr(part.node, inner);
                    }
                    _ => {
                        self.visit(part.node);
                    }
                }
            }
        }
        expected
    }

    fn lambda(&mut self, node: Node<'t>) -> Draft {
        self.b.open_scope(ScopeKind::Function);
        let outer = std::mem::replace(&mut self.at.in_function, true);
        self.all_children(node);
        self.at.in_function = outer;
        self.b.close_scope();
        self.b.unknown()
    }

    fn for_range(&mut self, node: Node<'t>) {
        let children = self.children(node);
        self.b.open_scope(ScopeKind::Block);
        let over = self.visit_field(&children, FieldName::Right);
        let held = match self.declared_type(&children) {
            Some(held) => held,
            None => self.b.element_of(over),
        };
        if let Some(declarator) = in_field(&children, FieldName::Declarator) {
            self.bind_local(declarator.node, held);
        }
        self.visit_field(&children, FieldName::Body);
        self.b.close_scope();
    }

    fn include(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(path) = in_field(&children, FieldName::Path) else { return };
        let written = self.b.source(path.node).trim_matches(['"', '<', '>']);
        self.b.import(written, Imported::All, "", line_of(node));
    }

    fn local(&mut self, name: &'t str, held: Draft) {
        self.b.bind(name, Binding::Local(held));
    }
}

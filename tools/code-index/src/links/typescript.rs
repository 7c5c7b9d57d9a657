//! What TypeScript, TSX and JavaScript say of names: statements and expressions
//! here, definitions in `declare`, types in `types`, imports in `modules`.
//!
//! An object that is written out knows what is expected of it (`expected`), so
//! that its keys lead to the type's fields.

mod declare;
mod modules;
mod types;

use tree_sitter::Node;

use super::builder::{Binding, Draft, ScopeKind, line_of};
use super::grammar::{self, in_field, names};
use super::walk::{self, Grammars, Spoken};
use super::{ItemId, Role};
use crate::language::Language;

names! {
    /// Nodes that mean something here.
    Kind {
        AbstractMethod = "abstract_method_signature",
        Accessibility = "accessibility_modifier",
        AliasDeclaration = "type_alias_declaration",
        AbstractClass = "abstract_class_declaration",
        Arguments = "arguments",
        Array = "array",
        ArrayPattern = "array_pattern",
        ArrayType = "array_type",
        Arrow = "arrow_function",
        As = "as_expression",
        Assignment = "assignment_expression",
        AssignmentPattern = "assignment_pattern",
        Await = "await_expression",
        Binary = "binary_expression",
        CallExpression = "call_expression",
        CallSignature = "call_signature",
        Catch = "catch_clause",
        ClassBody = "class_body",
        ClassDeclaration = "class_declaration",
        ClassExpression = "class",
        ClassHeritage = "class_heritage",
        Comment = "comment",
        ConstructSignature = "construct_signature",
        ConstructorType = "constructor_type",
        Decorator = "decorator",
        Enum = "enum_declaration",
        EnumAssignment = "enum_assignment",
        EnumBody = "enum_body",
        Export = "export_statement",
        ExportClause = "export_clause",
        ExportSpecifier = "export_specifier",
        ExtendsClause = "extends_clause",
        ExtendsTypeClause = "extends_type_clause",
        Field = "public_field_definition",
        ForIn = "for_in_statement",
        For = "for_statement",
        FunctionDeclaration = "function_declaration",
        FunctionExpression = "function_expression",
        FunctionSignature = "function_signature",
        FunctionType = "function_type",
        GeneratorDeclaration = "generator_function_declaration",
        GeneratorFunction = "generator_function",
        GenericType = "generic_type",
        Identifier = "identifier",
        ImplementsClause = "implements_clause",
        Import = "import_statement",
        ImportClause = "import_clause",
        ImportRequire = "import_require_clause",
        ImportSpecifier = "import_specifier",
        IndexSignature = "index_signature",
        InterfaceBody = "interface_body",
        Interface = "interface_declaration",
        InternalModule = "internal_module",
        Intersection = "intersection_type",
        JsxAttribute = "jsx_attribute",
        JsxClosing = "jsx_closing_element",
        JsxExpression = "jsx_expression",
        JsxOpening = "jsx_opening_element",
        JsxSelfClosing = "jsx_self_closing_element",
        LexicalDeclaration = "lexical_declaration",
        LiteralType = "literal_type",
        LookupType = "lookup_type",
        Member = "member_expression",
        MethodDefinition = "method_definition",
        MethodSignature = "method_signature",
        Module = "module",
        NamedImports = "named_imports",
        NamespaceExport = "namespace_export",
        NamespaceImport = "namespace_import",
        NestedIdentifier = "nested_identifier",
        NestedType = "nested_type_identifier",
        New = "new_expression",
        NonNull = "non_null_expression",
        Object = "object",
        ObjectAssignmentPattern = "object_assignment_pattern",
        ObjectPattern = "object_pattern",
        ObjectType = "object_type",
        OptionalParameter = "optional_parameter",
        Pair = "pair",
        PairPattern = "pair_pattern",
        Parenthesized = "parenthesized_expression",
        ParenthesizedType = "parenthesized_type",
        PredefinedType = "predefined_type",
        PrivateProperty = "private_property_identifier",
        Property = "property_identifier",
        PropertySignature = "property_signature",
        ReadonlyType = "readonly_type",
        RequiredParameter = "required_parameter",
        RestPattern = "rest_pattern",
        Return = "return_statement",
        Satisfies = "satisfies_expression",
        Shorthand = "shorthand_property_identifier",
        ShorthandPattern = "shorthand_property_identifier_pattern",
        StatementBlock = "statement_block",
        Str = "string",
        Subscript = "subscript_expression",
        Super = "super",
        Ternary = "ternary_expression",
        This = "this",
        ThisType = "this_type",
        Tuple = "tuple_type",
        TypeAnnotation = "type_annotation",
        TypeArguments = "type_arguments",
        TypeIdentifier = "type_identifier",
        TypeParameter = "type_parameter",
        TypeParameters = "type_parameters",
        TypeQuery = "type_query",
        Union = "union_type",
        VariableDeclaration = "variable_declaration",
        VariableDeclarator = "variable_declarator",
    }
}

names! {
    /// Fields that mean something here.
    FieldName {
        Alias = "alias",
        Alternative = "alternative",
        ArgumentsField = "arguments",
        Body = "body",
        Consequence = "consequence",
        Condition = "condition",
        Constraint = "constraint",
        Constructor = "constructor",
        Declaration = "declaration",
        Function = "function",
        Index = "index",
        Key = "key",
        KindWord = "kind",
        Left = "left",
        Name = "name",
        ObjectField = "object",
        Operator = "operator",
        Parameter = "parameter",
        Parameters = "parameters",
        Pattern = "pattern",
        PropertyField = "property",
        ReturnType = "return_type",
        Right = "right",
        Source = "source",
        Type = "type",
        TypeArgumentsField = "type_arguments",
        TypeParametersField = "type_parameters",
        Value = "value",
        ModuleField = "module",
    }
}

type Child<'t> = grammar::Child<'t, Kind, FieldName>;
type Walk<'t> = walk::Walk<'t, TypeScript>;

/// A function that is being walked.
struct Frame {
    item: Option<ItemId>,
    /// What it says it gives back.
    declared: Draft,
    is_annotated: bool,
}

/// What is known where the walk stands.
pub(super) struct TypeScript {
    functions: Vec<Frame>,
    /// `this.x = …` defines a member.
    declares_members: bool,
}

impl<'t> Spoken<'t> for TypeScript {
    type Kind = Kind;
    type Field = FieldName;

    fn grammars() -> &'static Grammars<Kind, FieldName> {
        static GRAMMARS: Grammars<Kind, FieldName> = Grammars::new();
        &GRAMMARS
    }

    fn at_top(language: Language) -> Self {
        TypeScript { functions: Vec::new(), declares_members: language.name() == "javascript" }
    }

    fn expr(walk: &mut Walk<'t>, node: Node<'t>) -> Draft {
        let unknown = walk.b.unknown();
        walk.expr_of(node, unknown)
    }

    fn has_value(kind: Kind) -> bool {
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
            Kind::TypeIdentifier => self.name_use(node, Role::Type),
            Kind::This => self.this(),
            Kind::Super => match self.b.class() {
                Some(class) => self.b.base_of(class),
                None => self.b.unknown(),
            },
            Kind::Member => self.member(node),
            Kind::Subscript => self.subscript(node),
            Kind::CallExpression => self.call(node),
            Kind::New => self.construct(node),
            Kind::Await => {
                let of = self.first_for(node, expected);
                self.b.awaited(of)
            }
            Kind::Parenthesized | Kind::NonNull => self.first_for(node, expected),
            Kind::As => self.cast(node),
            Kind::Satisfies => self.satisfies(node),
            Kind::Object => self.object(node, expected, None),
            Kind::Array => self.array(node, expected),
            Kind::Ternary => self.ternary(node, expected),
            Kind::Binary => self.binary(node, expected),
            Kind::Assignment => self.assignment(node),
            Kind::Arrow | Kind::FunctionExpression | Kind::GeneratorFunction => {
                self.function_value(node, expected)
            }
            Kind::ClassExpression => self.class_value(node),
            Kind::JsxOpening | Kind::JsxSelfClosing => self.jsx(node),
            Kind::JsxClosing => {
                for child in self.children(node) {
                    self.jsx_name(child.node);
                }
                self.b.unknown()
            }
            Kind::Str => self.b.builtin("String"),
            Kind::Comment | Kind::Property => self.b.unknown(),
            _ => self.statement(node),
        }
    }

    fn statement(&mut self, node: Node<'t>) -> Draft {
        match self.kind(node) {
            Kind::Import => self.import(node),
            Kind::Export => self.export(node),
            Kind::LexicalDeclaration | Kind::VariableDeclaration => self.variables(node),
            Kind::FunctionDeclaration | Kind::GeneratorDeclaration | Kind::FunctionSignature => {
                self.function_declaration(node);
            }
            Kind::ClassDeclaration | Kind::AbstractClass => {
                self.class(node, None);
            }
            Kind::Interface => self.interface(node),
            Kind::AliasDeclaration => self.alias(node),
            Kind::Enum => self.enumeration(node),
            Kind::InternalModule | Kind::Module => self.namespace(node),
            Kind::Return => self.give_back(node),
            Kind::StatementBlock | Kind::For => self.block(node),
            Kind::ForIn => self.for_in(node),
            Kind::Catch => self.catch(node),
            Kind::TypeAnnotation
            | Kind::TypeArguments
            | Kind::GenericType
            | Kind::Union
            | Kind::Intersection
            | Kind::ObjectType
            | Kind::ArrayType
            | Kind::FunctionType
            | Kind::NestedType => {
                return self.ty(node, None);
            }
            _ => self.all_children(node),
        }
        self.b.unknown()
    }

    /// The value of the first child that has one, where this is expected of it.
    fn first_for(&mut self, node: Node<'t>, expected: Draft) -> Draft {
        self.first_child_by(node, |walk, child| walk.expr(child, expected))
    }

    fn name_use(&mut self, node: Node<'t>, role: Role) -> Draft {
        let name = self.b.source(node);
        let draft = self.b.name(name);
        self.b.use_at(draft, line_of(node), role);
        draft
    }

    /// A member's use; returns what it stands for.
    fn property_use(&mut self, of: Draft, name: Node<'t>, role: Role) -> Draft {
        let text = self.b.source(name).trim_matches(['"', '\'']);
        let draft = self.b.member(of, text);
        self.b.use_at(draft, line_of(name), role);
        draft
    }

    /// A key of an object that is written out, where it is known what for.
    fn key_use(&mut self, expected: Draft, key: Node<'t>) -> Draft {
        if self.b.is_unknown(expected) {
            return expected;
        }
        self.property_use(expected, key, Role::Key)
    }

    fn member(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let of = self.visit_field(&children, FieldName::ObjectField);
        match in_field(&children, FieldName::PropertyField) {
            Some(property) => self.property_use(of, property.node, Role::Plain),
            None => self.b.unknown(),
        }
    }

    fn subscript(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let of = self.visit_field(&children, FieldName::ObjectField);
        match in_field(&children, FieldName::Index) {
            Some(index) if index.kind == Kind::Str => {
                self.property_use(of, index.node, Role::Plain)
            }
            Some(index) => {
                self.visit(index.node);
                self.b.element(of)
            }
            None => self.b.unknown(),
        }
    }

    fn call(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let Some(function) = in_field(&children, FieldName::Function) else {
            return self.b.unknown();
        };
        let required = in_field(&children, FieldName::ArgumentsField)
            .and_then(|arguments| self.required(*function, arguments.node));
        if let Some(required) = required {
            return required;
        }
        let callee = self.visit(function.node);
        self.b.mark(callee, Role::Call);
        let types = self.type_arguments(&children);
        if let Some(arguments) = in_field(&children, FieldName::ArgumentsField) {
            self.arguments(arguments.node, callee);
        }
        let result = self.b.call(callee);
        if types.is_empty() { result } else { self.b.generic(result, &types) }
    }

    fn arguments(&mut self, node: Node<'t>, callee: Draft) {
        let children = self.children(node);
        let named = children.iter().filter(|child| child.kind != Kind::Comment);
        for (at, argument) in named.enumerate() {
            let expected = self.b.param_of(callee, at);
            self.expr(argument.node, expected);
        }
    }

    fn construct(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let class = self.visit_field(&children, FieldName::Constructor);
        self.b.mark(class, Role::Call);
        let types = self.type_arguments(&children);
        if let Some(arguments) = in_field(&children, FieldName::ArgumentsField) {
            self.arguments(arguments.node, class);
        }
        let instance = self.b.instance(class);
        if types.is_empty() { instance } else { self.b.generic(instance, &types) }
    }

    fn cast(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let named: Vec<&Child<'t>> =
            children.iter().filter(|child| child.node.is_named()).collect();
        match named.as_slice() {
            [value, to, ..] => {
                let to = self.ty(to.node, None);
                self.expr(value.node, to);
                to
            }
            // `as const`
            [value] => self.visit(value.node),
            [] => self.b.unknown(),
        }
    }

    fn satisfies(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        match children.as_slice() {
            [value, to, ..] => {
                let to = self.ty(to.node, None);
                self.expr(value.node, to);
                to
            }
            _ => self.b.unknown(),
        }
    }

    fn array(&mut self, node: Node<'t>, expected: Draft) -> Draft {
        let inner = self.b.element(expected);
        let mut of = self.b.unknown();
        for child in self.children(node) {
            let element = self.expr(child.node, inner);
            of = if self.b.is_unknown(of) { element } else { of };
        }
        self.b.list(of)
    }

    fn ternary(&mut self, node: Node<'t>, expected: Draft) -> Draft {
        let children = self.children(node);
        self.visit_field(&children, FieldName::Condition);
        let mut either = self.b.unknown();
        for field in [FieldName::Consequence, FieldName::Alternative] {
            if let Some(child) = in_field(&children, field) {
                let found = self.expr(child.node, expected);
                either = self.b.either(either, found);
            }
        }
        either
    }

    fn binary(&mut self, node: Node<'t>, expected: Draft) -> Draft {
        let children = self.children(node);
        let operator =
            in_field(&children, FieldName::Operator).map_or("", |child| self.b.source(child.node));
        let operand = |walk: &mut Self, field| match in_field(&children, field) {
            Some(child) => walk.expr(child.node, expected),
            None => walk.b.unknown(),
        };
        let left = operand(self, FieldName::Left);
        let right = operand(self, FieldName::Right);
        match operator {
            "||" | "??" => self.b.either(left, right),
            "&&" => right,
            _ => self.b.unknown(),
        }
    }

    fn assignment(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let (Some(left), Some(right)) =
            (in_field(&children, FieldName::Left), in_field(&children, FieldName::Right))
        else {
            return self.b.unknown();
        };
        match left.kind {
            Kind::ObjectPattern | Kind::ArrayPattern => {
                let value = self.visit(right.node);
                self.all_children(left.node);
                value
            }
            Kind::Member if self.at.declares_members && self.is_own_member(left.node) => {
                let value = self.visit(right.node);
                self.declare_member(left.node, value);
                value
            }
            _ => {
                let target = self.visit(left.node);
                let value = self.expr(right.node, target);
                if left.kind == Kind::Identifier {
                    let name = self.b.source(left.node);
                    self.b.assign(name, value);
                }
                value
            }
        }
    }

    fn is_own_member(&mut self, node: Node<'t>) -> bool {
        let of = node.child_by_field_name("object");
        of.is_some_and(|of| self.kind(of) == Kind::This) && self.b.class().is_some()
    }

    fn give_back(&mut self, node: Node<'t>) {
        let (declared, item) = match self.at.functions.last() {
            Some(frame) => (frame.declared, frame.item.filter(|_| !frame.is_annotated)),
            None => (self.b.unknown(), None),
        };
        let value = self.first_for(node, declared);
        if let Some(item) = item
            && !self.b.is_unknown(value)
        {
            self.b.add_result(item, value);
        }
    }

    fn for_in(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let over = self.visit_field(&children, FieldName::Right);
        let is_of = in_field(&children, FieldName::Operator)
            .is_some_and(|operator| self.b.source(operator.node) == "of");
        let held = if is_of { self.b.element(over) } else { self.b.unknown() };
        self.b.open_scope(ScopeKind::Block);
        if let Some(left) = in_field(&children, FieldName::Left) {
            if in_field(&children, FieldName::KindWord).is_some() {
                self.bind_pattern(left.node, held, None);
            } else {
                self.visit(left.node);
            }
        }
        self.visit_field(&children, FieldName::Body);
        self.b.close_scope();
    }

    fn catch(&mut self, node: Node<'t>) {
        let children = self.children(node);
        self.b.open_scope(ScopeKind::Block);
        if let Some(parameter) = in_field(&children, FieldName::Parameter) {
            let unknown = self.b.unknown();
            self.bind_pattern(parameter.node, unknown, None);
        }
        self.visit_field(&children, FieldName::Body);
        self.b.close_scope();
    }

    /// An object written out. With `into` its keys are members of that item.
    fn object(&mut self, node: Node<'t>, expected: Draft, into: Option<ItemId>) -> Draft {
        for child in self.children(node) {
            match child.kind {
                Kind::Pair => self.pair(child.node, expected, into),
                Kind::Shorthand => {
                    let value = self.name_use(child.node, Role::Plain);
                    self.key_use(expected, child.node);
                    if let Some(item) = into {
                        let name = self.b.source(child.node);
                        let kind = super::ItemKind::Value;
                        let member = self.b.item_in(Some(item), name, child.node, kind, child.node);
                        self.b.add_result(member, value);
                    }
                }
                Kind::MethodDefinition => self.object_method(child.node, expected, into),
                _ => {
                    self.visit(child.node);
                }
            }
        }
        match into {
            Some(item) => self.b.item_expr(item),
            None => expected,
        }
    }

    fn pair(&mut self, node: Node<'t>, expected: Draft, into: Option<ItemId>) {
        let children = self.children(node);
        let (Some(key), Some(value)) =
            (in_field(&children, FieldName::Key), in_field(&children, FieldName::Value))
        else {
            return;
        };
        let inner = match key.kind {
            Kind::Property | Kind::Str => self.key_use(expected, key.node),
            _ => {
                self.visit(key.node);
                self.b.unknown()
            }
        };
        match into {
            Some(item) if matches!(key.kind, Kind::Property | Kind::Str) => {
                self.define_member(item, key.node, value, node);
            }
            _ => {
                self.expr(value.node, inner);
            }
        }
    }

    fn jsx(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let component = match in_field(&children, FieldName::Name) {
            Some(name) => self.jsx_name(name.node),
            None => self.b.unknown(),
        };
        let props = self.b.param_of(component, 0);
        for child in &children {
            match child.kind {
                Kind::JsxAttribute => self.jsx_attribute(child.node, props),
                _ if child.field == Some(FieldName::Name) => {}
                _ => {
                    self.visit(child.node);
                }
            }
        }
        self.b.unknown()
    }

    /// Lower-case names are elements of the page, not of the code.
    fn jsx_name(&mut self, node: Node<'t>) -> Draft {
        let text = self.b.source(node);
        if self.kind(node) == Kind::Identifier
            && text.starts_with(|first: char| first.is_lowercase())
        {
            return self.b.unknown();
        }
        let component = self.visit(node);
        self.b.mark(component, Role::Call);
        component
    }

    fn jsx_attribute(&mut self, node: Node<'t>, props: Draft) {
        let mut expected = self.b.unknown();
        for child in self.children(node) {
            match child.kind {
                Kind::Property => {
                    expected = self.key_use(props, child.node);
                }
                Kind::JsxExpression => {
                    for inner in self.children(child.node) {
                        self.expr(inner.node, expected);
                    }
                }
                _ => {
                    self.visit(child.node);
                }
            }
        }
    }

    fn bind_local(&mut self, name: &'t str, held: Draft) {
        self.b.bind(name, Binding::Local(held));
    }
}

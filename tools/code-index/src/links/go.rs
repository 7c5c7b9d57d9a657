//! What Go says of names: statements and expressions here, definitions and
//! imports in `declare`, types in `types`.
//!
//! Local variables are looked up as the walk meets them: `store := store.Open()`
//! hides the package that it is made from. Names of the package that other files
//! define are free names. A method is a member of an extension of its type.
//!
//! **Deliberately absent:** which interfaces a type satisfies; nothing names them.

mod declare;
mod types;

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::builder::{Draft, ScopeKind, line_of};
use super::grammar::{self, in_field, names};
use super::walk::{self, Grammars, Spoken};
use super::{ItemId, Role};
use crate::language::Language;

names! {
    /// Nodes that mean something here.
    Kind {
        ArgumentList = "argument_list",
        ArrayType = "array_type",
        Assignment = "assignment_statement",
        Binary = "binary_expression",
        BlankIdentifier = "blank_identifier",
        Block = "block",
        Call = "call_expression",
        ChannelType = "channel_type",
        Comment = "comment",
        CommunicationCase = "communication_case",
        Composite = "composite_literal",
        ConstDeclaration = "const_declaration",
        ConstSpec = "const_spec",
        DefaultCase = "default_case",
        Dot = "dot",
        ExpressionCase = "expression_case",
        ExpressionList = "expression_list",
        ExpressionSwitch = "expression_switch_statement",
        FieldDeclaration = "field_declaration",
        FieldDeclarations = "field_declaration_list",
        For = "for_statement",
        FuncLiteral = "func_literal",
        FunctionDeclaration = "function_declaration",
        FunctionType = "function_type",
        GenericType = "generic_type",
        Identifier = "identifier",
        If = "if_statement",
        ImplicitArrayType = "implicit_length_array_type",
        ImportDeclaration = "import_declaration",
        ImportSpec = "import_spec",
        ImportSpecs = "import_spec_list",
        Index = "index_expression",
        InterfaceType = "interface_type",
        KeyedElement = "keyed_element",
        LabelName = "label_name",
        LiteralElement = "literal_element",
        LiteralValue = "literal_value",
        MapType = "map_type",
        MethodDeclaration = "method_declaration",
        MethodElem = "method_elem",
        NegatedType = "negated_type",
        PackageClause = "package_clause",
        PackageIdentifier = "package_identifier",
        ParameterDeclaration = "parameter_declaration",
        ParameterList = "parameter_list",
        Parenthesized = "parenthesized_expression",
        ParenthesizedType = "parenthesized_type",
        PointerType = "pointer_type",
        QualifiedType = "qualified_type",
        RangeClause = "range_clause",
        RawString = "raw_string_literal",
        Receive = "receive_statement",
        Selector = "selector_expression",
        ShortVar = "short_var_declaration",
        SliceExpression = "slice_expression",
        SliceType = "slice_type",
        Str = "interpreted_string_literal",
        StructType = "struct_type",
        TypeAlias = "type_alias",
        TypeArguments = "type_arguments",
        TypeAssertion = "type_assertion_expression",
        TypeCase = "type_case",
        TypeConstraint = "type_constraint",
        TypeConversion = "type_conversion_expression",
        TypeDeclaration = "type_declaration",
        TypeElem = "type_elem",
        TypeIdentifier = "type_identifier",
        TypeInstantiation = "type_instantiation_expression",
        TypeParameter = "type_parameter_declaration",
        TypeSpec = "type_spec",
        TypeSwitch = "type_switch_statement",
        Unary = "unary_expression",
        VarDeclaration = "var_declaration",
        VarSpec = "var_spec",
        VarSpecs = "var_spec_list",
        VariadicParameter = "variadic_parameter_declaration",
    }
}

names! {
    /// Fields that mean something here.
    FieldName {
        Alias = "alias",
        Alternative = "alternative",
        ArgumentsField = "arguments",
        Body = "body",
        Condition = "condition",
        Consequence = "consequence",
        Element = "element",
        FieldOf = "field",
        FunctionField = "function",
        Initializer = "initializer",
        Key = "key",
        Left = "left",
        Length = "length",
        Name = "name",
        Operand = "operand",
        Operator = "operator",
        Package = "package",
        Parameters = "parameters",
        Path = "path",
        Receiver = "receiver",
        ResultOf = "result",
        Right = "right",
        Type = "type",
        TypeArgumentsField = "type_arguments",
        TypeParametersField = "type_parameters",
        Value = "value",
    }
}

type Child<'t> = grammar::Child<'t, Kind, FieldName>;
type Walk<'t> = walk::Walk<'t, Go<'t>>;

/// What is known where the walk stands.
#[derive(Default)]
pub(super) struct Go<'t> {
    /// Variables in reach, the newest last, with what they hold.
    locals: Vec<(&'t str, Draft)>,
    /// Type parameters in reach, with an instance of their bounds.
    type_parameters: Vec<(&'t str, Draft)>,
    /// The items that hold the methods of a type.
    extensions: FxHashMap<&'t str, ItemId>,
}

impl<'t> Spoken<'t> for Go<'t> {
    type Kind = Kind;
    type Field = FieldName;

    fn grammars() -> &'static Grammars<Kind, FieldName> {
        static GRAMMARS: Grammars<Kind, FieldName> = Grammars::new();
        &GRAMMARS
    }

    fn at_top(_: Language) -> Self {
        Go::default()
    }

    fn expr(walk: &mut Walk<'t>, node: Node<'t>) -> Draft {
        walk.expr(node)
    }
}

impl<'t> Walk<'t> {
    fn expr(&mut self, node: Node<'t>) -> Draft {
        match self.kind(node) {
            Kind::Identifier => self.name_use(node, Role::Plain),
            Kind::TypeIdentifier | Kind::QualifiedType | Kind::GenericType => self.class(node),
            Kind::Selector => self.selector(node, Role::Plain),
            Kind::Call => self.call(node),
            Kind::Index => {
                let children = self.children(node);
                let of = self.first_of(&children);
                self.b.element(of)
            }
            Kind::SliceExpression | Kind::Parenthesized => {
                let children = self.children(node);
                self.first_of(&children)
            }
            Kind::TypeAssertion | Kind::TypeConversion => {
                let children = self.children(node);
                self.visit_field(&children, FieldName::Operand);
                self.type_in(&children, FieldName::Type)
            }
            Kind::TypeInstantiation => {
                let children = self.children(node);
                for child in children.iter().skip(1) {
                    self.ty(child.node);
                }
                self.visit_field(&children, FieldName::Type)
            }
            Kind::Composite => self.composite(node),
            Kind::FuncLiteral => self.func_literal(node),
            Kind::Unary => self.unary(node),
            Kind::Str | Kind::RawString => self.b.builtin("string"),
            _ => self.statement(node),
        }
    }

    fn statement(&mut self, node: Node<'t>) -> Draft {
        match self.kind(node) {
            Kind::ShortVar => self.short_var(node),
            Kind::Assignment => self.assignment(node),
            Kind::Block
            | Kind::If
            | Kind::For
            | Kind::ExpressionSwitch
            | Kind::ExpressionCase
            | Kind::DefaultCase
            | Kind::CommunicationCase => {
                let known = self.at.locals.len();
                self.b.open_scope(ScopeKind::Block);
                self.all_children(node);
                self.b.close_scope();
                self.at.locals.truncate(known);
            }
            Kind::TypeSwitch => self.type_switch(node),
            Kind::RangeClause => self.range(node),
            Kind::Receive => {
                let children = self.children(node);
                let value = self.visit_field(&children, FieldName::Right);
                if let Some(left) = in_field(&children, FieldName::Left) {
                    self.bind_all(left.node, &[value]);
                }
            }
            Kind::Comment | Kind::LabelName => {}
            Kind::MapType
            | Kind::SliceType
            | Kind::ArrayType
            | Kind::PointerType
            | Kind::ChannelType
            | Kind::StructType
            | Kind::InterfaceType
            | Kind::FunctionType => return self.ty(node),
            _ => return self.declaration(node),
        }
        self.b.unknown()
    }

    /// The value of the first child; the others are walked too.
    fn first_of(&mut self, children: &[Child<'t>]) -> Draft {
        let mut first = None;
        for child in children {
            if child.kind != Kind::Comment && child.node.is_named() {
                let found = self.visit(child.node);
                first.get_or_insert(found);
            }
        }
        first.unwrap_or(self.b.unknown())
    }

    fn local(&self, name: &str) -> Option<Draft> {
        self.at.locals.iter().rev().find(|(known, _)| *known == name).map(|&(_, held)| held)
    }

    fn name_use(&mut self, node: Node<'t>, role: Role) -> Draft {
        let name = self.b.source(node);
        if name == "_" {
            return self.b.unknown();
        }
        if let Some(held) = self.local(name) {
            return held;
        }
        if let Some(instance) = self.type_without_use(name) {
            return instance;
        }
        let draft = self.b.name(name);
        self.b.use_at(draft, line_of(node), role);
        draft
    }

    fn selector(&mut self, node: Node<'t>, role: Role) -> Draft {
        let children = self.children(node);
        let of = self.visit_field(&children, FieldName::Operand);
        match in_field(&children, FieldName::FieldOf) {
            Some(name) => self.member_use(of, name.node, role),
            None => self.b.unknown(),
        }
    }

    fn callee(&mut self, node: Node<'t>) -> Draft {
        match self.kind(node) {
            Kind::Identifier => self.name_use(node, Role::Call),
            Kind::Selector => self.selector(node, Role::Call),
            // `f[int](x)` and `(f)(x)`
            Kind::Index => {
                let children = self.children(node);
                let callee = match in_field(&children, FieldName::Operand) {
                    Some(operand) => self.callee(operand.node),
                    None => self.b.unknown(),
                };
                for child in children.iter().skip(1) {
                    self.visit(child.node);
                }
                callee
            }
            _ => self.visit(node),
        }
    }

    fn call(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let Some(function) = in_field(&children, FieldName::FunctionField).copied() else {
            return self.b.unknown();
        };
        let arguments = in_field(&children, FieldName::ArgumentsField).map(|list| list.node);
        let name = self.b.source(function.node);
        let is_builtin = matches!(name, "new" | "make" | "append" | "len" | "cap" | "panic")
            && function.kind == Kind::Identifier
            && self.local(name).is_none();
        if is_builtin {
            return self.builtin_call(name, arguments);
        }
        let callee = self.callee(function.node);
        if let Some(types) = in_field(&children, FieldName::TypeArgumentsField) {
            self.type_arguments(types.node);
        }
        if let Some(arguments) = arguments {
            self.all_children(arguments);
        }
        self.b.call(callee)
    }

    fn builtin_call(&mut self, name: &str, arguments: Option<Node<'t>>) -> Draft {
        let Some(arguments) = arguments else { return self.b.unknown() };
        let children = self.children(arguments);
        match (name, children.split_first()) {
            ("new" | "make", Some((of, rest))) => {
                let made = self.ty(of.node);
                self.first_of(rest);
                made
            }
            ("append", Some(_)) => self.first_of(&children),
            _ => {
                self.first_of(&children);
                self.b.unknown()
            }
        }
    }

    fn unary(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let of = self.visit_field(&children, FieldName::Operand);
        let operator =
            in_field(&children, FieldName::Operator).map_or("", |child| self.b.source(child.node));
        match operator {
            "&" | "*" => of,
            "<-" => self.b.element(of),
            _ => self.b.unknown(),
        }
    }

    fn func_literal(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let known = self.at.locals.len();
        self.b.open_scope(ScopeKind::Function);
        if let Some(parameters) = in_field(&children, FieldName::Parameters) {
            self.parameters(parameters.node, None);
        }
        if let Some(result) = in_field(&children, FieldName::ResultOf) {
            self.results(result.node);
        }
        self.visit_field(&children, FieldName::Body);
        self.b.close_scope();
        self.at.locals.truncate(known);
        self.b.unknown()
    }

    fn composite(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let Some(of) = in_field(&children, FieldName::Type) else { return self.b.unknown() };
        let made = self.ty(of.node);
        let has_fields = !matches!(
            of.kind,
            Kind::MapType | Kind::SliceType | Kind::ArrayType | Kind::ImplicitArrayType
        );
        if let Some(body) = in_field(&children, FieldName::Body) {
            self.literal_value(body.node, made, has_fields);
        }
        made
    }

    /// `{ … }` for what is `made`. What stands in a list or map may leave out its type.
    fn literal_value(&mut self, node: Node<'t>, made: Draft, has_fields: bool) {
        let inner = self.b.element(made);
        for child in self.children(node) {
            match child.kind {
                Kind::KeyedElement => {
                    let parts = self.children(child.node);
                    if let Some(key) = in_field(&parts, FieldName::Key) {
                        self.literal_key(key.node, made, has_fields);
                    }
                    if let Some(value) = in_field(&parts, FieldName::Value) {
                        self.literal_element(value.node, inner);
                    }
                }
                _ => self.literal_element(child.node, inner),
            }
        }
    }

    fn literal_key(&mut self, node: Node<'t>, made: Draft, has_fields: bool) {
        let key = self.children(node).first().copied();
        match key {
            Some(key) if has_fields && key.kind == Kind::Identifier => {
                self.member_use(made, key.node, Role::Key);
            }
            _ => {
                let unknown = self.b.unknown();
                self.literal_element(node, unknown);
            }
        }
    }

    fn literal_element(&mut self, node: Node<'t>, made: Draft) {
        for child in self.children(node) {
            if child.kind == Kind::LiteralValue {
                self.go_deeper(|walk| walk.literal_value(child.node, made, true));
            } else {
                self.visit(child.node);
            }
        }
    }

    // Variables.

    /// The values on the right of `=` or `:=`, one for each of `wanted` names.
    fn values(&mut self, node: Option<Node<'t>>, wanted: usize) -> Vec<Draft> {
        let Some(node) = node else { return Vec::new() };
        let mut children = self.children(node);
        children.retain(|child| child.kind != Kind::Comment);
        let is_call = matches!(children.as_slice(), [only] if only.kind == Kind::Call);
        let values: Vec<Draft> = children.iter().map(|child| self.visit(child.node)).collect();
        match values.as_slice() {
            [only] if wanted > 1 && is_call => {
                let only = *only;
                (0..wanted).map(|at| self.b.part(only, at)).collect()
            }
            _ => values,
        }
    }

    fn short_var(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let (left, right) =
            (in_field(&children, FieldName::Left), in_field(&children, FieldName::Right));
        let Some(left) = left else { return };
        let wanted = left.node.named_child_count();
        let values = self.values(right.map(|right| right.node), wanted);
        self.bind_all(left.node, &values);
    }

    /// Binds the names of a list, in order.
    fn bind_all(&mut self, names: Node<'t>, values: &[Draft]) {
        let names = self.children(names);
        for (at, name) in names.iter().filter(|name| name.kind != Kind::Comment).enumerate() {
            let held = values.get(at).copied().unwrap_or(self.b.unknown());
            if name.kind == Kind::Identifier {
                self.bind_local(name.node, held);
            } else {
                self.visit(name.node);
            }
        }
    }

    fn bind_local(&mut self, name: Node<'t>, held: Draft) {
        let text = self.b.source(name);
        if text != "_" {
            self.at.locals.push((text, held));
        }
    }

    fn assignment(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(left) = in_field(&children, FieldName::Left) else { return };
        let right = in_field(&children, FieldName::Right).map(|right| right.node);
        let values = self.values(right, left.node.named_child_count());
        let names = self.children(left.node);
        for (at, target) in names.iter().filter(|name| name.kind != Kind::Comment).enumerate() {
            let text = self.b.source(target.node);
            let value = values.get(at).copied().unwrap_or(self.b.unknown());
            let known = self.at.locals.iter().rposition(|(known, _)| *known == text);
            match known.filter(|_| target.kind == Kind::Identifier) {
                Some(local) if self.b.is_unknown(self.at.locals[local].1) => {
                    self.at.locals[local].1 = value;
                }
                Some(_) => {}
                None => {
                    self.visit(target.node);
                }
            }
        }
    }

    fn range(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let over = self.visit_field(&children, FieldName::Right);
        if let Some(left) = in_field(&children, FieldName::Left) {
            let (key, element) = (self.b.unknown(), self.b.element(over));
            self.bind_all(left.node, &[key, element]);
        }
    }

    fn type_switch(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let known = self.at.locals.len();
        self.visit_field(&children, FieldName::Initializer);
        let value = self.visit_field(&children, FieldName::Value);
        let alias = in_field(&children, FieldName::Alias).map(|alias| alias.node);
        for child in &children {
            if !matches!(child.kind, Kind::TypeCase | Kind::DefaultCase) {
                continue;
            }
            let inner = self.at.locals.len();
            self.b.open_scope(ScopeKind::Block);
            let parts = self.children(child.node);
            let types = parts.iter().filter(|part| part.field == Some(FieldName::Type));
            let types: Vec<Draft> = types.map(|of| self.ty(of.node)).collect();
            if let Some(alias) = alias {
                let held = if let [only] = types.as_slice() { *only } else { value };
                self.bind_all(alias, &[held]);
            }
            for part in parts.iter().filter(|part| part.field.is_none()) {
                self.visit(part.node);
            }
            self.b.close_scope();
            self.at.locals.truncate(inner);
        }
        self.at.locals.truncate(known);
    }
}

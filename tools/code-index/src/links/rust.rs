//! What Rust says of names: expressions here, definitions in `items`, types in
//! `types`, paths and `use` in `paths`, patterns in `patterns`, and what stands
//! inside macro calls in `tokens`.
//!
//! Local variables and type parameters are looked up as the walk meets them,
//! since a `let` hides what it is made from: `let store = store();`. What is left
//! for the builder are items and imports, of which order does not matter.
//!
//! `?`, `Some(x)` and `Ok(x)` stand for what they are done to, since whoever
//! reads the links looks through `Option` and `Result`. `x.0` of a tuple and a
//! field without a name are members called by their number.

mod items;
mod paths;
mod patterns;
mod tokens;
mod types;

use tree_sitter::Node;

use super::builder::{Draft, ScopeKind, Space};
use super::grammar::{self, in_field, names};
use super::walk::{self, Grammars, Spoken};
use super::{ItemId, Role};
use crate::language::Language;

/// What marks a macro among functions: what it gives.
pub(crate) const MACRO: &str = "macro_rules!";
/// Methods that give the type that they are called with.
const GIVERS: [&str; 12] = [
    "collect",
    "parse",
    "sum",
    "product",
    "into",
    "try_into",
    "downcast_ref",
    "downcast_mut",
    "downcast",
    "from_str",
    "from_slice",
    "from_value",
];
/// The names of fields without one; of later ones nothing is known.
const PLACES: [&str; 12] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"];

names! {
    /// Nodes that mean something here.
    Kind {
        AbstractType = "abstract_type",
        ArrayExpression = "array_expression",
        ArrayType = "array_type",
        Assignment = "assignment_expression",
        AssociatedType = "associated_type",
        Attribute = "attribute_item",
        Await = "await_expression",
        Block = "block",
        BlockComment = "block_comment",
        BoundedType = "bounded_type",
        BracketedType = "bracketed_type",
        Call = "call_expression",
        Captured = "captured_pattern",
        Closure = "closure_expression",
        ConstItem = "const_item",
        ConstParameter = "const_parameter",
        Crate = "crate",
        DynamicType = "dynamic_type",
        ElseClause = "else_clause",
        Enum = "enum_item",
        EnumVariant = "enum_variant",
        ExpressionStatement = "expression_statement",
        ExternCrate = "extern_crate_declaration",
        Field = "field_expression",
        FieldDeclaration = "field_declaration",
        FieldInitializer = "field_initializer",
        FieldPattern = "field_pattern",
        For = "for_expression",
        Function = "function_item",
        FunctionSignature = "function_signature_item",
        FunctionType = "function_type",
        GenericFunction = "generic_function",
        GenericPattern = "generic_pattern",
        GenericTurbofish = "generic_type_with_turbofish",
        GenericType = "generic_type",
        HigherRanked = "higher_ranked_trait_bound",
        Identifier = "identifier",
        If = "if_expression",
        Impl = "impl_item",
        Index = "index_expression",
        InnerAttribute = "inner_attribute_item",
        Integer = "integer_literal",
        Label = "label",
        Let = "let_declaration",
        LetCondition = "let_condition",
        Lifetime = "lifetime",
        LineComment = "line_comment",
        MacroDefinition = "macro_definition",
        MacroInvocation = "macro_invocation",
        MacroRule = "macro_rule",
        Match = "match_expression",
        MatchArm = "match_arm",
        MatchPattern = "match_pattern",
        Metavariable = "metavariable",
        Mod = "mod_item",
        Mutable = "mutable_specifier",
        MutPattern = "mut_pattern",
        OrPattern = "or_pattern",
        OrderedFields = "ordered_field_declaration_list",
        Parameter = "parameter",
        Parenthesized = "parenthesized_expression",
        PointerType = "pointer_type",
        PrimitiveType = "primitive_type",
        QualifiedType = "qualified_type",
        RawStr = "raw_string_literal",
        Reference = "reference_expression",
        ReferencePattern = "reference_pattern",
        ReferenceType = "reference_type",
        RefPattern = "ref_pattern",
        RemainingFields = "remaining_field_pattern",
        RemovedBound = "removed_trait_bound",
        ScopedIdentifier = "scoped_identifier",
        ScopedTypeIdentifier = "scoped_type_identifier",
        ScopedUseList = "scoped_use_list",
        SelfParameter = "self_parameter",
        SelfWord = "self",
        ShorthandField = "shorthand_field_initializer",
        SlicePattern = "slice_pattern",
        Static = "static_item",
        Str = "string_literal",
        Struct = "struct_item",
        StructExpression = "struct_expression",
        StructPattern = "struct_pattern",
        Super = "super",
        TokenRepetition = "token_repetition",
        TokenTree = "token_tree",
        Trait = "trait_item",
        TraitBounds = "trait_bounds",
        Try = "try_expression",
        Tuple = "tuple_expression",
        TuplePattern = "tuple_pattern",
        TupleStructPattern = "tuple_struct_pattern",
        TupleType = "tuple_type",
        TypeArguments = "type_arguments",
        TypeBinding = "type_binding",
        TypeCast = "type_cast_expression",
        TypeIdentifier = "type_identifier",
        TypeItem = "type_item",
        TypeParameter = "type_parameter",
        Unary = "unary_expression",
        Union = "union_item",
        UseAs = "use_as_clause",
        UseDeclaration = "use_declaration",
        UseList = "use_list",
        UseWildcard = "use_wildcard",
        Variadic = "variadic_parameter",
        Visibility = "visibility_modifier",
        WhereClause = "where_clause",
        While = "while_expression",
    }
}

names! {
    /// Fields that mean something here.
    FieldName {
        Alias = "alias",
        Alternative = "alternative",
        ArgumentsField = "arguments",
        Body = "body",
        Bounds = "bounds",
        Condition = "condition",
        Consequence = "consequence",
        DefaultType = "default_type",
        Element = "element",
        FieldOf = "field",
        FunctionField = "function",
        Left = "left",
        Length = "length",
        List = "list",
        Macro = "macro",
        Name = "name",
        Parameters = "parameters",
        Path = "path",
        Pattern = "pattern",
        ReturnType = "return_type",
        Right = "right",
        TraitField = "trait",
        Type = "type",
        TypeParametersField = "type_parameters",
        Value = "value",
        ArgumentField = "argument",
    }
}

type Child<'t> = grammar::Child<'t, Kind, FieldName>;
type Walk<'t> = walk::Walk<'t, Rust<'t>>;

/// What is known where the walk stands.
#[derive(Default)]
pub(super) struct Rust<'t> {
    /// Variables in reach, the newest last, with what they hold.
    locals: Vec<(&'t str, Draft)>,
    /// Those before it belong to functions around.
    first_local: usize,
    /// Type parameters in reach, with an instance of their bounds.
    type_parameters: Vec<(&'t str, Draft)>,
    /// The inline modules around.
    modules: Vec<(ItemId, &'t str)>,
    /// What `Self` names, not as an instance.
    selves: Vec<Draft>,
}

impl<'t> Spoken<'t> for Rust<'t> {
    type Kind = Kind;
    type Field = FieldName;

    fn grammars() -> &'static Grammars<Kind, FieldName> {
        static GRAMMARS: Grammars<Kind, FieldName> = Grammars::new();
        &GRAMMARS
    }

    fn at_top(_: Language) -> Self {
        Rust::default()
    }

    fn expr(walk: &mut Walk<'t>, node: Node<'t>) -> Draft {
        walk.expr(node)
    }

    fn has_value(kind: Kind) -> bool {
        !matches!(kind, Kind::LineComment | Kind::BlockComment | Kind::Mutable | Kind::Attribute)
    }
}

impl<'t> Walk<'t> {
    fn expr(&mut self, node: Node<'t>) -> Draft {
        match self.kind(node) {
            Kind::Identifier | Kind::ScopedIdentifier => self.path(node, Role::Plain, Space::Value),
            Kind::SelfWord => self.this(),
            Kind::Field => self.field(node, Role::Plain),
            Kind::Call => self.call(node),
            Kind::GenericFunction => self.callee(node, Role::Plain),
            Kind::MacroInvocation => self.macro_call(node),
            Kind::StructExpression => self.struct_value(node),
            Kind::Closure => {
                let unknown = self.b.unknown();
                self.closure(node, unknown)
            }
            Kind::Await => {
                let of = self.first_child(node);
                self.b.awaited(of)
            }
            Kind::Parenthesized | Kind::Reference | Kind::Unary | Kind::Try => {
                self.first_child(node)
            }
            Kind::Index => {
                let of = self.first_child(node);
                self.b.element(of)
            }
            Kind::Tuple => self.tuple(node),
            Kind::ArrayExpression => {
                let of = self.first_child(node);
                self.b.list(of)
            }
            Kind::TypeCast => {
                let children = self.children(node);
                self.visit_field(&children, FieldName::Value);
                self.type_in(&children, FieldName::Type)
            }
            Kind::Str | Kind::RawStr => self.b.builtin("str"),
            _ => self.control(node),
        }
    }

    /// What decides what is run, and what binds variables.
    fn control(&mut self, node: Node<'t>) -> Draft {
        match self.kind(node) {
            Kind::Block => self.body(node),
            Kind::ExpressionStatement => self.statement(node),
            Kind::Let => self.variable(node),
            Kind::LetCondition => self.let_condition(node),
            Kind::If => self.branch(node),
            Kind::ElseClause => self.first_child(node),
            Kind::Match => self.choice(node),
            Kind::While => {
                let known = self.at.locals.len();
                self.all_children(node);
                self.at.locals.truncate(known);
                self.b.unknown()
            }
            Kind::For => self.iteration(node),
            Kind::Assignment => self.assignment(node),
            _ => self.item(node),
        }
    }

    fn local(&self, name: &str) -> Option<Draft> {
        let seen = self.at.locals.get(self.at.first_local..).unwrap_or_default();
        seen.iter().rev().find(|(known, _)| *known == name).map(|&(_, held)| held)
    }

    fn field(&mut self, node: Node<'t>, role: Role) -> Draft {
        let children = self.children(node);
        let of = self.visit_field(&children, FieldName::Value);
        match in_field(&children, FieldName::FieldOf) {
            Some(name) if name.kind == Kind::Integer => {
                let text = self.b.source(name.node);
                self.b.member(of, text)
            }
            Some(name) => self.member_use(of, name.node, role),
            None => self.b.unknown(),
        }
    }

    /// What stands before the arguments of a call, or a function that is named
    /// with type arguments.
    fn callee(&mut self, node: Node<'t>, role: Role) -> Draft {
        match self.kind(node) {
            Kind::Identifier | Kind::ScopedIdentifier => self.path(node, role, Space::Value),
            Kind::Field => self.field(node, role),
            Kind::GenericFunction => {
                let children = self.children(node);
                let function = match in_field(&children, FieldName::FunctionField) {
                    Some(function) => self.callee(function.node, role),
                    None => self.b.unknown(),
                };
                self.type_arguments(&children);
                function
            }
            _ => self.visit(node),
        }
    }

    fn call(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let Some(function) = in_field(&children, FieldName::FunctionField) else {
            return self.b.unknown();
        };
        let (callee, types) = match function.kind {
            Kind::GenericFunction => {
                let parts = self.children(function.node);
                let callee = match in_field(&parts, FieldName::FunctionField) {
                    Some(inner) => self.callee(inner.node, Role::Call),
                    None => self.b.unknown(),
                };
                (callee, self.type_arguments(&parts))
            }
            _ => (self.callee(function.node, Role::Call), Vec::new()),
        };
        let given = match in_field(&children, FieldName::ArgumentsField) {
            Some(arguments) => self.arguments(arguments.node, callee),
            None => self.b.unknown(),
        };
        if wraps(self.b.source(function.node)) {
            return given;
        }
        let result = self.b.call(callee);
        match types.first() {
            None => result,
            Some(&given) if GIVERS.contains(&self.called_name(function.node)) => {
                self.b.either(result, given)
            }
            Some(_) => self.b.generic(result, &types),
        }
    }

    /// The last name before `::<…>`.
    fn called_name(&self, node: Node<'t>) -> &'t str {
        let text = self.b.source(node);
        let named = text.split("::<").next().unwrap_or(text);
        named.rsplit(['.', ':']).next().unwrap_or(named).trim()
    }

    /// Walks the arguments of a call and returns what the first one stands for.
    fn arguments(&mut self, node: Node<'t>, callee: Draft) -> Draft {
        let mut first = self.b.unknown();
        for (at, argument) in self.separated(node) {
            let given = if argument.kind == Kind::Closure {
                let expected = self.b.param_of(callee, at);
                self.closure(argument.node, expected)
            } else {
                self.visit(argument.node)
            };
            if at == 0 {
                first = given;
            }
        }
        first
    }

    /// Named children with the number of commas before them: `_` is no named child.
    fn separated(&mut self, node: Node<'t>) -> Vec<(usize, Child<'t>)> {
        let mut found = Vec::with_capacity(node.named_child_count());
        let mut commas = 0;
        self.cursor.reset(node);
        let mut more = self.cursor.goto_first_child();
        while more {
            let child = self.cursor.node();
            let kind = self.kind(child);
            if !child.is_named() {
                commas += usize::from(child.kind() == ",");
            } else if !matches!(
                kind,
                Kind::LineComment | Kind::BlockComment | Kind::Attribute | Kind::Visibility
            ) {
                found.push((commas, Child { node: child, kind, field: None }));
            }
            more = self.cursor.goto_next_sibling();
        }
        found
    }

    /// A function without a name; `expected` is the parameter that it is given to.
    fn closure(&mut self, node: Node<'t>, expected: Draft) -> Draft {
        let children = self.children(node);
        let known = self.at.locals.len();
        if let Some(parameters) = in_field(&children, FieldName::Parameters) {
            for (at, parameter) in self.separated(parameters.node) {
                if parameter.kind == Kind::Parameter {
                    let parts = self.children(parameter.node);
                    let held = self.type_in(&parts, FieldName::Type);
                    self.bind_in(&parts, FieldName::Pattern, held);
                } else {
                    let held = self.b.param_of(expected, at);
                    self.bind_pattern(parameter.node, held);
                }
            }
        }
        self.type_in(&children, FieldName::ReturnType);
        self.visit_field(&children, FieldName::Body);
        self.at.locals.truncate(known);
        self.b.unknown()
    }

    fn tuple(&mut self, node: Node<'t>) -> Draft {
        let mut parts = Vec::new();
        for (_, child) in self.separated(node) {
            parts.push(self.visit(child.node));
        }
        self.b.tuple(&parts)
    }

    fn struct_value(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let Some(name) = in_field(&children, FieldName::Name) else { return self.b.unknown() };
        let class = self.path(name.node, Role::Call, Space::Type);
        let instance = self.b.instance(class);
        let Some(body) = in_field(&children, FieldName::Body) else { return instance };
        for child in self.children(body.node) {
            match child.kind {
                Kind::FieldInitializer => {
                    let parts = self.children(child.node);
                    if let Some(field) = in_field(&parts, FieldName::FieldOf) {
                        self.member_use(instance, field.node, Role::Key);
                    }
                    self.visit_field(&parts, FieldName::Value);
                }
                Kind::ShorthandField => {
                    for name in self.children(child.node) {
                        if name.kind == Kind::Identifier {
                            self.member_use(instance, name.node, Role::Key);
                            self.visit(name.node);
                        }
                    }
                }
                _ => {
                    self.first_child(child.node);
                }
            }
        }
        instance
    }

    /// The value of a block is that of its last expression.
    fn body(&mut self, node: Node<'t>) -> Draft {
        let known = self.at.locals.len();
        self.b.open_scope(ScopeKind::Block);
        let mut last = self.b.unknown();
        for child in self.children(node) {
            match child.kind {
                Kind::LineComment | Kind::BlockComment | Kind::Label => {}
                _ => last = self.visit(child.node),
            }
        }
        self.b.close_scope();
        self.at.locals.truncate(known);
        last
    }

    fn statement(&mut self, node: Node<'t>) -> Draft {
        let value = self.first_child(node);
        if self.b.source(node).ends_with(';') { self.b.unknown() } else { value }
    }

    fn variable(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let of = in_field(&children, FieldName::Type).copied();
        let declared = of.map_or(self.b.unknown(), |of| self.ty(of.node));
        let value = self.visit_field(&children, FieldName::Value);
        self.visit_field(&children, FieldName::Alternative);
        // `Vec<_>` leaves it to the value.
        let held = match of {
            Some(of) if !self.b.source(of.node).contains('_') => declared,
            _ => self.b.either(value, declared),
        };
        self.bind_in(&children, FieldName::Pattern, held);
        self.b.unknown()
    }

    fn let_condition(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let value = self.visit_field(&children, FieldName::Value);
        self.bind_in(&children, FieldName::Pattern, value);
        self.b.unknown()
    }

    fn branch(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let known = self.at.locals.len();
        self.visit_field(&children, FieldName::Condition);
        let then = self.visit_field(&children, FieldName::Consequence);
        self.at.locals.truncate(known);
        let other = self.visit_field(&children, FieldName::Alternative);
        self.b.either(then, other)
    }

    fn choice(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let value = self.visit_field(&children, FieldName::Value);
        let mut either = self.b.unknown();
        let body = in_field(&children, FieldName::Body).map(|body| body.node);
        for arm in body.map(|body| self.children(body)).unwrap_or_default() {
            if arm.kind != Kind::MatchArm {
                continue;
            }
            let parts = self.children(arm.node);
            let known = self.at.locals.len();
            if let Some(pattern) = in_field(&parts, FieldName::Pattern) {
                self.bind_pattern(pattern.node, value);
            }
            let found = self.visit_field(&parts, FieldName::Value);
            either = self.b.either(either, found);
            self.at.locals.truncate(known);
        }
        either
    }

    fn iteration(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let mut over = self.visit_field(&children, FieldName::Value);
        let is_pair = in_field(&children, FieldName::Pattern)
            .is_some_and(|pattern| pattern.kind == Kind::TuplePattern);
        let is_call = in_field(&children, FieldName::Value)
            .is_some_and(|value| matches!(value.kind, Kind::Call | Kind::MacroInvocation));
        if is_pair && !is_call {
            // Of a map, pairs come out, where an index gives what is in them.
            let pairs = self.b.member(over, "into_iter");
            over = self.b.call(pairs);
        }
        let held = self.b.element(over);
        let known = self.at.locals.len();
        self.bind_in(&children, FieldName::Pattern, held);
        self.visit_field(&children, FieldName::Body);
        self.at.locals.truncate(known);
        self.b.unknown()
    }

    fn assignment(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let value = self.visit_field(&children, FieldName::Right);
        let Some(left) = in_field(&children, FieldName::Left) else { return self.b.unknown() };
        if left.kind == Kind::Identifier {
            let name = self.b.source(left.node);
            let seen = self.at.locals.get_mut(self.at.first_local..).unwrap_or_default();
            if let Some((_, held)) = seen.iter_mut().rev().find(|(known, _)| *known == name) {
                *held = self.b.either(*held, value);
                return self.b.unknown();
            }
        }
        self.visit(left.node);
        self.b.unknown()
    }
}

/// A call that gives what it is given: `Some(x)`, `Arc::new(x)`.
fn wraps(callee: &str) -> bool {
    let (before, name) = callee.rsplit_once("::").unwrap_or(("", callee));
    let of = before.rsplit("::").next().unwrap_or(before);
    match name {
        "Some" | "Ok" | "Ready" => before.is_empty() || matches!(of, "Option" | "Result" | "Poll"),
        "new" | "clone" | "from" | "pin" | "downgrade" | "as_ref" => matches!(
            of,
            "Arc" | "Box" | "Cell" | "Mutex" | "Pin" | "Rc" | "RefCell" | "RwLock" | "Clone"
        ),
        _ => false,
    }
}

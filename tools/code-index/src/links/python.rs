//! What Python says of names: names and members here, definitions in `declare`,
//! assignments in `bind`, statements in `blocks`, calls in `calls`, literals and
//! operators in `values`, annotations in `types` and `quoted`, imports in
//! `modules`, what variables hold at one place in `flow`.
//!
//! **Invariants**
//! - A variable of a function stands for what was last assigned to it; where that
//!   is not known, for anything that is ever assigned to it.
//! - Names that the file does not bind are builtins, so their uses are dropped,
//!   unless a `*` import may bring them.

mod bind;
mod blocks;
mod calls;
mod declare;
mod flow;
mod modules;
mod quoted;
mod types;
mod values;

use tree_sitter::Node;

use super::builder::{Draft, line_of};
use super::grammar::{self, in_field, names};
use super::walk::{self, Grammars, Spoken};
use super::{ItemId, Role};
use crate::language::Language;

names! {
    /// Nodes that mean something here.
    Kind {
        AliasedImport = "aliased_import",
        AsPattern = "as_pattern",
        Assert = "assert_statement",
        Assignment = "assignment",
        Attribute = "attribute",
        Augmented = "augmented_assignment",
        Await = "await",
        BinaryOperator = "binary_operator",
        Block = "block",
        Boolean = "boolean_operator",
        Break = "break_statement",
        Call = "call",
        Case = "case_clause",
        CasePattern = "case_pattern",
        ClassDefinition = "class_definition",
        ClassPattern = "class_pattern",
        Comment = "comment",
        Comparison = "comparison_operator",
        ConcatenatedString = "concatenated_string",
        Conditional = "conditional_expression",
        ConstrainedType = "constrained_type",
        Continue = "continue_statement",
        Decorated = "decorated_definition",
        Decorator = "decorator",
        DefaultParameter = "default_parameter",
        DictComprehension = "dictionary_comprehension",
        DictPattern = "dict_pattern",
        Dictionary = "dictionary",
        DictionarySplat = "dictionary_splat",
        DictionarySplatPattern = "dictionary_splat_pattern",
        DottedName = "dotted_name",
        Else = "else_clause",
        Except = "except_clause",
        ExpressionList = "expression_list",
        ExpressionStatement = "expression_statement",
        False = "false",
        Finally = "finally_clause",
        Float = "float",
        For = "for_statement",
        ForIn = "for_in_clause",
        FunctionDefinition = "function_definition",
        FutureImport = "future_import_statement",
        GeneratorExpression = "generator_expression",
        GenericType = "generic_type",
        Global = "global_statement",
        Identifier = "identifier",
        If = "if_statement",
        IfClause = "if_clause",
        Import = "import_statement",
        ImportFrom = "import_from_statement",
        Integer = "integer",
        KeywordArgument = "keyword_argument",
        KeywordPattern = "keyword_pattern",
        KeywordSeparator = "keyword_separator",
        Lambda = "lambda",
        List = "list",
        ListComprehension = "list_comprehension",
        ListPattern = "list_pattern",
        ListSplat = "list_splat",
        ListSplatPattern = "list_splat_pattern",
        Match = "match_statement",
        MemberType = "member_type",
        Named = "named_expression",
        NoneWord = "none",
        Nonlocal = "nonlocal_statement",
        Not = "not_operator",
        Pair = "pair",
        Parenthesized = "parenthesized_expression",
        PatternList = "pattern_list",
        PositionalSeparator = "positional_separator",
        Raise = "raise_statement",
        Return = "return_statement",
        Set = "set",
        SetComprehension = "set_comprehension",
        Slice = "slice",
        SplatPattern = "splat_pattern",
        Str = "string",
        Subscript = "subscript",
        Target = "as_pattern_target",
        True = "true",
        Try = "try_statement",
        Tuple = "tuple",
        TuplePattern = "tuple_pattern",
        Type = "type",
        TypeAlias = "type_alias_statement",
        TypeParameter = "type_parameter",
        TypedDefaultParameter = "typed_default_parameter",
        TypedParameter = "typed_parameter",
        Unary = "unary_operator",
        UnionPattern = "union_pattern",
        UnionType = "union_type",
        While = "while_statement",
        Wildcard = "wildcard_import",
        With = "with_statement",
        WithClause = "with_clause",
        WithItem = "with_item",
        Yield = "yield",
    }
}

names! {
    /// Fields that mean something here.
    FieldName {
        Alias = "alias",
        Alternative = "alternative",
        Argument = "argument",
        Arguments = "arguments",
        AttributeName = "attribute",
        Body = "body",
        Condition = "condition",
        Consequence = "consequence",
        Definition = "definition",
        Function = "function",
        Guard = "guard",
        Key = "key",
        Left = "left",
        ModuleName = "module_name",
        Name = "name",
        Object = "object",
        Parameters = "parameters",
        ReturnType = "return_type",
        Right = "right",
        Subject = "subject",
        SubscriptField = "subscript",
        Superclasses = "superclasses",
        TypeField = "type",
        TypeParameters = "type_parameters",
        Value = "value",
    }
}

type Child<'t> = grammar::Child<'t, Kind, FieldName>;
type Walk<'t> = walk::Walk<'t, Python<'t>>;

/// Where a name that is assigned belongs.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Module,
    Class(ItemId),
    Function,
}

/// A function, a class or the module that is being walked.
struct Frame<'t> {
    place: Place,
    item: Option<ItemId>,
    /// The name of a method's first parameter.
    receiver: Option<&'t str>,
    /// A function's result is written down.
    is_annotated: bool,
    /// The values of a class are its instances.
    is_enum: bool,
    /// What a generator gives.
    yields: Option<Draft>,
    /// Names that `global` and `nonlocal` took out of a function.
    outer: Vec<&'t str>,
    /// Variables of a function whose type is written down.
    declared: Vec<&'t str>,
    /// Names that the body of a class defines, also further down.
    own: Vec<&'t str>,
}

impl Frame<'_> {
    fn new(place: Place, item: Option<ItemId>) -> Self {
        Frame {
            place,
            item,
            receiver: None,
            is_annotated: false,
            is_enum: false,
            yields: None,
            outer: Vec::new(),
            declared: Vec::new(),
            own: Vec::new(),
        }
    }
}

/// What is known where the walk stands.
pub(super) struct Python<'t> {
    env: flow::Env<'t>,
    /// Never empty: the module is first.
    frames: Vec<Frame<'t>>,
    /// Assigned in functions as `global`: name, place, value.
    globals: Vec<(&'t str, Node<'t>, Draft)>,
}

impl<'t> Spoken<'t> for Python<'t> {
    type Kind = Kind;
    type Field = FieldName;

    fn grammars() -> &'static Grammars<Kind, FieldName> {
        static GRAMMARS: Grammars<Kind, FieldName> = Grammars::new();
        &GRAMMARS
    }

    fn at_top(_: Language) -> Self {
        Python {
            env: flow::Env::default(),
            frames: vec![Frame::new(Place::Module, None)],
            globals: Vec::new(),
        }
    }

    fn expr(walk: &mut Walk<'t>, node: Node<'t>) -> Draft {
        walk.expr(node)
    }

    fn has_value(kind: Kind) -> bool {
        kind != Kind::Comment
    }

    fn at_end(walk: &mut Walk<'t>) {
        walk.add_globals();
    }
}

impl<'t> Walk<'t> {
    fn frame(&mut self) -> &mut Frame<'t> {
        let last = self.at.frames.len().saturating_sub(1);
        &mut self.at.frames[last]
    }

    fn expr(&mut self, node: Node<'t>) -> Draft {
        match self.kind(node) {
            Kind::Identifier => self.name_use(node, Role::Plain),
            Kind::Attribute => self.attribute(node, Role::Plain),
            Kind::Call => self.call(node),
            Kind::Subscript => self.subscript(node),
            Kind::Str => {
                self.all_children(node);
                self.text(node)
            }
            Kind::ConcatenatedString => {
                self.all_children(node);
                self.b.builtin("str")
            }
            Kind::Integer => self.b.builtin("int"),
            Kind::Float => self.b.builtin("float"),
            Kind::True | Kind::False => self.b.builtin("bool"),
            Kind::Comment | Kind::NoneWord => self.b.unknown(),
            Kind::List | Kind::Set => self.list(node),
            Kind::Tuple | Kind::ExpressionList => self.tuple(node),
            Kind::Dictionary => self.dictionary(node),
            Kind::ListComprehension
            | Kind::SetComprehension
            | Kind::GeneratorExpression
            | Kind::DictComprehension => self.comprehension(node),
            Kind::Lambda => {
                let unknown = self.b.unknown();
                self.lambda(node, unknown)
            }
            Kind::Await => {
                let of = self.first_child(node);
                self.b.awaited(of)
            }
            Kind::Parenthesized | Kind::Unary | Kind::Target => self.first_child(node),
            Kind::Conditional => self.conditional(node),
            Kind::Boolean => self.boolean(node),
            Kind::BinaryOperator => self.binary(node),
            Kind::Comparison | Kind::Not => {
                self.all_children(node);
                self.b.builtin("bool")
            }
            Kind::Named => self.named(node),
            Kind::Yield => self.give(node),
            Kind::Assignment => self.assignment(node),
            Kind::Type => {
                let role = Role::Type;
                self.ty(node, role)
            }
            _ => self.statement(node),
        }
    }

    fn statement(&mut self, node: Node<'t>) -> Draft {
        match self.kind(node) {
            Kind::Import => self.import(node),
            Kind::ImportFrom => self.import_from(node),
            Kind::FutureImport => {}
            Kind::FunctionDefinition => self.function(node, declare::Marks::default()),
            Kind::ClassDefinition => self.class(node),
            Kind::Decorated => self.decorated(node),
            Kind::Augmented => self.augmented(node),
            Kind::Return => self.give_back(node),
            Kind::If => self.if_statement(node),
            Kind::For => self.for_statement(node),
            Kind::While => self.while_statement(node),
            Kind::Try => self.try_statement(node),
            Kind::With => self.with_statement(node),
            Kind::Match => self.match_statement(node),
            Kind::TypeAlias => self.type_alias(node),
            Kind::Assert => {
                self.all_children(node);
                if let Some(condition) = node.named_child(0) {
                    self.narrow(condition, true);
                }
            }
            Kind::Global | Kind::Nonlocal => {
                for child in self.children(node) {
                    let name = self.b.source(child.node);
                    self.frame().outer.push(name);
                    self.name_use(child.node, Role::Plain);
                }
            }
            _ => self.all_children(node),
        }
        self.b.unknown()
    }

    fn text(&mut self, node: Node<'t>) -> Draft {
        let quote = self.b.source(node).find(['"', '\'']).unwrap_or(0);
        let prefix = self.b.source(node).get(..quote).unwrap_or_default();
        self.b.builtin(if prefix.contains(['b', 'B']) { "bytes" } else { "str" })
    }

    /// A name's use; returns what it holds here.
    fn name_use(&mut self, node: Node<'t>, role: Role) -> Draft {
        let name = self.b.source(node);
        let draft = self.b.name_so_far(name);
        self.b.use_at(draft, line_of(node), role);
        match self.at.env.get(name) {
            Some(held) if !self.b.is_unknown(held) => held,
            _ => draft,
        }
    }

    fn attribute(&mut self, node: Node<'t>, role: Role) -> Draft {
        let children = self.children(node);
        let of = self.visit_field(&children, FieldName::Object);
        let Some(name) = in_field(&children, FieldName::AttributeName) else {
            return self.b.unknown();
        };
        let text = self.b.source(name.node);
        if text == "__class__"
            && let Some(class) = self.b.type_of(of)
        {
            return class;
        }
        let member = self.b.member(of, text);
        self.b.use_at(member, line_of(name.node), role);
        if self.at.env.has_chains()
            && let Some(held) = self.at.env.get(self.b.source(node))
            && !self.b.is_unknown(held)
        {
            return held;
        }
        member
    }

    /// A name or a member, used in this role; else any expression.
    fn used_as(&mut self, node: Node<'t>, role: Role) -> Draft {
        match self.kind(node) {
            Kind::Identifier => self.name_use(node, role),
            Kind::Attribute => self.attribute(node, role),
            _ => self.visit(node),
        }
    }
}

//! What Python says of names: statements and expressions here, definitions in
//! `declare`, assignments in `bind`, calls in `calls`, annotations in `types` and
//! `quoted`, imports in `modules`, what variables hold at one place in `flow`.
//!
//! **Invariants**
//! - A variable of a function stands for what was last assigned to it; where that
//!   is not known, for anything that is ever assigned to it.
//! - Names that the file does not bind are builtins, so their uses are dropped,
//!   unless a `*` import may bring them.

mod bind;
mod calls;
mod declare;
mod flow;
mod modules;
mod quoted;
mod types;

use std::sync::OnceLock;

use tree_sitter::{Node, Tree, TreeCursor};

use super::builder::{Builder, Draft, ScopeKind, line_of};
use super::grammar::{self, Grammar, in_field, names};
use super::{Expr, ItemId, Links, Role};
use crate::language::Language;

/// Deeper code is not looked into.
const MAX_DEPTH: usize = 200;

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

static GRAMMAR: OnceLock<Grammar<Kind, FieldName>> = OnceLock::new();

/// Reads the links of a parsed file.
pub(super) fn read(language: Language, tree: &Tree, text: &str) -> Links {
    let grammar =
        GRAMMAR.get_or_init(|| Grammar::new(&language.grammar(), Kind::ALL, FieldName::ALL));
    let mut walk = Walk {
        b: Builder::new(text),
        grammar,
        cursor: tree.walk(),
        depth: 0,
        env: flow::Env::default(),
        frames: vec![Frame::new(Place::Module, None)],
        globals: Vec::new(),
        has_star: false,
    };
    walk.all_children(tree.root_node());
    walk.add_globals();
    let has_star = walk.has_star;
    let mut links = walk.b.finish();
    if !has_star {
        let exprs = &links.exprs;
        links.uses.retain(|used| !matches!(exprs[used.expr as usize], Expr::Free(_)));
    }
    links
}

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
            yields: None,
            outer: Vec::new(),
            declared: Vec::new(),
            own: Vec::new(),
        }
    }
}

struct Walk<'t> {
    b: Builder<'t>,
    grammar: &'static Grammar<Kind, FieldName>,
    cursor: TreeCursor<'t>,
    depth: usize,
    env: flow::Env<'t>,
    /// Never empty: the module is first.
    frames: Vec<Frame<'t>>,
    /// Assigned in functions as `global`: name, place, value.
    globals: Vec<(&'t str, Node<'t>, Draft)>,
    has_star: bool,
}

impl<'t> Walk<'t> {
    fn children(&mut self, node: Node<'t>) -> Vec<Child<'t>> {
        self.grammar.children(node, &mut self.cursor)
    }

    fn all_children(&mut self, node: Node<'t>) {
        if node.named_child_count() == 0 {
            return;
        }
        for child in self.children(node) {
            if child.node.is_named() {
                self.visit(child.node);
            }
        }
    }

    fn frame(&mut self) -> &mut Frame<'t> {
        let last = self.frames.len().saturating_sub(1);
        &mut self.frames[last]
    }

    fn visit_field(&mut self, children: &[Child<'t>], field: FieldName) -> Draft {
        match in_field(children, field) {
            Some(child) => self.visit(child.node),
            None => self.b.unknown(),
        }
    }

    /// Walks a node and returns what it stands for.
    fn visit(&mut self, node: Node<'t>) -> Draft {
        if self.depth >= MAX_DEPTH {
            return self.b.unknown();
        }
        self.depth += 1;
        let found = self.expr(node);
        self.depth -= 1;
        found
    }

    fn expr(&mut self, node: Node<'t>) -> Draft {
        match self.grammar.kind(node) {
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
                let of = self.only(node);
                self.b.awaited(of)
            }
            Kind::Parenthesized | Kind::Unary | Kind::Target => self.only(node),
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
        match self.grammar.kind(node) {
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

    /// The value of the first child; the others are walked too.
    fn only(&mut self, node: Node<'t>) -> Draft {
        let mut first = None;
        for child in self.children(node) {
            if child.kind != Kind::Comment && child.node.is_named() {
                let found = self.visit(child.node);
                first.get_or_insert(found);
            }
        }
        first.unwrap_or(self.b.unknown())
    }

    fn text(&mut self, node: Node<'t>) -> Draft {
        let quote = self.b.source(node).find(['"', '\'']).unwrap_or(0);
        let prefix = self.b.source(node).get(..quote).unwrap_or_default();
        self.b.builtin(if prefix.contains(['b', 'B']) { "bytes" } else { "str" })
    }

    /// A name's use; returns what it holds here.
    fn name_use(&mut self, node: Node<'t>, role: Role) -> Draft {
        let name = self.b.source(node);
        let draft = self.b.name(name);
        self.b.use_at(draft, line_of(node), role);
        match self.env.get(name) {
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
        if self.env.has_chains()
            && let Some(held) = self.env.get(self.b.source(node))
            && !self.b.is_unknown(held)
        {
            return held;
        }
        member
    }

    /// A name or a member, used in this role; else any expression.
    fn used_as(&mut self, node: Node<'t>, role: Role) -> Draft {
        match self.grammar.kind(node) {
            Kind::Identifier => self.name_use(node, role),
            Kind::Attribute => self.attribute(node, role),
            _ => self.visit(node),
        }
    }

    fn subscript(&mut self, node: Node<'t>) -> Draft {
        if let Some(class) = self.typing_subscript(node) {
            return class;
        }
        let children = self.children(node);
        let of = self.visit_field(&children, FieldName::Value);
        let mut found = of;
        for index in children.iter().filter(|child| child.field == Some(FieldName::SubscriptField))
        {
            self.visit(index.node);
            found = match (index.kind, self.b.source(index.node).parse::<usize>()) {
                (Kind::Slice, _) => of,
                (Kind::Integer, Ok(at)) => self.b.part(of, at),
                _ => self.element(of),
            };
        }
        found
    }

    /// What iterating or indexing gives.
    fn element(&mut self, of: Draft) -> Draft {
        match self.b.any_part(of) {
            Some(part) => part,
            None => self.b.element_of(of),
        }
    }

    /// The values of a list or a tuple, what `*` spreads included.
    fn values(&mut self, node: Node<'t>) -> Vec<Draft> {
        let mut values = Vec::new();
        for child in self.children(node) {
            match child.kind {
                Kind::Comment => {}
                Kind::ListSplat => {
                    let spread = self.only(child.node);
                    let element = self.element(spread);
                    values.push(element);
                }
                _ => values.push(self.visit(child.node)),
            }
        }
        values
    }

    fn list(&mut self, node: Node<'t>) -> Draft {
        let values = self.values(node);
        let unknown = self.b.unknown();
        let first = values
            .into_iter()
            .take(4)
            .fold(unknown, |all, one| if self.b.is_unknown(all) { one } else { all });
        self.b.list(first)
    }

    fn tuple(&mut self, node: Node<'t>) -> Draft {
        let mut values = self.values(node);
        // Long ones are tables.
        values.truncate(8);
        self.b.tuple(&values)
    }

    fn dictionary(&mut self, node: Node<'t>) -> Draft {
        let unknown = self.b.unknown();
        let (mut key, mut value) = (unknown, unknown);
        for child in self.children(node) {
            if child.kind != Kind::Pair {
                self.visit(child.node);
                continue;
            }
            let (one, other) = self.pair(child.node);
            key = if self.b.is_unknown(key) { one } else { key };
            value = if self.b.is_unknown(value) { other } else { value };
        }
        self.dict_of(key, value)
    }

    fn dict_of(&mut self, key: Draft, value: Draft) -> Draft {
        let dict = self.b.builtin("dict");
        self.b.generic(dict, &[key, value])
    }

    fn pair(&mut self, node: Node<'t>) -> (Draft, Draft) {
        let parts = self.children(node);
        let key = self.visit_field(&parts, FieldName::Key);
        let value = self.visit_field(&parts, FieldName::Value);
        (key, value)
    }

    fn comprehension(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let mark = self.env.mark();
        // What is iterated first is looked up outside.
        let first = children.iter().find(|child| child.kind == Kind::ForIn).map(|c| c.node);
        let mut over = first.map_or(self.b.unknown(), |clause| self.iterated(clause));
        self.b.open_scope(ScopeKind::Block);
        for child in &children {
            match child.kind {
                Kind::ForIn => {
                    if Some(child.node.id()) != first.map(|clause| clause.id()) {
                        over = self.iterated(child.node);
                    }
                    let parts = self.children(child.node);
                    if let Some(left) = in_field(&parts, FieldName::Left) {
                        let element = self.element(over);
                        self.bind_inner(left.node, element);
                    }
                }
                Kind::IfClause => {
                    self.all_children(child.node);
                    if let Some(condition) = child.node.named_child(0) {
                        self.narrow(condition, true);
                    }
                }
                _ => {}
            }
        }
        let body = in_field(&children, FieldName::Body).map(|body| (body.node, body.kind));
        let found = match body {
            Some((pair, Kind::Pair)) => {
                let (key, value) = self.pair(pair);
                self.dict_of(key, value)
            }
            Some((body, _)) => {
                let value = self.visit(body);
                self.b.list(value)
            }
            None => self.b.unknown(),
        };
        self.b.close_scope();
        self.env.undo(mark);
        found
    }

    fn iterated(&mut self, clause: Node<'t>) -> Draft {
        let mut over = None;
        for part in self.children(clause) {
            if part.field == Some(FieldName::Right) && part.node.is_named() {
                let found = self.visit(part.node);
                over.get_or_insert(found);
            }
        }
        over.unwrap_or(self.b.unknown())
    }

    fn conditional(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let mut parts = children.iter().filter(|child| child.kind != Kind::Comment);
        let (Some(yes), Some(condition), Some(no)) = (parts.next(), parts.next(), parts.next())
        else {
            return self.b.unknown();
        };
        self.visit(condition.node);
        let mark = self.env.mark();
        self.narrow(condition.node, true);
        let yes = self.visit(yes.node);
        self.env.undo(mark);
        self.narrow(condition.node, false);
        let no = self.visit(no.node);
        self.env.undo(mark);
        self.b.either(yes, no)
    }

    fn boolean(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let (Some(left), Some(right)) =
            (in_field(&children, FieldName::Left), in_field(&children, FieldName::Right))
        else {
            return self.b.unknown();
        };
        let between = self.between(left.node, right.node);
        let is_and = between.contains("and");
        let first = self.visit(left.node);
        let mark = self.env.mark();
        self.narrow(left.node, is_and);
        let second = self.visit(right.node);
        self.env.undo(mark);
        if is_and { second } else { self.b.either(first, second) }
    }

    /// The text between two nodes: an operator.
    fn between(&self, left: Node<'t>, right: Node<'t>) -> &'t str {
        let operator = left.next_sibling().filter(|node| node.id() != right.id());
        operator.map_or("", |operator| self.b.source(operator))
    }

    fn binary(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let (Some(left), Some(right)) =
            (in_field(&children, FieldName::Left), in_field(&children, FieldName::Right))
        else {
            return self.b.unknown();
        };
        let held = self.visit(left.node);
        self.visit(right.node);
        let method = match self.between(left.node, right.node) {
            "+" => "__add__",
            "-" => "__sub__",
            "*" => "__mul__",
            "/" => "__truediv__",
            "|" => "__or__",
            "&" => "__and__",
            "%" => "__mod__",
            "@" => "__matmul__",
            _ => return self.b.unknown(),
        };
        if self.b.is_unknown(held) {
            return held;
        }
        if self.b.is_plain(held) {
            return held;
        }
        let method = self.b.member(held, method);
        self.b.call(method)
    }

    fn give_back(&mut self, node: Node<'t>) {
        if node.named_child_count() == 0 {
            return;
        }
        let value = self.only(node);
        let frame = self.frame();
        let item = frame.item.filter(|_| !frame.is_annotated && frame.place == Place::Function);
        if let Some(item) = item
            && !self.b.is_unknown(value)
        {
            self.b.add_result(item, value);
        }
    }

    /// `yield x` and `yield from xs`
    fn give(&mut self, node: Node<'t>) -> Draft {
        let mut value = self.only(node);
        let after = self.b.source(node).strip_prefix("yield").unwrap_or_default();
        if after.trim_start().starts_with("from ") {
            value = self.element(value);
        }
        let old = self.frame().yields;
        let joined = old.map_or(value, |old| self.b.either(old, value));
        self.frame().yields = Some(joined);
        self.b.unknown()
    }

    fn for_statement(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let over = self.visit_field(&children, FieldName::Right);
        let element = self.element(over);
        if let Some(left) = in_field(&children, FieldName::Left) {
            self.bind_target(left.node, element);
        }
        if let Some(body) = in_field(&children, FieldName::Body) {
            self.loop_body(body.node);
        }
        self.visit_field(&children, FieldName::Alternative);
    }

    fn with_statement(&mut self, node: Node<'t>) {
        let is_async = self.b.source(node).starts_with("async");
        for child in self.children(node) {
            if child.kind != Kind::WithClause {
                self.visit(child.node);
                continue;
            }
            for item in self.children(child.node) {
                for value in self.children(item.node) {
                    self.with_item(&value, is_async);
                }
            }
        }
    }

    fn with_item(&mut self, item: &Child<'t>, is_async: bool) {
        if item.kind != Kind::AsPattern {
            self.visit(item.node);
            return;
        }
        let children = self.children(item.node);
        let Some(value) = children.first() else { return };
        let value = self.visit(value.node);
        let held = if self.b.is_unknown(value) {
            value
        } else {
            let entered = self.b.member(value, if is_async { "__aenter__" } else { "__enter__" });
            let entered = self.b.call(entered);
            if is_async { self.b.awaited(entered) } else { entered }
        };
        if let Some(target) = in_field(&children, FieldName::Alias) {
            self.bind_target(target.node, held);
        }
    }

    /// An `except` clause: the name holds an instance of what is named.
    fn except(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let mut caught = self.b.unknown();
        for child in &children {
            match (child.kind, child.field) {
                (Kind::AsPattern, _) => {
                    let parts = self.children(child.node);
                    if let Some(value) = parts.first() {
                        caught = self.caught(value.node);
                    }
                    if let Some(target) = in_field(&parts, FieldName::Alias) {
                        self.bind_target(target.node, caught);
                    }
                }
                (_, Some(FieldName::Value)) => caught = self.caught(child.node),
                (_, Some(FieldName::Alias)) => self.bind_target(child.node, caught),
                _ => {
                    self.visit(child.node);
                }
            }
        }
    }

    fn caught(&mut self, node: Node<'t>) -> Draft {
        if self.grammar.kind(node) != Kind::Tuple {
            let class = self.visit(node);
            return self.b.instance(class);
        }
        let mut all = self.b.unknown();
        for class in self.values(node) {
            let one = self.b.instance(class);
            all = self.b.either(all, one);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::{FieldName, Kind};
    use crate::language::Language;
    use crate::links::grammar::unknown_names;

    #[test]
    fn every_name_is_one_of_the_grammar() {
        let python = Language::from_name("python").expect("built in").grammar();
        assert_eq!(unknown_names(&python, Kind::ALL, FieldName::ALL), [""; 0]);
    }
}

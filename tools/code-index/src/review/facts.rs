//! One walk over a tree: functions, loops, calls, and what is given to which name.
//!
//! **Invariants**
//! - Cost is linear in the nodes; nothing asks for a parent, nothing recurses.
//! - A call belongs to its innermost function, and to a loop only where the same
//!   function runs again and again.
//!
//! **Deliberately absent:** what a rule thinks of it.

mod complexity;
mod imports;
mod parts;

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::{Node, Tree, TreeCursor};

use super::shape::{Family, Kind, Shape, shape};
use crate::language::Language;

pub(super) use parts::{Argument, cut};

/// Functions that call what they are given once for each element.
const EACH: &[&str] = &[
    "map",
    "forEach",
    "flatMap",
    "filter",
    "each",
    "for_each",
    "each_with_index",
    "filter_map",
    "flat_map",
    "mapNotNull",
    "forEachIndexed",
    "mapIndexed",
    "collect",
    "ForEach",
    "Select",
    "array_map",
];

/// Callees that start all that they are given and wait once.
const TOGETHER: &[&str] = &["Promise.all", "Promise.allSettled", "asyncio.gather", "Task.WhenAll"];

/// Functions around one another that are looked through.
const MAX_AROUND: usize = 64;

/// What the walk found.
pub(super) struct Facts<'t> {
    pub(super) text: &'t str,
    pub(super) family: Family,
    pub(super) shape: &'static Shape,
    pub(super) functions: Vec<Function<'t>>,
    pub(super) loops: Vec<Loop<'t>>,
    pub(super) calls: Vec<Call<'t>>,
    pub(super) gives: Vec<Give<'t>>,
    pub(super) shells: Vec<Shell<'t>>,
    /// Local names and what was imported as them.
    pub(super) imports: FxHashMap<&'t str, String>,
    /// The names of functions.
    defined: FxHashSet<&'t str>,
    /// Where a name is given something, by function.
    given: FxHashMap<(Option<usize>, &'t str), Vec<usize>>,
}

/// A function, method, or closure.
pub(super) struct Function<'t> {
    pub(super) node: Node<'t>,
    /// Empty where it has none.
    pub(super) name: &'t str,
    /// The line of the name.
    pub(super) line: u32,
    pub(super) parent: Option<usize>,
    /// The class around it.
    pub(super) class: &'t str,
    pub(super) is_async: bool,
    pub(super) is_lambda: bool,
    pub(super) in_test: bool,
    /// Cognitive complexity (G. Ann Campbell, SonarSource 2018).
    pub(super) complexity: u32,
}

/// A loop over many things.
pub(super) struct Loop<'t> {
    pub(super) node: Node<'t>,
    pub(super) kind: Kind,
    /// All rounds are started together.
    pub(super) is_concurrent: bool,
}

/// A call, a construction or a macro.
pub(super) struct Call<'t> {
    pub(super) node: Node<'t>,
    pub(super) kind: Kind,
    /// `subprocess.run`, with imported names put in.
    pub(super) path: String,
    pub(super) arguments: Vec<Argument<'t>>,
    pub(super) receiver: Option<Node<'t>>,
    pub(super) function: Option<usize>,
    pub(super) in_loop: Option<usize>,
    pub(super) in_test: bool,
    pub(super) is_awaited: bool,
}

impl Call<'_> {
    /// The last part of the path.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or(&self.path)
    }
}

/// A name or place that is given a value.
pub(super) struct Give<'t> {
    pub(super) node: Node<'t>,
    pub(super) kind: Kind,
    pub(super) left: Node<'t>,
    /// The last part of what stands left, without marks and quotes.
    pub(super) name: &'t str,
    pub(super) value: Node<'t>,
    pub(super) function: Option<usize>,
    pub(super) in_test: bool,
}

/// A command written in a language's own quotes for them.
pub(super) struct Shell<'t> {
    pub(super) node: Node<'t>,
    pub(super) function: Option<usize>,
    pub(super) in_test: bool,
}

/// What is open above a node.
struct Frame {
    depth: usize,
    what: Open,
}

enum Open {
    Function { id: usize, around: Around },
    Loop(Option<usize>),
    Call { is_each: bool, is_together: bool },
    Class,
    Tests(bool),
    Nest,
}

/// What a function's frame hides until it ends.
#[derive(Clone, Copy, Default)]
struct Around {
    in_loop: Option<usize>,
    nesting: u32,
}

impl<'t> Facts<'t> {
    /// Reads a tree, where its language is reviewed.
    pub(super) fn read(language: Language, tree: &'t Tree, text: &'t str) -> Option<Facts<'t>> {
        let facts = Facts {
            text,
            family: Family::of(language)?,
            shape: shape(language)?,
            functions: Vec::new(),
            loops: Vec::new(),
            calls: Vec::new(),
            gives: Vec::new(),
            shells: Vec::new(),
            imports: FxHashMap::default(),
            defined: FxHashSet::default(),
            given: FxHashMap::default(),
        };
        let mut walk = Walk {
            facts,
            kinds: Vec::new(),
            frames: Vec::new(),
            classes: Vec::new(),
            bodies: Vec::new(),
            function: None,
            around: Around::default(),
            in_test: false,
            test_next: false,
            together: 0,
        };
        walk.run(tree.walk());
        Some(walk.facts)
    }

    pub(super) fn source(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    pub(super) fn kind(&self, node: Node<'_>) -> Kind {
        self.shape.kind(node)
    }

    /// The innermost function that has a name.
    pub(super) fn named_function(&self, mut id: Option<usize>) -> Option<&Function<'t>> {
        for _ in 0..MAX_AROUND {
            let function = self.functions.get(id?)?;
            if !function.name.is_empty() {
                return Some(function);
            }
            id = function.parent;
        }
        None
    }

    /// Whether the file defines a function of that name.
    pub(super) fn defines(&self, name: &str) -> bool {
        self.defined.contains(name)
    }

    /// What the receiver of a call was given, where it is a local name.
    pub(super) fn receiver_given(&self, call: &Call<'t>) -> Option<Node<'t>> {
        let receiver = call.receiver.map(|receiver| self.unwrapped(receiver))?;
        let name = Some(receiver).filter(|receiver| self.kind(*receiver) == Kind::Name)?;
        let give = self.given(self.source(name), call.function, call.node.start_byte())?;
        Some(give.value)
    }

    /// Whether a call asks over the network with a client that was made before.
    pub(super) fn asks_by_client(&self, call: &Call<'t>) -> bool {
        const VERBS: &[&str] = &[
            "get", "post", "put", "patch", "delete", "head", "request", "Get", "Post", "PostForm",
            "Head", "Do",
        ];
        if call.kind != Kind::Call || !VERBS.contains(&call.name()) {
            return false;
        }
        let Some(value) = self.receiver_given(call) else { return false };
        match self.family {
            Family::Python => matches!(
                self.path(value).as_str(),
                "requests.Session()" | "requests.session()" | "httpx.Client()"
            ),
            Family::Go => {
                self.source(value).trim_start_matches('&').starts_with("http.Client{")
                    || self.path(value) == "net/http.DefaultClient"
            }
            _ => false,
        }
    }

    /// What a name was last given before a byte, in the function or around it.
    pub(super) fn given(
        &self,
        name: &str,
        mut function: Option<usize>,
        before: usize,
    ) -> Option<&Give<'t>> {
        for _ in 0..MAX_AROUND {
            let gives = self.given.get(&(function, name)).map(Vec::as_slice).unwrap_or_default();
            let count = gives.partition_point(|&at| self.gives[at].node.start_byte() < before);
            let last = gives[..count].iter().rev().map(|&at| &self.gives[at]);
            let mut last = last.filter(|give| give.node.end_byte() <= before);
            if let Some(give) = last.next() {
                return Some(give);
            }
            function = self.functions.get(function?)?.parent;
        }
        None
    }
}

pub(super) fn line_of(node: Node<'_>) -> u32 {
    u32::try_from(node.start_position().row + 1).unwrap_or(u32::MAX)
}

pub(super) fn last_line_of(node: Node<'_>) -> u32 {
    u32::try_from(node.end_position().row + 1).unwrap_or(u32::MAX)
}

struct Walk<'t> {
    facts: Facts<'t>,
    /// The kinds of the nodes above, and the nodes.
    kinds: Vec<(Kind, Node<'t>)>,
    frames: Vec<Frame>,
    classes: Vec<&'t str>,
    /// Loops that were entered, by their bodies, which come later.
    bodies: Vec<(usize, Option<usize>)>,
    function: Option<usize>,
    around: Around,
    in_test: bool,
    test_next: bool,
    together: u32,
}

impl<'t> Walk<'t> {
    fn run(&mut self, mut cursor: TreeCursor<'t>) {
        loop {
            self.enter(&cursor);
            if cursor.goto_first_child() {
                continue;
            }
            loop {
                self.leave();
                if cursor.goto_next_sibling() {
                    break;
                }
                if !cursor.goto_parent() {
                    return;
                }
            }
        }
    }

    fn enter(&mut self, cursor: &TreeCursor<'t>) {
        let node = cursor.node();
        let kind = if node.is_named() { self.facts.kind(node) } else { Kind::Other };
        if self.bodies.last().is_some_and(|(body, _)| *body == node.id())
            && let Some((_, id)) = self.bodies.pop()
        {
            self.open(Open::Loop(self.around.in_loop));
            self.around.in_loop = id.or(self.around.in_loop);
        }
        self.weigh(cursor, node, kind);
        match kind {
            Kind::Function => self.enter_function(node, false),
            Kind::Lambda => self.enter_lambda(node),
            Kind::AsyncBlock => self.enter_function(node, true),
            Kind::Class => self.enter_class(node),
            Kind::Module => self.enter_module(node),
            Kind::Mark => self.test_next |= self.facts.source(node).contains("test"),
            Kind::Call | Kind::New | Kind::Macro => self.enter_call(node, kind),
            Kind::Loop | Kind::While | Kind::Comprehension => self.enter_loop(node, kind),
            Kind::Give | Kind::Augment | Kind::Pair | Kind::Keyword => self.give(node, kind),
            Kind::Argument => self.give_argument(node),
            Kind::Import => self.import(node),
            Kind::Shell => {
                let (function, in_test) = (self.function, self.in_test);
                self.facts.shells.push(Shell { node, function, in_test });
            }
            _ => {}
        }
        self.kinds.push((kind, node));
    }

    /// Opens a frame that closes when the node that is entered is left.
    fn open(&mut self, what: Open) {
        self.frames.push(Frame { depth: self.kinds.len(), what });
    }

    fn leave(&mut self) {
        self.kinds.pop();
        while self.frames.last().is_some_and(|frame| frame.depth >= self.kinds.len()) {
            match self.frames.pop().map(|frame| frame.what) {
                Some(Open::Function { id, around }) => {
                    self.function = self.facts.functions[id].parent;
                    self.around = around;
                }
                Some(Open::Loop(before)) => self.around.in_loop = before,
                Some(Open::Call { is_together, .. }) => self.together -= u32::from(is_together),
                Some(Open::Class) => {
                    self.classes.pop();
                }
                Some(Open::Tests(before)) => self.in_test = before,
                Some(Open::Nest) => self.around.nesting -= 1,
                None => {}
            }
        }
    }

    fn parent(&self) -> Kind {
        self.kinds.last().map_or(Kind::Other, |(kind, _)| *kind)
    }

    fn enter_function(&mut self, node: Node<'t>, is_lambda: bool) {
        let name = self.facts.name_node(node).filter(|_| !is_lambda);
        let written = name.map(|name| self.facts.source(name)).unwrap_or_default();
        let is_test = std::mem::take(&mut self.test_next) && !is_lambda
            || self.facts.family == Family::Python && written.starts_with("test_");
        self.open(Open::Tests(self.in_test));
        self.in_test |= is_test;
        self.push_function(node, name, is_lambda);
    }

    fn push_function(&mut self, node: Node<'t>, name: Option<Node<'t>>, is_lambda: bool) {
        let id = self.facts.functions.len();
        self.open(Open::Function { id, around: self.around });
        let is_async = self.facts.is_async(node);
        self.facts.defined.extend(name.map(|name| self.facts.source(name)));
        self.facts.functions.push(Function {
            node,
            name: name.map(|name| self.facts.source(name)).unwrap_or_default(),
            line: line_of(name.unwrap_or(node)),
            parent: self.function,
            class: self.classes.last().copied().unwrap_or_default(),
            is_async,
            is_lambda,
            in_test: self.in_test,
            complexity: 0,
        });
        self.function = Some(id);
        // A function runs when it is called, not where it stands.
        let counts_alone =
            !is_lambda || name.is_some() || self.facts.functions[id].parent.is_none();
        let nesting = if counts_alone { 0 } else { self.around.nesting + 1 };
        self.around = Around { in_loop: None, nesting };
    }

    fn enter_lambda(&mut self, node: Node<'t>) {
        let in_loop = self.around.in_loop;
        let parent = self.kinds.last().copied();
        let owner = parent.filter(|(kind, _)| matches!(kind, Kind::Give | Kind::Pair));
        let name = owner.and_then(|(_, owner)| Some(self.facts.sides(owner)?.0));
        let name = name.map(|left| self.facts.last_name(left));
        let each = self.frames.iter().rev().find_map(|frame| match frame.what {
            Open::Call { is_each, .. } => Some(is_each),
            Open::Function { .. } => Some(false),
            _ => None,
        });
        let is_argument = matches!(self.parent(), Kind::Arguments | Kind::Argument | Kind::Call)
            || self.facts.family == Family::Kotlin && self.parent() == Kind::Other;
        self.push_function(node, name, true);
        if each == Some(true) && is_argument {
            let id = self.push_loop(node, Kind::Lambda);
            self.around.in_loop = Some(id);
        } else if matches!(self.facts.family, Family::Ruby) && is_argument {
            // A block that is run once, as that of a transaction.
            self.around.in_loop = in_loop;
        }
    }

    fn enter_class(&mut self, node: Node<'t>) {
        let name = node.child_by_field_name("name").map(|name| self.facts.source(name));
        self.classes.push(name.unwrap_or_default());
        self.open(Open::Class);
        self.test_next = false;
    }

    fn enter_module(&mut self, node: Node<'t>) {
        let name = node.child_by_field_name("name").map(|name| self.facts.source(name));
        let name = name.unwrap_or_default();
        let is_test = std::mem::take(&mut self.test_next)
            || matches!(name, "test" | "tests")
            || name.ends_with("_tests");
        self.open(Open::Tests(self.in_test));
        self.in_test |= is_test;
    }

    fn enter_call(&mut self, node: Node<'t>, kind: Kind) {
        let call = Call {
            node,
            kind,
            path: self.facts.callee(node, kind),
            arguments: self.facts.arguments(node, kind),
            receiver: self.facts.receiver(node),
            function: self.function,
            in_loop: self.around.in_loop,
            in_test: self.in_test,
            is_awaited: self.parent() == Kind::Await,
        };
        let is_each = EACH.contains(&call.name());
        let is_together = TOGETHER.contains(&call.path.as_str());
        self.together += u32::from(is_together);
        self.open(Open::Call { is_each, is_together });
        self.facts.calls.push(call);
    }

    fn enter_loop(&mut self, node: Node<'t>, kind: Kind) {
        let body = node.child_by_field_name("body").or_else(|| {
            let last = u32::try_from(node.named_child_count().checked_sub(1)?).ok()?;
            node.named_child(last)
        });
        let Some(body) = body else { return };
        let id = self.facts.goes_over_many(node, kind, body).then(|| self.push_loop(node, kind));
        self.bodies.push((body.id(), id));
    }

    fn push_loop(&mut self, node: Node<'t>, kind: Kind) -> usize {
        let is_concurrent = self.together > 0;
        self.facts.loops.push(Loop { node, kind, is_concurrent });
        self.facts.loops.len() - 1
    }

    fn give(&mut self, node: Node<'t>, kind: Kind) {
        if let Some((left, value)) = self.facts.sides(node) {
            self.push_give(node, kind, left, value);
        }
    }

    /// `Argument: value` of C#, PHP and Kotlin.
    fn give_argument(&mut self, node: Node<'t>) {
        if let (Some(left), Some(value)) = (node.named_child(0), node.named_child(1)) {
            self.push_give(node, Kind::Keyword, left, value);
        }
    }

    fn push_give(&mut self, node: Node<'t>, kind: Kind, left: Node<'t>, value: Node<'t>) {
        let name = self.facts.bare_name(self.facts.last_name(left));
        let id = self.facts.gives.len();
        let plain = matches!(kind, Kind::Give | Kind::Augment);
        let target = self.facts.unwrapped(left);
        if plain && self.facts.kind(target) == Kind::Name {
            self.facts.given.entry((self.function, name)).or_default().push(id);
        }
        let (function, in_test) = (self.function, self.in_test);
        self.facts.gives.push(Give { node, kind, left, name, value, function, in_test });
        self.import_given(left, value);
    }
}

//! What variables hold at one place: assignments so far, and tests on types.
//!
//! Names and chains such as `self.store` are keys, as they are written. A branch
//! is walked, its changes are taken back, and what the branches left behind is
//! joined after them.

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::super::builder::{Builder, Draft};
use super::super::grammar::in_field;
use super::{FieldName, Kind, Walk};

/// Tests in one condition that are looked at.
const MAX_TESTS: usize = 8;

/// What names hold now, with the way back.
#[derive(Default)]
pub(super) struct Env<'t> {
    now: FxHashMap<&'t str, Draft>,
    log: Vec<(&'t str, Option<Draft>)>,
    /// There may be keys with a dot.
    has_chains: bool,
}

/// What a branch left behind, by key; nothing for a key that it forgot.
type Changes<'t> = Vec<(&'t str, Option<Draft>)>;

impl<'t> Env<'t> {
    pub(super) fn get(&self, key: &str) -> Option<Draft> {
        self.now.get(key).copied()
    }

    pub(super) fn has_chains(&self) -> bool {
        self.has_chains
    }

    pub(super) fn set(&mut self, key: &'t str, held: Option<Draft>) {
        let old = match held {
            Some(held) => self.now.insert(key, held),
            None => self.now.remove(key),
        };
        self.has_chains |= held.is_some() && key.contains('.');
        self.log.push((key, old));
    }

    /// A name is assigned: what is known of its members is known no more.
    pub(super) fn assign(&mut self, key: &'t str, held: Option<Draft>) {
        if self.has_chains {
            let is_member =
                |known: &&'t str| known.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'));
            let mut members: Vec<&'t str> = self.now.keys().copied().filter(is_member).collect();
            members.sort_unstable();
            for member in members {
                self.set(member, None);
            }
        }
        self.set(key, held);
    }

    pub(super) fn mark(&self) -> usize {
        self.log.len()
    }

    pub(super) fn undo(&mut self, mark: usize) {
        while self.log.len() > mark {
            match self.log.pop() {
                Some((key, Some(old))) => self.now.insert(key, old),
                Some((key, None)) => self.now.remove(key),
                None => None,
            };
        }
    }

    /// Takes back what changed since `mark` and returns it.
    fn take(&mut self, mark: usize) -> Changes<'t> {
        let mut keys: Vec<&'t str> = self.log[mark..].iter().map(|(key, _)| *key).collect();
        keys.sort_unstable();
        keys.dedup();
        let changes = keys.into_iter().map(|key| (key, self.get(key))).collect();
        self.undo(mark);
        changes
    }
}

/// The branches of a statement.
#[derive(Default)]
struct Branches<'t> {
    ends: Vec<Changes<'t>>,
    /// None of them may run.
    may_skip: bool,
}

impl<'t> Branches<'t> {
    /// What a key holds after the branches.
    fn join(&self, key: &str, before: Option<Draft>, b: &mut Builder<'t>) -> Option<Draft> {
        let mut joined = if self.may_skip { before } else { None };
        if self.may_skip && before.is_none() && key.contains('.') {
            return None;
        }
        for end in &self.ends {
            let found = end.binary_search_by(|(known, _)| (*known).cmp(key));
            let held = found.map_or(before, |at| end[at].1);
            joined = match (joined, held) {
                (_, None) if key.contains('.') => return None,
                (Some(joined), Some(held)) => Some(b.either(joined, held)),
                (joined, held) => joined.or(held),
            };
        }
        joined
    }
}

impl<'t> Walk<'t> {
    fn branch(&mut self, node: Node<'t>, branches: &mut Branches<'t>) {
        let mark = self.at.env.mark();
        self.visit(node);
        let changes = self.at.env.take(mark);
        if !self.leaves(node) {
            branches.ends.push(changes);
        }
    }

    fn join(&mut self, branches: &Branches<'t>) {
        let mut keys: Vec<&'t str> = branches.ends.iter().flatten().map(|(key, _)| *key).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let joined = branches.join(key, self.at.env.get(key), &mut self.b);
            self.at.env.set(key, joined);
        }
    }

    /// A block whose end is never reached.
    fn leaves(&self, node: Node<'t>) -> bool {
        let count = u32::try_from(node.named_child_count()).unwrap_or(0);
        let last = (0..count).rev().filter_map(|at| node.named_child(at));
        let last = last.map(|child| self.kind(child)).find(|kind| *kind != Kind::Comment);
        matches!(last, Some(Kind::Return | Kind::Raise | Kind::Continue | Kind::Break))
    }

    pub(super) fn if_statement(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let Some(condition) = in_field(&children, FieldName::Condition) else { return };
        let mut branches = Branches { ends: Vec::new(), may_skip: true };
        self.visit(condition.node);
        let chain = self.at.env.mark();
        let mut is_left = false;
        if let Some(block) = in_field(&children, FieldName::Consequence) {
            self.narrowed_branch(condition.node, block.node, &mut branches);
            is_left = self.leaves(block.node);
        }
        self.narrow(condition.node, false);
        let mut is_alone = true;
        for other in children.iter().filter(|child| child.field == Some(FieldName::Alternative)) {
            is_alone = false;
            let parts = self.children(other.node);
            if other.kind == Kind::Else {
                branches.may_skip = false;
                if let Some(block) = in_field(&parts, FieldName::Body) {
                    self.branch(block.node, &mut branches);
                }
                continue;
            }
            let condition = in_field(&parts, FieldName::Condition);
            let block = in_field(&parts, FieldName::Consequence);
            if let (Some(condition), Some(block)) = (condition, block) {
                self.visit(condition.node);
                self.narrowed_branch(condition.node, block.node, &mut branches);
                self.narrow(condition.node, false);
            }
        }
        self.at.env.undo(chain);
        self.join(&branches);
        if is_left && is_alone {
            self.narrow(condition.node, false);
        }
    }

    fn narrowed_branch(
        &mut self,
        condition: Node<'t>,
        block: Node<'t>,
        branches: &mut Branches<'t>,
    ) {
        let mark = self.at.env.mark();
        self.narrow(condition, true);
        self.branch(block, branches);
        self.at.env.undo(mark);
    }

    /// The body of a loop: it runs or does not.
    pub(super) fn loop_body(&mut self, body: Node<'t>) {
        let mark = self.at.env.mark();
        self.visit(body);
        let changes = self.at.env.take(mark);
        self.join(&Branches { ends: vec![changes], may_skip: true });
    }

    pub(super) fn while_statement(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let condition = in_field(&children, FieldName::Condition).map(|child| child.node);
        if let Some(condition) = condition {
            self.visit(condition);
        }
        let mark = self.at.env.mark();
        if let Some(condition) = condition {
            self.narrow(condition, true);
        }
        let inner = self.at.env.mark();
        self.visit_field(&children, FieldName::Body);
        let changes = self.at.env.take(inner);
        self.at.env.undo(mark);
        self.join(&Branches { ends: vec![changes], may_skip: true });
        self.visit_field(&children, FieldName::Alternative);
    }

    pub(super) fn try_statement(&mut self, node: Node<'t>) {
        let children = self.children(node);
        self.visit_field(&children, FieldName::Body);
        let mut branches = Branches { ends: Vec::new(), may_skip: true };
        for child in children.iter().filter(|child| child.kind == Kind::Except) {
            let mark = self.at.env.mark();
            self.except(child.node);
            let changes = self.at.env.take(mark);
            let count = u32::try_from(child.node.named_child_count()).unwrap_or(0);
            let block = count.checked_sub(1).and_then(|last| child.node.named_child(last));
            if !block.is_some_and(|block| self.leaves(block)) {
                branches.ends.push(changes);
            }
        }
        for child in children.iter().filter(|child| child.kind == Kind::Else) {
            self.all_children(child.node);
        }
        self.join(&branches);
        for child in children.iter().filter(|child| child.kind == Kind::Finally) {
            self.all_children(child.node);
        }
    }

    pub(super) fn match_statement(&mut self, node: Node<'t>) {
        let children = self.children(node);
        let subject = in_field(&children, FieldName::Subject).copied();
        let held = subject.map_or(self.b.unknown(), |subject| self.visit(subject.node));
        let key = subject.and_then(|subject| self.key_of(subject.node));
        let Some(body) = in_field(&children, FieldName::Body) else { return };
        let mut branches = Branches { ends: Vec::new(), may_skip: true };
        for case in self.children(body.node) {
            if case.kind != Kind::Case {
                continue;
            }
            let mark = self.at.env.mark();
            let parts = self.children(case.node);
            let mut matched = self.b.unknown();
            for part in parts.iter().filter(|part| part.kind == Kind::CasePattern) {
                matched = self.case(part.node, held);
            }
            if let Some(key) = key.filter(|_| !self.b.is_unknown(matched)) {
                self.at.env.set(key, Some(matched));
            }
            self.visit_field(&parts, FieldName::Guard);
            if let Some(guard) =
                in_field(&parts, FieldName::Guard).and_then(|g| g.node.named_child(0))
            {
                self.narrow(guard, true);
            }
            let body = self.at.env.mark();
            self.visit_field(&parts, FieldName::Consequence);
            let changes = self.at.env.take(body);
            let left = in_field(&parts, FieldName::Consequence)
                .is_some_and(|block| self.leaves(block.node));
            if !left {
                branches.ends.push(changes);
            }
            self.at.env.undo(mark);
        }
        self.join(&branches);
    }

    /// The key of a name or of a chain of names.
    pub(super) fn key_of(&self, node: Node<'t>) -> Option<&'t str> {
        let mut at = node;
        for _ in 0..MAX_TESTS {
            match self.kind(at) {
                Kind::Identifier => return Some(self.b.source(node)),
                Kind::Attribute => at = at.child_by_field_name("object")?,
                _ => return None,
            }
        }
        None
    }

    /// Puts in what a condition says of types, where it holds or does not.
    pub(super) fn narrow(&mut self, condition: Node<'t>, holds: bool) {
        let mut left = MAX_TESTS;
        self.narrow_in(condition, holds, &mut left);
    }

    fn narrow_in(&mut self, condition: Node<'t>, holds: bool, left: &mut usize) {
        if *left == 0 {
            return;
        }
        *left -= 1;
        match self.kind(condition) {
            Kind::Parenthesized => {
                if let Some(inner) = condition.named_child(0) {
                    self.narrow_in(inner, holds, left);
                }
            }
            Kind::Not => {
                if let Some(inner) = condition.child_by_field_name("argument") {
                    self.narrow_in(inner, !holds, left);
                }
            }
            Kind::Boolean => {
                let is_and = self.operator(condition) == "and";
                if is_and == holds {
                    for field in ["left", "right"] {
                        if let Some(side) = condition.child_by_field_name(field) {
                            self.narrow_in(side, holds, left);
                        }
                    }
                }
            }
            Kind::Call if holds => self.narrow_instance(condition),
            _ => {}
        }
    }

    fn operator(&self, node: Node<'t>) -> &'t str {
        node.child_by_field_name("operator").map_or("", |operator| self.b.source(operator))
    }

    /// `isinstance(x, Foo)`
    fn narrow_instance(&mut self, call: Node<'t>) {
        let function = call.child_by_field_name("function").map(|node| self.b.source(node));
        let Some(arguments) = call.child_by_field_name("arguments") else { return };
        let (Some(value), Some(class)) = (arguments.named_child(0), arguments.named_child(1))
        else {
            return;
        };
        if !matches!(function, Some("isinstance" | "issubclass")) {
            return;
        }
        let value = match self.kind(value) {
            Kind::Named => value.child_by_field_name("name").unwrap_or(value),
            _ => value,
        };
        let Some(key) = self.key_of(value) else { return };
        let class = self.quiet_classes(class, function == Some("isinstance"));
        if !self.b.is_unknown(class) {
            self.at.env.assign(key, Some(class));
        }
    }

    /// Instances of the named classes, without noting that they are used.
    fn quiet_classes(&mut self, node: Node<'t>, is_instance: bool) -> Draft {
        match self.kind(node) {
            Kind::Tuple | Kind::BinaryOperator => {
                let mut all = self.b.unknown();
                let count = u32::try_from(node.named_child_count()).unwrap_or(0);
                for child in (0..count).filter_map(|at| node.named_child(at)).take(MAX_TESTS) {
                    let one = self.quiet_classes(child, is_instance);
                    all = self.b.either(all, one);
                }
                all
            }
            Kind::Identifier | Kind::Attribute => {
                let class = self.quiet(node);
                match self.known_type(self.b.source(node)) {
                    Some(known) => known,
                    None if is_instance => self.b.instance(class),
                    None => class,
                }
            }
            _ => self.b.unknown(),
        }
    }

    /// A name or a chain of names, without noting that they are used.
    fn quiet(&mut self, node: Node<'t>) -> Draft {
        let (Some(object), Some(name)) =
            (node.child_by_field_name("object"), node.child_by_field_name("attribute"))
        else {
            let name = self.b.source(node);
            return self.b.name(name);
        };
        if self.key_of(object).is_none() {
            return self.b.unknown();
        }
        let of = self.quiet(object);
        let name = self.b.source(name);
        self.b.member(of, name)
    }
}

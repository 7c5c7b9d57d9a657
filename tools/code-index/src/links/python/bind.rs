//! Assignments: names become locals, items of the module or of a class; what is
//! assigned to the receiver of a method becomes an item of its class.

use tree_sitter::Node;

use super::super::builder::{Binding, Draft, line_of};
use super::super::grammar::in_field;
use super::super::{ItemId, ItemKind, Role};
use super::{Child, FieldName, Kind, Place, Walk};

/// Assignments to names of other scopes that are kept of one file.
const MAX_GLOBALS: usize = 10_000;

impl<'t> Walk<'t> {
    pub(super) fn assignment(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let Some(left) = in_field(&children, FieldName::Left).copied() else {
            return self.b.unknown();
        };
        let right = in_field(&children, FieldName::Right).copied();
        let annotation = in_field(&children, FieldName::TypeField).copied();
        let item = self.new_item(&left, node);
        if let Some(item) = item {
            self.b.enter(item);
        }
        let (declared, held) = self.assigned(item, annotation, right);
        if item.is_some() {
            self.b.leave();
        }
        match (item, declared) {
            (Some(item), Some(declared)) => {
                self.b.add_result(item, declared);
                self.b.set_declared(item);
                declared
            }
            (Some(item), None) => {
                let held = self.member_value(&left, held);
                self.b.add_result(item, held);
                held
            }
            (None, Some(declared)) => {
                self.bind_declared(&left, declared, node);
                declared
            }
            (None, None) => {
                self.bind_target(left.node, held);
                held
            }
        }
    }

    /// The annotation's type and the value's.
    fn assigned(
        &mut self,
        item: Option<ItemId>,
        annotation: Option<Child<'t>>,
        right: Option<Child<'t>>,
    ) -> (Option<Draft>, Draft) {
        if let Some((item, right)) = item.zip(right)
            && self.is_alias(annotation.as_ref(), &right)
        {
            if let Some(annotation) = annotation {
                self.ty(annotation.node, Role::Type);
            }
            self.b.set_kind(item, ItemKind::Alias);
            let stands_for = self.ty(right.node, Role::Type);
            return (Some(stands_for), stands_for);
        }
        let declared = annotation.map(|annotation| self.ty(annotation.node, Role::Type));
        let held = match (item, right) {
            (Some(item), Some(right)) if right.kind == Kind::Lambda => {
                if declared.is_none() {
                    self.b.set_kind(item, ItemKind::Function);
                }
                let unknown = self.b.unknown();
                self.lambda(right.node, unknown)
            }
            (_, Some(right)) => self.visit(right.node),
            (_, None) => self.b.unknown(),
        };
        // `x: Final = Foo()` says nothing of the type.
        let declared =
            declared.map(|declared| if self.b.is_unknown(declared) { held } else { declared });
        (declared, held)
    }

    /// The item that a name becomes where it is assigned first.
    fn new_item(&mut self, left: &Child<'t>, whole: Node<'t>) -> Option<ItemId> {
        if left.kind != Kind::Identifier {
            return None;
        }
        let name = self.b.source(left.node);
        match self.frame().place {
            Place::Function => None,
            Place::Class(class) => {
                let is_new = self.b.member_of(class, name).is_none();
                is_new.then(|| self.add_item(name, left.node, whole))
            }
            Place::Module => {
                let is_new = !matches!(self.b.binding(name), Some(Binding::Item(_)));
                is_new.then(|| self.add_item(name, left.node, whole))
            }
        }
    }

    fn add_item(&mut self, name: &'t str, at: Node<'t>, whole: Node<'t>) -> ItemId {
        let item = self.b.item(name, at, ItemKind::Value, whole);
        self.b.bind(name, Binding::Item(item));
        item
    }

    /// What a member of an enumeration is.
    fn member_value(&mut self, left: &Child<'t>, held: Draft) -> Draft {
        let name = self.b.source(left.node);
        let place = self.frame().place;
        match place {
            Place::Class(class) if self.frame().is_enum && !name.starts_with('_') => {
                let class = self.b.item_expr(class);
                self.b.instance(class)
            }
            _ => held,
        }
    }

    /// `x: T = …` of a function's variable or of an attribute.
    fn bind_declared(&mut self, left: &Child<'t>, declared: Draft, whole: Node<'t>) {
        match left.kind {
            Kind::Attribute => self.bind_attribute(left.node, declared, Some(whole)),
            Kind::Identifier => {
                self.bind_target(left.node, declared);
                let name = self.b.source(left.node);
                if self.frame().place == Place::Function && !self.b.is_unknown(declared) {
                    self.frame().declared.push(name);
                }
            }
            _ => {
                self.visit(left.node);
            }
        }
    }

    pub(super) fn augmented(&mut self, node: Node<'t>) {
        let children = self.children(node);
        self.visit_field(&children, FieldName::Right);
        if let Some(left) = in_field(&children, FieldName::Left) {
            self.visit(left.node);
        }
    }

    pub(super) fn named(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let value = self.visit_field(&children, FieldName::Value);
        if let Some(name) = in_field(&children, FieldName::Name) {
            self.bind_name(name.node, value, true);
        }
        value
    }

    /// Binds the names of a target to what it is given.
    pub(super) fn bind_target(&mut self, node: Node<'t>, held: Draft) {
        self.bind_in(node, held, false);
    }

    /// The same for variables of a comprehension or a lambda.
    pub(super) fn bind_inner(&mut self, node: Node<'t>, held: Draft) {
        self.bind_in(node, held, true);
    }

    fn bind_in(&mut self, node: Node<'t>, held: Draft, is_inner: bool) {
        match self.kind(node) {
            Kind::Identifier if is_inner => {
                let name = self.b.source(node);
                self.bind_local(name, held);
            }
            Kind::Identifier => self.bind_name(node, held, false),
            Kind::Attribute => self.bind_attribute(node, held, None),
            Kind::Target | Kind::Parenthesized | Kind::Type => {
                if let Some(inner) = node.named_child(0) {
                    self.bind_in(inner, held, is_inner);
                }
            }
            Kind::ListSplatPattern | Kind::ListSplat | Kind::DictionarySplatPattern => {
                let element = self.element(held);
                let rest = self.b.list(element);
                if let Some(inner) = node.named_child(0) {
                    self.bind_in(inner, rest, is_inner);
                }
            }
            Kind::TuplePattern
            | Kind::ListPattern
            | Kind::PatternList
            | Kind::Tuple
            | Kind::ExpressionList
            | Kind::List => self.bind_parts(node, held, is_inner),
            _ => {
                self.visit(node);
            }
        }
    }

    fn bind_parts(&mut self, node: Node<'t>, held: Draft, is_inner: bool) {
        let mut is_after_rest = false;
        let children = self.children(node);
        let parts = children.iter().filter(|child| child.kind != Kind::Comment);
        for (at, child) in parts.enumerate() {
            let is_rest = matches!(child.kind, Kind::ListSplatPattern | Kind::ListSplat);
            is_after_rest |= is_rest;
            let part = match (is_rest, is_after_rest) {
                (true, _) => held,
                (false, true) => self.element(held),
                (false, false) => self.b.part(held, at),
            };
            self.bind_in(child.node, part, is_inner);
        }
    }

    /// Binds a variable of the innermost scope.
    pub(super) fn bind_local(&mut self, name: &'t str, held: Draft) {
        self.b.bind(name, Binding::Local(held));
        self.at.env.assign(name, Some(held));
    }

    fn bind_name(&mut self, node: Node<'t>, held: Draft, is_walrus: bool) {
        let name = self.b.source(node);
        let place = self.frame().place;
        match place {
            Place::Function if self.frame().outer.contains(&name) => {
                self.bind_outer(name, node, held);
            }
            Place::Function => {
                if is_walrus {
                    self.b.bind_in_function(name, Binding::Local(held));
                } else {
                    self.b.bind(name, Binding::Local(held));
                }
                if !self.frame().declared.contains(&name) {
                    self.at.env.assign(name, Some(held));
                }
            }
            Place::Class(class) => match self.b.member_of(class, name) {
                Some(item) => self.assign_item(item, node, held),
                None => {
                    let item = self.add_item(name, node, node);
                    self.b.add_result(item, held);
                }
            },
            Place::Module => match self.b.binding(name) {
                Some(Binding::Item(item)) => self.assign_item(item, node, held),
                _ => {
                    let item = self.b.item_in(None, name, node, ItemKind::Value, node);
                    self.b.bind_in_function(name, Binding::Item(item));
                    self.b.add_result(item, held);
                }
            },
        }
    }

    /// An item that exists is assigned again.
    fn assign_item(&mut self, item: ItemId, node: Node<'t>, held: Draft) {
        self.name_use(node, Role::Plain);
        self.add_value(item, held);
    }

    fn add_value(&mut self, item: ItemId, held: Draft) {
        if self.b.item_kind(item) == ItemKind::Value
            && !self.b.is_declared(item)
            && !self.b.is_unknown(held)
        {
            self.b.add_result(item, held);
        }
    }

    /// A name that `global` or `nonlocal` gave to a function.
    fn bind_outer(&mut self, name: &'t str, node: Node<'t>, held: Draft) {
        self.name_use(node, Role::Plain);
        match self.b.binding(name) {
            Some(Binding::Item(item)) => self.add_value(item, held),
            Some(Binding::Local(_)) => self.b.assign(name, held),
            _ if self.at.globals.len() < MAX_GLOBALS => self.at.globals.push((name, node, held)),
            _ => {}
        }
    }

    /// Variables of the module that are assigned in functions only, or there first.
    pub(super) fn add_globals(&mut self) {
        for (name, node, held) in std::mem::take(&mut self.at.globals) {
            match self.b.binding(name) {
                Some(Binding::Item(item)) => self.add_value(item, held),
                Some(_) => {}
                None => {
                    let item = self.add_item(name, node, node);
                    self.b.add_result(item, held);
                }
            }
        }
    }

    /// `self.x = …` defines a member, once; other attributes are used.
    fn bind_attribute(&mut self, node: Node<'t>, held: Draft, whole: Option<Node<'t>>) {
        let Some((class, name)) = self.own_attribute(node) else {
            self.attribute(node, Role::Plain);
            self.keep_chain(node, held);
            return;
        };
        let text = self.b.source(name);
        let known = self.b.member_of(class, text);
        let is_later = known.is_none() && self.class_names().contains(&text);
        match known {
            Some(item) => {
                let this = self.b.this(class);
                let member = self.b.member(this, text);
                self.b.use_at(member, line_of(name), Role::Plain);
                self.add_value(item, held);
            }
            None if is_later => {
                self.attribute(node, Role::Plain);
            }
            None => {
                // A base may say what it is: then this is a use of that.
                let this = self.b.this(class);
                let member = self.b.member(this, text);
                self.b.use_at(member, line_of(name), Role::Plain);
                let around = whole.or(node.parent()).unwrap_or(node);
                let item = self.b.item_in(Some(class), text, name, ItemKind::Value, around);
                self.b.add_result(item, held);
                if whole.is_some() {
                    self.b.set_declared(item);
                }
            }
        }
        self.keep_chain(node, held);
    }

    fn keep_chain(&mut self, node: Node<'t>, held: Draft) {
        if let Some(key) = self.key_of(node) {
            let held = Some(held).filter(|held| !self.b.is_unknown(*held));
            self.at.env.assign(key, held);
        }
    }

    /// The class and the name of `self.x`, directly in a method.
    fn own_attribute(&mut self, node: Node<'t>) -> Option<(ItemId, Node<'t>)> {
        let object = node.child_by_field_name("object")?;
        let name = node.child_by_field_name("attribute")?;
        let receiver = self.frame().receiver?;
        let [.., outer, _] = self.at.frames.as_slice() else { return None };
        match outer.place {
            Place::Class(class) if self.b.source(object) == receiver => Some((class, name)),
            _ => None,
        }
    }

    /// The names that the body of the class around a method defines.
    fn class_names(&self) -> &[&'t str] {
        match self.at.frames.as_slice() {
            [.., outer, _] => &outer.own,
            _ => &[],
        }
    }

    /// A pattern of a `case`; returns what the subject is where it matches.
    pub(super) fn case(&mut self, node: Node<'t>, held: Draft) -> Draft {
        self.deeper(|walk| walk.case_of(node, held))
    }

    fn case_of(&mut self, node: Node<'t>, held: Draft) -> Draft {
        let unknown = self.b.unknown();
        match self.kind(node) {
            Kind::CasePattern => {
                let inner = node.named_child(0);
                inner.map_or(unknown, |inner| self.case(inner, held))
            }
            Kind::DottedName if node.named_child_count() == 1 => {
                if let Some(name) = node.named_child(0) {
                    self.bind_name(name, held, false);
                }
                unknown
            }
            Kind::DottedName => {
                self.dotted(node, Role::Plain);
                unknown
            }
            Kind::ClassPattern => self.class_pattern(node),
            Kind::AsPattern => {
                let children = self.children(node);
                let [pattern, .., name] = children.as_slice() else { return unknown };
                let found = self.case(pattern.node, held);
                let given = if self.b.is_unknown(found) { held } else { found };
                self.bind_target(name.node, given);
                found
            }
            Kind::UnionPattern => {
                let mut all = unknown;
                for child in self.children(node) {
                    let one = self.case(child.node, held);
                    all = self.b.either(all, one);
                }
                all
            }
            Kind::ListPattern | Kind::TuplePattern => {
                for (at, child) in self.children(node).into_iter().enumerate() {
                    let part = self.b.part(held, at);
                    self.case(child.node, part);
                }
                unknown
            }
            Kind::SplatPattern => {
                if let Some(name) = node.named_child(0) {
                    self.bind_target(name, unknown);
                }
                unknown
            }
            Kind::DictPattern => {
                for child in self.children(node) {
                    self.case(child.node, unknown);
                }
                unknown
            }
            _ => self.visit(node),
        }
    }

    /// `Point(x=0, y=other)`
    fn class_pattern(&mut self, node: Node<'t>) -> Draft {
        let children = self.children(node);
        let mut instance = self.b.unknown();
        for child in &children {
            if child.kind == Kind::DottedName {
                let class = self.dotted(child.node, Role::Plain);
                let known = self.known_type(self.b.source(child.node));
                instance = known.unwrap_or_else(|| self.b.instance(class));
                continue;
            }
            let keyword = child.node.named_child(0).unwrap_or(child.node);
            if self.kind(keyword) != Kind::KeywordPattern {
                let unknown = self.b.unknown();
                self.case(child.node, unknown);
                continue;
            }
            let parts = self.children(keyword);
            let [name, .., pattern] = parts.as_slice() else { continue };
            let text = self.b.source(name.node);
            let member = self.b.member(instance, text);
            self.b.use_at(member, line_of(name.node), Role::Key);
            self.case(pattern.node, member);
        }
        instance
    }

    fn dotted(&mut self, node: Node<'t>, role: Role) -> Draft {
        let mut found = None;
        for name in self.children(node) {
            let text = self.b.source(name.node);
            found = Some(match found {
                None => self.name_use(name.node, role),
                Some(of) => {
                    let member = self.b.member(of, text);
                    self.b.use_at(member, line_of(name.node), role);
                    member
                }
            });
        }
        found.unwrap_or(self.b.unknown())
    }
}

//! Gathers what a walk meets and puts it into [`Links`]: scopes are looked up
//! when all of the file is known, since names are used before they are declared.
//!
//! **Invariants**
//! - Nothing is unbounded: depth of expressions, alternatives, uses and items.
//! - The result depends on the order of the walk alone.

mod placing;

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use placing::{Placed, Placing, look_up};

use super::{
    Export, Expr, ExprId, Import, Imported, Item, ItemId, ItemKind, Links, Role, Text, Use, Wanted,
};

/// Deeper expressions say nothing.
const MAX_DEPTH: u32 = 48;
/// Alternatives kept of one variable.
const MAX_EITHER: usize = 4;
/// Uses kept of one file.
const MAX_USES: usize = 200_000;
/// Items kept of one file.
const MAX_ITEMS: usize = 20_000;
/// The type of tuples, as a builtin.
const TUPLE: &str = "tuple";
/// Longer texts are no names.
const MAX_TEXT: usize = 200;

/// An expression that is not placed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Draft(u32);

#[derive(Debug)]
enum DraftExpr {
    /// A name, to be looked up from its scope when the walk is over.
    Name(Key, u32),
    /// The same; where no scope binds it, it is looked up from inside an item.
    Inside(Text, u32, ItemId, Wanted),
    /// Known as it is; the ids in it are drafts.
    Known(Expr),
}

/// What a name means in a scope.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Binding {
    /// An item of the file.
    Item(ItemId),
    /// An import of the file.
    Import(u32),
    /// A local variable or parameter, with what it holds.
    Local(Draft),
}

/// Where a language keeps apart names that are written alike. A name is looked
/// for in its own space and in `Any` first, then in the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Space {
    /// The only one of most languages.
    #[default]
    Any,
    /// Types and modules.
    Type,
    /// Functions and constants.
    Value,
    /// Macros.
    Macro,
}

/// A name in its space.
type Key = (Text, Space);

/// Which names a scope hides or shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScopeKind {
    /// The file.
    Module,
    /// A function: variables that are not of a block belong to it.
    Function,
    /// A block in a function.
    Block,
    /// A class whose names functions inside do not see without a receiver.
    Class,
}

struct Scope {
    parent: Option<u32>,
    kind: ScopeKind,
    names: FxHashMap<Key, Binding>,
}

struct UseDraft {
    expr: Draft,
    line: u32,
    owner: Option<ItemId>,
    role: Role,
}

struct ItemDraft {
    item: Item,
    result: Option<Draft>,
    bases: Vec<Draft>,
    params: Vec<Draft>,
}

/// See the module.
pub(crate) struct Builder<'t> {
    source: &'t str,
    links: Links,
    texts: FxHashMap<&'t str, Text>,
    made: FxHashMap<String, Text>,
    scopes: Vec<Scope>,
    scope: u32,
    owners: Vec<ItemId>,
    drafts: Vec<DraftExpr>,
    items: Vec<ItemDraft>,
    members: FxHashMap<(ItemId, Text), ItemId>,
    uses: Vec<UseDraft>,
    exports: Vec<(Text, Draft)>,
}

/// The line on which a node begins, from 1.
pub(crate) fn line_of(node: Node<'_>) -> u32 {
    u32::try_from(node.start_position().row).unwrap_or(u32::MAX).saturating_add(1)
}

fn end_line_of(node: Node<'_>) -> u32 {
    u32::try_from(node.end_position().row).unwrap_or(u32::MAX).saturating_add(1)
}

impl<'t> Builder<'t> {
    pub(crate) fn new(source: &'t str) -> Builder<'t> {
        let module = Scope { parent: None, kind: ScopeKind::Module, names: FxHashMap::default() };
        Builder {
            source,
            links: Links::default(),
            texts: FxHashMap::default(),
            made: FxHashMap::default(),
            scopes: vec![module],
            scope: 0,
            owners: Vec::new(),
            drafts: vec![DraftExpr::Known(Expr::Unknown)],
            items: Vec::new(),
            members: FxHashMap::default(),
            uses: Vec::new(),
            exports: Vec::new(),
        }
    }

    /// What a node covers.
    pub(crate) fn source(&self, node: Node<'_>) -> &'t str {
        self.source.get(node.byte_range()).unwrap_or_default()
    }

    pub(crate) fn intern(&mut self, text: &'t str) -> Text {
        let text = if text.len() > MAX_TEXT { "" } else { text };
        if let Some(&known) = self.texts.get(text) {
            return known;
        }
        let id = self.links.texts.push(text);
        self.texts.insert(text, id);
        id
    }

    /// A text that the file does not hold as it is.
    pub(crate) fn intern_made(&mut self, text: String) -> Text {
        if let Some(&known) = self.texts.get(text.as_str()).or_else(|| self.made.get(&text)) {
            return known;
        }
        let id = self.links.texts.push(if text.len() > MAX_TEXT { "" } else { &text });
        self.made.insert(text, id);
        id
    }

    // Scopes.

    pub(crate) fn open_scope(&mut self, kind: ScopeKind) {
        let scope = Scope { parent: Some(self.scope), kind, names: FxHashMap::default() };
        self.scopes.push(scope);
        self.scope = u32::try_from(self.scopes.len() - 1).unwrap_or(0);
    }

    pub(crate) fn close_scope(&mut self) {
        self.scope = self.scopes[self.scope as usize].parent.unwrap_or(0);
    }

    /// The walk is not inside any function.
    pub(crate) fn at_module_level(&self) -> bool {
        let mut scope = self.scope;
        loop {
            let now = &self.scopes[scope as usize];
            match (now.kind, now.parent) {
                (ScopeKind::Function, _) => return false,
                (_, Some(parent)) => scope = parent,
                (_, None) => return true,
            }
        }
    }

    /// The kind of the innermost scope.
    pub(crate) fn scope_kind(&self) -> ScopeKind {
        self.scopes[self.scope as usize].kind
    }

    /// Binds a name in the innermost scope; the first definition of a name stays.
    pub(crate) fn bind(&mut self, name: &'t str, binding: Binding) {
        self.bind_as(name, Space::Any, binding);
    }

    /// Binds a name of one space in the innermost scope.
    pub(crate) fn bind_as(&mut self, name: &'t str, space: Space, binding: Binding) {
        let name = self.intern(name);
        self.bind_in(self.scope, (name, space), binding);
    }

    /// Binds a name in the function or module around.
    pub(crate) fn bind_in_function(&mut self, name: &'t str, binding: Binding) {
        let name = self.intern(name);
        let mut scope = self.scope;
        while self.scopes[scope as usize].kind == ScopeKind::Block {
            scope = self.scopes[scope as usize].parent.unwrap_or(0);
        }
        self.bind_in(scope, (name, Space::Any), binding);
    }

    fn bind_in(&mut self, scope: u32, name: Key, binding: Binding) {
        let names = &self.scopes[scope as usize].names;
        let joined = match (names.get(&name), binding) {
            (Some(Binding::Local(old)), Binding::Local(new)) => {
                Binding::Local(self.either(*old, new))
            }
            (Some(known), _) => *known,
            (None, binding) => binding,
        };
        self.scopes[scope as usize].names.insert(name, joined);
    }

    /// Adds to what a local variable holds; nothing for other names.
    pub(crate) fn assign(&mut self, name: &'t str, held: Draft) {
        let name = (self.intern(name), Space::Any);
        let mut at = Some(self.scope);
        while let Some(scope) = at {
            let now = &self.scopes[scope as usize];
            if let Some(&binding) = now.names.get(&name) {
                if let Binding::Local(old) = binding {
                    let joined = Binding::Local(self.either(old, held));
                    self.scopes[scope as usize].names.insert(name, joined);
                }
                return;
            }
            at = now.parent;
        }
    }

    /// What a name means from here, as far as the walk has come.
    pub(crate) fn binding(&mut self, name: &'t str) -> Option<Binding> {
        let name = self.intern(name);
        look_up(&self.scopes, (name, Space::Any), self.scope)
    }

    // Items.

    /// Adds an item that is a member of the innermost one.
    pub(crate) fn item(
        &mut self,
        name: &'t str,
        at: Node<'_>,
        kind: ItemKind,
        whole: Node<'_>,
    ) -> ItemId {
        let parent = self.owners.last().copied();
        self.item_in(parent, name, at, kind, whole)
    }

    /// Adds an item below `parent`.
    pub(crate) fn item_in(
        &mut self,
        parent: Option<ItemId>,
        name: &'t str,
        at: Node<'_>,
        kind: ItemKind,
        whole: Node<'_>,
    ) -> ItemId {
        if self.items.len() >= MAX_ITEMS {
            return u32::try_from(self.items.len() - 1).unwrap_or(0);
        }
        let item = Item {
            name: self.intern(name),
            kind,
            line: line_of(at),
            end_line: end_line_of(whole),
            parent,
            result: None,
            bases: Vec::new(),
            params: Vec::new(),
            declared: false,
            is_local: false,
        };
        let name = item.name;
        let (bases, params) = (Vec::new(), Vec::new());
        self.items.push(ItemDraft { item, result: None, bases, params });
        let id = u32::try_from(self.items.len() - 1).unwrap_or(0);
        if let Some(parent) = parent {
            self.members.entry((parent, name)).or_insert(id);
        }
        id
    }

    /// What is met from here on stands inside `item`.
    pub(crate) fn enter(&mut self, item: ItemId) {
        self.owners.push(item);
    }

    pub(crate) fn leave(&mut self) {
        self.owners.pop();
    }

    pub(crate) fn owner(&self) -> Option<ItemId> {
        self.owners.last().copied()
    }

    /// The innermost item around that is a type or an extension of one.
    pub(crate) fn class(&self) -> Option<ItemId> {
        let is_class = |item: &&ItemId| {
            matches!(self.items[**item as usize].item.kind, ItemKind::Class | ItemKind::Extension)
        };
        self.owners.iter().rev().find(is_class).copied()
    }

    /// The items around, innermost first.
    pub(crate) fn owners(&self) -> impl Iterator<Item = ItemId> {
        self.owners.iter().rev().copied()
    }

    pub(crate) fn item_kind(&self, item: ItemId) -> ItemKind {
        self.items[item as usize].item.kind
    }

    pub(crate) fn set_kind(&mut self, item: ItemId, kind: ItemKind) {
        self.items[item as usize].item.kind = kind;
    }

    /// Adds to what a value holds or a function gives.
    pub(crate) fn add_result(&mut self, item: ItemId, result: Draft) {
        let old = self.items[item as usize].result;
        let joined = old.map_or(result, |old| self.either(old, result));
        self.items[item as usize].result = Some(joined);
    }

    pub(crate) fn set_declared(&mut self, item: ItemId) {
        self.items[item as usize].item.declared = true;
    }

    /// Says that no other file sees an item.
    pub(crate) fn set_local(&mut self, item: ItemId) {
        self.items[item as usize].item.is_local = true;
    }

    pub(crate) fn parent_of(&self, item: ItemId) -> Option<ItemId> {
        self.items[item as usize].item.parent
    }

    pub(crate) fn is_declared(&self, item: ItemId) -> bool {
        self.items[item as usize].item.declared
    }

    pub(crate) fn add_base(&mut self, item: ItemId, base: Draft) {
        self.items[item as usize].bases.push(base);
    }

    pub(crate) fn add_param(&mut self, item: ItemId, param: Draft) {
        self.items[item as usize].params.push(param);
    }

    /// The member of `parent` with this name, where the walk has met it.
    pub(crate) fn member_of(&mut self, parent: ItemId, name: &'t str) -> Option<ItemId> {
        let name = self.intern(name);
        self.members.get(&(parent, name)).copied()
    }

    // Imports and exports.

    /// Adds an import and binds its local name.
    pub(crate) fn import(
        &mut self,
        module: &'t str,
        what: Imported,
        local: &'t str,
        line: u32,
    ) -> u32 {
        let module = self.intern(module);
        self.import_of(module, what, local, line)
    }

    /// The same, of a module whose text was made.
    pub(crate) fn import_of(
        &mut self,
        module: Text,
        what: Imported,
        local: &'t str,
        line: u32,
    ) -> u32 {
        let id = self.add_import(module, what, local, line);
        if what != Imported::All && !local.is_empty() {
            self.bind(local, Binding::Import(id));
        }
        id
    }

    /// Adds an import that gives no name to this file: a re-export.
    pub(crate) fn unbound_import(
        &mut self,
        module: &'t str,
        what: Imported,
        local: &'t str,
        line: u32,
    ) -> u32 {
        let module = self.intern(module);
        self.add_import(module, what, local, line)
    }

    pub(crate) fn add_import(
        &mut self,
        module: Text,
        what: Imported,
        local: &'t str,
        line: u32,
    ) -> u32 {
        let is_module = |item: &&ItemId| self.item_kind(**item) == ItemKind::Module;
        let parent = self.owners.iter().rev().find(is_module).copied();
        let is_global = self.at_module_level();
        let (local, top) = (self.intern(local), is_global && parent.is_none());
        let parent = parent.filter(|_| is_global);
        self.links.imports.push(Import { module, what, local, line, top, parent });
        u32::try_from(self.links.imports.len() - 1).unwrap_or(0)
    }

    pub(crate) fn export(&mut self, name: &'t str, what: Draft) {
        let name = self.intern(name);
        self.exports.push((name, what));
    }

    pub(crate) fn set_package(&mut self, name: &'t str) {
        self.links.package = Some(self.intern(name));
    }

    // Expressions.

    fn draft(&mut self, expr: DraftExpr) -> Draft {
        self.drafts.push(expr);
        Draft(u32::try_from(self.drafts.len() - 1).unwrap_or(0))
    }

    fn known(&mut self, expr: Expr) -> Draft {
        self.draft(DraftExpr::Known(expr))
    }

    pub(crate) fn unknown(&self) -> Draft {
        Draft(0)
    }

    pub(crate) fn is_unknown(&self, draft: Draft) -> bool {
        matches!(self.drafts[draft.0 as usize], DraftExpr::Known(Expr::Unknown))
    }

    /// A name, looked up from here.
    pub(crate) fn name(&mut self, name: &'t str) -> Draft {
        self.name_in(name, Space::Any)
    }

    /// A name of one space, looked up from here.
    pub(crate) fn name_in(&mut self, name: &'t str, space: Space) -> Draft {
        let name = self.intern(name);
        self.draft(DraftExpr::Name((name, space), self.scope))
    }

    /// A name, looked up from here; one that a class binds further down only is
    /// not its own yet.
    pub(crate) fn name_so_far(&mut self, name: &'t str) -> Draft {
        let name = (self.intern(name), Space::Any);
        let mut scope = self.scope;
        loop {
            let now = &self.scopes[scope as usize];
            match (now.kind, now.parent) {
                (ScopeKind::Class, Some(parent)) if !now.names.contains_key(&name) => {
                    scope = parent;
                }
                _ => break,
            }
        }
        self.draft(DraftExpr::Name(name, scope))
    }

    /// A name, looked up from here; where no scope binds it, from inside `item`.
    pub(crate) fn name_inside(&mut self, name: &'t str, item: ItemId, wanted: Wanted) -> Draft {
        let name = self.intern(name);
        self.draft(DraftExpr::Inside(name, self.scope, item, wanted))
    }

    /// A name that only items know, not scopes.
    pub(crate) fn only_inside(&mut self, name: &'t str, item: ItemId, wanted: Wanted) -> Draft {
        let name = self.intern(name);
        self.known(Expr::Inside(item, name, wanted))
    }

    pub(crate) fn member(&mut self, of: Draft, name: &'t str) -> Draft {
        let name = self.intern(name);
        self.known(Expr::Member(of.0, name))
    }

    pub(crate) fn call(&mut self, callee: Draft) -> Draft {
        self.wrap(callee, Expr::Call)
    }

    /// A call whose arguments may tell what it gives.
    pub(crate) fn call_given(&mut self, callee: Draft, arguments: &[Draft]) -> Draft {
        if self.is_unknown(callee) {
            return callee;
        }
        self.known(Expr::Given(callee.0, arguments.iter().map(|draft| draft.0).collect()))
    }

    pub(crate) fn instance(&mut self, of: Draft) -> Draft {
        self.wrap(of, Expr::Instance)
    }

    pub(crate) fn element(&mut self, of: Draft) -> Draft {
        self.wrap(of, Expr::Element)
    }

    pub(crate) fn awaited(&mut self, of: Draft) -> Draft {
        self.wrap(of, Expr::Await)
    }

    pub(crate) fn list(&mut self, of: Draft) -> Draft {
        self.known(Expr::List(of.0))
    }

    /// What stands at one place of a tuple; of a list, any of it.
    pub(crate) fn part(&mut self, of: Draft, at: usize) -> Draft {
        match &self.drafts[of.0 as usize] {
            DraftExpr::Known(Expr::Unknown) => of,
            DraftExpr::Known(Expr::List(element)) => Draft(*element),
            DraftExpr::Known(Expr::Generic(base, parts)) if self.is_tuple(*base) => {
                parts.get(at).map_or(self.unknown(), |part| Draft(*part))
            }
            _ => {
                let at = u32::try_from(at).unwrap_or(u32::MAX);
                self.known(Expr::Part(of.0, at))
            }
        }
    }

    /// A value with a place for each of `parts`.
    pub(crate) fn tuple(&mut self, parts: &[Draft]) -> Draft {
        let base = self.builtin(TUPLE);
        self.generic(base, parts)
    }

    fn is_tuple(&self, base: u32) -> bool {
        let known = self.texts.get(TUPLE);
        matches!(&self.drafts[base as usize], DraftExpr::Known(Expr::Builtin(name)) if Some(name) == known)
    }

    /// Any of a tuple's parts, where they are written out.
    pub(crate) fn any_part(&mut self, of: Draft) -> Option<Draft> {
        let DraftExpr::Known(Expr::Generic(base, parts)) = &self.drafts[of.0 as usize] else {
            return None;
        };
        if !self.is_tuple(*base) {
            return None;
        }
        let parts = parts.clone();
        let unknown = self.unknown();
        Some(parts.into_iter().fold(unknown, |all, part| self.either(all, Draft(part))))
    }

    /// Any element; of a list that is written out, its element itself.
    pub(crate) fn element_of(&mut self, of: Draft) -> Draft {
        match self.drafts[of.0 as usize] {
            DraftExpr::Known(Expr::List(element)) => Draft(element),
            _ => self.element(of),
        }
    }

    /// A value that the language brings, or a list.
    pub(crate) fn is_plain(&self, draft: Draft) -> bool {
        matches!(
            self.drafts[draft.0 as usize],
            DraftExpr::Known(Expr::Builtin(_) | Expr::List(_) | Expr::Generic(..))
        )
    }

    /// The type that a draft is an instance of.
    pub(crate) fn type_of(&mut self, instance: Draft) -> Option<Draft> {
        match self.drafts[instance.0 as usize] {
            DraftExpr::Known(Expr::Instance(of)) => Some(Draft(of)),
            DraftExpr::Known(Expr::This(class)) => Some(self.item_expr(class)),
            _ => None,
        }
    }

    fn wrap(&mut self, of: Draft, make: fn(ExprId) -> Expr) -> Draft {
        if self.is_unknown(of) { of } else { self.known(make(of.0)) }
    }

    pub(crate) fn this(&mut self, class: ItemId) -> Draft {
        self.known(Expr::This(class))
    }

    pub(crate) fn base_of(&mut self, class: ItemId) -> Draft {
        self.known(Expr::Super(class))
    }

    pub(crate) fn item_expr(&mut self, item: ItemId) -> Draft {
        self.known(Expr::Item(item))
    }

    pub(crate) fn import_expr(&mut self, import: u32) -> Draft {
        self.known(Expr::Import(import))
    }

    pub(crate) fn builtin(&mut self, name: &'t str) -> Draft {
        let name = self.intern(name);
        self.known(Expr::Builtin(name))
    }

    /// A name that is looked for outside the file only.
    pub(crate) fn free(&mut self, name: &'t str) -> Draft {
        let name = self.intern(name);
        self.known(Expr::Free(name))
    }

    pub(crate) fn param_of(&mut self, callee: Draft, at: usize) -> Draft {
        if self.is_unknown(callee) {
            return callee;
        }
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        self.known(Expr::Param(callee.0, at))
    }

    pub(crate) fn generic(&mut self, of: Draft, arguments: &[Draft]) -> Draft {
        self.known(Expr::Generic(of.0, arguments.iter().map(|draft| draft.0).collect()))
    }

    /// One of the two; what is unknown adds nothing.
    pub(crate) fn either(&mut self, one: Draft, other: Draft) -> Draft {
        if self.is_unknown(one) || one == other {
            return other;
        }
        if self.is_unknown(other) {
            return one;
        }
        let mut all = match &self.drafts[one.0 as usize] {
            DraftExpr::Known(Expr::Either(all)) => all.clone(),
            _ => vec![one.0],
        };
        if all.len() < MAX_EITHER {
            all.push(other.0);
        }
        self.known(Expr::Either(all))
    }

    /// Notes that a name is used on a line.
    pub(crate) fn use_at(&mut self, expr: Draft, line: u32, role: Role) {
        if self.uses.len() < MAX_USES {
            self.uses.push(UseDraft { expr, line, owner: self.owner(), role });
        }
    }

    /// How many uses there are; what comes after is forgotten with `forget_uses`.
    pub(crate) fn noted_uses(&self) -> usize {
        self.uses.len()
    }

    pub(crate) fn forget_uses(&mut self, noted: usize) {
        self.uses.truncate(noted);
    }

    /// Says that the newest use of `expr` is a call, not a plain use.
    pub(crate) fn mark(&mut self, expr: Draft, role: Role) {
        if let Some(last) = self.uses.iter_mut().rev().find(|used| used.expr == expr) {
            last.role = role;
        }
    }

    /// Turns the first newest use on a line that has one role into another.
    pub(crate) fn mark_on(&mut self, line: u32, from: Role, to: Role) {
        let newest = self.uses.iter_mut().rev().take_while(|used| used.line == line);
        if let Some(used) = newest.filter(|used| used.role == from).last() {
            used.role = to;
        }
    }

    // The end.

    /// Looks up all names and returns what the file says.
    pub(crate) fn finish(mut self) -> Links {
        let mut placing = Placing {
            scopes: &self.scopes,
            drafts: &self.drafts,
            placed: vec![Placed::Not; self.drafts.len()],
            exprs: Vec::new(),
            known: FxHashMap::default(),
        };
        for draft in &self.items {
            let mut item = draft.item.clone();
            item.result = draft.result.map(|result| placing.place(result.0, 0));
            item.bases = draft.bases.iter().map(|base| placing.place(base.0, 0)).collect();
            item.params = draft.params.iter().map(|param| placing.place(param.0, 0)).collect();
            self.links.items.push(item);
        }
        for &(name, what) in &self.exports {
            let what = placing.place(what.0, 0);
            self.links.exports.push(Export { name, what });
        }
        for draft in &self.uses {
            if placing.is_local(draft.expr) {
                continue;
            }
            let expr = placing.place(draft.expr.0, 0);
            let (line, owner, role) = (draft.line, draft.owner, draft.role);
            self.links.uses.push(Use { expr, line, owner, role });
        }
        self.links.exprs = placing.exprs;
        self.links
    }
}

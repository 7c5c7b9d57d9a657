//! Looks up names when all of a file is known, and turns drafts into
//! expressions.

use rustc_hash::FxHashMap;

use super::{Binding, Draft, DraftExpr, Key, MAX_DEPTH, Scope, ScopeKind, Space};
use crate::links::{Expr, ExprId};

/// What a name means in a scope. Functions do not see the names of a class
/// around them.
pub(super) fn look_up(scopes: &[Scope], name: Key, from: u32) -> Option<Binding> {
    let (text, space) = name;
    if space == Space::Any {
        return look_up_in(scopes, &[name], from);
    }
    look_up_in(scopes, &[name, (text, Space::Any)], from).or_else(|| {
        let others = [Space::Type, Space::Value, Space::Macro];
        look_up_in(scopes, &others.map(|other| (text, other)), from)
    })
}

/// What the first of some names that a scope has means, from the inside out.
fn look_up_in(scopes: &[Scope], names: &[Key], from: u32) -> Option<Binding> {
    let mut at = Some(from);
    let mut inside_function = false;
    while let Some(now) = at {
        let scope = &scopes[now as usize];
        let hidden = scope.kind == ScopeKind::Class && inside_function;
        if !hidden && let Some(binding) = names.iter().find_map(|name| scope.names.get(name)) {
            return Some(*binding);
        }
        inside_function |= scope.kind == ScopeKind::Function;
        at = scope.parent;
    }
    None
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Placed {
    Not,
    Now,
    At(ExprId),
}

/// Turns drafts into expressions, each once, equal ones into the same.
pub(super) struct Placing<'b> {
    pub(super) scopes: &'b [Scope],
    pub(super) drafts: &'b [DraftExpr],
    pub(super) placed: Vec<Placed>,
    pub(super) exprs: Vec<Expr>,
    pub(super) known: FxHashMap<Expr, ExprId>,
}

impl Placing<'_> {
    pub(super) fn is_local(&self, draft: Draft) -> bool {
        match self.drafts[draft.0 as usize] {
            DraftExpr::Name(name, scope) => self.is_bound_locally(name, scope),
            DraftExpr::Inside(name, scope, ..) => self.is_bound_locally((name, Space::Any), scope),
            DraftExpr::Known(Expr::Unknown) => true,
            DraftExpr::Known(_) => false,
        }
    }

    fn put(&mut self, expr: Expr) -> ExprId {
        if let Some(&known) = self.known.get(&expr) {
            return known;
        }
        let id = u32::try_from(self.exprs.len()).unwrap_or(0);
        self.exprs.push(expr.clone());
        self.known.insert(expr, id);
        id
    }

    pub(super) fn place(&mut self, draft: u32, depth: u32) -> ExprId {
        match self.placed[draft as usize] {
            Placed::At(id) => return id,
            // A variable that is assigned from itself.
            Placed::Now => return self.put(Expr::Unknown),
            Placed::Not if depth > MAX_DEPTH => return self.put(Expr::Unknown),
            Placed::Not => {}
        }
        self.placed[draft as usize] = Placed::Now;
        let id = match &self.drafts[draft as usize] {
            DraftExpr::Name(name, scope) => {
                self.bound(*name, *scope, depth).unwrap_or_else(|| self.put(Expr::Free(name.0)))
            }
            DraftExpr::Inside(name, scope, item, wanted) => {
                let inside = Expr::Inside(*item, *name, *wanted);
                let bound = self.bound((*name, Space::Any), *scope, depth);
                bound.unwrap_or_else(|| self.put(inside))
            }
            DraftExpr::Known(expr) => {
                let expr = self.placed_parts(expr, depth + 1);
                self.put(expr)
            }
        };
        self.placed[draft as usize] = Placed::At(id);
        id
    }

    fn is_bound_locally(&self, name: Key, scope: u32) -> bool {
        matches!(look_up(self.scopes, name, scope), Some(Binding::Local(_)))
    }

    /// What the scopes say of a name.
    fn bound(&mut self, name: Key, scope: u32, depth: u32) -> Option<ExprId> {
        Some(match look_up(self.scopes, name, scope)? {
            Binding::Item(item) => self.put(Expr::Item(item)),
            Binding::Import(import) => self.put(Expr::Import(import)),
            Binding::Local(held) => self.place(held.0, depth + 1),
        })
    }

    fn placed_parts(&mut self, expr: &Expr, depth: u32) -> Expr {
        let is_unknown = |placing: &Self, id: ExprId| placing.exprs[id as usize] == Expr::Unknown;
        match expr {
            Expr::Member(of, name) => Expr::Member(self.place(*of, depth), *name),
            Expr::List(of) => Expr::List(self.place(*of, depth)),
            Expr::Generic(of, arguments) => {
                let of = self.place(*of, depth);
                Expr::Generic(of, arguments.iter().map(|&id| self.place(id, depth)).collect())
            }
            Expr::Either(all) => {
                let mut all: Vec<ExprId> = all.iter().map(|&id| self.place(id, depth)).collect();
                all.retain(|&id| !is_unknown(self, id));
                all.sort_unstable();
                all.dedup();
                match all.as_slice() {
                    [] => Expr::Unknown,
                    [one] => self.exprs[*one as usize].clone(),
                    _ => Expr::Either(all),
                }
            }
            Expr::Call(of) => self.placed_wrap(*of, depth, Expr::Call),
            Expr::Instance(of) => self.placed_wrap(*of, depth, Expr::Instance),
            Expr::Element(of) => self.placed_wrap(*of, depth, Expr::Element),
            Expr::Await(of) => self.placed_wrap(*of, depth, Expr::Await),
            Expr::Given(of, arguments) => {
                let of = self.place(*of, depth);
                Expr::Given(of, arguments.iter().map(|&id| self.place(id, depth)).collect())
            }
            Expr::Part(of, at) => {
                let of = self.place(*of, depth);
                if is_unknown(self, of) { Expr::Unknown } else { Expr::Part(of, *at) }
            }
            Expr::Param(of, at) => {
                let of = self.place(*of, depth);
                if is_unknown(self, of) { Expr::Unknown } else { Expr::Param(of, *at) }
            }
            other => other.clone(),
        }
    }

    fn placed_wrap(&mut self, of: u32, depth: u32, make: fn(ExprId) -> Expr) -> Expr {
        let of = self.place(of, depth);
        if self.exprs[of as usize] == Expr::Unknown { Expr::Unknown } else { make(of) }
    }
}

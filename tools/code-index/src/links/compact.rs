//! Makes links small: what can lead nowhere is left out, and the stored form
//! counts from what came before, so that most numbers take one byte.

use serde::{Deserialize, Serialize};

use super::{Export, Expr, ExprId, Import, Imported, Item, Links, Role, Text, Texts, Use};

impl Expr {
    /// Calls `change` with each expression that this one is made of.
    fn parts(&mut self, mut change: impl FnMut(&mut ExprId)) {
        match self {
            Expr::Unknown
            | Expr::Free(_)
            | Expr::Item(_)
            | Expr::Import(_)
            | Expr::This(_)
            | Expr::Super(_)
            | Expr::Inside(..)
            | Expr::Builtin(_) => {}
            Expr::Member(of, _)
            | Expr::Call(of)
            | Expr::Instance(of)
            | Expr::Element(of)
            | Expr::Await(of)
            | Expr::List(of)
            | Expr::Part(of, _)
            | Expr::Param(of, _) => change(of),
            Expr::Given(of, all) | Expr::Generic(of, all) => {
                change(of);
                all.iter_mut().for_each(change);
            }
            Expr::Either(all) => all.iter_mut().for_each(change),
        }
    }

    fn text(&mut self) -> Option<&mut Text> {
        match self {
            Expr::Free(text)
            | Expr::Member(_, text)
            | Expr::Inside(_, text, _)
            | Expr::Builtin(text) => Some(text),
            _ => None,
        }
    }
}

impl Links {
    /// Leaves out the uses of what the language brings: names that no file here
    /// can define, and what is reached through them. Only for languages in which
    /// a file imports all that it uses of others.
    pub(super) fn drop_outside(&mut self) {
        if self.imports.iter().any(|import| import.what == Imported::All) {
            return;
        }
        let mut outside: Vec<bool> = Vec::with_capacity(self.exprs.len());
        for expr in &self.exprs {
            let is = match expr {
                Expr::Free(_) | Expr::Builtin(_) => true,
                Expr::Member(of, _) | Expr::Call(of) | Expr::Await(of) => outside[*of as usize],
                _ => false,
            };
            outside.push(is);
        }
        self.uses.retain(|used| !outside.get(used.expr as usize).copied().unwrap_or(false));
    }

    /// Leaves out expressions and texts that nothing needs.
    pub(super) fn compact(&mut self) {
        self.keep_needed_exprs();
        self.keep_needed_texts();
    }

    fn keep_needed_exprs(&mut self) {
        let mut needed = vec![false; self.exprs.len()];
        self.each_expr(|id| needed[*id as usize] = true);
        for at in (0..self.exprs.len()).rev() {
            if needed[at] {
                self.exprs[at].parts(|part| needed[*part as usize] = true);
            }
        }
        let places = places(&needed);
        let mut at = 0;
        self.exprs.retain(|_| {
            at += 1;
            needed[at - 1]
        });
        for expr in &mut self.exprs {
            expr.parts(|part| *part = places[*part as usize]);
        }
        self.each_expr(|id| *id = places[*id as usize]);
    }

    fn each_expr(&mut self, mut change: impl FnMut(&mut ExprId)) {
        for item in &mut self.items {
            item.result.iter_mut().for_each(&mut change);
            item.bases.iter_mut().for_each(&mut change);
            item.params.iter_mut().for_each(&mut change);
        }
        self.exports.iter_mut().for_each(|export| change(&mut export.what));
        self.uses.iter_mut().for_each(|used| change(&mut used.expr));
    }

    fn keep_needed_texts(&mut self) {
        let mut needed = vec![false; self.texts.len() as usize];
        self.each_text(|text| needed[*text as usize] = true);
        let places = places(&needed);
        let mut texts = Texts::default();
        for (text, _) in (0..).zip(&needed).filter(|(_, needed)| **needed) {
            texts.push(self.texts.get(text));
        }
        self.texts = texts;
        self.each_text(|text| *text = places[*text as usize]);
    }

    fn each_text(&mut self, mut change: impl FnMut(&mut Text)) {
        self.exprs.iter_mut().filter_map(Expr::text).for_each(&mut change);
        self.items.iter_mut().for_each(|item| change(&mut item.name));
        self.exports.iter_mut().for_each(|export| change(&mut export.name));
        for import in &mut self.imports {
            change(&mut import.module);
            change(&mut import.local);
            if let Imported::Name(name) = &mut import.what {
                change(name);
            }
        }
        self.package.iter_mut().for_each(change);
    }
}

/// Where each of those that are needed lies when the others are gone.
fn places(needed: &[bool]) -> Vec<u32> {
    let mut next = 0;
    needed
        .iter()
        .map(|needed| {
            let place = next;
            next += u32::from(*needed);
            place
        })
        .collect()
}

/// Links as they are stored.
#[derive(Serialize, Deserialize)]
pub(super) struct Packed {
    texts: String,
    lengths: Vec<u32>,
    /// Parts count back from the expression.
    exprs: Vec<Expr>,
    /// Lines count on from the item before.
    items: Vec<Item>,
    imports: Vec<Import>,
    exports: Vec<Export>,
    uses: Vec<PackedUse>,
    package: Option<Text>,
}

/// How far the newest expression lies ahead, lines since the use before, change
/// of the owner, role.
type PackedUse = (i32, i32, i32, Role);

impl Packed {
    pub(super) fn of(links: &Links) -> Packed {
        let mut last = 0;
        let lengths = links.texts.ends.iter().map(|&end| end - std::mem::replace(&mut last, end));
        let lengths = lengths.collect();
        let mut exprs = links.exprs.clone();
        for (at, expr) in (0_u32..).zip(&mut exprs) {
            expr.parts(|part| *part = at.wrapping_sub(*part));
        }
        let mut items = links.items.clone();
        let mut last = 0;
        for item in &mut items {
            item.end_line -= item.line.min(item.end_line);
            let line = item.line;
            item.line = line.wrapping_sub(last);
            last = line;
        }
        let (mut newest, mut line, mut owner) = (0_u32, 0_u32, 0_u32);
        let uses = links.uses.iter().map(|used| {
            let its = used.owner.map_or(0, |owner| owner + 1);
            let packed =
                (step(newest, used.expr), step(line, used.line), step(owner, its), used.role);
            (newest, line, owner) = (newest.max(used.expr), used.line, its);
            packed
        });
        Packed {
            texts: links.texts.all.clone(),
            lengths,
            exprs,
            items,
            imports: links.imports.clone(),
            exports: links.exports.clone(),
            uses: uses.collect(),
            package: links.package,
        }
    }

    pub(super) fn unpack(self) -> Links {
        let mut end = 0_u32;
        let ends = self.lengths.iter().map(|&length| {
            end = end.wrapping_add(length);
            end
        });
        let texts = Texts { ends: ends.collect(), all: self.texts };
        let mut exprs = self.exprs;
        for (at, expr) in (0_u32..).zip(&mut exprs) {
            expr.parts(|part| *part = at.wrapping_sub(*part));
        }
        let mut items = self.items;
        let mut last = 0_u32;
        for item in &mut items {
            item.line = last.wrapping_add(item.line);
            item.end_line = item.end_line.wrapping_add(item.line);
            last = item.line;
        }
        let (mut newest, mut line, mut owner) = (0_u32, 0_u32, 0_u32);
        let uses = self.uses.into_iter().map(|(expr, lines, owners, role)| {
            let expr = newest.wrapping_add_signed(expr);
            line = line.wrapping_add_signed(lines);
            owner = owner.wrapping_add_signed(owners);
            newest = newest.max(expr);
            Use { expr, line, owner: owner.checked_sub(1), role }
        });
        let uses = uses.collect();
        let (imports, exports, package) = (self.imports, self.exports, self.package);
        Links { texts, exprs, items, imports, exports, uses, package }
    }
}

fn step(from: u32, to: u32) -> i32 {
    to.wrapping_sub(from).cast_signed()
}

/// Whether every place that the links name exists.
pub(crate) fn is_sound(links: &Links) -> bool {
    let (mut sound, counts) = (true, (links.exprs.len(), links.items.len(), links.imports.len()));
    let is_item = |item: super::ItemId| (item as usize) < counts.1;
    for (at, expr) in links.exprs.iter().enumerate() {
        let mut expr = expr.clone();
        expr.parts(|part| sound &= (*part as usize) < at);
        sound &= match expr {
            Expr::Item(item) | Expr::This(item) | Expr::Super(item) | Expr::Inside(item, ..) => {
                is_item(item)
            }
            Expr::Import(import) => (import as usize) < counts.2,
            _ => true,
        };
    }
    let mut all = links.clone();
    all.each_expr(|id| sound &= (*id as usize) < counts.0);
    let texts = links.texts.len();
    all.each_text(|text| sound &= *text < texts);
    let parents = links.items.iter().filter_map(|item| item.parent);
    let owners = links.uses.iter().filter_map(|used| used.owner);
    sound && parents.chain(owners).all(is_item)
}

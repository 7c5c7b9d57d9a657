//! Evaluates expressions.
//!
//! **Invariants**
//! - Evaluation ends: each expression of a file is evaluated once a question,
//!   one that needs itself is unknown, and depth and steps are bounded.

use super::Resolver;
use super::builtin;
use super::rules::CLASS_NAME;
use super::value::{Def, FileId, Module, Value};
use crate::links::{Expr, ExprId, Imported, ItemId, ItemKind, Wanted};

/// Files that pass names on are followed so far.
const MAX_REEXPORTS: u32 = 12;
/// Expressions between two looks whether the question was cancelled.
const CANCEL_EVERY: u32 = 1024;

impl Resolver<'_> {
    /// What an expression of a file stands for.
    pub(crate) fn eval(&self, file: FileId, expr: ExprId) -> Value {
        let left = self.steps.get();
        if left == 0 || (left.is_multiple_of(CANCEL_EVERY) && self.cancel.is_cancelled()) {
            self.steps.set(0);
            self.memory.cut_short();
            return Value::Unknown;
        }
        let find = || {
            self.steps.set(left - 1);
            self.eval_now(file, expr)
        };
        self.memory.kept(&self.memory.values, (file, expr), find)
    }

    fn eval_now(&self, file: FileId, expr: ExprId) -> Value {
        let links = self.links(file);
        self.language.set(self.language(file));
        let def = |item| Def { file, item };
        match links.expr(expr) {
            Expr::Unknown => Value::Unknown,
            Expr::Free(name) => self.rules(file).free(self, file, links.text(*name)),
            Expr::Item(item) => Value::Thing(def(*item)),
            Expr::Import(import) => self.import(file, *import, 0),
            Expr::Member(of, name) if let Some(class) = self.one_above(file, *of) => {
                self.member_above(class, links.text(*name))
            }
            Expr::Member(of, name) => {
                let of = self.held_eval(file, *of);
                self.member(&of, links.text(*name))
            }
            Expr::Call(of) if self.rules(file).has_one_line() => self.call_given(file, *of, &[]),
            Expr::Call(of) => self.held_eval(file, *of).map(|callee| self.call(callee)),
            Expr::Given(of, arguments) => self.call_given(file, *of, arguments),
            Expr::Instance(of) => self.eval(file, *of).map(|class| self.instance(class)),
            Expr::This(item) => self.instance_of(def(*item)),
            Expr::Super(item) => self.bases(def(*item)),
            Expr::Element(of) => self.elements(&self.held_eval(file, *of)),
            Expr::Part(of, at) => self.held_eval(file, *of).map(|tuple| self.part(tuple, *at)),
            Expr::Await(of) => self.held_eval(file, *of).map(builtin::awaited),
            Expr::List(of) => Value::list(self.held_eval(file, *of)),
            Expr::Generic(of, arguments) => {
                let arguments: Vec<Value> =
                    arguments.iter().map(|&argument| self.held_eval(file, argument)).collect();
                self.eval(file, *of).map(|base| builtin::generic(base, &arguments))
            }
            Expr::Param(of, at) => self.held_eval(file, *of).map(|callee| self.param(callee, *at)),
            Expr::Either(all) => Value::many(all.iter().map(|&one| self.eval(file, one))),
            Expr::Builtin(name) => Value::known(links.text(*name)),
            Expr::Inside(item, name, wanted) => {
                self.inside(file, *item, links.text(*name), *wanted)
            }
        }
    }

    /// A name that no scope binds: a member of what it stands in, else a free one.
    fn inside(&self, file: FileId, item: ItemId, name: &str, wanted: Wanted) -> Value {
        let links = self.links(file);
        for outer in links.around(item) {
            let found = match links.item(outer).kind {
                ItemKind::Class | ItemKind::Extension => {
                    let own = self.instance_of(Def { file, item: outer });
                    self.member(&own, name)
                }
                ItemKind::Module => links
                    .find(name)
                    .map_or(Value::Unknown, |text| self.named_items(file, Some(outer), text)),
                ItemKind::Function | ItemKind::Value | ItemKind::Alias => continue,
            };
            // What a record is made of can be called too.
            let is_record =
                !links.item(outer).params.is_empty() && links.item(outer).kind == ItemKind::Class;
            let is_maker =
                |def: &Def| name == links.item_name(outer) && self.kind(*def) == ItemKind::Function;
            let is_meant = |def: &Def| {
                let kind = self.kind(*def);
                let is_named = kind != ItemKind::Extension && !is_maker(def);
                is_named && (wanted.accepts(kind) || is_record)
            };
            let meant = found.things().filter(is_meant);
            let meant = Value::many(meant.map(Value::Thing));
            if meant != Value::Unknown {
                return meant;
            }
        }
        match wanted {
            Wanted::Function => self.rules(file).free_function(self, file, name),
            Wanted::Any | Wanted::NoFunction => self.rules(file).free(self, file, name),
        }
    }

    /// The class whose bases an expression means, where they stand in one line.
    fn one_above(&self, file: FileId, of: ExprId) -> Option<Def> {
        match self.links(file).expr(of) {
            Expr::Super(item) if self.rules(file).has_one_line() => Some(Def { file, item: *item }),
            _ => None,
        }
    }

    pub(super) fn held_eval(&self, file: FileId, expr: ExprId) -> Value {
        let value = self.eval(file, expr);
        if !matches!(self.links(file).expr(expr), Expr::Member(..))
            || !self.rules(file).has_one_line()
        {
            return self.held(&value);
        }
        value.map(|one| match one {
            Value::Thing(def) if self.kind(*def) == ItemKind::Value => {
                self.held_of(file, expr, *def).unwrap_or_else(|| self.held(one))
            }
            other => other.clone(),
        })
    }

    /// What a variable holds, in place of the variable.
    pub(crate) fn held(&self, value: &Value) -> Value {
        value.map(|one| match one {
            Value::Thing(def) if self.kind(*def) == ItemKind::Value => self.result(*def, one),
            other => other.clone(),
        })
    }

    /// What an item gives, or `itself` where it says nothing of it.
    fn result(&self, def: Def, itself: &Value) -> Value {
        let links = self.links(def.file);
        let Some(result) = links.item(def.item).result else { return itself.clone() };
        // Variables may hold each other.
        let find = || self.held(&self.eval(def.file, result));
        match self.memory.kept(&self.memory.results, def, find) {
            Value::Unknown => itself.clone(),
            held => held,
        }
    }

    pub(crate) fn kind(&self, def: Def) -> ItemKind {
        self.links(def.file).item(def.item).kind
    }

    /// An instance of what is named, of what an extension extends, or of the class itself.
    pub(super) fn instance_of(&self, def: Def) -> Value {
        match self.kind(def) {
            ItemKind::Extension => match self.result(def, &Value::Unknown) {
                Value::Unknown => Value::Instance(def, [].into()),
                extended => extended,
            },
            _ => Value::Instance(def, [].into()),
        }
    }

    pub(super) fn instance(&self, class: &Value) -> Value {
        match class {
            Value::Thing(def) => match self.kind(*def) {
                ItemKind::Class | ItemKind::Extension => self.instance_of(*def),
                ItemKind::Alias => self.result(*def, &Value::Unknown),
                // A variable that holds a class.
                ItemKind::Value => {
                    let held = self.result(*def, &Value::Unknown);
                    if held == *class { Value::Unknown } else { held.map(|one| self.instance(one)) }
                }
                ItemKind::Function | ItemKind::Module => Value::Unknown,
            },
            Value::Outside(name) => Value::Known(name.clone(), [].into()),
            // Already one: a type parameter stands for an instance of its bound.
            Value::Instance(..) | Value::Known(..) | Value::List(_) => class.clone(),
            Value::Many(all) => Value::many(all.iter().map(|one| self.instance(one))),
            _ => Value::Unknown,
        }
    }

    /// What iterating or indexing gives.
    pub(crate) fn elements(&self, of: &Value) -> Value {
        let rules = self.package_rules();
        of.map(|one| {
            let own = rules.and_then(|rules| rules.element(self, one));
            own.unwrap_or_else(|| self.outside_stays(one, builtin::element(one)))
        })
    }

    fn part(&self, of: &Value, at: u32) -> Value {
        match builtin::part(of, at) {
            Some(part) => part,
            None => self.elements(of),
        }
    }

    /// What `of` gave; where nothing is known of it, it lies outside as `of` does.
    fn outside_stays(&self, of: &Value, found: Value) -> Value {
        let is_outside = matches!(of, Value::Outside(_) | Value::Known(..) | Value::Method(..));
        let keeps = || self.package_rules().is_some_and(|rules| rules.keeps_outside());
        if found == Value::Unknown && is_outside && keeps() {
            return Value::known("");
        }
        found
    }

    pub(crate) fn call(&self, callee: &Value) -> Value {
        match callee {
            Value::Thing(def) => match self.kind(*def) {
                ItemKind::Class => self.instance_of(*def),
                ItemKind::Function => self.result(*def, &Value::Unknown),
                ItemKind::Alias => self.instance(callee),
                _ => Value::Unknown,
            },
            Value::Instance(def, _) => match self.kind(*def) {
                ItemKind::Function => self.result(*def, &Value::Unknown),
                _ => self.held(&self.member(callee, "__call__")).map(|one| match one {
                    Value::Thing(call) if self.kind(*call) == ItemKind::Function => {
                        self.result(*call, &Value::Unknown)
                    }
                    _ => Value::Unknown,
                }),
            },
            Value::Outside(name) => Value::Known(name.clone(), [].into()),
            Value::Method(of, name) => {
                let own = self.package_rules().and_then(|rules| rules.called(of, name));
                own.unwrap_or_else(|| self.outside_stays(callee, builtin::called(of, name)))
            }
            Value::Known(..) => self.outside_stays(callee, Value::Unknown),
            _ => Value::Unknown,
        }
    }

    fn param(&self, callee: &Value, at: u32) -> Value {
        match callee {
            Value::Instance(def, _) if self.rules(def.file).parts_functions() => {
                self.only_method(*def).map_or(Value::Unknown, |method| self.param_of(method, at))
            }
            Value::Thing(def) | Value::Instance(def, _) => match self.kind(*def) {
                ItemKind::Function => self.param_of(*def, at),
                ItemKind::Class => self.constructor_param(*def, at),
                _ => Value::Unknown,
            },
            Value::Method(of, name) => {
                let own = self.package_rules().and_then(|rules| rules.callback(of, name));
                own.unwrap_or_else(|| builtin::callback(of, name))
            }
            Value::Callback(given) if at == 0 => given.as_ref().clone(),
            Value::Known(name, arguments) => builtin::param(name, arguments, at),
            _ => Value::Unknown,
        }
    }

    /// The one method of an interface that a lambda stands for.
    fn only_method(&self, class: Def) -> Option<Def> {
        let links = self.links(class.file);
        let items = (0..).zip(&links.items).filter(|(_, item)| item.parent == Some(class.item));
        let mut methods = items.filter(|(_, item)| item.kind == ItemKind::Function);
        let (item, _) = methods.next()?;
        methods.next().is_none().then_some(Def { file: class.file, item })
    }

    fn param_of(&self, def: Def, at: u32) -> Value {
        let links = self.links(def.file);
        match links.item(def.item).params.get(at as usize) {
            Some(&param) => self.held_eval(def.file, param),
            None => Value::Unknown,
        }
    }

    fn constructor_param(&self, class: Def, at: u32) -> Value {
        if !self.links(class.file).item(class.item).params.is_empty() {
            return self.param_of(class, at);
        }
        if let Some(constructor) = self.constructors(class).first().copied() {
            return self.param_of(constructor, at);
        }
        // A component's class says in its base what it is given.
        let links = self.links(class.file);
        let mut bases = links.item(class.item).bases.iter();
        let arguments = bases.find_map(|&base| match links.expr(base) {
            Expr::Generic(_, arguments) => arguments.first().copied(),
            _ => None,
        });
        arguments.map_or(Value::Unknown, |props| self.held_eval(class.file, props))
    }

    /// The functions that make instances of a class.
    pub(crate) fn constructors(&self, class: Def) -> Vec<Def> {
        let links = self.links(class.file);
        let name = match self.rules(class.file).constructor() {
            CLASS_NAME => links.item_name(class.item),
            name => name,
        };
        self.member(&Value::Thing(class), name).things().collect()
    }

    /// Instances of what a class inherits from.
    pub(crate) fn bases(&self, class: Def) -> Value {
        let links = self.links(class.file);
        Value::many(
            links
                .item(class.item)
                .bases
                .iter()
                .map(|&base| self.eval(class.file, base).map(|base| self.instance(base))),
        )
    }

    /// What an import brings.
    pub(crate) fn import(&self, file: FileId, import: u32, depth: u32) -> Value {
        let links = self.links(file);
        let Some(import) = links.imports.get(import as usize) else { return Value::Unknown };
        let rules = self.rules(file);
        let module = rules.module(self, file, links.text(import.module));
        match import.what {
            Imported::Module | Imported::All => match module {
                Value::Unknown => Value::outside(links.text(import.local)),
                module => module,
            },
            Imported::Name(name) => {
                let name = links.text(name);
                match module {
                    Value::Unknown | Value::Outside(_) => Value::outside(name),
                    module => module.map(|module| match module {
                        Value::Module(module) => self.module_member(module, name, depth),
                        other => self.member(other, name),
                    }),
                }
            }
        }
    }

    /// A name of a module: its own, one that it passes on, a module inside it.
    pub(crate) fn module_member(&self, module: &Module, name: &str, depth: u32) -> Value {
        let file = match module {
            Module::File(file) => *file,
            Module::Package(package) => {
                let rules = self.package_rules();
                return rules
                    .map_or(Value::Unknown, |rules| rules.package_member(self, package, name));
            }
        };
        if depth > MAX_REEXPORTS {
            return Value::Unknown;
        }
        let find = || self.module_member_now(file, module, name, depth);
        self.memory.kept(&self.memory.exported, (file, name.to_owned()), find)
    }

    fn module_member_now(&self, file: FileId, module: &Module, name: &str, depth: u32) -> Value {
        let links = self.links(file);
        if let Some(text) = links.find(name) {
            let imported = links
                .imports
                .iter()
                .any(|import| import.top && import.local == text && import.what != Imported::All);
            let own = self.without_extensions(&self.named_items(file, None, text));
            if self.rules(file).has_spaces() {
                let bound = (0..).zip(&links.imports).filter(|(_, import)| {
                    import.top && import.local == text && import.what != Imported::All
                });
                let bound = bound.map(|(at, _)| self.import(file, at, depth + 1));
                let all = Value::many(std::iter::once(own.clone()).chain(bound));
                if all != Value::Unknown {
                    return all;
                }
            }
            // `try: from a import b` and `except: b = None`: it is what is imported.
            let is_instead = imported && own.things().all(|def| self.is_fallback(def));
            if own != Value::Unknown && !is_instead {
                return own;
            }
            if let Some(export) = links.exports.iter().find(|export| export.name == text) {
                return match links.expr(export.what) {
                    Expr::Import(import) => self.import(file, *import, depth + 1),
                    _ => self.eval(file, export.what),
                };
            }
            let bound = links.imports.iter().position(|import| {
                import.top && import.local == text && import.what != Imported::All
            });
            if let Some(bound) = bound {
                let bound = u32::try_from(bound).unwrap_or(u32::MAX);
                let found = self.import(file, bound, depth + 1);
                // A package may import its own module.
                let inside = || self.rules(file).submodule(self, module, name);
                return match found {
                    Value::Unknown | Value::Outside(_) if inside() != Value::Unknown => inside(),
                    found => found,
                };
            }
        }
        for (at, import) in links.imports.iter().enumerate() {
            if import.what != Imported::All || !import.top {
                continue;
            }
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            let found = self.import(file, at, depth + 1).map(|module| match module {
                Value::Module(module) => self.module_member(module, name, depth + 1),
                other => self.member(other, name),
            });
            if !matches!(found, Value::Unknown | Value::Outside(_) | Value::Method(..)) {
                return found;
            }
        }
        self.rules(file).submodule(self, module, name)
    }

    /// An extension defines nothing by its name, where something else has it.
    fn without_extensions(&self, named: &Value) -> Value {
        let is_other = |one: &&Value| match one {
            Value::Thing(def) => self.kind(*def) != ItemKind::Extension,
            _ => true,
        };
        match Value::many(named.each().iter().filter(is_other).cloned()) {
            Value::Unknown => named.clone(),
            others => others,
        }
    }

    fn is_fallback(&self, def: Def) -> bool {
        let links = self.links(def.file);
        let item = links.item(def.item);
        item.kind == ItemKind::Value && !item.declared
    }

    /// The items with a name in one place of a file.
    pub(crate) fn named_items(&self, file: FileId, parent: Option<u32>, name: u32) -> Value {
        let links = self.links(file);
        Value::many(links.named(parent, name).iter().map(|&item| Value::Thing(Def { file, item })))
    }
}

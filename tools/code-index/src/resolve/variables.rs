//! Type variables, and `Self`: what they stand for in one call or on one receiver.
//!
//! **Deliberately absent:** unification. A parameter that is a variable, a class
//! of one, or a callable that gives one, binds it; arguments of a class bind the
//! variables of its bases in order.

use super::Resolver;
use super::builtin;
use super::value::{Def, FileId, Value};
use crate::links::{Expr, ExprId, ItemKind};

/// Deeper types are not looked into.
const MAX_DEPTH: u32 = 6;
/// Bases that say which variables a class has.
const GENERIC: &[&str] = &["Generic", "Protocol"];

/// What variables of one file stand for.
#[derive(Default)]
struct Bound {
    /// The receiver.
    this: Option<Value>,
    variables: Vec<(ExprId, Value)>,
}

impl Bound {
    fn of(&self, variable: ExprId) -> Option<&Value> {
        self.variables.iter().find(|(known, _)| *known == variable).map(|(_, value)| value)
    }
}

impl Resolver<'_> {
    /// What calling `callee` of `file` gives, where its arguments or its receiver
    /// may tell.
    pub(super) fn call_given(&self, file: FileId, callee: ExprId, given: &[ExprId]) -> Value {
        self.held_eval(file, callee).map(|one| match one {
            Value::Thing(def) if self.kind(*def) == ItemKind::Function => {
                let closed = || self.call(one);
                self.open_result(*def, file, callee, given).unwrap_or_else(closed)
            }
            other => self.call(other),
        })
    }

    /// What a member holds, where its receiver may tell.
    pub(super) fn held_of(&self, file: FileId, member: ExprId, def: Def) -> Option<Value> {
        let found = self.open_result(def, file, member, &[]).map(|found| self.held(&found));
        let found = found.filter(|found| *found != Value::Unknown);
        let value = found.clone().unwrap_or_else(|| self.held(&Value::Thing(def)));
        self.got(&value).or(found)
    }

    /// What a descriptor gives: `__get__` of what a member holds.
    fn got(&self, held: &Value) -> Option<Value> {
        let Value::Instance(class, _) = held else { return None };
        if self.kind(*class) != ItemKind::Class {
            return None;
        }
        let getter = self.member(held, "__get__");
        let given = getter.things().map(|getter| {
            let bound = self.receiver(getter, held);
            let links = self.links(getter.file);
            let result = links.item(getter.item).result;
            result.map_or(Value::Unknown, |result| self.substituted(getter.file, result, &bound, 0))
        });
        let given = Value::many(given);
        (given != Value::Unknown).then_some(given)
    }

    /// The result of an item, if it depends on who asks.
    fn open_result(
        &self,
        def: Def,
        file: FileId,
        asked: ExprId,
        given: &[ExprId],
    ) -> Option<Value> {
        let links = self.links(def.file);
        let item = links.item(def.item);
        let result = item.result?;
        if !self.is_open(def.file, result, 0) {
            return None;
        }
        let mut bound = match *self.links(file).expr(asked) {
            Expr::Member(of, _) => {
                let of = match self.links(file).expr(of) {
                    Expr::Super(class) => Value::Instance(Def { file, item: *class }, [].into()),
                    _ => self.held_eval(file, of),
                };
                self.receiver(def, &of)
            }
            _ => Bound::default(),
        };
        for (&param, &given) in item.params.iter().zip(given) {
            bound.variables.extend(self.bind(def.file, param, || self.held_eval(file, given)));
        }
        Some(self.substituted(def.file, result, &bound, 0))
    }

    /// An expression names a variable or the receiver.
    fn is_open(&self, file: FileId, expr: ExprId, depth: u32) -> bool {
        let links = self.links(file);
        let inner = |expr: ExprId| self.is_open(file, expr, depth + 1);
        depth < MAX_DEPTH
            && match links.expr(expr) {
                Expr::This(_) => true,
                Expr::Instance(of) => self.is_variable(file, *of),
                Expr::List(of) | Expr::Await(of) => inner(*of),
                Expr::Either(all) => all.iter().any(|&one| inner(one)),
                Expr::Generic(_, arguments) => arguments.iter().any(|&one| inner(one)),
                _ => false,
            }
    }

    /// What a receiver says of itself and of the variables of the class in which
    /// its member is defined.
    fn receiver(&self, member: Def, of: &Value) -> Bound {
        let this = of.map(|one| match one {
            Value::Thing(_) => self.instance(one),
            other => other.clone(),
        });
        let Some(parent) = self.links(member.file).item(member.item).parent else {
            return Bound::default();
        };
        let home = Def { file: member.file, item: parent };
        let names = self.variables_of(home);
        let arguments = match this.each() {
            [Value::Instance(class, own)] if *class == home => Some(own.clone()),
            [Value::Instance(class, _)] if !names.is_empty() => {
                let line = self.line(*class);
                line.into_iter().find_map(|one| match one {
                    Value::Instance(class, arguments) if class == home => Some(arguments),
                    _ => None,
                })
            }
            _ => None,
        };
        let arguments = arguments.iter().flat_map(|all| all.iter().cloned());
        Bound { this: Some(this), variables: names.into_iter().zip(arguments).collect() }
    }

    /// The variables of a class, in order.
    fn variables_of(&self, class: Def) -> Vec<ExprId> {
        let links = self.links(class.file);
        let mut all = Vec::new();
        for &base in &links.item(class.item).bases {
            let Expr::Generic(of, arguments) = links.expr(base) else { continue };
            let named = arguments.iter().filter_map(|&argument| match links.expr(argument) {
                Expr::Instance(of) if self.is_variable(class.file, *of) => Some(*of),
                _ => None,
            });
            let named: Vec<ExprId> = named.collect();
            if let Value::Known(name, _) = self.eval(class.file, *of)
                && GENERIC.contains(&&*name)
            {
                return named;
            }
            all.extend(named);
        }
        all
    }

    /// What a parameter says of a variable: `T`, `type[T]`, `Callable[…, T]`.
    fn bind(
        &self,
        file: FileId,
        param: ExprId,
        given: impl FnOnce() -> Value,
    ) -> Option<(ExprId, Value)> {
        let links = self.links(file);
        let bound = match links.expr(param) {
            Expr::Instance(of) if self.is_variable(file, *of) => (*of, given()),
            Expr::Item(item) if links.item(*item).kind == ItemKind::Function => {
                let Expr::Instance(of) = links.expr(links.item(*item).result?) else {
                    return None;
                };
                let is_variable = self.is_variable(file, *of);
                is_variable.then(|| (*of, given().map(|callee| self.call(callee))))?
            }
            _ if self.is_variable(file, param) => {
                (param, given().map(|class| self.instance(class)))
            }
            _ => return None,
        };
        Some(bound).filter(|(_, value)| *value != Value::Unknown)
    }

    fn is_variable(&self, file: FileId, expr: ExprId) -> bool {
        if !matches!(self.links(file).expr(expr), Expr::Item(_) | Expr::Import(_)) {
            return false;
        }
        let named = self.eval(file, expr);
        named.things().any(|def| self.kind(def) == ItemKind::Value)
    }

    /// An expression in which variables stand for what they are bound to.
    fn substituted(&self, file: FileId, expr: ExprId, bound: &Bound, depth: u32) -> Value {
        if depth > MAX_DEPTH {
            return Value::Unknown;
        }
        let links = self.links(file);
        let inner = |expr: ExprId| self.substituted(file, expr, bound, depth + 1);
        match links.expr(expr) {
            Expr::This(_) => match &bound.this {
                Some(this) => this.clone(),
                None => self.held_eval(file, expr),
            },
            Expr::Instance(of) => match bound.of(*of) {
                Some(value) => value.clone(),
                None => self.held_eval(file, expr),
            },
            Expr::List(of) => Value::list(inner(*of)),
            Expr::Await(of) => inner(*of).map(builtin::awaited),
            Expr::Either(all) => Value::many(all.iter().map(|&one| inner(one))),
            Expr::Generic(of, arguments) => {
                let arguments: Vec<Value> = arguments.iter().map(|&one| inner(one)).collect();
                self.eval(file, *of).map(|base| builtin::generic(base, &arguments))
            }
            _ => self.held_eval(file, expr),
        }
    }
}

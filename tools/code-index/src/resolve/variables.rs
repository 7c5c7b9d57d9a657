//! Type variables: what they stand for in one call.
//!
//! **Deliberately absent:** unification. A parameter that is a variable, or a
//! class of one, binds it; the first that does counts.

use super::Resolver;
use super::builtin;
use super::value::{FileId, Value};
use crate::links::{Expr, ExprId, ItemKind};

/// Deeper types are not looked into.
const MAX_DEPTH: u32 = 6;

/// What a variable of a file stands for.
struct Bound {
    variable: ExprId,
    value: Value,
}

impl Resolver<'_> {
    /// What a call gives, where its arguments may tell.
    pub(super) fn call_given(&self, callee: &Value, from: FileId, given: &[ExprId]) -> Value {
        let Value::Thing(def) = callee else { return self.call(callee) };
        if self.kind(*def) != ItemKind::Function {
            return self.call(callee);
        }
        let links = self.links(def.file);
        let item = links.item(def.item);
        let bound = item.params.iter().zip(given).find_map(|(&param, &given)| {
            self.bind(def.file, param, || self.held_eval(from, given))
        });
        match (bound, item.result) {
            (Some(bound), Some(result)) => self.substituted(def.file, result, &[bound], 0),
            _ => self.call(callee),
        }
    }

    /// What a parameter says of a variable: `T` or `type[T]`.
    fn bind(&self, file: FileId, param: ExprId, given: impl FnOnce() -> Value) -> Option<Bound> {
        let links = self.links(file);
        if let Expr::Instance(of) = links.expr(param) {
            return self
                .is_variable(file, *of)
                .then(|| Bound { variable: *of, value: given() })
                .filter(|bound| bound.value != Value::Unknown);
        }
        let is_class = self.is_variable(file, param);
        is_class.then(|| {
            let value = given().map(|class| self.instance(class));
            Bound { variable: param, value }
        })
    }

    fn is_variable(&self, file: FileId, expr: ExprId) -> bool {
        if !matches!(self.links(file).expr(expr), Expr::Item(_) | Expr::Import(_)) {
            return false;
        }
        let named = self.eval(file, expr);
        named.things().any(|def| self.kind(def) == ItemKind::Value)
    }

    /// An expression in which variables stand for what they are bound to.
    fn substituted(&self, file: FileId, expr: ExprId, bound: &[Bound], depth: u32) -> Value {
        if depth > MAX_DEPTH {
            return Value::Unknown;
        }
        let links = self.links(file);
        let inner = |expr: ExprId| self.substituted(file, expr, bound, depth + 1);
        let is_bound = |variable: ExprId| bound.iter().find(|bound| bound.variable == variable);
        match links.expr(expr) {
            Expr::Instance(of) => match is_bound(*of) {
                Some(bound) => bound.value.clone(),
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

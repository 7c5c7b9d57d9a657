//! Text that is run as code.

use super::shown;
use crate::review::facts::{Call, Facts};
use crate::review::made::made;
use crate::review::shape::{Family, Kind};
use crate::review::{Found, Severity};

pub(super) fn find(facts: &Facts<'_>, call: &Call<'_>, found: &mut Vec<Found>) {
    let path = call.path.as_str();
    let runs = match (facts.family, call.kind) {
        (Family::Python, Kind::Call) => {
            matches!(path, "eval" | "exec" | "builtins.eval" | "builtins.exec")
        }
        (Family::Script, Kind::Call) => {
            matches!(
                path,
                "eval"
                    | "window.eval"
                    | "globalThis.eval"
                    | "Function"
                    | "vm.runInNewContext"
                    | "vm.runInThisContext"
            )
        }
        (Family::Script, Kind::New) => path == "Function",
        (Family::Php, Kind::Call) => matches!(path, "eval" | "create_function" | "assert"),
        (Family::Ruby, Kind::Call) => matches!(path, "eval" | "Kernel.eval"),
        _ => false,
    };
    let wanted = match (path, call.arguments.last(), call.arguments.first()) {
        // The body comes last.
        ("Function", Some(last), _) => Some(last),
        (_, _, first) => first,
    };
    let Some(wanted) = wanted.filter(|_| runs && is_own(facts, call)) else { return };
    // `exec(code, namespace)` of code compiled before is how tools load files.
    let value = facts.unwrapped(wanted.value);
    if path == "assert" && facts.kind(value) != Kind::Text {
        return;
    }
    let made = made(facts, call, wanted.value);
    let Some(part) = made.unknown.first() else { return };
    let source = facts.source(*part);
    if source.starts_with("compile(") {
        return;
    }
    let message = format!(
        "`{}` is run as code; parse it instead, or choose from a fixed table",
        shown(source)
    );
    found.push(Found::call(facts, call, Severity::Warning, message));
}

/// The function is the language's, not one of the file.
fn is_own(facts: &Facts<'_>, call: &Call<'_>) -> bool {
    let name = call.name();
    facts.is_own(name) && !facts.defines(name)
}

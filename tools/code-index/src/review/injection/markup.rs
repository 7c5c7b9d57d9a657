//! Text that a browser reads as markup.

use tree_sitter::Node;

use super::shown;
use crate::review::facts::{Call, Facts, Give};
use crate::review::made::{self, Made, made};
use crate::review::shape::{Family, Kind};
use crate::review::{Found, Severity};

/// Python's ways to say that a text is safe markup.
const TRUSTED: &[&str] = &[
    "mark_safe",
    "django.utils.safestring.mark_safe",
    "Markup",
    "markupsafe.Markup",
    "flask.Markup",
    "render_template_string",
    "flask.render_template_string",
];

pub(super) fn find(facts: &Facts<'_>, call: &Call<'_>, found: &mut Vec<Found>) {
    let (wanted, built) = match facts.family {
        Family::Script => match call.path.as_str() {
            "document.write" | "document.writeln" => (call.arguments.first(), false),
            _ if call.name() == "insertAdjacentHTML" => (call.arguments.get(1), false),
            _ => return,
        },
        Family::Python if TRUSTED.contains(&call.path.as_str()) => (call.arguments.first(), true),
        _ => return,
    };
    let Some(wanted) = wanted else { return };
    let made = made(facts, call, wanted.value);
    if built && !made.is_built() {
        return;
    }
    if let Some(message) = message(facts, &made) {
        found.push(Found::call(facts, call, Severity::Warning, message));
    }
}

/// `node.innerHTML = text`, `dangerouslySetInnerHTML={{ __html: text }}`.
pub(super) fn find_given(facts: &Facts<'_>, give: &Give<'_>, found: &mut Vec<Found>) {
    if facts.family != Family::Script {
        return;
    }
    let is_member = facts.kind(facts.unwrapped(give.left)) == Kind::Member
        && matches!(give.name, "innerHTML" | "outerHTML")
        && matches!(give.kind, Kind::Give | Kind::Augment);
    if !is_member && give.name != "__html" {
        return;
    }
    let made = made::of(facts, give.function, give.value);
    if made.unknown.iter().all(|part| is_markup(facts, *part)) {
        return;
    }
    if let Some(message) = message(facts, &made) {
        let mut one = Found::at(give.node, Severity::Warning, message);
        one.in_test = give.in_test;
        found.push(one);
    }
}

/// Markup of another element is markup already.
fn is_markup(facts: &Facts<'_>, node: Node<'_>) -> bool {
    let source = facts.source(node);
    source.ends_with("innerHTML") || source.ends_with("outerHTML")
}

fn message(facts: &Facts<'_>, made: &Made<'_>) -> Option<String> {
    let part = shown(facts.source(*made.unknown.first()?));
    Some(format!("a browser reads `{part}` as markup; set it as text, or sanitise it first"))
}

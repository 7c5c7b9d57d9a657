//! `go.mod`. What is only needed by dependencies (`// indirect`) is left out.

use super::DependencyKind;
use super::manifest::{Draft, Source};

pub(super) fn parse(source: &Source<'_>) -> Result<Draft, String> {
    let mut draft = Draft::new("go");
    let mut block = None;
    for line in source.text.lines() {
        let indirect = line.contains("// indirect");
        let line = line.split("//").next().unwrap_or_default().trim();
        let mut words = line.split_whitespace();
        let directive = match (block, words.clone().next()) {
            (_, None) => continue,
            (Some(_), Some(")")) => {
                block = None;
                continue;
            }
            (Some(directive), _) => directive,
            (None, Some(directive)) => {
                words.next();
                directive
            }
        };
        let Some(first) = words.next() else { continue };
        if first == "(" {
            block = Some(directive);
            continue;
        }
        let first = first.trim_matches('"');
        match directive {
            "module" => draft.name = Some(first.to_owned()),
            "require" if !indirect => {
                let version = words.next().map(str::to_owned);
                draft.depend(first, version, DependencyKind::Normal);
            }
            "tool" => draft.depend(first, None, DependencyKind::Dev),
            _ => {}
        }
    }
    if draft.name.is_none() {
        return Err("has no `module` line".to_owned());
    }
    Ok(draft)
}

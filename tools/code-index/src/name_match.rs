//! How well a symbol's name answers a name that was asked for.

use crate::symbol::SymbolKind;
use crate::words::{fold, for_each_part};

/// A capital-letter query up to this length is taken for initials.
const MAX_INITIALS: usize = 6;

/// How a name matches, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NameMatch {
    /// The very name.
    Exact,
    /// The name in another case.
    Case,
    /// The name starts so.
    Prefix,
    /// Each part of what was asked starts a part of the name, in order.
    Parts,
}

/// A name that was asked for, made ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WantedName {
    pub(crate) name: String,
    pub(crate) folded: String,
    /// The container it must lie in, folded, its parts joined by `::`.
    pub(crate) container: Option<String>,
    parts: Vec<String>,
    mask: u32,
}

impl WantedName {
    /// Takes a name as it is, without a container.
    pub(crate) fn plain(name: &str) -> WantedName {
        let folded = fold(name);
        let mut parts = Vec::new();
        for_each_part(name, |part| parts.push(fold(part)));
        if name.len() <= MAX_INITIALS && name.bytes().all(|byte| byte.is_ascii_uppercase()) {
            parts = folded.chars().map(String::from).collect();
        }
        let mask = letter_mask(&folded);
        WantedName { name: name.to_owned(), folded, container: None, parts, mask }
    }

    /// Reads `Container::name`, `Container.name` and `Container#name`; none
    /// where the name has no container.
    pub(crate) fn contained(name: &str) -> Option<WantedName> {
        let (at, separator) = ["::", ".", "#", "->"]
            .iter()
            .filter_map(|separator| Some((name.rfind(separator)?, separator.len())))
            .max()?;
        let (container, last) = (&name[..at], &name[at + separator..]);
        if container.is_empty() || last.is_empty() {
            return None;
        }
        let container = fold(container).replace(['.', '#'], "::").replace("->", "::");
        Some(WantedName { container: Some(container), ..WantedName::plain(last) })
    }

    /// A quick test that every name which matches passes.
    pub(crate) fn may_match(&self, mask: u32) -> bool {
        self.mask & !mask == 0
    }

    /// The longest of several parts; none where the name has not several.
    pub(crate) fn longest_part(&self) -> Option<&str> {
        let longest = self.parts.iter().max_by_key(|part| part.len());
        longest.filter(|_| self.parts.len() > 1).map(String::as_str)
    }

    /// A quick test of a folded name that every match by parts passes.
    fn may_have_parts(&self, folded: &str) -> bool {
        let mut rest = folded;
        self.parts.iter().all(|part| match rest.find(part.as_str()) {
            Some(at) => {
                rest = &rest[at + part.len()..];
                true
            }
            None => false,
        })
    }

    /// How a name matches, none where it does not.
    pub(crate) fn match_name(&self, name: &str, folded: &str) -> Option<NameMatch> {
        if let Some(rest) = folded.strip_prefix(self.folded.as_str()) {
            return Some(match rest.is_empty() {
                true if name == self.name => NameMatch::Exact,
                true => NameMatch::Case,
                false => NameMatch::Prefix,
            });
        }
        let by_parts =
            self.parts.len() > 1 && self.may_have_parts(folded) && self.match_parts(name);
        by_parts.then_some(NameMatch::Parts)
    }

    fn match_parts(&self, name: &str) -> bool {
        let mut wanted = self.parts.iter().peekable();
        for_each_part(name, |part| {
            if wanted.peek().is_some_and(|want| fold(part).starts_with(want.as_str())) {
                wanted.next();
            }
        });
        wanted.peek().is_none()
    }

    /// Whether a symbol's container is the one asked for, or ends with it.
    pub(crate) fn fits_container(&self, container: Option<&str>) -> bool {
        let Some(wanted) = &self.container else { return true };
        let Some(container) = container else { return false };
        let folded = fold(container);
        folded
            .strip_suffix(wanted.as_str())
            .is_some_and(|before| before.is_empty() || before.ends_with("::"))
    }
}

/// Which letters a folded name holds, one bit each.
pub(crate) fn letter_mask(folded: &str) -> u32 {
    folded.bytes().fold(0, |mask, byte| match byte {
        b'a'..=b'z' => mask | 1 << (byte - b'a'),
        b'0'..=b'9' => mask | 1 << 26,
        b'_' => mask,
        _ => mask | 1 << 27,
    })
}

/// What people mean first by a name: types and functions before their members,
/// code before data and prose.
pub(crate) fn kind_rank(kind: SymbolKind) -> u8 {
    match kind {
        SymbolKind::Class
        | SymbolKind::Struct
        | SymbolKind::Enum
        | SymbolKind::Interface
        | SymbolKind::Trait
        | SymbolKind::Type
        | SymbolKind::Union
        | SymbolKind::Function
        | SymbolKind::Method
        | SymbolKind::Macro => 0,
        SymbolKind::Constructor
        | SymbolKind::Module
        | SymbolKind::Constant
        | SymbolKind::Variable
        | SymbolKind::Table => 1,
        SymbolKind::Extension | SymbolKind::Variant | SymbolKind::Field => 2,
        SymbolKind::Element | SymbolKind::Key | SymbolKind::Heading => 3,
    }
}

/// How many single edits lie between two names, none above `most`. Swapped
/// neighbours count once.
pub(crate) fn edit_distance(left: &str, right: &str, most: usize) -> Option<usize> {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    if left.len().abs_diff(right.len()) > most {
        return None;
    }
    let mut before_last = vec![0; right.len() + 1];
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let replaced = last[j] + usize::from(a != b);
            let mut best = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                best = best.min(before_last[j - 1] + 1);
            }
            row.push(best);
        }
        if row.iter().min().is_some_and(|&least| least > most) {
            return None;
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|&distance| distance <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_by_case_start_and_parts() {
        use NameMatch::*;
        let cases = [
            ("Session", "Session", Some(Exact)),
            ("session", "Session", Some(Case)),
            ("sess", "SessionStore", Some(Prefix)),
            ("SessSt", "SessionStore", Some(Parts)),
            ("get_na", "getUserName", Some(Parts)),
            ("GUN", "getUserName", Some(Parts)),
            ("parse_req", "parse_http_request", Some(Parts)),
            ("req_parse", "parse_http_request", None),
            ("store", "SessionStore", None),
        ];
        for (asked, name, want) in cases {
            let wanted = WantedName::plain(asked);
            assert_eq!(wanted.match_name(name, &fold(name)), want, "{asked} for {name}");
            if want.is_some() {
                assert!(wanted.may_match(letter_mask(&fold(name))), "{asked} for {name}");
            }
        }
    }

    #[test]
    fn containers_narrow() {
        let cases = [
            ("Session::open", Some("Session"), true),
            ("Session.open", Some("net::Session"), true),
            ("net::Session::open", Some("net::Session"), true),
            ("Session::open", Some("MySession"), false),
            ("Session#open", None, false),
        ];
        for (asked, container, want) in cases {
            let wanted = WantedName::contained(asked).unwrap();
            assert_eq!(wanted.name, "open");
            assert_eq!(wanted.fits_container(container), want, "{asked} in {container:?}");
        }
        assert_eq!(WantedName::contained("open"), None);
        assert_eq!(WantedName::contained(".btn"), None);
    }

    #[test]
    fn edits_are_counted_up_to_a_bound() {
        let cases = [
            ("parse", "parse", 2, Some(0)),
            ("prase", "parse", 2, Some(1)),
            ("pars", "parse", 2, Some(1)),
            ("sitting", "kitten", 3, Some(3)),
            ("sitting", "kitten", 2, None),
            ("a", "abcdef", 3, None),
        ];
        for (left, right, most, want) in cases {
            assert_eq!(edit_distance(left, right, most), want, "{left} and {right}");
        }
    }
}

//! Fits places into a budget of tokens.

use super::Place;
use crate::words::cut_at;

/// A token, where nobody counts for us.
const BYTES_PER_TOKEN: usize = 4;
/// What an answer holds beside its places: the state of the index, the frame.
const FRAME_BYTES: usize = 320;
/// What a place costs beside its texts: field names, numbers, punctuation.
const PLACE_BYTES: usize = 110;
/// So many places are named before any snippet is shown.
const NAMED_FIRST: usize = 10;
/// One snippet takes at most this share of the budget.
const SNIPPET_SHARE: usize = 3;
/// A reason is cut to this where room is scarce.
const SHORT_REASON: usize = 60;

/// Places that fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Packed {
    /// In their order; those without room for it have lost their snippet.
    pub places: Vec<Place>,
    /// Places or snippets were left out.
    pub truncated: bool,
}

/// Keeps what fits into `budget_tokens`, best first: ten places are named before
/// any snippet is shown; then snippets and further places follow in order.
pub fn pack(places: Vec<Place>, budget_tokens: usize) -> Packed {
    let budget = budget_tokens.saturating_mul(BYTES_PER_TOKEN);
    let snippet_cap = budget / SNIPPET_SHARE;
    let mut left = budget.saturating_sub(FRAME_BYTES);
    let mut truncated = false;
    let mut kept: Vec<(Place, Option<String>)> = Vec::new();
    let mut rest = places.into_iter();
    for mut place in rest.by_ref().take(NAMED_FIRST) {
        if place.reason.len() > SHORT_REASON && budget_tokens < 1500 {
            place.reason.truncate(cut_at(&place.reason, SHORT_REASON).len());
        }
        let snippet = place.snippet.take();
        let cost = bare_cost(&place);
        if cost > left {
            truncated = true;
            break;
        }
        left -= cost;
        kept.push((place, snippet));
    }
    let mut packed: Vec<Place> = Vec::new();
    for (mut place, snippet) in kept {
        if let Some(snippet) = snippet {
            let shown = cut(snippet, snippet_cap, &mut truncated);
            let cost = escaped_len(&shown) + 14;
            if cost <= left {
                left -= cost;
                place.snippet = Some(shown);
            } else {
                truncated = true;
            }
        }
        packed.push(place);
    }
    for mut place in rest {
        let snippet = place.snippet.take().map(|snippet| cut(snippet, snippet_cap, &mut truncated));
        let cost = bare_cost(&place) + snippet.as_deref().map_or(0, |text| escaped_len(text) + 14);
        if cost > left {
            truncated = true;
            break;
        }
        left -= cost;
        place.snippet = snippet;
        packed.push(place);
    }
    Packed { places: packed, truncated }
}

fn bare_cost(place: &Place) -> usize {
    let symbol = place.symbol.as_deref().map_or(0, |symbol| escaped_len(symbol) + 12);
    PLACE_BYTES + escaped_len(&place.path) + symbol + escaped_len(&place.reason)
}

/// How long a text is inside JSON.
fn escaped_len(text: &str) -> usize {
    text.bytes()
        .map(|byte| match byte {
            b'"' | b'\\' | b'\n' | b'\t' | b'\r' => 2,
            0..=0x1f => 6,
            _ => 1,
        })
        .sum()
}

/// Keeps whole lines up to `most` bytes.
fn cut(snippet: String, most: usize, truncated: &mut bool) -> String {
    if escaped_len(&snippet) <= most {
        return snippet;
    }
    *truncated = true;
    let mut out = String::new();
    for line in snippet.lines() {
        if escaped_len(&out) + escaped_len(line) + 6 > most {
            break;
        }
        out.push_str(line);
        out.push('\n');
    }
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(number: usize, snippet: &str) -> Place {
        Place {
            path: format!("src/some/folder/file_{number}.rs"),
            line: 10,
            end_line: 20,
            symbol: Some("Container::method_name".to_owned()),
            kind: Some(crate::symbol::SymbolKind::Method),
            score: 1.0,
            reason: "name: method, name; body: folder, container, several".to_owned(),
            snippet: Some(snippet.to_owned()),
        }
    }

    #[test]
    fn packed_places_fit_their_budget() {
        let snippet = "    let \"quoted\" = value\n".repeat(20);
        for budget in [200, 500, 1000, 2000, 5000, 50_000] {
            let places: Vec<Place> = (0..60).map(|number| place(number, &snippet)).collect();
            let packed = pack(places.clone(), budget);
            let json = serde_json::to_string(&packed.places).unwrap();
            assert!(json.len() <= budget * BYTES_PER_TOKEN, "{budget}: {} bytes", json.len());
            let all = packed.places == places;
            assert_eq!(packed.truncated, !all, "{budget}");
            if budget >= 1000 {
                assert!(packed.places.len() >= NAMED_FIRST, "{budget}: {}", packed.places.len());
            }
        }
    }

    #[test]
    fn what_does_not_fit_loses_its_snippet_first() {
        let small = place(0, "one line");
        let large = place(1, &"a long line of code\n".repeat(500));
        let packed = pack(vec![small.clone(), large], 400);
        assert_eq!(packed.places[0], small);
        assert_eq!(packed.places.len(), 2);
        assert!(packed.truncated);
    }
}

//! Doors for the fuzz targets in `fuzz/`, into what no public call reaches
//! alone. A target that ran it through a workspace would spend its time there.
//!
//! **Deliberately absent:** logic. Each door calls what questions call, and
//! panics where an invariant of it does not hold.

use crate::extract::Extractor;
use crate::impact::diff;
use crate::language::Language;
use crate::links::{Links, is_sound};

/// Reads the links of a text, stores them and reads them back.
///
/// # Panics
/// Where they do not come back as they were, or name a place that is not there.
pub fn links(extractor: &mut Extractor, language: Language, text: &str) {
    let links = extractor.extract(language, text).links;
    assert!(is_sound(&links), "a link leads nowhere");
    let known = Links::unpack(&links.pack()).ok();
    assert_eq!(known.as_ref(), Some(&links), "what was stored is another");
}

/// Reads links from bytes that nobody wrote: a damaged index.
///
/// # Panics
/// Never, or there is something to fix.
pub fn stored_links(bytes: &[u8]) {
    let Ok(links) = Links::unpack(bytes) else { return };
    // What cannot be trusted is not stored again; it must only be looked at.
    let _ = is_sound(&links);
}

/// Reads a unified diff.
///
/// # Panics
/// Where lines run backwards or begin before the first.
pub fn diff(text: &str) {
    for changed in diff::read(text) {
        for (first, last) in changed.lines {
            assert!(1 <= first && first <= last, "{}: {first} to {last}", changed.path);
        }
    }
}

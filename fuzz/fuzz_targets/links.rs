//! What a text says of names, stored and read back: the first byte says in which
//! language. Where it says none, the bytes are read as if they had been stored.

#![no_main]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use ymera_code_index::{Extractor, Language, fuzzing};

/// The languages whose names are resolved.
const RESOLVED: [&str; 9] =
    ["rust", "typescript", "tsx", "javascript", "go", "python", "java", "c", "cpp"];

thread_local! {
    static EXTRACTOR: RefCell<Extractor> = RefCell::new(Extractor::new());
}

fuzz_target!(|data: &[u8]| {
    let Some((&which, bytes)) = data.split_first() else { return };
    let Some(name) = RESOLVED.get(usize::from(which) % (RESOLVED.len() + 1)) else {
        fuzzing::stored_links(bytes);
        return;
    };
    let language = Language::from_name(name).expect("built in");
    let text = String::from_utf8_lossy(bytes);
    EXTRACTOR.with_borrow_mut(|extractor| fuzzing::links(extractor, language, &text));
});

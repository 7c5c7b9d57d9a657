//! Definitions of a text in any language: the first byte says which.

#![no_main]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use ymera_code_index::{Extractor, Language};

thread_local! {
    static EXTRACTOR: RefCell<Extractor> = RefCell::new(Extractor::new());
}

fuzz_target!(|data: &[u8]| {
    let Some((&which, text)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(text);
    let all: Vec<Language> = Language::all().collect();
    let language = all[usize::from(which) % all.len()];
    let found = EXTRACTOR.with_borrow_mut(|extractor| extractor.extract(language, &text));
    let lines = u32::try_from(text.lines().count().max(1)).expect("a short text");
    for symbol in found.symbols {
        let (start, line, end) = (symbol.start_line, symbol.line, symbol.end_line);
        let in_order = 1 <= start && start <= line && line <= end && end <= lines;
        assert!(in_order, "{language:?} {}: {start} {line} {end} of {lines}", symbol.name);
    }
});

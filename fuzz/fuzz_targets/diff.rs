//! Unified diffs, as `analyze_impact` takes them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use ymera_code_index::fuzzing;

fuzz_target!(|text: &str| fuzzing::diff(text));

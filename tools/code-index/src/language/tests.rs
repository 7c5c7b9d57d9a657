use std::collections::HashSet;

use super::*;

fn name_of(path: &str, head: &str) -> Option<&'static str> {
    Language::detect(Path::new(path), head.as_bytes()).map(Language::name)
}

#[test]
fn a_language_is_told_by_name_extension_and_first_line() {
    let cases = [
        ("src/main.rs", "", Some("rust")),
        ("a/B.PY", "", Some("python")),
        ("types.d.ts", "", Some("typescript")),
        ("app_de.ts", "<?xml version=\"1.0\"?>", None),
        ("App.tsx", "", Some("tsx")),
        ("App.jsx", "", Some("javascript")),
        ("lib.h", "#include <stdio.h>\nint f(void);\n", Some("c")),
        ("lib.h", "#pragma once\n\nnamespace a {\n", Some("cpp")),
        ("lib.h", "std::string name();\n", Some("cpp")),
        ("lib.hpp", "", Some("cpp")),
        ("Gemfile", "", Some("ruby")),
        ("Cargo.lock", "", Some("toml")),
        ("package.json", "", Some("json")),
        (".github/workflows/ci.yml", "", Some("yaml")),
        ("bin/run", "#!/bin/sh\n", Some("bash")),
        ("bin/run", "#!/usr/bin/env python3.11\nx", Some("python")),
        ("bin/run", "#!/usr/bin/env -S DEBUG=1 node --harmony\n", Some("javascript")),
        ("bin/run", "#! /usr/local/bin/ruby -w\n", Some("ruby")),
        ("bin/run", "#!/usr/bin/env", None),
        ("bin/run", "#!", None),
        ("bin/run", "no first line", None),
        ("script.unknown", "#!/bin/bash\n", Some("bash")),
        ("README", "", None),
        ("picture.png", "", None),
        ("", "", None),
    ];
    for (path, head, want) in cases {
        assert_eq!(name_of(path, head), want, "{path} {head:?}");
    }
}

#[test]
fn a_first_line_in_another_encoding_is_no_language() {
    assert_eq!(Language::detect(Path::new("run"), b"#!\xff\xfe/bin/sh\n"), None);
}

#[test]
fn usual_spellings_are_known() {
    let cases = [
        ("ts", "typescript"),
        ("py", "python"),
        ("c++", "cpp"),
        ("C#", "c-sharp"),
        ("cs", "c-sharp"),
        ("sh", "bash"),
        ("js", "javascript"),
        ("jsx", "javascript"),
        ("yml", "yaml"),
        ("md", "markdown"),
        (" Golang ", "go"),
        ("kt", "kotlin"),
        ("rs", "rust"),
    ];
    for (spelling, want) in cases {
        assert_eq!(Language::from_name(spelling).map(Language::name), Some(want), "{spelling}");
    }
    assert_eq!(Language::from_name("klingon"), None);
}

#[test]
fn data_and_prose_are_no_source() {
    for language in Language::all() {
        let data = ["json", "yaml", "toml", "markdown"].contains(&language.name());
        assert_eq!(language.is_source(), !data, "{}", language.name());
    }
}

#[test]
fn every_word_belongs_to_one_language() {
    let mut words = HashSet::new();
    for language in Language::all() {
        let row = language.row();
        assert_eq!(Language::from_name(row.name), Some(language));
        let spellings = row.aliases.iter().chain([&row.name]).map(|word| ("name", *word));
        let extensions = row.extensions.iter().map(|word| ("extension", *word));
        let files = row.files.iter().map(|word| ("file", *word));
        let interpreters = row.interpreters.iter().map(|word| ("interpreter", *word));
        for word in spellings.chain(extensions).chain(files).chain(interpreters) {
            assert!(words.insert(word), "{}: {word:?} is taken", row.name);
        }
    }
    assert!(Language::all().count() >= 32, "languages are missing");
}

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{argument_schema, file_path, usage, with_causes};

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Mode {
    Text,
    Regex,
}

/// Not shown: the tool has a description of its own.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only the schema matters here")]
struct Args {
    /// What to look for, such as `Session`.
    query: String,
    /// Folders, files or globs.
    #[serde(default)]
    paths: Vec<String>,
    /// At most so many.
    limit: Option<u32>,
    mode: Option<Mode>,
}

#[test]
fn schemas_are_small_and_portable() {
    let want = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "query": { "type": "string", "description": "What to look for, such as `Session`." },
            "paths": { "type": "array", "items": { "type": "string" }, "default": [],
                       "description": "Folders, files or globs." },
            "limit": { "type": "integer", "minimum": 0, "description": "At most so many." },
            "mode": { "type": "string", "enum": ["text", "regex"] },
        },
        "required": ["query"],
    });
    assert_eq!(Value::Object(argument_schema::<Args>()), want);
}

#[test]
fn usage_names_every_argument() {
    let line = usage(&argument_schema::<Args>());
    for part in ["`query` (string)", "`paths` (array, optional)", "`limit` (integer, optional)"] {
        assert!(line.contains(part), "{part} is missing in: {line}");
    }
}

#[test]
fn causes_are_told() {
    #[derive(Debug, thiserror::Error)]
    #[error("cannot read `a`")]
    struct Outer(#[source] std::io::Error);
    let error = Outer(std::io::Error::other("disk on fire"));
    assert_eq!(with_causes(&error), "cannot read `a`: disk on fire");
}

#[test]
fn file_uris_become_paths() {
    let cases = [
        ("file:///home/a%20b/c", Some("/home/a b/c")),
        ("file://localhost/x", Some("/x")),
        ("https://example.com/x", None),
        ("file:///a%2", None),
        ("file:///%ff", None),
    ];
    for (uri, want) in cases {
        assert_eq!(file_path(uri).as_deref(), want.map(std::path::Path::new), "{uri}");
    }
}

//! YAML as JSON values, which the manifests that use YAML fit in.

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::Value;

/// More brackets open at once are no manifest, and would be read recursively.
const MAX_BRACKETS: usize = 64;
/// Deeper nesting is cut off.
const MAX_DEPTH: usize = 64;

/// Parses the first document of a YAML text; an empty text is null.
pub(crate) fn yaml(text: &str) -> Result<Value, String> {
    if is_deep(text) {
        return Err(format!("is nested over {MAX_BRACKETS} levels deep"));
    }
    let documents = Yaml::load_from_str(text).map_err(|error| format!("is not YAML: {error}"))?;
    Ok(documents.first().map_or(Value::Null, |document| to_json(document, MAX_DEPTH)))
}

/// The line, the column and the words of what is wrong with a YAML text.
pub(crate) fn yaml_error(text: &str) -> Option<(usize, usize, String)> {
    if is_deep(text) {
        return None;
    }
    let error = Yaml::load_from_str(text).err()?;
    let at = error.marker();
    Some((at.line(), at.col() + 1, error.info().to_owned()))
}

/// Bounds how deep brackets and block structure nest, whatever stands in strings.
fn is_deep(text: &str) -> bool {
    let mut open = 0usize;
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        if open > MAX_BRACKETS {
            return true;
        }
    }
    // Each block level needs an indicator or one more column.
    text.lines().any(|line| {
        let start = line.trim_start_matches([' ', '-', '?', ':']);
        line.len() - start.len() > 4 * MAX_DEPTH
    })
}

fn to_json(yaml: &Yaml<'_>, depth: usize) -> Value {
    if depth == 0 {
        return Value::Null;
    }
    match yaml {
        Yaml::Value(Scalar::Boolean(value)) => Value::Bool(*value),
        Yaml::Value(Scalar::Integer(value)) => Value::from(*value),
        Yaml::Value(Scalar::FloatingPoint(value)) => Value::from(value.into_inner()),
        Yaml::Value(Scalar::String(value)) => Value::from(value.as_ref()),
        Yaml::Representation(value, ..) => Value::from(value.as_ref()),
        Yaml::Tagged(_, value) => to_json(value, depth - 1),
        Yaml::Sequence(items) => items.iter().map(|item| to_json(item, depth - 1)).collect(),
        Yaml::Mapping(items) => items
            .iter()
            .filter_map(|(key, value)| Some((key_text(key)?, to_json(value, depth - 1))))
            .collect::<serde_json::Map<String, Value>>()
            .into(),
        _ => Value::Null,
    }
}

fn key_text(key: &Yaml<'_>) -> Option<String> {
    match to_json(key, 1) {
        Value::String(text) => Some(text),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
        other => Some(other.to_string()),
    }
}

//! Routes of OpenAPI 3 and Swagger 2 files.
//!
//! **Invariants**
//! - References are followed inside the file only, and to a bounded depth.

use serde_json::Value;

use super::model::{Body, Method, Need, Object, Route, Shape, Spot, UrlPath};
use super::url::{Style, route_path};
use super::world::Description;
use crate::project::yaml::yaml;

/// References and parts inside one another that are followed.
const MAX_NESTING: u32 = 10;
/// Longer files of YAML are not read: reading them takes too long.
const MAX_YAML: usize = 3 << 20;
/// Schemas looked at for one file.
const MAX_SCHEMAS: u32 = 200_000;
/// More routes of one file are cut.
const MAX_ROUTES: usize = 5_000;

/// Reads the routes of a file; none where it does not parse.
pub(crate) fn read(description: &Description, routes: &mut Vec<Route>) -> bool {
    let text = &description.text;
    let parsed = if description.path.ends_with(".json") {
        serde_json::from_str(text).ok()
    } else if text.len() <= MAX_YAML {
        yaml(text).ok()
    } else {
        None
    };
    let Some(root) = parsed else { return false };
    let Some(paths) = root.get("paths").and_then(Value::as_object) else { return true };
    let mut reader = Reader { root: &root, left: MAX_SCHEMAS };
    let base = base(&root);
    let lines = Lines::of(text);
    for (written, item) in paths {
        let at = lines.of_path(written);
        for (verb, operation) in item.as_object().into_iter().flatten() {
            let Some(method) = Method::of(verb).filter(|method| *method != Method::Any) else {
                continue;
            };
            if routes.len() >= MAX_ROUTES {
                return true;
            }
            let spot = Spot { path: description.path.clone(), line: lines.of_method(at, verb) };
            let path = base.join(&route_path(written, Style::Brace));
            let body = reader.body(operation, item);
            routes.push(Route { framework: "openapi", method, path, spot, body, is_page: false });
        }
    }
    true
}

/// The path of the first server.
fn base(root: &Value) -> UrlPath {
    if let Some(base) = root.get("basePath").and_then(Value::as_str) {
        return route_path(base, Style::Brace);
    }
    let url = root.pointer("/servers/0/url").and_then(Value::as_str).unwrap_or("");
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or(""),
        None => url,
    };
    route_path(path, Style::Brace)
}

/// Where the keys of a file stand.
struct Lines<'t>(Vec<&'t str>);

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Lines<'t> {
        Lines(text.lines().collect())
    }

    fn is_key(line: &str, key: &str) -> bool {
        let line = line.trim_start().trim_start_matches(['{', ' ']);
        let rest = line.strip_prefix(['"', '\'']).unwrap_or(line).strip_prefix(key);
        rest.is_some_and(|rest| rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':'))
    }

    fn find(&self, from: usize, key: &str) -> Option<usize> {
        (from..self.0.len()).find(|&at| Self::is_key(self.0[at], key))
    }

    fn of_path(&self, path: &str) -> usize {
        self.find(0, path).unwrap_or(0)
    }

    fn of_method(&self, from: usize, verb: &str) -> u32 {
        let at = self.find(from, verb).unwrap_or(from);
        u32::try_from(at + 1).unwrap_or(u32::MAX)
    }
}

struct Reader<'v> {
    root: &'v Value,
    left: u32,
}

impl<'v> Reader<'v> {
    fn body(&mut self, operation: &'v Value, item: &'v Value) -> Body {
        let request = self.referred(operation.get("requestBody")).and_then(content);
        let request = request.or_else(|| {
            let all = [operation.get("parameters"), item.get("parameters")];
            let mut all = all.into_iter().flatten().filter_map(Value::as_array).flatten();
            all.find(|one| one.get("in").and_then(Value::as_str) == Some("body"))?.get("schema")
        });
        let responses = operation.get("responses").and_then(Value::as_object);
        let good = responses.and_then(|all| {
            let is_good = |code: &str| code.starts_with('2') || code == "default";
            all.iter().find(|(code, _)| is_good(code)).map(|(_, one)| one)
        });
        let good = self.referred(good);
        let response = good.and_then(|one| content(one).or_else(|| one.get("schema")));
        let mut of = |schema: Option<&'v Value>| {
            schema.map_or(Shape::Unknown, |one| self.shape(one, MAX_NESTING))
        };
        Body { request: of(request), response: of(response) }
    }

    fn referred(&self, value: Option<&'v Value>) -> Option<&'v Value> {
        let mut value = value?;
        for _ in 0..MAX_NESTING {
            match value.get("$ref").and_then(Value::as_str) {
                Some(reference) => value = self.root.pointer(reference.strip_prefix('#')?)?,
                None => return Some(value),
            }
        }
        None
    }

    fn shape(&mut self, schema: &'v Value, depth: u32) -> Shape {
        let Some(depth) = depth.checked_sub(1).filter(|_| self.left > 0) else {
            return Shape::Unknown;
        };
        self.left -= 1;
        let Some(schema) = self.referred(Some(schema)) else { return Shape::Unknown };
        if let Some(items) = schema.get("items") {
            return self.shape(items, depth);
        }
        if let Some(all) = schema.get("allOf").and_then(Value::as_array) {
            let mut object = Object::default();
            for part in all {
                object.include(&self.shape(part, depth));
            }
            if schema.get("properties").is_some() {
                object.include(&self.properties(schema, depth));
            }
            return Shape::of(object);
        }
        for name in ["oneOf", "anyOf"] {
            if let Some(all) = schema.get(name).and_then(Value::as_array) {
                let real: Vec<&Value> = all
                    .iter()
                    .filter(|one| one.get("type").and_then(Value::as_str) != Some("null"))
                    .collect();
                return Shape::either(real.into_iter().map(|one| self.shape(one, depth)).collect());
            }
        }
        if schema.get("properties").is_some() {
            self.properties(schema, depth)
        } else {
            Shape::Unknown
        }
    }

    fn properties(&mut self, schema: &'v Value, depth: u32) -> Shape {
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let mut object = Object { open: false, ..Object::default() };
        for (name, inner) in
            schema.get("properties").and_then(Value::as_object).into_iter().flatten()
        {
            let need =
                if required.contains(&name.as_str()) { Need::Required } else { Need::Optional };
            object.add(name, need, self.shape(inner, depth));
        }
        let more = schema.get("additionalProperties");
        object.open = more.is_some_and(|more| *more != Value::Bool(false));
        Shape::of(object)
    }
}

/// The schema of a body's JSON.
fn content(body: &Value) -> Option<&Value> {
    let content = body.get("content")?.as_object()?;
    let json = content.iter().find(|(kind, _)| kind.contains("json"));
    json.or_else(|| content.iter().next())?.1.get("schema")
}

//! Rust: texts, handlers and types that serde writes.

pub(crate) mod actix;
pub(crate) mod axum;
pub(crate) mod client;

use super::model::{Body, Need, Object, Shape};
use super::python::models::camel;
pub(crate) use super::syntax::arguments;
use super::syntax::{At, Source};
use super::world::World;

/// Types inside one another that are followed.
const MAX_NESTING: u32 = 8;
/// Types that stand for what they hold.
const HOLDERS: &[&str] = &[
    "Vec",
    "Option",
    "Box",
    "Arc",
    "Rc",
    "Json",
    "Result",
    "ApiResult",
    "HashSet",
    "BTreeSet",
    "VecDeque",
    "ApiJson",
    "ValidatedJson",
    "Valid",
    "AppResult",
    "AppJson",
    "JsonResponse",
    "Cow",
];

/// One file, and the world around it.
#[derive(Clone, Copy)]
pub(crate) struct Rs<'s, 'r, 'q> {
    pub(crate) world: &'s World<'r, 'q>,
    pub(crate) source: &'s Source,
}

/// A longer chain of calls is not followed.
const MAX_CHAIN: usize = 500;

/// The value that a chain of calls begins with. What is `through` is looked through.
fn chain_start<'s>(at: At<'s>, through: &[&str]) -> At<'s> {
    let mut at = at;
    for _ in 0..MAX_CHAIN {
        let inner = match at.kind() {
            "call_expression" => method_call(at).map(|(_, of)| of),
            kind if through.contains(&kind) => at.first(),
            _ => None,
        };
        match inner {
            Some(inner) => at = inner,
            None => return at,
        }
    }
    at
}

/// It stands in a module of tests.
pub(crate) fn is_in_tests(at: At<'_>) -> bool {
    at.around().any(|up| {
        up.kind() == "mod_item" && up.field("name").is_some_and(|name| name.text() == "tests")
    })
}

/// The method and receiver of a call `receiver.method(…)`.
pub(crate) fn method_call(call: At<'_>) -> Option<(&str, At<'_>)> {
    let function = call.field("function").filter(|one| one.kind() == "field_expression")?;
    Some((function.field("field")?.text(), function.field("value")?))
}

/// The name of a function without turbofish.
pub(crate) fn callee(call: At<'_>) -> &str {
    let function = call.field("function");
    let inner = function.and_then(|one| one.field("function")).or(function);
    inner.map_or("", At::text)
}

impl<'s, 'r, 'q> Rs<'s, 'r, 'q> {
    pub(crate) fn path(self) -> &'s str {
        &self.source.path
    }

    /// A text that is written down, or a constant that holds one.
    pub(crate) fn text(self, at: At<'s>) -> Option<String> {
        match at.kind() {
            "string_literal" | "raw_string_literal" => Some(at.unquoted().to_owned()),
            "reference_expression" => self.text(at.first()?),
            "identifier" | "scoped_identifier" => {
                self.world.with_definition(self.path(), &at.chain()?, |_, name| {
                    let value = name.parent()?.field("value")?;
                    value
                        .is(&["string_literal", "raw_string_literal"])
                        .then(|| value.unquoted().to_owned())
                })
            }
            "macro_invocation" => {
                // `concat!("/api", "/users")`
                let is_concat = at.field("macro").is_some_and(|name| name.text() == "concat");
                is_concat.then(|| at.all("string_literal").map(At::unquoted).collect())
            }
            _ => None,
        }
    }

    /// What a handler takes and gives.
    pub(crate) fn handler_body(self, handler: At<'s>) -> Body {
        let handler = if handler.kind() == "generic_function" {
            handler.field("function").unwrap_or(handler)
        } else {
            handler
        };
        if handler.kind() == "closure_expression" {
            return Body::default();
        }
        let Some(names) = handler.chain() else { return Body::default() };
        let found = self.world.with_definition(self.path(), &names, |source, name| {
            let function = name.parent().filter(|one| one.kind() == "function_item")?;
            Some(Rs { world: self.world, source }.function_body(function))
        });
        found.unwrap_or_default()
    }

    /// What a function takes and gives.
    pub(crate) fn function_body(self, function: At<'s>) -> Body {
        let mut request = Shape::Unknown;
        for param in function.field("parameters").map(At::children).unwrap_or_default() {
            let Some(typed) = param.field("type").filter(|one| one.kind() == "generic_type") else {
                continue;
            };
            let name = typed.field("type").map_or("", At::text);
            let last = name.rsplit("::").next().unwrap_or(name);
            if last.contains("Json") || last == "Valid" {
                request = self.type_shape(typed);
            }
        }
        let response = match function.field("return_type") {
            Some(typed) => self.response(typed, function),
            None => Shape::Unknown,
        };
        Body { request, response }
    }

    /// The `Json<T>` in a type, or what is put in one.
    fn response(self, typed: At<'s>, function: At<'s>) -> Shape {
        let json = typed.all("generic_type").find(|one| {
            one.field("type").is_some_and(|name| {
                name.text().rsplit("::").next().is_some_and(|last| last.contains("Json"))
            })
        });
        if let Some(json) = json {
            let shape = self.type_shape(json);
            if shape.is_known() {
                return shape;
            }
        }
        if let Some(shape) = self.aliased(typed) {
            return shape;
        }
        let Some(body) = function.field("body") else { return Shape::Unknown };
        let mut given = Vec::new();
        for call in body.all("call_expression") {
            let is_json = callee(call).rsplit("::").next() == Some("Json")
                || method_call(call)
                    .is_some_and(|(name, of)| name == "json" && !is_failure(of.text()));
            let Some(value) = arguments(call).into_iter().next().filter(|_| is_json) else {
                continue;
            };
            given.push(self.value_shape(value, MAX_NESTING));
        }
        Shape::either(given)
    }

    /// `type Answer<T> = Result<Json<T>, Failure>`: what stands for `T`, or the
    /// `Json` of the alias itself.
    fn aliased(self, typed: At<'s>) -> Option<Shape> {
        let named = typed.descendants().filter(|one| one.is(&["generic_type", "type_identifier"]));
        named.into_iter().find_map(|used| {
            let name = used.field("type").unwrap_or(used);
            let read = |source: &Source, name: At<'_>| {
                let rs = Rs { world: self.world, source };
                let alias = name.parent().filter(|one| one.kind() == "type_item")?;
                let json = alias.field("type")?.all("generic_type").find(|one| {
                    one.field("type").is_some_and(|name| name.text().ends_with("Json"))
                })?;
                let inner = json.field("type_arguments")?.first()?;
                let params = alias.field("type_parameters").map(At::children).unwrap_or_default();
                let at = params
                    .iter()
                    .position(|param| param.field("name").unwrap_or(*param).text() == inner.text());
                Some(at.map_or_else(|| Err(rs.type_shape(inner)), Ok))
            };
            match self.world.with_definition(self.path(), &name.chain()?, read)? {
                Ok(at) => {
                    let given = used.field("type_arguments")?.children();
                    Some(self.type_shape(*given.get(at)?))
                }
                Err(shape) => Some(shape),
            }
        })
    }

    fn value_shape(self, at: At<'s>, depth: u32) -> Shape {
        let Some(depth) = depth.checked_sub(1) else { return Shape::Unknown };
        match at.kind() {
            "reference_expression"
            | "await_expression"
            | "try_expression"
            | "parenthesized_expression" => {
                at.first().map_or(Shape::Unknown, |one| self.value_shape(one, depth))
            }
            "struct_expression" => {
                at.field("name").map_or(Shape::Unknown, |name| self.type_shape(name))
            }
            "macro_invocation"
                if at.text().starts_with("json!") || at.text().starts_with("serde_json::json!") =>
            {
                at.child("token_tree").map_or(Shape::Unknown, |tree| json_macro(tree, depth))
            }
            "identifier" => {
                let Some(around) = at.inside(&["function_item"]).and_then(|one| one.field("body"))
                else {
                    return Shape::Unknown;
                };
                let named = around.all("let_declaration").find(|one| {
                    one.field("pattern").is_some_and(|pattern| {
                        pattern.text().trim_start_matches("mut ") == at.text()
                    })
                });
                let Some(named) = named else { return Shape::Unknown };
                let typed =
                    named.field("type").map(|typed| self.type_shape(typed)).unwrap_or_default();
                typed.or(|| {
                    named
                        .field("value")
                        .map_or(Shape::Unknown, |value| self.value_shape(value, depth))
                })
            }
            "call_expression" => {
                // `User::new(…)`
                let name = callee(at);
                match name.rsplit_once("::") {
                    Some((class, "new" | "from" | "default")) => {
                        self.shape_named(&[class.rsplit("::").next().unwrap_or(class)], depth)
                    }
                    _ => Shape::Unknown,
                }
            }
            _ => Shape::Unknown,
        }
    }

    /// The shape of a type that is written down.
    pub(crate) fn type_shape(self, at: At<'s>) -> Shape {
        self.shape_of_type(at, MAX_NESTING)
    }

    fn shape_of_type(self, at: At<'s>, depth: u32) -> Shape {
        let Some(depth) = depth.checked_sub(1) else { return Shape::Unknown };
        match at.kind() {
            "generic_type" => {
                let name = at.field("type").map_or("", At::text);
                let last = name.rsplit("::").next().unwrap_or(name);
                let inner = at.field("type_arguments").and_then(|all| {
                    all.children().into_iter().find(|one| one.kind() != "lifetime")
                });
                if HOLDERS.contains(&last) || last.contains("Json") {
                    return inner.map_or(Shape::Unknown, |one| self.shape_of_type(one, depth));
                }
                at.field("type").map_or(Shape::Unknown, |name| self.shape_of_type(name, depth))
            }
            "reference_type" | "array_type" | "slice_type" => at
                .children()
                .into_iter()
                .rfind(|one| one.kind() != "lifetime")
                .map_or(Shape::Unknown, |one| self.shape_of_type(one, depth)),
            "tuple_type" => Shape::Unknown,
            "type_identifier" | "scoped_type_identifier" | "identifier" => {
                at.chain().map_or(Shape::Unknown, |names| self.shape_named(&names, depth))
            }
            _ => Shape::Unknown,
        }
    }

    fn shape_named(self, names: &[&str], depth: u32) -> Shape {
        let found = self.world.with_definition(self.path(), names, |source, name| {
            let rs = Rs { world: self.world, source };
            let declared = name.parent()?;
            match declared.kind() {
                "struct_item" => Some(rs.struct_shape(declared, depth)),
                "type_item" => declared.field("type").map(|typed| rs.shape_of_type(typed, depth)),
                _ => None,
            }
        });
        found.unwrap_or_default()
    }

    fn struct_shape(self, item: At<'s>, depth: u32) -> Shape {
        let Some(body) = item.field("body").filter(|body| body.kind() == "field_declaration_list")
        else {
            return Shape::Unknown;
        };
        let mut above = Attributes::default();
        let mut up = item.node.prev_named_sibling();
        while let Some(node) = up.filter(|node| {
            matches!(node.kind(), "attribute_item" | "line_comment" | "block_comment")
        }) {
            above.add(self.source.text.get(node.byte_range()).unwrap_or(""));
            up = node.prev_named_sibling();
        }
        let mut object = Object::default();
        let mut own = Attributes::default();
        for member in body.children() {
            match member.kind() {
                "attribute_item" => own.add(member.text()),
                "field_declaration" => {
                    let about = std::mem::take(&mut own);
                    let (Some(name), Some(typed)) = (member.field("name"), member.field("type"))
                    else {
                        continue;
                    };
                    if about.is_skipped {
                        continue;
                    }
                    let shape = self.shape_of_type(typed, depth);
                    if about.is_flat {
                        object.include(&shape);
                        continue;
                    }
                    let name = name.text().trim_start_matches("r#");
                    let written =
                        about.rename.unwrap_or_else(|| cased(name, above.rename_all.as_deref()));
                    let may_miss = about.has_default
                        || above.has_default
                        || typed.text().starts_with("Option<");
                    object.add(
                        &written,
                        if may_miss { Need::Optional } else { Need::Required },
                        shape,
                    );
                }
                _ => {}
            }
        }
        Shape::of(object)
    }
}

/// What serde's attributes say.
#[derive(Default)]
struct Attributes {
    rename: Option<String>,
    rename_all: Option<String>,
    has_default: bool,
    is_skipped: bool,
    is_flat: bool,
}

impl Attributes {
    fn add(&mut self, text: &str) {
        if !text.contains("serde") {
            return;
        }
        let quoted = |name: &str| {
            let rest = text.split_once(name)?.1.trim_start().strip_prefix('=')?;
            Some(rest.split('"').nth(1)?.to_owned())
        };
        if let Some(all) = quoted("rename_all") {
            self.rename_all = Some(all);
        } else if let Some(one) = quoted("rename") {
            self.rename = Some(one);
        }
        let inner = text.split_once("serde").map_or("", |(_, rest)| rest);
        let words: Vec<&str> = inner.split([',', '(', ')', ']', ' ', '=']).collect();
        self.has_default |= words.contains(&"default");
        self.is_skipped |= words.contains(&"skip");
        self.is_flat |= words.contains(&"flatten");
    }
}

fn cased(name: &str, style: Option<&str>) -> String {
    match style {
        Some("camelCase") => camel(name),
        Some("PascalCase") => {
            let camel = camel(name);
            let mut chars = camel.chars();
            chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
        }
        Some("kebab-case") => name.replace('_', "-"),
        Some("SCREAMING_SNAKE_CASE" | "UPPERCASE") => name.to_ascii_uppercase(),
        _ => name.to_owned(),
    }
}

fn is_failure(receiver: &str) -> bool {
    [
        "BadRequest",
        "NotFound",
        "Unauthorized",
        "Forbidden",
        "InternalServerError",
        "Conflict",
        "UnprocessableEntity",
    ]
    .iter()
    .any(|one| receiver.contains(one))
}

/// The keys of `json!({ "a": 1 })`.
fn json_macro(tree: At<'_>, depth: u32) -> Shape {
    let Some(depth) = depth.checked_sub(1) else { return Shape::Unknown };
    let inner = tree.children();
    let braces = if tree.text().starts_with('{') {
        Some(tree)
    } else {
        inner.first().copied().filter(|one| one.kind() == "token_tree")
    };
    let Some(braces) = braces else { return Shape::Unknown };
    if braces.text().starts_with('[') || braces.text().starts_with('(') {
        return json_macro(braces, depth);
    }
    let mut object = Object::default();
    let all = braces.children();
    for (at, key) in all.iter().enumerate() {
        let is_key = key.kind() == "string_literal" && {
            let after = braces.text().get(key.node.end_byte() - braces.start()..).unwrap_or("");
            after.trim_start().starts_with(':')
        };
        if is_key {
            let value = all.get(at + 1).filter(|one| one.kind() == "token_tree");
            object.add(
                key.unquoted(),
                Need::Required,
                value.map_or(Shape::Unknown, |value| json_macro(*value, depth)),
            );
        }
    }
    Shape::of(object)
}

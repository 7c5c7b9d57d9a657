//! Classes and records of Java as Jackson writes them.

use super::super::model::{Need, Object, Shape};
use super::super::syntax::At;
use super::{Java, annotations, element};

/// Types inside one another that are followed.
const MAX_NESTING: u32 = 8;
/// Types that stand for what they hold.
const HOLDERS: &[&str] = &[
    "ResponseEntity",
    "List",
    "Set",
    "Collection",
    "Optional",
    "Mono",
    "Flux",
    "Iterable",
    "CompletableFuture",
    "HttpEntity",
    "Call",
    "Stream",
    "ArrayList",
    "DeferredResult",
    "Callable",
];

/// What type parameters stand for.
type Bound<'b> = &'b [(String, Shape)];

impl<'s> Java<'s, '_, '_> {
    /// The shape of a type that is written down.
    pub(crate) fn type_shape(self, at: At<'s>) -> Shape {
        self.shape_of_type(at, &[], MAX_NESTING)
    }

    fn shape_of_type(self, at: At<'s>, bound: Bound<'_>, depth: u32) -> Shape {
        let Some(depth) = depth.checked_sub(1) else { return Shape::Unknown };
        match at.kind() {
            "generic_type" => {
                let parts = at.children();
                let Some(name) = parts.first() else { return Shape::Unknown };
                let types = at.child("type_arguments").map(At::children).unwrap_or_default();
                let last = name.text().rsplit('.').next().unwrap_or("");
                if HOLDERS.contains(&last) {
                    return types
                        .first()
                        .map_or(Shape::Unknown, |one| self.shape_of_type(*one, bound, depth));
                }
                let shapes: Vec<Shape> =
                    types.iter().map(|one| self.shape_of_type(*one, bound, depth)).collect();
                self.class_named(*name, &shapes, depth)
            }
            "array_type" => at
                .field("element")
                .map_or(Shape::Unknown, |one| self.shape_of_type(one, bound, depth)),
            "wildcard" => {
                at.first().map_or(Shape::Unknown, |one| self.shape_of_type(one, bound, depth))
            }
            "type_identifier" | "scoped_type_identifier" => {
                match bound.iter().find(|(name, _)| name == at.text()) {
                    Some((_, shape)) => shape.clone(),
                    None => self.class_named(at, &[], depth),
                }
            }
            _ => Shape::Unknown,
        }
    }

    fn class_named(self, name: At<'s>, given: &[Shape], depth: u32) -> Shape {
        let Some(names) = name.chain() else { return Shape::Unknown };
        // One that is declared in the same file comes first.
        if let [name] = names.as_slice() {
            let own = self.source.root().descendants().find(|one| {
                one.is(&["record_declaration", "class_declaration"])
                    && one.field("name").is_some_and(|known| known.text() == *name)
            });
            if let Some(own) = own {
                return self.class_shape(own, given, depth);
            }
        }
        let found = self.world.with_definition(self.path(), &names, |source, name| {
            Some(Java { world: self.world, source }.class_shape(name.parent()?, given, depth))
        });
        found.unwrap_or_default()
    }

    fn class_shape(self, class: At<'s>, given: &[Shape], depth: u32) -> Shape {
        let Some(depth) = depth.checked_sub(1) else { return Shape::Unknown };
        let names = class.field("type_parameters").map(At::children).unwrap_or_default();
        let names = names.into_iter().filter_map(|one| Some(one.first()?.text().to_owned()));
        let bound: Vec<(String, Shape)> =
            names.zip(given.iter().cloned().chain(std::iter::repeat(Shape::Unknown))).collect();
        let is_snake = annotations(class)
            .iter()
            .any(|(name, at)| *name == "JsonNaming" && at.text().contains("SnakeCase"));
        let mut object = Object::default();
        match class.kind() {
            "record_declaration" => {
                for param in class.field("parameters").map(At::children).unwrap_or_default() {
                    if let (Some(name), Some(typed)) = (param.field("name"), param.field("type")) {
                        self.field(param, name, typed, is_snake, &bound, &mut object, depth);
                    }
                }
            }
            "class_declaration" => {
                let base = class.field("superclass").and_then(At::first);
                if let Some(base) = base {
                    object.include(&self.shape_of_type(base, &bound, depth));
                }
                for field in class.field("body").map(At::children).unwrap_or_default() {
                    let is_field = field.kind() == "field_declaration";
                    let modifiers = field.child("modifiers");
                    let is_left = modifiers
                        .is_some_and(|all| all.has_token("static") || all.has_token("transient"));
                    let (Some(typed), Some(declared)) =
                        (field.field("type"), field.field("declarator"))
                    else {
                        continue;
                    };
                    if let Some(name) = declared.field("name").filter(|_| is_field && !is_left) {
                        self.field(field, name, typed, is_snake, &bound, &mut object, depth);
                    }
                }
            }
            _ => return Shape::Unknown,
        }
        // One without fields may have getters only.
        if object.fields.is_empty() { Shape::Unknown } else { Shape::of(object) }
    }

    #[expect(clippy::too_many_arguments, reason = "a field is what its class, type and name say")]
    fn field(
        self,
        at: At<'s>,
        name: At<'s>,
        typed: At<'s>,
        is_snake: bool,
        bound: Bound<'_>,
        object: &mut Object,
        depth: u32,
    ) {
        let about = annotations(at);
        let has = |wanted: &[&str]| about.iter().any(|(name, _)| wanted.contains(name));
        if has(&["JsonIgnore", "Transient"]) {
            return;
        }
        let told = about
            .iter()
            .find(|(name, _)| matches!(*name, "JsonProperty" | "SerializedName" | "Json"));
        let told = told.and_then(|(_, at)| element(*at, "value").or_else(|| element(*at, "name")));
        let plain = || if is_snake { snake(name.text()) } else { name.text().to_owned() };
        let written = told.map_or_else(plain, |one| one.unquoted().to_owned());
        let need =
            if has(&["NotNull", "NotBlank", "NotEmpty"]) { Need::Required } else { Need::Likely };
        object.add(&written, need, self.shape_of_type(typed, bound, depth));
    }
}

/// `userName` as `user_name`.
fn snake(name: &str) -> String {
    let mut all = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !all.is_empty() {
            all.push('_');
        }
        all.extend(c.to_lowercase());
    }
    all
}

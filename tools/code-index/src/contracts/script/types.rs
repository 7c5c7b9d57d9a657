//! Types of TypeScript as shapes: interfaces, aliases, classes, and schemas of
//! validators that stand for a type.

use super::super::model::{Need, Object, Shape};
use super::super::syntax::At;
use super::{MAX_DEPTH, Script, arguments, bare, property};

/// What type parameters stand for.
pub(crate) type Bound<'b> = &'b [(String, Shape)];

/// Types inside types that are followed: a list of lists of users.
const MAX_NESTING: u32 = 8;

impl<'s, 'r, 'q> Script<'s, 'r, 'q> {
    /// The shape of a type that is written down.
    pub(crate) fn type_shape(self, at: At<'s>) -> Shape {
        self.shape_of_type(at, &[], MAX_NESTING)
    }

    fn shape_of_type(self, at: At<'s>, bound: Bound<'_>, depth: u32) -> Shape {
        let Some(depth) = depth.checked_sub(1) else { return Shape::Unknown };
        let inner = |at: Option<At<'s>>| {
            at.map_or(Shape::Unknown, |at| self.shape_of_type(at, bound, depth))
        };
        match at.kind() {
            "array_type" | "parenthesized_type" | "readonly_type" | "type_annotation"
            | "optional_type" => inner(at.children().into_iter().last()),
            "object_type" | "interface_body" => Shape::of(self.members(at, bound, depth)),
            "union_type" => self.union(at, bound, depth),
            "intersection_type" => {
                let mut all = Object::default();
                for part in at.children() {
                    all.include(&self.shape_of_type(part, bound, depth));
                }
                Shape::of(all)
            }
            "generic_type" => self.generic(at, bound, depth),
            "type_identifier" | "nested_type_identifier" | "identifier" => {
                match bound.iter().find(|(name, _)| name == at.text()) {
                    Some((_, shape)) => shape.clone(),
                    None => self.type_named(at, &[], depth),
                }
            }
            "lookup_type" => {
                let parts = at.children();
                let of = inner(parts.first().copied());
                match parts.get(1).map(|index| index.text().trim_matches(['\'', '"'])) {
                    Some("number") => of,
                    Some(name) => of.field(name),
                    None => Shape::Unknown,
                }
            }
            _ => Shape::Unknown,
        }
    }

    fn union(self, at: At<'s>, bound: Bound<'_>, depth: u32) -> Shape {
        let mut parts = Vec::new();
        let mut open = vec![at];
        while let Some(one) = open.pop() {
            if one.kind() == "union_type" {
                open.extend(one.children());
            } else if !matches!(one.text(), "null" | "undefined" | "void") {
                parts.push(one);
            }
        }
        Shape::either(parts.into_iter().map(|one| self.shape_of_type(one, bound, depth)).collect())
    }

    fn members(self, body: At<'s>, bound: Bound<'_>, depth: u32) -> Object {
        let mut object = Object::default();
        for member in body.children() {
            match member.kind() {
                "property_signature" | "public_field_definition" => {
                    let Some(name) = member.field("name") else { continue };
                    let is_hidden = ["static", "private"].iter().any(|word| member.has_token(word));
                    if is_hidden || member.text().starts_with("static ") {
                        continue;
                    }
                    let written = member.field("type").and_then(At::first);
                    let shape = written.map_or(Shape::Unknown, |written| {
                        self.shape_of_type(written, bound, depth)
                    });
                    let is_function =
                        written.is_some_and(|written| written.kind() == "function_type");
                    let may_miss = written.is_some_and(|written| {
                        written.text().split('|').any(|part| part.trim() == "undefined")
                    });
                    let need = if member.has_token("?") || may_miss {
                        Need::Optional
                    } else {
                        Need::Required
                    };
                    if !is_function {
                        object.add(name.unquoted(), need, shape);
                    }
                }
                "index_signature" => object.open = true,
                _ => {}
            }
        }
        object
    }

    fn generic(self, at: At<'s>, bound: Bound<'_>, depth: u32) -> Shape {
        let Some(name) = at.field("name") else { return Shape::Unknown };
        let types = at.field("type_arguments").map(At::children).unwrap_or_default();
        let of = |number: usize| {
            types.get(number).map_or(Shape::Unknown, |one| self.shape_of_type(*one, bound, depth))
        };
        match name.text() {
            "Array" | "Promise" | "ReadonlyArray" | "Readonly" | "NonNullable" | "Awaited"
            | "Observable" | "Ref" | "Required" | "Set" | "Signal" => of(0),
            "AxiosResponse" | "Record" | "Map" | "Response" => Shape::Unknown,
            "Partial" | "DeepPartial" => weakened(&of(0)),
            "Pick" | "Omit" => {
                let names: Vec<&str> = types
                    .get(1)
                    .map(|keys| keys.all("string").map(At::unquoted).collect())
                    .unwrap_or_default();
                picked(&of(0), &names, name.text() == "Pick")
            }
            "z.infer" | "z.input" | "z.output" | "z.TypeOf" | "Static" | "InferType"
            | "yup.InferType" => {
                let schema = types.first().and_then(|one| one.first());
                schema.map_or(Shape::Unknown, |schema| self.schema(schema, MAX_NESTING))
            }
            _ => {
                let shapes: Vec<Shape> = (0..types.len()).map(of).collect();
                self.type_named(name, &shapes, depth)
            }
        }
    }

    /// The shape of a type by its name, with arguments.
    fn type_named(self, name: At<'s>, given: &[Shape], depth: u32) -> Shape {
        let Some(names) = name.chain() else { return Shape::Unknown };
        if let [name] = names.as_slice()
            && let Some(declared) = self.declared_type(name)
        {
            return self.declared_shape(declared, given, depth);
        }
        let found = self.world.with_definition(&self.source.path, &names, |source, at| {
            let script = Script { world: self.world, source };
            let declared = at.parent()?;
            Some(script.declared_shape(declared, given, depth))
        });
        found.unwrap_or_default()
    }

    fn declared_type(self, name: &str) -> Option<At<'s>> {
        let is_named = |one: &At<'s>| {
            one.is(&["interface_declaration", "type_alias_declaration", "class_declaration"])
                && one.field("name").is_some_and(|known| known.text() == name)
        };
        let tops = self.source.root().children().into_iter();
        let tops = tops.map(|one| match one.kind() {
            "export_statement" => one.field("declaration").unwrap_or(one),
            _ => one,
        });
        tops.into_iter().find(is_named)
    }

    fn declared_shape(self, declared: At<'s>, given: &[Shape], depth: u32) -> Shape {
        let Some(depth) = depth.checked_sub(1) else { return Shape::Unknown };
        let names = declared.field("type_parameters").map(At::children).unwrap_or_default();
        let bound: Vec<(String, Shape)> = names
            .iter()
            .filter_map(|one| Some(one.field("name")?.text().to_owned()))
            .zip(given.iter().cloned().chain(std::iter::repeat(Shape::Unknown)))
            .collect();
        match declared.kind() {
            "type_alias_declaration" => declared
                .field("value")
                .map_or(Shape::Unknown, |value| self.shape_of_type(value, &bound, depth)),
            "interface_declaration" | "class_declaration" => {
                let mut object = Object::default();
                for clause in declared.children() {
                    if clause.is(&["extends_type_clause", "extends_clause", "class_heritage"]) {
                        let bases = clause.children().into_iter().filter(|one| {
                            one.is(&[
                                "type_identifier",
                                "generic_type",
                                "nested_type_identifier",
                                "identifier",
                            ])
                        });
                        for base in bases {
                            object.include(&self.shape_of_type(base, &bound, depth));
                        }
                    }
                }
                let body = declared.field("body");
                let own = body.map(|body| self.members(body, &bound, depth)).unwrap_or_default();
                object.include(&Shape::of(own));
                Shape::of(object)
            }
            _ => Shape::Unknown,
        }
    }

    /// The shape that a validator describes: `z.object({…})`, `Type.Object`, JSON schema.
    pub(crate) fn schema(self, at: At<'s>, depth: u32) -> Shape {
        let Some(depth) = depth.checked_sub(1) else { return Shape::Unknown };
        let at = bare(at);
        match at.kind() {
            "identifier" | "member_expression" => self
                .with_value(at, MAX_DEPTH.min(6), &|script, value| {
                    (value.kind() == "call_expression" || value.kind() == "object")
                        .then(|| script.schema(value, depth))
                })
                .unwrap_or_default(),
            "object" => self.json_schema(at, depth),
            "call_expression" => {
                let Some(function) = at.function() else { return Shape::Unknown };
                let name = function.field("property").map_or(function.text(), At::text);
                let parts = arguments(at);
                let of =
                    || function.field("object").map_or(Shape::Unknown, |of| self.schema(of, depth));
                match name {
                    "object" | "strictObject" | "Object" | "shape" => {
                        let Some(fields) = parts.first().filter(|one| one.kind() == "object")
                        else {
                            return Shape::Unknown;
                        };
                        Shape::of(self.schema_fields(*fields, depth))
                    }
                    "looseObject" | "passthrough" | "catchall" => Shape::Unknown,
                    "array" | "Array" => {
                        parts.first().map_or_else(of, |one| self.schema(*one, depth))
                    }
                    "partial" => weakened(&of()),
                    "extend" | "merge" => {
                        let mut all = Object::default();
                        all.include(&of());
                        match parts.first() {
                            Some(more) if more.kind() == "object" => {
                                all.include(&Shape::of(self.schema_fields(*more, depth)));
                            }
                            Some(more) => all.include(&self.schema(*more, depth)),
                            None => {}
                        }
                        Shape::of(all)
                    }
                    "pick" | "omit" => {
                        let keys = parts.first().map(|one| {
                            one.all("property_identifier").map(At::text).collect::<Vec<&str>>()
                        });
                        picked(&of(), &keys.unwrap_or_default(), name == "pick")
                    }
                    _ => of(),
                }
            }
            _ => Shape::Unknown,
        }
    }

    fn schema_fields(self, fields: At<'s>, depth: u32) -> Object {
        let mut object = Object::default();
        for pair in fields.children() {
            let (Some(key), Some(value)) = (pair.field("key"), pair.field("value")) else {
                object.open |= pair.kind() == "spread_element";
                continue;
            };
            let text = value.text();
            let optional = [".optional(", ".nullish(", ".default(", "Type.Optional("]
                .iter()
                .any(|mark| text.contains(mark));
            let need = if optional { Need::Optional } else { Need::Required };
            object.add(key.unquoted(), need, self.schema(value, depth));
        }
        object
    }

    /// `{ type: "object", required: […], properties: {…} }`
    fn json_schema(self, at: At<'s>, depth: u32) -> Shape {
        if let Some(items) = property(at, "items") {
            return self.schema(items, depth);
        }
        let Some(properties) = property(at, "properties").filter(|one| one.kind() == "object")
        else {
            return Shape::Unknown;
        };
        let required: Vec<&str> = property(at, "required")
            .map(|list| list.all("string").map(At::unquoted).collect())
            .unwrap_or_default();
        let mut object = Object::default();
        for pair in properties.children() {
            let (Some(key), Some(value)) = (pair.field("key"), pair.field("value")) else {
                continue;
            };
            let name = key.unquoted();
            let need = if required.contains(&name) { Need::Required } else { Need::Optional };
            object.add(name, need, self.schema(value, depth));
        }
        Shape::of(object)
    }
}

fn weakened(shape: &Shape) -> Shape {
    let Some(object) = shape.object() else { return Shape::Unknown };
    let mut object = object.clone();
    for field in &mut object.fields {
        field.need = Need::Optional;
    }
    Shape::of(object)
}

fn picked(shape: &Shape, names: &[&str], keeps: bool) -> Shape {
    let Some(object) = shape.object() else { return Shape::Unknown };
    let mut object = object.clone();
    object.fields.retain(|field| names.contains(&field.name.as_str()) == keeps);
    Shape::of(object)
}

//! The shape of a value by how it is made.

use super::super::model::{Need, Object, Shape};
use super::super::syntax::At;
use super::{Binding, FUNCTIONS, Script, annotation, arguments, params, pattern};

/// Values followed inside and behind one another.
const MAX_STEPS: u32 = 8;

impl<'s, 'r, 'q> Script<'s, 'r, 'q> {
    /// The shape of an expression.
    pub(crate) fn value_shape(self, at: At<'s>) -> Shape {
        self.shape_of_value(at, MAX_STEPS)
    }

    pub(crate) fn shape_of_value(self, at: At<'s>, depth: u32) -> Shape {
        let Some(depth) = depth.checked_sub(1) else { return Shape::Unknown };
        match at.kind() {
            "object" => Shape::of(self.object(at, depth)),
            "array" => at.first().map_or(Shape::Unknown, |one| self.shape_of_value(one, depth)),
            "parenthesized_expression" | "non_null_expression" | "await_expression" => {
                at.first().map_or(Shape::Unknown, |one| self.shape_of_value(one, depth))
            }
            "as_expression" | "satisfies_expression" => {
                let parts = at.children();
                let written = parts.get(1).map_or(Shape::Unknown, |one| self.type_shape(*one));
                written.or(|| {
                    parts.first().map_or(Shape::Unknown, |one| self.shape_of_value(*one, depth))
                })
            }
            "ternary_expression" => {
                let both = [at.field("consequence"), at.field("alternative")];
                let both = both
                    .into_iter()
                    .flatten()
                    .filter(|one| !matches!(one.text(), "null" | "undefined"));
                Shape::either(both.map(|one| self.shape_of_value(one, depth)).collect())
            }
            "identifier" | "shorthand_property_identifier" => self.shape_of_name(at, depth),
            "member_expression" => {
                let (Some(of), Some(name)) = (at.field("object"), at.field("property")) else {
                    return Shape::Unknown;
                };
                self.shape_of_value(of, depth).field(name.text())
            }
            "call_expression" => self.shape_of_call(at, depth),
            "new_expression" => Shape::Unknown,
            _ => Shape::Unknown,
        }
    }

    fn object(self, at: At<'s>, depth: u32) -> Object {
        let mut object = Object::default();
        for part in at.children() {
            match part.kind() {
                "pair" => {
                    let (Some(key), Some(value)) = (part.field("key"), part.field("value")) else {
                        continue;
                    };
                    if key.kind() == "computed_property_name" {
                        object.open = true;
                        continue;
                    }
                    if value.text() != "undefined" {
                        object.add(
                            key.unquoted(),
                            Need::Required,
                            self.shape_of_value(value, depth),
                        );
                    }
                }
                "shorthand_property_identifier" => {
                    object.add(part.text(), Need::Required, self.shape_of_value(part, depth));
                }
                "spread_element" => {
                    let shape =
                        part.first().map_or(Shape::Unknown, |one| self.shape_of_value(one, depth));
                    object.include(&shape);
                }
                "method_definition" => {}
                _ => object.open = true,
            }
        }
        object
    }

    fn shape_of_name(self, at: At<'s>, depth: u32) -> Shape {
        match self.binding(at, at.text()) {
            Some(Binding::Variable(node)) => {
                let name = node.field("name").unwrap_or(node);
                let value = node.field("value");
                if name.kind() == "identifier" {
                    if let Some(written) = annotation(node) {
                        return self.type_shape(written);
                    }
                    // `const [form, setForm] = useState(…)` is a pattern and not here.
                    return value.map_or(Shape::Unknown, |value| self.shape_of_value(value, depth));
                }
                self.shape_of_part(name, value, at.text(), depth)
            }
            Some(Binding::Param(_, param)) if pattern(param).text() == at.text() => {
                annotation(param).map_or(Shape::Unknown, |written| self.type_shape(written))
            }
            Some(Binding::Param(_, param)) => {
                // `({ id, user }: Props)`
                let whole =
                    annotation(param).map_or(Shape::Unknown, |written| self.type_shape(written));
                whole.field(at.text())
            }
            Some(Binding::Declaration(_)) => Shape::Unknown,
            None => self
                .with_value(at, 4, &|script, value| {
                    value.is(&["object", "array"]).then(|| script.shape_of_value(value, depth))
                })
                .unwrap_or_default(),
        }
    }

    /// A name inside a pattern: `const [form, setForm] = useState({…})`, `const { user } = x`.
    fn shape_of_part(
        self,
        pattern: At<'s>,
        value: Option<At<'s>>,
        name: &str,
        depth: u32,
    ) -> Shape {
        let Some(value) = value else { return Shape::Unknown };
        if pattern.kind() == "array_pattern" {
            let is_first = pattern.first().is_some_and(|first| first.text() == name);
            let is_state = value.function().is_some_and(|called| {
                matches!(
                    called.text(),
                    "useState" | "React.useState" | "useReducer" | "createSignal"
                )
            });
            if !is_first || !is_state {
                return Shape::Unknown;
            }
            if let Some(written) = value.field("type_arguments").and_then(At::first) {
                return self.type_shape(written);
            }
            let initial = arguments(value).into_iter().next();
            return initial.map_or(Shape::Unknown, |one| self.shape_of_value(one, depth));
        }
        self.shape_of_value(value, depth).field(name)
    }

    fn shape_of_call(self, at: At<'s>, depth: u32) -> Shape {
        let Some(function) = at.function() else { return Shape::Unknown };
        let parts = arguments(at);
        if let Some(name) = function.field("property") {
            let of = || {
                function.field("object").map_or(Shape::Unknown, |of| self.shape_of_value(of, depth))
            };
            match name.text() {
                "map" => {
                    let made = parts.first().filter(|one| one.is(FUNCTIONS));
                    return made.map_or(Shape::Unknown, |made| self.returned(*made, depth));
                }
                "filter" | "slice" | "sort" | "reverse" | "find" | "at" | "flat" => return of(),
                "all" if function.text() == "Promise.all" => return Shape::Unknown,
                "parse" | "parseAsync" if parts.len() == 1 && function.text() != "JSON.parse" => {
                    return function
                        .field("object")
                        .map_or(Shape::Unknown, |of| self.schema(of, depth));
                }
                "assign" if function.text() == "Object.assign" => {
                    let mut all = Object::default();
                    for part in parts {
                        all.include(&self.shape_of_value(part, depth));
                    }
                    return Shape::of(all);
                }
                _ => {}
            }
        }
        if matches!(function.text(), "ref" | "reactive" | "structuredClone" | "toRaw") {
            return parts.first().map_or(Shape::Unknown, |one| self.shape_of_value(*one, depth));
        }
        let found = self.with_value(function, 4, &|script, callee| {
            callee.is(FUNCTIONS).then(|| script.returned(callee, depth))
        });
        found.unwrap_or_default()
    }

    /// What a function gives: as it is written, or as it returns it.
    pub(crate) fn returned(self, function: At<'s>, depth: u32) -> Shape {
        if let Some(written) = function.field("return_type").and_then(At::first) {
            return self.type_shape(written);
        }
        let Some(body) = function.field("body") else { return Shape::Unknown };
        if body.kind() != "statement_block" {
            return self.shape_of_value(body, depth);
        }
        let own = |one: &At<'s>| {
            one.inside(FUNCTIONS).is_some_and(|around| around.start() == function.start())
        };
        let given = body.all("return_statement").filter(own).filter_map(At::first);
        let given = given.filter(|one| !matches!(one.text(), "null" | "undefined"));
        Shape::either(given.map(|one| self.shape_of_value(one, depth)).collect())
    }

    /// The first parameter's name of a function, where it is one.
    pub(crate) fn param_name(self, function: At<'s>, at: usize) -> Option<&'s str> {
        let found = pattern(params(function).get(at).copied()?);
        (found.kind() == "identifier").then(|| found.text())
    }
}

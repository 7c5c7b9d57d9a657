//! What is read of a value: `const { a, b } = value`, `value.a.b`,
//! `value.map(one => one.id)`.

use super::super::model::{Need, Object, Shape};
use super::super::syntax::At;
use super::client::returned_type;
use super::{FUNCTIONS, Script, annotation, arguments, params, pattern};

/// Names that a value is passed on under.
const MAX_STEPS: u32 = 6;

/// What is read of a value.
#[derive(Debug, Default)]
pub(crate) struct Reads {
    pub(crate) object: Object,
    /// A type that is written where the value goes.
    pub(crate) declared: Option<Shape>,
    /// It goes somewhere where it cannot be followed.
    pub(crate) escapes: bool,
}

impl Reads {
    /// The shape that a reader wants: more may be there.
    pub(crate) fn wanted(self) -> Shape {
        if let Some(declared) = self.declared {
            return declared;
        }
        if self.object.fields.is_empty() {
            return Shape::Unknown;
        }
        Shape::of(Object { open: true, ..self.object })
    }

    /// The shape that is all that is read.
    pub(crate) fn known(self) -> Shape {
        if let Some(declared) = self.declared {
            return declared;
        }
        if self.object.fields.is_empty() {
            return Shape::Unknown;
        }
        let open = self.escapes || self.object.open;
        Shape::of(Object { open, ..self.object })
    }
}

/// Methods that call their argument with each element.
const EACH: &[&str] =
    &["map", "forEach", "filter", "find", "some", "every", "flatMap", "sort", "findIndex"];
/// What every list, text or promise has.
const COMMON: &[&str] = &[
    "length",
    "then",
    "catch",
    "finally",
    "toString",
    "slice",
    "push",
    "includes",
    "join",
    "concat",
    "reduce",
    "indexOf",
    "hasOwnProperty",
    "split",
    "trim",
    "toLowerCase",
    "toUpperCase",
    "replace",
    "startsWith",
    "sort",
    "map",
    "filter",
    "forEach",
    "find",
    "some",
    "every",
    "keys",
    "values",
    "entries",
    "at",
    "pop",
    "shift",
    "toFixed",
    "flatMap",
    "findIndex",
    "reverse",
    "unshift",
    "splice",
    "match",
    "localeCompare",
];

impl<'s, 'r, 'q> Script<'s, 'r, 'q> {
    /// What is read of an expression's value.
    pub(crate) fn reads(self, value: At<'s>) -> Reads {
        let mut reads = Reads::default();
        self.follow(value, &mut reads, MAX_STEPS);
        reads
    }

    pub(crate) fn follow(self, at: At<'s>, reads: &mut Reads, depth: u32) {
        let (Some(up), Some(depth)) = (at.parent(), depth.checked_sub(1)) else { return };
        let is = |field: &str| up.field(field).is_some_and(|one| one.node == at.node);
        match up.kind() {
            "await_expression" | "parenthesized_expression" | "non_null_expression" => {
                self.follow(up, reads, depth + 1);
            }
            "as_expression" | "satisfies_expression" => {
                let written = up.children().get(1).map(|one| self.type_shape(*one));
                match written.filter(Shape::is_known) {
                    Some(shape) => reads.declared = Some(shape),
                    None => self.follow(up, reads, depth),
                }
            }
            "member_expression" if is("object") => self.member_read(up, reads, depth),
            "subscript_expression" if is("object") => match up.field("index") {
                Some(index) if index.kind() == "string" => {
                    reads.object.add(index.unquoted(), Need::Likely, Shape::Unknown);
                }
                _ => self.follow(up, reads, depth),
            },
            "variable_declarator" if is("value") => {
                if let Some(written) = annotation(up) {
                    let shape = self.type_shape(written);
                    if shape.is_known() {
                        reads.declared = Some(shape);
                        return;
                    }
                }
                let Some(name) = up.field("name") else { return };
                self.taken(name, up, reads, depth);
            }
            "for_in_statement" if is("right") => {
                if let Some(left) = up.field("left") {
                    self.taken(left, up, reads, depth);
                }
            }
            "binary_expression"
            | "ternary_expression"
            | "if_statement"
            | "unary_expression"
            | "expression_statement"
            | "template_substitution" => {
                // `data || []` goes on as itself.
                let operator = up.field("operator").map_or("", At::text);
                if is("left") && matches!(operator, "||" | "??") {
                    self.follow(up, reads, depth);
                }
            }
            "return_statement" | "arrow_function" => self.returned_read(up, reads, depth),
            _ => reads.escapes = true,
        }
    }

    /// A value that a function returns goes on where a promise goes on, else the
    /// function's type says what it is.
    fn returned_read(self, at: At<'s>, reads: &mut Reads, depth: u32) {
        let function = if at.is(FUNCTIONS) { Some(at) } else { at.inside(FUNCTIONS) };
        let call = function
            .and_then(At::parent)
            .filter(|up| up.kind() == "arguments")
            .and_then(At::parent);
        let then =
            call.filter(|call| call.function().is_some_and(|one| one.text().ends_with("then")));
        if let Some(then) = then {
            return self.follow(then, reads, depth);
        }
        reads.escapes = true;
        let written = returned_type(at).map(|written| self.type_shape(written));
        if let Some(shape) = written.filter(Shape::is_known) {
            reads.declared = Some(shape);
        }
    }

    fn member_read(self, member: At<'s>, reads: &mut Reads, depth: u32) {
        let Some(name) = member.field("property").map(At::text) else { return };
        if let Some(call) = member.called() {
            if matches!(name, "catch" | "finally") {
                return self.follow(call, reads, depth);
            }
            let callback = arguments(call).into_iter().next().filter(|one| one.is(FUNCTIONS));
            if let Some(callback) = callback.filter(|_| EACH.contains(&name) || name == "then") {
                if let Some(param) = params(callback).first() {
                    self.taken(pattern(*param), callback, reads, depth);
                }
                return;
            }
            if !COMMON.contains(&name) {
                reads.escapes = true;
            }
            return;
        }
        if COMMON.contains(&name) {
            return;
        }
        let is_set = member.parent().is_some_and(|up| {
            up.kind() == "assignment_expression"
                && up.field("left").is_some_and(|one| one.node == member.node)
        });
        if is_set {
            return;
        }
        let mut inner = Reads::default();
        self.follow(member, &mut inner, depth);
        let shape = inner.wanted();
        add_read(&mut reads.object, name, Need::Likely, shape);
    }

    /// A name or pattern that takes the value on.
    pub(crate) fn taken(self, name: At<'s>, declared: At<'s>, reads: &mut Reads, depth: u32) {
        match name.kind() {
            "object_pattern" => self.destructured(name, declared, reads, depth),
            "identifier" => self.uses_of(name, declared, reads, depth),
            _ => reads.escapes = true,
        }
    }

    fn uses_of(self, name: At<'s>, declared: At<'s>, reads: &mut Reads, depth: u32) {
        let Some(scope) = scope_of(declared) else { return };
        let after = name.node.end_byte();
        for used in scope.descendants() {
            if !self.world.step() {
                return;
            }
            if !used.is(&["identifier", "shorthand_property_identifier"]) || used.start() < after {
                continue;
            }
            if used.text() == name.text() {
                self.follow(used, reads, depth);
            }
        }
    }

    fn destructured(self, object: At<'s>, declared: At<'s>, reads: &mut Reads, depth: u32) {
        for part in object.children() {
            match part.kind() {
                "shorthand_property_identifier_pattern" => {
                    let mut inner = Reads::default();
                    self.uses_of(part, declared, &mut inner, depth);
                    add_read(&mut reads.object, part.text(), Need::Required, inner.wanted());
                }
                "pair_pattern" => {
                    let (Some(key), Some(value)) = (part.field("key"), part.field("value")) else {
                        continue;
                    };
                    let mut inner = Reads::default();
                    let optional = value.kind() == "assignment_pattern";
                    self.taken(pattern(value), declared, &mut inner, depth);
                    let need = if optional { Need::Optional } else { Need::Required };
                    add_read(&mut reads.object, key.unquoted(), need, inner.wanted());
                }
                "object_assignment_pattern" => {
                    if let Some(left) = part.field("left") {
                        add_read(&mut reads.object, left.text(), Need::Optional, Shape::Unknown);
                    }
                }
                _ => reads.escapes = true,
            }
        }
    }
}

/// What a name that is declared here is known in.
pub(crate) fn scope_of(declared: At<'_>) -> Option<At<'_>> {
    if declared.is(FUNCTIONS) {
        Some(declared)
    } else {
        declared.inside(&["statement_block", "program"])
    }
}

/// Adds what is read to what was read before.
fn add_read(object: &mut Object, name: &str, need: Need, shape: Shape) {
    let Some(known) = object.fields.iter_mut().find(|field| field.name == name) else {
        return object.add(name, need, shape);
    };
    if need == Need::Required {
        known.need = need;
    }
    let (Some(old), Some(new)) = (known.shape.object(), shape.object()) else {
        if shape.is_known() {
            known.shape = shape;
        }
        return;
    };
    let mut merged = old.clone();
    for field in &new.fields {
        if merged.get(&field.name).is_none() {
            merged.push(field.clone());
        }
    }
    known.shape = Shape::of(merged);
}

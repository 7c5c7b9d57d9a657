//! JavaScript and TypeScript: what names, texts and functions of a file mean.
//!
//! **Invariants**
//! - Following a name is bounded in steps, within a file and across files.

pub(crate) mod client;
pub(crate) mod fastify;
pub(crate) mod handler;
pub(crate) mod nest;
pub(crate) mod next;
pub(crate) mod reads;
pub(crate) mod server;
pub(crate) mod types;
pub(crate) mod values;
pub(crate) mod wrapper;

pub(crate) use super::syntax::arguments;
use super::syntax::{At, Source};
use super::url::{Piece, Template};
use super::world::World;

/// Names and operators followed for one text.
pub(crate) const MAX_DEPTH: u32 = 24;

/// One file, and the world around it.
#[derive(Clone, Copy)]
pub(crate) struct Script<'s, 'r, 'q> {
    pub(crate) world: &'s World<'r, 'q>,
    pub(crate) source: &'s Source,
}

/// What an import brings.
pub(crate) struct Import<'t> {
    pub(crate) local: &'t str,
    pub(crate) module: &'t str,
    /// None for the module itself.
    pub(crate) name: Option<&'t str>,
}

/// What a name of a file is, where it is declared in reach.
#[derive(Clone, Copy)]
pub(crate) enum Binding<'t> {
    /// `name = value`, maybe with a pattern in place of the name.
    Variable(At<'t>),
    /// A parameter: the function and the parameter.
    Param(At<'t>, At<'t>),
    /// A function or class.
    Declaration(At<'t>),
}

pub(crate) const FUNCTIONS: &[&str] = &[
    "function_declaration",
    "function_expression",
    "arrow_function",
    "method_definition",
    "generator_function_declaration",
    "generator_function",
];

/// What is given to parameters while a function's text is read.
pub(crate) type Given<'g> = &'g [(String, Template)];

/// The imports of a file, `require` included.
pub(crate) fn imports(root: At<'_>) -> Vec<Import<'_>> {
    let mut found = Vec::new();
    for node in root.children() {
        if node.kind() != "import_statement" {
            continue;
        }
        let Some(module) = node.field("source").map(At::unquoted) else { continue };
        for part in node.descendants().skip(1) {
            match part.kind() {
                "import_specifier" => {
                    let name = part.field("name").map(At::text);
                    let local = part.field("alias").map(At::text).or(name);
                    found.extend(local.map(|local| Import { local, module, name }));
                }
                "namespace_import" => {
                    let local = part.first().map(At::text);
                    found.extend(local.map(|local| Import { local, module, name: None }));
                }
                "identifier" if part.parent().is_some_and(|up| up.kind() == "import_clause") => {
                    found.push(Import { local: part.text(), module, name: Some("default") });
                }
                _ => {}
            }
        }
    }
    for node in root.all("variable_declarator") {
        let (Some(name), Some(module)) =
            (node.field("name"), node.field("value").and_then(required))
        else {
            continue;
        };
        if name.kind() == "identifier" {
            found.push(Import { local: name.text(), module, name: None });
        }
        for part in name.all("shorthand_property_identifier_pattern") {
            found.push(Import { local: part.text(), module, name: Some(part.text()) });
        }
    }
    found
}

/// The module of `require("…")`.
pub(crate) fn required(value: At<'_>) -> Option<&str> {
    let value = if value.kind() == "member_expression" { value.field("object")? } else { value };
    let is_require = value.kind() == "call_expression" && value.function()?.text() == "require";
    let module = is_require.then(|| value.field("arguments")?.first()).flatten()?;
    (module.kind() == "string").then(|| module.unquoted())
}

/// The value of a key in an object that is written out.
pub(crate) fn property<'t>(object: At<'t>, name: &str) -> Option<At<'t>> {
    object.children().into_iter().find_map(|pair| match pair.kind() {
        "pair" => (pair.field("key")?.unquoted() == name).then(|| pair.field("value"))?,
        "shorthand_property_identifier" => (pair.text() == name).then_some(pair),
        "method_definition" => (pair.field("name")?.text() == name).then_some(pair),
        _ => None,
    })
}

/// The expression without what only types or waits around it.
pub(crate) fn bare(at: At<'_>) -> At<'_> {
    let mut at = at;
    for _ in 0..MAX_DEPTH {
        let is_shell = at.is(&[
            "parenthesized_expression",
            "as_expression",
            "satisfies_expression",
            "non_null_expression",
            "await_expression",
        ]);
        match at.first().filter(|_| is_shell) {
            Some(inner) => at = inner,
            None => return at,
        }
    }
    at
}

/// The patterns of a function's parameters, in order.
pub(crate) fn params(function: At<'_>) -> Vec<At<'_>> {
    match function.field("parameter") {
        Some(one) => vec![one],
        None => function.field("parameters").map(At::children).unwrap_or_default(),
    }
}

/// The name or pattern of a parameter, without type and default.
pub(crate) fn pattern(param: At<'_>) -> At<'_> {
    match param.kind() {
        "required_parameter" | "optional_parameter" => param.field("pattern").unwrap_or(param),
        "assignment_pattern" => param.field("left").unwrap_or(param),
        _ => param,
    }
}

/// The type that is written at a parameter or variable.
pub(crate) fn annotation(at: At<'_>) -> Option<At<'_>> {
    at.field("type")?.first()
}

impl<'s, 'r, 'q> Script<'s, 'r, 'q> {
    /// Where a name is declared, from a place outwards.
    pub(crate) fn binding(self, from: At<'s>, name: &str) -> Option<Binding<'s>> {
        for around in from.around() {
            if around.is(FUNCTIONS) {
                let named = |param: &At<'s>| {
                    let pattern = pattern(*param);
                    pattern.text() == name
                        || (pattern.kind() == "object_pattern" && names_in(pattern, name))
                };
                if let Some(param) = params(around).into_iter().find(named) {
                    return Some(Binding::Param(around, param));
                }
            }
            if around.is(&["statement_block", "program"])
                && let Some(found) =
                    around.children().into_iter().find_map(|one| declares(one, name))
            {
                return Some(found);
            }
        }
        None
    }

    /// The import of a name.
    pub(crate) fn import(self, name: &str) -> Option<Import<'s>> {
        imports(self.source.root()).into_iter().find(|import| import.local == name)
    }

    /// Calls `read` with what a name or chain of names stands for: a function, a
    /// class, or the value that a variable was given, here or in another file.
    pub(crate) fn with_value<T>(
        self,
        at: At<'s>,
        depth: u32,
        read: &dyn Fn(Script<'_, 'r, 'q>, At<'_>) -> Option<T>,
    ) -> Option<T> {
        let at = bare(at);
        if depth == 0 {
            return None;
        }
        match at.kind() {
            "identifier" | "shorthand_property_identifier" => {
                if let Some(binding) = self.binding(at, at.text()) {
                    let value = match binding {
                        Binding::Declaration(node) => return read(self, node),
                        Binding::Variable(node) => node.field("value").filter(|_| {
                            node.field("name").is_some_and(|name| name.kind() == "identifier")
                        }),
                        Binding::Param(..) => None,
                    };
                    if let Some(value) = value.filter(|value| required(*value).is_none()) {
                        let value = bare(value);
                        return match value.kind() {
                            "identifier" => self.with_value(value, depth - 1, read),
                            _ => read(self, value),
                        };
                    }
                    if matches!(binding, Binding::Param(..)) {
                        return None;
                    }
                }
                self.with_outside(&[at.text()], depth, read)
            }
            "member_expression" => {
                let name = at.field("property")?.text();
                let object = bare(at.field("object")?);
                if object.kind() == "this" {
                    let class = at.inside(&["class_declaration", "class"])?;
                    return read(self, member(class, name)?);
                }
                if let Some(names) = at.chain()
                    && self.is_from_outside(at, names[0])
                    && let Some(found) = self.with_outside(&names, depth, read)
                {
                    return Some(found);
                }
                self.with_value(object, depth - 1, &|script, value| match value.kind() {
                    "new_expression" => script.with_value(
                        value.field("constructor")?,
                        depth - 1,
                        &|inner, class| read(inner, member(class, name)?),
                    ),
                    _ => read(script, bare(member(value, name)?)),
                })
            }
            _ => read(self, at),
        }
    }

    /// A name is not declared in reach, but to what is required.
    fn is_from_outside(self, at: At<'s>, name: &str) -> bool {
        self.binding(at, name).is_none_or(|binding| match binding {
            Binding::Variable(node) => node.field("value").and_then(required).is_some(),
            _ => false,
        })
    }

    fn with_outside<T>(
        self,
        names: &[&str],
        depth: u32,
        read: &dyn Fn(Script<'_, 'r, 'q>, At<'_>) -> Option<T>,
    ) -> Option<T> {
        let world = self.world;
        for found in world.named(&self.source.path, names) {
            let result = match found {
                crate::resolve::named::Named::Item(path, line, name) => {
                    let Some(source) = world.source(&path) else { continue };
                    let script = Script { world, source: &source };
                    let declared = source.name_at(line, &name).and_then(At::parent);
                    declared.and_then(|declared| script.read_declared(declared, depth, read))
                }
                crate::resolve::named::Named::Missing(path, name) => {
                    let Some(source) = world.source(&path) else { continue };
                    let script = Script { world, source: &source };
                    let value = script.exported(&name);
                    value.and_then(|value| script.with_value(value, depth - 1, read))
                }
                crate::resolve::named::Named::File(path) => {
                    let Some(source) = world.source(&path) else { continue };
                    let script = Script { world, source: &source };
                    let value = script.exported("default");
                    value.and_then(|value| script.with_value(value, depth - 1, read))
                }
            };
            if result.is_some() {
                return result;
            }
        }
        None
    }

    fn read_declared<T>(
        self,
        declared: At<'s>,
        depth: u32,
        read: &dyn Fn(Script<'_, 'r, 'q>, At<'_>) -> Option<T>,
    ) -> Option<T> {
        match declared.kind() {
            "variable_declarator" => {
                let value = bare(declared.field("value")?);
                match value.kind() {
                    "identifier" => self.with_value(value, depth - 1, read),
                    _ => read(self, value),
                }
            }
            "pair" => read(self, bare(declared.field("value")?)),
            "public_field_definition" | "field_definition" => {
                read(self, bare(declared.field("value")?))
            }
            _ => read(self, declared),
        }
    }

    /// What a file exports under a name: `export default`, `module.exports`,
    /// `exports.name`, `export const name`.
    pub(crate) fn exported(self, name: &str) -> Option<At<'s>> {
        for node in self.source.root().children() {
            match node.kind() {
                "export_statement" if name == "default" && node.has_token("default") => {
                    return node.field("value").or_else(|| node.field("declaration"));
                }
                "export_statement" => {
                    let declared = node.field("declaration").and_then(|one| declares(one, name));
                    match declared {
                        Some(Binding::Variable(one)) => return one.field("value"),
                        Some(Binding::Declaration(one)) => return Some(one),
                        _ => {}
                    }
                }
                "expression_statement" => {
                    let Some(set) =
                        node.first().filter(|set| set.kind() == "assignment_expression")
                    else {
                        continue;
                    };
                    let (left, right) = (set.field("left")?, set.field("right")?);
                    let target = left.text();
                    if target == "module.exports" {
                        if name == "default" {
                            return Some(right);
                        }
                        if let Some(value) = property(right, name) {
                            return Some(value);
                        }
                    }
                    if target.strip_prefix("module.").unwrap_or(target).strip_prefix("exports.")
                        == Some(name)
                    {
                        return Some(right);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// The text of an expression, as far as it can be told.
    pub(crate) fn template(self, at: At<'s>, given: Given<'_>, depth: u32) -> Template {
        let hole =
            || Template::hole(at.text().get(..at.text().floor_char_boundary(120)).unwrap_or(""));
        let Some(depth) = depth.checked_sub(1) else { return hole() };
        match at.kind() {
            "string" => Template::text(at.unquoted()),
            "number" => Template::text(at.text()),
            "template_string" => {
                let mut all = Template::default();
                for part in at.children() {
                    let part = match part.kind() {
                        "template_substitution" => {
                            part.first().map(|inner| self.template(inner, given, depth))
                        }
                        _ => Some(Template::text(part.text())),
                    };
                    all = all.then(part.unwrap_or_default());
                }
                all
            }
            "binary_expression" => self.joined(at, given, depth).unwrap_or_else(hole),
            "ternary_expression" => {
                let both = [at.field("consequence"), at.field("alternative")];
                let mut both =
                    both.into_iter().flatten().map(|one| self.template(one, given, depth));
                let first = both.next().unwrap_or_else(hole);
                if first.is_hole() { both.next().unwrap_or(first) } else { first }
            }
            "parenthesized_expression"
            | "as_expression"
            | "satisfies_expression"
            | "non_null_expression"
            | "await_expression" => {
                at.first().map_or_else(hole, |inner| self.template(inner, given, depth))
            }
            "identifier" | "shorthand_property_identifier" => {
                if let Some((_, known)) = given.iter().find(|(name, _)| name == at.text()) {
                    return known.clone();
                }
                self.constant(at, depth).unwrap_or_else(hole)
            }
            "member_expression" => {
                if let Some((_, known)) = given.iter().find(|(name, _)| name == at.text()) {
                    return known.clone();
                }
                self.constant(at, depth).unwrap_or_else(hole)
            }
            "call_expression" => self.called_text(at, given, depth).unwrap_or_else(hole),
            "new_expression"
                if at.field("constructor").is_some_and(|class| class.text() == "URL") =>
            {
                self.url_object(at, given, depth)
            }
            _ => hole(),
        }
    }

    /// `new URL(path, base)`
    fn url_object(self, at: At<'s>, given: Given<'_>, depth: u32) -> Template {
        let parts = arguments(at);
        let path = parts.first().map(|one| self.template(*one, given, depth)).unwrap_or_default();
        match parts.get(1) {
            Some(base) => self.template(*base, given, depth).in_front(path),
            None => path,
        }
    }

    fn joined(self, at: At<'s>, given: Given<'_>, depth: u32) -> Option<Template> {
        let (left, right) = (at.field("left")?, at.field("right")?);
        let (left, right) = (self.template(left, given, depth), self.template(right, given, depth));
        match at.field("operator")?.text() {
            "+" => Some(left.then(right)),
            // What stands for a setting that is missing tells more than its name.
            "||" | "??" => Some(if left.is_hole() && !right.is_hole() { right } else { left }),
            _ => None,
        }
    }

    /// What a constant holds.
    fn constant(self, at: At<'s>, depth: u32) -> Option<Template> {
        if at.text().contains("env.") || at.text().contains(".env") {
            return None;
        }
        self.with_value(at, depth.min(6), &|script, value| {
            let is_text = value.is(&[
                "string",
                "template_string",
                "binary_expression",
                "ternary_expression",
                "new_expression",
                "member_expression",
                "call_expression",
            ]);
            let text = is_text.then(|| script.template(value, &[], depth.min(8)))?;
            (!text.is_hole()).then_some(text)
        })
    }

    /// What a call of a function gives that only puts texts together.
    fn called_text(self, at: At<'s>, given: Given<'_>, depth: u32) -> Option<Template> {
        let function = at.function()?;
        if let Some(property) = function.field("property")
            && matches!(
                property.text(),
                "replace" | "toString" | "trim" | "href" | "concat" | "toUpperCase" | "toLowerCase"
            )
        {
            return Some(self.template(function.field("object")?, given, depth));
        }
        if matches!(function.text(), "encodeURIComponent" | "encodeURI" | "String") {
            return None;
        }
        let passed: Vec<Template> =
            arguments(at).into_iter().map(|one| self.template(one, given, depth)).collect();
        self.with_value(function, 4, &|script, callee| {
            if !callee.is(FUNCTIONS) {
                return None;
            }
            let inner: Vec<(String, Template)> = params(callee)
                .into_iter()
                .zip(&passed)
                .map(|(param, text)| (pattern(param).text().to_owned(), text.clone()))
                .collect();
            let body = callee.field("body")?;
            let value = match body.kind() {
                "statement_block" => body.all("return_statement").next()?.first()?,
                _ => body,
            };
            let is_text = bare(value).is(&[
                "string",
                "template_string",
                "binary_expression",
                "new_expression",
            ]);
            let text = is_text.then(|| script.template(bare(value), &inner, depth.min(8)))?;
            (!text.is_hole()).then_some(text)
        })
    }
}

fn names_in(pattern: At<'_>, name: &str) -> bool {
    pattern.descendants().any(|one| {
        one.is(&["identifier", "shorthand_property_identifier_pattern"]) && one.text() == name
    })
}

/// The binding that a statement makes of a name.
pub(crate) fn declares<'t>(statement: At<'t>, name: &str) -> Option<Binding<'t>> {
    match statement.kind() {
        "export_statement" => declares(statement.field("declaration")?, name),
        "lexical_declaration" | "variable_declaration" => {
            let all =
                statement.children().into_iter().filter(|one| one.kind() == "variable_declarator");
            let mut named = all.filter(|one| {
                one.field("name").is_some_and(|pattern| {
                    pattern.text() == name
                        || (pattern.kind() != "identifier" && names_in(pattern, name))
                })
            });
            named.next().map(Binding::Variable)
        }
        "function_declaration"
        | "generator_function_declaration"
        | "class_declaration"
        | "enum_declaration"
        | "abstract_class_declaration" => {
            (statement.field("name")?.text() == name).then_some(Binding::Declaration(statement))
        }
        _ => None,
    }
}

/// A member of an object, class or enumeration that is written out.
fn member<'t>(of: At<'t>, name: &str) -> Option<At<'t>> {
    match of.kind() {
        "object" => property(of, name),
        "class_declaration" | "class" | "abstract_class_declaration" => {
            let body = of.field("body")?;
            let own = body.children().into_iter().find_map(|one| {
                let named = one.field("name").or_else(|| one.field("property"))?.text() == name;
                match one.kind() {
                    "method_definition" => named.then_some(one),
                    "public_field_definition" | "field_definition" => {
                        named.then(|| one.field("value"))?
                    }
                    _ => None,
                }
            });
            own.or_else(|| set_in(body, name))
        }
        "enum_declaration" => of
            .all("enum_assignment")
            .find_map(|one| (one.field("name")?.text() == name).then(|| one.field("value"))?),
        "call_expression" => {
            // `Object.freeze({…})`
            let inner = of.field("arguments")?.first()?;
            (inner.kind() == "object" && of.function()?.text() == "Object.freeze")
                .then(|| property(inner, name))?
        }
        _ => None,
    }
}

/// What a class gives one of its fields where it is made: `this.http = …`.
fn set_in<'t>(class: At<'t>, name: &str) -> Option<At<'t>> {
    class.all("assignment_expression").find_map(|set| {
        let is_field = set.field("left")?.text().strip_prefix("this.") == Some(name);
        is_field.then(|| set.field("right"))?
    })
}

/// A template holds a parameter of the function that is read.
pub(crate) fn has_mark(template: &Template, mark: char) -> bool {
    template.0.iter().any(|piece| matches!(piece, Piece::Hole(hole) if hole.starts_with(mark)))
}

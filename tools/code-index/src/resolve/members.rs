//! Members of values.

use super::Resolver;
use super::builtin;
use super::value::{Def, Value};
use crate::links::{Imported, ItemKind};

/// Longer chains of inheritance are not followed.
const MAX_BASES: u32 = 24;
/// Classes that one builds on.
const MAX_LINE: usize = 100;

impl Resolver<'_> {
    /// A member of a value.
    pub(crate) fn member(&self, of: &Value, name: &str) -> Value {
        of.map(|one| match one {
            Value::Module(module) => self.module_member(module, name, 0),
            Value::Thing(def) | Value::Instance(def, _) => {
                let found = self.member_of(*def, name, 0);
                if !matches!(found, Value::Unknown | Value::Outside(_)) {
                    return found;
                }
                match self.rules(def.file).missing(one, name) {
                    Value::Unknown => found,
                    missing => missing,
                }
            }
            Value::Known(..) | Value::List(_) => match builtin::field(one, name) {
                Some(field) => field,
                None => self.outside_member(one, name),
            },
            Value::Outside(_) | Value::Method(..) => Value::outside(name),
            Value::Unknown | Value::Callback(_) | Value::Many(_) => Value::Unknown,
        })
    }

    fn member_of(&self, def: Def, name: &str, depth: u32) -> Value {
        let find = || self.member_now(def, name, depth);
        self.memory.kept(&self.memory.members, (def, name.to_owned()), find)
    }

    fn member_now(&self, def: Def, name: &str, depth: u32) -> Value {
        let links = self.links(def.file);
        let kind = self.kind(def);
        if kind == ItemKind::Class && self.rules(def.file).has_one_line() {
            return self.member_in_line(&self.line(def), name);
        }
        if let Some(text) = links.find(name) {
            let own = self.named_items(def.file, Some(def.item), text);
            if own != Value::Unknown {
                return own;
            }
        }
        if kind == ItemKind::Module {
            return self.inner_module_member(def, name, depth);
        }
        let has_extensions = self.rules(def.file).has_extensions();
        if has_extensions {
            let extended = self.extension_member(def, name);
            if extended != Value::Unknown {
                return extended;
            }
        }
        if depth > MAX_BASES {
            return Value::Unknown;
        }
        let mut is_certain = true;
        let bases = self.bases(def);
        let others = if has_extensions { self.extension_bases(def) } else { Value::Unknown };
        for base in bases.each().iter().chain(others.each()) {
            let found = match base {
                Value::Instance(base, _) => self.member_of(*base, name, depth + 1),
                Value::Known(..) | Value::Outside(_) => Value::outside(name),
                _ => {
                    is_certain &= bases == Value::Unknown && links.item(def.item).bases.is_empty();
                    Value::Unknown
                }
            };
            if !matches!(found, Value::Unknown | Value::Outside(_)) {
                return found;
            }
        }
        // All that it could have is known, so it is none of ours.
        if is_certain && matches!(kind, ItemKind::Class) && !self.is_extended_for_all(def, name) {
            return Value::outside(name);
        }
        Value::Unknown
    }

    /// A member of what a class inherits from.
    pub(crate) fn member_above(&self, class: Def, name: &str) -> Value {
        let mut line = self.line(class);
        line.retain(|one| !matches!(one, Value::Instance(def, _) if *def == class));
        self.member_in_line(&line, name)
    }

    /// Instances of a class and of all that it inherits from, each before what it
    /// builds on.
    pub(super) fn line(&self, class: Def) -> Vec<Value> {
        let mut line = Vec::new();
        let mut next = vec![Value::Instance(class, [].into())];
        while let Some(one) = next.pop() {
            if line.len() >= MAX_LINE {
                break;
            }
            if let Value::Instance(def, _) = &one
                && self.kind(*def) == ItemKind::Class
            {
                next.extend(self.bases(*def).each().iter().rev().cloned());
            }
            line.push(one);
        }
        // What several build on comes after all of them.
        let mut last: Vec<Value> = Vec::with_capacity(line.len());
        for one in line.into_iter().rev() {
            if !last.contains(&one) {
                last.push(one);
            }
        }
        last.reverse();
        last
    }

    /// The first member of a name whose type is written down, else the first that
    /// is assigned to.
    fn member_in_line(&self, line: &[Value], name: &str) -> Value {
        let mut assigned = None;
        for one in line {
            let Value::Instance(def, _) = one else { continue };
            let Some(text) = self.links(def.file).find(name) else { continue };
            let own = self.named_items(def.file, Some(def.item), text);
            if own.things().any(|def| self.links(def.file).item(def.item).declared) {
                return own;
            }
            if own != Value::Unknown {
                assigned.get_or_insert(own);
            }
        }
        assigned.unwrap_or_else(|| Value::outside(name))
    }

    /// A name of a module inside a file: its own, or one that is imported there.
    fn inner_module_member(&self, module: Def, name: &str, depth: u32) -> Value {
        let links = self.links(module.file);
        if depth > MAX_BASES {
            return Value::Unknown;
        }
        let inside = (0..).zip(&links.imports);
        let inside = inside.filter(|(_, import)| import.parent == Some(module.item));
        let mut found = Value::Unknown;
        for (at, import) in inside {
            let brought = match import.what {
                Imported::All => {
                    let all = self.import(module.file, at, depth + 1);
                    all.map(|one| match one {
                        Value::Module(outer) => self.module_member(outer, name, depth + 1),
                        other => self.member(other, name),
                    })
                }
                _ if links.text(import.local) == name => self.import(module.file, at, depth + 1),
                _ => continue,
            };
            if !matches!(brought, Value::Unknown | Value::Outside(_) | Value::Method(..)) {
                found = Value::many([found, brought]);
            }
        }
        found
    }

    /// A member of a type that does not lie here; extensions may give it more.
    fn outside_member(&self, of: &Value, name: &str) -> Value {
        let type_name = match of {
            Value::Known(name, _) => name,
            _ => "Vec",
        };
        if self.package_rules().is_some_and(super::rules::Rules::has_extensions) {
            let found = self.extension_members(name, |extension, of| {
                of == type_name && self.extended(extension).is_empty()
            });
            if found != Value::Unknown {
                return found;
            }
        }
        Value::Method(of.clone().into(), name.into())
    }

    /// A member that stands in an extension of a type.
    fn extension_member(&self, def: Def, name: &str) -> Value {
        let links = self.links(def.file);
        let type_name = links.item_name(def.item);
        self.extension_members(name, |extension, of| {
            of == type_name && self.extends(extension, def, type_name)
        })
    }

    fn extension_members(&self, name: &str, is_of: impl Fn(Def, &str) -> bool) -> Value {
        let named = self.definitions(name);
        let found = named.iter().filter(|member| {
            let links = self.links(member.file);
            let parent = links.item(member.item).parent;
            parent.is_some_and(|parent| {
                let extension = Def { file: member.file, item: parent };
                self.kind(extension) == ItemKind::Extension
                    && is_of(extension, links.item_name(parent))
            })
        });
        Value::many(found.map(|member| Value::Thing(*member)))
    }

    /// The type of an extension is this one; where it cannot be told, one of its
    /// name that has no like.
    fn extends(&self, extension: Def, def: Def, type_name: &str) -> bool {
        let extended = self.extended(extension);
        if extended.is_empty() {
            let named = self.definitions(type_name);
            let mut classes = named.iter().filter(|def| self.kind(**def) == ItemKind::Class);
            return classes.all(|class| *class == def);
        }
        extended.contains(&def)
    }

    /// The types that an extension extends.
    pub(crate) fn extended(&self, extension: Def) -> Vec<Def> {
        let extended = self.instance_of(extension);
        let instances = extended.each().iter().filter_map(|one| match one {
            Value::Instance(of, _) if *of != extension => Some(*of),
            _ => None,
        });
        instances.collect()
    }

    /// What extensions of a type say that it builds on.
    fn extension_bases(&self, def: Def) -> Value {
        let links = self.links(def.file);
        let type_name = links.item_name(def.item);
        let named = self.definitions(type_name);
        let extensions = named.iter().filter(|extension| {
            let links = self.links(extension.file);
            let item = links.item(extension.item);
            item.kind == ItemKind::Extension
                && !item.bases.is_empty()
                && self.extends(**extension, def, type_name)
        });
        Value::many(extensions.map(|extension| self.bases(*extension)))
    }

    /// An extension of a type parameter has such a member: any type may.
    fn is_extended_for_all(&self, def: Def, name: &str) -> bool {
        let is_parameter = |of: &str| of.len() <= 2 && of.starts_with(char::is_uppercase);
        self.rules(def.file).has_extensions()
            && self.extension_members(name, |_, of| is_parameter(of)) != Value::Unknown
    }
}

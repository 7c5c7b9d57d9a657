//! Members of values.

use super::Resolver;
use super::builtin;
use super::value::{Def, Value};
use crate::links::ItemKind;

/// Longer chains of inheritance are not followed.
const MAX_BASES: u32 = 24;
/// Classes that one builds on.
const MAX_LINE: usize = 100;

impl Resolver<'_> {
    /// A member of a value.
    pub(crate) fn member(&self, of: &Value, name: &str) -> Value {
        of.map(|one| match one {
            Value::Module(module) => self.module_member(module, name, 0),
            Value::Thing(def) | Value::Instance(def, _) => self.member_of(*def, name, 0),
            Value::Known(..) | Value::List(_) => match builtin::field(one, name) {
                Some(field) => field,
                None => Value::Method(one.clone().into(), name.into()),
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
            return Value::Unknown;
        }
        if self.rules(def.file).has_extensions() {
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
        for base in bases.each() {
            let found = match base {
                Value::Instance(base, _) => self.member_of(*base, name, depth + 1),
                Value::Known(..) | Value::Outside(_) => Value::outside(name),
                _ => {
                    is_certain = bases == Value::Unknown && links.item(def.item).bases.is_empty();
                    Value::Unknown
                }
            };
            if !matches!(found, Value::Unknown | Value::Outside(_)) {
                return found;
            }
        }
        // All that it could have is known, so it is none of ours.
        if is_certain && matches!(kind, ItemKind::Class) {
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

    /// A member that stands in an extension of a type.
    fn extension_member(&self, def: Def, name: &str) -> Value {
        let type_name = self.links(def.file).item_name(def.item).to_owned();
        let named = self.definitions(name);
        let found = named.iter().filter(|member| {
            let links = self.links(member.file);
            let parent = links.item(member.item).parent;
            parent.is_some_and(|parent| {
                let outer = links.item(parent);
                outer.kind == ItemKind::Extension && links.text(outer.name) == type_name
            })
        });
        Value::many(found.map(|member| Value::Thing(*member)))
    }
}

//! Members of values.

use super::Resolver;
use super::builtin;
use super::value::{Def, Value};
use crate::links::ItemKind;

/// Longer chains of inheritance are not followed.
const MAX_BASES: u32 = 24;

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
        if let Some(text) = links.find(name) {
            let own = self.named_items(def.file, Some(def.item), text);
            if own != Value::Unknown {
                let declared = self.declared_above(def, &own, name, depth);
                return declared.unwrap_or(own);
            }
        }
        let kind = self.kind(def);
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

    /// The member of a base whose type is written down, where its heir only
    /// assigns to it.
    fn declared_above(&self, def: Def, own: &Value, name: &str, depth: u32) -> Option<Value> {
        let is_declared = |value: &Value| value.things().any(|thing| self.is_declared(thing));
        if depth > MAX_BASES || !self.rules(def.file).prefers_declared() || is_declared(own) {
            return None;
        }
        let bases = self.bases(def);
        let above = bases.each().iter().filter_map(|base| match base {
            Value::Instance(base, _) => Some(self.member_of(*base, name, depth + 1)),
            _ => None,
        });
        above.into_iter().find(is_declared)
    }

    fn is_declared(&self, def: Def) -> bool {
        self.links(def.file).item(def.item).declared
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

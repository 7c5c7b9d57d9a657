//! What a name means that stands in a file but was not written down among its
//! uses: questions about syntax ask by name.

use super::Resolver;
use super::rules::Rules;
use super::value::{FileId, Module, Value};
use crate::links::Imported;

/// Where a name leads, as far as syntax needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Named {
    /// A definition: file, line of its name, name.
    Item(String, u32, String),
    /// A file as a whole.
    File(String),
    /// A name that a file is asked for and that no item of it has.
    Missing(String, String),
}

impl Resolver<'_> {
    /// Where `names`, written one behind the other in `file`, lead.
    pub(crate) fn named(&self, file: FileId, names: &[&str]) -> Vec<Named> {
        let Some((first, rest)) = names.split_first() else { return Vec::new() };
        self.language.set(self.language(file));
        let mut value = self.first_name(file, first);
        let mut asked = None;
        for name in rest {
            if let Value::Module(Module::File(id)) = &value {
                asked = Some((*id, (*name).to_owned()));
            }
            self.language.set(self.language(file));
            value = self.member(&self.held(&value), name);
        }
        let found = self.places(&value);
        if !found.is_empty() {
            return found;
        }
        let asked = asked.or_else(|| (rest.is_empty()).then(|| self.import_asks(file, first))?);
        asked
            .map(|(file, name)| vec![Named::Missing(self.path(file).to_string(), name)])
            .unwrap_or_default()
    }

    fn first_name(&self, file: FileId, name: &str) -> Value {
        let links = self.links(file);
        let Some(text) = links.find(name) else { return self.rules(file).free(self, file, name) };
        let own = self.named_items(file, None, text);
        if own != Value::Unknown {
            return own;
        }
        let local = (0..).zip(&links.imports).filter(|(_, import)| import.local == text);
        let brought = Value::many(local.map(|(at, _)| self.import(file, at, 0)));
        if brought.each().iter().any(|one| !matches!(one, Value::Unknown | Value::Outside(_))) {
            return brought;
        }
        self.rules(file).free(self, file, name)
    }

    /// The file and name that an import asks for.
    fn import_asks(&self, file: FileId, local: &str) -> Option<(FileId, String)> {
        let links = self.links(file);
        let text = links.find(local)?;
        let import = links.imports.iter().find(|import| import.local == text)?;
        let Imported::Name(name) = import.what else { return None };
        match self.rules(file).module(self, file, links.text(import.module)) {
            Value::Module(Module::File(id)) => Some((id, links.text(name).to_owned())),
            _ => None,
        }
    }

    fn places(&self, value: &Value) -> Vec<Named> {
        let mut found = Vec::new();
        for one in value.each() {
            match one {
                Value::Thing(def) | Value::Instance(def, _) => {
                    let links = self.links(def.file);
                    let item = links.item(def.item);
                    let path = self.path(def.file).to_string();
                    found.push(Named::Item(path, item.line, links.text(item.name).to_owned()));
                }
                Value::Module(Module::File(id)) => {
                    found.push(Named::File(self.path(*id).to_string()));
                }
                _ => {}
            }
        }
        found
    }

    /// The file that a module is which a script inside a page names.
    pub(crate) fn script_module(&self, file: FileId, written: &str) -> Option<String> {
        match super::typescript::TypeScript.module(self, file, written) {
            Value::Module(Module::File(id)) => Some(self.path(id).to_string()),
            _ => None,
        }
    }

    /// The file that a module written in `file` is.
    pub(crate) fn module_file(&self, file: FileId, written: &str) -> Option<String> {
        self.language.set(self.language(file));
        match self.rules(file).module(self, file, written) {
            Value::Module(Module::File(id)) => Some(self.path(id).to_string()),
            _ => None,
        }
    }
}

//! Imports of Python.

use super::super::manifests::Ecosystem;
use super::super::names::{is_python_standard, python_packages_of};
use super::{Asked, Judge, Meaning};
use crate::file_class::FileClass;
use crate::resolve::projects::join;
use crate::resolve::value::{Module, Value};
use crate::roots::tidy;

impl Judge<'_, '_, '_> {
    pub(super) fn python(&self, asked: &Asked<'_>) -> Meaning {
        let plain = asked.written.trim_start_matches('.');
        let is_relative = plain.len() < asked.written.len();
        let first = plain.split('.').next().unwrap_or(plain);
        if !is_relative && is_python_standard(first) {
            return Meaning::Fine;
        }
        match self.module(asked, asked.written) {
            Value::Module(module) => self.python_name(asked, &module),
            _ if is_relative => self.python_relative(asked, plain),
            _ => self.python_absolute(asked, first),
        }
    }

    /// A module that is there may lack the name that is taken of it.
    fn python_name(&self, asked: &Asked<'_>, module: &Module) -> Meaning {
        let Some(name) = asked.name.filter(|name| !name.starts_with("__")) else {
            return Meaning::Fine;
        };
        let missing = || {
            let dot = if asked.written.ends_with('.') { "" } else { "." };
            Meaning::Missing(format!("{}{dot}{name}", asked.written))
        };
        match module {
            Module::File(file) => {
                let path = self.resolver.path(*file);
                if !path.ends_with(".py") && !path.ends_with(".pyi") {
                    return Meaning::Fine;
                }
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                let is_package = path.rsplit('/').next() == Some("__init__.py");
                // A package of this name may be installed, of which the file is no part.
                let is_missing = self.lacks(asked, *file, name, is_dynamic)
                    && !(is_package && self.is_there(folder, name))
                    && !self.is_foreign(asked);
                if !is_missing {
                    return Meaning::Fine;
                }
                missing()
            }
            Module::Package(folder) => {
                let found = self.resolver.module_member(module, name, 0);
                let is_relative = asked.written.starts_with('.');
                let is_known = !matches!(found, Value::Unknown | Value::Outside(_));
                // A folder without a file of its own may be part of a package that is installed.
                if is_known || !is_relative || self.is_there(folder, name) {
                    return Meaning::Fine;
                }
                missing()
            }
        }
    }

    /// The manifests declare a package that brings the module.
    fn is_foreign(&self, asked: &Asked<'_>) -> bool {
        if asked.written.starts_with('.') {
            return false;
        }
        let packages = python_packages_of(asked.written);
        let above = self.tree.manifests.above(Ecosystem::Python, asked.path);
        above.iter().any(|manifest| {
            manifest.declared.iter().any(|declared| packages.contains(&declared.import))
        })
    }

    fn python_relative(&self, asked: &Asked<'_>, plain: &str) -> Meaning {
        let dots = asked.written.len() - plain.len();
        let ups = "../".repeat(dots.saturating_sub(1));
        let place = format!("{}/{ups}{}", asked.folder, plain.replace('.', "/"));
        let Some(place) = tidy(&place) else {
            return Meaning::Missing(asked.written.to_owned());
        };
        let (folder, name) = place.rsplit_once('/').unwrap_or(("", &place));
        if name.is_empty() || self.is_there(folder, name) {
            return Meaning::Fine;
        }
        Meaning::Missing(asked.written.to_owned())
    }

    /// A module of the project's own package that is not there, else a package.
    fn python_absolute(&self, asked: &Asked<'_>, first: &str) -> Meaning {
        if asked.written.is_empty() {
            return Meaning::Fine;
        }
        let own = match self.module(asked, first) {
            Value::Module(Module::File(file)) => self.resolver.path(file).to_string(),
            _ if self.is_ours(asked, first) => return Meaning::Fine,
            _ => return Meaning::Package(asked.written.to_owned()),
        };
        let is_nested = asked.written.contains('.');
        let folder = own.strip_suffix("/__init__.py");
        if !is_nested || self.is_foreign(asked) {
            return Meaning::Fine;
        }
        let Some(folder) = folder else {
            // A single file has no modules inside.
            let is_beside = own.rsplit_once('/').map_or("", |(folder, _)| folder) == asked.folder;
            return if is_beside {
                Meaning::Fine
            } else {
                Meaning::Missing(asked.written.to_owned())
            };
        };
        let rest = asked.written.get(first.len() + 1..).unwrap_or_default();
        let place = join(folder, &rest.replace('.', "/"));
        let (folder, name) = place.rsplit_once('/').unwrap_or(("", &place));
        // What a package puts into `sys.modules` or finds by itself is not known.
        let names = rest.split('.').next().unwrap_or(rest);
        let init = self.tree.text(&own);
        let is_odd = init.is_some_and(|text| is_dynamic(&text) || text.contains(names));
        if is_odd || self.is_there(folder, name) {
            return Meaning::Fine;
        }
        // What lies inside another package is not what a whole name begins with.
        let around = own.strip_suffix("/__init__.py").and_then(|own| own.rsplit_once('/'));
        if around.is_some_and(|(outer, _)| self.tree.has(&format!("{outer}/__init__.py"))) {
            return Meaning::Package(asked.written.to_owned());
        }
        Meaning::Missing(asked.written.to_owned())
    }

    /// The project has such a module where a test or a script may look for it, or
    /// the file makes it.
    fn is_ours(&self, asked: &Asked<'_>, first: &str) -> bool {
        let (file, folder) = (format!("/{first}.py"), format!("/{first}/__init__.py"));
        let has =
            self.tree.files.iter().any(|path| path.ends_with(&file) || path.ends_with(&folder));
        let is_test = FileClass::of(asked.path) == FileClass::Test;
        has || is_test
            && self.tree.text(asked.path).is_some_and(|text| {
                ['"', '\'', '/'].iter().any(|before| text.contains(&format!("{before}{first}")))
            })
    }

    /// A module in whatever form: a folder, a source, an extension, one that is built.
    fn is_there(&self, folder: &str, name: &str) -> bool {
        let place = join(folder, name);
        self.tree.has_stem(folder, name)
            || [".py", ".so", ".pyd", ""]
                .iter()
                .any(|ending| self.tree.is_on_disk(&format!("{place}{ending}")))
            || self.tree.may_be_made(&format!("{place}.py"))
    }
}

/// Names may be made while the module runs.
fn is_dynamic(text: &str) -> bool {
    [
        "__getattr__",
        "globals()",
        "sys.modules",
        "setattr(",
        "exec(",
        "locals()",
        "vars(",
        "__path__",
    ]
    .iter()
    .any(|mark| text.contains(mark))
}

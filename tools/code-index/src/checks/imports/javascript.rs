//! Imports of JavaScript and TypeScript.

use super::super::manifests::Ecosystem;
use super::super::names::{is_node_builtin, npm_package};
use super::{Asked, Judge, Meaning};
use crate::links::Imported;
use crate::resolve::projects::join;
use crate::resolve::value::{Module, Value};
use crate::roots::tidy;

/// Folders of what is built, which a repository does not hold.
const BUILT: &[&str] = &[
    "dist",
    "build",
    "out",
    "lib",
    "generated",
    "__generated__",
    ".next",
    "pkg",
    "_build",
    "esm",
    "cjs",
];

impl Judge<'_, '_, '_> {
    pub(super) fn javascript(&self, asked: &Asked<'_>) -> Meaning {
        let written = asked.written.split(['?', '#']).next().unwrap_or_default();
        let is_special = written.is_empty()
            || written.contains([':', '!', '*', '{', ' '])
            || written.starts_with(['/', '~', '$'])
            || asked.written.starts_with('#');
        if is_special {
            return Meaning::Fine;
        }
        match self.module(asked, asked.written) {
            Value::Module(module) => self.exported(asked, &module),
            _ if written.starts_with('.') => self.javascript_relative(asked, written),
            _ => self.bare(asked, written),
        }
    }

    fn javascript_relative(&self, asked: &Asked<'_>, written: &str) -> Meaning {
        let missing = || Meaning::Missing(asked.written.to_owned());
        let Some(place) = tidy(&format!("{}/{written}", asked.folder)) else {
            return Meaning::Fine;
        };
        let (folder, name) = place.rsplit_once('/').unwrap_or(("", &place));
        let stem = name.split('.').next().unwrap_or(name);
        let is_made =
            written.split('/').any(|part| part.starts_with(['$', '+']) || part.contains(".gen"))
                || self.is_built(&place);
        let endings =
            ["", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".json", ".node", ".d.ts", ".vue"];
        let is_there = endings.iter().any(|ending| {
            let path = format!("{place}{ending}");
            self.tree.is_on_disk(&path) || self.tree.may_be_made(&path)
        });
        // `./x.js` may stand for `./x.ts`, and `./x` for `./x.ios.js` or `./x.svelte`.
        let is_near = !name.contains('.') && self.tree.has_stem(folder, stem);
        let is_source = [".js", ".mjs", ".cjs", ".jsx"].iter().any(|ending| {
            place.strip_suffix(ending).is_some_and(|stem| {
                [".ts", ".tsx", ".mts", ".cts"]
                    .iter()
                    .any(|ending| self.tree.is_on_disk(&format!("{stem}{ending}")))
            })
        });
        if is_made || is_there || is_near || is_source { Meaning::Fine } else { missing() }
    }

    /// A name that is no path: an alias of the project, else a package.
    fn bare(&self, asked: &Asked<'_>, written: &str) -> Meaning {
        let package = npm_package(written);
        if is_node_builtin(package) || package.starts_with("@/") || package == "@" {
            return self.aliased(asked, written).unwrap_or(Meaning::Fine);
        }
        let above = self.tree.manifests.above(Ecosystem::Npm, asked.path);
        let has_docusaurus = || {
            let mut declared = above.iter().flat_map(|manifest| &manifest.declared);
            declared.any(|declared| declared.name == "@docusaurus/core")
        };
        // No package has capitals in its scope's names; a bundler gives such.
        let is_given = package.starts_with('@')
            && package.contains(|letter: char| letter.is_uppercase())
            || ["@docusaurus/", "@site/", "@theme", "@generated/"]
                .iter()
                .any(|start| package.starts_with(start))
                && has_docusaurus();
        if is_given {
            return Meaning::Fine;
        }
        let is_declared = above.iter().any(|manifest| {
            manifest.name.as_deref() == Some(package)
                || manifest.declared.iter().any(|declared| declared.name == package)
        });
        let projects = self.resolver.projects();
        if is_declared || !projects.packaged(package).is_empty() {
            return Meaning::Fine;
        }
        match self.aliased(asked, written) {
            Some(meaning) => meaning,
            None => Meaning::Package(package.to_owned()),
        }
    }

    /// What the project's configuration maps to a place in it.
    fn aliased(&self, asked: &Asked<'_>, written: &str) -> Option<Meaning> {
        let places = self.resolver.projects().aliased(asked.folder, written);
        let first = written.split('/').next().unwrap_or(written);
        let own: Vec<&String> = places
            .iter()
            .filter(|place| {
                let base = place.strip_suffix(written);
                // Below a base, only what begins with a folder of it is its own.
                base.is_none_or(|base| {
                    !self.tree.below(&join(base.trim_end_matches('/'), first)).is_empty()
                })
            })
            .collect();
        if own.is_empty() {
            return None;
        }
        let is_there = own.iter().any(|place| {
            let (folder, name) = place.rsplit_once('/').unwrap_or(("", place));
            place.contains("node_modules")
                || place.split('/').any(|part| part.starts_with('.'))
                || self.is_built(place)
                || self.tree.is_on_disk(place)
                || self.tree.has_stem(folder, name)
                || self.tree.may_be_made(place)
        });
        Some(if is_there { Meaning::Fine } else { Meaning::Missing(written.to_owned()) })
    }

    /// A build makes the folder: its name is one for that, and the repository holds
    /// nothing of it.
    fn is_built(&self, place: &str) -> bool {
        place.match_indices('/').map(|(end, _)| &place[..end]).chain([place]).any(|folder| {
            let name = folder.rsplit('/').next().unwrap_or(folder);
            BUILT.contains(&name) && self.tree.below(folder).is_empty()
        })
    }

    /// A module that is there may not export what is taken of it.
    fn exported(&self, asked: &Asked<'_>, module: &Module) -> Meaning {
        let (Some(name), Module::File(file)) = (asked.name, module) else { return Meaning::Fine };
        let path = self.resolver.path(*file);
        let is_code =
            [".ts", ".tsx", ".js", ".jsx", ".mjs", ".mts"].iter().any(|end| path.ends_with(end));
        let is_own = matches!(asked.import.what, Imported::Name(_)) && !path.ends_with(".d.ts");
        if !is_code || !is_own || !self.lacks(asked, *file, name, is_dynamic) {
            return Meaning::Fine;
        }
        Meaning::Missing(format!("{}#{name}", asked.written))
    }
}

/// What the module gives is made while it runs, or is not written as exports.
fn is_dynamic(text: &str) -> bool {
    ["module.exports", "exports[", "exports.", "export =", "defineProperty(", "define("]
        .iter()
        .any(|mark| text.contains(mark))
        || !text.contains("export")
}

//! Imports of Go and Java, includes of C and C++.

use super::super::tree::has_word;
use super::{Asked, Judge, Meaning};
use crate::resolve::projects::join;
use crate::resolve::value::Value;
use crate::roots::tidy;

/// Headers that are written in quotes though they come from elsewhere.
const FOREIGN_HEADERS: &[&str] = &[
    "sqlite3.h",
    "zlib.h",
    "curl.h",
    "gtest.h",
    "gmock.h",
    "lua.h",
    "lualib.h",
    "lauxlib.h",
    "png.h",
    "jpeglib.h",
    "mpi.h",
    "cuda.h",
    "jni.h",
    "Python.h",
    "windows.h",
    "config.h",
    "version.h",
    "SDL.h",
    "uv.h",
    "yaml.h",
    "FreeRTOS.h",
    "Arduino.h",
    "moc_predefs.h",
];

/// Files of a package that are read to be sure that a class is not among them.
const MAX_CLASSES: usize = 300;

impl Judge<'_, '_, '_> {
    pub(super) fn go(&self, asked: &Asked<'_>) -> Meaning {
        let written = asked.written;
        let first = written.split('/').next().unwrap_or(written);
        if let Some(folder) = self.resolver.projects().go_package(written) {
            let is_there = self.tree.below(&folder).iter().any(|path| {
                path.ends_with(".go") && path.rsplit_once('/').map_or("", |(at, _)| at) == folder
            });
            // A folder that is there without sources may be filled by a build.
            let is_made = || {
                self.tree.makes_code()
                    && (!folder.is_empty() && self.tree.is_on_disk(&folder)
                        || self.tree.may_be_made(&join(&folder, "x.go")))
            };
            return match is_there || is_made() {
                true => Meaning::Fine,
                false => Meaning::Missing(written.to_owned()),
            };
        }
        if first.contains('.') { Meaning::Package(written.to_owned()) } else { Meaning::Fine }
    }

    /// A class of a package that the project holds.
    pub(super) fn java(&self, asked: &Asked<'_>) -> Meaning {
        let (package, Some(name)) = (asked.written, asked.name) else { return Meaning::Fine };
        let is_package =
            package.split('.').all(|part| part.starts_with(|c: char| c.is_lowercase()));
        let is_class = name.starts_with(|c: char| c.is_uppercase());
        if !is_package || !is_class || self.tree.makes_code() {
            return Meaning::Fine;
        }
        let value = self.module(asked, package);
        let found = self.resolver.member(&value, name);
        if !matches!(found, Value::Unknown | Value::Outside(_)) {
            return Meaning::Fine;
        }
        let inner = package.replace('.', "/");
        let of_package = |path: &&str| {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            [".java", ".kt", ".groovy", ".scala"].iter().any(|end| path.ends_with(end))
                && folder
                    .strip_suffix(&inner)
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
        };
        let files: Vec<&&str> = self.tree.files.iter().filter(|path| of_package(path)).collect();
        let may_hold = |path: &&&str| self.tree.text(path).is_none_or(|text| has_word(&text, name));
        if files.is_empty() || files.len() > MAX_CLASSES || files.iter().any(may_hold) {
            return Meaning::Fine;
        }
        Meaning::Missing(format!("{package}.{name}"))
    }

    pub(super) fn include(&self, asked: &Asked<'_>, text: &str) -> Meaning {
        let written = asked.written;
        let line = text.lines().nth((asked.import.line as usize).saturating_sub(1));
        let is_quoted = line.is_some_and(|line| line.contains(&format!("\"{written}\"")));
        let name = written.rsplit('/').next().unwrap_or(written);
        if !is_quoted || FOREIGN_HEADERS.contains(&name) {
            return Meaning::Fine;
        }
        if !matches!(self.module(asked, written), Value::Unknown | Value::Outside(_)) {
            return Meaning::Fine;
        }
        let beside = tidy(&format!("{}/{written}", asked.folder));
        let Some(beside) = beside else { return Meaning::Fine };
        if self.tree.is_on_disk(&beside) || self.tree.may_be_made(&beside) {
            return Meaning::Fine;
        }
        // The folder that it names must be one of the project, else it is a library's.
        let is_own = match written.rsplit_once('/') {
            Some((folder, _)) if !folder.starts_with('.') => {
                let ending = format!("/{folder}");
                self.tree.files.iter().any(|path| {
                    path.rsplit_once('/')
                        .is_some_and(|(at, _)| at == folder || at.ends_with(&ending))
                })
            }
            _ => true,
        };
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let is_template = self.tree.files.iter().any(|path| {
            let file = path.rsplit('/').next().unwrap_or(path);
            // `config.h.in`, `parser.y`, `lexer.l`: made while the project is built.
            file == name
                || file.strip_prefix(stem).is_some_and(|rest| {
                    matches!(rest, ".y" | ".l" | ".yy" | ".ll" | ".proto" | ".ui" | ".idl")
                })
                || file.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
        });
        let is_generated = [".pb.h", ".moc", "_generated.h", ".tab.h", ".gen.h", ".inc"]
            .iter()
            .any(|ending| written.ends_with(ending))
            || name.starts_with("moc_")
            || name.starts_with("ui_");
        if !is_own || is_template || is_generated {
            return Meaning::Fine;
        }
        Meaning::Missing(written.to_owned())
    }
}

//! Crates of Rust and modules of Go, by their manifests.

use std::path::Path;

use super::{Projects, is_within, join, read_text};

/// A crate of the repository.
#[derive(Debug)]
pub(crate) struct Crate {
    pub(crate) folder: String,
    /// As code writes it.
    pub(crate) name: String,
    /// Where the library is said to begin, if that is not the usual place.
    library: Option<String>,
    /// Names without a beginning are those of the crate.
    pub(crate) is_old: bool,
}

/// A module of Go: what its packages' paths begin with.
#[derive(Debug)]
pub(super) struct GoModule {
    pub(super) path: String,
    folder: String,
}

pub(super) fn cargo(root: &Path, folder: &str) -> Option<Crate> {
    let manifest = read_text(root, &join(folder, "Cargo.toml"))?.parse::<toml::Table>().ok()?;
    let package = manifest.get("package")?.as_table()?;
    let library = manifest.get("lib").and_then(toml::Value::as_table);
    let text = |table: Option<&toml::Table>, key: &str| {
        table.and_then(|table| table.get(key)?.as_str()).map(str::to_owned)
    };
    let name = text(library, "name").or_else(|| text(Some(package), "name"))?;
    Some(Crate {
        folder: folder.to_owned(),
        name: name.replace('-', "_"),
        library: text(library, "path").map(|path| join(folder, path.trim_start_matches("./"))),
        // One that is not written is 2015; one of the workspace never is.
        is_old: package.get("edition").is_none_or(|edition| edition.as_str() == Some("2015")),
    })
}

pub(super) fn go(root: &Path, folder: &str) -> Option<GoModule> {
    let text = read_text(root, &join(folder, "go.mod"))?;
    let path = text.lines().find_map(|line| line.trim().strip_prefix("module "))?;
    let path = path.split("//").next().unwrap_or(path).trim().trim_matches('"');
    Some(GoModule { path: path.to_owned(), folder: folder.to_owned() })
}

impl Crate {
    /// Where the library may begin, then where the program may.
    pub(crate) fn roots(&self) -> Vec<String> {
        let usual = ["src/lib.rs", "src/main.rs", "lib.rs", "main.rs"];
        let usual = usual.iter().map(|path| join(&self.folder, path));
        self.library.iter().cloned().chain(usual).collect()
    }
}

impl Projects {
    /// The crate whose manifest is nearest to a folder.
    pub(crate) fn crate_of(&self, folder: &str) -> Option<&Crate> {
        self.crates.iter().find(|of| is_within(folder, &of.folder))
    }

    /// The crates that code calls by a name.
    pub(crate) fn crates_named(&self, name: &str) -> impl Iterator<Item = &Crate> {
        self.crates.iter().filter(move |of| of.name == name)
    }

    /// The folder of a package of Go in this repository.
    pub(crate) fn go_package(&self, path: &str) -> Option<String> {
        self.go.iter().find_map(|module| {
            is_within(path, &module.path).then(|| {
                let rest = path.get(module.path.len()..).unwrap_or_default();
                join(&module.folder, rest.trim_start_matches('/'))
            })
        })
    }
}

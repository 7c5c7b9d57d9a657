//! Which packages the code of a folder may use: the manifests above it.
//!
//! | language | manifests that count for a file |
//! |---|---|
//! | Rust | the nearest `Cargo.toml` with a package |
//! | JavaScript, TypeScript | every `package.json` from its folder up to the root |
//! | Python | every manifest from its folder up; `requirements/*.txt` count for the folder around |
//! | Go | the nearest `go.mod` |
//!
//! **Deliberately absent:** Maven and Gradle, whose coordinates do not tell the
//! packages of Java that they bring.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use toml::{Table, Value};

use super::names::{library_of, normal};
use crate::project::{DependencyKind, declares};

/// Where packages come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Ecosystem {
    Cargo,
    Npm,
    Python,
    Go,
}

impl Ecosystem {
    pub(crate) fn of_language(name: &str) -> Option<Ecosystem> {
        Some(match name {
            "rust" => Ecosystem::Cargo,
            "javascript" | "typescript" | "tsx" => Ecosystem::Npm,
            "python" => Ecosystem::Python,
            "go" => Ecosystem::Go,
            _ => return None,
        })
    }

    fn of_manifest(path: &str) -> Option<Ecosystem> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let is_list = name.ends_with(".txt")
            && (name.contains("requirements")
                || folder.rsplit('/').take(2).any(|part| ASIDE.contains(&part)));
        Some(match name {
            "Cargo.toml" => Ecosystem::Cargo,
            "package.json" | "deno.json" | "deno.jsonc" => Ecosystem::Npm,
            "pyproject.toml" | "Pipfile" | "setup.cfg" | "setup.py" => Ecosystem::Python,
            "go.mod" => Ecosystem::Go,
            _ if is_list => Ecosystem::Python,
            _ => return None,
        })
    }
}

/// One declared package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Declared {
    /// As the manifest calls it.
    pub(crate) name: String,
    /// How code calls it, where the manifest or a table says so.
    pub(crate) import: String,
    pub(crate) kind: DependencyKind,
    /// It may be there for what it switches on in another package.
    pub(crate) has_features: bool,
}

/// One manifest.
#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) path: String,
    /// The folder for whose files it counts.
    pub(crate) folder: String,
    pub(crate) ecosystem: Ecosystem,
    pub(crate) name: Option<String>,
    pub(crate) declared: Vec<Declared>,
    pub(crate) text: String,
    /// It pins what others need, so nobody has to use it.
    pub(crate) is_pinned: bool,
}

/// Folders that hold lists of requirements for the folder around them.
const ASIDE: &[&str] = &["requirements", "requirement", "reqs", "deps"];

/// The manifests of a root, each read when it is first asked for.
pub(crate) struct Manifests<'p> {
    root: &'p Path,
    files: &'p [&'p str],
    /// Paths by what they count for.
    places: BTreeMap<(Ecosystem, String), Vec<&'p str>>,
    read: RefCell<BTreeMap<String, Option<Rc<Manifest>>>>,
}

impl<'p> Manifests<'p> {
    /// Finds the manifests among `files`, which are sorted.
    pub(crate) fn of(root: &'p Path, files: &'p [&'p str]) -> Manifests<'p> {
        let mut places: BTreeMap<(Ecosystem, String), Vec<&'p str>> = BTreeMap::new();
        for &path in files {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            if let Some(ecosystem) = Ecosystem::of_manifest(path) {
                places
                    .entry((ecosystem, scope(ecosystem, folder).to_owned()))
                    .or_default()
                    .push(path);
            }
        }
        Manifests { root, files, places, read: RefCell::default() }
    }

    /// Every manifest, in order of path.
    pub(crate) fn all(&self) -> Vec<Rc<Manifest>> {
        let paths: Vec<&str> = self.places.values().flatten().copied().collect();
        paths.into_iter().filter_map(|path| self.read(path)).collect()
    }

    /// The manifests that count for a file, nearest first.
    pub(crate) fn above(&self, ecosystem: Ecosystem, path: &str) -> Vec<Rc<Manifest>> {
        let mut folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut found = Vec::new();
        loop {
            let key = (ecosystem, folder.to_owned());
            let here = self.places.get(&key).into_iter().flatten();
            found.extend(here.filter_map(|path| self.read(path)));
            let is_enough = matches!(ecosystem, Ecosystem::Cargo | Ecosystem::Go);
            if folder.is_empty() || is_enough && !found.is_empty() {
                return found;
            }
            folder = folder.rsplit_once('/').map_or("", |(outer, _)| outer);
        }
    }

    fn read(&self, path: &str) -> Option<Rc<Manifest>> {
        if let Some(known) = self.read.borrow().get(path) {
            return known.clone();
        }
        let found = self.read_now(path).map(Rc::new);
        self.read.borrow_mut().insert(path.to_owned(), found.clone());
        found
    }

    fn read_now(&self, path: &str) -> Option<Manifest> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let ecosystem = Ecosystem::of_manifest(path)?;
        let told = declares(self.root, path, self.files)?.ok()?;
        let declared = match ecosystem {
            Ecosystem::Cargo => {
                let table = told.text.parse::<Table>().ok()?;
                table.get("package")?;
                cargo(&table, self.root, folder)
            }
            Ecosystem::Go => go(&told.text),
            _ => told
                .dependencies
                .iter()
                .map(|dependency| Declared {
                    import: match ecosystem {
                        Ecosystem::Python => normal(&dependency.name),
                        _ => dependency.name.clone(),
                    },
                    name: dependency.name.clone(),
                    kind: dependency.kind,
                    has_features: false,
                })
                .collect(),
        };
        let marks = ["# via", "--hash=", "pip-compile", "uv pip compile", "uv export"];
        // A list for one extra serves those who ask for it.
        let is_extra = ecosystem == Ecosystem::Python
            && folder.rsplit('/').nth(1).is_some_and(|outer| ASIDE.contains(&outer));
        let is_pinned =
            is_extra || name.ends_with(".txt") && marks.iter().any(|mark| told.text.contains(mark));
        let folder = scope(ecosystem, folder).to_owned();
        let (name, text) = (told.name, told.text);
        Some(Manifest { path: path.to_owned(), folder, ecosystem, name, declared, text, is_pinned })
    }
}

fn scope<'f>(ecosystem: Ecosystem, folder: &'f str) -> &'f str {
    let outer = |folder: &'f str| folder.rsplit_once('/').unwrap_or(("", folder));
    let (around, last) = outer(folder);
    let (beyond, before) = outer(around);
    match ecosystem {
        Ecosystem::Python if ASIDE.contains(&last) => around,
        // `requirements/extras/redis.txt`
        Ecosystem::Python if ASIDE.contains(&before) => beyond,
        _ => folder,
    }
}

const CARGO_TABLES: &[(&str, DependencyKind)] = &[
    ("dependencies", DependencyKind::Normal),
    ("dev-dependencies", DependencyKind::Dev),
    ("dev_dependencies", DependencyKind::Dev),
    ("build-dependencies", DependencyKind::Build),
    ("build_dependencies", DependencyKind::Build),
];

fn cargo(table: &Table, root: &Path, folder: &str) -> Vec<Declared> {
    let targets = table.get("target").and_then(Value::as_table).into_iter().flatten();
    let tables = targets.filter_map(|(_, target)| target.as_table());
    let mut all = Vec::new();
    for table in std::iter::once(table).chain(tables) {
        for (key, kind) in CARGO_TABLES {
            let entries = table.get(*key).and_then(Value::as_table);
            for (name, value) in entries.into_iter().flatten() {
                let text = |key: &str| value.get(key).and_then(Value::as_str);
                let import = match (text("package"), text("path")) {
                    (Some(_), _) => name.replace('-', "_"),
                    (None, Some(path)) => {
                        library_at(root, folder, path).unwrap_or_else(|| library_of(name))
                    }
                    (None, None) => library_of(name),
                };
                let has_features = value.get("features").is_some();
                all.push(Declared { name: name.clone(), import, kind: *kind, has_features });
            }
        }
    }
    all
}

/// The name of the library of a crate that lies beside.
fn library_at(root: &Path, folder: &str, path: &str) -> Option<String> {
    let place = crate::roots::tidy(&format!("{folder}/{path}/Cargo.toml"))?;
    let told = declares(root, &place, &[])?.ok()?;
    let table = told.text.parse::<Table>().ok()?;
    let name = table.get("lib")?.get("name")?.as_str()?;
    Some(name.replace('-', "_"))
}

/// All modules that are required; what only others need is optional here.
fn go(text: &str) -> Vec<Declared> {
    let mut all = Vec::new();
    let mut in_block = false;
    for line in text.lines() {
        let is_indirect = line.contains("// indirect");
        let line = line.split("//").next().unwrap_or_default().trim();
        let entry = match line.strip_prefix("require") {
            Some(rest) if rest.trim() == "(" => {
                in_block = true;
                continue;
            }
            Some(rest) if rest.starts_with([' ', '\t']) => rest.trim(),
            _ if line == ")" => {
                in_block = false;
                continue;
            }
            _ if in_block => line,
            _ => continue,
        };
        if let Some(name) = entry.split_whitespace().next() {
            let name = name.trim_matches('"').to_owned();
            let kind = if is_indirect { DependencyKind::Optional } else { DependencyKind::Normal };
            all.push(Declared { import: name.clone(), name, kind, has_features: false });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_above_a_file_count() {
        let scratch = tempfile::tempdir().unwrap();
        let files = [
            ("Cargo.toml", "[workspace]\nmembers = [\"a\"]\n"),
            (
                "a/Cargo.toml",
                "[package]\nname = \"a\"\n[dependencies]\nmd-5 = \"1\"\nx = { package = \"y\", version = \"1\" }\n",
            ),
            (
                "go.mod",
                "module m\nrequire (\n\tgithub.com/a/b v1\n\tgithub.com/c/d v1 // indirect\n)\nrequire github.com/e/f v2\n",
            ),
            ("package.json", r#"{"dependencies": {"left": "1"}}"#),
            ("requirements/dev.txt", "PyYAML==6\n"),
            ("requirements/extras/auth.txt", "cryptography\n"),
            ("web/package.json", r#"{"devDependencies": {"right": "1"}}"#),
        ];
        for (path, text) in files {
            let path = scratch.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let paths: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
        let manifests = Manifests::of(scratch.path(), &paths);
        let imports = |ecosystem, path: &str| -> Vec<String> {
            let all = manifests.above(ecosystem, path);
            all.iter().flat_map(|of| of.declared.iter().map(|one| one.import.clone())).collect()
        };
        assert_eq!(imports(Ecosystem::Cargo, "a/src/lib.rs"), ["md5", "x"]);
        assert_eq!(imports(Ecosystem::Npm, "web/src/x.ts"), ["right", "left"]);
        assert_eq!(imports(Ecosystem::Python, "app/x.py"), ["pyyaml", "cryptography"]);
        assert_eq!(
            imports(Ecosystem::Go, "x.go"),
            ["github.com/a/b", "github.com/c/d", "github.com/e/f"]
        );
    }
}

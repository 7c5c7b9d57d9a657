//! Which formatter a project uses for a file, and how it is asked.

use std::ffi::OsString;

use super::{Detected, Way};
use crate::checks::manifests::Ecosystem;
use crate::checks::tree::SourceTree;
use crate::resolve::projects::join;

/// It needs the project's own build.
const BUILD: Way = Way::NotRun("it runs as part of the project's build");
/// Its configuration is a program or names one.
const PROGRAM: Way = Way::NotRun("its configuration may run code of the project");

const PRETTIER: &[&str] = &[
    ".prettierrc",
    ".prettierrc.json",
    ".prettierrc.yaml",
    ".prettierrc.yml",
    ".prettierrc.toml",
    ".prettierrc.js",
    ".prettierrc.cjs",
    ".prettierrc.mjs",
    ".prettierrc.ts",
    ".prettierrc.json5",
    "prettier.config.js",
    "prettier.config.cjs",
    "prettier.config.mjs",
    "prettier.config.ts",
];
/// Endings that prettier and its kind format.
const WEB: &[&str] = &[
    "js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "css", "scss", "less", "json", "jsonc",
    "html", "vue", "svelte", "md", "mdx", "yaml", "yml", "graphql",
];
const BIOME: &[&str] =
    &["js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "json", "jsonc", "css", "graphql"];
const C: &[&str] = &["c", "cc", "cpp", "cxx", "h", "hh", "hpp", "hxx", "m", "mm", "cu", "proto"];

/// Formatters that a file of configuration alone tells, and that are not run.
const OTHERS: &[(&str, &[&str], &str)] = &[
    (".rubocop.yml", &["rb"], "rubocop"),
    (".scalafmt.conf", &["scala", "sbt"], "scalafmt"),
    ("stylua.toml", &["lua"], "stylua"),
    (".stylua.toml", &["lua"], "stylua"),
    (".swift-format", &["swift"], "swift-format"),
    (".swiftformat", &["swift"], "swiftformat"),
    (".formatter.exs", &["ex", "exs"], "mix"),
    (".php-cs-fixer.php", &["php"], "php-cs-fixer"),
    (".php-cs-fixer.dist.php", &["php"], "php-cs-fixer"),
    ("pint.json", &["php"], "pint"),
    (".csharpierrc", &["cs"], "csharpier"),
    (".ocamlformat", &["ml", "mli"], "ocamlformat"),
    ("fourmolu.yaml", &["hs"], "fourmolu"),
];

/// The formatter of a file, where something says which.
pub(crate) fn detect(tree: &SourceTree<'_>, path: &str) -> Option<Detected> {
    let ending = path.rsplit('.').next().unwrap_or_default();
    match ending {
        "rs" => return Some(rustfmt(tree, path)),
        "go" => return Some(go(tree, path)),
        "py" | "pyi" => return python(tree, path),
        "java" | "kt" | "kts" => return jvm(tree, path, ending),
        "sh" | "bash" => return shell(tree, path),
        _ => {}
    }
    if C.contains(&ending)
        && let Some(config) = nearest(tree, path, &[".clang-format", "_clang-format"])
    {
        let style = at(tree, "--style=file:", &config);
        let way = Way::Prints(vec![style, at(tree, "--assume-filename=", path)]);
        let command = format!("clang-format -i {path}");
        return Some(Detected { name: "clang-format", command, config: Some(config), way });
    }
    if WEB.contains(&ending)
        && let Some(found) = web(tree, path, ending)
    {
        return Some(found);
    }
    let (file, _, name) = OTHERS.iter().find(|(file, endings, _)| {
        endings.contains(&ending) && nearest(tree, path, &[file]).is_some()
    })?;
    let config = nearest(tree, path, &[file]);
    let command =
        if *name == "mix" { format!("mix format {path}") } else { format!("{name} {path}") };
    Some(Detected { name, command, config, way: PROGRAM })
}

/// The nearest file of one of these names, in the file's folder or above.
fn nearest(tree: &SourceTree<'_>, path: &str, names: &[&str]) -> Option<String> {
    above(path).find_map(|folder| {
        names.iter().map(|name| join(folder, name)).find(|place| {
            let metadata = tree.root.join(place).symlink_metadata();
            metadata.is_ok_and(|metadata| metadata.is_file())
        })
    })
}

fn above(path: &str) -> impl Iterator<Item = &str> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    std::iter::successors(Some(folder), |folder| {
        (!folder.is_empty()).then(|| folder.rsplit_once('/').map_or("", |(outer, _)| outer))
    })
}

/// A flag with the whole path of a file of the root.
fn at(tree: &SourceTree<'_>, flag: &str, path: &str) -> OsString {
    let mut argument = OsString::from(flag);
    argument.push(tree.root.join(path));
    argument
}

fn rustfmt(tree: &SourceTree<'_>, path: &str) -> Detected {
    let mut arguments: Vec<OsString> = ["--emit", "stdout", "--quiet"].map(OsString::from).into();
    let edition = edition(tree, path);
    arguments.extend(["--edition".into(), edition.clone().into()]);
    let config = nearest(tree, path, &["rustfmt.toml", ".rustfmt.toml"]);
    if let Some(config) = &config {
        arguments.push("--config-path".into());
        arguments.push(tree.root.join(config).into());
    }
    let command = match nearest(tree, path, &["Cargo.toml"]) {
        Some(_) => "cargo fmt".to_owned(),
        None => format!("rustfmt --edition {edition} {path}"),
    };
    let way = match config.as_ref().and_then(|config| tree.text(config)) {
        // Both name other files, which a text on standard input has not.
        Some(text) if text.contains("ignore") => Way::NotRun(
            "its configuration leaves files out, which only the project's own run knows",
        ),
        _ => Way::Prints(arguments),
    };
    Detected { name: "rustfmt", command, config, way }
}

/// The edition of the crate around a file.
fn edition(tree: &SourceTree<'_>, path: &str) -> String {
    let mut inherits = false;
    for folder in above(path) {
        let place = join(folder, "Cargo.toml");
        let Some(text) = tree.text(&place) else { continue };
        let Ok(table) = text.parse::<toml::Table>() else { continue };
        let of = |of: Option<&toml::Value>| of.and_then(|of| of.get("edition").cloned());
        let workspace = table.get("workspace").and_then(|of| of.get("package"));
        if let Some(edition) = of(workspace).filter(|_| inherits) {
            return edition.as_str().unwrap_or("2021").to_owned();
        }
        match (table.get("package"), of(table.get("package"))) {
            (_, Some(toml::Value::String(edition))) => return edition,
            (Some(_), Some(_)) => {
                inherits = true;
                if let Some(edition) = of(workspace) {
                    return edition.as_str().unwrap_or("2021").to_owned();
                }
            }
            (Some(_), None) => return "2015".to_owned(),
            (None, _) => {}
        }
    }
    "2021".to_owned()
}

fn go(tree: &SourceTree<'_>, path: &str) -> Detected {
    let lint = nearest(tree, path, &[".golangci.yml", ".golangci.yaml", ".golangci.toml"]);
    let is_strict =
        lint.as_ref().and_then(|lint| tree.text(lint)).is_some_and(|text| text.contains("gofumpt"));
    let way = Way::Silent(vec!["-l".into()]);
    if is_strict {
        let command = format!("gofumpt -w {path}");
        return Detected { name: "gofumpt", command, config: lint, way };
    }
    Detected { name: "gofmt", command: format!("gofmt -w {path}"), config: None, way }
}

fn python(tree: &SourceTree<'_>, path: &str) -> Option<Detected> {
    let whole = tree.root.join(path);
    let name = |flag: &str| vec![OsString::from(flag), whole.clone().into_os_string()];
    let ruff = |config: Option<String>| {
        let mut arguments: Vec<OsString> =
            ["format", "--check", "--quiet", "--no-cache"].map(OsString::from).into();
        arguments.extend(name("--stdin-filename"));
        arguments.push("-".into());
        let command = format!("ruff format {path}");
        Detected { name: "ruff", command, config, way: Way::Status(arguments) }
    };
    let black = |config: Option<String>| {
        let mut arguments: Vec<OsString> = ["--check", "--quiet"].map(OsString::from).into();
        if let Some(config) = config.as_ref().filter(|config| config.ends_with("pyproject.toml")) {
            arguments.extend(["--config".into(), tree.root.join(config).into_os_string()]);
        }
        arguments.extend(name("--stdin-filename"));
        arguments.push("-".into());
        let command = format!("black {path}");
        Detected { name: "black", command, config, way: Way::Status(arguments) }
    };
    for folder in above(path) {
        let file = |name: &str| Some(join(folder, name)).filter(|place| tree.text(place).is_some());
        let says = |place: &Option<String>, what: &str| {
            place
                .as_ref()
                .and_then(|place| tree.text(place))
                .is_some_and(|text| text.contains(what))
        };
        let project = file("pyproject.toml");
        let hooks = file(".pre-commit-config.yaml");
        if says(&project, "[tool.black") {
            return Some(black(project));
        }
        if says(&project, "[tool.ruff.format") || says(&hooks, "ruff-format") {
            return Some(ruff(if says(&project, "[tool.ruff") { project } else { hooks }));
        }
        if says(&hooks, "psf/black") || says(&hooks, "id: black") {
            return Some(black(hooks));
        }
        let style = file(".style.yapf");
        if style.is_some() || says(&project, "[tool.yapf") {
            let config = style.clone().or(project);
            let way = match &style {
                Some(style) => Way::Prints(vec![at(tree, "--style=", style)]),
                None => Way::NotRun(
                    "its style lies in pyproject.toml, which it reads beside the file only",
                ),
            };
            return Some(Detected {
                name: "yapf",
                command: format!("yapf -i {path}"),
                config,
                way,
            });
        }
        for config in ["ruff.toml", ".ruff.toml"] {
            if let Some(config) = file(config) {
                return Some(ruff(Some(config)));
            }
        }
        if says(&project, "[tool.ruff") {
            return Some(ruff(project));
        }
    }
    let declares = |package: &str| {
        let above = tree.manifests.above(Ecosystem::Python, path);
        above
            .into_iter()
            .find(|manifest| manifest.declared.iter().any(|one| one.import == package))
            .map(|manifest| manifest.path.clone())
    };
    declares("black").map(|manifest| black(Some(manifest)))
}

fn jvm(tree: &SourceTree<'_>, path: &str, ending: &str) -> Option<Detected> {
    for folder in above(path) {
        for file in ["build.gradle", "build.gradle.kts", "pom.xml"] {
            let place = join(folder, file);
            let Some(text) = tree.text(&place) else { continue };
            let command = match (text.contains("spotless"), file) {
                (true, "pom.xml") => Some(("spotless", "mvn spotless:apply")),
                (true, _) => Some(("spotless", "gradle spotlessApply")),
                _ if ending == "java" && text.contains("google-java-format") => {
                    Some(("google-java-format", "google-java-format -i"))
                }
                _ if ending != "java" && text.contains("ktlint") => Some(("ktlint", "ktlint -F")),
                _ => None,
            };
            if let Some((name, command)) = command {
                return Some(Detected {
                    name,
                    command: command.to_owned(),
                    config: Some(place),
                    way: BUILD,
                });
            }
        }
    }
    None
}

/// A formatter that is told and never run, with the reason.
fn not_run(name: &'static str, command: String, config: String, why: &'static str) -> Detected {
    Detected { name, command, config: Some(config), way: Way::NotRun(why) }
}

fn shell(tree: &SourceTree<'_>, path: &str) -> Option<Detected> {
    let config = nearest(tree, path, &[".pre-commit-config.yaml", "Makefile", "package.json"])?;
    let is_named = tree.text(&config).is_some_and(|text| text.contains("shfmt"));
    let why = "its options are in the project's scripts";
    is_named.then(|| not_run("shfmt", format!("shfmt -w {path}"), config, why))
}

fn web(tree: &SourceTree<'_>, path: &str, ending: &str) -> Option<Detected> {
    for folder in above(path) {
        let file = |names: &[&str]| {
            let mut places = names.iter().map(|name| join(folder, name));
            places
                .find(|place| tree.root.join(place).symlink_metadata().is_ok_and(|at| at.is_file()))
        };
        if let Some(config) =
            file(&["biome.json", "biome.jsonc"]).filter(|_| BIOME.contains(&ending))
        {
            return Some(not_run(
                "biome",
                format!("biome format --write {path}"),
                config,
                "its configuration may name plugins of the project",
            ));
        }
        if let Some(config) = file(PRETTIER) {
            return Some(prettier(tree, path, config));
        }
        if let Some(config) = file(&["dprint.json", "dprint.jsonc", ".dprint.json"]) {
            return Some(not_run(
                "dprint",
                format!("dprint fmt {path}"),
                config,
                "it loads plugins that its configuration names",
            ));
        }
        if let Some(config) = file(&["deno.json", "deno.jsonc"]) {
            return Some(not_run(
                "deno",
                format!("deno fmt {path}"),
                config,
                "deno reads the project around the file",
            ));
        }
        if let Some(config) = file(&["package.json"]) {
            let json = tree
                .text(&config)
                .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
            let Some(json) = json else { continue };
            if json.get("prettier").is_some() {
                let way = PROGRAM;
                return Some(Detected {
                    name: "prettier",
                    command: format!("prettier --write {path}"),
                    config: Some(config),
                    way,
                });
            }
            let declares = |name: &str| {
                ["dependencies", "devDependencies"].iter().any(|key| json[key].get(name).is_some())
            };
            if declares("@biomejs/biome") && BIOME.contains(&ending) {
                return Some(not_run(
                    "biome",
                    format!("biome format --write {path}"),
                    config,
                    "its configuration may name plugins of the project",
                ));
            }
            if declares("prettier") {
                return Some(prettier(tree, path, config));
            }
        }
    }
    None
}

/// Prettier is run with configuration that is data and names no plugin.
fn prettier(tree: &SourceTree<'_>, path: &str, config: String) -> Detected {
    let command = format!("prettier --write {path}");
    let name = config.rsplit('/').next().unwrap_or(&config);
    let text = tree.text(&config).unwrap_or_default();
    let is_data = matches!(
        name,
        "package.json"
            | ".prettierrc"
            | ".prettierrc.json"
            | ".prettierrc.yaml"
            | ".prettierrc.yml"
            | ".prettierrc.toml"
    );
    // A text that is one string names a package with the configuration.
    let is_table = text.contains(':') || text.contains('=') || text.trim() == "{}";
    if !is_data
        || name != "package.json"
            && (!is_table || text.contains("plugins") || text.contains("parser"))
    {
        return Detected { name: "prettier", command, config: Some(config), way: PROGRAM };
    }
    let mut arguments = if name == "package.json" {
        vec!["--no-config".into()]
    } else {
        vec!["--config".into(), tree.root.join(&config).into_os_string()]
    };
    arguments.extend(["--stdin-filepath".into(), tree.root.join(path).into_os_string()]);
    Detected { name: "prettier", command, config: Some(config), way: Way::Prints(arguments) }
}

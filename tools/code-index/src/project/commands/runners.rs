//! Commands that a project names itself: scripts of package managers, targets
//! of make, just and task, and executables in its script folders.

use serde_json::Value;

use super::super::manifest::{entries, json, text_of, toml, toml_entries};
use super::task::of_script;
use super::{Finds, Language, Source, Task, line_of};

/// Folders of executables that are named for what they do.
const SCRIPT_FOLDERS: [&str; 6] = ["scripts", "script", "bin", "dev", "tools", "hack"];
/// Makefiles that a Makefile includes.
const MAX_INCLUDES: usize = 6;

pub(super) fn find(finds: &mut Finds<'_, '_>) {
    packages(finds);
    deno(finds);
    make(finds);
    just(finds);
    taskfile(finds);
    executables(finds);
    cargo_aliases(finds);
    composer(finds);
}

/// How scripts of package.json are run here.
fn package_manager(finds: &Finds<'_, '_>, package: &Value) -> &'static str {
    let named = text_of(package, "packageManager").unwrap_or_default();
    let known = ["pnpm", "yarn", "bun", "npm"];
    if let Some(manager) = known.into_iter().find(|manager| named.starts_with(manager)) {
        return manager;
    }
    let locks = [
        ("pnpm-lock.yaml", "pnpm"),
        ("yarn.lock", "yarn"),
        ("bun.lockb", "bun"),
        ("bun.lock", "bun"),
        ("package-lock.json", "npm"),
        ("npm-shrinkwrap.json", "npm"),
        ("pnpm-workspace.yaml", "pnpm"),
    ];
    let mut folder = finds.folder.as_str();
    loop {
        let here = |name: &str| super::join(folder, name);
        if let Some((_, manager)) = locks.iter().find(|(lock, _)| finds.tree.is_file(&here(lock))) {
            return manager;
        }
        if folder.is_empty() {
            return "npm";
        }
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
}

fn run_script(manager: &str, name: &str) -> String {
    match (manager, name) {
        ("npm" | "pnpm" | "yarn", "test") | ("npm", "start") | ("yarn", _) => {
            format!("{manager} {name}")
        }
        _ => format!("{manager} run {name}"),
    }
}

fn packages(finds: &mut Finds<'_, '_>) {
    let Some((path, text)) = finds.read("package.json") else { return };
    let Ok(package) = json(&text) else { return };
    let manager = package_manager(finds, &package);
    let scripts: Vec<(String, String)> = entries(&package, "scripts")
        .filter_map(|(name, command)| Some((name.clone(), command.as_str()?.to_owned())))
        .collect();
    let mut lines = script_lines(&text);
    for (name, command) in scripts {
        // What npm writes into a new package is no test.
        if command.contains("no test specified") {
            continue;
        }
        let Some((task, plainness)) = of_script(&name, &command) else { continue };
        let line = lines.remove(&name).unwrap_or(1);
        let run = run_script(manager, &name);
        finds.add(task, &run, (&path, line), Source::Runner(Language::Script), plainness);
    }
    package_tools(finds, &package, (&path, &text), manager);
}

/// The line of each key of the object `scripts`.
fn script_lines(text: &str) -> std::collections::HashMap<String, u32> {
    let mut lines = std::collections::HashMap::new();
    let mut inside = false;
    for (line, number) in text.lines().zip(1u32..) {
        let inner = line.trim();
        if inner.starts_with("\"scripts\"") || inner.starts_with("\"tasks\"") {
            inside = true;
            continue;
        }
        if inside && inner.starts_with('}') {
            break;
        }
        let key = inner.strip_prefix('"').and_then(|rest| rest.split_once("\":"));
        if let Some((key, _)) = key.filter(|_| inside) {
            lines.entry(key.to_owned()).or_insert(number);
        }
    }
    lines
}

/// Tools that are configured but that no script may name.
fn package_tools(finds: &mut Finds<'_, '_>, package: &Value, place: (&str, &str), manager: &str) {
    let exec = match manager {
        "pnpm" => "pnpm exec",
        "yarn" => "yarn",
        "bun" => "bunx",
        _ => "npx",
    };
    let depends = |name: &str| {
        ["devDependencies", "dependencies"]
            .iter()
            .any(|list| package.get(*list).is_some_and(|list| list.get(name).is_some()))
    };
    let tools: [(&str, Task, &str, &[&str]); 7] = [
        (
            "vitest",
            Task::Test,
            "vitest run",
            &["vitest.config.ts", "vitest.config.mts", "vitest.config.js", "vite.config.ts"],
        ),
        (
            "jest",
            Task::Test,
            "jest",
            &["jest.config.js", "jest.config.ts", "jest.config.cjs", "jest.config.mjs"],
        ),
        ("mocha", Task::Test, "mocha", &[".mocharc.json", ".mocharc.yml", ".mocharc.cjs"]),
        (
            "eslint",
            Task::Lint,
            "eslint .",
            &[
                "eslint.config.js",
                "eslint.config.mjs",
                "eslint.config.ts",
                ".eslintrc.js",
                ".eslintrc.cjs",
                ".eslintrc.json",
                ".eslintrc",
                ".eslintrc.yml",
            ],
        ),
        ("@biomejs/biome", Task::Format, "biome check --write .", &["biome.json", "biome.jsonc"]),
        (
            "prettier",
            Task::Format,
            "prettier --write .",
            &[
                ".prettierrc",
                ".prettierrc.json",
                ".prettierrc.js",
                ".prettierrc.cjs",
                "prettier.config.js",
                "prettier.config.mjs",
                "prettier.config.cjs",
                ".prettierrc.yml",
                ".prettierrc.yaml",
            ],
        ),
        ("typescript", Task::Typecheck, "tsc --noEmit", &["tsconfig.json"]),
    ];
    for (name, task, command, configs) in tools {
        let config = finds.first(configs);
        if config.is_none() && !depends(name) || (name == "typescript" && config.is_none()) {
            continue;
        }
        let line = line_of(place.1, |line| line.contains(&format!("\"{name}\"")));
        let said = match &config {
            Some(config) => (config.as_str(), 1),
            None => (place.0, line),
        };
        finds.add(task, &format!("{exec} {command}"), said, Source::Tool(Language::Script), 50);
    }
}

fn deno(finds: &mut Finds<'_, '_>) {
    for name in ["deno.json", "deno.jsonc"] {
        let Some((path, text)) = finds.read(name) else { continue };
        let Ok(config) = json(&text) else { continue };
        let mut lines = script_lines(&text);
        for (name, command) in entries(&config, "tasks") {
            let command = command.as_str().unwrap_or_default();
            let Some((task, plainness)) = of_script(name, command) else { continue };
            let line = lines.remove(name).unwrap_or(1);
            let run = format!("deno task {name}");
            finds.add(task, &run, (&path, line), Source::Runner(Language::Script), plainness);
        }
        let own =
            [(Task::Test, "deno test"), (Task::Lint, "deno lint"), (Task::Format, "deno fmt")];
        for (task, command) in own {
            finds.add(task, command, (&path, 1), Source::Tool(Language::Script), 0);
        }
    }
}

fn make(finds: &mut Finds<'_, '_>) {
    let Some(path) = finds.first(&["GNUmakefile", "Makefile", "makefile"]) else { return };
    let Some(text) = finds.tree.read(&path) else { return };
    let mut files = vec![(path, text)];
    let includes: Vec<String> = files[0]
        .1
        .lines()
        .filter_map(|line| line.trim_start_matches('-').strip_prefix("include "))
        .flat_map(str::split_whitespace)
        .map(|name| name.trim_start_matches("./").to_owned())
        .take(MAX_INCLUDES)
        .collect();
    for name in includes {
        files.extend(finds.read(&name));
    }
    // A common trick: `%: common-%` lets targets of an included file be called by their ends.
    let common =
        files.iter().any(|(_, text)| text.lines().any(|line| line.starts_with("%: common-%")));
    for (path, text) in &files {
        for (name, recipe, line) in targets(text) {
            let short = name.strip_prefix("common-").filter(|_| common).unwrap_or(name);
            let Some((task, plainness)) = of_script(short, recipe) else { continue };
            // `make check` is make's own word for the tests.
            let task = if short == "check" { Task::Test } else { task };
            let run = format!("make {short}");
            finds.add(task, &run, (path, line), Source::Runner(Language::Any), plainness);
        }
    }
}

/// The targets with the first line of their recipe.
fn targets(text: &str) -> Vec<(&str, &str, u32)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (row, line) in lines.iter().enumerate() {
        if line.starts_with(['\t', ' ', '#', '.', '%', '$']) {
            continue;
        }
        let Some((names, rest)) = line.split_once(':') else { continue };
        if rest.starts_with('=') || rest.starts_with(":=") || names.contains(['=', '$', '%', '(']) {
            continue;
        }
        let recipe =
            lines.get(row + 1).filter(|next| next.starts_with('\t')).map_or("", |next| next.trim());
        let number = u32::try_from(row + 1).unwrap_or(u32::MAX);
        found.extend(names.split_whitespace().map(|name| (name, recipe, number)));
    }
    found
}

fn just(finds: &mut Finds<'_, '_>) {
    let Some(path) = finds.first(&["justfile", "Justfile", ".justfile"]) else { return };
    let Some(text) = finds.tree.read(&path) else { return };
    let lines: Vec<&str> = text.lines().collect();
    for (row, line) in lines.iter().enumerate() {
        if line.starts_with([' ', '\t', '#', '[', '_', '@']) && !line.starts_with('@') {
            continue;
        }
        let Some((head, rest)) = line.split_once(':') else { continue };
        let name = head.trim_start_matches('@').split_whitespace().next().unwrap_or_default();
        let is_name =
            !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "-_".contains(c));
        if !is_name
            || rest.starts_with('=')
            || matches!(name, "set" | "alias" | "export" | "import" | "mod")
        {
            continue;
        }
        let recipe = lines.get(row + 1).map_or("", |next| next.trim());
        let Some((task, plainness)) = of_script(name, recipe) else { continue };
        let number = u32::try_from(row + 1).unwrap_or(u32::MAX);
        let run = format!("just {name}");
        finds.add(task, &run, (&path, number), Source::Runner(Language::Any), plainness);
    }
}

fn taskfile(finds: &mut Finds<'_, '_>) {
    let Some(path) = finds.first(&["Taskfile.yml", "Taskfile.yaml", "taskfile.yml"]) else {
        return;
    };
    let Some(text) = finds.tree.read(&path) else { return };
    let mut inside = false;
    let mut own_indent = None;
    for (line, number) in text.lines().zip(1u32..) {
        let inner = line.trim_start();
        let indent = line.len() - inner.len();
        if inner.is_empty() || inner.starts_with('#') {
            continue;
        }
        if indent == 0 {
            inside = inner.starts_with("tasks:");
            continue;
        }
        let Some((name, _)) = inner.split_once(':').filter(|_| inside) else { continue };
        if indent != *own_indent.get_or_insert(indent) {
            continue;
        }
        let Some((task, plainness)) = of_script(name, "") else { continue };
        let run = format!("task {name}");
        finds.add(task, &run, (&path, number), Source::Runner(Language::Any), plainness);
    }
}

/// `scripts/test` and the like.
fn executables(finds: &mut Finds<'_, '_>) {
    for folder in SCRIPT_FOLDERS {
        let folder = finds.path(folder);
        let start = format!("{folder}/");
        let first = finds.tree.files.partition_point(|path| *path < start.as_str());
        let inside: Vec<&str> = finds.tree.files[first..]
            .iter()
            .take_while(|path| path.starts_with(&start))
            .filter(|path| !path[start.len()..].contains('/'))
            .take(200)
            .copied()
            .collect();
        for path in inside {
            let name = &path[start.len()..];
            let stem = name.strip_suffix(".sh").unwrap_or(name);
            if stem.contains('.') {
                continue;
            }
            let Some((task, plainness)) = of_script(stem, "").filter(|(_, at)| *at < 10) else {
                continue;
            };
            let shown = path.strip_prefix(&format!("{}/", finds.folder)).unwrap_or(path).to_owned();
            finds.add(task, &shown, (path, 1), Source::Runner(Language::Any), plainness);
        }
    }
}

/// `[alias]` in `.cargo/config.toml`.
fn cargo_aliases(finds: &mut Finds<'_, '_>) {
    for name in [".cargo/config.toml", ".cargo/config"] {
        let Some((path, text)) = finds.read(name) else { continue };
        let Ok(table) = toml(&text) else { continue };
        for (alias, value) in toml_entries(&table, &["alias"]) {
            let words = super::super::manifest::toml_strings(Some(value)).join(" ");
            let command = value.as_str().unwrap_or(&words);
            let Some((task, plainness)) = of_script(alias, &format!("cargo {command}")) else {
                continue;
            };
            let line = line_of(&text, |line| line.trim_start().starts_with(alias.as_str()));
            let run = format!("cargo {alias}");
            finds.add(task, &run, (&path, line), Source::Tool(Language::Rust), plainness + 30);
        }
    }
}

fn composer(finds: &mut Finds<'_, '_>) {
    let Some((path, text)) = finds.read("composer.json") else { return };
    let Ok(package) = json(&text) else { return };
    let mut lines = script_lines(&text);
    for (name, command) in entries(&package, "scripts") {
        let command = command.as_str().unwrap_or_default();
        let Some((task, plainness)) = of_script(name, command) else { continue };
        let line = lines.remove(name).unwrap_or(1);
        let run = format!("composer {name}");
        finds.add(task, &run, (&path, line), Source::Runner(Language::Php), plainness);
    }
}

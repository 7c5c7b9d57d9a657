//! Entry points that a file's own name and text tell, and the order of all.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use super::manifest::{file_name, read_text};
use super::{EntryKind, EntryPoint, FileFacts};
use crate::cancel::{Cancel, Cancelled};

/// Files whose text is looked at, nearest to the top first.
const MAX_READ: usize = 400;

/// Names that tell by themselves: (name, kind, reason).
const NAMES: [(&str, EntryKind, &str); 9] = [
    ("__main__.py", EntryKind::Binary, "run by `python -m`"),
    ("manage.py", EntryKind::Script, "Django's commands"),
    ("wsgi.py", EntryKind::Binary, "WSGI application"),
    ("asgi.py", EntryKind::Binary, "ASGI application"),
    ("main.swift", EntryKind::Binary, "Swift program"),
    ("index.html", EntryKind::Page, "page opened first"),
    ("config.ru", EntryKind::Binary, "Rack application"),
    ("artisan", EntryKind::Script, "Laravel's commands"),
    ("App.xaml", EntryKind::Binary, "XAML application"),
];

/// What a file's text must hold: (name's end, pattern, reason). The first that fits counts.
const TEXTS: [(&[&str], &str, &str); 8] = [
    (&["main.go"], r"(?m)^package main\b", "Go `package main`"),
    (&[".java", ".kt"], r"@SpringBootApplication\b", "`@SpringBootApplication`"),
    (&[".java"], r"\bstatic\s+(?:final\s+)?void\s+main\s*\(", "Java `main`"),
    (&[".kt"], r"(?m)^(?:suspend\s+)?fun main\s*\(", "Kotlin `main`"),
    (&[".scala"], r"@main\b|\bextends App\b|\bdef main\(", "Scala `main`"),
    (&["Program.cs"], r"\S", "C# program"),
    (&["main.c", "main.cc", "main.cpp", "main.cxx"], r"\bmain\s*\(", "C `main`"),
    (
        &["main.py", "app.py", "cli.py", "server.py"],
        r#"__name__\s*==\s*["']__main__["']"#,
        "Python `__main__` guard",
    ),
];

static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    TEXTS.iter().map(|(_, text, _)| Regex::new(text).expect("the patterns are constant")).collect()
});

/// Finds entry points among files, which are sorted by path.
pub(super) fn from_files(
    root: &Path,
    files: &[FileFacts<'_>],
    cancel: &Cancel,
) -> Result<Vec<EntryPoint>, Cancelled> {
    let mut entry_points: Vec<EntryPoint> = files.iter().filter_map(by_name).collect();
    let mut candidates: Vec<&str> =
        files.iter().map(|file| file.path).filter(|path| may_hold_main(path)).collect();
    candidates
        .sort_by_key(|path| (is_aside(path), !is_usual_name(path), path.matches('/').count()));
    for path in candidates.into_iter().take(MAX_READ) {
        cancel.check()?;
        // What cannot be read is no entry point to show.
        let Ok(text) = read_text(&root.join(path)) else { continue };
        if let Some(reason) = by_text(path, &text) {
            let reason = reason.to_owned();
            entry_points.push(EntryPoint {
                path: path.to_owned(),
                kind: EntryKind::Binary,
                reason,
            });
        }
    }
    Ok(entry_points)
}

fn by_name(file: &FileFacts<'_>) -> Option<EntryPoint> {
    let name = file_name(file.path);
    let entry = |kind, reason: &str| {
        Some(EntryPoint { path: file.path.to_owned(), kind, reason: reason.to_owned() })
    };
    if let Some((_, kind, reason)) = NAMES.iter().find(|(known, _, _)| *known == name) {
        return entry(*kind, reason);
    }
    let folder = file.path.strip_suffix(name)?.trim_end_matches('/');
    let in_bin = matches!(file_name(folder), "bin" | "scripts" | "script");
    if in_bin && file.language.is_some_and(|language| matches!(language, "bash" | "shell")) {
        return entry(EntryKind::Script, "shell script");
    }
    if file.path == "public/index.php" || file.path == "index.php" {
        return entry(EntryKind::Page, "PHP front controller");
    }
    None
}

fn may_hold_main(path: &str) -> bool {
    let name = file_name(path);
    TEXTS.iter().any(|(ends, _, _)| ends.iter().any(|end| fits(name, end)))
}

/// Whether a file name is `end`, or has it as its extension.
fn fits(name: &str, end: &str) -> bool {
    if end.starts_with('.') { name.ends_with(end) } else { name == end }
}

/// Names that usually hold `main` are read before the many that may.
fn is_usual_name(path: &str) -> bool {
    let stem = file_name(path).split('.').next().unwrap_or_default().to_lowercase();
    ["main", "app", "program", "cli", "server"].contains(&stem.as_str())
        || stem.ends_with("application")
        || stem.ends_with("main")
}

fn by_text(path: &str, text: &str) -> Option<&'static str> {
    let name = file_name(path);
    TEXTS
        .iter()
        .zip(PATTERNS.iter())
        .find(|((ends, _, _), pattern)| {
            ends.iter().any(|end| fits(name, end)) && pattern.is_match(text)
        })
        .map(|((_, _, reason), _)| *reason)
}

/// Whether a path is beside the project's own code. Only the order depends on it.
pub(super) fn is_aside(path: &str) -> bool {
    path.split('/').any(|part| {
        matches!(
            part,
            "test"
                | "tests"
                | "testing"
                | "testdata"
                | "fixtures"
                | "__tests__"
                | "spec"
                | "docs"
                | "doc"
                | "vendor"
                | "third_party"
                | "examples"
                | "example"
                | "node_modules"
        )
    })
}

/// Sorts the entry points, nearest to the top first, and keeps those in `folder`
/// once each: a file that is both a library and a binary stays both.
pub(super) fn tidy(mut entry_points: Vec<EntryPoint>, folder: &str) -> Vec<EntryPoint> {
    entry_points.retain(|entry| super::is_below(&entry.path, folder));
    for entry in &mut entry_points {
        super::manifest::shorten(&mut entry.reason);
    }
    // Equal otherwise, a manifest's reason came first and stays first.
    // The sort is stable: what a manifest says stays before what a name tells.
    entry_points.sort_by_cached_key(|entry| {
        let depth = entry.path.matches('/').count();
        let example = entry.kind == EntryKind::Example;
        (is_aside(&entry.path), example, depth, entry.path.clone(), entry.kind)
    });
    // A service or container has one file for many; elsewhere one reason is enough.
    entry_points.dedup_by(|later, first| {
        later.path == first.path
            && later.kind == first.kind
            && !matches!(first.kind, EntryKind::Service)
    });
    entry_points
}

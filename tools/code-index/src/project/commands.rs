//! The commands of a project's daily work: how it is formatted, linted, tested,
//! built and run, each with the file and line that says so.
//!
//! ```text
//! task runners (scripts, make, just, …) ─┐
//! manifests and configuration ───────────┼─▶ candidates ─▶ best of each task, others, CI
//! CI files ──────────────────────────────┘
//! ```
//!
//! What a person would type comes first: what the guide for contributors says, then
//! a command that the project names itself before one that follows from its tools,
//! and the main language's before others.
//!
//! **Invariants**
//! - Files are read, never run. Hidden ones are read too, since CI and tools are
//!   configured there, but nothing behind a link out of the root.
//! - Lists are bounded; the same files give the same commands.

mod ci;
mod documented;
mod ecosystems;
mod python;
mod runners;
mod task;

use std::cell::Cell;
use std::path::Path;

use serde::Serialize;

use super::folders::languages;
use super::manifest::read_text;
use super::{FileFacts, ProjectQuery};
use crate::cancel::{Cancel, Cancelled};
use crate::watch::is_inside;

pub use task::Task;

/// Other commands for a task than its best.
const MAX_OTHERS: usize = 2;
/// Commands of CI.
const MAX_CI: usize = 10;
/// From here on a name tells a special case of its task, such as `test:update`.
const SPECIAL: u8 = 20;
/// Files that are read to find commands.
const MAX_READ: usize = 200;
/// A longer command is a script.
const MAX_COMMAND: usize = 160;

/// One command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Command {
    /// What it is for.
    pub task: Task,
    /// What to type.
    pub command: String,
    /// The file that says so.
    pub path: String,
    /// The line there, from 1.
    pub line: u32,
    /// The folder to run it in, where that is not the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// The job of CI that runs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
}

/// A command with what it is ranked by.
struct Candidate {
    task: Task,
    command: String,
    path: String,
    line: u32,
    folder: String,
    source: Source,
    /// How plainly its name or tool tells the task; less is plainer.
    plainness: u8,
}

/// What a command follows from, the plainest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    /// A target or script with the task's name.
    Runner(Language),
    /// A manifest or a tool's configuration.
    Tool(Language),
    /// A tool's own way to run others: tox, nox, pre-commit.
    Wrapper,
}

/// The languages whose tools are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Language {
    Any,
    Rust,
    Script,
    Python,
    Go,
    Jvm,
    Ruby,
    Php,
    Elixir,
    Dotnet,
    Native,
    Swift,
    Dart,
}

impl Language {
    fn of(name: &str) -> Language {
        match name {
            "rust" => Language::Rust,
            "javascript" | "typescript" | "tsx" => Language::Script,
            "python" => Language::Python,
            "go" => Language::Go,
            "java" | "kotlin" | "scala" => Language::Jvm,
            "ruby" => Language::Ruby,
            "php" => Language::Php,
            "elixir" => Language::Elixir,
            "c-sharp" => Language::Dotnet,
            "c" | "cpp" => Language::Native,
            "swift" => Language::Swift,
            "dart" => Language::Dart,
            _ => Language::Any,
        }
    }
}

/// The files of a root, for those who look for commands in them.
struct Tree<'q> {
    root: &'q Path,
    /// Sorted.
    files: Vec<&'q str>,
    reads: Cell<usize>,
}

impl Tree<'_> {
    fn has(&self, path: &str) -> bool {
        self.files.binary_search(&path).is_ok()
    }

    /// Whether a file is there, hidden ones included.
    fn is_file(&self, path: &str) -> bool {
        self.has(path)
            || (self.root.join(path).symlink_metadata().is_ok_and(|it| it.is_file())
                && is_inside(self.root, path))
    }

    fn read(&self, path: &str) -> Option<String> {
        if self.reads.get() >= MAX_READ || !self.is_file(path) || !is_inside(self.root, path) {
            return None;
        }
        self.reads.set(self.reads.get() + 1);
        read_text(&self.root.join(path)).ok()
    }

    /// The first of these files of a folder that is there.
    fn first(&self, folder: &str, names: &[&str]) -> Option<String> {
        names.iter().map(|name| join(folder, name)).find(|path| self.is_file(path))
    }

    /// Whether a file of the folder or one below ends so.
    fn any_below(&self, folder: &str, fits: impl Fn(&str) -> bool) -> Option<&str> {
        let mut below = self.files.iter().filter(|path| super::is_below(path, folder));
        below.find(|path| fits(path)).copied()
    }

    /// The files right in a folder, hidden folders included, in order.
    fn list(&self, folder: &str) -> Vec<String> {
        const MAX_ENTRIES: usize = 300;
        let full = self.root.join(folder);
        if !is_inside(self.root, folder) {
            return Vec::new();
        }
        let entries = std::fs::read_dir(full).into_iter().flatten().flatten().take(MAX_ENTRIES);
        let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
        let mut names: Vec<String> =
            files.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort_unstable();
        names
    }
}

/// Collects candidates of one folder.
struct Finds<'t, 'q> {
    tree: &'t Tree<'q>,
    folder: String,
    found: Vec<Candidate>,
}

impl Finds<'_, '_> {
    fn path(&self, name: &str) -> String {
        join(&self.folder, name)
    }

    fn first(&self, names: &[&str]) -> Option<String> {
        self.tree.first(&self.folder, names)
    }

    fn read(&self, name: &str) -> Option<(String, String)> {
        let path = self.path(name);
        let text = self.tree.read(&path)?;
        Some((path, text))
    }

    fn add(
        &mut self,
        task: Task,
        command: &str,
        place: (&str, u32),
        source: Source,
        plainness: u8,
    ) {
        let mut command = command.split_whitespace().collect::<Vec<_>>().join(" ");
        if command.is_empty() {
            return;
        }
        if command.len() > MAX_COMMAND {
            command = format!("{}…", crate::words::cut_at(&command, MAX_COMMAND));
        }
        let (path, line) = (place.0.to_owned(), place.1.max(1));
        let folder = self.folder.clone();
        self.found.push(Candidate { task, command, path, line, folder, source, plainness });
    }
}

/// The commands of the mapped folder.
pub(super) fn commands(
    query: &ProjectQuery<'_>,
    folder: &str,
    cancel: &Cancel,
) -> Result<Vec<Command>, Cancelled> {
    let mut files: Vec<&str> = query.files.iter().map(|file| file.path).collect();
    files.sort_unstable();
    let tree = Tree { root: query.root, files, reads: Cell::new(0) };
    let order = language_order(query.files, folder);
    let said = documented::Said::read(&tree, folder);
    let mut commands = Vec::new();
    for place in folders_to_ask(&tree, folder) {
        cancel.check()?;
        // What tests and examples start is not the program.
        let place_is_aside = place != folder && place.split('/').any(is_aside);
        let mut finds = Finds { tree: &tree, folder: place, found: Vec::new() };
        runners::find(&mut finds);
        ecosystems::find(&mut finds);
        python::find(&mut finds);
        let mut found = finds.found;
        if place_is_aside {
            found.retain(|one| one.task != Task::Run);
        }
        // A folder that has a task of its own needs no other's.
        for task in Task::ALL {
            if commands
                .iter()
                .any(|known: &Candidate| known.task == task && known.folder != *folder_of(&found))
            {
                continue;
            }
            commands.extend(best(&found, task, &order, &said));
        }
    }
    let ci = ci::find(&tree, folder);
    cancel.check()?;
    Ok(in_order(commands, ci))
}

fn is_aside(folder: &str) -> bool {
    let starts = ["test", "bench", "example", "stress", "fuzz", "fixture"];
    starts.iter().any(|start| folder.starts_with(start))
}

fn folder_of(found: &[Candidate]) -> &str {
    found.first().map_or("", |first| &first.folder)
}

/// The folder itself, those above it, then those below that have a manifest.
fn folders_to_ask(tree: &Tree<'_>, folder: &str) -> Vec<String> {
    /// Packages below that are asked.
    const MAX_BELOW: usize = 6;
    let mut all = vec![folder.to_owned()];
    let mut above = folder;
    while !above.is_empty() {
        above = above.rsplit_once('/').map_or("", |(above, _)| above);
        all.push(above.to_owned());
    }
    let mut below: Vec<&str> = tree
        .files
        .iter()
        .filter(|path| super::is_below(path, folder) && !super::entry_points::is_aside(path))
        .filter_map(|path| path.rsplit_once('/'))
        .filter(|(inside, name)| *inside != folder && super::is_manifest(name))
        .map(|(inside, _)| inside)
        .collect();
    below.sort_by_key(|inside| (inside.matches('/').count(), *inside));
    below.dedup();
    all.extend(below.into_iter().take(MAX_BELOW).map(str::to_owned));
    all
}

/// The languages of a folder, the one with most code first.
fn language_order(files: &[FileFacts<'_>], folder: &str) -> Vec<Language> {
    let inside: Vec<FileFacts<'_>> =
        files.iter().copied().filter(|file| super::is_below(file.path, folder)).collect();
    let mut order: Vec<Language> = Vec::new();
    for share in languages(&inside) {
        let language = Language::of(&share.language);
        if language != Language::Any && !order.contains(&language) {
            order.push(language);
        }
    }
    order
}

/// The candidates of one folder for a task, the one to type first.
fn best(
    found: &[Candidate],
    task: Task,
    order: &[Language],
    said: &documented::Said,
) -> Vec<Candidate> {
    let place = |language: Language| match language {
        // A target of the project's own beats all but the main language's own way.
        Language::Any => 0,
        language => order.iter().position(|known| *known == language).unwrap_or(order.len()),
    };
    let key = |candidate: &Candidate| match candidate.source {
        // The scripts of another language's package come after the main one's tools.
        Source::Runner(language) if place(language) == 0 => (0, 0, candidate.plainness),
        Source::Runner(language) => (2, place(language), candidate.plainness),
        Source::Tool(language) => {
            (1 + u8::from(place(language) > 0), place(language), candidate.plainness)
        }
        Source::Wrapper => (3, 0, candidate.plainness),
    };
    let mut own: Vec<&Candidate> = found.iter().filter(|one| one.task == task).collect();
    own.sort_by(|one, other| {
        // What the project tells its contributors to type comes before all guesses.
        let told = |one: &Candidate| one.plainness < SPECIAL && said.names(&one.command);
        let told = told(other).cmp(&told(one));
        told.then_with(|| key(one).cmp(&key(other)))
            .then_with(|| (&one.path, one.line).cmp(&(&other.path, other.line)))
    });
    let mut kept: Vec<Candidate> = Vec::new();
    for one in own {
        if kept.len() <= MAX_OTHERS && kept.iter().all(|known| known.command != one.command) {
            kept.push(Candidate {
                task,
                command: one.command.clone(),
                path: one.path.clone(),
                line: one.line,
                folder: one.folder.clone(),
                source: one.source,
                plainness: one.plainness,
            });
        }
    }
    kept
}

/// The best of each task, then the others, then what CI runs.
fn in_order(candidates: Vec<Candidate>, ci: Vec<ci::Step>) -> Vec<Command> {
    let mut first = Vec::new();
    let mut others = Vec::new();
    for task in Task::ALL {
        let mut own = candidates.iter().filter(|one| one.task == task).map(|one| Command {
            task,
            command: one.command.clone(),
            path: one.path.clone(),
            line: one.line,
            folder: Some(one.folder.clone()).filter(|folder| !folder.is_empty()),
            job: None,
        });
        let best = own.next().or_else(|| {
            // Where nothing else tells, CI does.
            let step = ci.iter().find(|step| step.task == Some(task))?;
            Some(Command { task, job: None, ..step.command() })
        });
        first.extend(best);
        others.extend(own.take(MAX_OTHERS));
    }
    first.extend(others);
    // What checks the code tells more than what publishes it.
    let (telling, rest): (Vec<_>, Vec<_>) = ci.into_iter().partition(|step| step.task.is_some());
    let mut steps: Vec<Command> = Vec::new();
    for step in telling.into_iter().chain(rest) {
        let command = step.command();
        if steps.len() < MAX_CI && steps.iter().all(|known| known.command != command.command) {
            steps.push(command);
        }
    }
    first.extend(steps);
    first
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The number of the first line that a test fits, 1 where none does.
fn line_of(text: &str, fits: impl Fn(&str) -> bool) -> u32 {
    let found = text.lines().position(fits);
    u32::try_from(found.unwrap_or(0) + 1).unwrap_or(1)
}

#[cfg(test)]
mod tests;

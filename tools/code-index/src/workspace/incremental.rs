//! An index that followed edits says what one says that is built anew.
//!
//! A small repository of generated files is edited at random: written, copied,
//! renamed, moved with its folder, deleted, touched, broken and mended, switched to
//! another branch, checked out into a second worktree. After each step symbols and
//! edges are compared with those of a cold index.
//!
//! `YMERA_STEPS` says how many steps the four tests take together, `YMERA_SEED`
//! which; `scripts/soak incremental` splits a long run into several with seeds of
//! their own, so that it can be gone on with.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::*;
use crate::scratch::{Repository, wait_complete, wait_until};
use crate::trace::{Direction, TraceQuery};
use crate::{Confidence, Options};

/// Steps of all tests, where the environment does not say.
const STEPS: u64 = 200;
/// How many tests there are.
const TESTS: u64 = 4;
const FOLDERS: [&str; 4] = ["core", "web", "web/parts", "tests"];
const NAMES: [&str; 12] = [
    "Store", "open", "close", "render", "Cart", "total", "Order", "send", "parse", "Queue", "push",
    "drain",
];
const ENDINGS: [&str; 3] = ["ts", "py", "rs"];
/// Where a folder moves to.
const TOPS: [&str; 5] = ["core", "web", "tests", "lib", "old"];
const BROKEN: &str = "\n{{{ (broken";

/// A generator that gives the same numbers for the same seed everywhere.
struct Dice(u64);

impl Dice {
    /// A number below `sides`, by splitmix64 (Steele, Lea, Flood 2014).
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides as u64) as usize
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.roll(all.len())]
    }
}

/// What should be on disk.
type Tree = BTreeMap<String, String>;

fn new_path(dice: &mut Dice) -> String {
    let ending = *dice.pick(&ENDINGS);
    format!("{}/file{}.{ending}", dice.pick(&FOLDERS), dice.roll(10))
}

/// A file that defines some names and uses others of its neighbours.
fn content(dice: &mut Dice, path: &str) -> String {
    let mut text = String::new();
    let (class, method, function) = (dice.pick(&NAMES), dice.pick(&NAMES), dice.pick(&NAMES));
    let other = format!("file{}", dice.roll(10));
    let _ = match path.rsplit('.').next() {
        Some("ts") => write!(
            text,
            "import {{ {function} as used, {class} as Base }} from './{other}';\n\
             export class {class}Impl extends Base {{\n  {method}(x: {class}Impl) {{ return used(x).{method}(x); }}\n}}\n\
             export function {function}(a: {class}Impl) {{ a.{method}(a); return a; }}\n\
             export class {class} {{ {method}() {{}} }}\n"
        ),
        Some("py") => write!(
            text,
            "from .{other} import {function} as used, {class}\n\n\n\
             class {class}Impl({class}):\n    def {method}(self, x: '{class}Impl'):\n        return used(x).{method}(self)\n\n\n\
             def {function}(a: {class}Impl):\n    a.{method}(a)\n    return a\n"
        ),
        _ => write!(
            text,
            "use super::{other}::{function} as used;\npub struct {class};\n\
             impl {class} {{\n    pub fn {method}(&self) {{ used(self); }}\n}}\n\
             pub fn {function}(a: &{class}) {{ a.{method}(); }}\n"
        ),
    };
    if dice.roll(10) == 0 {
        text.push_str(BROKEN);
    }
    text
}

struct Run {
    repository: Repository,
    tree: Tree,
    /// The branch that is not checked out.
    other: Option<Tree>,
    dice: Dice,
}

impl Run {
    fn write(&mut self, path: &str, text: String) {
        self.repository.write(path, &text);
        self.tree.insert(path.to_owned(), text);
    }

    fn remove(&mut self, path: &str) {
        fs::remove_file(self.repository.path().join(path)).unwrap();
        self.tree.remove(path);
    }

    fn some_path(&mut self) -> Option<String> {
        let paths: Vec<&String> = self.tree.keys().collect();
        (!paths.is_empty()).then(|| (*self.dice.pick(&paths)).clone())
    }

    fn step(&mut self) {
        let Some(path) = self.some_path() else { return self.write_some() };
        let to = new_path(&mut self.dice);
        match self.dice.roll(20) {
            0..=5 => self.write_some(),
            6 | 7 => self.remove(&path),
            8 | 9 if path != to => {
                let (old, new) =
                    (self.repository.path().join(&path), self.repository.path().join(&to));
                fs::create_dir_all(new.parent().unwrap()).unwrap();
                fs::rename(old, new).unwrap();
                let text = self.tree.remove(&path).unwrap();
                self.tree.insert(to, text);
            }
            // The same names elsewhere.
            10 | 11 => self.write(&to, self.tree[&path].clone()),
            12 | 13 => {
                let text = &self.tree[&path];
                let mended = text.strip_suffix(BROKEN).map(str::to_owned);
                self.write(&path, mended.unwrap_or_else(|| format!("{text}{BROKEN}")));
            }
            14 => self.move_folder(&path),
            15 | 16 => self.switch_branch(),
            17 => self.touch_some(),
            18 => (0..8).for_each(|_| self.write_some()),
            _ => self.check_out_elsewhere(),
        }
    }

    fn move_folder(&mut self, path: &str) {
        let from = path.split('/').next().unwrap().to_owned();
        let to = *self.dice.pick(&TOPS);
        let below = |tree: &Tree, top: &str| -> Vec<String> {
            tree.keys().filter(|path| path.split('/').next() == Some(top)).cloned().collect()
        };
        if from == to || !below(&self.tree, to).is_empty() {
            return;
        }
        let (old, new) = (self.repository.path().join(&from), self.repository.path().join(to));
        if new.exists() {
            fs::remove_dir_all(&new).unwrap();
        }
        fs::rename(old, new).unwrap();
        for path in below(&self.tree, &from) {
            let text = self.tree.remove(&path).unwrap();
            self.tree.insert(format!("{to}{}", &path[from.len()..]), text);
        }
    }

    /// Writes what differs and nothing else, as git does.
    fn switch_branch(&mut self) {
        let mut other = self.other.take().unwrap_or_else(|| self.tree.clone());
        for _ in 0..self.dice.roll(4) {
            let path = new_path(&mut self.dice);
            let text = content(&mut self.dice, &path);
            other.insert(path, text);
        }
        let before = self.tree.clone();
        for path in before.keys().filter(|path| !other.contains_key(*path)) {
            self.remove(path);
        }
        for (path, text) in other {
            if before.get(&path) != Some(&text) {
                self.write(&path, text);
            }
        }
        self.other = Some(before);
    }

    fn touch_some(&mut self) {
        for path in self.tree.keys().take(10) {
            let file = self.repository.path().join(path);
            let file = fs::OpenOptions::new().write(true).open(file).unwrap();
            file.set_modified(std::time::SystemTime::now()).unwrap();
        }
    }

    /// Checks the tree out into a second worktree, with some changes, where the
    /// index begins with that of the first.
    fn check_out_elsewhere(&mut self) {
        let folder = self.repository.worktree();
        let mut tree = self.tree.clone();
        for _ in 0..3 {
            let path = new_path(&mut self.dice);
            let text = content(&mut self.dice, &path);
            tree.insert(path, text);
        }
        for (path, text) in &tree {
            let file = folder.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let names = [*self.dice.pick(&NAMES)];
        let workspace = self.repository.open_folder(folder.path());
        wait_complete(&workspace);
        let warm = said(&workspace, &tree, &names);
        let cold = cold_workspace(folder.path(), |cold| said(cold, &tree, &names));
        assert_eq!(warm, cold, "in a second worktree");
        let cache = workspace.cache_folders().remove(0);
        drop(workspace);
        fs::remove_dir_all(cache).unwrap();
        let tie = folder.path().canonicalize().unwrap();
        let tie = self.repository.path().join(".git/worktrees").join(tie.file_name().unwrap());
        fs::remove_dir_all(tie).unwrap();
    }

    fn write_some(&mut self) {
        let path = new_path(&mut self.dice);
        let text = content(&mut self.dice, &path);
        self.write(&path, text);
    }

    /// Waits until the index has taken in what is on disk.
    fn settle(&self, workspace: &Workspace) {
        wait_until("the edit is seen", || {
            let files = workspace.files(&Scope::default(), &Cancel::new()).unwrap();
            let known: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
            known == self.tree.keys().collect::<Vec<_>>()
                && self.tree.iter().all(|(path, text)| is_held(workspace, path, text))
        });
    }
}

/// The index holds this very content.
fn is_held(workspace: &Workspace, path: &str, text: &str) -> bool {
    let state = &workspace.indexes[0].state;
    let view = state.current();
    let hash = twox_hash::XxHash3_64::oneshot(text.as_bytes());
    match view.overlay.get(path) {
        Some(crate::overlay::Overlaid::File(file)) => file.facts.hash == hash,
        Some(_) => false,
        None => view.stored.as_ref().is_some_and(|stored| {
            stored.find(path).unwrap().is_some_and(|at| stored.facts(at).hash == hash)
        }),
    }
}

/// All symbols, and the edges of some names, as text.
fn said(workspace: &Workspace, paths: &Tree, names: &[&str]) -> String {
    let cancel = Cancel::new();
    let mut out = String::new();
    for path in paths.keys() {
        for symbol in workspace.known_symbols(path, &cancel).unwrap() {
            let _ = writeln!(out, "{path} {symbol:?}");
        }
    }
    for name in names {
        for direction in [Direction::References, Direction::Callees, Direction::Implementations] {
            let mut query = TraceQuery::of(name, direction);
            query.min_confidence = Confidence::Name;
            let answer = workspace.trace(&query, &cancel).unwrap();
            let _ = writeln!(out, "{direction:?} {:?} {:?}", answer.symbols, answer.unresolved);
            for edge in answer.edges {
                let _ = writeln!(out, "  {edge:?}");
            }
        }
    }
    out
}

fn follow(test: u64) {
    let from_environment = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let steps = from_environment("YMERA_STEPS").unwrap_or(STEPS) / TESTS;
    let first = (from_environment("YMERA_SEED").unwrap_or(0) * TESTS + test) << 32;
    let (repository, dice) = (Repository::new(&[]), Dice(first));
    let mut run = Run { repository, tree: Tree::new(), other: None, dice };
    (0..30).for_each(|_| run.write_some());
    let workspace = run.repository.open_complete();
    for step in 0..steps {
        run.dice = Dice(first + step);
        run.step();
        run.settle(&workspace);
        let names = [*run.dice.pick(&NAMES), *run.dice.pick(&NAMES)];
        let warm = said(&workspace, &run.tree, &names);
        let cold = cold_workspace(run.repository.path(), |cold| said(cold, &run.tree, &names));
        assert_eq!(warm, cold, "test {test}, step {step}, seed {}", first + step);
    }
    wait_complete(&workspace);
}

/// Asks an index that is built for this question alone.
fn cold_workspace(folder: &Path, ask: impl Fn(&Workspace) -> String) -> String {
    let cache = tempfile::tempdir().unwrap();
    let roots = Roots::from_folders(&[folder.to_path_buf()]).unwrap();
    let workspace = Workspace::open(roots, &Options::new(cache.path())).unwrap();
    wait_complete(&workspace);
    ask(&workspace)
}

// Four at once use the processors while each waits for its events.
#[test]
fn edits_leave_what_a_cold_index_has_1() {
    follow(1);
}

#[test]
fn edits_leave_what_a_cold_index_has_2() {
    follow(2);
}

#[test]
fn edits_leave_what_a_cold_index_has_3() {
    follow(3);
}

#[test]
fn edits_leave_what_a_cold_index_has_4() {
    follow(4);
}

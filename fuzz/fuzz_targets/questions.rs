//! Questions in any words to one small indexed tree: the first byte says which
//! question. What is wrong is refused; nothing panics, and every place that is
//! answered lies in the tree.

#![no_main]

use std::fs;
use std::sync::OnceLock;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;
use ymera_code_index::lines::{LineMode, LineQuery};
use ymera_code_index::roots::Roots;
use ymera_code_index::{
    Cancel, Confidence, Direction, ExploreQuery, Options, Scope, SymbolQuery, TraceQuery,
    WatchMode, Workspace,
};

const FILES: &[(&str, &str)] = &[
    ("src/store.rs", "pub struct Store;\nimpl Store {\n    pub fn save(&self) { write() }\n}\nfn write() {}\n"),
    ("app/main.py", "from app.shop import Shop\n\nShop().sell('€')\n"),
    ("app/shop.py", "class Shop:\n    def sell(self, what): return what\n"),
    ("web/index.ts", "import { add } from './cart';\nadd(1);\n"),
    ("web/cart.ts", "export const add = (n: number) => n;\n"),
    ("notes.md", "# How orders are kept\n\nIn a store; naïve, İstanbul, ﬁle.\n"),
];
const DIRECTIONS: [Direction; 5] = [
    Direction::References,
    Direction::Callers,
    Direction::Callees,
    Direction::Implementations,
    Direction::Imports,
];
/// Far above what six files take.
const COMPLETE: Duration = Duration::from_secs(60);

/// The tree and its index live as long as the process.
struct Served {
    workspace: Workspace,
    _folders: [TempDir; 2],
}

static SERVED: OnceLock<Served> = OnceLock::new();

fn serve() -> Served {
    let [tree, cache] = [(), ()].map(|()| tempfile::tempdir().expect("a folder"));
    for (path, text) in FILES {
        let path = tree.path().join(path);
        fs::create_dir_all(path.parent().expect("in a folder")).expect("a folder");
        fs::write(path, text).expect("written");
    }
    let roots = Roots::from_folders(&[tree.path().to_path_buf()]).expect("a root");
    let mut options = Options::new(cache.path());
    options.threads = 1;
    options.watch = WatchMode::Polling;
    options.poll_every = Duration::from_secs(3600);
    let workspace = Workspace::open(roots, &options).expect("an index");
    assert!(workspace.wait_complete(COMPLETE, &Cancel::new(), |_| {}), "the index is complete");
    Served { workspace, _folders: [tree, cache] }
}

fn check_path(path: &str) {
    assert!(FILES.iter().any(|(known, _)| *known == path), "{path} is not in the tree");
}

fn lines(workspace: &Workspace, query: &str, mode: LineMode) {
    let query = LineQuery { query, mode, limit: 20, cursor: None, max_file_bytes: 1 << 20 };
    if let Ok(answer) = workspace.search_code(&query, &Scope::default(), &Cancel::new()) {
        answer.found.matches.iter().for_each(|found| check_path(&found.path));
    }
}

fn trace(workspace: &Workspace, symbol: &str, direction: Direction) {
    let query = TraceQuery {
        symbol: symbol.to_owned(),
        direction,
        path: None,
        depth: 2,
        min_confidence: Confidence::Name,
    };
    if let Ok(answer) = workspace.trace(&query, &Cancel::new()) {
        answer.edges.iter().for_each(|edge| check_path(&edge.path));
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((&which, text)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let workspace = &SERVED.get_or_init(serve).workspace;
    match usize::from(which) % 9 {
        0 => lines(workspace, text, LineMode::Text),
        1 => lines(workspace, text, LineMode::Regex),
        2 => {
            let query = ExploreQuery { query: text.to_owned(), scope: Scope::default() };
            if let Ok(answer) = workspace.explore(&query, &Cancel::new()) {
                answer.places.iter().for_each(|place| check_path(&place.path));
            }
        }
        3 => {
            let scope = Scope { paths: vec![text.to_owned()], languages: Vec::new() };
            let query = SymbolQuery { name: text.to_owned(), kind: None, scope, limit: 20 };
            if let Ok(answer) = workspace.find_symbol(&query, &Cancel::new()) {
                answer.symbols.iter().for_each(|hit| check_path(&hit.path));
            }
        }
        more => trace(workspace, text, DIRECTIONS[more - 4]),
    }
});

mod c;
mod java;

use super::*;
use crate::scratch::{Repository, wait_until};

const SHOP: &[(&str, &str)] = &[
    ("tsconfig.json", r#"{"compilerOptions": {"paths": {"@lib/*": ["./lib/*"]}}}"#),
    (
        "lib/store.ts",
        "export interface Store { save(order: Order): void }
export class Order {
  total = 0;
  add(price: number): Order { this.total += price; return this; }
}
export class FileStore implements Store {
  save(order: Order) { write(order.total); }
}
function write(text: number) {}
export const open = (): FileStore => new FileStore();
",
    ),
    ("lib/index.ts", "export * from './store';\nexport { open as openStore } from './store';\n"),
    (
        "app/main.ts",
        "import { Order as Cart, openStore } from '@lib/index';
import sell from './sell';
export function run() {
  const cart = new Cart();
  cart.add(1).add(2);
  const store = openStore();
  store.save(cart);
  sell(cart);
  nothing.known();
}
",
    ),
    (
        "app/sell.ts",
        "import type { Order } from '../lib/store';
export default function sell(order: Order) { return order.total; }
",
    ),
    ("app/other.ts", "export class Order {}\nconst add = new Order();\n"),
    ("tests/main.test.ts", "import { run } from '../app/main';\nrun();\n"),
    ("notes.rb", "def ship(box)\nend\nship(1) # ship\n# ship\nputs 'ship', \"#{ship(2)}\"\n"),
    ("more.rb", "def twice\nend\ntwice\n"),
    ("again.rb", "def twice\nend\n"),
];

fn asked(symbol: &str, direction: Direction) -> TraceQuery {
    TraceQuery {
        symbol: symbol.to_owned(),
        direction,
        path: None,
        depth: 1,
        min_confidence: Confidence::Likely,
    }
}

fn answer(workspace: &Workspace, query: &TraceQuery) -> TraceAnswer {
    workspace.trace(query, &Cancel::new()).unwrap()
}

fn shown(answer: &TraceAnswer) -> Vec<String> {
    let edge = |edge: &Edge| {
        let container = edge.container.as_ref().map(|name| format!(" in {name}"));
        let name = edge.name.as_ref().map(|name| format!(" {name}"));
        let (name, container) = (name.unwrap_or_default(), container.unwrap_or_default());
        format!("{}:{} {}{name}{container}", edge.path, edge.line, edge.confidence.as_str())
    };
    answer.edges.iter().map(edge).collect()
}

fn check(workspace: &Workspace, symbol: &str, direction: Direction, want: &[&str]) {
    let answer = answer(workspace, &asked(symbol, direction));
    assert_eq!(shown(&answer), want, "{direction:?} of {symbol}");
}

#[test]
fn uses_are_found_under_every_name_and_never_those_of_another() {
    let repository = Repository::new(SHOP);
    let workspace = repository.open_complete();
    let check = |symbol, direction, want: &[&str]| check(&workspace, symbol, direction, want);
    let of_order = [
        "app/main.ts:1 exact",
        "app/main.ts:4 exact in run",
        "app/sell.ts:1 exact",
        "app/sell.ts:2 exact in sell",
        "lib/store.ts:1 exact in Store::save",
        "lib/store.ts:4 exact in Order::add",
        "lib/store.ts:7 exact in FileStore::save",
    ];
    check("lib/store.ts:2", Direction::References, &of_order);
    check("app/other.ts:1", Direction::References, &["app/other.ts:2 exact in add"]);
    check("Order::add", Direction::Callers, &["app/main.ts:5 likely in run"]);
    check(
        "open",
        Direction::References,
        &["app/main.ts:1 exact", "app/main.ts:6 exact in run", "lib/index.ts:2 exact"],
    );
    check("open", Direction::Imports, &["app/main.ts:1 exact", "lib/index.ts:2 exact"]);
    check("sell", Direction::Callers, &["app/main.ts:8 exact in run"]);
    check("FileStore::save", Direction::Callers, &["app/main.ts:7 likely in run"]);
}

#[test]
fn what_is_used_and_what_implements_is_found() {
    let repository = Repository::new(SHOP);
    let workspace = repository.open_complete();
    let callees = answer(&workspace, &asked("run", Direction::Callees));
    let want = [
        "app/sell.ts:2 exact sell",
        "lib/store.ts:2 exact Order",
        "lib/store.ts:4 likely add in Order",
        "lib/store.ts:7 likely save in FileStore",
        "lib/store.ts:10 exact open",
    ];
    assert_eq!(shown(&callees), want);
    check(&workspace, "Store", Direction::Implementations, &["lib/store.ts:6 exact FileStore"]);
    let of_method = ["lib/store.ts:7 exact save in FileStore"];
    check(
        &workspace,
        "lib/store.ts:1",
        Direction::Implementations,
        &["lib/store.ts:6 exact FileStore"],
    );
    let query = TraceQuery {
        path: Some("lib/store.ts".to_owned()),
        ..asked("Store::save", Direction::Implementations)
    };
    assert_eq!(shown(&answer(&workspace, &query)), of_method);
}

#[test]
fn callers_are_followed_in_steps() {
    let repository = Repository::new(SHOP);
    let workspace = repository.open_complete();
    let query = TraceQuery { depth: 3, ..asked("write", Direction::Callers) };
    let answer = answer(&workspace, &query);
    let steps: Vec<(String, u32)> = answer
        .edges
        .iter()
        .map(|edge| (format!("{}:{}", edge.path, edge.line), edge.distance))
        .collect();
    let want = [("app/main.ts:7", 2), ("lib/store.ts:7", 1), ("tests/main.test.ts:2", 3)];
    assert_eq!(steps, want.map(|(place, distance)| (place.to_owned(), distance)));
}

#[test]
fn a_name_that_is_not_there_has_no_edges() {
    let repository = Repository::new(SHOP);
    let workspace = repository.open_complete();
    let missing = answer(&workspace, &asked("FileStor", Direction::Callers));
    assert!(missing.symbols.is_empty() && missing.edges.is_empty());
    assert_eq!(missing.near[0], "FileStore");
    let wrong = workspace.trace(&asked("no/such.ts:3", Direction::Callers), &Cancel::new());
    assert!(wrong.unwrap_err().to_string().contains("no/such.ts"));
}

#[test]
fn other_languages_are_traced_by_name() {
    let repository = Repository::new(SHOP);
    let workspace = repository.open_complete();
    // The only definition of its name; comments and strings are no uses.
    check(&workspace, "ship", Direction::References, &["notes.rb:3 likely", "notes.rb:5 likely"]);
    let likely = answer(&workspace, &asked("more.rb:1", Direction::References));
    assert_eq!((likely.edges.len(), likely.less_certain), (0, 1));
    let query = TraceQuery {
        min_confidence: Confidence::Name,
        ..asked("more.rb:1", Direction::References)
    };
    assert_eq!(shown(&answer(&workspace, &query)), ["more.rb:3 name"]);
}

#[test]
fn an_edit_is_followed_at_once() {
    let repository = Repository::new(SHOP);
    let workspace = repository.open_complete();
    repository.write("app/late.ts", "import { openStore } from '@lib/index';\nopenStore();\n");
    let late = || answer(&workspace, &asked("open", Direction::Callers));
    wait_until("the new file is seen", || {
        shown(&late()).contains(&"app/late.ts:2 exact".to_owned())
    });
    repository.write("lib/index.ts", "export {};\n");
    wait_until("nothing is exported any more", || shown(&late()).is_empty());
}

#[test]
fn long_chains_end() {
    let mut text = String::new();
    for at in 0..400 {
        let next = at + 1;
        let _ = std::fmt::Write::write_fmt(
            &mut text,
            format_args!(
                "export class C{at} extends C{next} {{ a{at} = this.a{next}; }}\n\
                 export function f{at}() {{ return f{next}(); }}\n\
                 const v{at} = [v{next}].map((x) => x.y{at});\n"
            ),
        );
    }
    text.push_str("export class C400 { deep() {} }\nexport function f400() { return new C0(); }\nconst v400 = v0;\nf0().deep();\n");
    let files: Vec<(String, String)> = (0..60)
        .map(|at| (format!("pass{at}.ts"), format!("export * from './pass{}';\n", (at + 1) % 60)))
        .collect();
    let mut all: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    all.push(("long.ts", &text));
    all.push(("use.ts", "import { deep } from './pass0';\ndeep();\n"));
    let repository = Repository::new(&all);
    let workspace = repository.open_complete();
    for symbol in ["deep", "f0", "C0", "v0", "y7"] {
        for direction in [Direction::References, Direction::Callees, Direction::Implementations] {
            let query = TraceQuery { depth: 5, ..asked(symbol, direction) };
            workspace.trace(&query, &Cancel::new()).unwrap();
        }
    }
}

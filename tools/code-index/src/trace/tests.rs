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
    let answer = answer(workspace, &TraceQuery::of(symbol, direction));
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
    let callees = answer(&workspace, &TraceQuery::of("run", Direction::Callees));
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
        ..TraceQuery::of("Store::save", Direction::Implementations)
    };
    assert_eq!(shown(&answer(&workspace, &query)), of_method);
}

#[test]
fn a_file_is_asked_what_it_imports_and_who_imports_it() {
    let repository = Repository::new(SHOP);
    let workspace = repository.open_complete();
    let check = |symbol, direction, want: &[&str]| check(&workspace, symbol, direction, want);
    let of_main = [
        "app/sell.ts:2 exact sell",
        "lib/index.ts:1 exact @lib/index",
        "lib/store.ts:2 exact Order",
        "lib/store.ts:10 exact openStore",
    ];
    check("app/main.ts", Direction::Imports, &of_main);
    check("app/sell.ts", Direction::References, &["app/main.ts:2 exact"]);
    check("lib/index.ts", Direction::References, &["app/main.ts:1 exact"]);
    let of_store = ["app/sell.ts:1 exact", "lib/index.ts:1 exact", "lib/index.ts:2 exact"];
    check("lib/store.ts", Direction::References, &of_store);
    let wrong = TraceQuery::of("app/main.ts", Direction::Callers);
    let wrong = workspace.trace(&wrong, &Cancel::new()).unwrap_err();
    assert!(wrong.to_string().starts_with("`app/main.ts` is a file; ask"), "{wrong}");
}

#[test]
fn files_import_each_other_in_every_language() {
    let repository = Repository::new(&[
        ("shop/__init__.py", ""),
        ("shop/store.py", "\ndef load(): ...\n"),
        ("shop/app.py", "import os\nfrom . import store\nfrom .store import load\nstore.load()\n"),
        ("go.mod", "module example.com/m\n"),
        ("bag/bag.go", "package bag\n\nfunc Open() {}\n"),
        ("bag/more.go", "package bag\n\nfunc Shut() {}\n"),
        (
            "main.go",
            "package main\n\nimport (\n\"fmt\"\n\"example.com/m/bag\"\n)\n\nfunc main() { bag.Open(); fmt.Println() }\n",
        ),
        ("Cargo.toml", "[package]\nname = \"crab\"\nedition = \"2024\"\n"),
        ("src/lib.rs", "mod claw;\npub use claw::Claw;\npub struct Shell;\n"),
        ("src/claw.rs", "use std::fmt;\nuse crate::Shell;\npub struct Claw(Shell);\n"),
        ("tests/all.rs", "use crab::Claw;\n"),
        ("j/a/Tin.java", "package a;\npublic class Tin {}\n"),
        (
            "j/b/Use.java",
            "package b;\nimport java.util.List;\nimport a.Tin;\nclass Use { Tin tin; }\n",
        ),
        ("c/pot.h", "int boil(void);\n"),
        ("c/pot.c", "#include <stdio.h>\n#include \"pot.h\"\nint boil(void) { return 1; }\n"),
    ]);
    let workspace = repository.open_complete();
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("shop/app.py", &["shop/store.py:1 exact store", "shop/store.py:2 exact load"], &["os"]),
        ("main.go", &["bag/bag.go:3 exact Open"], &["fmt"]),
        ("src/lib.rs", &["src/claw.rs:1 exact self::claw", "src/claw.rs:3 exact Claw"], &[]),
        ("src/claw.rs", &["src/lib.rs:3 exact Shell"], &["std"]),
        ("j/b/Use.java", &["j/a/Tin.java:2 exact Tin"], &["java.util"]),
        ("c/pot.c", &["c/pot.h:1 exact pot.h"], &["stdio.h"]),
    ];
    for (file, want, outside) in cases {
        let answer = answer(&workspace, &TraceQuery::of(file, Direction::Imports));
        assert_eq!(shown(&answer), *want, "{file}");
        assert_eq!(answer.unresolved, *outside, "{file}");
    }
    let users: &[(&str, &[&str])] = &[
        ("shop/store.py", &["shop/app.py:2 exact", "shop/app.py:3 exact"]),
        ("bag/bag.go", &["main.go:5 exact"]),
        ("bag/more.go", &[]),
        ("src/claw.rs", &["src/lib.rs:1 exact", "src/lib.rs:2 exact"]),
        ("src/lib.rs", &["src/claw.rs:2 exact", "tests/all.rs:1 exact"]),
        ("j/a/Tin.java", &["j/b/Use.java:3 exact"]),
        ("c/pot.h", &["c/pot.c:2 exact"]),
    ];
    for (file, want) in users {
        check(&workspace, file, Direction::References, want);
    }
}

#[test]
fn all_that_is_defined_on_one_line_is_meant() {
    let text = "export const one = 1, two = 2;\nexport class In { own() {} }\nuse(one);\nuse(two);\nnew In().own();\n";
    let repository = Repository::new(&[("a.ts", text)]);
    let workspace = repository.open_complete();
    let of_line = answer(&workspace, &TraceQuery::of("a.ts:1", Direction::References));
    let names: Vec<&str> = of_line.symbols.iter().map(|symbol| symbol.name.as_str()).collect();
    assert_eq!(names, ["one", "two"]);
    assert_eq!(shown(&of_line), ["a.ts:3 exact", "a.ts:4 exact"]);
    // What stands inside another is asked for by its name.
    let of_class = answer(&workspace, &TraceQuery::of("a.ts:2", Direction::References));
    assert_eq!(of_class.symbols.len(), 1, "{:?}", of_class.symbols);
    check(&workspace, "In::own", Direction::References, &["a.ts:5 likely"]);
}

#[test]
fn what_is_too_large_to_be_followed_says_so() {
    let repository = Repository::new(SHOP);
    let workspace = repository.open_complete();
    let query = TraceQuery::of("Order::add", Direction::Callers);
    // In this order: what a question finds is kept for the next one.
    for (steps, cut_short) in [(1, true), (10_000, false)] {
        let answer = workspace.trace_within(&query, steps, &Cancel::new()).unwrap();
        assert_eq!(answer.cut_short, cut_short, "{steps} steps");
    }
}

#[test]
fn callers_are_followed_in_steps() {
    let repository = Repository::new(SHOP);
    let workspace = repository.open_complete();
    let query = TraceQuery { depth: 3, ..TraceQuery::of("write", Direction::Callers) };
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
    let missing = answer(&workspace, &TraceQuery::of("FileStor", Direction::Callers));
    assert!(missing.symbols.is_empty() && missing.edges.is_empty());
    assert_eq!(missing.near[0], "FileStore");
    let wrong =
        workspace.trace(&TraceQuery::of("no/such.ts:3", Direction::Callers), &Cancel::new());
    assert!(wrong.unwrap_err().to_string().contains("no/such.ts"));
}

#[test]
fn other_languages_are_traced_by_name() {
    let repository = Repository::new(SHOP);
    let workspace = repository.open_complete();
    // The only definition of its name; comments and strings are no uses.
    check(&workspace, "ship", Direction::References, &["notes.rb:3 likely", "notes.rb:5 likely"]);
    let likely = answer(&workspace, &TraceQuery::of("more.rb:1", Direction::References));
    assert_eq!((likely.edges.len(), likely.less_certain), (0, 1));
    let query = TraceQuery {
        min_confidence: Confidence::Name,
        ..TraceQuery::of("more.rb:1", Direction::References)
    };
    assert_eq!(shown(&answer(&workspace, &query)), ["more.rb:3 name"]);
}

#[test]
fn an_edit_is_followed_at_once() {
    let repository = Repository::new(SHOP);
    let workspace = repository.open_complete();
    repository.write("app/late.ts", "import { openStore } from '@lib/index';\nopenStore();\n");
    let late = || answer(&workspace, &TraceQuery::of("open", Direction::Callers));
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
            let query = TraceQuery { depth: 5, ..TraceQuery::of(symbol, direction) };
            workspace.trace(&query, &Cancel::new()).unwrap();
        }
    }
}

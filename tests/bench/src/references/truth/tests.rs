//! A repository of two files and the index of it, both by hand.

use std::fs;

use super::super::scip;
use super::super::scip::tests::index;
use super::{Kind, Place, Symbol, Truth, of, sample};

const SHAPES: &str = "\
export class Circle {
  radius = 1;
  constructor(readonly name: string) {}
  get area() { return this.radius; }
  get side() { return 1; } set side(to: number) {}
  grow = (by: number) => { this.radius += by; };
}
export const scale = (by: number) => by;
export const one = 1, two = 2;
export function twice(x: number): number;
export function twice(x: string): string;
const keys = { a: 1 };
function plan(o: { depth: number }) { return one + o.depth; }
";

fn truth() -> Truth {
    let scratch = tempfile::tempdir().expect("a folder");
    for (path, text) in [("shapes.ts", SHAPES), ("main.ts", ""), ("dist/made.js", "")] {
        let path = scratch.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    let bytes = index(&[
        (
            "shapes.ts",
            &[
                ("s `shapes.ts`/", 1, 0, true),
                ("s `shapes.ts`/Circle#", 1, 13, true),
                ("s `shapes.ts`/Circle#radius.", 2, 2, true),
                ("s `shapes.ts`/Circle#`<constructor>`().", 3, 2, true),
                ("s `shapes.ts`/Circle#`<constructor>`().(name)", 3, 23, true),
                ("s `shapes.ts`/Circle#`<get>area`().", 4, 6, true),
                ("s `shapes.ts`/Circle#radius.", 4, 27, false),
                ("s `shapes.ts`/Circle#`<get>side`().", 5, 6, true),
                ("s `shapes.ts`/Circle#`<set>side`().", 5, 31, true),
                ("s `shapes.ts`/Circle#grow.", 6, 2, true),
                ("s `shapes.ts`/Circle#radius.", 6, 32, false),
                ("s `shapes.ts`/scale.", 8, 13, true),
                ("s `shapes.ts`/one.", 9, 13, true),
                ("s `shapes.ts`/two.", 9, 22, true),
                ("s `shapes.ts`/twice().", 10, 16, true),
                ("s `shapes.ts`/twice().", 11, 16, true),
                ("s `shapes.ts`/keys.", 12, 6, true),
                ("s `shapes.ts`/a0:", 12, 15, true),
                ("s `shapes.ts`/plan().", 13, 9, true),
                ("s `shapes.ts`/plan().(o)", 13, 14, true),
                ("s `shapes.ts`/plan().(o)typeLiteral0:depth.", 13, 19, true),
                ("s `shapes.ts`/one.", 13, 45, false),
            ],
        ),
        (
            "main.ts",
            &[
                ("s `shapes.ts`/Circle#", 1, 9, false),
                ("s `shapes.ts`/Circle#`<constructor>`().", 2, 4, false),
                ("s `shapes.ts`/scale.", 2, 15, false),
                ("s `shapes.ts`/scale.", 2, 25, false),
            ],
        ),
        ("dist/made.js", &[("s `shapes.ts`/scale.", 1, 0, false)]),
    ]);
    let documents = scip::read(&bytes).expect("an index");
    of(&documents, scratch.path()).expect("the truth")
}

fn symbol(name: &str, kind: Kind, line: u32, uses: &[(&str, u32)]) -> Symbol {
    let place = |path: &str, line| Place { path: path.to_owned(), line };
    let uses = uses.iter().map(|(path, line)| place(path, *line)).collect();
    Symbol { name: name.into(), kind, place: place("shapes.ts", line), shares_line: false, uses }
}

#[test]
fn what_can_be_asked_is_told_with_its_uses() {
    let truth = truth();
    let on_one_line = |symbol| Symbol { shares_line: true, ..symbol };
    let want = [
        symbol("Circle", Kind::Type, 1, &[("main.ts", 1), ("main.ts", 2)]),
        symbol("radius", Kind::Property, 2, &[("shapes.ts", 4), ("shapes.ts", 6)]),
        symbol("area", Kind::Property, 4, &[]),
        symbol("grow", Kind::Method, 6, &[]),
        symbol("scale", Kind::Function, 8, &[("main.ts", 2)]),
        on_one_line(symbol("one", Kind::Variable, 9, &[("shapes.ts", 13)])),
        on_one_line(symbol("two", Kind::Variable, 9, &[])),
        symbol("keys", Kind::Variable, 12, &[]),
        symbol("plan", Kind::Function, 13, &[]),
    ];
    assert_eq!(truth.symbols, want);
    assert_eq!(Vec::from_iter(&truth.judged), ["main.ts", "shapes.ts"]);
    assert_eq!(truth.ambiguous, 0);
}

#[test]
fn a_name_that_tells_nothing_on_a_shared_line_is_dropped() {
    let scratch = tempfile::tempdir().expect("a folder");
    fs::write(scratch.path().join("a.py"), "x = y = 1\nclass C:\n    x = 1\n").expect("a file");
    let bytes = index(&[(
        "a.py",
        &[("s a/x.", 1, 0, true), ("s a/y.", 1, 4, true), ("s a/C#x.", 3, 4, true)],
    )]);
    let documents = scip::read(&bytes).expect("an index");
    let truth = of(&documents, scratch.path()).expect("the truth");
    let names: Vec<_> = truth.symbols.iter().map(|symbol| (&*symbol.name, symbol.kind)).collect();
    assert_eq!(names, [("y", Kind::Variable), ("x", Kind::Property)]);
    assert_eq!(truth.ambiguous, 1);
}

#[test]
fn a_sample_is_the_same_every_time() {
    let names = |symbols: Vec<Symbol>| -> Vec<String> {
        symbols.into_iter().map(|symbol| symbol.name).collect()
    };
    let all = names(sample(truth().symbols, 100));
    assert_eq!(all.len(), 9);
    let mut backwards = truth().symbols;
    backwards.reverse();
    assert_eq!(names(sample(backwards, 4)), all[..4]);
}

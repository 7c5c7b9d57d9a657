//! What files say of names, shown as text.

use std::fmt::Write;

use tree_sitter::Parser;

use super::grammar::unknown_names;
use super::walk::Spoken;
use super::{Expr, ExprId, Import, Imported, Links, Role, Wanted, read};
use crate::language::Language;

fn links(language: &str, text: &str) -> Links {
    let language = Language::from_name(language).expect("a language");
    let mut parser = Parser::new();
    parser.set_language(&language.grammar()).expect("a grammar");
    let tree = parser.parse(text, None).expect("a tree");
    let links = read(language, &tree, text).expect("names are resolved");
    let packed = links.pack();
    assert!(super::compact::is_sound(&links));
    assert_eq!(Links::unpack(&packed).expect("what was packed"), links);
    links
}

pub(super) fn shown(links: &Links, id: ExprId) -> String {
    let of = |id: ExprId| shown(links, id);
    match links.expr(id) {
        Expr::Unknown => "?".to_owned(),
        Expr::Free(name) => format!("free:{}", links.text(*name)),
        Expr::Item(item) => path(links, *item),
        Expr::Import(import) => {
            let import = &links.imports[*import as usize];
            let what = match import.what {
                Imported::Module => "*".to_owned(),
                Imported::Name(name) => links.text(name).to_owned(),
                Imported::All => "**".to_owned(),
            };
            format!("<{}>{what}", links.text(import.module))
        }
        Expr::Member(object, name) => format!("{}.{}", of(*object), links.text(*name)),
        Expr::Call(callee) => format!("{}()", of(*callee)),
        Expr::Given(callee, all) => {
            let all: Vec<String> = all.iter().map(|&id| of(id)).collect();
            format!("{}({})", of(*callee), all.join(", "))
        }
        Expr::Instance(class) => format!("new {}", of(*class)),
        Expr::This(class) => format!("this:{}", path(links, *class)),
        Expr::Super(class) => format!("super:{}", path(links, *class)),
        Expr::Element(list) => format!("{}[]", of(*list)),
        Expr::Await(value) => format!("await {}", of(*value)),
        Expr::List(value) => format!("[{}]", of(*value)),
        Expr::Part(value, at) => format!("{}#{at}", of(*value)),
        Expr::Generic(base, all) => {
            let all: Vec<String> = all.iter().map(|&id| of(id)).collect();
            format!("{}<{}>", of(*base), all.join(", "))
        }
        Expr::Param(callee, at) => format!("{}({at})", of(*callee)),
        Expr::Either(all) => {
            let all: Vec<String> = all.iter().map(|&id| of(id)).collect();
            format!("({})", all.join(" | "))
        }
        Expr::Builtin(name) => format!("builtin:{}", links.text(*name)),
        Expr::Inside(item, name, wanted) => {
            let call = if *wanted == Wanted::Function { "()" } else { "" };
            format!("{{{}}}{}{call}", path(links, *item), links.text(*name))
        }
    }
}

fn path(links: &Links, item: u32) -> String {
    let names = links.container(item).map(|outer| outer + "::").unwrap_or_default();
    names + links.item_name(item)
}

/// All of a file's links as lines.
fn table(language: &str, text: &str) -> String {
    let links = links(language, text);
    let mut out = String::new();
    for (at, item) in links.items.iter().enumerate() {
        let id = u32::try_from(at).expect("few items");
        let _ = write!(out, "item {} {:?} {}", path(&links, id), item.kind, item.line);
        if let Some(result) = item.result {
            let _ = write!(out, " = {}", shown(&links, result));
        }
        for base in &item.bases {
            let _ = write!(out, " : {}", shown(&links, *base));
        }
        if !item.params.is_empty() {
            let params: Vec<String> = item.params.iter().map(|&id| shown(&links, id)).collect();
            let _ = write!(out, " ({})", params.join(", "));
        }
        if item.declared {
            out.push_str(" declared");
        }
        out.push('\n');
    }
    for export in &links.exports {
        let _ =
            writeln!(out, "export {} = {}", links.text(export.name), shown(&links, export.what));
    }
    for used in &links.uses {
        let role =
            if used.role == Role::Plain { String::new() } else { format!(" {:?}", used.role) };
        let owner =
            used.owner.map(|owner| format!(" in {}", path(&links, owner))).unwrap_or_default();
        let _ = writeln!(out, "{} {}{role}{owner}", used.line, shown(&links, used.expr));
    }
    out
}

#[test]
fn typescript() {
    insta::assert_snapshot!(table("tsx", include_str!("tests/sample.tsx")));
}

#[test]
fn rust() {
    insta::assert_snapshot!(table("rust", include_str!("tests/sample.rs.txt")));
}

#[test]
fn imports_of_rust_are_told_from_the_module_of_the_file() {
    let text = "use a::{b::{self, c as d}, e::*, f}; use ::g; extern crate h as i; use j; mod k;
        use self::l::{self as m}; use super::super::n; use crate as o; use p::Q as _;
        mod t { use super::*; use super::r; use super::super::s; use self::u::V; mod u;
            mod w { use super::super::{x, super::y}; pub use super::u::*; } }
        fn z() { use super::a1; }";
    let links = links("rust", text);
    let shown = |import: &Import| {
        let what = match import.what {
            Imported::Module => "(module)",
            Imported::Name(name) => links.text(name),
            Imported::All => "*",
        };
        let parent = import.parent.map(|item| path(&links, item)).unwrap_or_default();
        let top = if import.top { "" } else { " inner" };
        let (module, local) = (links.text(import.module), links.text(import.local));
        format!("{module} {what} = {local}{top} {parent}").trim_end().to_owned()
    };
    let wanted = [
        "a b = b",
        "a::b c = d",
        "a::e * =",
        "a f = f",
        "::g (module) = g",
        "h (module) = i",
        "j (module) = j",
        "self::k (module) = k",
        "self l = m",
        "super::super n = n",
        "crate (module) = o",
        "p Q =",
        "self r = r inner t",
        "super s = s inner t",
        "self::t::u V = V inner t",
        "self::t::u (module) = u inner t",
        "self x = x inner t::w",
        "super y = y inner t::w",
        "self::t::u * =  inner t::w",
        "super a1 = a1 inner",
    ];
    assert_eq!(links.imports.iter().map(shown).collect::<Vec<_>>(), wanted);
}

#[test]
fn python() {
    insta::assert_snapshot!(table("python", include_str!("tests/sample.py")));
}

#[test]
fn go() {
    insta::assert_snapshot!(table("go", include_str!("tests/sample.go.txt")));
}

#[test]
fn c() {
    insta::assert_snapshot!(table("c", include_str!("tests/sample.c")));
}

#[test]
fn cpp() {
    insta::assert_snapshot!(table("cpp", include_str!("tests/sample.cpp")));
}

#[test]
fn java() {
    insta::assert_snapshot!(table("java", include_str!("tests/sample.java")));
}

#[test]
fn every_name_is_one_of_the_grammar() {
    fn check<'t, L: Spoken<'t>>(language: &str) {
        let grammar = Language::from_name(language).expect("built in").grammar();
        assert_eq!(unknown_names::<L::Kind, L::Field>(&grammar), [""; 0], "{language}");
    }
    check::<super::c::C>("cpp");
    check::<super::go::Go<'_>>("go");
    check::<super::java::Java>("java");
    check::<super::python::Python<'_>>("python");
    check::<super::rust::Rust<'_>>("rust");
    check::<super::typescript::TypeScript>("tsx");
}

const SAMPLES: [(&str, &str); 7] = [
    ("tsx", include_str!("tests/sample.tsx")),
    ("python", include_str!("tests/sample.py")),
    ("rust", include_str!("tests/sample.rs.txt")),
    ("go", include_str!("tests/sample.go.txt")),
    ("java", include_str!("tests/sample.java")),
    ("c", include_str!("tests/sample.c")),
    ("cpp", include_str!("tests/sample.cpp")),
];

#[test]
fn code_that_ends_anywhere_is_read() {
    for (language, text) in SAMPLES {
        let whole = links(language, text);
        for end in (0..text.len()).step_by(41).filter(|&end| text.is_char_boundary(end)) {
            assert!(links(language, &text[..end]).items.len() <= whole.items.len() + 5);
        }
    }
}

#[test]
fn deep_code_is_read_on_a_small_stack() {
    // As much as the threads have that read files and answer questions.
    const STACK: usize = 2 << 20;
    let deep =
        |open: &str, close: &str| format!("x = {}1{}", open.repeat(4_000), close.repeat(4_000));
    let texts = [
        deep("(", ")"),
        deep("[", "]"),
        deep("{a:", "}"),
        deep("f(", ")"),
        deep("a.b(", ")"),
        format!("x = a{}", ".b".repeat(4_000)),
        format!("x = a{}", "()".repeat(4_000)),
        format!("x = {}1", "1 + ".repeat(4_000)),
        format!("x = {}1", "-".repeat(4_000)),
        "if (a) { ".repeat(3_000),
        "fn f() { mod m { ".repeat(2_000),
        "class A:\n def f(self):\n  ".repeat(500),
        format!("let x: {}A{} = 1;", "B<".repeat(3_000), ">".repeat(3_000)),
        format!("const x: {}A = 1;", "() => ".repeat(3_000)),
        format!("x = {}1", "a => ".repeat(3_000)),
        format!("<{}/>", "a b={<".repeat(2_000)),
    ];
    for (language, _) in SAMPLES {
        for text in &texts {
            let text = text.clone();
            let reading = std::thread::Builder::new().stack_size(STACK);
            let reading = reading.spawn(move || links(language, &text)).expect("a thread");
            reading.join().expect("no code is too deep");
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    /// Lines of the samples in any order, cut anywhere.
    #[test]
    fn mixed_up_code_is_read(
        which in 0..SAMPLES.len(),
        lines in proptest::collection::vec((0_usize..200, 0_usize..80), 0..40),
    ) {
        let (language, sample) = SAMPLES[which];
        let known: Vec<&str> = sample.lines().collect();
        let mut text = String::new();
        for (line, end) in lines {
            let line = known[line % known.len()];
            text.push_str(&line[..line.floor_char_boundary(end)]);
            text.push('\n');
        }
        links(language, &text);
    }
}

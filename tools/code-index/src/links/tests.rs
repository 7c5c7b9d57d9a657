//! What files say of names, shown as text.

use std::fmt::Write;

use tree_sitter::Parser;

use super::{Expr, ExprId, Imported, Links, Role, Wanted, read};
use crate::language::Language;

fn links(language: &str, text: &str) -> Links {
    let language = Language::from_name(language).expect("a language");
    let mut parser = Parser::new();
    parser.set_language(&language.grammar()).expect("a grammar");
    let tree = parser.parse(text, None).expect("a tree");
    let links = read(language, &tree, text).expect("names are resolved");
    let packed = links.pack();
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
fn python() {
    insta::assert_snapshot!(table("python", include_str!("tests/sample.py")));
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

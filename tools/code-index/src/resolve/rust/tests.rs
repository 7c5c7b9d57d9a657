//! Who uses what, over small crates.

use crate::scratch::traced;
use crate::trace::Direction;

const MANIFEST: (&str, &str) =
    ("shop/Cargo.toml", "[package]\nname = \"my-shop\"\nedition = \"2024\"\n");
const ROOT: (&str, &str) = (
    "shop/src/lib.rs",
    "mod store;\npub mod deep;\npub use store::Store as Shop;\npub mod prelude { pub use crate::store::*; }\n",
);
const STORE: (&str, &str) = (
    "shop/src/store.rs",
    "pub struct Store { pub size: u32 }
impl Store {
    pub fn open() -> Result<Self, Error> { Err(Error) }
    pub fn save(&self) {}
}
pub fn load() -> Box<Store> { Box::default() }
pub trait Named { fn name(&self) -> u8;
    fn shown(&self) -> u8 { self.name() } }
#[macro_export]
macro_rules! shops { () => {}; }
",
);
const DEEP: (&str, &str) = ("shop/src/deep/mod.rs", "pub mod inner;\npub fn dig() {}\n");

fn with<'f>(path: &'f str, text: &'f str) -> Vec<(&'f str, &'f str)> {
    vec![MANIFEST, ROOT, STORE, DEEP, (path, text)]
}

/// `path`, whose second line uses the symbol.
fn leads(what: &str, path: &str, text: &str, symbol: &str, confidence: &str) {
    let found = traced(&with(path, text), symbol, Direction::References);
    assert!(found.contains(&format!("{path}:2 {confidence}")), "{what}: {found:?}");
}

#[test]
fn paths_lead_to_modules() {
    let inner = "shop/src/deep/inner.rs";
    let other = "shop/src/bin/run.rs";
    let cases = [
        ("from the crate", inner, "use crate::store::load;\nfn f() { load(); }\n"),
        ("from above", inner, "use super::super::store;\nfn f() { store::load(); }\n"),
        ("written out", inner, "\nfn f() { crate::store::load(); }\n"),
        (
            "renamed",
            inner,
            "use crate::{store::{self as s, load as l}};\nfn f() { l(); s::x(); }\n",
        ),
        ("all names", inner, "use crate::store::*;\nfn f() { load(); }\n"),
        ("in a function", inner, "fn f() { use crate::store::load;\nload(); }\n"),
        ("in a macro", inner, "use crate::store::load;\nfn f() { assert_eq!(1, load().size); }\n"),
        ("another crate", other, "use my_shop::prelude::load;\nfn f() { load(); }\n"),
        ("another crate's path", other, "\nfn f() { my_shop::prelude::load(); }\n"),
        ("a crate's test", "shop/tests/all.rs", "use my_shop::prelude::*;\nfn f() { load(); }\n"),
    ];
    for (what, path, text) in cases {
        leads(what, path, text, "shop/src/store.rs:6", "exact");
    }
    let test = "mod t { use super::*; mod u { use super::super::other;\nfn f() { other(); } } }\nfn other() {}\n";
    leads("inline modules", inner, test, &format!("{inner}:3"), "exact");
    leads("passed on", other, "use my_shop::Shop;\nfn f(s: Shop) {}\n", "Store", "exact");
    leads("a macro", other, "\nfn f() { my_shop::shops!(); }\n", "shops", "exact");
    leads("a macro by name", inner, "\nfn f() { shops!(); }\n", "shops", "exact");
    leads(
        "a function of a file",
        other,
        "use my_shop::deep;\nfn f() { deep::dig(); }\n",
        "dig",
        "exact",
    );
}

#[test]
fn members_are_told_by_types() {
    let inner = "shop/src/deep/inner.rs";
    let save = "Store::save";
    let cases = [
        ("by an annotation", "use crate::store::*;\nfn f(s: &Store) { s.save(); }\n"),
        ("by what a call gives", "use crate::store::*;\nfn f() { load().save(); }\n"),
        (
            "by a constructor",
            "use crate::store::*;\nfn f() -> X { let s = Store::open()?; s.save(); }\n",
        ),
        (
            "through wrappers",
            "use crate::store::*;\nfn f(s: Arc<Mutex<Store>>) { s.lock().unwrap().clone().save(); }\n",
        ),
        (
            "of a list",
            "use crate::store::*;\nfn f(s: Vec<Store>) { for (_, s) in s.iter().enumerate() { s.save(); } }\n",
        ),
        (
            "of a map",
            "use crate::store::*;\nfn f(s: &HashMap<u8, Store>) { for (_, s) in s { s.save(); } }\n",
        ),
        (
            "in a pattern",
            "use crate::store::*;\nfn f(s: Option<Store>) { if let Some(s) = s { s.save(); } }\n",
        ),
        (
            "in a closure",
            "use crate::store::*;\nfn f(s: Vec<Store>) { s.iter().for_each(|s| s.save()); }\n",
        ),
        ("of a field", "use crate::store::*;\nstruct A(Store); fn f(a: A) { a.0.save(); }\n"),
        (
            "of a variant",
            "use crate::store::*;\nenum A { B(u8, Store) } fn f(a: A) { match a { A::B(_, s) => s.save() } }\n",
        ),
        (
            "of a tuple",
            "use crate::store::*;\nfn g() -> (u8, Store) {} fn f() { let (_, s) = g(); s.save(); }\n",
        ),
    ];
    for (what, text) in cases {
        leads(what, inner, text, save, "likely");
    }
    let own = "impl crate::store::Store { fn more(&self) {\nself.save(); } }\n";
    leads("in another block", inner, own, save, "exact");
    let path = "use crate::store::Store;\nfn f(s: Store) { Store::save(&s); }\n";
    leads("by its path", inner, path, save, "exact");
    let field = "use crate::store::Store;\nfn f() { Store { size: 1 }; }\n";
    leads("a field", inner, field, "Store::size", "likely");
}

#[test]
fn traits_lead_to_what_implements_them() {
    let path = "shop/src/deep/inner.rs";
    let text = "use crate::store::{Named, Store};
impl Named for Store { fn name(&self) -> u8 { 1 } }
fn f(s: Store, n: &dyn Named) { s.name();
s.shown();
n.name(); }
fn g<T: Named>(t: T) {
t.shown(); }
";
    let files = with(path, text);
    let of = |symbol: &str, direction| traced(&files, symbol, direction);
    let implemented = of("Named", Direction::Implementations);
    assert_eq!(implemented, [format!("{path}:2 exact")]);
    let shown = of("Named::shown", Direction::Callers);
    assert_eq!(shown, [format!("{path}:4 likely"), format!("{path}:7 likely")]);
    let block = of(&format!("{path}:2"), Direction::References);
    assert_eq!(block, of("shop/src/store.rs:1", Direction::References));
    let named = of("Named::name", Direction::Callers);
    assert_eq!(named, [format!("{path}:5 likely"), "shop/src/store.rs:8 exact".to_owned()]);
}

#[test]
fn what_has_the_same_name_is_kept_apart() {
    let path = "shop/src/deep/inner.rs";
    let text = "use serde::Store;
fn f(s: Store) { s.save(); }
struct Own; impl Own { fn save(&self) {} }
fn g(o: Own) { o.save(); let load = load(); load.x(); }
fn load() {}
mod load { pub fn deep() {} }
fn h() { load::deep(); }
";
    let files = with(path, text);
    let of = |symbol: &str| traced(&files, symbol, Direction::References);
    assert_eq!(
        of("shop/src/store.rs:1"),
        ["shop/src/lib.rs:3 exact", "shop/src/store.rs:2 exact", "shop/src/store.rs:6 exact"]
    );
    assert_eq!(of("shop/src/store.rs:4"), [""; 0]);
    assert_eq!(of("Own::save"), [format!("{path}:4 likely")]);
    assert_eq!(of("shop/src/store.rs:6"), [""; 0]);
    assert_eq!(of(&format!("{path}:5")), [format!("{path}:4 exact")]);
}

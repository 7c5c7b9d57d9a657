//! Who uses what, over a small module.

use crate::scratch::traced;
use crate::trace::Direction;

const MODULE: (&str, &str) = ("go.mod", "module example.com/shop // v2\n\ngo 1.22\n");
const STORE: (&str, &str) = (
    "store/store.go",
    "package store

type Store struct { Size int; base }
type base struct { Depth int }
type Rows []*Row
type Row struct { Name string }
type Saver interface { Save() error }

func Open(name string) (*Store, error) { return &Store{Size: limit}, nil }
func (b *base) Dive() {}
",
);
const MORE: (&str, &str) = (
    "store/more.go",
    "package store

const limit = 3

func (s *Store) Save() error { s.Dive(); return nil }
func (s *Store) Rows() Rows { return nil }
func (r *Row) Show() { rows := Rows{{Name: r.Name}}; _ = rows }
",
);

fn uses(path: &str, text: &str, symbol: &str) -> Vec<String> {
    let files = [MODULE, STORE, MORE, (path, text)];
    traced(&files, symbol, Direction::References)
}

#[test]
fn packages_are_folders() {
    let used = "package main\n\nimport \"example.com/shop/store\"\n\nfunc main() {\nstore, err := store.Open(\"x\")\nstore.Save()\nfor _, row := range store.Rows() {\nrow.Show() }\n_ = store.Size\nstore.Dive() }\n";
    let cases: &[(&str, &[&str])] = &[
        ("store/store.go:9", &["cmd/main.go:6 exact"]),
        ("Store::Save", &["cmd/main.go:7 likely"]),
        ("Row::Show", &["cmd/main.go:9 likely"]),
        ("Store::Size", &["cmd/main.go:10 likely", "store/store.go:9 likely"]),
        ("base::Dive", &["cmd/main.go:11 likely", "store/more.go:5 exact"]),
        ("Row::Name", &["store/more.go:7 exact"]),
        ("limit", &["store/store.go:9 exact"]),
        (
            "store/store.go:3",
            &["store/more.go:5 exact", "store/more.go:6 exact", "store/store.go:9 exact"],
        ),
        ("store/store.go:4", &["store/store.go:3 exact", "store/store.go:10 exact"]),
    ];
    for (symbol, wanted) in cases {
        assert_eq!(uses("cmd/main.go", used, symbol), *wanted, "{symbol}");
    }
}

#[test]
fn what_has_the_same_name_is_kept_apart() {
    let other = "package other\n\nimport \"example.org/far/store\"\n\ntype Store struct{}\nfunc (s *Store) Save() {}\nfunc use(s Store, t store.Store) { s.Save(); t.Save(); limit() }\nfunc limit() {}\n";
    let of = |symbol: &str| uses("other/other.go", other, symbol);
    assert_eq!(of("other/other.go:6"), ["other/other.go:7 likely"]);
    assert_eq!(of("store/more.go:5"), [""; 0]);
    assert_eq!(of("other/other.go:8"), ["other/other.go:7 exact"]);
    assert_eq!(of("store/more.go:3"), ["store/store.go:9 exact"]);
}

#[test]
fn tests_see_the_package_that_they_say() {
    let inside = "package store\n\nfunc check() { Open(\"x\") }\n";
    assert_eq!(
        uses("store/store_test.go", inside, "store/store.go:9"),
        ["store/store_test.go:3 exact"]
    );
    let beside = "package store_test\n\nimport . \"example.com/shop/store\"\n\nfunc Open() {}\nfunc check() { Open(); limit() }\n";
    assert_eq!(uses("store/other_test.go", beside, "store/store.go:9"), [""; 0]);
}

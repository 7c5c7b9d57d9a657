use super::*;
use crate::scratch::Repository;
use crate::workspace::Workspace;

const README: &str = "# Shop\n\nA shop.\n\n## Install\n\nGet it.\n\n### Linux\n\nRun `apt install shop`.\n\n## Migrations\n\nRun the migrations with `just migrate`, which calls `Store::migrate`.\n";
const STORE: &str = "//! Where orders are kept.\n\n/// The store of orders.\npub struct Store;\n\nimpl Store {\n    /// Brings the tables up to date.\n    ///\n    /// Call it before anything else.\n    pub fn migrate(&self) {}\n}\n";

fn repository() -> Repository {
    Repository::new(&[
        ("Cargo.toml", "[package]\nname = \"shop\"\n"),
        ("README.md", README),
        ("CHANGELOG.md", "# Changelog\n\n- migrations run at start\n"),
        ("src/lib.rs", "//! A shop as a library.\n\npub mod store;\n"),
        ("src/store.rs", STORE),
        ("examples/up.rs", "use shop::store::Store;\n\nfn main() {\n    Store.migrate();\n}\n"),
        (
            "docs/store.rst",
            "Store\n=====\n\nKeeps orders.\n\nTables\n------\n\nSee ``Store::migrate``.\n",
        ),
        ("AGENTS.md", "# Agents\n\nBe kind.\n"),
        ("src/AGENTS.md", "# Sources\n\nNo unwrap.\n"),
        ("CLAUDE.md", "See @docs/style.md.\n"),
        ("docs/style.md", "# Style\n\nPlain words.\n"),
        (".gitignore", ".cursor/\nCLAUDE.local.md\n"),
        ("CLAUDE.local.md", "Only mine.\n"),
        (
            ".cursor/rules/tables.mdc",
            "---\ndescription: How tables change\nglobs: src/**/*.rs\nalwaysApply: false\n---\nAdd a migration.\n",
        ),
        (".qoder/rules/all.md", "---\ntrigger: always_on\n---\nAsk first.\n"),
        (
            ".claude/skills/release/SKILL.md",
            "---\nname: release\ndescription: Publish a new version of the shop\n---\n# Steps\n\nTag it.\n",
        ),
        (".qoder/repowiki/en/content/Orders.md", "# Orders\n\nHow an order is paid.\n"),
    ])
}

fn ask(workspace: &Workspace, ask: DocsAsk, kinds: &[DocKind], paths: &[&str]) -> DocsAnswer {
    let query = DocsQuery {
        ask,
        kinds: kinds.to_vec(),
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        budget_tokens: 2000,
    };
    workspace.read_docs(&query, &Cancel::new()).unwrap()
}

fn words(workspace: &Workspace, words: &str, kinds: &[DocKind], paths: &[&str]) -> DocsAnswer {
    ask(workspace, DocsAsk::Words(words.to_owned()), kinds, paths)
}

fn paths(answer: &DocsAnswer) -> Vec<&str> {
    answer.results.iter().map(|hit| hit.path.as_str()).collect()
}

#[test]
fn a_question_finds_the_section_that_answers_it() {
    let repository = repository();
    let workspace = repository.open_complete();
    let answer = words(&workspace, "how do I run the migrations", &[], &[]);
    let first = &answer.results[0];
    assert_eq!((first.path.as_str(), first.line, first.end_line), ("README.md", 13, 15));
    assert_eq!(first.heading.as_deref(), Some("Shop > Migrations"));
    assert!(
        first.text.as_ref().is_some_and(|text| text.ends_with("`Store::migrate`.")),
        "{first:?}"
    );
    let migrate =
        DocSymbol { name: "Store::migrate".to_owned(), path: "src/store.rs".to_owned(), line: 10 };
    assert_eq!(first.symbols, [migrate]);
    let last = |path: &str| answer.results.iter().position(|hit| hit.path == path);
    assert!(last("CHANGELOG.md").is_none_or(|at| at > 0));
    let answer = words(&workspace, "install on linux", &[DocKind::Docs], &[]);
    assert_eq!(answer.results[0].heading.as_deref(), Some("Shop > Install > Linux"));
    let answer = words(&workspace, "where are orders kept", &[DocKind::Docs], &[]);
    assert!(answer.results.iter().any(|hit| hit.source == "module" && hit.path == "src/store.rs"));
}

#[test]
fn rules_of_a_task_come_with_why_they_hold() {
    let repository = repository();
    let workspace = repository.open_complete();
    let answer = words(&workspace, "add a column", &[DocKind::Rules], &["src/store.rs"]);
    assert!(answer.results.iter().all(|hit| hit.kind == DocKind::Rules));
    let found: Vec<(&str, &str, bool)> = answer
        .results
        .iter()
        .map(|hit| {
            let always = hit.scope.as_ref().is_some_and(|scope| scope.always_apply);
            (hit.path.as_str(), hit.source.as_str(), always)
        })
        .collect();
    let want = [
        (".qoder/rules/all.md", "qoder", true),
        ("AGENTS.md", "agents", true),
        ("CLAUDE.local.md", "claude", true),
        ("CLAUDE.md", "claude", true),
        ("docs/style.md", "claude, imported by CLAUDE.md", true),
        (".cursor/rules/tables.mdc", "cursor", false),
        ("src/AGENTS.md", "agents", true),
    ];
    assert_eq!(found, want);
    let cursor = &answer.results[5];
    assert_eq!(cursor.reason, "its glob `src/**/*.rs` matches src/store.rs; text: add");
    assert_eq!(cursor.description.as_deref(), Some("How tables change"));
    assert_eq!(answer.results[6].scope.as_ref().map(|scope| scope.folder.as_str()), Some("src"));
    let elsewhere = words(&workspace, "add a column", &[DocKind::Rules], &["web/a.ts"]);
    assert!(!paths(&elsewhere).contains(&"src/AGENTS.md"), "{:?}", paths(&elsewhere));
    let by_words = words(&workspace, "how do tables change", &[DocKind::Rules], &[]);
    assert!(paths(&by_words).contains(&".cursor/rules/tables.mdc"), "{:?}", paths(&by_words));
}

#[test]
fn skills_and_wiki_pages_are_found_for_a_task() {
    let repository = repository();
    let workspace = repository.open_complete();
    let answer = words(&workspace, "publish a version", &[DocKind::Skills], &[]);
    let first = &answer.results[0];
    assert_eq!((first.kind, first.heading.as_deref()), (DocKind::Skills, Some("release: Steps")));
    assert_eq!(first.description.as_deref(), Some("Publish a new version of the shop"));
    let answer = words(&workspace, "how is an order paid", &[DocKind::Wiki], &[]);
    assert_eq!(paths(&answer), [".qoder/repowiki/en/content/Orders.md"]);
    assert_eq!(words(&workspace, "zebra", &[DocKind::Wiki], &[]).results, []);
}

#[test]
fn a_symbol_has_its_comment_its_module_and_what_names_it() {
    let repository = repository();
    let workspace = repository.open_complete();
    for symbol in ["Store::migrate", "src/store.rs:10"] {
        let answer = ask(&workspace, DocsAsk::Symbol(symbol.to_owned()), &[], &[]);
        assert!(answer.found);
        let definition = &answer.definitions[0];
        assert_eq!((definition.path.as_str(), definition.line), ("src/store.rs", 10));
        let doc = "Brings the tables up to date.\n\nCall it before anything else.";
        assert_eq!((definition.doc.as_deref(), definition.doc_line), (Some(doc), Some(7)));
        let of = |source: &str| -> Vec<&str> {
            let of = answer.results.iter().filter(|hit| hit.source == source);
            of.map(|hit| hit.path.as_str()).collect()
        };
        assert_eq!(of("module"), ["src/store.rs", "src/lib.rs"]);
        assert_eq!(of("example"), ["examples/up.rs"]);
        assert_eq!(of("docs"), ["docs/store.rst"]);
        assert!(of("readme").contains(&"README.md"));
        assert_eq!(of("cursor"), [".cursor/rules/tables.mdc"]);
        assert!(of("agents").contains(&"src/AGENTS.md"));
    }
    let absent = ask(&workspace, DocsAsk::Symbol("migrat".to_owned()), &[], &[]);
    assert!(!absent.found && absent.definitions.is_empty() && absent.results.is_empty());
    assert_eq!(absent.near[0], "migrate");
}

#[test]
fn an_answer_keeps_to_its_budget_and_says_what_it_left() {
    let mut pages: Vec<(String, String)> = Vec::new();
    for number in 0..40 {
        let text =
            format!("# Migrations {number}\n\n{}", "Run the \"migrations\" so.\n".repeat(80));
        pages.push((format!("docs/page{number}.md"), text));
    }
    let files: Vec<(&str, &str)> = pages.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
    let repository = Repository::new(&files);
    let workspace = repository.open_complete();
    for budget in [300, 1000, 2000, 8000] {
        let query = DocsQuery {
            ask: DocsAsk::Words("run migrations".to_owned()),
            kinds: Vec::new(),
            paths: Vec::new(),
            budget_tokens: budget,
        };
        let answer = workspace.read_docs(&query, &Cancel::new()).unwrap();
        let bytes = serde_json::to_string(&answer.results).unwrap().len();
        assert!(bytes <= budget * 4, "{budget}: {bytes}");
        assert!(answer.truncated && answer.left_out > 0 && !answer.results.is_empty(), "{budget}");
        let long = answer.results.iter().find_map(|hit| hit.text.as_ref());
        assert!(budget != 1000 || long.is_some_and(|text| text.contains('…')));
    }
}

#[cfg(unix)]
#[test]
fn no_rule_leads_out_of_the_root() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret.md"), "the secret column").unwrap();
    let repository = Repository::new(&[
        ("CLAUDE.md", "@../secret.md @/etc/hostname column\n"),
        ("docs/agents.md", "# A column\n"),
        ("src/a.rs", "fn a() {}\n"),
    ]);
    let link = |to: &std::path::Path, at: &str| {
        let at = repository.path().join(at);
        std::fs::create_dir_all(at.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(to, at).unwrap();
    };
    link(&outside.path().join("secret.md"), "GEMINI.md");
    link(outside.path(), ".cursor/rules");
    link(outside.path(), ".claude");
    link(std::path::Path::new("docs/agents.md"), "AGENTS.md");
    let workspace = repository.open_complete();
    let answer = words(&workspace, "column", &[DocKind::Rules], &["src/a.rs"]);
    assert_eq!(paths(&answer), ["AGENTS.md", "CLAUDE.md"]);
}

#[test]
fn kinds_are_known_by_name() {
    for kind in DocKind::ALL {
        assert_eq!(DocKind::from_name(kind.as_str()), Some(kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
    assert_eq!(DocKind::from_name("Skill"), Some(DocKind::Skills));
    assert_eq!(DocKind::from_name("book"), None);
}

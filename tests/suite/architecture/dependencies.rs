//! What others' crates we take: one owner for each heavy one, none that is banned, and
//! only licences on the list in `deny.toml`.

use spdx::{Expression, ParseMode};

use super::workspace::{self, DenyRules, Foreign, Member};
use super::{assert_clean, assert_one};

/// A heavy crate, or a family of crates, and the only folders that may name it.
struct Owned {
    /// A crate's name; with `*` at the end, the start of one.
    name: &'static str,
    owners: &'static [&'static str],
}

const OWNED: [Owned; 8] = [
    Owned { name: "rmcp", owners: &["protocol"] },
    Owned { name: "tungstenite", owners: &["protocol"] },
    Owned { name: "tokio-tungstenite", owners: &["protocol"] },
    Owned { name: "jsonrpsee*", owners: &["protocol"] },
    Owned { name: "tree-sitter*", owners: &["tools/code-index"] },
    Owned { name: "tantivy*", owners: &["tools/code-index"] },
    Owned { name: "reqwest", owners: &["tools/http-client"] },
    Owned { name: "sqlx*", owners: &["tools/store", "tools/database"] },
];

/// A folder that may use an owned crate all the same.
struct Exception {
    folder: &'static str,
    name: &'static str,
    /// Why, for whoever wants to remove it.
    #[expect(dead_code, reason = "read by people, not by the test")]
    reason: &'static str,
}

const EXCEPTIONS: [Exception; 5] = [
    Exception {
        folder: "tests/kit",
        name: "tokio-tungstenite",
        reason: "sends our listener raw frames, wrong ones too, that our own client never would",
    },
    Exception {
        folder: "tests/bench",
        name: "rmcp",
        reason: "measures our transports beside rmcp's own",
    },
    Exception {
        folder: "tests/bench",
        name: "tokio-tungstenite",
        reason: "loads any server alike, so its client must not be ours",
    },
    Exception {
        folder: "tests/bench",
        name: "tantivy",
        reason: "measures our index beside the least that tantivy does with the same files",
    },
    Exception {
        folder: "tests/bench",
        name: "tree-sitter",
        reason: "measures our index beside the parse alone",
    },
];

impl Owned {
    fn matches(&self, name: &str) -> bool {
        match self.name.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == self.name,
        }
    }
}

/// Complains about direct use of a heavy crate outside its owner, and about an
/// exception that its folder does not need any more.
fn foreign_owners(members: &[Member], exceptions: &[Exception]) -> Vec<String> {
    let mut complaints = Vec::new();
    for member in members {
        let folder = member.folder.as_str();
        for used in &member.uses {
            let Some(owned) = OWNED.iter().find(|owned| owned.matches(used)) else { continue };
            let excepted = |e: &Exception| e.folder == folder && e.name == used;
            if !owned.owners.contains(&folder) && !exceptions.iter().any(excepted) {
                let owner = owned.owners.join(" or ");
                complaints.push(format!("`{folder}` uses `{used}`; go through {owner}"));
            }
        }
    }
    for Exception { folder, name, .. } in exceptions {
        let unused = |member: &&Member| member.folder == *folder && !member.uses.contains(*name);
        if members.iter().any(|member| unused(&member)) {
            complaints.push(format!("stale exception: `{folder}` does not use `{name}`"));
        }
    }
    complaints
}

/// Complains about a banned crate anywhere in the tree, for any platform.
fn banned(foreign: &[Foreign], rules: &DenyRules) -> Vec<String> {
    let complaint = |found: &Foreign| {
        let ban = rules.bans.deny.iter().find(|ban| ban.name == found.name)?;
        Some(format!("`{}` is in the tree; {} (`cargo tree -i` tells who)", ban.name, ban.reason))
    };
    foreign.iter().filter_map(complaint).collect()
}

/// Complains about a crate that cannot be used under the listed licences alone.
fn wrong_licences(foreign: &[Foreign], rules: &DenyRules) -> Vec<String> {
    let complaint = |found: &Foreign| {
        let name = &found.name;
        let Some(text) = &found.licence else {
            return Some(format!("`{name}` states no licence; choose another crate"));
        };
        // Lax: old manifests write `MIT/Apache-2.0`.
        let expression = match Expression::parse_mode(text, ParseMode::LAX) {
            Ok(expression) => expression,
            Err(e) => return Some(format!("`{name}`: cannot read licence `{text}`: {}", e.reason)),
        };
        let exceptions = rules.licenses.exceptions.iter().filter(|e| e.name == *name);
        let listed: Vec<&String> =
            rules.licenses.allow.iter().chain(exceptions.flat_map(|e| &e.allow)).collect();
        let allowed = expression
            .evaluate(|requirement| listed.iter().any(|entry| **entry == requirement.to_string()));
        (!allowed).then(|| format!("`{name}` is under `{text}`, which deny.toml does not allow"))
    };
    foreign.iter().filter_map(complaint).collect()
}

/// Complains about a licence exception for a crate that is not in the tree any more.
fn stale_licence_exceptions(foreign: &[Foreign], rules: &DenyRules) -> Vec<String> {
    let stale = rules.licenses.exceptions.iter().map(|exception| &exception.name);
    let stale = stale.filter(|name| !foreign.iter().any(|found| found.name == **name));
    stale.map(|name| format!("`{name}` left the tree; remove its exception in deny.toml")).collect()
}

#[test]
fn heavy_crates_have_one_owner() -> anyhow::Result<()> {
    let (members, _) = workspace::crates()?;
    assert_clean(&foreign_owners(&members, &EXCEPTIONS));
    Ok(())
}

#[test]
fn nothing_banned_is_in_the_tree() -> anyhow::Result<()> {
    let (_, foreign) = workspace::crates()?;
    assert!(foreign.len() > 50, "the tree was not read: {} crates", foreign.len());
    assert_clean(&banned(&foreign, &workspace::deny_rules()?));
    Ok(())
}

#[test]
fn every_licence_is_on_the_list() -> anyhow::Result<()> {
    let (_, foreign) = workspace::crates()?;
    let rules = workspace::deny_rules()?;
    assert_clean(&wrong_licences(&foreign, &rules));
    assert_clean(&stale_licence_exceptions(&foreign, &rules));
    Ok(())
}

#[test]
fn a_heavy_crate_outside_its_owner_is_found() {
    let cases = [
        ("tools/models", "reqwest"),
        ("tools/agents", "rmcp"),
        ("servers/context-server", "tree-sitter-rust"),
        ("tests/kit", "tokio-tungstenite"),
        ("tools/memory", "sqlx"),
        ("servers/ymera", "jsonrpsee-core"),
    ];
    for (folder, used) in cases {
        let members = [Member::planted("planted", folder, &[used, "serde"])];
        assert_one(folder, &foreign_owners(&members, &[]), &format!("uses `{used}`"));
    }
    let owner = [Member::planted("owner", "tools/database", &["sqlx", "sqlx-core"])];
    assert_clean(&foreign_owners(&owner, &[]));
}

#[test]
fn an_exception_covers_its_case_and_goes_stale() {
    let exceptions = [Exception { folder: "tests/bench", name: "rmcp", reason: "the baseline" }];
    let using = [Member::planted("bench", "tests/bench", &["rmcp"])];
    assert_clean(&foreign_owners(&using, &exceptions));
    let other = [Member::planted("bench", "tests/bench", &["serde"])];
    assert_one("stale", &foreign_owners(&other, &exceptions), "stale exception");
}

#[test]
fn a_banned_crate_is_found() -> anyhow::Result<()> {
    let rules = workspace::deny_rules()?;
    for name in ["openssl-sys", "native-tls"] {
        let foreign = [Foreign { name: name.to_owned(), licence: None }];
        assert_one(name, &banned(&foreign, &rules), name);
    }
    Ok(())
}

#[test]
fn a_wrong_licence_is_found() -> anyhow::Result<()> {
    let rules = workspace::deny_rules()?;
    let cases = [
        (Some("MIT OR Apache-2.0"), true),
        (Some("MIT/Apache-2.0"), true),
        (Some("GPL-3.0-only OR MIT"), true),
        (Some("(MIT OR Apache-2.0) AND Unicode-3.0"), true),
        (Some("Apache-2.0 WITH LLVM-exception OR MIT"), true),
        (Some("GPL-3.0-only"), false),
        (Some("MIT AND LGPL-2.1-only"), false),
        (Some("MPL-2.0"), false),
        (Some("no licence of this name"), false),
        (None, false),
    ];
    for (licence, fits) in cases {
        let foreign = [Foreign { name: "planted".into(), licence: licence.map(str::to_owned) }];
        assert_eq!(wrong_licences(&foreign, &rules).is_empty(), fits, "{licence:?}");
    }
    let stale = stale_licence_exceptions(&[], &rules).len();
    assert_eq!(stale, rules.licenses.exceptions.len(), "an empty tree needs no exception");
    Ok(())
}

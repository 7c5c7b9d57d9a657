//! For which files a rule is meant, as its front matter or its place says.

use globset::GlobBuilder;
use serde::Serialize;

use super::front_matter::FrontMatter;

/// For which files a rule is meant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RuleScope {
    /// It holds for every task in its folder.
    pub always_apply: bool,
    /// It holds for files that one of these matches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub globs: Vec<String>,
    /// The folder that it governs, `.` for the root.
    pub folder: String,
}

/// Why a rule is given for a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Applies {
    /// It holds for every task.
    Always,
    /// It governs the folder of a file.
    Folder { path: String },
    /// A glob matches a file.
    Glob { glob: String, path: String },
    /// Only its words may speak for it.
    ByWords,
}

impl RuleScope {
    /// Reads what the head of a rule says. `plain_is_always` tells what a rule
    /// without a word on its scope means: a file that a tool always loads, or
    /// one that waits to be called.
    pub(super) fn read(front: &FrontMatter, folder: &str, plain_is_always: bool) -> RuleScope {
        // Cursor: globs, alwaysApply. Qoder and Windsurf: trigger, glob or globs.
        // Copilot: applyTo. Claude and Cline: paths.
        let keys = ["globs", "glob", "applyto", "paths"];
        let mut globs: Vec<String> = keys.iter().flat_map(|key| front.list(key)).collect();
        globs.dedup();
        let is_all = |glob: &String| matches!(glob.as_str(), "**" | "*" | "**/*" | "/**");
        let all = globs.iter().any(is_all);
        let trigger = front.text("trigger").or_else(|| front.text("type"));
        let always_apply = match (front.flag("alwaysapply"), trigger.as_deref()) {
            (Some(true), _) | (_, Some("always_on" | "always")) => true,
            (_, Some("glob" | "model_decision" | "manual" | "auto" | "agent")) => all,
            (Some(false), _) => false,
            _ if globs.is_empty() => plain_is_always,
            _ => all,
        };
        let globs = if all { Vec::new() } else { globs };
        let folder = if folder.is_empty() { "." } else { folder };
        RuleScope { always_apply, globs, folder: folder.to_owned() }
    }

    /// Why the rule is given to who touches `paths`.
    pub(super) fn applies(&self, paths: &[String]) -> Applies {
        let is_root = self.folder == ".";
        if self.always_apply && is_root {
            return Applies::Always;
        }
        for path in paths {
            let Some(inside) = self.inside(path) else { continue };
            if self.always_apply {
                return Applies::Folder { path: path.clone() };
            }
            let glob = self.globs.iter().find(|glob| matches(glob, inside));
            if let Some(glob) = glob {
                return Applies::Glob { glob: glob.clone(), path: path.clone() };
            }
        }
        Applies::ByWords
    }

    /// The path below the governed folder; none outside.
    fn inside<'p>(&self, path: &'p str) -> Option<&'p str> {
        if self.folder == "." {
            return Some(path);
        }
        let rest = path.strip_prefix(self.folder.as_str())?;
        if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
    }
}

/// A glob without a folder looks at names, a folder at all that is in it.
fn matches(glob: &str, path: &str) -> bool {
    let glob = glob.trim_start_matches("./").trim_start_matches('/');
    let is_folder = glob.ends_with('/') || !glob.contains(['*', '?', '[', '{']);
    let folder = glob.trim_end_matches('/');
    if is_folder && path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')) {
        return true;
    }
    let seen = if glob.contains('/') { path } else { path.rsplit('/').next().unwrap_or(path) };
    let built = GlobBuilder::new(glob).literal_separator(true).build();
    // A glob that is none matches nothing.
    built.is_ok_and(|glob| glob.compile_matcher().is_match(seen))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(head: &str, folder: &str, plain: bool) -> RuleScope {
        let text = format!("---\n{head}\n---\n");
        RuleScope::read(&FrontMatter::read(&text.lines().collect::<Vec<_>>()), folder, plain)
    }

    #[test]
    fn heads_of_all_tools_say_when_a_rule_holds() {
        let cases = [
            ("alwaysApply: true", false, true, ""),
            ("alwaysApply: false\nglobs: *.ts,src/**", false, false, "*.ts src/**"),
            ("description: x\nalwaysApply: false", true, false, ""),
            ("trigger: always_on", false, true, ""),
            ("trigger: glob\nglob: \"**/*.py\"", true, false, "**/*.py"),
            ("trigger: model_decision\ndescription: x", true, false, ""),
            ("trigger: manual", true, false, ""),
            ("applyTo: \"**\"", false, true, ""),
            ("applyTo: \"**/*.ts,**/*.tsx\"", true, false, "**/*.ts **/*.tsx"),
            ("paths:\n  - src/api/**", true, false, "src/api/**"),
            ("description: x", true, true, ""),
            ("description: x", false, false, ""),
        ];
        for (head, plain, always, globs) in cases {
            let scope = scope(head, "", plain);
            assert_eq!(
                (scope.always_apply, scope.globs.join(" ")),
                (always, globs.to_owned()),
                "{head}"
            );
        }
    }

    #[test]
    fn a_rule_is_given_to_who_touches_its_files() {
        let paths = |path: &str| vec![path.to_owned()];
        let cases = [
            ("globs: *.ts", "", "src/a/b.ts", true),
            ("globs: *.ts", "", "src/a/b.py", false),
            ("globs: src/**/*.ts", "", "src/a/b.ts", true),
            ("globs: src/*.ts", "", "src/a/b.ts", false),
            ("globs: src/api", "", "src/api/x/y.go", true),
            ("globs: src/api/", "", "src/apis/y.go", false),
            ("globs: ./src/**", "", "src/y.go", true),
            ("globs: *.{ts,tsx}", "", "b.tsx", true),
            ("globs: [", "", "b.tsx", false),
            ("globs: src/*.ts", "web", "web/src/b.ts", true),
            ("globs: src/*.ts", "web", "src/b.ts", false),
            ("alwaysApply: true", "web", "web/x.ts", true),
            ("alwaysApply: true", "web", "website/x.ts", false),
        ];
        for (head, folder, path, want) in cases {
            let applies = scope(head, folder, false).applies(&paths(path));
            assert_eq!(applies != Applies::ByWords, want, "{head} in `{folder}` for {path}");
        }
        assert_eq!(scope("alwaysApply: true", "", false).applies(&[]), Applies::Always);
        assert_eq!(scope("alwaysApply: true", "web", false).applies(&[]), Applies::ByWords);
    }
}

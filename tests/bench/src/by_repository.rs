//! Figures of several repositories, each under its name, beside those of all together.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::load::Figures;
use crate::report::Label;

/// The shortest ends of the paths that tell the repositories apart.
pub(crate) fn names(repos: &[PathBuf]) -> anyhow::Result<Vec<String>> {
    let mut full = Vec::with_capacity(repos.len());
    for repo in repos {
        let path =
            repo.canonicalize().with_context(|| format!("cannot open `{}`", repo.display()))?;
        if full.contains(&path) {
            bail!("`{}` is given twice; name every repository once", repo.display());
        }
        full.push(path);
    }
    let longest = full.iter().map(|path| path.components().count()).max().unwrap_or(1);
    let mut names = Vec::new();
    for parts in 1..=longest {
        names = full.iter().map(|path| end_of(path, parts)).collect();
        let distinct: BTreeSet<&String> = names.iter().collect();
        if distinct.len() == names.len() {
            break;
        }
    }
    Ok(names)
}

/// The figures of every repository under its name, added to those of all.
pub(crate) fn together(mut all: Figures, names: &[String], repos: &[Figures]) -> Figures {
    for (name, figures) in names.iter().zip(repos) {
        all.extend(figures.iter().map(|(key, value)| (of(name, key), *value)));
    }
    all
}

/// The lines of all together, then those of each repository. The first of a block, which is
/// not indented, carries its name.
pub(crate) fn labels(labels: &[Label], names: &[String]) -> Vec<(String, String)> {
    let of_all = labels.iter().map(|(key, label)| line((*key).to_owned(), "all", label));
    let of_each = names
        .iter()
        .flat_map(|name| labels.iter().map(move |(key, label)| line(of(name, key), name, label)));
    of_all.chain(of_each).collect()
}

fn line(key: String, name: &str, label: &str) -> (String, String) {
    let is_first = !label.starts_with(' ');
    (key, if is_first { format!("{name} {label}") } else { label.to_owned() })
}

fn of(name: &str, key: &str) -> String {
    format!("{name} {key}")
}

fn end_of(path: &Path, parts: usize) -> String {
    let all: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    all[all.len().saturating_sub(parts)..].join("/")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{labels, names};

    #[test]
    fn repositories_are_named_by_what_tells_them_apart() -> anyhow::Result<()> {
        let scratch = tempfile::tempdir()?;
        let [a, b, c] = ["one/repo", "two/repo", "three/other"].map(|end| scratch.path().join(end));
        for folder in [&a, &b, &c] {
            fs::create_dir_all(folder)?;
        }
        for (name, repos, want) in [
            ("alone", vec![a.clone()], vec!["repo"]),
            ("apart", vec![a.clone(), c], vec!["repo", "other"]),
            ("alike", vec![a.clone(), b], vec!["one/repo", "two/repo"]),
        ] {
            assert_eq!(names(&repos)?, want, "{name}");
        }
        let error = names(&[a.clone(), a]).expect_err("the same twice");
        assert!(error.to_string().contains("given twice"), "{error}");
        Ok(())
    }

    #[test]
    fn every_block_of_lines_begins_with_its_name() {
        let lines = labels(&[("hits", "hits"), ("ms", "  time, ms")], &["one".into()]);
        let lines: Vec<_> = lines.iter().map(|(key, label)| (&**key, &**label)).collect();
        let want = [
            ("hits", "all hits"),
            ("ms", "  time, ms"),
            ("one hits", "one hits"),
            ("one ms", "  time, ms"),
        ];
        assert_eq!(lines, want);
    }
}

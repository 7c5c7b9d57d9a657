//! Counts: how much there is of each language and in each folder.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{FileFacts, FolderShare, LanguageShare};

/// Folders listed of one folder; the smaller ones are summed up.
const MAX_CHILDREN: usize = 24;
/// Folders listed in all.
const MAX_FOLDERS: usize = 160;

/// Sums up files by language, most bytes first.
pub(super) fn languages(files: &[FileFacts<'_>]) -> Vec<LanguageShare> {
    let mut shares: BTreeMap<&str, LanguageShare> = BTreeMap::new();
    for file in files {
        let Some(language) = file.language else { continue };
        let share = shares.entry(language).or_insert_with(|| LanguageShare {
            language: language.to_owned(),
            files: 0,
            lines: 0,
            bytes: 0,
        });
        share.files += 1;
        share.lines += file.lines;
        share.bytes += file.bytes;
    }
    let mut shares: Vec<LanguageShare> = shares.into_values().collect();
    shares.sort_by_key(|share| Reverse(share.bytes));
    shares
}

#[derive(Default)]
struct Node<'a> {
    files: u64,
    lines: u64,
    bytes: u64,
    by_language: BTreeMap<&'a str, u64>,
    children: BTreeMap<&'a str, Node<'a>>,
}

impl<'a> Node<'a> {
    fn add(&mut self, file: &FileFacts<'a>) {
        self.files += 1;
        self.lines += file.lines;
        self.bytes += file.bytes;
        if let Some(language) = file.language {
            *self.by_language.entry(language).or_default() += file.bytes;
        }
    }

    fn absorb(&mut self, other: &Node<'a>) {
        self.files += other.files;
        self.lines += other.lines;
        self.bytes += other.bytes;
        for (language, bytes) in &other.by_language {
            *self.by_language.entry(language).or_default() += bytes;
        }
    }

    fn share(&self, path: String) -> FolderShare {
        let main = self.by_language.iter().max_by_key(|(name, bytes)| (**bytes, Reverse(**name)));
        FolderShare {
            path,
            files: self.files,
            lines: self.lines,
            bytes: self.bytes,
            language: main.map(|(name, _)| (*name).to_owned()),
        }
    }
}

/// Lists `folder` and the folders in it down to `depth`, largest first; also
/// tells whether some were summed up.
pub(super) fn folders(
    files: &[FileFacts<'_>],
    folder: &str,
    depth: usize,
) -> (Vec<FolderShare>, bool) {
    let mut top = Node::default();
    for file in files {
        top.add(file);
        let below = file.path.strip_prefix(folder).unwrap_or(file.path).trim_start_matches('/');
        let Some((folders, _)) = below.rsplit_once('/') else { continue };
        let mut node = &mut top;
        for name in folders.split('/').take(depth) {
            node = node.children.entry(name).or_default();
            node.add(file);
        }
    }
    let mut list = Vec::new();
    let path = if folder.is_empty() { "." } else { folder };
    let cut = list_folder(&top, path.to_owned(), &mut list);
    (list, cut)
}

/// Appends a folder and its own; the depth is bounded by the tree that was built.
fn list_folder(node: &Node<'_>, path: String, list: &mut Vec<FolderShare>) -> bool {
    let within = if path == "." { String::new() } else { format!("{path}/") };
    list.push(node.share(path));
    let mut children: Vec<(&&str, &Node<'_>)> = node.children.iter().collect();
    children.sort_by_key(|(name, child)| (Reverse(child.bytes), **name));

    let mut rest = Node::default();
    let mut cut = false;
    for (number, (name, child)) in children.into_iter().enumerate() {
        if number < MAX_CHILDREN && list.len() < MAX_FOLDERS {
            cut |= list_folder(child, format!("{within}{name}"), list);
        } else {
            rest.absorb(child);
            cut = true;
        }
    }
    if rest.files > 0 {
        list.push(rest.share(format!("{within}…")));
    }
    cut
}

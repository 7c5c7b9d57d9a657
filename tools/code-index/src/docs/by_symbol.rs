//! All that is written about one symbol.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::guides::{self, Guide};
use super::mentions::{Linker, Mention, is_code, is_spelled_as_code, mentions};
use super::pack::Room;
use super::scope::Applies;
use super::section::{Page, Section};
use super::{
    DocDefinition, DocHit, DocKind, DocsAnswer, DocsQuery, Draft, comment, live, owned,
    page_weight, source_of,
};
use crate::cancel::Cancel;
use crate::error::IndexError;
use crate::explore::AboutTerm;
use crate::file_class::FileClass;
use crate::language::Language;
use crate::overlay::Overlaid;
use crate::terms::stems_of;
use crate::trace::start::{self, Start};
use crate::trace::{Direction, TraceQuery};
use crate::words::{Stems, fold};
use crate::workspace::{RootQuery, Scope, Workspace};

/// Definitions given where a name has several.
const MAX_DEFINITIONS: usize = 5;
/// Pages that hold the name and are read.
const MAX_PAGES: usize = 300;
/// Sections given of one page.
const PER_PAGE: usize = 2;
/// Sections given in all.
const MAX_MENTIONS: usize = 12;
/// Examples given, one of a file.
const MAX_EXAMPLES: usize = 4;
/// Lines shown around a use.
const AROUND: usize = 4;
/// A name with more definitions is told apart by its container only.
const COMMON: usize = 6;
/// Bytes of a rule: it is named here, to be read in its file.
const RULE_BYTES: usize = 500;

/// Groups of texts, in their order.
const MODULE: u8 = 0;
const MENTIONED: u8 = 1;
const EXAMPLES: u8 = 2;
const GOVERNING: u8 = 3;

pub(super) fn answer(
    workspace: &Workspace,
    query: &DocsQuery,
    asked: &str,
    cancel: &Cancel,
) -> Result<DocsAnswer, IndexError> {
    let roots = workspace.queries(&Scope::default(), cancel)?;
    let trace = TraceQuery::of(asked, Direction::References);
    let mut starts = start::find(workspace, &roots, &trace, cancel)?;
    starts.retain(|start| start.symbol.is_some());
    if starts.iter().any(is_of_code) {
        starts.retain(is_of_code);
    }
    let mut answer = DocsAnswer {
        found: !starts.is_empty(),
        definitions: Vec::new(),
        results: Vec::new(),
        near: Vec::new(),
        left_out: 0,
        truncated: false,
        status: workspace.status(),
    };
    if starts.is_empty() {
        answer.near = workspace.near_names(&roots, asked.trim(), cancel)?;
        return Ok(answer);
    }
    let common = starts.len() > COMMON;
    starts.sort_by_cached_key(|start| {
        let has_doc = start.symbol.as_ref().is_some_and(|symbol| symbol.doc.is_some());
        (FileClass::of(&start.path), !has_doc)
    });
    let mut room = Room::of(query.budget_tokens);
    let count = starts.len();
    starts.truncate(MAX_DEFINITIONS);
    room.left_out += count - starts.len();
    room.truncated |= count > starts.len();
    let search = Search { workspace, roots: &roots, query, starts: &starts, common, cancel };
    let definitions = starts.iter().filter_map(|start| define(&roots, start)).collect();
    answer.definitions = room.define(definitions);
    let mut drafts = search.drafts()?;
    drafts.sort_by(Draft::compare);
    let mut linker = Linker::new(workspace, &roots, cancel);
    answer.results = room.take(drafts, &terms_of(&starts), &mut linker)?;
    (answer.left_out, answer.truncated) = (room.left_out, room.truncated);
    Ok(answer)
}

fn is_of_code(start: &Start) -> bool {
    start.symbol.as_ref().is_some_and(|symbol| is_code(symbol.kind))
}

/// The symbol's name as words, by which long texts are cut.
fn terms_of(starts: &[Start]) -> Vec<AboutTerm> {
    let name = starts.first().and_then(|start| start.symbol.as_ref()).map(|symbol| &symbol.name);
    let stems = name.map(|name| stems_of(&Stems::new(), name)).unwrap_or_default();
    let word = name.cloned().unwrap_or_default();
    stems.into_iter().map(|stem| AboutTerm { stem, word: word.clone(), rarity: 1.0 }).collect()
}

fn define(roots: &[RootQuery<'_>], start: &Start) -> Option<DocDefinition> {
    let symbol = start.symbol.as_ref()?;
    let root = &roots[start.root];
    let text = live(root, &start.path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let doc = comment::of_symbol(&lines, symbol);
    Some(DocDefinition {
        name: symbol.name.clone(),
        kind: symbol.kind,
        path: root.show(&start.path),
        line: symbol.line,
        end_line: symbol.end_line,
        container: symbol.container.clone(),
        signature: symbol.signature.clone(),
        doc_line: doc.as_ref().map(|doc| doc.line),
        doc: doc.map(|doc| doc.text),
    })
}

struct Search<'a, 'w> {
    workspace: &'a Workspace,
    roots: &'a [RootQuery<'w>],
    query: &'a DocsQuery,
    starts: &'a [Start],
    common: bool,
    cancel: &'a Cancel,
}

impl Search<'_, '_> {
    fn wants(&self, kind: DocKind) -> bool {
        self.query.kinds.is_empty() || self.query.kinds.contains(&kind)
    }

    fn drafts(&self) -> Result<Vec<Draft>, IndexError> {
        let mut drafts = Vec::new();
        if self.wants(DocKind::Docs) {
            drafts.extend(self.modules());
            drafts.extend(self.examples()?);
        }
        let mut mentioned = Vec::new();
        for (number, root) in self.roots.iter().enumerate() {
            if self.wants(DocKind::Docs) {
                mentioned.extend(self.pages(number, root)?);
            }
            mentioned.extend(self.guides(number, root, &mut drafts)?);
        }
        mentioned.sort_by(Draft::compare);
        mentioned.truncate(MAX_MENTIONS);
        drafts.extend(mentioned);
        Ok(drafts)
    }

    /// What the files of the definitions and the packages around them say of themselves.
    fn modules(&self) -> Vec<Draft> {
        let mut seen: BTreeSet<(usize, String)> = BTreeSet::new();
        let mut drafts = Vec::new();
        for start in self.starts.iter().take(2) {
            let root = &self.roots[start.root];
            let mut heads = vec![start.path.clone()];
            heads.extend(package_heads(root, &start.path));
            for (number, path) in heads.into_iter().enumerate() {
                if !seen.insert((start.root, path.clone())) {
                    continue;
                }
                let why = if number == 0 {
                    "the file that defines it"
                } else {
                    "the package that it is in"
                };
                drafts.extend(module(root, &path, why, 10.0 - number as f32));
            }
            if let Some(path) = readme_around(root, &start.path)
                && seen.insert((start.root, path.clone()))
            {
                drafts.extend(readme(root, &path));
            }
        }
        drafts
    }

    /// Sections of pages that name the symbol.
    fn pages(&self, number: usize, root: &RootQuery<'_>) -> Result<Vec<Draft>, IndexError> {
        let own: Vec<&Start> = self.starts.iter().filter(|start| start.root == number).collect();
        let Some(name) = own.first().and_then(|start| start.symbol.as_ref()).map(|s| &s.name)
        else {
            return Ok(Vec::new());
        };
        let mut paths = Vec::new();
        let mut add = |path: &str, class: FileClass| {
            if guides::is_page(path) && guides::kind_of(path).is_none() {
                paths.push((class, path.to_owned()));
            }
        };
        if let Some(stored) = &root.view.stored {
            for segment in stored.segments() {
                segment.for_each_holder(stored.fields.words, &fold(name), |doc| {
                    let (path, facts) = (segment.table.path(doc), segment.table.facts(doc));
                    if !root.view.overlay.hides(path) && facts.skip.is_none() {
                        add(path, facts.class);
                    }
                })?;
            }
        }
        for (path, what) in root.view.overlay.iter() {
            if !matches!(what, Overlaid::Gone) {
                add(path, FileClass::of(path));
            }
        }
        paths.sort();
        paths.truncate(MAX_PAGES);
        let found: Vec<Vec<Draft>> = paths
            .par_iter()
            .map(|(class, path)| {
                let text = if self.cancel.is_cancelled() { None } else { live(root, path) };
                let Some(text) = text else { return Vec::new() };
                let page = Page::read(path, &text);
                let source = source_of(path, *class);
                let weight = page_weight(path, *class, &[]);
                self.mentions(&page, &own, &root.show(path), DocKind::Docs, source, weight)
            })
            .collect();
        self.cancel.check()?;
        Ok(found.into_iter().flatten().collect())
    }

    fn mentions(
        &self,
        page: &Page<'_>,
        own: &[&Start],
        shown: &str,
        kind: DocKind,
        source: &str,
        weight: f32,
    ) -> Vec<Draft> {
        let Some(symbol) = own.first().and_then(|start| start.symbol.as_ref()) else {
            return Vec::new();
        };
        let container = symbol.container.as_deref();
        let found = mentions(&page.lines, &symbol.name, container);
        let mut drafts = Vec::new();
        for section in &page.sections {
            let range = section.line as usize - 1..section.end_line as usize;
            let inside = found.iter().filter(|(row, _)| range.contains(row));
            let Some(best) = inside.clone().map(|(_, mention)| *mention).min() else { continue };
            let lines = page.text_of(section);
            let of_container = container.and_then(|container| container.rsplit("::").next());
            let near = of_container.is_some_and(|own| lines.iter().any(|line| line.contains(own)));
            let plain = container.is_some() && !is_spelled_as_code(&symbol.name);
            let vague = (self.common || plain) && !near && best != Mention::Qualified;
            let (value, how) = match best {
                Mention::Qualified => (4.0, "names it behind its container"),
                Mention::Span => (3.0, "names it in code"),
                Mention::Block => (2.0, "has it in a block of code"),
                Mention::Word => continue,
            };
            if vague {
                continue;
            }
            let in_heading = section.headings.last().is_some_and(|own| own.contains(&symbol.name));
            let bonus = if in_heading { 2.0 } else { 0.0 } + if near { 0.5 } else { 0.0 };
            let count = inside.count() as f32;
            let score = (value + bonus + 0.3 * count.ln()) * weight;
            let hit = DocHit::of(kind, source, shown, section, how.to_owned());
            drafts.push(Draft {
                hit,
                lines: owned(lines),
                group: MENTIONED,
                score,
                most: usize::MAX,
            });
        }
        drafts.sort_by(Draft::compare);
        drafts.truncate(PER_PAGE);
        drafts
    }

    /// Rules for the files of the definitions; skills and wiki pages that name it.
    fn guides(
        &self,
        number: usize,
        root: &RootQuery<'_>,
        governing: &mut Vec<Draft>,
    ) -> Result<Vec<Draft>, IndexError> {
        let kinds = [DocKind::Rules, DocKind::Skills, DocKind::Wiki];
        let kinds: Vec<DocKind> = kinds.into_iter().filter(|kind| self.wants(*kind)).collect();
        let own: Vec<&Start> = self.starts.iter().filter(|start| start.root == number).collect();
        if kinds.is_empty() || own.is_empty() {
            return Ok(Vec::new());
        }
        let paths: Vec<String> = own.iter().map(|start| start.path.clone()).collect();
        let mut mentioned = Vec::new();
        for guide in guides::collect(root, &kinds, self.cancel)? {
            self.cancel.check()?;
            let page = Page::read(&guide.path, &guide.text);
            let shown = root.show(&guide.path);
            let named = self.mentions(&page, &own, &shown, guide.kind, &guide.source, 0.9);
            let applies = guide.scope.as_ref().map(|scope| scope.applies(&paths));
            let why = match applies {
                Some(Applies::Always) => "always applies".to_owned(),
                Some(Applies::Folder { path }) => format!("governs the folder of {path}"),
                Some(Applies::Glob { glob, path }) => format!("its glob `{glob}` matches {path}"),
                Some(Applies::ByWords) | None => {
                    mentioned.extend(named);
                    continue;
                }
            };
            governing.extend(rule(&guide, &page, named, &shown, why));
        }
        Ok(mentioned)
    }

    /// Uses of the symbol in files of examples.
    fn examples(&self) -> Result<Vec<Draft>, IndexError> {
        let Some(start) = self.starts.first() else { return Ok(Vec::new()) };
        let Some(symbol) = start.symbol.as_ref() else { return Ok(Vec::new()) };
        let root = &self.roots[start.root];
        if !has_examples(root, &symbol.name)? {
            return Ok(Vec::new());
        }
        let place = format!("{}:{}", root.show(&start.path), symbol.line);
        let traced =
            self.workspace.trace(&TraceQuery::of(&place, Direction::Callers), self.cancel)?;
        let mut seen = BTreeSet::new();
        let mut drafts = Vec::new();
        for edge in traced.edges {
            let Some((number, path)) = self.workspace.roots().locate(&edge.path) else { continue };
            if !is_example(&path) || drafts.len() == MAX_EXAMPLES || !seen.insert(path.clone()) {
                continue;
            }
            let Some(text) = live(&self.roots[number], &path) else { continue };
            let lines: Vec<&str> = text.lines().collect();
            let row = (edge.line as usize).saturating_sub(1);
            let (first, last) = (row.saturating_sub(AROUND), (row + AROUND + 1).min(lines.len()));
            let line = |row: usize| u32::try_from(row).unwrap_or(u32::MAX);
            let section = Section {
                headings: edge.container.into_iter().collect(),
                line: line(first + 1),
                end_line: line(last),
            };
            let why = format!("uses it on line {}, {}", edge.line, edge.confidence.as_str());
            let hit = DocHit::of(DocKind::Docs, "example", &edge.path, &section, why);
            let lines = owned(lines.get(first..last).unwrap_or_default());
            drafts.push(Draft { hit, lines, group: EXAMPLES, score: 0.0, most: usize::MAX });
        }
        Ok(drafts)
    }
}

fn is_example(path: &str) -> bool {
    let class = FileClass::of(path);
    let mut folders = path.split('/').take_while(|part| !matches!(*part, "src" | "lib"));
    let in_docs = folders.any(|part| matches!(part, "docs" | "doc" | "documentation"));
    class == FileClass::Example || (in_docs && !guides::is_page(path))
}

/// Whether any file of examples holds the name.
fn has_examples(root: &RootQuery<'_>, name: &str) -> Result<bool, IndexError> {
    let mut found = root.view.overlay.iter().any(|(path, _)| is_example(path));
    if let Some(stored) = &root.view.stored {
        for segment in stored.segments() {
            segment.for_each_holder(stored.fields.words, &fold(name), |doc| {
                found |= is_example(segment.table.path(doc));
            })?;
        }
    }
    Ok(found)
}

/// A rule that governs the symbol's file: what it says of the symbol, else its start.
fn rule(
    guide: &Guide,
    page: &Page<'_>,
    named: Vec<Draft>,
    shown: &str,
    why: String,
) -> Option<Draft> {
    let mut draft = match named.into_iter().next() {
        Some(mut draft) => {
            draft.hit.reason = format!("{why}; {}", draft.hit.reason);
            Draft { score: 1.0, ..draft }
        }
        None => {
            let section = page.sections.first()?;
            let hit = DocHit::of(DocKind::Rules, &guide.source, shown, section, why);
            let lines = owned(page.text_of(section));
            Draft { hit, lines, group: GOVERNING, score: 0.0, most: RULE_BYTES }
        }
    };
    draft.group = GOVERNING;
    draft.hit.description = page.front.text("description");
    draft.hit.scope.clone_from(&guide.scope);
    Some(draft)
}

/// The files whose head speaks for the package around a file, nearest first.
fn package_heads(root: &RootQuery<'_>, path: &str) -> Vec<String> {
    const HEADS: [&str; 7] = [
        "lib.rs",
        "mod.rs",
        "main.rs",
        "__init__.py",
        "doc.go",
        "package-info.java",
        "package-info.kt",
    ];
    let extension = |path: &str| path.rsplit_once('.').map(|(_, end)| end.to_owned());
    let own = extension(path);
    let mut heads = Vec::new();
    let mut folder = path;
    while let Some((above, _)) = folder.rsplit_once('/') {
        folder = above;
        let beside = format!("{folder}.rs");
        let inside = HEADS.iter().map(|head| format!("{folder}/{head}"));
        let wanted = inside.chain([beside]).filter(|head| head != path && extension(head) == own);
        heads.extend(wanted.filter(|head| root.view.holds(head)));
        if heads.len() >= 3 || heads.iter().any(|head| head.ends_with("/lib.rs")) {
            break;
        }
    }
    heads.truncate(3);
    heads
}

fn readme_around(root: &RootQuery<'_>, path: &str) -> Option<String> {
    let mut folder = path;
    loop {
        let above = folder.rsplit_once('/').map(|(above, _)| above);
        let start = above.map(|above| format!("{above}/")).unwrap_or_default();
        let names = ["README.md", "readme.md", "Readme.md", "README.rst", "README.adoc", "README"];
        let found =
            names.iter().map(|name| format!("{start}{name}")).find(|path| root.view.holds(path));
        if found.is_some() {
            return found;
        }
        folder = above?;
    }
}

fn module(root: &RootQuery<'_>, path: &str, why: &str, score: f32) -> Option<Draft> {
    let text = live(root, path)?;
    let lines: Vec<&str> = text.lines().collect();
    let language = Language::detect(std::path::Path::new(path), b"")?;
    let own = comment::of_file(&lines, language.name())?;
    let section = Section { headings: Vec::new(), line: own.line, end_line: own.end_line };
    let hit = DocHit::of(DocKind::Docs, "module", &root.show(path), &section, why.to_owned());
    let lines = own.text.lines().map(str::to_owned).collect();
    Some(Draft { hit, lines, group: MODULE, score, most: 1_200 })
}

fn readme(root: &RootQuery<'_>, path: &str) -> Option<Draft> {
    let text = live(root, path)?;
    let page = Page::read(path, &text);
    let section = page.sections.first()?;
    let why = "the README nearest to it".to_owned();
    let hit = DocHit::of(DocKind::Docs, "readme", &root.show(path), section, why);
    let lines = owned(page.text_of(section));
    // It is where to go on from here; what names the symbol comes before.
    Some(Draft { hit, lines, group: EXAMPLES, score: -1.0, most: 500 })
}

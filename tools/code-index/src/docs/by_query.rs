//! Texts for a question or a task in words.

use rayon::prelude::*;

use super::guides::{self, Guide};
use super::mentions::{Linker, is_code};
use super::pack::Room;
use super::scope::Applies;
use super::score::{Finder, Score, Texts, may_hold};
use super::section::{Page, Section};
use super::{
    DocHit, DocKind, DocsAnswer, DocsQuery, Draft, comment, full_name, live, owned, page_weight,
    source_of,
};
use crate::cancel::Cancel;
use crate::error::IndexError;
use crate::explore::{AboutTerm, about};
use crate::file_class::FileClass;
use crate::language::Language;
use crate::symbol::{Symbol, SymbolKind};
use crate::words::{fold, for_each_word};
use crate::workspace::{RootQuery, Scope, Workspace};

/// Pages that are read.
const PAGES_READ: usize = 60;
/// Files of code whose comments are looked at.
const SOURCES_READ: usize = 24;
/// Skills and wiki pages that are cut into sections.
const GUIDES_READ: usize = 80;
/// Sections given of one page.
const PER_PAGE: usize = 3;
/// A page or rule of at most so many bytes is given whole.
const WHOLE: usize = 1_600;
/// Comments given.
const MAX_COMMENTS: usize = 12;
/// A comment tells less of how to do a thing than a page.
const COMMENT_WEIGHT: f32 = 0.55;
/// What is less about the question than this part of the best is left away.
const LEAST_SHARE: f32 = 0.4;
/// A rule that holds always and has this share of the words answers by itself.
const TELLING_COVERAGE: f32 = 0.5;

/// Files that are pages.
const PAGES: &[&str] =
    &["*.md", "*.mdx", "*.markdown", "*.rst", "*.adoc", "*.asciidoc", "*.txt", "README*"];

pub(super) fn answer(
    workspace: &Workspace,
    query: &DocsQuery,
    words: &str,
    cancel: &Cancel,
) -> Result<DocsAnswer, IndexError> {
    let roots = workspace.queries(&Scope::default(), cancel)?;
    let wants = |kind: DocKind| query.kinds.is_empty() || query.kinds.contains(&kind);
    let all = about(&roots, words, cancel)?;
    let mut drafts = Vec::new();
    let asked = folded_words(words);
    if wants(DocKind::Docs) {
        drafts.extend(pages(workspace, &roots, words, query, &asked, cancel)?);
        drafts.extend(comments(&roots, &all.files, &all.terms, cancel)?);
    }
    let best = drafts.iter().map(|draft: &Draft| draft.score).fold(0.0, f32::max);
    let guided = [DocKind::Rules, DocKind::Skills, DocKind::Wiki];
    let guided: Vec<DocKind> = guided.into_iter().filter(|kind| wants(*kind)).collect();
    if !guided.is_empty() {
        for (number, root) in roots.iter().enumerate() {
            let paths = paths_in(workspace, number, query, words)?;
            let ask = Ask { query, paths: &paths, terms: &all.terms, guided: &guided };
            drafts.extend(ask.guides(root, cancel)?);
        }
    }
    let best =
        drafts.iter().filter(|draft| draft.group == RANKED).map(|d| d.score).fold(best, f32::max);
    drafts.retain(|draft| draft.group != RANKED || draft.score >= LEAST_SHARE * best);
    drafts.sort_by(Draft::compare);
    let mut room = Room::of(query.budget_tokens);
    let mut linker = Linker::new(workspace, &roots, cancel);
    let results = room.take(drafts, &all.terms, &mut linker)?;
    Ok(DocsAnswer {
        found: !results.is_empty(),
        definitions: Vec::new(),
        results,
        near: Vec::new(),
        left_out: room.left_out,
        truncated: room.truncated,
        status: workspace.status(),
    })
}

/// Groups of texts, in their order.
const ALWAYS: u8 = 0;
const FOR_PATHS: u8 = 1;
const RANKED: u8 = 2;
const POINTERS: u8 = 3;

fn folded_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for_each_word(text, |_, word| words.push(fold(word)));
    words
}

/// The paths of a task that lie in a root: those passed, and those the words name.
fn paths_in(
    workspace: &Workspace,
    root: usize,
    query: &DocsQuery,
    words: &str,
) -> Result<Vec<String>, IndexError> {
    let mut paths = Vec::new();
    for path in &query.paths {
        let unknown = || IndexError::UnknownFile { path: path.clone() };
        let (number, inside) = workspace.roots().locate(path.trim()).ok_or_else(unknown)?;
        if number == root {
            paths.push(inside);
        }
    }
    for word in words.split_whitespace() {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric() && !"._-/".contains(c));
        let word = word.trim_end_matches('.');
        if word.contains('/') && !word.starts_with('/') && word.contains('.') {
            let located = workspace.roots().locate(word);
            paths.extend(located.filter(|(number, _)| *number == root).map(|(_, inside)| inside));
        }
    }
    Ok(paths)
}

/// The best sections of the pages that are most about the words.
fn pages(
    workspace: &Workspace,
    roots: &[RootQuery<'_>],
    words: &str,
    query: &DocsQuery,
    asked: &[String],
    cancel: &Cancel,
) -> Result<Vec<Draft>, IndexError> {
    let paths = PAGES.iter().map(|glob| (*glob).to_owned()).collect();
    let pages = workspace.queries(&Scope { paths, languages: Vec::new() }, cancel)?;
    let ranked = about(&pages, words, cancel)?;
    // What is given as a rule, a skill or a wiki page is not given twice.
    let is_given = |path: &str| match guides::kind_of(path) {
        None | Some(DocKind::Docs) => false,
        Some(DocKind::Rules) if is_contributing(path) => {
            query.kinds.is_empty() || query.kinds.contains(&DocKind::Rules)
        }
        Some(_) => true,
    };
    let wanted = ranked.files.iter().filter(|(_, path, class)| {
        let code = *class == FileClass::Source && path.ends_with(".txt");
        !is_given(path) && !code
    });
    let wanted: Vec<_> = wanted.take(PAGES_READ).collect();
    let found: Vec<Vec<Draft>> = wanted
        .par_iter()
        .map_init(
            || Finder::new(&ranked.terms),
            |finder, (root, path, class)| {
                let root = &roots[*root];
                let text = if cancel.is_cancelled() { None } else { live(root, path) };
                let Some(text) = text else { return Vec::new() };
                let weight = page_weight(path, *class, asked);
                let page = Page::read(path, &text);
                let source = source_of(path, *class);
                let shown = root.show(path);
                let best = best_sections(&page, path, finder);
                let draft = |(section, score): (Section, Score)| {
                    let reason = finder.reason(&score);
                    let hit = DocHit::of(DocKind::Docs, source, &shown, &section, reason);
                    let lines = owned(page.text_of(&section));
                    let score = score.score * weight;
                    Draft { hit, lines, group: RANKED, score, most: usize::MAX }
                };
                best.into_iter().take(PER_PAGE).map(draft).collect()
            },
        )
        .collect();
    cancel.check()?;
    Ok(found.into_iter().flatten().collect())
}

fn is_contributing(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.starts_with("CONTRIBUTING"))
}

/// Whether lines hold a heading and nothing else.
fn is_bare(lines: &[&str]) -> bool {
    lines.iter().filter(|line| line.contains(char::is_alphanumeric)).count() <= 1
}

/// The sections that hold words, best first. A heading without text of its own
/// is given with the first section under it.
fn best_sections(page: &Page<'_>, path: &str, finder: &mut Finder<'_>) -> Vec<(Section, Score)> {
    let mut found = Vec::new();
    for (number, section) in page.sections.iter().enumerate() {
        let mut section = section.clone();
        let next = page.sections.get(number + 1);
        if !section.headings.is_empty()
            && is_bare(page.text_of(&section))
            && let Some(next) = next.filter(|next| next.headings.len() > section.headings.len())
        {
            section.end_line = next.end_line;
        }
        let (heading, above) = section
            .headings
            .split_last()
            .map_or((String::new(), String::new()), |(own, above)| (own.clone(), above.join(" ")));
        let texts = Texts { heading: &heading, above: &above, path, lines: page.text_of(&section) };
        found.extend(finder.score(&texts).map(|score| (section, score)));
    }
    found.sort_by(|(one, a), (other, b)| {
        b.score.total_cmp(&a.score).then_with(|| one.line.cmp(&other.line))
    });
    found
}

/// The doc comments, and what files say of themselves, that hold most of the words.
fn comments(
    roots: &[RootQuery<'_>],
    files: &[(usize, String, FileClass)],
    terms: &[AboutTerm],
    cancel: &Cancel,
) -> Result<Vec<Draft>, IndexError> {
    let language = |path: &str| Language::detect(std::path::Path::new(path), b"");
    let sources = files.iter().filter_map(|(root, path, class)| {
        let language = language(path).filter(|language| language.is_source())?;
        Some((&roots[*root], path, *class, language))
    });
    let sources: Vec<_> = sources.take(SOURCES_READ).collect();
    let found: Vec<Vec<Draft>> = sources
        .par_iter()
        .map_init(
            || Finder::new(terms),
            |finder, (root, path, class, language)| {
                if cancel.is_cancelled() {
                    return Vec::new();
                }
                comments_of(root, path, *class, *language, finder).unwrap_or_default()
            },
        )
        .collect();
    cancel.check()?;
    let mut all: Vec<Draft> = found.into_iter().flatten().collect();
    all.sort_by(Draft::compare);
    all.truncate(MAX_COMMENTS);
    Ok(all)
}

fn comments_of(
    root: &RootQuery<'_>,
    path: &str,
    class: FileClass,
    language: Language,
    finder: &mut Finder<'_>,
) -> Option<Vec<Draft>> {
    // A store that fails costs the comments of one file.
    let symbols = root.symbols(path).ok().flatten().unwrap_or_default();
    let text = live(root, path)?;
    let lines: Vec<&str> = text.lines().collect();
    let shown = root.show(path);
    let mut found: Vec<(Score, &Symbol)> = Vec::new();
    for symbol in symbols.iter().filter(|symbol| is_code(symbol.kind)) {
        let Some(doc) = symbol.doc.as_deref() else { continue };
        let above = symbol.container.as_deref().unwrap_or_default();
        let texts = Texts { heading: &symbol.name, above, path, lines: &[doc] };
        found.extend(finder.score(&texts).map(|score| (score, symbol)));
    }
    found.sort_by(|(a, one), (b, other)| {
        b.score.total_cmp(&a.score).then_with(|| one.line.cmp(&other.line))
    });
    let weight = COMMENT_WEIGHT * class.weight();
    let mut drafts = Vec::new();
    for (score, symbol) in found.into_iter().take(PER_PAGE) {
        let Some(whole) = comment::of_symbol(&lines, symbol) else { continue };
        let section = Section {
            headings: vec![full_name(symbol)],
            line: whole.line,
            end_line: whole.end_line,
        };
        let hit = DocHit::of(DocKind::Docs, "comment", &shown, &section, finder.reason(&score));
        let weight = weight * symbol_weight(symbol);
        drafts.push(Draft {
            hit,
            lines: whole.text.lines().map(str::to_owned).collect(),
            group: RANKED,
            score: score.score * weight,
            most: usize::MAX,
        });
    }
    if let Some(own) = comment::of_file(&lines, language.name()) {
        let texts: Vec<&str> = own.text.lines().collect();
        let name = path.rsplit('/').next().unwrap_or(path);
        let score = finder.score(&Texts { heading: name, above: "", path, lines: &texts });
        if let Some(score) = score {
            let section = Section { headings: Vec::new(), line: own.line, end_line: own.end_line };
            let hit = DocHit::of(DocKind::Docs, "module", &shown, &section, finder.reason(&score));
            let (lines, score) = (owned(&texts), score.score * weight);
            drafts.push(Draft { hit, lines, group: RANKED, score, most: usize::MAX });
        }
    }
    Some(drafts)
}

/// What others may use is documented for them; the rest for who changes it.
fn symbol_weight(symbol: &Symbol) -> f32 {
    let inner = matches!(
        symbol.kind,
        SymbolKind::Field | SymbolKind::Constant | SymbolKind::Variable | SymbolKind::Variant
    );
    let private = symbol.name.starts_with('_');
    if inner || private { 0.7 } else { 1.0 }
}

/// What guides are asked for.
struct Ask<'a> {
    query: &'a DocsQuery,
    paths: &'a [String],
    terms: &'a [AboutTerm],
    guided: &'a [DocKind],
}

impl Ask<'_> {
    fn guides(&self, root: &RootQuery<'_>, cancel: &Cancel) -> Result<Vec<Draft>, IndexError> {
        let mut guides = guides::collect(root, self.guided, cancel)?;
        self.keep_likely(&mut guides);
        let found: Vec<Vec<Draft>> = guides
            .par_iter()
            .map_init(
                || Finder::new(self.terms),
                |finder, guide| {
                    if cancel.is_cancelled() { Vec::new() } else { self.guide(root, guide, finder) }
                },
            )
            .collect();
        cancel.check()?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Keeps all rules, and of the rest those that may hold most of the words.
    fn keep_likely(&self, guides: &mut Vec<Guide>) {
        let likely = |guide: &Guide| {
            if guide.kind == DocKind::Rules {
                return 0;
            }
            let folded = format!("{} {}", guide.path, guide.text).to_lowercase();
            let held = self.terms.iter().filter(|term| may_hold(&folded, term));
            let sum: f32 = held.map(|term| term.rarity).sum();
            // A whole number, so that the order is total.
            -((sum * 1000.0) as i64)
        };
        let mut scored: Vec<(i64, usize)> = {
            let scores: Vec<i64> = guides.par_iter().map(likely).collect();
            scores.into_iter().zip(0..).collect()
        };
        let rules = guides.iter().filter(|guide| guide.kind == DocKind::Rules).count();
        scored.retain(|(score, at)| *score < 0 || guides[*at].kind == DocKind::Rules);
        // Rules first, the rest by score, equals by path.
        scored.sort_by_key(|(score, at)| (guides[*at].kind != DocKind::Rules, *score, *at));
        scored.truncate(rules + GUIDES_READ);
        let kept: std::collections::HashSet<usize> = scored.into_iter().map(|(_, at)| at).collect();
        let mut at = 0;
        guides.retain(|_| {
            at += 1;
            kept.contains(&(at - 1))
        });
    }

    fn guide(&self, root: &RootQuery<'_>, guide: &Guide, finder: &mut Finder<'_>) -> Vec<Draft> {
        let page = Page::read(&guide.path, &guide.text);
        let name = page.front.text("name");
        let description = page.front.text("description");
        let stem = guide.path.rsplit('/').next().unwrap_or(&guide.path);
        let stem = stem.split('.').next().unwrap_or(stem);
        let title = name.as_deref().unwrap_or(if guide.kind == DocKind::Rules { "" } else { stem });
        let about = [title, description.as_deref().unwrap_or_default()].join(" ");
        let said =
            finder.score(&Texts { heading: &about, above: "", path: &guide.path, lines: &[] });
        let mut best = match whole(&page) {
            Some(section) => {
                let headings: Vec<&str> = page
                    .sections
                    .iter()
                    .flat_map(|s| s.headings.last())
                    .map(String::as_str)
                    .collect();
                let above = headings.join(" ");
                let lines = page.text_of(&section);
                let texts = Texts { heading: &about, above: &above, path: &guide.path, lines };
                let score = finder.score(&texts);
                vec![(section, score)]
            }
            None => {
                let found = best_sections(&page, &guide.path, finder);
                let mut found: Vec<_> =
                    found.into_iter().map(|(section, score)| (section, Some(score))).collect();
                if found.is_empty()
                    && let Some(first) = page.sections.first()
                {
                    found.push((first.clone(), None));
                }
                found
            }
        };
        if guide.kind == DocKind::Skills {
            best.truncate(1);
        }
        let count = if guide.kind == DocKind::Rules { 2 } else { PER_PAGE };
        let mut drafts = Vec::new();
        for (number, (section, score)) in best.into_iter().take(count).enumerate() {
            let joined = [score, said.filter(|_| number == 0)];
            let total: f32 = joined.iter().flatten().map(|score| score.score).fold(0.0, f32::max);
            let coverage = joined.iter().flatten().map(|score| score.coverage).fold(0.0, f32::max);
            let words = score.or(said).map(|score| finder.reason(&score)).unwrap_or_default();
            let placed = self.place(guide, number, total, coverage, words);
            let Some((group, reason)) = placed else { continue };
            let mut hit =
                DocHit::of(guide.kind, &guide.source, &root.show(&guide.path), &section, reason);
            if !title.is_empty() {
                let inner = hit.heading.filter(|heading| heading != title);
                hit.heading = Some(
                    inner.map_or_else(|| title.to_owned(), |inner| format!("{title}: {inner}")),
                );
            }
            hit.description = description.clone();
            hit.scope = guide.scope.clone().map(|mut scope| {
                scope.folder = root.show(if scope.folder == "." { "" } else { &scope.folder });
                if scope.folder.is_empty() {
                    ".".clone_into(&mut scope.folder);
                }
                scope
            });
            let lines = owned(page.text_of(&section));
            let most = if group == POINTERS { 0 } else { usize::MAX };
            drafts.push(Draft { hit, lines, group, score: total, most });
        }
        drafts
    }

    /// In which group a text of a guide comes, and why; none where nothing
    /// speaks for it.
    fn place(
        &self,
        guide: &Guide,
        number: usize,
        score: f32,
        coverage: f32,
        words: String,
    ) -> Option<(u8, String)> {
        let is_task = self.query.kinds.contains(&DocKind::Rules) || !self.query.paths.is_empty();
        let with = |why: String| if words.is_empty() { why } else { format!("{why}; {words}") };
        let applies =
            guide.scope.as_ref().map_or(Applies::ByWords, |scope| scope.applies(self.paths));
        match applies {
            _ if number > 0 => (score > 0.0).then_some((RANKED, words)),
            Applies::Always if is_task || coverage >= TELLING_COVERAGE => {
                Some((ALWAYS, with("always applies".to_owned())))
            }
            Applies::Always if score > 0.0 => Some((RANKED, with("always applies".to_owned()))),
            Applies::Always => Some((POINTERS, "always applies".to_owned())),
            Applies::Folder { path } => {
                let folder = guide.scope.as_ref().map_or(".", |scope| &scope.folder);
                Some((FOR_PATHS, with(format!("governs `{folder}`, where {path} lies"))))
            }
            Applies::Glob { glob, path } => {
                Some((FOR_PATHS, with(format!("its glob `{glob}` matches {path}"))))
            }
            Applies::ByWords => (score > 0.0).then_some((RANKED, words)),
        }
    }
}

/// All of a small page as one section.
fn whole(page: &Page<'_>) -> Option<Section> {
    let (first, last) = (page.sections.first()?, page.sections.last()?);
    let section = Section {
        headings: first.headings.iter().take(1).cloned().collect(),
        line: first.line,
        end_line: last.end_line,
    };
    let bytes: usize = page.text_of(&section).iter().map(|line| line.len() + 1).sum();
    (bytes <= WHOLE).then_some(section)
}

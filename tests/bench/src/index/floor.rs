//! The floor: walk, parse, run the tags query that the grammar comes with, and put
//! each file's whole text into tantivy with its default tokenizer. Nothing resolved,
//! no ranking, nothing shared, nothing watched.
//!
//! **Invariants**
//! - The files, grammars, threads and the writer's memory are those of the index.
//! - It runs in a process of its own, which tells what it took as its last act.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use serde::{Deserialize, Serialize};
use tantivy::schema::{Field, STORED, STRING, Schema, TEXT};
use tantivy::{Index, IndexWriter, doc};
use tokio::process::Command;
use tokio::time::timeout;
use tree_sitter::{Parser, Query, QueryCursor, StreamingIterator, Tree};
use ymera_code_index::{Language, Options};

use super::{disk_mib, tree};
use crate::load::{self, Figures};

/// Longer than any repository that is measured here takes.
const DEADLINE: Duration = Duration::from_secs(1800);

/// What the child is told.
#[derive(Args)]
pub(crate) struct FloorOptions {
    path: PathBuf,
    /// The empty folder of the index.
    index: PathBuf,
}

/// What the child tells.
#[derive(Debug, Serialize, Deserialize)]
struct Taken {
    files: usize,
    cpu_s: Option<f64>,
    peak_mib: Option<f64>,
}

/// Runs the child.
pub(super) async fn measure(root: &Path, index: &Path) -> anyhow::Result<Figures> {
    std::fs::create_dir(index)?;
    let begin = Instant::now();
    let child = Command::new(std::env::current_exe()?)
        .arg("floor")
        .args([root, index])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output();
    let output = timeout(DEADLINE, child).await.context("it did not end in time")??;
    let took = begin.elapsed();
    if !output.status.success() {
        bail!("it ended with {}", output.status);
    }
    let taken: Taken = serde_json::from_slice(&output.stdout)?;
    let mut figures = Figures::new();
    figures.insert("files".to_owned(), taken.files as f64);
    figures.insert("cold_wall_s".to_owned(), took.as_secs_f64());
    figures.extend(taken.cpu_s.map(|seconds| ("cold_cpu_s".to_owned(), seconds)));
    figures.extend(taken.peak_mib.map(|mib| ("cold_peak_mib".to_owned(), mib)));
    figures.insert("cold_disk_mib".to_owned(), disk_mib(index));
    Ok(figures)
}

/// The child: does the work and returns a line for the parent.
pub(crate) fn floor(options: &FloorOptions) -> anyhow::Result<String> {
    let settings = Options::new(&options.index);
    let mut schema = Schema::builder();
    let fields = Fields {
        path: schema.add_text_field("path", STRING | STORED),
        text: schema.add_text_field("text", TEXT),
    };
    let index = Index::create_in_dir(&options.index, schema.build())?;
    let mut writer: IndexWriter = index.writer_with_num_threads(1, settings.writer_heap_bytes)?;
    let files = tree::walk(&options.path);
    let fitting: Vec<PathBuf> = files
        .into_iter()
        .filter(|(_, bytes)| *bytes <= settings.max_file_bytes)
        .map(|(path, _)| path)
        .collect();
    let work = Work { files: &fitting, fields, writer: &writer, next: AtomicUsize::new(0) };
    let indexed = work.run(settings.threads)?;
    writer.commit()?;
    let own = std::process::id();
    let taken = Taken {
        files: indexed,
        cpu_s: load::cpu_seconds(own),
        peak_mib: load::memory(own).map(|memory| memory.peak_mib),
    };
    Ok(serde_json::to_string(&taken)? + "\n")
}

#[derive(Clone, Copy)]
struct Fields {
    path: Field,
    text: Field,
}

struct Work<'w> {
    files: &'w [PathBuf],
    fields: Fields,
    writer: &'w IndexWriter,
    next: AtomicUsize,
}

impl Work<'_> {
    /// Returns how many files were indexed.
    fn run(&self, threads: usize) -> anyhow::Result<usize> {
        let indexed = AtomicUsize::new(0);
        let failure = Mutex::new(None);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| match self.work() {
                    Ok(done) => _ = indexed.fetch_add(done, Ordering::Relaxed),
                    Err(error) => {
                        failure.lock().expect("no thread panics with it").replace(error);
                    }
                });
            }
        });
        match failure.into_inner().expect("no thread panicked with it") {
            Some(error) => Err(error),
            None => Ok(indexed.into_inner()),
        }
    }

    fn work(&self) -> anyhow::Result<usize> {
        let (mut parser, mut tags, mut done) = (Parser::new(), Tags::default(), 0);
        while let Some(path) = self.files.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            let Some(bytes) = tree::read(path)? else { continue };
            if let Some(language) = Language::detect(path, &bytes) {
                parser.set_language(&language.grammar())?;
                if let Some(tree) = parser.parse(&bytes, None) {
                    tags.find(language, &tree, &bytes)?;
                }
            }
            let text = String::from_utf8_lossy(&bytes);
            let path = path.to_string_lossy();
            self.writer.add_document(doc!(
                self.fields.path => path.as_ref(),
                self.fields.text => text.as_ref(),
            ))?;
            done += 1;
        }
        Ok(done)
    }
}

/// The tags of one file after the other, counted.
#[derive(Default)]
struct Tags {
    cursor: QueryCursor,
    queries: HashMap<Language, Option<Query>>,
    found: usize,
}

impl Tags {
    fn find(&mut self, language: Language, tree: &Tree, bytes: &[u8]) -> anyhow::Result<()> {
        let query = match self.queries.entry(language) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let text = language.tags_query();
                new.insert(text.map(|text| Query::new(&language.grammar(), text)).transpose()?)
            }
        };
        if let Some(query) = query {
            let mut matches = self.cursor.matches(query, tree.root_node(), bytes);
            while matches.next().is_some() {
                self.found += 1;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{FloorOptions, Taken, floor};

    #[test]
    fn the_floor_indexes_text_and_leaves_binaries_out() -> anyhow::Result<()> {
        let scratch = tempfile::tempdir()?;
        let (path, index) = (scratch.path().join("tree"), scratch.path().join("index"));
        std::fs::create_dir(&path)?;
        std::fs::create_dir(&index)?;
        std::fs::write(path.join("main.rs"), "fn main() {}\n")?;
        std::fs::write(path.join("notes"), "plain words\n")?;
        std::fs::write(path.join("picture"), b"\x00\x01")?;
        let line = floor(&FloorOptions { path, index: index.clone() })?;
        assert_eq!(serde_json::from_str::<Taken>(&line)?.files, 2);
        let searcher = tantivy::Index::open_in_dir(&index)?.reader()?.searcher();
        assert_eq!(searcher.num_docs(), 2);
        Ok(())
    }
}

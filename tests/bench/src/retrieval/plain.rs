//! Plain BM25: each file's whole text, tantivy's default tokenizer, any of the words.
//!
//! **Invariants**
//! - The files are those that the index of the server holds.
//! - Files of the same score stand in the order of their paths.
//!
//! **Deliberately absent:** whatever knows what a file is. Tests, prose and code count
//! alike, and so do all words of a question.

use std::path::Path;

use tantivy::collector::TopDocs;
use tantivy::merge_policy::NoMergePolicy;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, STORED, STRING, Schema, TEXT, Value};
use tantivy::{Index, IndexWriter, Searcher, TantivyDocument, Term, doc};
use ymera_code_index::Options;

use super::history::Pick;
use super::score::{Asked, RECALL_FILES};
use crate::index::{read, walk};

/// Files fetched, so that those of the same score can be put in order.
const FETCHED: usize = 100;

/// Indexes `root` into the empty folder `index` and asks one question after the other.
pub(super) fn ask(root: &Path, index: &Path, picks: &[Pick]) -> anyhow::Result<Vec<Asked>> {
    let plain = Plain::build(root, index)?;
    let asked = picks.iter().map(|pick| Ok(Asked::new(plain.files(&pick.query)?, &pick.truth)));
    asked.collect()
}

struct Plain {
    path: Field,
    text: Field,
    index: Index,
    searcher: Searcher,
}

impl Plain {
    fn build(root: &Path, folder: &Path) -> anyhow::Result<Self> {
        let settings = Options::new(folder);
        let mut schema = Schema::builder();
        let path = schema.add_text_field("path", STRING | STORED);
        let text = schema.add_text_field("text", TEXT);
        let index = Index::create_in_dir(folder, schema.build())?;
        let mut writer: IndexWriter =
            index.writer_with_num_threads(1, settings.writer_heap_bytes)?;
        // Merges that are still under way when questions come would cost memory and nothing else.
        writer.set_merge_policy(Box::new(NoMergePolicy));
        for (file, bytes) in walk(root) {
            if bytes > settings.max_file_bytes {
                continue;
            }
            let Some(bytes) = read(&file)? else { continue };
            let parts = file.strip_prefix(root)?.iter().map(|part| part.to_string_lossy());
            let below = parts.collect::<Vec<_>>().join("/");
            let whole = String::from_utf8_lossy(&bytes);
            writer.add_document(doc!(path => below, text => whole.as_ref()))?;
        }
        writer.commit()?;
        let searcher = index.reader()?.searcher();
        Ok(Self { path, text, index, searcher })
    }

    /// The files that hold any of the words, best first.
    fn files(&self, words: &str) -> anyhow::Result<Vec<String>> {
        let query = BooleanQuery::new(self.any_of(words)?);
        let top = TopDocs::with_limit(FETCHED).order_by_score();
        let mut found = Vec::new();
        for (score, address) in self.searcher.search(&query, &top)? {
            let document: TantivyDocument = self.searcher.doc(address)?;
            let path = document.get_first(self.path).and_then(|path| path.as_str());
            found.extend(path.map(|path| (score, path.to_owned())));
        }
        found.sort_by(|(left, a), (right, b)| right.total_cmp(left).then_with(|| a.cmp(b)));
        Ok(found.into_iter().map(|(_, path)| path).take(RECALL_FILES).collect())
    }

    fn any_of(&self, words: &str) -> anyhow::Result<Vec<(Occur, Box<dyn Query>)>> {
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        let mut tokenizer = self.index.tokenizer_for_field(self.text)?;
        tokenizer.token_stream(words).process(&mut |token| {
            let term = Term::from_field_text(self.text, &token.text);
            let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
            clauses.push((Occur::Should, Box::new(query)));
        });
        Ok(clauses)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Plain;

    #[test]
    fn the_text_alone_decides_and_ties_stand_by_path() -> anyhow::Result<()> {
        let scratch = tempfile::tempdir()?;
        let (root, index) = (scratch.path().join("tree"), scratch.path().join("index"));
        fs::create_dir_all(root.join("src"))?;
        fs::create_dir(&index)?;
        for (path, text) in [
            ("src/gate.rs", "fn hinge() {}"),
            ("b.txt", "the gate is closed"),
            ("a.txt", "the gate is closed"),
            ("both.txt", "gate hinge"),
        ] {
            fs::write(root.join(path), text)?;
        }
        fs::write(root.join("picture"), b"gate\x00")?;
        let plain = Plain::build(&root, &index)?;
        for (words, want) in [
            ("Gate, hinge!", vec!["both.txt", "src/gate.rs", "a.txt", "b.txt"]),
            ("closed", vec!["a.txt", "b.txt"]),
            ("window", vec![]),
        ] {
            assert_eq!(plain.files(words)?, want, "{words}");
        }
        Ok(())
    }
}

//! The fields of the stored index, and the tokenizer that reads written lists.
//!
//! A change to a field, to a tokenizer, to [`crate::terms`], [`crate::words`] or
//! to the stored form of a symbol changes what old folders mean: raise
//! [`FORMAT`] with it, and they are built anew.

use tantivy::schema::{
    FAST, Field, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer, TokenizerManager};

use crate::terms::read_terms;

/// Raised whenever older folders cannot be read any more.
pub(crate) const FORMAT: u32 = 2;

const LIST_TOKENIZER: &str = "list";

/// Handles of all fields.
#[derive(Debug, Clone)]
pub(crate) struct Fields {
    pub(crate) schema: Schema,
    /// The path as it is: key of the document.
    pub(crate) path: Field,
    pub(crate) language: Field,
    pub(crate) class: Field,
    pub(crate) modified: Field,
    pub(crate) bytes: Field,
    pub(crate) hash: Field,
    pub(crate) lines: Field,
    /// Bits: racy, syntax errors; from bit 8 the reason to leave the file out.
    pub(crate) flags: Field,
    /// The symbols, packed.
    pub(crate) packed: Field,
    /// What the file says of names, packed.
    pub(crate) links: Field,
    pub(crate) body: Field,
    pub(crate) words: Field,
    pub(crate) symbols: Field,
    pub(crate) names: Field,
    pub(crate) docs: Field,
    pub(crate) path_parts: Field,
}

impl Fields {
    pub(crate) fn new() -> Fields {
        let mut builder = Schema::builder();
        let counted = || list_options(IndexRecordOption::WithFreqs);
        let path_options = TextOptions::default().set_fast("raw").set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer("raw")
                .set_index_option(IndexRecordOption::Basic)
                .set_fieldnorms(false),
        );
        Fields {
            path: builder.add_text_field("path", path_options),
            language: builder.add_text_field("language", TextOptions::default().set_fast("raw")),
            class: builder.add_u64_field("class", FAST),
            modified: builder.add_u64_field("modified", FAST),
            bytes: builder.add_u64_field("bytes", FAST),
            hash: builder.add_u64_field("hash", FAST),
            lines: builder.add_u64_field("lines", FAST),
            flags: builder.add_u64_field("flags", FAST),
            packed: builder.add_bytes_field("packed", STORED),
            links: builder.add_bytes_field("links", STORED),
            body: builder.add_text_field("body", counted()),
            words: builder.add_text_field("words", list_options(IndexRecordOption::Basic)),
            symbols: builder.add_text_field("symbols", counted()),
            names: builder.add_text_field("names", list_options(IndexRecordOption::Basic)),
            docs: builder.add_text_field("docs", counted()),
            path_parts: builder.add_text_field("path_parts", counted()),
            schema: builder.build(),
        }
    }
}

fn list_options(record: IndexRecordOption) -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(LIST_TOKENIZER)
            .set_index_option(record)
            .set_fieldnorms(record != IndexRecordOption::Basic),
    )
}

/// The tokenizers that the schema names.
pub(crate) fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(LIST_TOKENIZER, ListTokenizer::default());
    manager
}

/// Reads a list written by [`crate::terms`]: each term as often as it counts.
/// The token's buffer is reused, so a term costs no allocation.
#[derive(Clone, Default)]
struct ListTokenizer {
    token: Token,
}

struct ListStream<'a> {
    token: &'a mut Token,
    left: u32,
    entries: Box<dyn Iterator<Item = (&'a str, u32)> + 'a>,
}

impl Tokenizer for ListTokenizer {
    type TokenStream<'a> = ListStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> ListStream<'a> {
        self.token.reset();
        ListStream { token: &mut self.token, left: 0, entries: Box::new(read_terms(text)) }
    }
}

impl TokenStream for ListStream<'_> {
    fn advance(&mut self) -> bool {
        if self.left == 0 {
            let Some((term, count)) = self.entries.next() else { return false };
            self.token.text.clear();
            self.token.text.push_str(term);
            self.left = count;
        }
        self.left = self.left.saturating_sub(1);
        self.token.position = self.token.position.wrapping_add(1);
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

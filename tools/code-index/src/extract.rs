//! Stand-in until the languages are merged.
use crate::language::Language;
use crate::symbol::{Symbol, SymbolKind};
/// What was found.
#[derive(Debug, Default)]
pub struct Extraction {
    /// Symbols.
    pub symbols: Vec<Symbol>,
    /// Errors.
    pub syntax_errors: bool,
    /// Gave up.
    pub gave_up: bool,
}
/// Extractor.
#[derive(Debug, Default)]
pub struct Extractor;
impl Extractor {
    /// New.
    pub fn new() -> Extractor {
        Extractor
    }
    /// Extracts.
    pub fn extract(&mut self, _language: Language, source: &str) -> Extraction {
        let mut symbols = Vec::new();
        let lines: Vec<&str> = source.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let text = line.trim_start();
            let indent = line.len() - text.len();
            for (word, kind) in [
                ("pub fn ", SymbolKind::Function),
                ("fn ", SymbolKind::Function),
                ("def ", SymbolKind::Function),
                ("class ", SymbolKind::Class),
                ("struct ", SymbolKind::Struct),
                ("pub struct ", SymbolKind::Struct),
            ] {
                let Some(rest) = text.strip_prefix(word) else { continue };
                let name: String =
                    rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let mut end = at;
                for (next, line) in lines.iter().enumerate().skip(at + 1) {
                    let inner = line.trim_start();
                    if inner.is_empty() {
                        continue;
                    }
                    if line.len() - inner.len() <= indent {
                        if inner.starts_with('}') {
                            end = next
                        }
                        break;
                    }
                    end = next;
                }
                symbols.push(Symbol {
                    name,
                    kind,
                    line: at as u32 + 1,
                    start_line: at as u32 + 1,
                    end_line: end as u32 + 1,
                    signature: text.to_owned(),
                    container: None,
                    doc: None,
                });
            }
        }
        Extraction { symbols, ..Extraction::default() }
    }
}

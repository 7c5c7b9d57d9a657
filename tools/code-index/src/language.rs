//! Stand-in until the languages are merged.
use std::path::Path;
/// A language.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Language(u8);
const NAMES: [&str; 3] = ["rust", "python", "markdown"];
impl Language {
    /// All.
    pub fn all() -> impl Iterator<Item = Language> {
        (0..3).map(Language)
    }
    /// Name.
    pub fn name(self) -> &'static str {
        NAMES[self.0 as usize]
    }
    /// By name.
    pub fn from_name(name: &str) -> Option<Language> {
        Language::all().find(|language| language.name() == name)
    }
    /// By path.
    pub fn detect(path: &Path, _head: &[u8]) -> Option<Language> {
        match path.extension()?.to_str()? {
            "rs" => Some(Language(0)),
            "py" => Some(Language(1)),
            "md" => Some(Language(2)),
            _ => None,
        }
    }
    /// Is source.
    pub fn is_source(self) -> bool {
        self.0 < 2
    }
}

//! Searches lines: the index says which files may hold the query, the line
//! search reads them as they are on disk now.

use crate::cancel::Cancel;
use crate::candidates::candidates;
use crate::error::IndexError;
use crate::lines::{Candidate, LineQuery, LinesFound, Pass, search_lines};
use crate::literals::Literals;
use crate::status::IndexStatus;
use crate::workspace::{RootQuery, Scope, Workspace};

/// Lines that were found, and how complete they are.
#[derive(Debug, Clone)]
pub struct LinesAnswer {
    /// One page of lines.
    pub found: LinesFound,
    /// How complete the answer is.
    pub status: IndexStatus,
}

impl Workspace {
    /// Searches lines in the files of `scope`, sources first, then by path.
    pub fn search_code(
        &self,
        query: &LineQuery<'_>,
        scope: &Scope,
        cancel: &Cancel,
    ) -> Result<LinesAnswer, IndexError> {
        let roots = self.queries(scope, cancel)?;
        let found = search_lines(query, self.roots(), cancel, |pass| {
            candidate_files(&roots, pass, cancel)
        })?;
        Ok(LinesAnswer { found, status: self.status() })
    }
}

fn candidate_files(
    roots: &[RootQuery<'_>],
    pass: Pass<'_>,
    cancel: &Cancel,
) -> Result<Vec<Candidate>, IndexError> {
    let literals = match pass {
        Pass::Literal { text, .. } => Literals::of_text(text),
        Pass::Words(words) => Literals::of_words(words),
        Pass::Regex(pattern) => Literals::of_pattern(pattern),
    };
    let mut files = Vec::new();
    for (number, root) in roots.iter().enumerate() {
        let found = candidates(root, &literals, cancel)?;
        files.extend(found.into_iter().map(|(class, path)| (class, number, path)));
    }
    files.sort_unstable();
    Ok(files.into_iter().map(|(_, root, path)| Candidate { root, path }).collect())
}

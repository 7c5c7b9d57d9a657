//! What past commits say of a file, joined with what its own words say.

use std::sync::Arc;

use tantivy::DocId;

use super::question::Question;
use crate::history::{History, Vote, Votes};
use crate::stored::Segment;
use crate::workspace::RootQuery;

/// What a file gains that all commits like the question touched, in units of a
/// file that holds each of its words once.
const LIKENESS_WEIGHT: f32 = 0.6;
/// What the messages of all commits of a file count, as one more text of it.
const MESSAGES_WEIGHT: f32 = 0.3;
/// A vote from here on is named among the reasons.
const TELLING_VOTE: f32 = 0.1;

/// The votes of one root's commits.
pub(super) struct Past {
    history: Arc<History>,
    votes: Votes,
    /// The rarity of all terms together.
    total: f32,
}

impl Past {
    /// Lets the commits of a root vote; none where its history is not read.
    pub(super) fn of(root: &RootQuery<'_>, question: &Question, rarity: &[f32]) -> Option<Past> {
        let history = root.state.history()?;
        let terms = question.terms.iter().zip(rarity);
        let words = terms.map(|(term, rarity)| (term.stem.as_str(), term.weight, *rarity));
        let votes = history.votes(words);
        Some(Past { history, votes, total: rarity.iter().sum() })
    }

    /// What a file gains by its commits.
    pub(super) fn gain(&self, path: &str) -> f32 {
        self.weigh(self.history.vote_for(&self.votes, path))
    }

    /// What the files of a segment gain.
    pub(super) fn gains(&self, segment: &Segment<'_>) -> impl Iterator<Item = (DocId, f32)> {
        let votes = self.history.by_doc(&self.votes, segment);
        votes.map(|(doc, vote)| (doc, self.weigh(vote)))
    }

    /// Whether commits that were about the question touched the file.
    pub(super) fn tells_of(&self, path: &str) -> bool {
        self.history.vote_for(&self.votes, path).likeness >= TELLING_VOTE
    }

    fn weigh(&self, vote: Vote) -> f32 {
        LIKENESS_WEIGHT * vote.likeness * self.total + MESSAGES_WEIGHT * vote.messages
    }
}

//! From ranked files to figures.

use std::time::Duration;

use crate::load::{Figures, place_of};

/// Files of an answer that recall looks at.
pub(super) const RECALL_FILES: usize = 10;
/// Files of an answer that a hit must be among.
const HIT_FILES: usize = 5;

/// What came of one question.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// Where each file of the truth was found, from 1.
    pub(super) ranks: Vec<Option<usize>>,
    /// Size of the answer and what it took; absent where nothing is sent.
    answer: Option<(usize, Duration)>,
}

impl Asked {
    /// Looks for `truth` in the distinct files of an answer, best first.
    pub(super) fn new(ranked: Vec<String>, truth: &[String]) -> Self {
        let place = |path: &String| ranked.iter().position(|found| found == path);
        let ranks = truth.iter().map(|path| place(path).map(|place| place + 1)).collect();
        Self { ranks, answer: None }
    }

    /// Adds the size of the answer and what it took.
    pub(super) fn answered(self, bytes: usize, took: Duration) -> Self {
        Self { answer: Some((bytes, took)), ..self }
    }

    /// The share of the truth among the first files.
    pub(super) fn recall(&self) -> f64 {
        self.among(RECALL_FILES) as f64 / self.ranks.len() as f64
    }

    /// Whether any file of the truth is among the very first.
    pub(super) fn is_hit(&self) -> bool {
        self.among(HIT_FILES) > 0
    }

    fn among(&self, files: usize) -> usize {
        self.ranks.iter().flatten().filter(|rank| **rank <= files).count()
    }
}

/// The figures of one repository; `asked` holds a question at least.
pub(super) fn figures(asked: &[Asked]) -> Figures {
    let count = asked.len() as f64;
    let mut figures = Figures::from([
        ("recall_at_10".to_owned(), asked.iter().map(Asked::recall).sum::<f64>() / count),
        ("hit_at_5".to_owned(), asked.iter().filter(|asked| asked.is_hit()).count() as f64 / count),
    ]);
    let (bytes, mut took): (Vec<usize>, Vec<f64>) = asked
        .iter()
        .filter_map(|asked| asked.answer)
        .map(|(bytes, took)| (bytes, took.as_secs_f64() * 1e3))
        .unzip();
    let Some(largest) = bytes.iter().max() else { return figures };
    took.sort_by(f64::total_cmp);
    let mut add = |key: &str, value| figures.insert(key.to_owned(), value);
    add("answer_bytes", bytes.iter().sum::<usize>() as f64 / bytes.len() as f64);
    add("largest_answer_bytes", *largest as f64);
    add("answer_p50_ms", took[place_of(0.5, took.len())]);
    add("commits", count);
    figures
}

/// The mean over repositories, each of which counts the same; of the largest answers
/// the largest, and all commits.
pub(super) fn mean(repos: &[Figures]) -> Figures {
    let keys = repos.first().map(|figures| figures.keys().cloned()).into_iter().flatten();
    let mean = keys.map(|key| {
        let values: Vec<f64> =
            repos.iter().filter_map(|figures| figures.get(&key)).copied().collect();
        let sum: f64 = values.iter().sum();
        let value = match key.as_str() {
            "largest_answer_bytes" => values.iter().copied().fold(0.0, f64::max),
            "commits" => sum,
            _ => sum / values.len() as f64,
        };
        (key, value)
    });
    mean.collect()
}

#[cfg(test)]
mod tests {
    use super::{Asked, figures, mean};
    use crate::load::Figures;

    fn asked(ranks: &[Option<usize>]) -> Asked {
        Asked { ranks: ranks.to_vec(), answer: None }
    }

    #[test]
    fn a_file_counts_where_it_stands() {
        let cases = [
            ("found first", &[Some(1)][..], 1.0, true),
            ("found fifth", &[Some(5)], 1.0, true),
            ("found sixth", &[Some(6)], 1.0, false),
            ("found tenth", &[Some(10)], 1.0, false),
            ("found too late", &[Some(11)], 0.0, false),
            ("not found", &[None], 0.0, false),
            ("half", &[None, Some(2), Some(11), Some(7)], 0.5, true),
        ];
        for (name, ranks, recall, hit) in cases {
            assert_eq!((asked(ranks).recall(), asked(ranks).is_hit()), (recall, hit), "{name}");
        }
    }

    #[test]
    fn ranks_are_those_of_the_truth() {
        let [a, b, c] = ["a", "b", "c"].map(str::to_owned);
        let found = Asked::new(vec![c.clone(), a.clone()], &[a, b, c]);
        assert_eq!(found.ranks, [Some(2), None, Some(1)]);
    }

    #[test]
    fn every_commit_and_every_repository_counts_the_same() {
        let one = figures(&[asked(&[Some(1), None]), asked(&[Some(1)])]);
        let recall = |recall, hit| {
            Figures::from([("recall_at_10".to_owned(), recall), ("hit_at_5".to_owned(), hit)])
        };
        assert_eq!(one, recall(0.75, 1.0));
        let two = figures(&[asked(&[None])]);
        assert_eq!(mean(&[one, two]), recall(0.375, 0.5));
    }
}

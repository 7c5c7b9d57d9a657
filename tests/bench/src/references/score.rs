//! From places found to figures.
//!
//! A pair is a symbol and a place that uses it. All pairs of a repository count the same, so
//! that a symbol with a hundred uses weighs as much as a hundred with one. Beside that stands
//! the mean of each symbol's own F1, in which one of nothing to find and nothing found is 1.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::truth::{Kind, Place, Symbol};
use crate::load::{Figures, place_of};

/// How sure an edge is said to be, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Confidence {
    Exact,
    Likely,
    Name,
}

impl Confidence {
    pub(super) const ALL: [Confidence; 3] = [Self::Exact, Self::Likely, Self::Name];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Likely => "likely",
            Self::Name => "name",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|confidence| confidence.name() == name)
    }
}

/// What was answered for one symbol.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// Whether the symbol itself is known; one that is not has no edges.
    pub(super) is_known: bool,
    pub(super) edges: BTreeMap<Place, Option<Confidence>>,
    /// Absent where nothing is sent.
    pub(super) took: Option<Duration>,
}

impl Answer {
    /// Leaves out what cannot be judged: files that the compiler did not read, and the line
    /// of the definition.
    pub(super) fn judged(mut self, symbol: &Symbol, judged: &BTreeSet<String>) -> Self {
        self.edges.retain(|place, _| judged.contains(&place.path) && *place != symbol.place);
        self
    }

    /// The edges that the compiler does not know.
    pub(super) fn wrong<'a>(
        &'a self,
        symbol: &'a Symbol,
    ) -> impl Iterator<Item = (&'a Place, Option<Confidence>)> {
        let edges = self.edges.iter().map(|(place, confidence)| (place, *confidence));
        edges.filter(|(place, _)| !symbol.uses.contains(place))
    }

    /// The uses that were not answered.
    pub(super) fn missing<'a>(&'a self, symbol: &'a Symbol) -> impl Iterator<Item = &'a Place> {
        symbol.uses.iter().filter(|place| !self.edges.contains_key(place))
    }
}

/// Pairs, counted.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    right: usize,
    wrong: usize,
    missing: usize,
}

impl Tally {
    fn of(symbol: &Symbol, answer: &Answer) -> Self {
        let wrong = answer.wrong(symbol).count();
        let (right, missing) = (answer.edges.len() - wrong, answer.missing(symbol).count());
        Self { right, wrong, missing }
    }

    fn add(&mut self, other: Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missing += other.missing;
    }

    /// Absent where nothing was answered.
    fn precision(self) -> Option<f64> {
        share(self.right, self.right + self.wrong)
    }

    /// Absent where there was nothing to find.
    fn recall(self) -> Option<f64> {
        share(self.right, self.right + self.missing)
    }

    /// Absent where there was nothing to find and nothing was answered.
    fn f1(self) -> Option<f64> {
        share(2 * self.right, 2 * self.right + self.wrong + self.missing)
    }
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The figures of one repository, of symbols and what was answered for each.
pub(super) fn figures(symbols: &[Symbol], answers: &[Answer]) -> Figures {
    let mut figures = Figures::new();
    let mut add = |key: String, value: Option<f64>| figures.extend(value.map(|value| (key, value)));
    let tally = |counts: &dyn Fn(Kind) -> bool| {
        let mut tally = Tally::default();
        for (symbol, answer) in symbols.iter().zip(answers).filter(|(s, _)| counts(s.kind)) {
            tally.add(Tally::of(symbol, answer));
        }
        tally
    };
    for (group, tally) in
        [("all", tally(&|_| true)), ("callables", tally(&|kind: Kind| kind.is_callable()))]
    {
        add(format!("{group}_f1"), tally.f1());
        add(format!("{group}_error"), tally.f1().map(|f1| 1.0 - f1));
        add(format!("{group}_precision"), tally.precision());
        add(format!("{group}_recall"), tally.recall());
    }
    for (group, only_callables) in [("all", false), ("callables", true)] {
        let pairs = symbols.iter().zip(answers);
        let f1s: Vec<f64> = pairs
            .filter(|(symbol, _)| !only_callables || symbol.kind.is_callable())
            .map(|(symbol, answer)| Tally::of(symbol, answer).f1().unwrap_or(1.0))
            .collect();
        let mean = f1s.iter().sum::<f64>() / f1s.len() as f64;
        add(format!("{group}_each_f1"), (!f1s.is_empty()).then_some(mean));
    }
    for kind in Kind::ALL {
        add(format!("{}_f1", kind.name()), tally(&|of| of == kind).f1());
    }
    let known = answers.iter().filter(|answer| answer.is_known).count();
    add("known".to_owned(), Some(known as f64));
    add("symbols".to_owned(), Some(symbols.len() as f64));
    let uses: usize = symbols.iter().map(|symbol| symbol.uses.len()).sum();
    add("uses".to_owned(), Some(uses as f64));
    figures.extend(times(answers));
    figures
}

/// How often edges are right that are said to be of a confidence.
pub(super) fn by_confidence(
    symbols: &[Symbol],
    answers: &[Answer],
    confidence: Confidence,
) -> Figures {
    let (mut edges, mut wrong) = (0, 0);
    for (symbol, answer) in symbols.iter().zip(answers) {
        let said = Some(confidence);
        edges += answer.edges.values().filter(|of| **of == said).count();
        wrong += answer.wrong(symbol).filter(|(_, of)| *of == said).count();
    }
    let name = confidence.name();
    let mut figures = Figures::from([(format!("{name}_edges"), edges as f64)]);
    let precision = share(edges - wrong, edges);
    figures.extend(precision.map(|precision| (format!("{name}_precision"), precision)));
    figures
}

fn times(answers: &[Answer]) -> Figures {
    let times = answers.iter().filter_map(|answer| answer.took);
    let mut times: Vec<f64> = times.map(|took| took.as_secs_f64() * 1e3).collect();
    times.sort_by(f64::total_cmp);
    let at = |share| times.get(place_of(share, times.len().max(1))).copied();
    let named = [("answer_p50_ms", at(0.5)), ("answer_p99_ms", at(0.99))];
    named.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
}

/// The mean over repositories, each of which counts the same; of what is counted, the sum.
pub(super) fn mean(repos: &[Figures]) -> Figures {
    let keys: BTreeSet<&String> = repos.iter().flat_map(Figures::keys).collect();
    let mean = keys.into_iter().map(|key| {
        let values: Vec<f64> =
            repos.iter().filter_map(|figures| figures.get(key)).copied().collect();
        let sum: f64 = values.iter().sum();
        let is_count =
            ["known", "symbols", "uses"].contains(&key.as_str()) || key.ends_with("_edges");
        (key.clone(), if is_count { sum } else { sum / values.len() as f64 })
    });
    mean.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use super::super::truth::{Kind, Place, Symbol};
    use super::{Answer, Confidence, by_confidence, figures, mean};
    use crate::load::Figures;

    fn place(line: u32) -> Place {
        Place { path: "a.ts".into(), line }
    }

    fn symbol(kind: Kind, uses: &[u32]) -> Symbol {
        let uses = uses.iter().map(|line| place(*line)).collect();
        Symbol { name: "x".into(), kind, place: place(1), shares_line: false, uses }
    }

    fn answer(edges: &[(u32, Confidence)]) -> Answer {
        let edges = edges.iter().map(|(line, of)| (place(*line), Some(*of))).collect();
        Answer { is_known: true, edges, took: Some(Duration::from_millis(3)) }
    }

    fn measured() -> (Vec<Symbol>, Vec<Answer>) {
        use Confidence::{Exact, Likely};
        let symbols = vec![
            symbol(Kind::Function, &[2, 3, 4]),
            symbol(Kind::Type, &[5]),
            symbol(Kind::Variable, &[]),
        ];
        let answers = vec![
            answer(&[(2, Exact), (3, Likely), (9, Likely)]),
            Answer::default(),
            answer(&[(7, Likely)]),
        ];
        (symbols, answers)
    }

    #[test]
    fn every_pair_counts_the_same() {
        let (symbols, answers) = measured();
        let figures = figures(&symbols, &answers);
        for (key, want) in [
            ("all_precision", Some(2.0 / 4.0)),
            ("all_recall", Some(2.0 / 4.0)),
            ("all_f1", Some(0.5)),
            ("all_error", Some(0.5)),
            ("callables_precision", Some(2.0 / 3.0)),
            ("callables_recall", Some(2.0 / 3.0)),
            ("all_each_f1", Some((2.0 / 3.0 + 0.0 + 0.0) / 3.0)),
            ("callables_each_f1", Some(2.0 / 3.0)),
            ("type_f1", Some(0.0)),
            ("variable_f1", Some(0.0)),
            ("method_f1", None),
            ("known", Some(2.0)),
            ("symbols", Some(3.0)),
            ("uses", Some(4.0)),
            ("answer_p99_ms", Some(3.0)),
        ] {
            let found = figures.get(key).copied();
            let is_close = match (found, want) {
                (Some(found), Some(want)) => (found - want).abs() < 1e-9,
                (found, want) => found == want,
            };
            assert!(is_close, "{key}: {found:?}");
        }
    }

    #[test]
    fn edges_are_held_to_what_is_said_of_them() {
        let (symbols, answers) = measured();
        for (confidence, edges, precision) in [
            (Confidence::Exact, 1.0, Some(1.0)),
            (Confidence::Likely, 3.0, Some(1.0 / 3.0)),
            (Confidence::Name, 0.0, None),
        ] {
            let name = confidence.name();
            let figures = by_confidence(&symbols, &answers, confidence);
            assert_eq!(figures.get(&format!("{name}_edges")), Some(&edges));
            assert_eq!(figures.get(&format!("{name}_precision")).copied(), precision, "{name}");
        }
    }

    #[test]
    fn only_what_the_compiler_read_is_judged() {
        let mut answer = answer(&[(1, Confidence::Exact), (2, Confidence::Exact)]);
        let elsewhere = Place { path: "b.vue".into(), line: 2 };
        answer.edges.insert(elsewhere, Some(Confidence::Exact));
        let judged = BTreeSet::from(["a.ts".to_owned()]);
        let left = answer.judged(&symbol(Kind::Type, &[]), &judged).edges;
        assert_eq!(Vec::from_iter(left.into_keys()), [place(2)]);
    }

    #[test]
    fn every_repository_counts_the_same() {
        let of = |f1: f64, uses: f64| {
            Figures::from([("all_f1".to_owned(), f1), ("uses".to_owned(), uses)])
        };
        let mut one = of(0.5, 10.0);
        one.insert("name_precision".to_owned(), 0.25);
        let mut want = of(0.75, 110.0);
        want.insert("name_precision".to_owned(), 0.25);
        assert_eq!(mean(&[one, of(1.0, 100.0)]), want);
    }
}

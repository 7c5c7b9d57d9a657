//! Medians over rounds, ratios to a baseline, goals: as a table or as JSON.
//!
//! **Invariant:** both forms hold the same figures; a figure that a server does
//! not have is absent, never 0.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use crate::load::Figures;

/// A figure's key in JSON and its line in the table.
pub(crate) type Label = (&'static str, &'static str);
/// The same, where what is measured is known only when it runs.
type OwnLabel = (String, String);

/// Everything one bench found.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    bench: &'static str,
    rounds: usize,
    /// The column that ratios are taken to.
    baseline: &'static str,
    columns: Vec<Column>,
    skipped: Vec<Skipped>,
    goals: Vec<Goal>,
    #[serde(skip)]
    labels: Vec<OwnLabel>,
}

/// One thing measured.
#[derive(Debug, Serialize)]
pub(crate) struct Column {
    name: &'static str,
    figures: BTreeMap<String, Figure>,
}

/// One figure over all rounds.
#[derive(Debug, Serialize)]
struct Figure {
    median: f64,
    /// The median beside the baseline's.
    #[serde(skip_serializing_if = "Option::is_none")]
    ratio: Option<f64>,
    rounds: Vec<f64>,
}

/// What was left out, and why.
#[derive(Debug, Serialize)]
pub(crate) struct Skipped {
    pub(crate) name: &'static str,
    pub(crate) reason: String,
}

/// A goal and how far it was reached.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Goal {
    pub(crate) goal: &'static str,
    pub(crate) found: String,
    pub(crate) reached: bool,
}

impl Column {
    /// Brings the rounds of one thing together.
    pub(crate) fn new(name: &'static str, rounds: &[Figures]) -> Self {
        let mut by_name: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for (figure, value) in rounds.iter().flatten() {
            by_name.entry(figure.clone()).or_default().push(*value);
        }
        let figures = by_name.into_iter().map(|(figure, rounds)| {
            (figure, Figure { median: median(&rounds), ratio: None, rounds })
        });
        Self { name, figures: figures.collect() }
    }
}

impl Report {
    /// Compares `columns` to the one called `baseline`.
    pub(crate) fn new(
        bench: &'static str,
        rounds: usize,
        baseline: &'static str,
        mut columns: Vec<Column>,
        labels: &[Label],
    ) -> Self {
        let base = columns.iter().find(|column| column.name == baseline);
        let base: BTreeMap<String, f64> = base
            .map(|base| base.figures.iter().map(|(name, f)| (name.clone(), f.median)).collect())
            .unwrap_or_default();
        for column in columns.iter_mut().filter(|column| column.name != baseline) {
            for (name, figure) in &mut column.figures {
                figure.ratio =
                    base.get(name).filter(|base| **base > 0.0).map(|base| figure.median / base);
            }
        }
        let (skipped, goals) = (Vec::new(), Vec::new());
        Self { bench, rounds, baseline, columns, skipped, goals, labels: Vec::new() }.label(labels)
    }

    /// Adds lines to the table, under those that it has.
    pub(crate) fn label<T: ToString>(mut self, labels: &[(T, T)]) -> Self {
        self.labels.extend(labels.iter().map(|(key, label)| (key.to_string(), label.to_string())));
        self
    }

    /// Adds what was left out.
    pub(crate) fn skip(mut self, skipped: Vec<Skipped>) -> Self {
        self.skipped = skipped;
        self
    }

    /// Adds goals.
    pub(crate) fn judge(mut self, goals: Vec<Goal>) -> Self {
        self.goals = goals;
        self
    }

    /// The median of a figure, and its ratio to the baseline.
    pub(crate) fn figure(&self, column: &str, figure: &str) -> Option<(f64, Option<f64>)> {
        let column = self.columns.iter().find(|found| found.name == column)?;
        column.figures.get(figure).map(|figure| (figure.median, figure.ratio))
    }

    /// One JSON document.
    pub(crate) fn to_json(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// A table for people: a line per figure, a column per thing measured, the
    /// ratio to the baseline in brackets.
    pub(crate) fn to_table(&self) -> String {
        let mut rows = vec![self.heading()];
        for (key, label) in &self.labels {
            let cells = self.columns.iter().map(|column| cell(column, key));
            rows.push(std::iter::once(label.clone()).chain(cells).collect());
        }
        let mut text = align(&rows);
        for Skipped { name, reason } in &self.skipped {
            let _infallible = writeln!(text, "\nskipped {name}: {reason}");
        }
        if !self.goals.is_empty() {
            text.push_str("\ngoals\n");
        }
        for Goal { goal, found, reached } in &self.goals {
            let mark = if *reached { "reached" } else { "MISSED " };
            let _infallible = writeln!(text, "  {mark}  {goal}: {found}");
        }
        text
    }

    fn heading(&self) -> Vec<String> {
        let first = format!("median of {}", self.rounds);
        let names = self.columns.iter().map(|column| column.name.to_owned());
        std::iter::once(first).chain(names).collect()
    }
}

fn cell(column: &Column, key: &str) -> String {
    let Some(figure) = column.figures.get(key) else { return "–".to_owned() };
    let value = short(figure.median);
    match figure.ratio {
        Some(ratio) => format!("{value} ({ratio:.2}×)"),
        None => value,
    }
}

/// Pads every column to its widest cell; names stand left, figures right.
fn align(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let widest = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..columns).filter_map(widest).collect();
    let mut text = String::new();
    for row in rows {
        for (place, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let _infallible = match place {
                0 => write!(text, "{cell:width$}"),
                _ => write!(text, "  {cell:>width$}"),
            };
        }
        text.push('\n');
    }
    text
}

/// Three digits or all before the point; a share has three after it.
pub(crate) fn short(value: f64) -> String {
    match value.abs() {
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        v if v >= 1.0 || v == 0.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// The middle value; of an even number, the mean of the two in the middle.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[n / 2],
        n => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::{Column, Goal, Label, Report, Skipped, median, short};
    use crate::load::Figures;

    const LABELS: &[Label] = &[("rate", "calls a second"), ("time", "time, ms")];

    fn rounds(rates: &[f64]) -> Vec<Figures> {
        rates.iter().map(|rate| Figures::from([("rate".to_owned(), *rate)])).collect()
    }

    fn report() -> Report {
        let mut base = rounds(&[100.0, 300.0, 200.0]);
        base[0].insert("time".to_owned(), 1.5);
        let columns = vec![Column::new("ours", &rounds(&[500.0])), Column::new("base", &base)];
        Report::new("test", 3, "base", columns, LABELS)
            .label(&[("rate", "its rate"), ("none", "  never")])
            .skip(vec![Skipped { name: "other", reason: "it is not installed".to_owned() }])
            .judge(vec![Goal { goal: "2×", found: "2.50×".to_owned(), reached: true }])
    }

    #[test]
    fn the_middle_of_rounds_counts() {
        for (values, want) in [(&[3.0, 1.0, 2.0][..], 2.0), (&[4.0, 1.0], 2.5), (&[7.0], 7.0)] {
            assert_eq!(median(values), want, "{values:?}");
        }
    }

    #[test]
    fn three_digits_are_shown() {
        for (value, want) in
            [(0.0, "0.00"), (0.6944, "0.694"), (1.0, "1.00"), (36.25, "36.2"), (3372.4, "3372")]
        {
            assert_eq!(short(value), want);
        }
    }

    #[test]
    fn the_table_shows_ratios_gaps_skips_and_goals() {
        let want = "\
median of 3            ours  base
calls a second  500 (2.50×)   200
time, ms                  –  1.50
its rate        500 (2.50×)   200
  never                   –     –

skipped other: it is not installed

goals
  reached  2×: 2.50×
";
        assert_eq!(report().to_table(), want);
    }

    #[test]
    fn the_document_holds_every_round() {
        let text = report().to_json().expect("JSON");
        let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let base = &document["columns"][1]["figures"]["rate"];
        assert_eq!(*base, serde_json::json!({ "median": 200.0, "rounds": [100.0, 300.0, 200.0] }));
        assert_eq!(document["columns"][0]["figures"]["rate"]["ratio"], 2.5);
        assert_eq!(document["columns"][0]["figures"].get("time"), None);
        assert_eq!(document["skipped"][0]["name"], "other");
    }
}

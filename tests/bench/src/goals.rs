//! What a bench is to reach: bounds on figures, judged over the finished report.

use crate::report::{Goal, Report, short};

/// A bound on one figure of one column.
pub(crate) struct Bound {
    pub(crate) goal: &'static str,
    pub(crate) column: &'static str,
    pub(crate) figure: &'static str,
    pub(crate) limit: Limit,
}

pub(crate) enum Limit {
    AtLeast(f64),
    AtMost(f64),
    /// At most so many times the baseline's.
    AtMostTimes(f64),
    /// Either the value itself, or so many times the baseline's.
    AtLeastOrTimes(f64, f64),
    Times(f64),
}

/// Judges every bound whose figure was measured.
pub(crate) fn judge(report: &Report, bounds: &[Bound]) -> Vec<Goal> {
    let judged = bounds.iter().filter_map(|bound| {
        let (value, ratio) = report.figure(bound.column, bound.figure)?;
        let reached = bound.limit.holds(value, ratio);
        let ratio = ratio.map(|ratio| format!(" ({ratio:.2}×)")).unwrap_or_default();
        Some(Goal { goal: bound.goal, found: short(value) + &ratio, reached })
    });
    judged.collect()
}

impl Limit {
    fn holds(&self, value: f64, ratio: Option<f64>) -> bool {
        let times = |wanted: f64| ratio.is_some_and(|ratio| ratio >= wanted);
        match *self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
            Self::AtMostTimes(most) => ratio.is_some_and(|ratio| ratio <= most),
            Self::AtLeastOrTimes(least, wanted) => value >= least || times(wanted),
            Self::Times(wanted) => times(wanted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Limit::{AtLeast, AtLeastOrTimes, AtMost, AtMostTimes, Times};

    #[test]
    fn either_way_to_a_goal_counts() {
        let cases = [
            (AtLeast(0.5), 0.5, None, true),
            (AtLeast(0.5), 0.4, Some(9.0), false),
            (AtMost(2.0), 2.0, None, true),
            (AtMost(2.0), 2.1, Some(0.1), false),
            (AtMostTimes(3.0), 99.0, Some(3.0), true),
            (AtMostTimes(3.0), 1.0, Some(3.1), false),
            (AtMostTimes(3.0), 1.0, None, false),
            (AtLeastOrTimes(30.0, 2.0), 31.0, None, true),
            (AtLeastOrTimes(30.0, 2.0), 20.0, Some(2.0), true),
            (AtLeastOrTimes(30.0, 2.0), 20.0, Some(1.9), false),
            (Times(1.7), 99.0, None, false),
            (Times(1.7), 1.0, Some(1.8), true),
        ];
        for (place, (limit, value, ratio, want)) in cases.into_iter().enumerate() {
            assert_eq!(limit.holds(value, ratio), want, "case {place}");
        }
    }
}

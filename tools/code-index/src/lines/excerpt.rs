//! A line as it is shown: whole when it is short, else what stands around the match.

/// Longer lines are cut.
pub(super) const MAX_CHARACTERS: usize = 200;
/// How many characters before the match a cut line shows, when there is enough after it.
const BEFORE: usize = 60;
/// The most bytes that a character takes.
const CHARACTER_BYTES: usize = 4;

/// Returns the line without its end as text of at most [`MAX_CHARACTERS`]
/// characters, which hold the byte at `at()`.
pub(super) fn cut(line: &[u8], at: impl FnOnce() -> usize) -> String {
    let line = trim_end(line);
    let few_bytes = line.len() <= MAX_CHARACTERS * CHARACTER_BYTES;
    if few_bytes {
        let text = String::from_utf8_lossy(line);
        if text.chars().count() <= MAX_CHARACTERS {
            return text.into_owned();
        }
    }
    let at = at().min(line.len());
    // One more character on each side tells whether something was left out, and
    // a character cut by the slice itself falls away with it.
    let span = (MAX_CHARACTERS + 2) * CHARACTER_BYTES;
    let left = String::from_utf8_lossy(&line[at.saturating_sub(span)..at]).into_owned();
    let right = String::from_utf8_lossy(&line[at..(at + span).min(line.len())]).into_owned();
    join(&left, &right)
}

fn join(left: &str, right: &str) -> String {
    let (left_count, right_count) = (left.chars().count(), right.chars().count());
    let keep_left = left_count.min(BEFORE.max(MAX_CHARACTERS.saturating_sub(right_count)));
    let mut text = String::new();
    let mut room = MAX_CHARACTERS;
    if keep_left < left_count {
        text.push('…');
        room -= 1;
    }
    // The mark took the place of the outermost character.
    let keep_left = keep_left.min(room - room.min(right_count.min(MAX_CHARACTERS - BEFORE)));
    text.extend(left.chars().skip(left_count - keep_left));
    room -= keep_left;
    if right_count <= room {
        text.push_str(right);
    } else {
        text.extend(right.chars().take(room - 1));
        text.push('…');
    }
    text
}

fn trim_end(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n'));
    end.map_or(&[], |end| &line[..=end])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// No strategy here makes this character.
    const MARK: char = '\u{1}';

    fn check(case: &str, line: &str, at: usize, want: &str) {
        assert_eq!(cut(line.as_bytes(), || at), want, "{case}");
    }

    #[test]
    fn long_lines_are_cut_around_the_match() {
        let x = |count: usize| "x".repeat(count);
        check("short", "let a = 1;\r\n", 4, "let a = 1;");
        check("just fits", &x(200), 100, &x(200));
        check("multi-byte just fits", &"é".repeat(200), 100, &"é".repeat(200));
        check("at the start", &format!("needle{}", x(400)), 0, &format!("needle{}…", x(193)));
        check("at the end", &format!("{}needle", x(400)), 400, &format!("…{}needle", x(193)));
        let middle = format!("{}needle{}", x(400), x(400));
        check("in the middle", &middle, 400, &format!("…{}needle{}…", x(59), x(133)));
        let near = format!("{}needle{}", x(50), x(400));
        check("near the start", &near, 50, &format!("{}needle{}…", x(50), x(143)));
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_short_line(
            line in prop::collection::vec(any::<u8>(), 0..2000),
            at in 0usize..2100,
        ) {
            prop_assert!(cut(&line, || at).chars().count() <= MAX_CHARACTERS);
        }

        #[test]
        fn the_match_is_shown(before in "\\PC{0,400}", after in "\\PC{0,400}") {
            let line = format!("{before}{MARK}{after}");
            let text = cut(line.as_bytes(), || before.len());
            prop_assert!(text.contains(MARK), "{}", text);
        }
    }
}

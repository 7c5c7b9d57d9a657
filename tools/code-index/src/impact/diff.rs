//! Reads which lines a unified diff leaves behind.
//!
//! Only headers and hunk heads count, by the lengths that the heads state, so a
//! changed line that looks like a header is none.

/// The lines of one file that a diff touches, on its new side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) path: String,
    /// First and last line, 1-based; of a deletion the lines around it.
    pub(crate) lines: Vec<(u32, u32)>,
    /// The file is not there any more.
    pub(crate) deleted: bool,
}

/// Whether a text is a diff, in contrast to the name of a range.
pub(crate) fn is_diff(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("@@ ") || line.starts_with("+++ "))
}

/// Reads a diff. What cannot be read is passed over.
pub(crate) fn read(text: &str) -> Vec<Changed> {
    let mut changed: Vec<Changed> = Vec::new();
    let mut old_path = None;
    let (mut removed, mut added) = (0_u32, 0_u32);
    for line in text.lines() {
        if removed > 0 || added > 0 {
            match line.as_bytes().first() {
                Some(b'-') => removed = removed.saturating_sub(1),
                Some(b'+') => added = added.saturating_sub(1),
                Some(b'\\') => {}
                _ => {
                    removed = removed.saturating_sub(1);
                    added = added.saturating_sub(1);
                }
            }
            continue;
        }
        if let Some(path) = line.strip_prefix("--- ") {
            old_path = path_of(path, "a/");
        } else if let Some(path) = line.strip_prefix("+++ ") {
            let new_path = path_of(path, "b/");
            let deleted = new_path.is_none();
            if let Some(path) = new_path.or_else(|| old_path.take()) {
                changed.push(Changed { path, lines: Vec::new(), deleted });
            }
        } else if let Some((before, first, count)) = line.strip_prefix("@@ -").and_then(hunk) {
            (removed, added) = (before, count);
            if let Some(file) = changed.last_mut() {
                // Of a deletion the head names the line before it.
                let last = first + count.max(2) - 1;
                file.lines.push((first.max(1), last));
            }
        }
    }
    changed
}

fn path_of(written: &str, prefix: &str) -> Option<String> {
    let path = written.split('\t').next().unwrap_or(written).trim_end().trim_matches('"');
    (path != "/dev/null").then(|| path.strip_prefix(prefix).unwrap_or(path).to_owned())
}

/// Reads `12,3 +14,2 @@`: lines before, first line now, lines now.
fn hunk(head: &str) -> Option<(u32, u32, u32)> {
    let (before, rest) = head.split_once(" +")?;
    let (now, _) = rest.split_once(" @@")?;
    let (_, before) = range(before)?;
    let (first, count) = range(now)?;
    Some((before, first, count))
}

fn range(text: &str) -> Option<(u32, u32)> {
    let (first, count) = text.split_once(',').unwrap_or((text, "1"));
    let (first, count): (u32, u32) = (first.parse().ok()?, count.parse().ok()?);
    first.checked_add(count.max(2))?;
    Some((first, count))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_new_side_counts() {
        let text = "diff --git a/src/a.rs b/src/a.rs
--- a/src/a.rs
+++ b/src/a.rs
@@ -3,2 +3,3 @@ fn a() {
-old
--- b/not/a/header
+new
+++ b/not/a/header
+more
@@ -20 +22,0 @@
-gone
diff --git a/gone.rs b/gone.rs
--- a/gone.rs
+++ /dev/null
@@ -1 +0,0 @@
-all
--- /dev/null
+++ b/new file.py
@@ -0,0 +1,2 @@
+x
+y
";
        let lines = |path: &str, lines: &[(u32, u32)], deleted| Changed {
            path: path.to_owned(),
            lines: lines.to_vec(),
            deleted,
        };
        let want = [
            lines("src/a.rs", &[(3, 5), (22, 23)], false),
            lines("gone.rs", &[(1, 1)], true),
            lines("new file.py", &[(1, 2)], false),
        ];
        assert_eq!(read(text), want);
        assert!(is_diff(text) && !is_diff("main..topic"));
    }

    proptest! {
        #[test]
        fn no_text_is_too_much(text in "(@@ -[0-9]{0,11},?[0-9]{0,11} \\+[0-9]{0,11} @@\n|[-+ ]{0,3}[a-z/ ]{0,9}\n|.{0,20}\n){0,12}") {
            for changed in read(&text) {
                for (first, last) in changed.lines {
                    prop_assert!(first <= last && first >= 1);
                }
            }
        }
    }
}

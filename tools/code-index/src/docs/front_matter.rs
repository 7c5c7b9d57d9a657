//! What stands between `---` lines at the top of a rule, skill or page.
//!
//! Read leniently, line by line: `globs: *.ts,*.tsx` is what people and tools
//! write there, and no YAML.

/// A longer head is text that happens to begin with a ruler.
const MAX_LINES: usize = 200;
/// Values of one key.
const MAX_VALUES: usize = 60;
/// Longer values are cut.
const MAX_VALUE_BYTES: usize = 1_000;

/// The keys of a head, lower-cased, with their values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FrontMatter {
    entries: Vec<(String, Vec<String>)>,
    /// Lines that the head takes, its rulers included.
    pub(super) lines: usize,
}

impl FrontMatter {
    /// Reads the head of a text; empty where there is none.
    pub(super) fn read(lines: &[&str]) -> FrontMatter {
        if lines.first().is_none_or(|line| line.trim_end() != "---") {
            return FrontMatter::default();
        }
        let body = lines.iter().skip(1).take(MAX_LINES);
        let Some(length) = body.clone().position(|line| matches!(line.trim_end(), "---" | "..."))
        else {
            return FrontMatter::default();
        };
        let mut head = FrontMatter { entries: Vec::new(), lines: length + 2 };
        for line in body.take(length) {
            head.add(line);
        }
        head
    }

    fn add(&mut self, line: &str) {
        let inner = line.trim();
        if inner.is_empty() || inner.starts_with('#') {
            return;
        }
        let is_nested = line.starts_with([' ', '\t']) || inner.starts_with("- ") || inner == "-";
        if is_nested {
            let Some((_, values)) = self.entries.last_mut() else { return };
            match inner.strip_prefix('-') {
                Some(item) => push(values, item),
                // A folded text goes on.
                None => match values.first_mut() {
                    Some(text) if text.len() < MAX_VALUE_BYTES => {
                        text.push(' ');
                        text.push_str(inner);
                    }
                    Some(_) => {}
                    None => push(values, inner),
                },
            }
            return;
        }
        let Some((key, value)) = inner.split_once(':') else { return };
        let mut values = Vec::new();
        if !matches!(value.trim(), "" | "|" | ">" | ">-" | "|-") {
            push(&mut values, value);
        }
        self.entries.push((key.trim().trim_matches(['"', '\'']).to_ascii_lowercase(), values));
    }

    /// The value of a key, as one text.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        let text = self.values(key).join(", ");
        (!text.is_empty()).then_some(text)
    }

    /// Whether a key is there and says yes.
    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        match self.values(key).first()?.to_ascii_lowercase().as_str() {
            "true" | "yes" => Some(true),
            "false" | "no" => Some(false),
            _ => None,
        }
    }

    /// The values of a key: a list in any of its spellings, commas included.
    pub(super) fn list(&self, key: &str) -> Vec<String> {
        let mut all = Vec::new();
        for value in self.values(key) {
            let inner = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            for one in split_commas(inner.unwrap_or(value)) {
                let one = one.trim().trim_matches(['"', '\'']).trim();
                if !one.is_empty() && all.len() < MAX_VALUES {
                    all.push(one.to_owned());
                }
            }
        }
        all
    }

    fn values(&self, key: &str) -> &[String] {
        let found = self.entries.iter().find(|(known, _)| known == key);
        found.map_or(&[], |(_, values)| values)
    }
}

fn push(values: &mut Vec<String>, value: &str) {
    let value = value.trim();
    let bare = match value.strip_prefix(['"', '\'']) {
        Some(rest) => rest.strip_suffix(['"', '\'']).unwrap_or(rest),
        None => value,
    };
    if values.len() < MAX_VALUES {
        values.push(crate::words::cut_at(bare, MAX_VALUE_BYTES).to_owned());
    }
}

/// Splits at commas that stand outside braces: `*.{ts,tsx},src` has two parts.
fn split_commas(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut open) = (0, 0usize);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' => open = open.saturating_sub(1),
            b',' if open == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> FrontMatter {
        FrontMatter::read(&text.lines().collect::<Vec<_>>())
    }

    #[test]
    fn lists_are_read_however_they_are_written() {
        let cases = [
            ("globs: *.ts,*.tsx", vec!["*.ts", "*.tsx"]),
            ("globs: \"src/**/*.{ts,tsx}\"", vec!["src/**/*.{ts,tsx}"]),
            ("globs: [\"a/**\", 'b/**']", vec!["a/**", "b/**"]),
            ("globs:\n  - \"a/**\"\n  - b/*.py", vec!["a/**", "b/*.py"]),
            ("globs:\n- a, b", vec!["a", "b"]),
            ("globs:", vec![]),
            ("other: x", vec![]),
        ];
        for (head, want) in cases {
            assert_eq!(read(&format!("---\n{head}\n---\n# T")).list("globs"), want, "{head}");
        }
    }

    #[test]
    fn texts_and_flags_are_read() {
        let head =
            read("---\nname: tests\ndescription: >\n  Run the\n  tests\nalwaysApply: true\n---\n");
        assert_eq!(head.text("description").as_deref(), Some("Run the tests"));
        assert_eq!(head.text("name").as_deref(), Some("tests"));
        assert_eq!(head.flag("alwaysapply"), Some(true));
        assert_eq!((head.flag("name"), head.lines), (None, 7));
    }

    #[test]
    fn a_ruler_is_no_head() {
        for text in ["---\nno end", "# T\n---\na: b\n---", "", "---"] {
            assert_eq!(read(text), FrontMatter::default(), "{text}");
        }
    }
}

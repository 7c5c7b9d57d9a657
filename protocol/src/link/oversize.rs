//! Finds the id of a message that is too large to keep, in constant memory.
//!
//! The message streams past; only the key being read, the value of the
//! outermost `id` and which other keys stood beside it are remembered. What it
//! finds is the id's raw JSON text, and whether the message was a response,
//! which nobody may answer.

/// Ids longer than this are not echoed; real ones are a few bytes.
const MAX_ID_BYTES: usize = 256;

/// Reads JSON text byte by byte and remembers the outermost `"id"`.
#[derive(Debug, Default)]
pub(crate) struct IdFinder {
    depth: u32,
    in_string: bool,
    escaped: bool,
    expect: Expect,
    key: Vec<u8>,
    id: Vec<u8>,
    done: bool,
    has_method: bool,
    has_answer: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Expect {
    #[default]
    Key,
    OtherValue,
    Id,
}

impl IdFinder {
    /// Feeds the next piece of the message.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.step(byte);
        }
    }

    /// Whether the message was a response.
    pub(crate) fn is_response(&self) -> bool {
        self.has_answer && !self.has_method
    }

    /// The id as raw JSON, when a usable one stood in the message.
    pub(crate) fn finish(self) -> Option<String> {
        let text = String::from_utf8(self.id).ok()?;
        let text = text.trim();
        let scalar = text.starts_with('"') || text.starts_with(['-']) || {
            text.starts_with(|first: char| first.is_ascii_digit())
        };
        (scalar && serde_json::from_str::<serde_json::Value>(text).is_ok()).then(|| text.to_owned())
    }

    fn step(&mut self, byte: u8) {
        if self.in_string {
            self.keep(byte);
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return;
        }
        match byte {
            b'"' => {
                if self.depth == 1 && self.expect == Expect::Key {
                    self.key.clear();
                }
                self.in_string = true;
                self.keep(byte);
            }
            b'{' | b'[' => {
                self.keep(byte);
                self.depth += 1;
            }
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 {
                    self.end_value();
                } else {
                    self.keep(byte);
                }
            }
            b':' if self.depth == 1 && self.expect == Expect::Key => {
                self.expect = if self.key == b"\"id\"" { Expect::Id } else { Expect::OtherValue };
                self.has_method |= self.key == b"\"method\"";
                self.has_answer |= self.key == b"\"result\"" || self.key == b"\"error\"";
            }
            b',' if self.depth == 1 => self.end_value(),
            _ => self.keep(byte),
        }
    }

    fn end_value(&mut self) {
        if self.expect == Expect::Id {
            self.done = true;
        }
        self.expect = Expect::Key;
    }

    fn keep(&mut self, byte: u8) {
        let (target, cap) = match self.expect {
            Expect::Key if self.depth == 1 && self.in_string => (&mut self.key, 8),
            Expect::Id if !self.done => (&mut self.id, MAX_ID_BYTES),
            _ => return,
        };
        if target.len() < cap {
            target.push(byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::IdFinder;

    fn find(text: &str) -> Option<String> {
        let mut finder = IdFinder::default();
        for piece in text.as_bytes().chunks(3) {
            finder.feed(piece);
        }
        finder.finish()
    }

    #[test]
    fn the_outermost_id_is_found_wherever_it_stands() {
        let cases = [
            ("first", r#"{"id":7,"params":{"id":1}}"#, Some("7")),
            ("last", r#"{"params":{"id":1,"a":"}\"{"},"id":"a,b"}"#, Some(r#""a,b""#)),
            ("spaces", "{ \"id\" : 12 , \"x\":[1,2] }", Some("12")),
            ("nested only", r#"{"params":{"id":1}}"#, None),
            ("as a value", r#"{"method":"id","x":1}"#, None),
            ("null", r#"{"id":null}"#, None),
            ("an object", r#"{"id":{"a":1}}"#, None),
            ("cut off", r#"{"id":"ab"#, None),
            ("no object", "xxxx", None),
            ("escaped quote", r#"{"a\"id":1,"id":2}"#, Some("2")),
        ];
        for (name, text, want) in cases {
            assert_eq!(find(text).as_deref(), want, "{name}: {text}");
        }
    }

    #[test]
    fn responses_are_told_from_requests() {
        let cases = [
            (r#"{"id":1,"result":{"method":"x"}}"#, true),
            (r#"{"error":{"code":1},"id":1}"#, true),
            (r#"{"id":1,"method":"m","params":{"result":1}}"#, false),
            (r#"{"id":1,"result":{},"method":"m"}"#, false),
            (r#"{"id":1,"results":{}}"#, false),
            ("xxxx", false),
        ];
        for (text, want) in cases {
            let mut finder = IdFinder::default();
            finder.feed(text.as_bytes());
            assert_eq!(finder.is_response(), want, "{text}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_a_parser(id in -999i64..999, before in ".*", after in ".*") {
            let message = serde_json::json!({
                "a": before, "params": { "id": 5, "text": after }, "id": id, "z": [{"id": 3}],
            });
            prop_assert_eq!(find(&message.to_string()), Some(id.to_string()));
        }

        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut finder = IdFinder::default();
            finder.feed(&bytes);
            finder.finish();
        }
    }
}

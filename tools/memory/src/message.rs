//! One message, new and stored.

use serde::Serialize;

use crate::error::MemoryError;

/// Bytes of a message. Longer ones belong into files.
pub const MAX_CONTENT_BYTES: usize = 64 << 10;

/// Bytes of a session's name.
pub const MAX_SESSION_BYTES: usize = 200;

/// Bytes of a role.
pub const MAX_ROLE_BYTES: usize = 32;

/// A message to be remembered, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    pub(crate) session: String,
    pub(crate) role: String,
    pub(crate) content: String,
    pub(crate) pin: bool,
}

impl NewMessage {
    /// Checks the parts.
    ///
    /// # Errors
    /// Names the part that is wrong and what it may be.
    pub fn new(session: &str, role: &str, content: String, pin: bool) -> Result<Self, MemoryError> {
        let session = session_name(session)?;
        let role = role.trim().to_lowercase();
        if role.is_empty()
            || role.len() > MAX_ROLE_BYTES
            || role.contains(|c: char| c.is_whitespace() || c.is_control())
        {
            return Err(MemoryError::Role { max: MAX_ROLE_BYTES });
        }
        if content.trim().is_empty() {
            return Err(MemoryError::Empty);
        }
        if content.len() > MAX_CONTENT_BYTES {
            return Err(MemoryError::TooLong { bytes: content.len(), max: MAX_CONTENT_BYTES });
        }
        // PostgreSQL's texts cannot hold it, and both stores are to remember the same.
        let content =
            if content.contains('\0') { content.replace('\0', "\u{fffd}") } else { content };
        Ok(Self { session, role, content, pin })
    }
}

/// A session's name without blanks around it.
pub(crate) fn session_name(name: &str) -> Result<String, MemoryError> {
    let name = name.trim();
    if name.is_empty() || name.len() > MAX_SESSION_BYTES || name.contains(char::is_control) {
        return Err(MemoryError::Session { bytes: name.len(), max: MAX_SESSION_BYTES });
    }
    Ok(name.to_owned())
}

/// A stored message, as far as it was recalled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Its number, in the order of writing.
    pub id: i64,
    /// Its session.
    pub session: String,
    /// Who said it.
    pub role: String,
    /// What was said; a part of it when `cut`.
    pub content: String,
    /// Tokens of `content` as it stands here.
    pub tokens: usize,
    /// When it was remembered (RFC 3339).
    pub at: String,
    /// Whether it stays when others are pruned.
    pub pinned: bool,
    /// Whether `content` is a part; a larger budget shows more.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// What remembering did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remembered {
    /// The message's number.
    pub id: i64,
    /// The session.
    pub session: String,
    /// Tokens of the message.
    pub tokens: i64,
    /// Tokens that the session now holds.
    pub total_tokens: i64,
    /// Tokens that it may hold.
    pub window_tokens: i64,
    /// Messages that the session now holds.
    pub messages: i64,
    /// Messages that were deleted to make room.
    pub pruned: i64,
}

/// Tokens of a text: 4 bytes each, the last one may be short.
pub(crate) fn tokens(text: &str) -> usize {
    text.len().div_ceil(4)
}

#[cfg(test)]
mod tests {
    use super::{MAX_CONTENT_BYTES, NewMessage, tokens};

    #[test]
    fn the_wrong_part_is_named() {
        let long = "x".repeat(MAX_CONTENT_BYTES + 1);
        let name = "n".repeat(201);
        let cases = [
            ("", "user", "x", "`session`"),
            ("a\nb", "user", "x", "`session`"),
            (name.as_str(), "user", "x", "this one has 201"),
            ("s", "", "x", "`role`"),
            ("s", "the user", "x", "`role`"),
            ("s", "user", " \n", "`content` is empty"),
            ("s", "user", long.as_str(), "at most 65536"),
        ];
        for (session, role, content, part) in cases {
            let wrong = NewMessage::new(session, role, content.to_owned(), false);
            let message = wrong.expect_err(part).to_string();
            assert!(message.contains(part), "{part}: {message}");
        }
        let right = NewMessage::new(" fix-login ", "User", "a\0b".to_owned(), true).expect("right");
        assert_eq!((right.session.as_str(), right.role.as_str()), ("fix-login", "user"));
        assert_eq!(right.content, "a\u{fffd}b");
    }

    #[test]
    fn a_token_is_four_bytes() {
        for (text, want) in [("", 0), ("abcd", 1), ("abcde", 2), ("äöü", 2)] {
            assert_eq!(tokens(text), want, "{text}");
        }
    }
}

//! Secrets in the text: tokens by their known shape, keys and passwords by the
//! name that they are given.
//!
//! Comments and strings are read too, for a token in a comment is as public as
//! any. The message names the kind only, never a part of the secret.

use std::sync::LazyLock;

use regex::Regex;

use super::facts::Facts;
use super::shape::Kind;
use super::{Found, Reviewed, Severity};
use crate::file_class::FileClass;

pub(super) const ID: &str = "secret";

/// Longer values are data.
const MAX_VALUE: usize = 400;

/// Shannon entropy in bits a character that random keys have and words have not.
const RANDOM_BITS: f64 = 3.0;

/// Keys of services, each by the shape that its issuer documents.
const SHAPES: &[(&str, &str)] = &[
    ("AWS access key", r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    ("GitHub token", r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b|\bgithub_pat_[A-Za-z0-9_]{40,255}\b"),
    ("GitLab token", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    (
        "key of a model provider",
        r"\bsk-(?:proj-|svcacct-|ant-[a-z0-9]{2,8}-|or-v1-)?[A-Za-z0-9_-]{20,}",
    ),
    ("Slack token", r"\bxox[abeoprs]-[A-Za-z0-9-]{16,}"),
    ("Slack webhook", r"hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{16,}"),
    ("Google API key", r"\bAIza[0-9A-Za-z_-]{35}"),
    ("Stripe key", r"\b[rs]k_live_[0-9A-Za-z]{16,}"),
    ("npm token", r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("PyPI token", r"\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{40,}"),
    ("SendGrid key", r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    ("JSON web token", r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{16,}"),
    ("private key", r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    (
        "password in a URL",
        r"\b[a-z][a-z0-9+]{2,20}://[^\s:@/'\x22`<>]{1,64}:[^\s@/'\x22`<>]{6,100}@[A-Za-z0-9]",
    ),
];

static SHAPED: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    SHAPES.iter().filter_map(|(kind, shape)| Some((*kind, Regex::new(shape).ok()?))).collect()
});

/// `name: value` or `name = value` on a line of a configuration file.
static SETTING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?m)^[ \t-]*(?:export[ \t]+)?["']?([A-Za-z][A-Za-z0-9_.-]{0,80})["']?[ \t]*[:=][ \t]*(\S[^\r\n]*)"#,
    )
    .ok()
});

pub(super) fn find(
    file: &Reviewed<'_>,
    facts: Option<&Facts<'_>>,
    class: FileClass,
    found: &mut Vec<Found>,
) {
    let places = Places { text: file.text, lowered: lowers(class) };
    shaped(&places, found);
    let told = matches!(class, FileClass::Source | FileClass::Test | FileClass::Example);
    match facts {
        Some(facts) if told => given(facts, places.lowered, found),
        None if told && is_configuration(file) => settings(&places, found),
        _ => {}
    }
}

/// Names that are given a literal.
fn given(facts: &Facts<'_>, lowered: bool, found: &mut Vec<Found>) {
    for give in &facts.gives {
        if found.len() >= super::MAX_FINDINGS {
            return;
        }
        let literal = (give.kind != Kind::Augment).then(|| facts.literal(give.value)).flatten();
        if let Some(message) = literal.and_then(|literal| named(give.name, literal)) {
            let lowered = lowered || give.in_test;
            let severity = if lowered { Severity::Warning } else { Severity::Error };
            found.push(Found::at(give.node, severity, message));
        }
    }
}

/// Whether a secret in such a file is likely to be made up.
fn lowers(class: FileClass) -> bool {
    class != FileClass::Source && class != FileClass::Generated
}

struct Places<'a> {
    text: &'a str,
    lowered: bool,
}

impl Places<'_> {
    fn at(&self, byte: usize, severity: Severity, message: String) -> Found {
        let before = self.text.as_bytes().get(..byte).unwrap_or_default();
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        let severity = if self.lowered { severity.lowered() } else { severity };
        Found { line, first: line, last: line, severity, message, in_test: false }
    }
}

fn shaped(places: &Places<'_>, found: &mut Vec<Found>) {
    for (kind, shape) in SHAPED.iter() {
        for hit in shape.find_iter(places.text) {
            if found.len() >= super::MAX_FINDINGS {
                return;
            }
            let real = match *kind {
                "private key" => has_key_behind(&places.text[hit.end()..]),
                "password in a URL" => is_password_in_url(hit.as_str()),
                "key of a model provider" => {
                    is_random(hit.as_str()) && !is_placeholder(hit.as_str())
                }
                // Shapes so narrow that one digit tells a key from a phrase.
                _ => {
                    let digit = hit.as_str().bytes().any(|byte| byte.is_ascii_digit());
                    digit && bits(hit.as_str()) >= RANDOM_BITS && !is_placeholder(hit.as_str())
                }
            };
            if real {
                let message = format!(
                    "{kind} in the text; revoke it and read it from the environment or a secret store"
                );
                found.push(places.at(hit.start(), Severity::Error, message));
            }
        }
    }
}

/// The marker alone is what parsers look for; a key is followed by base64.
fn has_key_behind(rest: &str) -> bool {
    const LOOK: usize = 200;
    let rest = rest.as_bytes();
    let rest = rest.get(..LOOK).unwrap_or(rest);
    let mut run = 0;
    for (at, byte) in rest.iter().enumerate() {
        let escape = matches!(byte, b'n' | b'r') && at > 0 && rest[at - 1] == b'\\';
        match byte {
            _ if escape => {}
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'=' => run += 1,
            b'\\' | b'\n' | b'\r' | b' ' | b'\t' | b'"' | b'\'' | b',' if run < 24 => run = 0,
            _ if run < 24 => return false,
            _ => {}
        }
        if run >= 24 {
            return true;
        }
    }
    false
}

fn is_password_in_url(url: &str) -> bool {
    let Some((login, host)) = url.rsplit_once('@') else { return false };
    let Some((_, password)) = login.rsplit_once(':') else { return false };
    !host.is_empty() && is_password(password) && !is_placeholder(password)
}

/// Files in which a line is a setting.
fn is_configuration(file: &Reviewed<'_>) -> bool {
    let name = file.path.rsplit('/').next().unwrap_or(file.path);
    let lower = name.to_ascii_lowercase();
    if lower == ".env" || lower.starts_with(".env.") {
        return !["example", "sample", "template", "dist"].iter().any(|end| lower.ends_with(end));
    }
    let extension = lower.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(
        extension,
        "env" | "yaml" | "yml" | "toml" | "json" | "ini" | "cfg" | "conf" | "properties" | "tfvars"
    )
}

fn settings(places: &Places<'_>, found: &mut Vec<Found>) {
    let Some(setting) = SETTING.as_ref() else { return };
    for hit in setting.captures_iter(places.text) {
        if found.len() >= super::MAX_FINDINGS {
            return;
        }
        let (Some(name), Some(value)) = (hit.get(1), hit.get(2)) else { continue };
        if let Some(message) = named(name.as_str(), bare(value.as_str())) {
            found.push(places.at(name.start(), Severity::Error, message));
        }
    }
}

/// A value without its quotes, or without what follows it on the line.
fn bare(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote) {
            return inner.split(quote).next().unwrap_or(inner);
        }
    }
    value.split([' ', '\t', ',']).next().unwrap_or(value)
}

/// What is wrong with giving this value to this name.
pub(super) fn named(name: &str, value: &str) -> Option<String> {
    if value.len() > MAX_VALUE || value.contains(char::is_whitespace) || is_placeholder(value) {
        return None;
    }
    let words = words(name);
    let real = match kind_of(&words)? {
        Chosen::Password => is_password(value) && !is_only(&words, value),
        Chosen::Key => is_random(value) && !looks_like_address(value),
    };
    real.then(|| {
        format!("`{name}` has its secret written in the code; read it from the environment or a secret store")
    })
}

enum Chosen {
    /// People choose it.
    Password,
    /// Machines make it.
    Key,
}

/// What a name says that it holds; its last words count: `token_url` holds a URL.
fn kind_of(words: &[String]) -> Option<Chosen> {
    let last = words.last()?.as_str();
    let before = words.len().checked_sub(2).map_or("", |at| words[at].as_str());
    match (before, last) {
        (_, "password" | "passwd" | "pwd" | "passphrase") | ("pass", "word") => {
            Some(Chosen::Password)
        }
        ("db" | "database" | "smtp" | "admin" | "root" | "user", "pass") => Some(Chosen::Password),
        (_, "secret" | "token" | "apikey" | "secretkey" | "accesskey" | "authtoken") => {
            Some(Chosen::Key)
        }
        (
            "api" | "secret" | "access" | "private" | "auth" | "encryption" | "signing" | "master",
            "key",
        ) => Some(Chosen::Key),
        _ => None,
    }
}

/// `dbPassword`, `DB_PASSWORD` and `db-password` are the words `db`, `password`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = '_';
    for letter in name.chars() {
        let starts = letter.is_uppercase() && !before.is_uppercase();
        let joins = !letter.is_alphanumeric();
        if (starts || !before.is_alphanumeric()) && !joins || words.is_empty() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| !joins) {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words
}

fn is_placeholder(value: &str) -> bool {
    const SIGNS: &[&str] = &[
        "example",
        "placeholder",
        "changeme",
        "change-me",
        "change_me",
        "your",
        "xxx",
        "dummy",
        "fake",
        "redacted",
        "insert",
        "replace",
        "test",
        "sample",
        "mock",
        "todo",
        "<",
        "${",
        "{{",
        "$(",
        "%(",
        "****",
        "...",
        "secrets.",
        "env.",
        "process.",
        "getenv",
        "foobar",
        "12345678",
        "abcdef",
    ];
    let lower = value.to_ascii_lowercase();
    value.starts_with(['$', '%', '*', '!', '&', '{', '[', '('])
        || SIGNS.iter().any(|sign| lower.contains(sign))
}

/// Something that a person would take for a password: not one plain word.
fn is_password(value: &str) -> bool {
    let has = |class: fn(char) -> bool| value.chars().any(class);
    let digit = has(|letter| letter.is_ascii_digit());
    let letter = has(char::is_alphabetic);
    let sign = has(|letter| "!@#$%^&*?+=".contains(letter));
    let plain = ["password", "passw0rd", "secret", "guest", "postgres", "root", "admin", "pass"];
    let lower = value.to_ascii_lowercase();
    let trimmed = lower.trim_end_matches(|end: char| end.is_ascii_digit());
    let is_plain = plain.contains(&trimmed) && lower.len() - trimmed.len() < 3;
    (7..=64).contains(&value.len())
        && letter
        && (digit || sign)
        && !is_plain
        && !looks_like_address(value)
}

/// The value repeats the name: `password = "password1"`.
fn is_only(words: &[String], value: &str) -> bool {
    let letters: String = value.chars().filter(|letter| letter.is_alphabetic()).collect();
    letters.to_lowercase() == words.concat()
}

fn looks_like_address(value: &str) -> bool {
    value.contains("://")
        || value.starts_with(['/', '.', '@', '#'])
        || value.contains("::")
        || value.contains("->")
}

/// Long, mixed and without order, as a machine makes it.
fn is_random(value: &str) -> bool {
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let plain =
        value.bytes().all(|byte| byte.is_ascii_graphic() && !b"()[]{},;'\"".contains(&byte));
    value.len() >= 16 && letters >= 4 && digits >= 3 && plain && bits(value) >= RANDOM_BITS
}

/// Shannon entropy in bits a byte.
fn bits(value: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in value.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let all = f64::from(u32::try_from(value.len()).unwrap_or(u32::MAX));
    let share = counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / all);
    share.map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::tests::{check, with};

    #[test]
    fn settings_that_hold_secrets_are_found() {
        check(
            ID,
            &[
                ("app.env", "DB_PASSWORD=hunter22x # !!\nAPI_TOKEN=9f8a7b6c5d4e3f2a1b0c # !!\n"),
                ("conf/app.yaml", "db:\n  password: \"Tr0ub4dor&3\" # !!\n  host: db1\n"),
                (
                    "app.env",
                    "DB_PASSWORD=${DB_PASSWORD}\nTOKEN=<token>\nTOKEN_URL=https://a.b/c1d2e3f4a5b6c7d8\n\
                     API_KEY=your-api-key-0123\nPASSWORD=password1\nSECRET_NAME=a1b2c3d4e5f6a7b8c9\n",
                ),
            ],
        );
    }

    #[test]
    fn literals_given_to_telling_names_are_found() {
        check(
            ID,
            &[
                (
                    "a.py",
                    "DB_PASSWORD = 'S7perS3cr&t'  # !!\nconnect(password='hunter2x7')  # !!\nconf = {'api_key': '9f8a7b6c5d4e3f2a1b0c'}  # !!\n",
                ),
                (
                    "a.py",
                    "password = os.environ['DB_PASSWORD']\npassword_field = 'password1x'\ntoken_url = 'https://x.org/a1b2c3d4e5f6a7b8'\n",
                ),
                (
                    "a.ts",
                    "const apiKey = '9f8a7b6c5d4e3f2a1b0c'; // !!\nconst o = { clientSecret: \"9f8a7b6c5d4e3f2a1b0c\" }; // !!\n",
                ),
                (
                    "a.ts",
                    "const password = process.env.PASSWORD;\nconst label = { password: 'Enter password' };\n",
                ),
                (
                    "a.go",
                    "package a\nvar apiKey = \"9f8a7b6c5d4e3f2a1b0c\" // !!\nvar password = os.Getenv(\"P4SSWORD\")\n",
                ),
                (
                    "A.java",
                    "class A {\n  String password = \"hunter2x7\"; // !!\n  String token = System.getenv(\"T0KEN\");\n}\n",
                ),
                (
                    "a.rs",
                    "const API_KEY: &str = \"9f8a7b6c5d4e3f2a1b0c\"; // !!\nconst PASSWORD_ENV: &str = \"DB_P4SSWORD\";\n",
                ),
                (
                    "a.c",
                    "const char *password = \"hunter2x7\"; // !!\nconst char *token = \"token\";\n",
                ),
                (
                    "a.cpp",
                    "std::string api_key = \"9f8a7b6c5d4e3f2a1b0c\"; // !!\nauto token = next();\n",
                ),
                ("a.rb", "password = 'hunter2x7' # !!\ntoken = ENV['TOKEN']\n"),
                ("a.php", "<?php\n$password = 'hunter2x7'; // !!\n$token = getenv('TOKEN');\n"),
                (
                    "a.cs",
                    "class A {\n  string password = \"hunter2x7\"; // !!\n  string token = Get();\n}\n",
                ),
                (
                    "a.kt",
                    "val apiKey = \"9f8a7b6c5d4e3f2a1b0c\" // !!\nval password = readLine()\n",
                ),
            ],
        );
    }

    /// Written in parts, so that no scanner takes this file for a leak.
    #[test]
    fn tokens_are_found_by_shape_and_never_shown() {
        let tokens = [
            concat!("AKIA", "QYLPMN5HHHFPZAM2"),
            concat!("ghp", "_", "q7Vx2LmN8pRs4TuW6yZa1BcD3eFgH5jK9mNp"),
            concat!("sk", "-proj-", "q7Vx2LmN8pRs4TuW6yZa1BcD3eFg"),
            concat!("xoxb", "-4823910573-q7Vx2LmN8pRs4Tu"),
            concat!("sk", "_live_", "q7Vx2LmN8pRs4TuW6yZa"),
            concat!("AIza", "SyD3q7Vx2LmN8pRs4TuW6yZa1BcD3eFgH5j"),
            concat!("-----BEGIN RSA ", "PRIVATE KEY-----\\nMIIEpAIBAAKCAQEA04up8hoqzS1"),
            concat!("postgres://app:", "s3cr3tPa55w@db.internal/app"),
        ];
        for token in tokens {
            let text = format!("# a comment\nkey = \"{token}\"\n");
            let findings = with("src/app.py", &text, |_| {});
            let lines: Vec<u32> = findings.iter().map(|finding| finding.line).collect();
            assert_eq!(lines, [2], "{token}");
            assert!(!findings[0].message.contains(&token[4..8]), "{findings:?}");
            assert_eq!(findings[0].severity, Severity::Error);
            let tests = with("tests/test_app.py", &text, |_| {});
            assert_eq!(tests[0].severity, Severity::Warning);
        }
    }

    #[test]
    fn what_only_looks_like_a_token_is_none() {
        let texts = [
            concat!("AKIA", "IOSFODNN7EXAMPLE"),
            "-----BEGIN PRIVATE KEY-----",
            "sk-learn-is-a-package-for-python",
            "postgres://user:password@localhost/db",
            "postgres://user:${PASSWORD}@db/app",
            "https://example.org:8080/a@b",
        ];
        for text in texts {
            assert_eq!(with("src/app.py", &format!("x = '{text}'\n"), |_| {}), [], "{text}");
        }
    }
}

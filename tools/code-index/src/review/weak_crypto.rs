//! Cryptography that no longer protects: broken hashes and ciphers, guessable
//! random numbers, certificates that nobody checks, keys that are too short.
//!
//! MD5 and SHA-1 are fine for checksums and cache keys. Where the code around
//! says that, there is no finding; where it says password or signature, it is an
//! error; where it says nothing, a note.

mod setting;

use super::facts::{Call, Facts, cut};
use super::shape::{Family, Kind};
use super::{Context, Found, Severity};

pub(super) const ID: &str = "weak-crypto";

/// Shorter RSA keys can be factored (NIST SP 800-131A).
const MIN_RSA_BITS: u32 = 2048;

/// Names of values that an attacker must not guess.
const SECRETS: &[&str] = &[
    "password",
    "passwd",
    "secret",
    "token",
    "otp",
    "nonce",
    "salt",
    "session_id",
    "sessionid",
    "api_key",
    "apikey",
    "private_key",
    "csrf",
    "credential",
    "reset_code",
    "verification_code",
    "signature",
    "auth_code",
    "passcode",
];

/// Names of uses for which any hash is good enough.
const HARMLESS: &[&str] = &[
    "checksum",
    "etag",
    "cache",
    "fingerprint",
    "digest_file",
    "content",
    "file",
    "integrity",
    "dedup",
    "hash_key",
    "bucket",
    "shard",
    "uuid",
    "gravatar",
    "avatar",
    "color",
    "colour",
    "md5sum",
    "identity",
    "revision",
    "version",
    "template",
    "websocket",
    "accept",
    "git",
    "blob",
    "chunk",
];

pub(super) fn find(context: &Context<'_, '_>, found: &mut Vec<Found>) {
    let facts = context.facts;
    for call in &facts.calls {
        let told = hash(facts, call)
            .or_else(|| cipher(facts, call))
            .or_else(|| random(facts, call))
            .or_else(|| short_key(facts, call))
            .or_else(|| setting::told_by_call(facts, call));
        if let Some((severity, message)) = told {
            found.push(Found::call(facts, call, severity, message));
        }
    }
    for give in &facts.gives {
        if let Some((severity, message)) = setting::told_by_name(facts, give) {
            let mut one = Found::at(give.node, severity, message);
            one.in_test = give.in_test;
            found.push(one);
        }
    }
}

type Told = (Severity, String);

fn first_literal<'t>(facts: &Facts<'t>, call: &Call<'t>) -> Option<&'t str> {
    facts.literal(call.arguments.first()?.value)
}

fn hash(facts: &Facts<'_>, call: &Call<'_>) -> Option<Told> {
    let name = hash_name(facts, call)?;
    let weak = match name.to_ascii_lowercase().replace(['-', '_'], "").as_str() {
        "md2" | "md4" | "md5" => "MD5",
        "sha" | "sha1" => "SHA-1",
        _ => return None,
    };
    let unused = call.arguments.iter().any(|argument| {
        argument.name == "usedforsecurity" && facts.is_word(argument.value, "false")
    });
    let around = around(facts, call);
    let secret = names_secret(&around);
    if unused || !secret && is_harmless(&around) {
        return None;
    }
    Some(if secret {
        (
            Severity::Error,
            format!(
                "{weak} does not protect secrets; use a password hash such as Argon2, or HMAC with SHA-256"
            ),
        )
    } else {
        (Severity::Note, format!("{weak} is broken; use SHA-256 unless this is a mere checksum"))
    })
}

fn is_harmless(around: &str) -> bool {
    let lower = around.to_ascii_lowercase();
    HARMLESS.iter().any(|word| lower.contains(word))
}

/// Whether a text speaks of a secret. Short words count at the beginning of a
/// word only: there is an `otp` in `ShouldNotPanic`.
fn names_secret(text: &str) -> bool {
    const LONG: usize = 6;
    let lower = text.to_ascii_lowercase();
    let words = format!("_{}", super::secret::words(text).join("_"));
    SECRETS.iter().any(|word| {
        if word.len() < LONG { words.contains(&format!("_{word}")) } else { lower.contains(word) }
    })
}

/// The name of the hash that a call makes.
fn hash_name<'c>(facts: &Facts<'c>, call: &'c Call<'c>) -> Option<&'c str> {
    let path = call.path.as_str();
    match facts.family {
        Family::Python => match path {
            "hashlib.new" => first_literal(facts, call),
            _ => path
                .strip_prefix("hashlib.")
                .or_else(|| path.strip_prefix("Crypto.Hash.")?.strip_suffix(".new")),
        },
        Family::Script => (call.name() == "createHash" || call.name() == "createHmac")
            .then(|| {
                first_literal(facts, call)
                    .filter(|name| call.name() == "createHash" || *name == "md5")
            })
            .flatten()
            .or_else(|| path.strip_prefix("CryptoJS.")),
        Family::Go => match path.rsplit_once('.')? {
            ("crypto/md5", "New" | "Sum") => Some("md5"),
            ("crypto/sha1", "New" | "Sum") => Some("sha1"),
            _ => None,
        },
        Family::Java | Family::Kotlin => match path {
            "MessageDigest.getInstance" => first_literal(facts, call),
            "DigestUtils.md5Hex" | "DigestUtils.md5" => Some("md5"),
            "DigestUtils.sha1Hex" | "DigestUtils.sha1" => Some("sha1"),
            _ => None,
        },
        Family::C => match path {
            "MD5" | "MD5_Init" | "EVP_md5" | "CC_MD5" | "MD4_Init" => Some("md5"),
            "SHA1" | "SHA1_Init" | "EVP_sha1" | "CC_SHA1" => Some("sha1"),
            _ => None,
        },
        Family::Rust => match path.rsplit_once('.')? {
            (owner, "compute") if owner == "md5" => Some("md5"),
            (owner, "new" | "digest") => {
                owner.rsplit('.').next().filter(|name| matches!(*name, "Md5" | "Sha1" | "Md4"))
            }
            _ => None,
        },
        Family::Php => matches!(path, "md5" | "sha1").then_some(path),
        Family::Ruby => match path.rsplit_once('.')?.0 {
            "Digest.MD5" | "OpenSSL.Digest.MD5" => Some("md5"),
            "Digest.SHA1" | "OpenSSL.Digest.SHA1" => Some("sha1"),
            _ => None,
        },
        Family::CSharp => match path {
            "MD5.Create" | "MD5.HashData" | "MD5CryptoServiceProvider" => Some("md5"),
            "SHA1.Create" | "SHA1.HashData" | "SHA1Managed" | "SHA1CryptoServiceProvider" => {
                Some("sha1")
            }
            _ => None,
        },
    }
}

/// What the code around a call says of its purpose: the statement, and the names
/// of the function and class.
fn around(facts: &Facts<'_>, call: &Call<'_>) -> String {
    /// A line of a bundle says nothing.
    const MAX_LINE: usize = 400;
    let (start, end) = (call.node.start_byte(), call.node.end_byte());
    let bytes = facts.text.as_bytes();
    let before = &bytes[start.saturating_sub(MAX_LINE)..start];
    let after = &bytes[end..bytes.len().min(end + MAX_LINE)];
    let first = before.iter().rev().position(|byte| *byte == b'\n').unwrap_or(before.len());
    let last = after.iter().position(|byte| *byte == b'\n').unwrap_or(after.len());
    // Where the line is too long, its ends may lie inside a character.
    let statement = facts.text.get(start - first..end + last);
    let statement = cut(statement.unwrap_or_else(|| facts.source(call.node)), 2 * MAX_LINE);
    let function = facts.named_function(call.function);
    let name = function.map_or("", |function| function.name);
    let class = function.map_or("", |function| function.class);
    format!("{statement} {name} {class}")
}

fn cipher(facts: &Facts<'_>, call: &Call<'_>) -> Option<Told> {
    let path = call.path.as_str();
    let named = match (facts.family, call.name()) {
        (Family::Script, "createCipheriv" | "createDecipheriv")
        | (Family::Java | Family::Kotlin, "getInstance")
        | (Family::Php, "openssl_encrypt" | "openssl_decrypt") => {
            let place = usize::from(facts.family == Family::Php);
            let name = facts.literal(call.arguments.get(place)?.value)?.to_ascii_lowercase();
            let is_cipher = facts.family == Family::Script
                || facts.family == Family::Php
                || path.starts_with("Cipher.");
            Some(name).filter(|_| is_cipher)
        }
        _ => None,
    };
    let weak = match named.as_deref() {
        Some(name)
            if name.starts_with("des") || name.starts_with("3des") || name.contains("-ede") =>
        {
            "DES"
        }
        Some(name) if name.starts_with("rc4") || name.starts_with("arcfour") => "RC4",
        Some(name)
            if name.starts_with("rc2")
                || name.starts_with("bf")
                || name.starts_with("blowfish") =>
        {
            "a 64-bit block cipher"
        }
        Some(name) if name.contains("ecb") => "ECB mode",
        // Java's default mode.
        Some("aes") if matches!(facts.family, Family::Java | Family::Kotlin) => {
            "ECB mode (the default)"
        }
        _ => by_path(facts, path)?,
    };
    Some((
        Severity::Error,
        format!("{weak} does not protect data; use AES-GCM or ChaCha20-Poly1305"),
    ))
}

fn by_path(facts: &Facts<'_>, path: &str) -> Option<&'static str> {
    let short: Vec<&str> = path.rsplit('.').take(2).collect();
    let (name, owner) = (*short.first()?, short.get(1).copied().unwrap_or_default());
    match (facts.family, owner, name) {
        (Family::Python, "DES" | "DES3", "new") | (Family::Python, "algorithms", "TripleDES") => {
            Some("DES")
        }
        (Family::Python, "ARC4", "new") | (Family::Python, "algorithms", "ARC4") => Some("RC4"),
        (Family::Python, "modes", "ECB") => Some("ECB mode"),
        (Family::Go, "crypto/des", "NewCipher" | "NewTripleDESCipher") => Some("DES"),
        (Family::Go, "crypto/rc4", "NewCipher") => Some("RC4"),
        (
            Family::C,
            _,
            "EVP_des_cbc" | "EVP_des_ecb" | "EVP_des_ede3_cbc" | "DES_ecb_encrypt"
            | "DES_ncbc_encrypt" | "DES_set_key",
        ) => Some("DES"),
        (Family::C, _, "EVP_rc4" | "RC4" | "RC4_set_key") => Some("RC4"),
        (Family::C, _, "EVP_aes_128_ecb" | "EVP_aes_192_ecb" | "EVP_aes_256_ecb") => {
            Some("ECB mode")
        }
        (Family::CSharp, "DES" | "TripleDES", "Create")
        | (Family::CSharp, _, "DESCryptoServiceProvider" | "TripleDESCryptoServiceProvider") => {
            Some("DES")
        }
        (Family::Php, _, "mcrypt_encrypt" | "mcrypt_decrypt") => Some("mcrypt"),
        (Family::Script, "crypto", "createCipher" | "createDecipher") => {
            Some("a key made by MD5 (`createCipher`)")
        }
        _ => None,
    }
}

fn random(facts: &Facts<'_>, call: &Call<'_>) -> Option<Told> {
    let path = call.path.as_str();
    let (guessable, instead) = match facts.family {
        Family::Python => {
            let name = path.strip_prefix("random.")?;
            let draws = [
                "random",
                "randint",
                "choice",
                "choices",
                "randrange",
                "sample",
                "getrandbits",
                "randbytes",
                "uniform",
            ];
            (draws.contains(&name), "`secrets`")
        }
        Family::Script => (path == "Math.random", "`crypto.getRandomValues`"),
        Family::Go => {
            (path.starts_with("math/rand.") || path.starts_with("math/rand/v2."), "`crypto/rand`")
        }
        Family::Java | Family::Kotlin => (
            (path == "Random" && (call.kind == Kind::New || facts.family == Family::Kotlin))
                || path == "Math.random",
            "`SecureRandom`",
        ),
        Family::Php => {
            (matches!(path, "rand" | "mt_rand" | "uniqid" | "lcg_value"), "`random_bytes`")
        }
        Family::C => (matches!(path, "rand" | "random" | "std.rand"), "the system's random source"),
        Family::Ruby => (matches!(path, "rand" | "Random.rand"), "`SecureRandom`"),
        Family::CSharp => (path == "Random" && call.kind == Kind::New, "`RandomNumberGenerator`"),
        Family::Rust => (false, ""),
    };
    if !guessable {
        return None;
    }
    let name = purpose(facts, call)?;
    Some((
        Severity::Error,
        format!("`{name}` is made of random numbers that can be guessed; use {instead}"),
    ))
}

/// The secret that a random number is for: what it is given to, or the function.
fn purpose(facts: &Facts<'_>, call: &Call<'_>) -> Option<String> {
    let is_secret = |name: &str| {
        let lower = name.to_ascii_lowercase();
        let other = [
            "tokenizer",
            "tokenize",
            "tokens_per",
            "num_tokens",
            "max_tokens",
            "token_count",
            "token_type",
            "tokenid",
            "token_id",
        ];
        names_secret(name) && !other.iter().any(|word| lower.contains(word))
    };
    let (start, end) = (call.node.start_byte(), call.node.end_byte());
    let from = facts.gives.partition_point(|give| give.node.start_byte() <= start);
    /// A value that holds the call was entered a few steps before it.
    const NEAR: usize = 12;
    let near = facts.gives[..from].iter().rev().take(NEAR);
    let holder = near.filter(|give| give.node.end_byte() >= end && give.function == call.function);
    let mut names = holder.map(|give| give.name);
    if let Some(name) = names.find(|name| is_secret(name)) {
        return Some(name.to_owned());
    }
    let function = facts.named_function(call.function)?;
    is_secret(function.name).then(|| function.name.to_owned())
}

fn short_key(facts: &Facts<'_>, call: &Call<'_>) -> Option<Told> {
    let path = call.path.as_str();
    let bits = match facts.family {
        Family::Python
            if path.ends_with("rsa.generate_private_key") || path.ends_with("RSA.generate") =>
        {
            let named =
                call.arguments.iter().find(|argument| matches!(argument.name, "key_size" | "bits"));
            named.or_else(|| call.arguments.get(usize::from(path.ends_with("key"))))?.value
        }
        Family::Go if path == "crypto/rsa.GenerateKey" => call.arguments.get(1)?.value,
        Family::C if path == "RSA_generate_key_ex" || path == "RSA_generate_key" => {
            call.arguments.get(usize::from(path.ends_with("ex")))?.value
        }
        Family::CSharp if path == "RSA.Create" || path == "RSACryptoServiceProvider" => {
            call.arguments.first()?.value
        }
        Family::Ruby if path == "OpenSSL.PKey.RSA.new" || path == "OpenSSL.PKey.RSA.generate" => {
            call.arguments.first()?.value
        }
        Family::Rust if path.ends_with("RsaPrivateKey.new") => call.arguments.get(1)?.value,
        Family::Rust if path.ends_with("Rsa.generate") => call.arguments.first()?.value,
        _ => return None,
    };
    let bits: u32 = facts.source(bits).replace('_', "").parse().ok()?;
    (bits < MIN_RSA_BITS).then(|| {
        (
            Severity::Error,
            format!("an RSA key of {bits} bits can be factored; use at least {MIN_RSA_BITS}"),
        )
    })
}

#[cfg(test)]
mod tests;

//! Settings that turn protection off: certificates that are not checked, modes
//! and constants that name broken ciphers.

use super::Told;
use crate::review::Severity;
use crate::review::facts::{Call, Facts, Give};
use crate::review::shape::{Family, Kind};

const UNCHECKED: &str =
    "the server's certificate is not checked; leave the check on and trust the right authority";

fn unchecked() -> Option<Told> {
    Some((Severity::Error, UNCHECKED.to_owned()))
}

/// Calls that turn a check off by what they are given.
pub(super) fn told_by_call(facts: &Facts<'_>, call: &Call<'_>) -> Option<Told> {
    let source = |place: usize| {
        call.arguments.get(place).map_or("", |argument| facts.source(argument.value))
    };
    let off = match facts.family {
        Family::Rust => {
            let accepts =
                ["danger_accept_invalid_certs", "danger_accept_invalid_hostnames", "set_verify"];
            accepts.contains(&call.name())
                && (source(0) == "true" || source(0).ends_with("SslVerifyMode::NONE"))
        }
        Family::C => match call.name() {
            "curl_easy_setopt" => {
                matches!(source(1), "CURLOPT_SSL_VERIFYPEER" | "CURLOPT_SSL_VERIFYHOST")
                    && matches!(source(2), "0" | "0L" | "false")
            }
            "SSL_CTX_set_verify" | "SSL_set_verify" => source(1) == "SSL_VERIFY_NONE",
            _ => false,
        },
        Family::Php => {
            call.name() == "curl_setopt"
                && matches!(source(1), "CURLOPT_SSL_VERIFYPEER" | "CURLOPT_SSL_VERIFYHOST")
                && matches!(source(2), "0" | "false" | "FALSE")
        }
        Family::Python => match call.path.as_str() {
            "ssl._create_unverified_context" => true,
            "ssl.wrap_socket" => source(0).contains("CERT_NONE"),
            path => {
                let asks = path.starts_with("requests.")
                    || path.starts_with("httpx.")
                    || path.contains("session.");
                let told = |name: &str, word: &str| {
                    call.arguments
                        .iter()
                        .any(|one| one.name == name && facts.is_word(one.value, word))
                };
                asks && told("verify", "false")
                    || told("cert_reqs", "ssl.CERT_NONE")
                    || told("verify_ssl", "false")
                    || told("ssl_verify", "false")
            }
        },
        _ => false,
    };
    if off {
        return unchecked();
    }
    let ecb = facts.family == Family::Python
        && call.name() == "new"
        && call.arguments.iter().any(|argument| facts.source(argument.value).ends_with("MODE_ECB"));
    ecb.then(|| (Severity::Error, "ECB mode does not protect data; use AES-GCM".to_owned()))
}

/// Names that turn a check off by what they are given.
pub(super) fn told_by_name(facts: &Facts<'_>, give: &Give<'_>) -> Option<Told> {
    let is = |word: &str| facts.is_word(give.value, word);
    let value = || facts.source(give.value);
    let off = match (facts.family, give.name) {
        (Family::Script, "rejectUnauthorized") | (Family::Python, "check_hostname") => is("false"),
        (Family::Script, "NODE_TLS_REJECT_UNAUTHORIZED") => {
            facts.literal(give.value) == Some("0") || is("0")
        }
        (Family::Go, "InsecureSkipVerify") => is("true"),
        (Family::Python, "verify_mode") => value().ends_with("CERT_NONE"),
        (Family::Ruby, "verify_mode") => value().ends_with("VERIFY_NONE"),
        (
            Family::CSharp,
            "ServerCertificateValidationCallback" | "ServerCertificateCustomValidationCallback",
        ) => {
            value().split_whitespace().collect::<String>().ends_with("=>true")
                || value().contains("DangerousAcceptAny")
        }
        _ => false,
    };
    if off {
        return unchecked();
    }
    let ecb = facts.family == Family::CSharp
        && give.kind == Kind::Give
        && value().ends_with("CipherMode.ECB");
    ecb.then(|| (Severity::Error, "ECB mode does not protect data; use AES-GCM".to_owned()))
}

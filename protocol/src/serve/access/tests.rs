use std::net::SocketAddr;
use std::path::Path;

use hyper::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN};

use super::{Access, Denied, Token, TokenError};

fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(name, HeaderValue::from_bytes(value.as_bytes()).expect("a value"));
    }
    headers
}

fn local() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 9001))
}

#[test]
fn only_names_of_this_machine_and_listed_hosts_are_answered() {
    let access = Access { hosts: vec!["proxy.example:443".to_owned()], ..Access::default() };
    let cases = [
        ("127.0.0.1:9001", true),
        ("localhost:9001", true),
        ("LocalHost:9001", true),
        ("[::1]:9001", true),
        ("proxy.example:443", true),
        ("Proxy.Example:443", true),
        ("proxy.example", false),
        ("127.0.0.1", false),
        ("localhost", false),
        ("127.0.0.1:9002", false),
        ("127.0.0.1:90010", false),
        ("127.0.0.2:9001", false),
        ("::1:9001", false),
        ("localhost.evil.example:9001", false),
        ("evil.example:9001", false),
        ("localhost:9001@evil.example", false),
        (" ", false),
        ("", false),
        ("l\u{f6}calhost:9001", false),
    ];
    for (host, good) in cases {
        let want = if good { Ok(()) } else { Err(Denied::Host) };
        assert_eq!(access.check_source(&headers(&[(HOST, host)]), local()), want, "{host}");
    }
    assert_eq!(access.check_source(&HeaderMap::new(), local()), Err(Denied::Host));
    let twice = headers(&[(HOST, "127.0.0.1:9001"), (HOST, "127.0.0.1:9001")]);
    assert_eq!(access.check_source(&twice, local()), Err(Denied::Host));
}

#[test]
fn only_own_and_listed_origins_are_answered() {
    let origins = vec!["https://app.example".to_owned()];
    let access = Access { origins, ..Access::default() };
    let cases = [
        ("http://127.0.0.1:9001", true),
        ("http://localhost:9001", true),
        ("http://[::1]:9001", true),
        ("https://app.example", true),
        ("HTTPS://APP.EXAMPLE", true),
        ("https://localhost:9001", false),
        ("http://localhost", false),
        ("http://localhost:3000", false),
        ("http://app.example", false),
        ("https://app.example.evil.example", false),
        ("https://evil.example", false),
        ("null", false),
        ("", false),
        ("http://localhost:9001/", false),
        ("\u{e9}", false),
    ];
    for (origin, good) in cases {
        let given = headers(&[(HOST, "localhost:9001"), (ORIGIN, origin)]);
        let want = if good { Ok(()) } else { Err(Denied::Origin) };
        assert_eq!(access.check_source(&given, local()), want, "{origin}");
    }
    let two = [(HOST, "localhost:9001"), (ORIGIN, "null"), (ORIGIN, "https://app.example")];
    assert_eq!(access.check_source(&headers(&two), local()), Err(Denied::Origin));
}

#[test]
fn only_the_token_opens() {
    let text = "0123456789abcdef".repeat(4);
    let access = Access { token: Some(Token(text.clone())), ..Access::default() };
    let cases = [
        (format!("Bearer {text}"), true),
        (format!("bearer {text}"), true),
        (format!("BEARER  {text} "), true),
        (text.clone(), false),
        (format!("Basic {text}"), false),
        (format!("Bearer{text}"), false),
        (format!("Bearer {}", &text[1..]), false),
        (format!("Bearer {text}0"), false),
        (format!("Bearer {}", text.replace('f', "e")), false),
        (format!("Bearer {}", text.to_uppercase()), false),
        ("Bearer ".to_owned(), false),
        ("Bearer".to_owned(), false),
        (String::new(), false),
    ];
    for (value, good) in cases {
        let want = if good { Ok(()) } else { Err(Denied::Token) };
        assert_eq!(access.check_token(&headers(&[(AUTHORIZATION, &value)])), want, "{value}");
    }
    assert_eq!(access.check_token(&HeaderMap::new()), Err(Denied::Token));
    assert_eq!(Access::default().check_token(&HeaderMap::new()), Ok(()), "without a token");
}

#[test]
fn a_token_is_never_shown() {
    let token = Token("c0ffee".to_owned());
    assert_eq!(
        format!("{token:?} {:?}", Access { token: Some(token.clone()), ..Access::default() })
            .matches("c0ffee")
            .count(),
        0
    );
    assert_eq!(token.bearer(), "Bearer c0ffee");
}

fn files_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into()).collect()
}

#[test]
fn a_token_is_made_once_and_only_its_owner_may_read_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state/of/ymera/token");
    let made = Token::load_or_create(&path).expect("made");
    assert!(made == Token::load_or_create(&path).expect("read"));
    let text = std::fs::read_to_string(&path).expect("read");
    assert!(text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()), "{text}");
    assert!(made.matches(&text));
    assert_eq!(files_in(path.parent().expect("a folder")), ["token"], "nothing else is left");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let other = Token::load_or_create(&folder.path().join("other")).expect("made");
    assert!(made != other, "each is random");
}

#[test]
fn whoever_starts_at_once_gets_the_same_token() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state/token");
        let tokens: Vec<Token> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..8).map(|_| scope.spawn(|| Token::load_or_create(&path))).collect();
            let tokens = threads.into_iter().map(|thread| thread.join().expect("no panic"));
            tokens.collect::<Result<_, _>>().expect("every one starts")
        });
        assert!(tokens.windows(2).all(|pair| pair[0] == pair[1]));
        assert_eq!(files_in(path.parent().expect("a folder")), ["token"]);
    }
}

#[cfg(unix)]
fn write(path: &Path, bytes: &[u8], mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, bytes).expect("written");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("set");
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_use_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("token");
    let text = "0".repeat(64);
    for (mode, good) in
        [(0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o620, false)]
    {
        write(&path, text.as_bytes(), 0o600);
        write(&path, text.as_bytes(), mode);
        match Token::load_or_create(&path) {
            Ok(token) => assert!(good && token.matches(&text), "{mode:o}"),
            Err(error @ TokenError::Exposed { .. }) => {
                assert!(!good, "{mode:o}");
                let message = error.to_string();
                assert!(message.contains("chmod 600"), "{message}");
            }
            Err(error) => panic!("{mode:o}: {error}"),
        }
        std::fs::remove_file(&path).expect("removed");
    }
}

#[cfg(unix)]
#[test]
fn a_file_without_a_token_is_refused_and_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("token");
    let good = "0aA9".repeat(16);
    let cases: [(&str, Vec<u8>, bool); 8] = [
        ("plain", good.clone().into_bytes(), true),
        ("with a line end", format!("{good}\n").into_bytes(), true),
        ("empty", Vec::new(), false),
        ("short", good[1..].into(), false),
        ("long", format!("{good}0").into_bytes(), false),
        ("no digits", "g".repeat(64).into_bytes(), false),
        ("no text", vec![0xff; 64], false),
        ("huge", vec![b'0'; 4096], false),
    ];
    for (name, bytes, valid) in cases {
        write(&path, &bytes, 0o600);
        let loaded = Token::load_or_create(&path);
        assert_eq!(loaded.is_ok(), valid, "{name}: {loaded:?}");
        if !valid {
            assert!(matches!(loaded, Err(TokenError::Malformed { .. })), "{name}: {loaded:?}");
        }
        assert_eq!(std::fs::read(&path).expect("there"), bytes, "{name}");
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("written");
    let error = Token::load_or_create(&file.join("token")).expect_err("a file is no folder");
    assert!(matches!(error, TokenError::File { .. }), "{error:?}");
    assert!(error.to_string().contains("file/token"), "{error}");
}

//! Who gets in: token, `Host` and `Origin`, over WebSocket and HTTP alike.

use anyhow::Context as _;
use serde_json::{Value, json};
use ymera_test_kit::{Handshake, HttpRequest, Launch, Listening, Opening, Scratch};

use super::fixture;

fn ping() -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" })
}

/// The status that a header gets over WebSocket and over HTTP; 101 and 200 or 4xx of the
/// protocol itself count as let in.
async fn statuses(server: &Listening, name: &str, value: &str) -> anyhow::Result<(u16, u16)> {
    let opening = server.handshake()?.header(name, value).attempt().await?;
    let websocket = match opening {
        Opening::Open(_) => 101,
        Opening::Refused(status) => status,
    };
    let http = server.post(&ping())?.header(name, value).send().await?.status;
    Ok((websocket, http))
}

async fn assert_let_in(server: &Listening, name: &str, value: &str) -> anyhow::Result<()> {
    let (websocket, http) = statuses(server, name, value).await?;
    assert_eq!(websocket, 101, "{name}: {value}");
    assert!(![401, 403].contains(&http), "{name}: {value}: {http}");
    Ok(())
}

async fn assert_refused(
    server: &Listening,
    name: &str,
    value: &str,
    status: u16,
) -> anyhow::Result<()> {
    assert_eq!(statuses(server, name, value).await?, (status, status), "{name}: {value}");
    Ok(())
}

fn in_scratch() -> anyhow::Result<(Scratch, Launch)> {
    let scratch = Scratch::new()?;
    let launch = fixture()?.within(&scratch);
    Ok((scratch, launch))
}

#[tokio::test]
async fn only_the_token_opens() -> anyhow::Result<()> {
    let (scratch, launch) = in_scratch()?;
    let server = launch.listen().await?;
    let token = server.token()?.context("there is a token")?;
    assert_eq!(token.len(), 64, "256 bits in hexadecimal");
    assert!(server.ready.token_file.as_ref().is_some_and(|file| file.starts_with(scratch.home())));

    assert_let_in(&server, "Authorization", &format!("Bearer {token}")).await?;
    let wrong = token.chars().rev().collect::<String>();
    for value in ["", "Bearer", &token, &format!("Bearer {wrong}"), &format!("Basic {token}")] {
        assert_refused(&server, "Authorization", value, 401).await?;
    }
    let url = server.ready.ws.as_deref().context("it offers WebSocket")?;
    for url in [url.to_owned(), format!("{url}?token={token}")] {
        let opening = Handshake::new(&url).attempt().await?;
        assert!(matches!(opening, Opening::Refused(401)), "without a header: {opening:?}");
    }
    let answer =
        HttpRequest::new("POST", &server.ready.http).body(ping().to_string()).send().await?;
    assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Bearer")));
    Ok(())
}

#[cfg(unix)]
#[tokio::test]
async fn servers_of_one_home_share_a_token_file_of_its_owner_alone() -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let scratch = Scratch::new()?;
    let start = || anyhow::Ok(fixture()?.within(&scratch).listen());
    let (first, second) = tokio::join!(start()?, start()?);
    let (first, second) = (first?, second?);
    assert_eq!(first.token()?, second.token()?);
    let file = first.ready.token_file.as_ref().context("a file")?;
    assert_eq!(std::fs::metadata(file)?.permissions().mode() & 0o777, 0o600);

    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644))?;
    let launch = fixture()?.within(&scratch).arg("--listen").arg("127.0.0.1:0");
    let mut exposed = launch.stdio()?;
    let code = exposed.wire.process().exit_code().await?;
    let errors = exposed.wire.process().stderr();
    assert_eq!(code, 1, "{errors}");
    assert!(errors.contains("chmod 600"), "{errors}");
    Ok(())
}

#[tokio::test]
async fn only_this_machine_s_names_are_answered() -> anyhow::Result<()> {
    let (_scratch, launch) = in_scratch()?;
    let server = launch.arg("--allow-host").arg("ymera.example:8443").listen().await?;
    let address =
        server.ready.http.strip_prefix("http://").and_then(|url| url.strip_suffix("/mcp"));
    let (_, port) = address.and_then(|address| address.split_once(':')).context("a port")?;
    for name in ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"] {
        assert_let_in(&server, "Host", &format!("{name}:{port}")).await?;
    }
    assert_let_in(&server, "Host", "ymera.example:8443").await?;
    for host in ["evil.example", &format!("evil.example:{port}"), "localhost", "127.0.0.1:1"] {
        assert_refused(&server, "Host", host, 403).await?;
    }
    Ok(())
}

#[tokio::test]
async fn only_own_and_listed_origins_are_answered() -> anyhow::Result<()> {
    let (_scratch, launch) = in_scratch()?;
    let server = launch.arg("--allow-origin").arg("https://app.example").listen().await?;
    let own = server.ready.http.strip_suffix("/mcp").context("a path")?;
    let port = own.rsplit_once(':').context("a port")?.1;
    for origin in [own, &format!("http://localhost:{port}"), "https://app.example"] {
        assert_let_in(&server, "Origin", origin).await?;
    }
    let others = ["https://evil.example", "null", "http://app.example", "http://localhost:1"];
    for origin in others {
        assert_refused(&server, "Origin", origin, 403).await?;
    }
    Ok(())
}

#[tokio::test]
async fn health_needs_no_token_but_the_right_source() -> anyhow::Result<()> {
    let (_scratch, launch) = in_scratch()?;
    let server = launch.listen().await?;
    let url = format!("{}/health", server.ready.http.strip_suffix("/mcp").context("a path")?);
    let answer = HttpRequest::new("GET", &url).send().await?;
    let health = answer.json()?;
    assert_eq!((answer.status, &health["status"]), (200, &json!("ok")), "{health}");
    assert!(health["version"].is_string() && health["uptime_s"].is_u64(), "{health}");
    for (name, value) in [("Host", "evil.example"), ("Origin", "https://evil.example")] {
        let answer = HttpRequest::new("GET", &url).header(name, value).send().await?;
        assert_eq!(answer.status, 403, "{name}");
    }
    Ok(())
}

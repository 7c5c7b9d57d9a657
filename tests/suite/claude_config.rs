//! What hosts read: the plugin and the ready-made configuration beside it. The hosts'
//! own validators run in `tests/hosts`; here stands what they do not look at.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::Value;

/// What a host starts or connects to, by server name.
type Servers = BTreeMap<String, Value>;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../claude-config")
}

fn read(name: &str) -> anyhow::Result<String> {
    std::fs::read_to_string(folder().join(name)).with_context(|| name.to_owned())
}

/// The servers in a file of any host: JSON or TOML, under the host's own key.
fn servers(name: &str, key: &str) -> anyhow::Result<Servers> {
    let text = read(name)?;
    let file: Value = if name.ends_with(".toml") {
        toml::from_str(&text).context(name.to_owned())?
    } else {
        serde_json::from_str(&text).context(name.to_owned())?
    };
    let servers = file.get(key).with_context(|| format!("{name} has no `{key}`"))?;
    Ok(serde_json::from_value(servers.clone())?)
}

/// Complains about names and commands that hosts would trip over.
fn complaints(file: &str, servers: &Servers) -> Vec<String> {
    let mut complaints = Vec::new();
    for (name, server) in servers {
        if name.contains('_') {
            complaints.push(format!("{file}: `{name}`: hosts join names with `_`; use `-`"));
        }
        let command = server.get("command").and_then(Value::as_str);
        let url = server.get("url").or_else(|| server.get("httpUrl")).and_then(Value::as_str);
        match (command, url) {
            (Some(command), None) if command == format!("ymera-{name}") => {}
            (None, Some(url)) if url.contains("://127.0.0.1:") && url.ends_with("/mcp") => {}
            _ => complaints.push(format!(
                "{file}: `{name}` must start `ymera-{name}` or connect to 127.0.0.1 at /mcp"
            )),
        }
    }
    complaints
}

const FILES: [(&str, &str); 8] = [
    (".mcp.json", "mcpServers"),
    ("gemini/gemini-extension.json", "mcpServers"),
    ("hosts/claude-ws.json", "mcpServers"),
    ("hosts/qoder.json", "mcpServers"),
    ("hosts/qoder-ws.json", "mcpServers"),
    ("hosts/codex.toml", "mcp_servers"),
    ("hosts/vscode.json", "servers"),
    ("hosts/cursor.json", "mcpServers"),
];

#[test]
fn every_host_file_starts_our_servers() -> anyhow::Result<()> {
    for (file, key) in FILES {
        let servers = servers(file, key)?;
        assert!(!servers.is_empty(), "{file} names no server");
        assert_eq!(complaints(file, &servers), Vec::<String>::new());
    }
    Ok(())
}

#[test]
fn every_file_beside_the_plugin_is_checked() -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder().join("hosts"))? {
        let name = format!("hosts/{}", entry?.file_name().to_string_lossy());
        assert!(FILES.iter().any(|(file, _)| *file == name), "{name} is not in FILES");
    }
    Ok(())
}

#[test]
fn versions_agree_with_the_workspace() -> anyhow::Result<()> {
    for file in [".claude-plugin/plugin.json", "gemini/gemini-extension.json"] {
        let manifest: Value = serde_json::from_str(&read(file)?).context(file)?;
        assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"), "{file}");
    }
    Ok(())
}

#[test]
fn a_planted_mistake_is_found() -> anyhow::Result<()> {
    let cases = [
        ("sound stdio", r#"{"context": {"command": "ymera-context"}}"#, 0),
        ("sound ws", r#"{"context": {"type": "ws", "url": "ws://127.0.0.1:9001/mcp"}}"#, 0),
        ("underscore", r#"{"con_text": {"command": "ymera-con_text"}}"#, 1),
        ("another program", r#"{"context": {"command": "sh"}}"#, 1),
        ("a stranger's host", r#"{"context": {"url": "http://192.0.2.1:9001/mcp"}}"#, 1),
        ("neither", r#"{"context": {}}"#, 1),
    ];
    for (name, text, count) in cases {
        let servers: Servers = serde_json::from_str(text)?;
        assert_eq!(complaints("planted", &servers).len(), count, "{name}");
    }
    Ok(())
}

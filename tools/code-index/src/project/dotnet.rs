//! `*.csproj` and its kin, and `Directory.Packages.props`.

use roxmltree::{Document, Node};

use super::manifest::{Draft, INHERITED, Offer, Source, file_name};
use super::{DependencyKind, EntryKind, Framework};

pub(super) fn parse(source: &Source<'_>) -> Result<Draft, String> {
    let document = Document::parse(source.text).map_err(|error| format!("is not XML: {error}"))?;
    let project = document.root_element();
    let mut draft = Draft::new("nuget");
    let property = |name: &str| {
        let found = document.descendants().find(|node| node.tag_name().name() == name);
        found.and_then(|node| node.text()).map(|text| text.trim().to_owned())
    };
    let file = file_name(source.path);
    let own_name = file.rsplit_once('.').filter(|(_, end)| end.ends_with("proj"));
    draft.name = own_name.map(|(stem, _)| property("AssemblyName").unwrap_or(stem.to_owned()));
    draft.version = property("Version");
    if project.attribute("Sdk").is_some_and(|sdk| sdk.starts_with("Microsoft.NET.Sdk.Web")) {
        draft.frameworks.push(Framework { name: "asp.net".into(), category: "web".into() });
    }
    for node in document.descendants() {
        let Some(name) = node.attribute("Include").or_else(|| node.attribute("Update")) else {
            continue;
        };
        match node.tag_name().name() {
            "PackageReference" => {
                let version = value(node, "Version").or_else(|| Some(INHERITED.to_owned()));
                let private = value(node, "PrivateAssets")
                    .is_some_and(|assets| assets.eq_ignore_ascii_case("all"));
                let kind = if private { DependencyKind::Dev } else { DependencyKind::Normal };
                draft.depend(name, version, kind);
            }
            "PackageVersion" => draft.offers.push(Offer {
                key: name.to_owned(),
                name: None,
                version: value(node, "Version"),
            }),
            _ => {}
        }
    }
    let reason = format!("program of `{file}`");
    let program = source.first_file(&["Program.cs", "Program.fs", "Program.vb"]);
    if own_name.is_some() {
        draft.enter(program, EntryKind::Binary, reason);
    }
    Ok(draft)
}

/// Returns an attribute, or the text of the element of that name.
fn value(node: Node<'_, '_>, name: &str) -> Option<String> {
    let text = node.attribute(name).or_else(|| {
        node.children().find(|child| child.tag_name().name() == name).and_then(|child| child.text())
    });
    text.map(|text| text.trim().to_owned())
}

//! `pom.xml`: properties of the file itself and of those above it are filled in.

use std::collections::HashMap;

use roxmltree::{Document, Node};

use super::DependencyKind;
use super::manifest::{Draft, INHERITED, Offer, Source, WORKSPACE_VERSION};

pub(super) fn parse(source: &Source<'_>) -> Result<Draft, String> {
    let document = Document::parse(source.text).map_err(|error| format!("is not XML: {error}"))?;
    let project = document.root_element();
    if project.tag_name().name() != "project" {
        return Err("has no `project` element".to_owned());
    }
    let parent = child(project, "parent");
    let mut properties: HashMap<String, String> = child(project, "properties")
        .into_iter()
        .flat_map(|node| node.children().filter(Node::is_element))
        .filter_map(|node| {
            Some((node.tag_name().name().to_owned(), node.text()?.trim().to_owned()))
        })
        .collect();

    let mut draft = Draft::new("maven");
    draft.name = text(project, "artifactId");
    draft.version = text(project, "version").or_else(|| text(parent?, "version"));
    let mut define = |key: &str, value: Option<String>| {
        value.map(|value| properties.insert(key.to_owned(), value));
    };
    define("project.version", draft.version.clone());
    define("project.groupId", text(project, "groupId").or_else(|| text(parent?, "groupId")));
    define("project.parent.version", parent.and_then(|parent| text(parent, "version")));
    let fill = |text: String| fill(&text, &properties);
    draft.version = draft.version.map(fill);
    draft.inherits_version = draft.version.is_none();
    draft.members = child(project, "modules")
        .into_iter()
        .flat_map(|modules| modules.children())
        .filter_map(|module| module.text().map(str::trim).filter(|text| !text.is_empty()))
        .map(str::to_owned)
        .collect();
    if let Some(parent) = parent {
        draft.depend(coordinates(parent), text(parent, "version"), DependencyKind::Build);
    }
    let managed = child(project, "dependencyManagement");
    let managed: Vec<Offer> = dependencies(managed)
        .map(|node| Offer {
            key: fill(coordinates(node)),
            name: None,
            version: text(node, "version").map(fill),
        })
        .collect();
    for node in dependencies(Some(project)) {
        let name = fill(coordinates(node));
        let version = text(node, "version").map(fill);
        let here = || managed.iter().find(|offer| offer.key == name)?.version.clone();
        let version = version.or_else(here).or_else(|| Some(INHERITED.to_owned()));
        draft.depend(name, version, kind(node));
    }
    draft.offers = managed;
    draft.offers.extend(properties.iter().map(|(key, value)| Offer {
        key: format!("${{{key}}}"),
        name: None,
        version: Some(value.clone()),
    }));
    draft.offers.push(Offer {
        key: WORKSPACE_VERSION.to_owned(),
        name: None,
        version: draft.version.clone(),
    });
    Ok(draft)
}

fn kind(node: Node<'_, '_>) -> DependencyKind {
    if text(node, "optional").as_deref() == Some("true") {
        return DependencyKind::Optional;
    }
    match text(node, "scope").as_deref() {
        Some("test") => DependencyKind::Dev,
        Some("provided" | "import") => DependencyKind::Build,
        _ => DependencyKind::Normal,
    }
}

fn dependencies<'a, 'input>(
    parent: Option<Node<'a, 'input>>,
) -> impl Iterator<Item = Node<'a, 'input>> {
    parent
        .and_then(|parent| child(parent, "dependencies"))
        .into_iter()
        .flat_map(|list| list.children().filter(|node| node.has_tag_name_local("dependency")))
}

/// Comparing names without their name space, which some files leave out.
trait LocalName {
    fn has_tag_name_local(&self, name: &str) -> bool;
}

impl LocalName for Node<'_, '_> {
    fn has_tag_name_local(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}

fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| child.has_tag_name_local(name))
}

fn text(node: Node<'_, '_>, name: &str) -> Option<String> {
    Some(child(node, name)?.text()?.trim().to_owned())
}

fn coordinates(node: Node<'_, '_>) -> String {
    let part = |name: &str| text(node, name).unwrap_or_else(|| "?".to_owned());
    format!("{}:{}", part("groupId"), part("artifactId"))
}

/// Replaces one `${property}`; more than one in a value is rare.
fn fill(text: &str, properties: &HashMap<String, String>) -> String {
    let Some((before, rest)) = text.split_once("${") else { return text.to_owned() };
    let Some((key, after)) = rest.split_once('}') else { return text.to_owned() };
    match properties.get(key) {
        Some(value) => format!("{before}{value}{after}"),
        None => text.to_owned(),
    }
}

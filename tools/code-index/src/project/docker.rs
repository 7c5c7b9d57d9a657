//! Images (`Dockerfile`) and compositions of services (`compose.yaml`).

use super::manifest::{Draft, Source, entries, text_of};
use super::yaml::yaml;
use super::{DependencyKind, EntryKind};

pub(super) fn parse_dockerfile(source: &Source<'_>) -> Result<Draft, String> {
    let mut draft = Draft::new("docker");
    let mut stages: Vec<String> = Vec::new();
    let mut images: Vec<String> = Vec::new();
    let mut run: Option<String> = None;
    for instruction in instructions(source.text) {
        let (word, rest) =
            instruction.split_once(char::is_whitespace).unwrap_or((&instruction, ""));
        match word.to_ascii_uppercase().as_str() {
            "FROM" => {
                let mut words = rest.split_whitespace().filter(|word| !word.starts_with("--"));
                let Some(image) = words.next() else { continue };
                if image != "scratch" && !stages.iter().any(|stage| stage == image) {
                    images.push(image.to_owned());
                }
                stages.extend(words.nth(1).map(str::to_owned));
                run = None; // Only the last stage is run.
            }
            "ENTRYPOINT" => run = Some(format!("ENTRYPOINT {}", rest.trim())),
            "CMD" if run.is_none() => run = Some(format!("CMD {}", rest.trim())),
            _ => {}
        }
    }
    let last = images.len().saturating_sub(1);
    for (number, image) in images.iter().enumerate() {
        let kind = if number == last { DependencyKind::Normal } else { DependencyKind::Build };
        add_image(&mut draft, image, kind);
    }
    if let Some(run) = run {
        draft.enter(Some(source.path.to_owned()), EntryKind::Container, run);
    }
    Ok(draft)
}

/// Joins continued lines and drops comments.
fn instructions(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut open = String::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        match line.strip_suffix('\\') {
            Some(start) => {
                open.push_str(start);
                open.push(' ');
            }
            None => {
                open.push_str(line);
                all.push(std::mem::take(&mut open));
            }
        }
    }
    all.push(open);
    all.retain(|instruction| !instruction.trim().is_empty());
    all
}

fn add_image(draft: &mut Draft, image: &str, kind: DependencyKind) {
    let image = image.split('@').next().unwrap_or(image);
    // A colon before the last slash is a registry's port.
    let (name, tag) = match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag.to_owned())),
        _ => (image, None),
    };
    draft.depend(name, tag, kind);
}

pub(super) fn parse_compose(source: &Source<'_>) -> Result<Draft, String> {
    let compose = yaml(source.text)?;
    let mut draft = Draft::new("compose");
    draft.name = text_of(&compose, "name");
    for (service, value) in entries(&compose, "services") {
        let image = text_of(value, "image");
        if let Some(image) = &image {
            add_image(&mut draft, image, DependencyKind::Normal);
        }
        let build = value.get("build");
        let context = build.and_then(|build| {
            build.as_str().map(str::to_owned).or_else(|| text_of(build, "context"))
        });
        let from = match (context, image) {
            (Some(context), _) => format!("built from {context}"),
            (None, Some(image)) => format!("image {image}"),
            (None, None) => "no image named".to_owned(),
        };
        let reason = format!("compose service `{service}`, {from}");
        draft.enter(Some(source.path.to_owned()), EntryKind::Service, reason);
    }
    if !compose.is_object() {
        return Err("is not a compose file: it has no `services`".to_owned());
    }
    Ok(draft)
}

//! The text form of a map.

use std::fmt::Write;

use super::map_project::{MapProjectOutput, Outline, RootMap};
use super::show::index_line;
use crate::project::{Command, Manifest};

/// Writes a map as text. Writing to a string cannot fail, so results are dropped.
pub(super) fn write(output: &MapProjectOutput) -> String {
    let mut text = String::new();
    for project in &output.projects {
        write_project(&mut text, project);
    }
    if let Some(outline) = &output.outline {
        write_outline(&mut text, outline);
    }
    for skipped in &output.skipped {
        let _ = writeln!(text, "skipped {}: {}", skipped.path, skipped.reason);
    }
    if output.truncated {
        text.push_str("lists were cut; map a folder inside for the rest\n");
    }
    text.push_str(&index_line(&output.index));
    text
}

fn write_project(text: &mut String, project: &RootMap) {
    let map = &project.map;
    let _ = writeln!(text, "project {}", project.name);
    for share in &map.languages {
        let _ = writeln!(
            text,
            "language {}: {} files, {} lines, {} bytes",
            share.language, share.files, share.lines, share.bytes
        );
    }
    for manifest in &map.manifests {
        write_manifest(text, manifest);
    }
    for entry in &map.entry_points {
        let kind = serde_json::to_value(entry.kind).unwrap_or_default();
        let kind = kind.as_str().unwrap_or_default();
        let _ = writeln!(text, "entry {} ({kind}: {})", entry.path, entry.reason);
    }
    for command in &map.commands {
        write_command(text, command);
    }
    for one in &map.conventions {
        let _ = write!(text, "convention {}: {}", one.topic, one.value);
        if let (Some(share), Some(count)) = (one.share, one.count) {
            let _ = write!(text, ", {share}% of {count}");
        }
        let _ = writeln!(text, " ({}:{})", one.path, one.line);
    }
    for folder in &map.folders {
        let language = folder.language.as_deref().map(|name| format!(", {name}"));
        let _ = writeln!(
            text,
            "folder {}: {} files, {} lines, {} bytes{}",
            folder.path,
            folder.files,
            folder.lines,
            folder.bytes,
            language.unwrap_or_default()
        );
    }
    for problem in &map.problems {
        let _ = writeln!(text, "problem {}: {}", problem.path, problem.message);
    }
}

fn write_command(text: &mut String, command: &Command) {
    let _ = write!(text, "command {}: {} ", command.task.as_str(), command.command);
    if let Some(folder) = &command.folder {
        let _ = write!(text, "in {folder} ");
    }
    let _ = write!(text, "({}:{}", command.path, command.line);
    if let Some(job) = &command.job {
        let _ = write!(text, ", job {job}");
    }
    text.push_str(")\n");
}

fn write_manifest(text: &mut String, manifest: &Manifest) {
    let _ = write!(text, "manifest {} ({})", manifest.path, manifest.ecosystem);
    for part in [&manifest.name, &manifest.version].into_iter().flatten() {
        let _ = write!(text, " {part}");
    }
    text.push('\n');
    if !manifest.frameworks.is_empty() {
        let frameworks = manifest.frameworks.iter().map(|f| format!("{} ({})", f.name, f.category));
        let _ = writeln!(text, "  frameworks: {}", frameworks.collect::<Vec<_>>().join(", "));
    }
    if !manifest.dependencies.is_empty() {
        let dependencies = manifest.dependencies.iter().map(|dependency| {
            let kind = serde_json::to_value(dependency.kind).unwrap_or_default();
            let kind =
                kind.as_str().filter(|kind| *kind != "normal").map(|kind| format!(" ({kind})"));
            let version = dependency.version.as_deref().map(|version| format!(" {version}"));
            format!(
                "{}{}{}",
                dependency.name,
                version.unwrap_or_default(),
                kind.unwrap_or_default()
            )
        });
        let _ = write!(text, "  dependencies: {}", dependencies.collect::<Vec<_>>().join(", "));
        if manifest.more_dependencies > 0 {
            let _ = write!(text, ", and {} more", manifest.more_dependencies);
        }
        text.push('\n');
    }
    if !manifest.members.is_empty() {
        let _ = writeln!(text, "  members: {}", manifest.members.join(", "));
    }
    for script in &manifest.scripts {
        let _ = writeln!(text, "  script {}: {}", script.name, script.command);
    }
}

fn write_outline(text: &mut String, outline: &Outline) {
    let _ = writeln!(text, "outline of {}", outline.path);
    for item in &outline.symbols {
        let _ = write!(text, "{}-{} {} ", item.line, item.end_line, item.kind.as_str());
        if let Some(container) = &item.container {
            let _ = write!(text, "{container}::");
        }
        let _ = writeln!(text, "{}: {}", item.name, item.signature);
    }
}

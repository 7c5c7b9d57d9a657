//! `check_code`: what is wrong with files, before anything is built or run.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ymera_protocol::serve::{Answer, Call, Tool};

use super::service::{CodeContext, ToolError};
use super::show::{ANSWER_BYTES, index_line, json_bytes};
use crate::checks::{CheckQuery, CheckScope, Checked, FileCheck, Formatter, Undeclared, Unused};
use crate::review::Severity;
use crate::status::IndexStatus;

/// Files given when the caller does not say.
const LIMIT: usize = 50;
/// More would bury the answer.
const MAX_LIMIT: usize = 500;
/// Of each file, what is told of one sort.
const MAX_OF_FILE: usize = 30;
/// Packages told of one sort.
const MAX_PACKAGES: usize = 60;
/// A default answer's share for packages and notes.
const PACKAGE_BYTES: usize = 2_400;

/// What to check.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckCodeArgs {
    /// Files, folders or globs: `src/net.rs`, `web`. Without these and `diff`: what is not committed, else all.
    #[serde(default)]
    pub paths: Vec<String>,
    /// A unified diff that is applied, or a git range: `main..HEAD`, `HEAD~1`. Findings are then those of changed lines.
    pub diff: Option<String>,
    /// Most files; default 50.
    pub limit: Option<usize>,
    /// `next_cursor` of the answer before.
    pub cursor: Option<String>,
}

/// What was found.
#[derive(Debug, Serialize)]
pub struct CheckCodeOutput {
    /// How the files were chosen: `paths`, `diff`, `uncommitted` or `project`.
    pub scope: CheckScope,
    /// Files that were looked at.
    pub checked: usize,
    /// Those with something wrong, the worst first, then clean ones that were named.
    pub files: Vec<CheckedFile>,
    /// How many files that list has in all.
    pub total: usize,
    /// What manifests and imports disagree about.
    pub dependencies: Dependencies,
    /// What was not looked at, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// There is more than is shown: of files with `next_cursor`, of one file by naming it.
    pub truncated: bool,
    /// Pass as `cursor` for the files after these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// How complete the index is.
    pub index: IndexStatus,
}

/// One file.
#[derive(Debug, Serialize)]
pub struct CheckedFile {
    /// The file.
    pub path: String,
    /// Where it does not parse.
    pub errors: Vec<ErrorPlace>,
    /// Imports that should lead into the project and do not.
    pub unresolved_imports: Vec<ImportPlace>,
    /// Its test files, best first.
    pub tests: Vec<String>,
    /// What the review rules found.
    pub findings: Vec<FindingPlace>,
    /// Null where nothing says which one.
    pub formatter: Option<Formatter>,
}

/// A syntax error.
#[derive(Debug, Serialize)]
pub struct ErrorPlace {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// What is wrong.
    pub message: String,
}

/// An import that leads nowhere.
#[derive(Debug, Serialize)]
pub struct ImportPlace {
    /// What is not there: a module, or a name behind its module.
    pub name: String,
    /// From 1.
    pub line: u32,
}

/// A finding of a review rule.
#[derive(Debug, Serialize)]
pub struct FindingPlace {
    /// The rule.
    pub rule: &'static str,
    /// From 1.
    pub line: u32,
    /// `error`, `warning` or `note`.
    pub(crate) severity: Severity,
    /// What is wrong and what to do.
    pub message: String,
}

/// Packages.
#[derive(Debug, Serialize)]
pub struct Dependencies {
    /// Used by a file that was looked at, declared by no manifest above it.
    pub undeclared: Vec<UndeclaredPackage>,
    /// Declared, and spoken of nowhere in sources, configuration and scripts.
    pub unused: Vec<UnusedPackage>,
}

/// A package that should be declared.
#[derive(Debug, Serialize)]
pub struct UndeclaredPackage {
    /// As it is imported.
    pub name: String,
    /// The first file that uses it.
    pub path: String,
    /// The line there.
    pub line: u32,
    /// Files that use it.
    pub files: usize,
    /// What to declare, where that has another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
}

/// A package that could go.
#[derive(Debug, Serialize)]
pub struct UnusedPackage {
    /// As it is declared.
    pub name: String,
    /// Where.
    pub manifest: String,
}

pub(super) fn tool() -> Tool<CodeContext> {
    const DESCRIPTION: &str = "Check files without running anything: syntax errors, imports that lead nowhere, \
                               undeclared and unused dependencies, review findings, test files, formatter.";
    Tool::new("check_code", DESCRIPTION, check_code).read_only().toolset("checks")
}

async fn check_code(
    context: CodeContext,
    call: Call,
    args: CheckCodeArgs,
) -> Result<CheckCodeOutput, ToolError> {
    let skip = match args.cursor.as_deref() {
        None => 0,
        Some(cursor) => cursor.strip_prefix("file-").and_then(|at| at.parse().ok()).ok_or_else(|| {
            let hint = format!("`{cursor}` is no cursor; pass `next_cursor` of the answer before, or leave it out");
            ToolError::Arguments(hint)
        })?,
    };
    let query = CheckQuery {
        paths: args.paths,
        diff: args.diff.filter(|diff| !diff.trim().is_empty()),
        skip,
        limit: args.limit.unwrap_or(LIMIT).clamp(1, MAX_LIMIT),
    };
    let is_bounded = args.limit.is_none();
    let checked =
        context.ask(&call, move |workspace, cancel| workspace.check_code(&query, cancel)).await?;
    Ok(output(checked, skip, is_bounded))
}

/// Keeps a default answer small: packages first, for they are few, then files.
fn output(checked: Checked, skip: usize, is_bounded: bool) -> CheckCodeOutput {
    let all = usize::MAX;
    let mut truncated = false;
    let mut left = if is_bounded { PACKAGE_BYTES } else { all };
    let undeclared = checked.undeclared.into_iter().map(UndeclaredPackage::from).collect();
    let undeclared = fitting(undeclared, &mut left, MAX_PACKAGES, &mut truncated);
    let unused = checked.unused.into_iter().map(UnusedPackage::from).collect();
    let unused = fitting(unused, &mut left, MAX_PACKAGES, &mut truncated);
    let notes = fitting(checked.notes, &mut left, MAX_PACKAGES, &mut truncated);
    let spent = PACKAGE_BYTES.saturating_sub(left);
    let mut left = if is_bounded { ANSWER_BYTES - spent } else { all };
    let mut files = Vec::new();
    for file in checked.files {
        let mut file = CheckedFile::of(file, &mut truncated);
        let mut cost = json_bytes(&file) + 1;
        if cost > left && files.is_empty() {
            file.shorten(left);
            truncated = true;
            cost = left;
        }
        if cost > left {
            break;
        }
        left -= cost;
        files.push(file);
    }
    let next = skip + files.len();
    let next_cursor = (next < checked.listed && !files.is_empty()).then(|| format!("file-{next}"));
    CheckCodeOutput {
        scope: checked.scope,
        checked: checked.checked,
        files,
        total: checked.listed,
        dependencies: Dependencies { undeclared, unused },
        notes,
        truncated: truncated || next_cursor.is_some(),
        next_cursor,
        index: checked.status,
    }
}

/// As many as fit.
fn fitting<T: Serialize>(all: Vec<T>, left: &mut usize, most: usize, cut: &mut bool) -> Vec<T> {
    let mut kept = Vec::new();
    for one in all {
        let cost = json_bytes(&one) + 1;
        if cost > *left || kept.len() == most {
            *cut = true;
            break;
        }
        *left -= cost;
        kept.push(one);
    }
    kept
}

impl CheckedFile {
    fn of(file: FileCheck, cut: &mut bool) -> CheckedFile {
        *cut |= file.unresolved_imports.len() > MAX_OF_FILE || file.findings.len() > MAX_OF_FILE;
        let errors = file.errors.into_iter().take(MAX_OF_FILE).map(|error| ErrorPlace {
            line: error.line,
            column: error.column,
            message: error.message,
        });
        let imports = file.unresolved_imports.into_iter().take(MAX_OF_FILE);
        let findings = file.findings.into_iter().take(MAX_OF_FILE).map(|finding| FindingPlace {
            rule: finding.rule,
            line: finding.line,
            severity: finding.severity,
            message: finding.message,
        });
        CheckedFile {
            path: file.path,
            errors: errors.collect(),
            unresolved_imports: imports
                .map(|import| ImportPlace { name: import.name, line: import.line })
                .collect(),
            tests: file.tests,
            findings: findings.collect(),
            formatter: file.formatter,
        }
    }

    /// Leaves out from the end of what is longest until the file fits.
    fn shorten(&mut self, bytes: usize) {
        while json_bytes(self) >= bytes {
            let longest = [self.findings.len(), self.unresolved_imports.len(), self.errors.len()];
            let most = longest.iter().copied().max().unwrap_or_default();
            match longest.iter().position(|count| *count == most) {
                _ if most == 0 => return,
                Some(0) => drop(self.findings.pop()),
                Some(1) => drop(self.unresolved_imports.pop()),
                _ => drop(self.errors.pop()),
            }
        }
    }
}

impl From<Undeclared> for UndeclaredPackage {
    fn from(one: Undeclared) -> Self {
        let Undeclared { name, path, line, package, files } = one;
        Self { name, path, line, files, package }
    }
}

impl From<Unused> for UnusedPackage {
    fn from(one: Unused) -> Self {
        Self { name: one.name, manifest: one.manifest }
    }
}

impl Answer for CheckCodeOutput {
    fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{}: {} files checked, {} of {} shown",
            self.scope.as_str(),
            self.checked,
            self.files.len(),
            self.total
        );
        for file in &self.files {
            file.write(&mut text);
        }
        for one in &self.dependencies.undeclared {
            let _ = write!(
                text,
                "undeclared: {} {}:{} in {} files",
                one.name, one.path, one.line, one.files
            );
            if let Some(package) = &one.package {
                let _ = write!(text, ", declare {package}");
            }
            text.push('\n');
        }
        for one in &self.dependencies.unused {
            let _ = writeln!(text, "unused: {} in {}", one.name, one.manifest);
        }
        for note in &self.notes {
            let _ = writeln!(text, "note: {note}");
        }
        if let Some(cursor) = &self.next_cursor {
            let _ = writeln!(text, "more files: cursor {cursor}");
        } else if self.truncated {
            text.push_str("more was found than is shown; name fewer paths\n");
        }
        text.push_str(&index_line(&self.index));
        text
    }
}

impl CheckedFile {
    fn write(&self, text: &mut String) {
        let _ = writeln!(text, "{}", self.path);
        for error in &self.errors {
            let _ = writeln!(text, "  syntax {}:{} {}", error.line, error.column, error.message);
        }
        for import in &self.unresolved_imports {
            let _ = writeln!(text, "  unresolved import {} line {}", import.name, import.line);
        }
        for finding in &self.findings {
            let FindingPlace { rule, line, severity, message } = finding;
            let _ = writeln!(text, "  {} {rule} line {line}: {message}", severity.name());
        }
        if !self.tests.is_empty() {
            let _ = writeln!(text, "  tests: {}", self.tests.join(", "));
        }
        let Some(formatter) = &self.formatter else { return };
        let state = match formatter.formatted {
            Some(true) => "formatted",
            Some(false) => "not formatted",
            None => "not known whether formatted",
        };
        let installed = if formatter.installed { "installed" } else { "not installed" };
        let _ = write!(text, "  {} ({}): {installed}, {state}", formatter.name, formatter.command);
        let more = [
            ("by", &formatter.config),
            ("in the project at", &formatter.in_project),
            ("because", &formatter.reason),
        ];
        for (word, what) in more {
            if let Some(what) = what {
                let _ = write!(text, ", {word} {what}");
            }
        }
        text.push('\n');
    }
}

//! Commands that a shell reads.

use tree_sitter::Node;

use super::shown;
use crate::review::facts::{Call, Facts, Shell, cut};
use crate::review::made::{self, made};
use crate::review::shape::{Family, Kind};
use crate::review::{Found, Severity};

const SHELLS: &[&str] = &[
    "sh",
    "bash",
    "zsh",
    "dash",
    "ksh",
    "cmd",
    "cmd.exe",
    "powershell",
    "powershell.exe",
    "pwsh",
    "/bin/sh",
    "/bin/bash",
];
const FLAGS: &[&str] = &["-c", "-lc", "/c", "/C", "-Command"];

/// Calls whose first argument a shell reads.
const COMMANDS: &[(Family, &[&str])] = &[
    (
        Family::Python,
        &[
            "os.system",
            "os.popen",
            "subprocess.getoutput",
            "subprocess.getstatusoutput",
            "commands.getoutput",
            "asyncio.create_subprocess_shell",
        ],
    ),
    (
        Family::Script,
        &["child_process.exec", "child_process.execSync", "shelljs.exec", "shell.exec"],
    ),
    (Family::C, &["system", "popen", "std.system", "_popen", "_wsystem"]),
    (Family::Php, &["exec", "shell_exec", "system", "passthru", "popen", "proc_open"]),
    (
        Family::Ruby,
        &[
            "system",
            "exec",
            "spawn",
            "Kernel.system",
            "Kernel.exec",
            "IO.popen",
            "Open3.capture2",
            "Open3.capture3",
            "Open3.capture2e",
        ],
    ),
    (Family::Java, &["Runtime.getRuntime().exec"]),
    (Family::Kotlin, &["Runtime.getRuntime().exec"]),
];

/// Calls of `subprocess` that read a shell only when they are told to.
const ASKED: &[&str] = &["run", "call", "check_call", "check_output", "Popen"];

pub(super) fn find(facts: &Facts<'_>, call: &Call<'_>, found: &mut Vec<Found>) {
    let Some(command) = command(facts, call) else { return };
    let made = made(facts, call, command);
    // One name alone: nobody knows where it comes from.
    let is_plain = !made.is_built();
    let program_first =
        made.text.is_empty() || made.text.trim_matches(['"', '\'', '`', 'f']).starts_with("{}");
    let Some(part) = made.unknown.first() else { return };
    let part = shown(facts.source(*part));
    let severity = if is_plain { Severity::Warning } else { Severity::Error };
    if is_plain && (facts.family == Family::Ruby || !program_first) {
        return;
    }
    let message = format!(
        "a shell reads `{part}`; pass the program and its arguments as a list, or quote it"
    );
    found.push(Found::call(facts, call, severity, message));
}

/// A command in backquotes.
pub(super) fn find_quoted(facts: &Facts<'_>, shell: &Shell<'_>, found: &mut Vec<Found>) {
    let made = made::of(facts, shell.function, shell.node);
    let Some(part) = made.unknown.first() else { return };
    let part = shown(facts.source(*part));
    let message = format!(
        "a shell reads `{part}`; pass the program and its arguments as a list, or quote it"
    );
    let mut one = Found::at(shell.node, Severity::Error, message);
    one.in_test = shell.in_test;
    found.push(one);
}

/// The argument of a call that a shell reads.
fn command<'t>(facts: &Facts<'t>, call: &Call<'t>) -> Option<Node<'t>> {
    let path = call.path.as_str();
    let first = call.arguments.first()?.value;
    let listed =
        COMMANDS.iter().any(|(family, paths)| *family == facts.family && paths.contains(&path));
    if listed {
        // Several arguments, or a list, go to the program past the shell.
        let past = match facts.family {
            Family::Ruby => call.arguments.len() > 1,
            Family::Java | Family::Kotlin => !made(facts, call, first).is_built(),
            _ => facts.kind(facts.unwrapped(first)) == Kind::List,
        };
        return (!past).then_some(first);
    }
    match facts.family {
        Family::Python => {
            let known = path.strip_prefix("subprocess.").is_some_and(|name| ASKED.contains(&name));
            let asked = call
                .arguments
                .iter()
                .any(|argument| argument.name == "shell" && facts.is_word(argument.value, "true"));
            let is_list = facts.kind(facts.unwrapped(first)) == Kind::List;
            if path == "asyncio.create_subprocess_exec" {
                return shell_argument(facts, call.arguments.iter().map(|one| one.value));
            }
            if known && is_list {
                return shell_argument(
                    facts,
                    facts.children(facts.unwrapped(first), 4).into_iter(),
                );
            }
            (known && asked).then_some(first)
        }
        Family::Script => {
            let known = matches!(
                path,
                "child_process.spawn"
                    | "child_process.spawnSync"
                    | "child_process.execFile"
                    | "child_process.execFileSync"
            );
            let list = call.arguments.get(1).map(|list| facts.unwrapped(list.value));
            let list = list.filter(|list| known && facts.kind(*list) == Kind::List);
            let told = list.and_then(|list| {
                let rest = facts.children(list, 3).into_iter();
                shell_argument(facts, std::iter::once(first).chain(rest))
            });
            if told.is_some() {
                return told;
            }
            let asked = call.arguments.last().is_some_and(|last| {
                let options: String = facts.source(last.value).split_whitespace().collect();
                options.contains("shell:true")
            });
            (known && asked).then_some(first)
        }
        Family::Go => {
            let skip = match path {
                "os/exec.Command" => 0,
                "os/exec.CommandContext" => 1,
                _ => return None,
            };
            shell_argument(facts, call.arguments.iter().skip(skip).map(|argument| argument.value))
        }
        Family::Java | Family::Kotlin | Family::CSharp => {
            let known = matches!(call.name(), "ProcessBuilder" | "ProcessStartInfo")
                || path.ends_with("Process.Start")
                || path.ends_with("getRuntime().exec");
            if !known {
                return None;
            }
            shell_argument(facts, call.arguments.iter().map(|argument| argument.value))
        }
        Family::Rust => rust_command(facts, call),
        _ => None,
    }
}

/// `"sh", "-c", command`.
fn shell_argument<'t>(
    facts: &Facts<'t>,
    arguments: impl Iterator<Item = Node<'t>>,
) -> Option<Node<'t>> {
    let mut arguments = arguments;
    let program = facts.literal(arguments.next()?)?;
    let second = arguments.next()?;
    if !SHELLS.contains(&program) {
        return None;
    }
    match facts.literal(second) {
        Some(flag) if FLAGS.contains(&flag) => arguments.next(),
        // `Process.Start("cmd.exe", "/c " + command)`
        _ => facts
            .source(second)
            .trim_start_matches(['$', '@', '"'])
            .starts_with(['/', '-'])
            .then_some(second),
    }
}

/// `Command::new("sh").arg("-c").arg(command)`, or with `args`.
fn rust_command<'t>(facts: &Facts<'t>, call: &Call<'t>) -> Option<Node<'t>> {
    /// Longer chains are no commands.
    const MAX_CHAIN: usize = 400;
    if !matches!(call.name(), "arg" | "args") || !call.path.contains("Command.new()") {
        return None;
    }
    let receiver = call.receiver?;
    let chain = facts.source(receiver);
    let chain: String = cut(chain, MAX_CHAIN).split_whitespace().collect();
    if !SHELLS.iter().any(|shell| chain.contains(&format!("new(\"{shell}\")"))) {
        return None;
    }
    let first = call.arguments.first()?.value;
    if call.name() == "arg" {
        let told = FLAGS.iter().any(|flag| chain.ends_with(&format!("arg(\"{flag}\")")));
        return told.then_some(first);
    }
    let list = facts.children(facts.unwrapped(first), 4);
    let flag = facts.literal(*list.first()?)?;
    FLAGS.contains(&flag).then(|| list.get(1).copied()).flatten()
}

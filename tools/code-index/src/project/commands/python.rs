//! Commands of Python projects: what runs their tools, and which are configured.

use toml::{Table, Value};

use super::super::manifest::{toml, toml_at, toml_entries};
use super::task::of_script;
use super::{Finds, Language, Source, Task, line_of};

const PYTHON: Source = Source::Tool(Language::Python);

pub(super) fn find(finds: &mut Finds<'_, '_>) {
    let pyproject = finds.read("pyproject.toml");
    let table = pyproject.as_ref().and_then(|(_, text)| toml(text).ok()).unwrap_or_default();
    let (path, text) = pyproject.unwrap_or_default();
    let files = Files {
        path,
        text,
        setup: finds.read("setup.cfg"),
        tox: finds.read("tox.ini"),
        prefix: prefix(finds),
    };
    let is_python = !files.path.is_empty()
        || files.setup.is_some()
        || finds.first(&["setup.py", "requirements.txt", "Pipfile", "pytest.ini"]).is_some();
    if !is_python {
        return;
    }
    scripts(finds, &files, &table);
    tests(finds, &files, &table);
    style(finds, &files, &table);
    wrappers(finds, &files, &table);
    if table.contains_key("build-system") {
        let line = line_of(&files.text, |line| line.starts_with("[build-system]"));
        let build = if files.prefix.starts_with("uv") { "uv build" } else { "python -m build" };
        finds.add(Task::Build, build, (&files.path, line), PYTHON, 2);
    }
}

/// A file and a line in it.
type Place = (String, u32);

/// The files that configure tools.
struct Files {
    path: String,
    text: String,
    setup: Option<(String, String)>,
    tox: Option<(String, String)>,
    /// What stands before a tool's name: `uv run `.
    prefix: &'static str,
}

impl Files {
    /// Where a tool is configured: its section of one of the shared files, or a file of its own.
    fn section(
        &self,
        finds: &Finds<'_, '_>,
        table: &Table,
        tool: &str,
        own: &[&str],
    ) -> Option<Place> {
        if toml_at(table, &["tool", tool]).is_some() {
            let starts =
                [format!("[tool.{tool}]"), format!("[tool.{tool}."), format!("[[tool.{tool}.")];
            let line =
                line_of(&self.text, |line| starts.iter().any(|start| line.starts_with(start)));
            return Some((self.path.clone(), line));
        }
        if let Some(path) = finds.first(own) {
            return Some((path, 1));
        }
        let heads = [format!("[{tool}]"), format!("[tool:{tool}]"), format!("[{tool}-")];
        [&self.setup, &self.tox].into_iter().flatten().find_map(|(path, text)| {
            let fits = |line: &str| heads.iter().any(|head| line.starts_with(head));
            text.lines().any(fits).then(|| (path.clone(), line_of(text, fits)))
        })
    }
}

/// How the project's tools are run.
fn prefix(finds: &Finds<'_, '_>) -> &'static str {
    let locks = [
        ("uv.lock", "uv run "),
        ("poetry.lock", "poetry run "),
        ("pdm.lock", "pdm run "),
        ("Pipfile.lock", "pipenv run "),
    ];
    let found = locks
        .iter()
        .find(|(lock, _)| finds.first(&[lock]).or_else(|| finds.tree.first("", &[lock])).is_some());
    found.map_or("", |(_, prefix)| prefix)
}

/// Scripts of poe, PDM, hatch, taskipy and Pipenv.
fn scripts(finds: &mut Finds<'_, '_>, files: &Files, table: &Table) {
    let tables: [(&[&str], &str); 5] = [
        (&["tool", "poe", "tasks"], "poe"),
        (&["tool", "pdm", "scripts"], "pdm run"),
        (&["tool", "taskipy", "tasks"], "task"),
        (&["tool", "hatch", "envs", "default", "scripts"], "hatch run"),
        (&["tool", "pixi", "tasks"], "pixi run"),
    ];
    for (keys, run) in tables {
        let prefix = if matches!(run, "poe" | "task") { files.prefix } else { "" };
        for (name, value) in toml_entries(table, keys) {
            let command = value.as_str().or_else(|| value.get("cmd").and_then(Value::as_str));
            let Some((task, plainness)) = of_script(name, command.unwrap_or_default()) else {
                continue;
            };
            let line = line_of(&files.text, |line| {
                line.trim_start_matches('"').starts_with(name.as_str())
                    || line.ends_with(&format!(".{name}]"))
            });
            let run = format!("{prefix}{run} {name}");
            finds.add(task, &run, (&files.path, line), Source::Runner(Language::Python), plainness);
        }
    }
    for (name, env) in toml_entries(table, &["tool", "hatch", "envs"]) {
        if name == "default" {
            continue;
        }
        for (script, value) in env.get("scripts").and_then(Value::as_table).into_iter().flatten() {
            let command = value.as_str().unwrap_or_default();
            let Some((task, plainness)) = of_script(script, command) else { continue };
            let line = line_of(&files.text, |line| line.contains(&format!("envs.{name}")));
            let run = format!("hatch run {name}:{script}");
            finds.add(
                task,
                &run,
                (&files.path, line),
                Source::Runner(Language::Python),
                plainness + 2,
            );
        }
    }
}

fn tests(finds: &mut Finds<'_, '_>, files: &Files, table: &Table) {
    if let Some(path) = finds.first(&["tests/runtests.py", "runtests.py"]) {
        let inside = path.strip_prefix(&format!("{}/", finds.folder)).unwrap_or(&path).to_owned();
        finds.add(Task::Test, &format!("python {inside}"), (&path, 1), PYTHON, 0);
    }
    let own = [
        "pytest.ini",
        ".pytest.ini",
        "pytest.toml",
        "conftest.py",
        "tests/conftest.py",
        "test/conftest.py",
    ];
    let depends = || {
        let has = |line: &str| line.contains("\"pytest") || line.trim_start().starts_with("pytest");
        files.text.lines().any(has).then(|| (files.path.clone(), line_of(&files.text, has)))
    };
    if let Some((path, line)) = files.section(finds, table, "pytest", &own).or_else(depends) {
        finds.add(Task::Test, &format!("{}pytest", files.prefix), (&path, line), PYTHON, 1);
    } else if finds.first(&["manage.py"]).is_none()
        && let Some(path) = finds.tree.any_below(&finds.folder, |path| {
            path.ends_with("_test.py")
                || path.rsplit('/').next().is_some_and(|name| name.starts_with("test_"))
        })
    {
        let path = path.to_owned();
        finds.add(Task::Test, "python -m unittest", (&path, 1), PYTHON, 8);
    }
    if let Some(path) = finds.first(&["manage.py"]) {
        finds.add(
            Task::Test,
            &format!("{}python manage.py test", files.prefix),
            (&path, 1),
            PYTHON,
            4,
        );
        finds.add(
            Task::Run,
            &format!("{}python manage.py runserver", files.prefix),
            (&path, 1),
            PYTHON,
            1,
        );
    }
}

fn style(finds: &mut Finds<'_, '_>, files: &Files, table: &Table) {
    let hooks = finds.read(".pre-commit-config.yaml");
    let hook = |id: &str| {
        let (path, text) = hooks.as_ref()?;
        let fits = |line: &str| line.trim_start_matches(['-', ' ']) == format!("id: {id}");
        text.lines().any(fits).then(|| (path.clone(), line_of(text, fits)))
    };
    let section = |tool: &str, own: &[&str]| files.section(finds, table, tool, own);
    let ruff = section("ruff", &["ruff.toml", ".ruff.toml"])
        .or_else(|| hook("ruff"))
        .or_else(|| hook("ruff-check"));
    let black = section("black", &[]).or_else(|| hook("black"));
    let by_ruff = hook("ruff-format").or_else(|| ruff.clone().filter(|_| black.is_none()));
    let found: [(Task, &str, Option<Place>, u8); 9] = [
        (Task::Lint, "ruff check .", ruff, 0),
        (Task::Format, "ruff format .", by_ruff, 0),
        (Task::Format, "black .", black, 1),
        (Task::Format, "isort .", section("isort", &[".isort.cfg"]).or_else(|| hook("isort")), 3),
        (Task::Lint, "flake8", section("flake8", &[".flake8"]).or_else(|| hook("flake8")), 1),
        (Task::Lint, "pylint", section("pylint", &[".pylintrc", "pylintrc"]), 2),
        (Task::Typecheck, "mypy .", section("mypy", &["mypy.ini", ".mypy.ini"]), 0),
        (Task::Typecheck, "pyright", section("pyright", &["pyrightconfig.json"]), 1),
        (Task::Typecheck, "ty check", section("ty", &["ty.toml"]), 2),
    ];
    for (task, command, place, plainness) in found {
        if let Some((path, line)) = place {
            let command = format!("{}{command}", files.prefix);
            finds.add(task, &command, (&path, line), PYTHON, plainness);
        }
    }
}

/// Tools that run others in environments of their own.
fn wrappers(finds: &mut Finds<'_, '_>, files: &Files, table: &Table) {
    let tox = finds.first(&["tox.ini", "tox.toml"]).map(|path| (path, 1));
    let tox = tox.or_else(|| {
        toml_at(table, &["tool", "tox"])?;
        Some((files.path.clone(), line_of(&files.text, |line| line.starts_with("[tool.tox"))))
    });
    if let Some((path, line)) = tox {
        finds.add(Task::Test, "tox", (&path, line), Source::Wrapper, 1);
        if let Some((path, text)) = &files.tox {
            let environments = [
                ("lint", Task::Lint),
                ("pre-commit", Task::Lint),
                ("typing", Task::Typecheck),
                ("mypy", Task::Typecheck),
            ];
            for (name, task) in environments {
                let head = format!("[testenv:{name}]");
                if text.lines().any(|line| line.starts_with(&head)) {
                    let line = line_of(text, |line| line.starts_with(&head));
                    finds.add(task, &format!("tox -e {name}"), (path, line), Source::Wrapper, 0);
                }
            }
        }
    }
    if let Some((path, text)) = finds.read("noxfile.py") {
        let sessions = text.lines().zip(1u32..).filter_map(|(line, number)| {
            let name = line.strip_prefix("def ")?.split('(').next()?;
            Some((name.to_owned(), number))
        });
        for (name, line) in sessions.collect::<Vec<_>>() {
            let Some((task, plainness)) = of_script(&name, "") else { continue };
            let run = format!("nox -s {name}");
            finds.add(task, &run, (&path, line), Source::Wrapper, plainness);
        }
    }
}

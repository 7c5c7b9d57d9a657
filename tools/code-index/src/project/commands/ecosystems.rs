//! Commands that follow from manifests and from the configuration of tools.

use super::super::manifest::{toml, toml_at};
use super::{Finds, Language, Source, Task, line_of};

pub(super) fn find(finds: &mut Finds<'_, '_>) {
    cargo(finds);
    go(finds);
    maven(finds);
    gradle(finds);
    cmake(finds);
    ruby(finds);
    php(finds);
    simple(finds);
    pre_commit(finds);
}

fn cargo(finds: &mut Finds<'_, '_>) {
    let Some((path, text)) = finds.read("Cargo.toml") else { return };
    let Ok(table) = toml(&text) else { return };
    let rust = Source::Tool(Language::Rust);
    let is_workspace = table.contains_key("workspace");
    let name = toml_at(&table, &["package", "name"]).and_then(|name| name.as_str());
    let line =
        line_of(&text, |line| line.starts_with("[workspace]") || line.starts_with("[package]"));
    let is_member = !is_workspace && is_in_workspace(finds);
    let scope = match name {
        _ if is_workspace => " --workspace".to_owned(),
        Some(name) if is_member => format!(" -p {name}"),
        _ => String::new(),
    };
    if let Some(config) = nextest(finds) {
        let run = format!("cargo nextest run{scope}");
        finds.add(Task::Test, &run, (&config, 1), rust, 0);
    }
    finds.add(Task::Test, &format!("cargo test{scope}"), (&path, line), rust, 1);
    let clippy = finds.first(&["clippy.toml", ".clippy.toml"]);
    let lint = format!("cargo clippy{scope} --all-targets");
    finds.add(
        Task::Lint,
        &lint,
        (clippy.as_deref().unwrap_or(&path), if clippy.is_some() { 1 } else { line }),
        rust,
        1,
    );
    let format = finds.first(&["rustfmt.toml", ".rustfmt.toml"]);
    let all = match name {
        Some(name) if is_member => format!("cargo fmt -p {name}"),
        _ if is_workspace => "cargo fmt --all".to_owned(),
        _ => "cargo fmt".to_owned(),
    };
    finds.add(
        Task::Format,
        &all,
        (format.as_deref().unwrap_or(&path), if format.is_some() { 1 } else { line }),
        rust,
        1,
    );
    finds.add(Task::Typecheck, &format!("cargo check{scope}"), (&path, line), rust, 1);
    finds.add(Task::Build, &format!("cargo build{scope}"), (&path, line), rust, 1);
    if finds.first(&["src/main.rs"]).is_some() || text.contains("[[bin]]") {
        let run = if is_member { format!("cargo run{scope}") } else { "cargo run".to_owned() };
        finds.add(Task::Run, &run, (&path, line), rust, 1);
    }
}

/// Whether a manifest above the folder has a workspace.
fn is_in_workspace(finds: &Finds<'_, '_>) -> bool {
    let mut folder = finds.folder.as_str();
    while !folder.is_empty() {
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        let manifest = finds.tree.read(&super::join(folder, "Cargo.toml"));
        if manifest.is_some_and(|text| text.lines().any(|line| line.starts_with("[workspace"))) {
            return true;
        }
    }
    false
}

fn nextest(finds: &Finds<'_, '_>) -> Option<String> {
    finds
        .first(&[".config/nextest.toml"])
        .or_else(|| finds.tree.first("", &[".config/nextest.toml"]))
}

fn go(finds: &mut Finds<'_, '_>) {
    if finds.first(&["go.mod"]).is_none() && finds.first(&["go.work"]).is_none() {
        return;
    }
    let path = finds.path("go.mod");
    let go = Source::Tool(Language::Go);
    let configs = [".golangci.yml", ".golangci.yaml", ".golangci.toml", ".golangci.json"];
    if let Some(config) = finds.first(&configs) {
        finds.add(Task::Lint, "golangci-lint run", (&config, 1), go, 0);
    }
    let own = [
        (Task::Test, "go test ./..."),
        (Task::Lint, "go vet ./..."),
        (Task::Format, "gofmt -w ."),
        (Task::Build, "go build ./..."),
    ];
    for (task, command) in own {
        finds.add(task, command, (&path, 1), go, 1);
    }
    if finds.first(&["main.go"]).is_some() {
        finds.add(Task::Run, "go run .", (&finds.path("main.go"), 1), go, 1);
    }
}

fn maven(finds: &mut Finds<'_, '_>) {
    let Some((path, text)) = finds.read("pom.xml") else { return };
    let wrapper = finds.first(&["mvnw"]).is_some() || finds.tree.is_file("mvnw");
    let mvn = match (wrapper, finds.folder.is_empty()) {
        (true, true) => "./mvnw".to_owned(),
        (true, false) => format!("{}mvnw", "../".repeat(finds.folder.split('/').count())),
        (false, _) => "mvn".to_owned(),
    };
    let jvm = Source::Tool(Language::Jvm);
    finds.add(Task::Test, &format!("{mvn} test"), (&path, 1), jvm, 1);
    finds.add(Task::Build, &format!("{mvn} package"), (&path, 1), jvm, 1);
    let plugins = [
        ("spotless-maven-plugin", Task::Format, "spotless:apply"),
        ("formatter-maven-plugin", Task::Format, "formatter:format"),
        ("maven-checkstyle-plugin", Task::Lint, "checkstyle:check"),
        ("spring-boot-maven-plugin", Task::Run, "spring-boot:run"),
    ];
    for (plugin, task, goal) in plugins {
        if text.contains(plugin) {
            let line = line_of(&text, |line| line.contains(plugin));
            finds.add(task, &format!("{mvn} {goal}"), (&path, line), jvm, 0);
        }
    }
}

fn gradle(finds: &mut Finds<'_, '_>) {
    let Some(path) = finds.first(&[
        "build.gradle.kts",
        "build.gradle",
        "settings.gradle.kts",
        "settings.gradle",
    ]) else {
        return;
    };
    let text = finds.tree.read(&path).unwrap_or_default();
    let jvm = Source::Tool(Language::Jvm);
    let inside = !finds.folder.is_empty() && !finds.tree.is_file(&finds.path("gradlew"));
    let wrapper = finds.tree.is_file(&finds.path("gradlew")) || finds.tree.is_file("gradlew");
    let up = if inside { "../".repeat(finds.folder.split('/').count()) } else { "./".to_owned() };
    let gradle = if wrapper { format!("{up}gradlew") } else { "gradle".to_owned() };
    finds.add(Task::Test, &format!("{gradle} test"), (&path, 1), jvm, 1);
    finds.add(Task::Build, &format!("{gradle} build"), (&path, 1), jvm, 1);
    let plugins = [
        ("spotless", Task::Format, "spotlessApply"),
        ("ktlint", Task::Format, "ktlintFormat"),
        ("checkstyle", Task::Lint, "checkstyleMain"),
        ("detekt", Task::Lint, "detekt"),
        ("org.springframework.boot", Task::Run, "bootRun"),
    ];
    for (plugin, task, name) in plugins {
        if text.contains(plugin) {
            let line = line_of(&text, |line| line.contains(plugin));
            finds.add(task, &format!("{gradle} {name}"), (&path, line), jvm, 0);
        }
    }
}

fn cmake(finds: &mut Finds<'_, '_>) {
    let native = Source::Tool(Language::Native);
    if let Some((path, text)) = finds.read("CMakeLists.txt") {
        finds.add(Task::Build, "cmake -S . -B build && cmake --build build", (&path, 1), native, 1);
        let tests = |line: &str| {
            line.contains("enable_testing")
                || line.contains("add_test(")
                || line.contains("include(CTest)")
        };
        if text.lines().any(tests) {
            let line = line_of(&text, tests);
            finds.add(Task::Test, "ctest --test-dir build", (&path, line), native, 1);
        }
    }
    if let Some(path) = finds.first(&["meson.build"]) {
        finds.add(
            Task::Build,
            "meson setup build && meson compile -C build",
            (&path, 1),
            native,
            1,
        );
        finds.add(Task::Test, "meson test -C build", (&path, 1), native, 1);
    }
    if let Some(path) = finds.first(&["configure.ac", "configure"]) {
        finds.add(Task::Build, "./configure && make", (&path, 1), native, 3);
    }
    if let Some(path) = finds.first(&[".clang-format"]) {
        finds.add(Task::Format, "clang-format -i", (&path, 1), native, 1);
    }
    if let Some(path) = finds.first(&[".clang-tidy"]) {
        finds.add(Task::Lint, "clang-tidy", (&path, 1), native, 1);
    }
}

fn ruby(finds: &mut Finds<'_, '_>) {
    let ruby = Source::Tool(Language::Ruby);
    let bundle = if finds.first(&["Gemfile"]).is_some() { "bundle exec " } else { "" };
    if let Some(path) = finds.first(&["bin/rails"]) {
        finds.add(Task::Run, "bin/rails server", (&path, 1), ruby, 0);
        if finds.tree.any_below(&finds.path("test"), |path| path.ends_with("_test.rb")).is_some() {
            finds.add(Task::Test, "bin/rails test", (&path, 1), ruby, 0);
        }
    }
    if let Some(path) = finds.first(&[".rspec", "spec/spec_helper.rb"]) {
        finds.add(Task::Test, &format!("{bundle}rspec"), (&path, 1), ruby, 1);
    }
    if let Some((path, text)) = finds.read("Rakefile") {
        let is_test = |line: &str| {
            line.contains("TestTask")
                || line.contains("task :test")
                || line.contains("task default: :test")
        };
        if text.lines().any(is_test) {
            let line = line_of(&text, is_test);
            finds.add(Task::Test, &format!("{bundle}rake test"), (&path, line), ruby, 2);
        }
    }
    if let Some(path) = finds.first(&[".rubocop.yml"]) {
        finds.add(Task::Lint, &format!("{bundle}rubocop"), (&path, 1), ruby, 1);
        finds.add(Task::Format, &format!("{bundle}rubocop -a"), (&path, 1), ruby, 2);
    }
}

fn php(finds: &mut Finds<'_, '_>) {
    let php = Source::Tool(Language::Php);
    let tools: [(&[&str], Task, &str); 4] = [
        (&["phpunit.xml", "phpunit.xml.dist"], Task::Test, "vendor/bin/phpunit"),
        (&["phpstan.neon", "phpstan.neon.dist"], Task::Lint, "vendor/bin/phpstan analyse"),
        (
            &[".php-cs-fixer.php", ".php-cs-fixer.dist.php"],
            Task::Format,
            "vendor/bin/php-cs-fixer fix",
        ),
        (&["pint.json"], Task::Format, "vendor/bin/pint"),
    ];
    for (configs, task, command) in tools {
        if let Some(path) = finds.first(configs) {
            finds.add(task, command, (&path, 1), php, 1);
        }
    }
}

/// Ecosystems with one tool for everything.
fn simple(finds: &mut Finds<'_, '_>) {
    type Row = (&'static [&'static str], Language, &'static [(Task, &'static str)]);
    const ROWS: &[Row] = &[
        (
            &["mix.exs"],
            Language::Elixir,
            &[(Task::Test, "mix test"), (Task::Build, "mix compile"), (Task::Format, "mix format")],
        ),
        (&[".credo.exs"], Language::Elixir, &[(Task::Lint, "mix credo")]),
        (
            &["Package.swift"],
            Language::Swift,
            &[(Task::Test, "swift test"), (Task::Build, "swift build")],
        ),
        (&[".swiftlint.yml"], Language::Swift, &[(Task::Lint, "swiftlint")]),
        (
            &["build.zig"],
            Language::Native,
            &[(Task::Test, "zig build test"), (Task::Build, "zig build")],
        ),
        (&["build.sbt"], Language::Jvm, &[(Task::Test, "sbt test"), (Task::Build, "sbt compile")]),
        (&[".scalafmt.conf"], Language::Jvm, &[(Task::Format, "sbt scalafmtAll")]),
        (
            &["MODULE.bazel", "WORKSPACE"],
            Language::Any,
            &[(Task::Test, "bazel test //..."), (Task::Build, "bazel build //...")],
        ),
    ];
    for (files, language, commands) in ROWS {
        let Some(path) = finds.first(files) else { continue };
        for (task, command) in *commands {
            finds.add(*task, command, (&path, 1), Source::Tool(*language), 1);
        }
    }
    if let Some((path, text)) = finds.read("pubspec.yaml") {
        let tool = if text.contains("flutter:") { "flutter" } else { "dart" };
        let dart = Source::Tool(Language::Dart);
        finds.add(Task::Test, &format!("{tool} test"), (&path, 1), dart, 1);
        finds.add(Task::Lint, &format!("{tool} analyze"), (&path, 1), dart, 1);
        finds.add(Task::Format, "dart format .", (&path, 1), dart, 1);
    }
    let solution = finds.tree.any_below(&finds.folder, |path| {
        path.ends_with(".sln")
            || path.ends_with(".slnx")
            || path.ends_with(".csproj")
            || path.ends_with(".fsproj")
    });
    let own = solution.map(str::to_owned).filter(|path| {
        let inside = path.strip_prefix(finds.folder.as_str()).unwrap_or(path);
        path.ends_with(".sln")
            || path.ends_with(".slnx")
            || inside.trim_start_matches('/').matches('/').count() == 0
    });
    if let Some(path) = own {
        let dotnet = Source::Tool(Language::Dotnet);
        for (task, command) in [
            (Task::Test, "dotnet test"),
            (Task::Build, "dotnet build"),
            (Task::Format, "dotnet format"),
        ] {
            finds.add(task, command, (&path, 1), dotnet, 1);
        }
    }
}

fn pre_commit(finds: &mut Finds<'_, '_>) {
    if let Some(path) = finds.first(&[".pre-commit-config.yaml", ".pre-commit-config.yml"]) {
        finds.add(Task::Lint, "pre-commit run --all-files", (&path, 1), Source::Wrapper, 1);
    }
}

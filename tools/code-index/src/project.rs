//! What a source tree is made of: the files that declare its packages.

/// Names that declare a package or a build.
const MANIFEST_NAMES: [&str; 26] = [
    "Cargo.toml",
    "package.json",
    "deno.json",
    "deno.jsonc",
    "pyproject.toml",
    "setup.cfg",
    "setup.py",
    "Pipfile",
    "requirements.txt",
    "go.mod",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "libs.versions.toml",
    "Directory.Packages.props",
    "Gemfile",
    "composer.json",
    "Package.swift",
    "mix.exs",
    "CMakeLists.txt",
    "pubspec.yaml",
    "Dockerfile",
    "compose.yaml",
    "compose.yml",
    "docker-compose.yaml",
    "docker-compose.yml",
];

/// Returns whether a file of this name declares a package, a build or an image.
pub fn is_manifest(name: &str) -> bool {
    MANIFEST_NAMES.contains(&name)
        || name.ends_with(".csproj")
        || name.ends_with(".fsproj")
        || (name.starts_with("requirements") && name.ends_with(".txt"))
        || name.starts_with("Dockerfile.")
        || name.ends_with(".Dockerfile")
}

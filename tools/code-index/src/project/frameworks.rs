//! Which dependency tells which framework: a table.

use super::{Dependency, Framework};

/// A dependency that tells a framework. A name ending in `*` is a prefix.
type Row = (&'static str, &'static str, &'static str);

/// By ecosystem: (dependency, framework, category).
const TABLE: [(&[&str], &[Row]); 12] = [
    (&["cargo"], RUST),
    (&["npm", "deno"], JAVASCRIPT),
    (&["python"], PYTHON),
    (&["go"], GO),
    (&["maven", "gradle"], JVM),
    (&["nuget"], DOTNET),
    (&["rubygems"], RUBY),
    (&["composer"], PHP),
    (&["hex"], ELIXIR),
    (&["swift", "pub"], MOBILE),
    (&["cmake"], CMAKE),
    (&["docker", "compose"], IMAGES),
];

const RUST: &[Row] = &[
    ("actix-web", "actix-web", "web"),
    ("async-std", "async-std", "async"),
    ("axum", "axum", "web"),
    ("bevy", "bevy", "game"),
    ("clap", "clap", "cli"),
    ("criterion", "criterion", "benchmark"),
    ("diesel", "diesel", "database"),
    ("dioxus", "dioxus", "ui"),
    ("egui", "egui", "ui"),
    ("hyper", "hyper", "web"),
    ("iced", "iced", "ui"),
    ("insta", "insta", "test"),
    ("leptos", "leptos", "ui"),
    ("poem", "poem", "web"),
    ("proptest", "proptest", "test"),
    ("pyo3", "pyo3", "bindings"),
    ("rayon", "rayon", "parallel"),
    ("rmcp", "rmcp", "mcp"),
    ("rocket", "rocket", "web"),
    ("sea-orm", "sea-orm", "database"),
    ("sqlx", "sqlx", "database"),
    ("tauri", "tauri", "desktop"),
    ("tokio", "tokio", "async"),
    ("tonic", "tonic", "rpc"),
    ("warp", "warp", "web"),
    ("wasm-bindgen", "wasm-bindgen", "bindings"),
    ("yew", "yew", "ui"),
];

const JAVASCRIPT: &[Row] = &[
    ("@angular/core", "angular", "ui"),
    ("@hapi/hapi", "hapi", "web"),
    ("@modelcontextprotocol/sdk", "mcp-sdk", "mcp"),
    ("@nestjs/core", "nestjs", "web"),
    ("@playwright/test", "playwright", "test"),
    ("@remix-run/*", "remix", "web"),
    ("@sveltejs/kit", "sveltekit", "web"),
    ("@trpc/server", "trpc", "rpc"),
    ("astro", "astro", "web"),
    ("ava", "ava", "test"),
    ("cypress", "cypress", "test"),
    ("drizzle-orm", "drizzle", "database"),
    ("electron", "electron", "desktop"),
    ("esbuild", "esbuild", "build"),
    ("expo", "expo", "mobile"),
    ("express", "express", "web"),
    ("fastify", "fastify", "web"),
    ("gatsby", "gatsby", "web"),
    ("hono", "hono", "web"),
    ("jest", "jest", "test"),
    ("koa", "koa", "web"),
    ("mocha", "mocha", "test"),
    ("mongoose", "mongoose", "database"),
    ("next", "next", "web"),
    ("nuxt", "nuxt", "web"),
    ("preact", "preact", "ui"),
    ("@prisma/client", "prisma", "database"),
    ("prisma", "prisma", "database"),
    ("react", "react", "ui"),
    ("react-native", "react-native", "mobile"),
    ("react-router", "react-router", "web"),
    ("redux", "redux", "state"),
    ("@reduxjs/toolkit", "redux", "state"),
    ("rollup", "rollup", "build"),
    ("sequelize", "sequelize", "database"),
    ("solid-js", "solid", "ui"),
    ("svelte", "svelte", "ui"),
    ("tailwindcss", "tailwind", "style"),
    ("turbo", "turborepo", "build"),
    ("nx", "nx", "build"),
    ("typeorm", "typeorm", "database"),
    ("typescript", "typescript", "language"),
    ("vite", "vite", "build"),
    ("vitest", "vitest", "test"),
    ("vue", "vue", "ui"),
    ("webpack", "webpack", "build"),
    ("npm:react", "react", "ui"),
    ("@oak/oak", "oak", "web"),
    ("fresh", "fresh", "web"),
    ("@fresh/core", "fresh", "web"),
];

const PYTHON: &[Row] = &[
    ("aiohttp", "aiohttp", "web"),
    ("airflow", "airflow", "workflow"),
    ("apache-airflow", "airflow", "workflow"),
    ("celery", "celery", "queue"),
    ("click", "click", "cli"),
    ("django", "django", "web"),
    ("djangorestframework", "django-rest-framework", "web"),
    ("fastapi", "fastapi", "web"),
    ("flask", "flask", "web"),
    ("hypothesis", "hypothesis", "test"),
    ("langchain", "langchain", "ai"),
    ("litestar", "litestar", "web"),
    ("mcp", "mcp-sdk", "mcp"),
    ("nose", "nose", "test"),
    ("numpy", "numpy", "science"),
    ("pandas", "pandas", "science"),
    ("pydantic", "pydantic", "data"),
    ("pyramid", "pyramid", "web"),
    ("pyspark", "spark", "data"),
    ("pytest", "pytest", "test"),
    ("sanic", "sanic", "web"),
    ("scikit-learn", "scikit-learn", "ai"),
    ("scrapy", "scrapy", "web"),
    ("sqlalchemy", "sqlalchemy", "database"),
    ("starlette", "starlette", "web"),
    ("streamlit", "streamlit", "ui"),
    ("tensorflow", "tensorflow", "ai"),
    ("torch", "pytorch", "ai"),
    ("tornado", "tornado", "web"),
    ("tox", "tox", "test"),
    ("transformers", "transformers", "ai"),
    ("typer", "typer", "cli"),
];

const GO: &[Row] = &[
    ("github.com/gin-gonic/gin", "gin", "web"),
    ("github.com/labstack/echo*", "echo", "web"),
    ("github.com/gofiber/fiber*", "fiber", "web"),
    ("github.com/go-chi/chi*", "chi", "web"),
    ("github.com/gorilla/mux", "gorilla", "web"),
    ("github.com/spf13/cobra", "cobra", "cli"),
    ("github.com/urfave/cli*", "urfave-cli", "cli"),
    ("github.com/stretchr/testify", "testify", "test"),
    ("github.com/onsi/ginkgo*", "ginkgo", "test"),
    ("google.golang.org/grpc", "grpc", "rpc"),
    ("gorm.io/gorm", "gorm", "database"),
    ("entgo.io/ent", "ent", "database"),
    ("k8s.io/client-go", "kubernetes", "cloud"),
    ("sigs.k8s.io/controller-runtime", "controller-runtime", "cloud"),
    ("go.uber.org/fx", "fx", "injection"),
];

const JVM: &[Row] = &[
    ("org.springframework.boot*", "spring-boot", "web"),
    ("org.springframework:spring-webmvc", "spring-mvc", "web"),
    ("org.springframework:spring-context", "spring", "injection"),
    ("io.quarkus*", "quarkus", "web"),
    ("io.micronaut*", "micronaut", "web"),
    ("io.ktor*", "ktor", "web"),
    ("io.vertx*", "vert.x", "web"),
    ("org.hibernate*", "hibernate", "database"),
    ("org.mybatis*", "mybatis", "database"),
    ("org.junit.jupiter*", "junit", "test"),
    ("junit:junit", "junit", "test"),
    ("org.testng:testng", "testng", "test"),
    ("org.mockito*", "mockito", "test"),
    ("io.kotest*", "kotest", "test"),
    ("com.android.application", "android", "mobile"),
    ("com.android.library", "android", "mobile"),
    ("androidx.compose*", "jetpack-compose", "ui"),
    ("org.jetbrains.kotlin*", "kotlin", "language"),
    ("org.apache.spark*", "spark", "data"),
    ("org.apache.kafka*", "kafka", "queue"),
    ("io.grpc*", "grpc", "rpc"),
];

const DOTNET: &[Row] = &[
    ("Microsoft.AspNetCore*", "asp.net", "web"),
    ("Microsoft.EntityFrameworkCore*", "entity-framework", "database"),
    ("Dapper", "dapper", "database"),
    ("xunit*", "xunit", "test"),
    ("NUnit*", "nunit", "test"),
    ("MSTest*", "mstest", "test"),
    ("Moq", "moq", "test"),
    ("MediatR", "mediatr", "injection"),
    ("Avalonia*", "avalonia", "ui"),
    ("Microsoft.Maui*", "maui", "mobile"),
    ("Grpc.AspNetCore*", "grpc", "rpc"),
];

const RUBY: &[Row] = &[
    ("rails", "rails", "web"),
    ("sinatra", "sinatra", "web"),
    ("hanami", "hanami", "web"),
    ("rspec*", "rspec", "test"),
    ("minitest", "minitest", "test"),
    ("capybara", "capybara", "test"),
    ("sidekiq", "sidekiq", "queue"),
    ("jekyll", "jekyll", "web"),
    ("sequel", "sequel", "database"),
];

const PHP: &[Row] = &[
    ("laravel/framework", "laravel", "web"),
    ("symfony/framework-bundle", "symfony", "web"),
    ("symfony/symfony", "symfony", "web"),
    ("slim/slim", "slim", "web"),
    ("cakephp/cakephp", "cakephp", "web"),
    ("yiisoft/yii2", "yii", "web"),
    ("doctrine/orm", "doctrine", "database"),
    ("phpunit/phpunit", "phpunit", "test"),
    ("pestphp/pest", "pest", "test"),
    ("phpstan/phpstan", "phpstan", "lint"),
];

const ELIXIR: &[Row] = &[
    ("phoenix", "phoenix", "web"),
    ("phoenix_live_view", "live-view", "ui"),
    ("ecto", "ecto", "database"),
    ("ecto_sql", "ecto", "database"),
    ("absinthe", "absinthe", "web"),
    ("oban", "oban", "queue"),
    ("nerves", "nerves", "embedded"),
    ("plug_cowboy", "plug", "web"),
];

const MOBILE: &[Row] = &[
    ("vapor", "vapor", "web"),
    ("swift-nio", "swift-nio", "async"),
    ("swift-argument-parser", "argument-parser", "cli"),
    ("swift-composable-architecture", "composable-architecture", "ui"),
    ("Alamofire", "alamofire", "http"),
    ("flutter", "flutter", "ui"),
    ("flutter_bloc", "bloc", "state"),
    ("flutter_riverpod", "riverpod", "state"),
    ("flutter_test", "flutter-test", "test"),
    ("test", "dart-test", "test"),
    ("shelf", "shelf", "web"),
];

const CMAKE: &[Row] = &[
    ("Qt5*", "qt", "ui"),
    ("Qt6*", "qt", "ui"),
    ("Boost", "boost", "library"),
    ("GTest", "googletest", "test"),
    ("Catch2", "catch2", "test"),
    ("doctest", "doctest", "test"),
    ("OpenCV", "opencv", "science"),
    ("CUDAToolkit", "cuda", "parallel"),
    ("MPI", "mpi", "parallel"),
    ("OpenMP", "openmp", "parallel"),
    ("gRPC", "grpc", "rpc"),
    ("ament_cmake", "ros2", "robotics"),
];

const IMAGES: &[Row] = &[
    ("postgres", "postgresql", "database"),
    ("mysql", "mysql", "database"),
    ("mariadb", "mariadb", "database"),
    ("mongo", "mongodb", "database"),
    ("redis", "redis", "cache"),
    ("valkey/valkey", "valkey", "cache"),
    ("rabbitmq", "rabbitmq", "queue"),
    ("nginx", "nginx", "web"),
    ("traefik", "traefik", "web"),
    ("elasticsearch", "elasticsearch", "search"),
];

/// Returns the frameworks that these dependencies tell, perhaps more than once.
pub(super) fn detect(ecosystem: &str, dependencies: &[Dependency]) -> Vec<Framework> {
    let rows = TABLE
        .iter()
        .filter(|(ecosystems, _)| ecosystems.contains(&ecosystem))
        .flat_map(|(_, rows)| rows.iter());
    rows.filter(|(pattern, _, _)| {
        dependencies.iter().any(|dependency| matches(pattern, &dependency.name))
    })
    .map(|(_, name, category)| Framework {
        name: (*name).to_owned(),
        category: (*category).to_owned(),
    })
    .collect()
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

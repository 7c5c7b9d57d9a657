use crate::cancel::Cancel;
use crate::checks::CheckQuery;
use crate::scratch::Repository;

/// What is unresolved and undeclared in each of the files, and what is unused.
fn check(files: &[(&str, &str)], want: &[&str]) {
    let repository = Repository::new(files);
    let workspace = repository.open_complete();
    let query = CheckQuery { paths: vec![String::from(".")], limit: 100, ..CheckQuery::default() };
    let checked = workspace.check_code(&query, &Cancel::new()).unwrap();
    let mut found: Vec<String> = Vec::new();
    for file in &checked.files {
        let missing = &file.unresolved_imports;
        found.extend(missing.iter().map(|one| format!("{}:{} {}", file.path, one.line, one.name)));
    }
    let packages = checked.undeclared.iter();
    found.extend(packages.map(|one| format!("undeclared {} {}:{}", one.name, one.path, one.line)));
    found.extend(checked.unused.iter().map(|one| format!("unused {}", one.name)));
    found.sort();
    let mut want = want.to_vec();
    want.sort_unstable();
    assert_eq!(found, want);
}

#[test]
fn python() {
    check(
        &[
            ("requirements.txt", "requests==2\nPyYAML>=6\nflask\npytest-cov\n"),
            ("app/__init__.py", ""),
            ("app/contrib/__init__.py", ""),
            ("app/contrib/flask/__init__.py", ""),
            ("app/contrib/flask/task.py", "from flask.views import View\n"),
            ("app/contrib/django/__init__.py", ""),
            ("app/contrib/django/task.py", "from django.db import models\n"),
            (
                "app/models.py",
                "import os, yaml\nimport requests as r\n\n\nclass User:\n    pass\n\n\nfrom .deep import *\n",
            ),
            ("app/deep.py", "A = 1\n"),
            ("app/lazy.py", "def __getattr__(name):\n    return name\n"),
            (
                "app/views.py",
                "import numpy as np\nfrom app.models import User, Nope, A\nfrom app.nothing import x\nfrom . import models, gone\nfrom .missing import y\nfrom .lazy import anything\ntry:\n    import ujson\nexcept ImportError:\n    ujson = None\nimport app.models\n",
            ),
        ],
        &[
            "app/views.py:2 app.models.Nope",
            "app/views.py:3 app.nothing",
            "app/views.py:4 .gone",
            "app/views.py:5 .missing",
            "undeclared django app/contrib/django/task.py:1",
            "undeclared numpy app/views.py:1",
        ],
    );
}

#[test]
fn javascript() {
    check(
        &[
            (
                "package.json",
                r#"{"name": "shop", "scripts": {"test": "vitest"}, "dependencies": {"react": "18", "left-pad": "1"}, "devDependencies": {"vitest": "1", "@types/node": "20", "typescript": "5"}}"#,
            ),
            (
                "tsconfig.json",
                r#"{"compilerOptions": {"baseUrl": ".", "paths": {"@/*": ["src/*"]}}}"#,
            ),
            (
                "src/cart.ts",
                "export const total = 1;\nexport * from './more';\nexport default function cart() {}\n",
            ),
            ("src/more.ts", "export type More = string;\n"),
            ("src/plain.js", "module.exports = { one: 1 };\n"),
            (
                "src/app.tsx",
                "import React from 'react';\nimport fs from 'node:fs';\nimport cart, { total, nope, More } from './cart';\nimport { x } from './missing';\nimport { y } from '@/gone';\nimport { one } from './plain';\nimport lodash from 'lodash/fp';\nimport './style.css';\nimport * as all from '@/cart';\nimport './lib/gone';\nimport './dist/made';\n",
            ),
            ("src/style.css", "a { color: red }\n"),
            ("src/lib/here.ts", "export const here = 1;\n"),
        ],
        &[
            "src/app.tsx:3 ./cart#nope",
            "src/app.tsx:4 ./missing",
            "src/app.tsx:5 @/gone",
            "src/app.tsx:10 ./lib/gone",
            "undeclared lodash src/app.tsx:7",
            "unused left-pad",
        ],
    );
}

#[test]
fn rust() {
    check(
        &[
            (
                "Cargo.toml",
                "[package]\nname = \"shop\"\nedition = \"2021\"\n[dependencies]\nserde = \"1\"\nserde_json = \"1\"\nold = { package = \"new\", version = \"1\" }\nrand = \"0.8\"\n",
            ),
            (
                "src/lib.rs",
                "mod cart;\nmod gone;\n#[cfg(windows)]\nmod win;\nuse crate::cart::{Cart, Nope};\nuse crate::nothing::X;\nuse serde::Serialize;\nuse regex::Regex;\nuse std::fmt;\nuse old::Thing;\n\npub fn f() -> String {\n    serde_json::to_string(&1).unwrap()\n}\n",
            ),
            (
                "src/cart.rs",
                "pub struct Cart;\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n    use super::Missing;\n}\n",
            ),
            ("tests/all.rs", "use shop::f;\n"),
        ],
        &[
            "src/cart.rs:6 self::Missing",
            "src/lib.rs:2 self::gone",
            "src/lib.rs:5 crate::cart::Nope",
            "src/lib.rs:6 crate::nothing::X",
            "undeclared regex src/lib.rs:8",
            "unused rand",
        ],
    );
}

#[test]
fn go() {
    check(
        &[
            (
                "go.mod",
                "module example.com/shop\n\nrequire (\n\tgithub.com/a/b v1.0.0\n\tgithub.com/c/d v1.0.0\n)\n",
            ),
            (
                "main.go",
                "package main\n\nimport (\n\t\"fmt\"\n\t\"example.com/shop/cart\"\n\t\"example.com/shop/gone\"\n\t\"github.com/a/b/deep\"\n\t\"github.com/e/f/g\"\n)\n\nfunc main() { fmt.Println(cart.A, gone.B, deep.C, g.D) }\n",
            ),
            ("cart/cart.go", "package cart\n\nconst A = 1\n"),
        ],
        &[
            "main.go:6 example.com/shop/gone",
            "undeclared github.com/e/f main.go:8",
            "unused github.com/c/d",
        ],
    );
}

#[test]
fn java_and_c() {
    check(
        &[
            ("src/com/acme/User.java", "package com.acme;\npublic class User {}\n"),
            (
                "src/com/acme/app/Main.java",
                "package com.acme.app;\nimport com.acme.User;\nimport com.acme.Nope;\nimport java.util.List;\nimport org.other.Thing;\nclass Main {}\n",
            ),
            ("lib/util.h", "int util(void);\n"),
            (
                "lib/main.c",
                "#include <stdio.h>\n#include \"util.h\"\n#include \"missing.h\"\n#ifdef WIN32\n#include \"win.h\"\n#endif\nint main(void) { return util(); }\n",
            ),
        ],
        &["lib/main.c:3 missing.h", "src/com/acme/app/Main.java:3 com.acme.Nope"],
    );
}

#[test]
fn what_a_build_makes_is_not_missed() {
    check(
        &[
            (".gitignore", "_version.py\n*.gen.ts\n"),
            ("pkg/__init__.py", "from ._version import version\nfrom ._speed import fast\n"),
            ("pkg/_speed.pyx", "fast = 1\n"),
            ("web/a.ts", "import { x } from './routes.gen';\nimport { y } from '../dist/b';\n"),
            ("src/config.h.in", "#define A 1\n"),
            ("src/a.c", "#include \"config.h\"\nint a;\n"),
        ],
        &[],
    );
}

//! Each framework as a small project: what is read of it, and how it compares.

use super::*;
use crate::contracts::model::Shape;
use crate::scratch::Repository;

mod clients;
mod servers;

/// All that is read of some files.
fn found(files: &[(&str, &str)]) -> Found {
    let repository = Repository::new(files);
    let workspace = repository.open_complete();
    let cancel = Cancel::new();
    let mut found = Found::default();
    for root in &workspace.queries(&Scope::default(), &cancel).unwrap() {
        found.read(root, &cancel).unwrap();
    }
    found
}

fn compared(files: &[(&str, &str)]) -> Contracts {
    let repository = Repository::new(files);
    let workspace = repository.open_complete();
    workspace.compare_contracts(&ContractsQuery::default(), &Cancel::new()).unwrap()
}

/// Routes as `framework METHOD path line`, in order.
fn routes(files: &[(&str, &str)]) -> Vec<String> {
    let mut all: Vec<String> = found(files)
        .routes
        .iter()
        .map(|route| {
            format!(
                "{} {} {} {}",
                route.framework,
                route.method.as_str(),
                route.path,
                route.spot.line
            )
        })
        .collect();
    all.sort();
    all.dedup();
    all
}

/// Calls as `METHOD path line`, in order.
fn calls(files: &[(&str, &str)]) -> Vec<String> {
    let all = found(files).calls;
    let mut all: Vec<String> = all
        .iter()
        .map(|call| format!("{} {} {}", call.method.as_str(), call.path, call.spot.line))
        .collect();
    all.sort();
    all.dedup();
    all
}

/// Fields as `name`, `name?` or `name~` where they are likely, nested in braces.
fn fields(shape: &Shape) -> String {
    let Some(object) = shape.object() else { return "?".to_owned() };
    let mut all: Vec<String> = object
        .fields
        .iter()
        .map(|field| {
            let mark = match field.need {
                model::Need::Required => "",
                model::Need::Likely => "~",
                model::Need::Optional => "?",
            };
            let inner = if field.shape.is_known() {
                format!(" {}", fields(&field.shape))
            } else {
                String::new()
            };
            format!("{}{mark}{inner}", field.name)
        })
        .collect();
    all.extend(object.open.then(|| "..".to_owned()));
    format!("{{{}}}", all.join(" "))
}

/// The request and response of the first route of a method.
fn body(files: &[(&str, &str)], method: &str) -> (String, String) {
    let found = found(files);
    let route = found.routes.iter().find(|route| route.method.as_str() == method).expect("a route");
    (fields(&route.body.request), fields(&route.body.response))
}

fn unmet(all: &[Unmet]) -> Vec<String> {
    all.iter()
        .map(|one| format!("{} {} {}:{}", one.method, one.path, one.place.path, one.place.line))
        .collect()
}

fn differing(all: &[Differing]) -> Vec<String> {
    all.iter()
        .map(|one| {
            let side = if one.side == ContractSide::Request { "request" } else { "response" };
            format!(
                "{} {} {side} -{} +{}",
                one.method,
                one.path,
                one.only_server.join(","),
                one.only_client.join(",")
            )
        })
        .collect()
}

#[test]
fn a_server_and_a_client_are_compared() {
    let answer = compared(&[
        (
            "server/main.py",
            "from fastapi import FastAPI\nfrom pydantic import BaseModel\napp = FastAPI()\n\nclass UserIn(BaseModel):\n    email: str\n    password: str\n    nick: str = ''\n\nclass User(BaseModel):\n    id: int\n    email: str\n\n@app.get('/api/users/{user_id}', response_model=User)\ndef read(user_id: int): ...\n\n@app.post('/api/users')\ndef create(body: UserIn) -> User: ...\n\n@app.delete('/api/users/{user_id}')\ndef delete(user_id: int): ...\n",
        ),
        (
            "web/api.ts",
            "interface User { id: number; email: string; name: string; age?: number }\n\nexport async function load(id: number): Promise<User> {\n  const res = await fetch(`/api/users/${id}`);\n  return res.json();\n}\n\nexport const add = (email: string) =>\n  fetch('/api/users', { method: 'POST', body: JSON.stringify({ email, pwd: 'x' }) });\n\nexport const gone = () => fetch('/api/teams');\n",
        ),
    ]);
    assert_eq!(unmet(&answer.missing), ["GET /api/teams web/api.ts:11"]);
    assert_eq!(unmet(&answer.unused), ["DELETE /api/users/{user_id} server/main.py:20"]);
    assert_eq!(
        differing(&answer.differing),
        ["POST /api/users request -password +pwd", "GET /api/users/{user_id} response - +name",]
    );
    assert_eq!((answer.calls, answer.met, answer.outside), (3, 2, 0));
}

#[test]
fn other_hosts_are_left_out_and_own_ones_are_not() {
    let server = "const express = require('express');\nconst app = express();\napp.get('/users', (req, res) => res.json([]));\n";
    let client = "fetch('https://api.github.com/repos/x');\nfetch('http://localhost:3000/users');\nfetch('http://localhost:3000/gone');\n";
    let answer = compared(&[("server/app.js", server), ("web/a.js", client)]);
    assert_eq!(unmet(&answer.missing), ["GET /gone web/a.js:3"]);
    assert_eq!((answer.calls, answer.met, answer.outside), (2, 1, 1));
}

#[test]
fn nothing_is_said_of_what_is_unknown() {
    let server = "from flask import Flask, request\napp = Flask(__name__)\n\n@app.post('/a')\ndef a():\n    return save(**request.get_json())\n";
    let client = "fetch('/a', { method: 'POST', body: JSON.stringify({ x: 1 }) }).then(r => r.json()).then(d => d.y);\n";
    let answer = compared(&[("server/app.py", server), ("web/a.js", client)]);
    assert_eq!(differing(&answer.differing), Vec::<String>::new());
}

#[test]
fn descriptions_add_only_what_code_does_not_have() {
    let api = "openapi: 3.0.0\npaths:\n  /users:\n    get:\n      responses: {}\n  /teams/{id}:\n    get:\n      responses:\n        '200':\n          content:\n            application/json:\n              schema: { $ref: '#/components/schemas/Team' }\ncomponents:\n  schemas:\n    Team:\n      required: [id]\n      properties:\n        id: { type: string }\n        parent: { $ref: '#/components/schemas/Team' }\n";
    let files = [
        ("openapi.yaml", api),
        (
            "app.js",
            "const app = require('express')();\napp.get('/users', (req, res) => res.json([]));\n",
        ),
    ];
    assert_eq!(routes(&files), ["express GET /users 2", "openapi GET /teams/{id} 7"]);
}

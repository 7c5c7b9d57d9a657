//! Queries and requests that are made once for each element, where one for all
//! would do.
//!
//! Loops count only where they go over many things: those that wait, try again,
//! or read until an end are left alone, as are lists that are written out,
//! what a loop iterates over, and rounds that are started together.
//!
//! **Deliberately absent:** reading many files in a loop, for there is no other
//! way. The same file opened in each round is found.

use tree_sitter::Node;

use super::facts::{Call, Facts, Loop};
use super::shape::{Family, Kind};
use super::{Context, Found, Severity};

pub(super) const ID: &str = "query-in-loop";

/// Receivers of queries by the last word of their names.
const DATABASES: &[&str] = &[
    "cursor",
    "cur",
    "db",
    "database",
    "conn",
    "connection",
    "session",
    "tx",
    "transaction",
    "pool",
    "knex",
    "prisma",
    "mongo",
    "collection",
    "repository",
    "repo",
    "stmt",
    "statement",
    "jdbctemplate",
    "entitymanager",
    "em",
    "pg",
    "mysql",
    "sqlite",
    "dbsession",
    "db_session",
    "sequelize",
    "objects",
    "dao",
    "mapper",
    "queryrunner",
    "context",
    "dbcontext",
    "client",
];

/// Calls on them that ask the database.
const ASKS: &[&str] = &[
    "execute",
    "query",
    "queryRow",
    "Query",
    "QueryRow",
    "QueryContext",
    "QueryRowContext",
    "Exec",
    "ExecContext",
    "exec",
    "get",
    "fetch_one",
    "fetch_all",
    "fetch_optional",
    "fetchrow",
    "fetchval",
    "fetchone",
    "scalar",
    "scalars",
    "findOne",
    "findUnique",
    "findFirst",
    "findMany",
    "findById",
    "findByPk",
    "findAll",
    "find_one",
    "executeQuery",
    "executeUpdate",
    "queryForObject",
    "queryForList",
    "First",
    "Take",
    "Find",
    "FirstOrDefault",
    "SingleOrDefault",
    "FirstOrDefaultAsync",
    "SingleOrDefaultAsync",
    "FindAsync",
    "insert",
    "insertOne",
    "updateOne",
    "update",
    "create",
    "save",
    "filter",
    "query_row",
    "query_one",
    "query_opt",
    "aget",
    "acreate",
    "get_or_create",
    "update_or_create",
    "getOne",
    "load",
    "find",
];

/// Receivers so broad that only these calls on them are queries.
const PLAIN: &[(&str, &[&str])] = &[
    ("session", &["execute", "query", "get", "scalar", "scalars", "load", "find"]),
    ("client", &["query", "execute", "query_one", "query_opt", "query_row"]),
    ("context", &["FindAsync", "FirstOrDefaultAsync"]),
    ("pool", &["query", "execute", "fetch", "fetchrow", "fetchval"]),
    ("collection", &["findOne", "find_one", "insertOne", "updateOne", "insert_one", "update_one"]),
    ("cur", &["execute"]),
    ("em", &["find", "createQuery"]),
    (
        "tx",
        &[
            "execute",
            "query",
            "Query",
            "QueryRow",
            "Exec",
            "QueryContext",
            "QueryRowContext",
            "ExecContext",
            "findUnique",
            "findFirst",
        ],
    ),
    ("mapper", &["selectById", "selectOne", "insert"]),
    ("pg", &["query"]),
    ("mysql", &["query", "execute"]),
    (
        "conn",
        &[
            "execute",
            "query",
            "Query",
            "QueryRow",
            "Exec",
            "QueryContext",
            "QueryRowContext",
            "ExecContext",
            "fetch",
            "fetchrow",
            "fetchval",
            "query_row",
            "exec",
        ],
    ),
    ("connection", &["execute", "query", "fetch", "fetchrow", "exec"]),
];

/// Names that say by themselves that they ask a database.
const NAMED: &[&str] = &[
    "findUnique",
    "findByPk",
    "findFirstOrThrow",
    "findUniqueOrThrow",
    "find_by",
    "find_by!",
    "QueryRowContext",
    "QueryContext",
    "ExecContext",
    "executeQuery",
    "queryForObject",
    "mysqli_query",
    "pg_query",
    "sqlite3_exec",
    "mysql_query",
    "PQexec",
    "fetch_one",
    "FirstOrDefaultAsync",
    "SingleOrDefaultAsync",
    "ToListAsync",
    "update_or_create",
    "get_or_create",
    "createQueryBuilder",
];

/// Requests over the network, by path.
const REQUESTS: &[&str] = &[
    "requests.get",
    "requests.post",
    "requests.put",
    "requests.delete",
    "requests.request",
    "httpx.get",
    "httpx.post",
    "urllib.request.urlopen",
    "fetch",
    "axios",
    "axios.get",
    "axios.post",
    "axios.put",
    "axios.delete",
    "got",
    "node-fetch",
    "net/http.Get",
    "net/http.Post",
    "net/http.PostForm",
    "http.DefaultClient.Do",
    "reqwest.get",
    "reqwest.blocking.get",
    "ureq.get",
    "ureq.post",
    "file_get_contents",
    "curl_exec",
    "curl_easy_perform",
    "Net.HTTP.get",
    "Net.HTTP.post",
];

pub(super) fn find(context: &Context<'_, '_>, found: &mut Vec<Found>) {
    let facts = context.facts;
    for call in &facts.calls {
        let Some(around) = call.in_loop.and_then(|id| facts.loops.get(id)) else { continue };
        let told = if around.is_concurrent {
            None
        } else if is_query(facts, call) {
            Some("asks the database once a round; ask once for all, with `IN`, a join or a batch")
        } else if is_request(facts, call) {
            Some("makes a request once a round; ask for many at once, or start them together")
        } else if opens_same_file(facts, call, around) {
            Some("opens the same file in each round; open it once before the loop")
        } else {
            None
        };
        if let Some(told) = told {
            let message = format!("`{}` {told}", shown(&call.path));
            found.push(Found::call(facts, call, Severity::Warning, message));
        }
    }
}

/// The last two parts of a path.
fn shown(path: &str) -> &str {
    let start = path.rmatch_indices('.').nth(1).map_or(0, |(at, _)| at + 1);
    &path[start..]
}

fn is_query(facts: &Facts<'_>, call: &Call<'_>) -> bool {
    if call.kind != Kind::Call || call.path.ends_with("many") {
        return false;
    }
    let (owner, name) = call.path.rsplit_once('.').unwrap_or(("", &call.path));
    let Some(receiver) = call.receiver else { return NAMED.contains(&name) };
    if NAMED.contains(&name) {
        return true;
    }
    // Django: `Model.objects.filter(…)` asks when it is read; `get` at once.
    if owner.ends_with(".objects") && facts.family == Family::Python {
        return matches!(
            name,
            "get" | "filter" | "create" | "get_or_create" | "update_or_create" | "exclude" | "aget"
        );
    }
    if owner.contains("prisma.") {
        return ASKS.contains(&name);
    }
    if facts.family == Family::Rust {
        // `sqlx::query(…).fetch_one(…)` has its database in the argument.
        return matches!(
            name,
            "fetch_one" | "fetch_all" | "fetch_optional" | "query_row" | "query_one" | "query_opt"
        );
    }
    if facts.family == Family::Java
        && facts.source(receiver).to_ascii_lowercase().ends_with("repository")
    {
        return name.starts_with("find") || name == "save" || name == "getOne";
    }
    let last =
        owner.trim_end_matches("()").rsplit('.').next().unwrap_or(owner).to_ascii_lowercase();
    let last = last.trim_start_matches(['_', '$', '@']);
    match PLAIN.iter().find(|(receiver, _)| *receiver == last) {
        Some((_, names)) => names.contains(&name) && has_text(call),
        None => {
            DATABASES.contains(&last) && last != "objects" && ASKS.contains(&name) && has_text(call)
        }
    }
}

/// A mere `get()` or `find()` without anything asked for is none.
fn has_text(call: &Call<'_>) -> bool {
    !call.arguments.is_empty()
}

fn is_request(facts: &Facts<'_>, call: &Call<'_>) -> bool {
    let path = call.path.as_str();
    let is_sent = facts.family == Family::Rust
        && path.ends_with(".send")
        && facts.text.contains("reqwest")
        && ["get()", "post()", "put()", "delete()"].iter().any(|verb| path.contains(verb));
    if is_sent || facts.asks_by_client(call) {
        return true;
    }
    if call.kind != Kind::Call || !REQUESTS.contains(&path) {
        return false;
    }
    match path {
        // PHP reads files by the same name.
        "file_get_contents" => {
            call.arguments.first().is_some_and(|first| facts.source(first.value).contains("http"))
        }
        "fetch" | "got" => facts.family == Family::Script && !facts.defines(path),
        _ => true,
    }
}

/// A file whose name does not change from round to round.
fn opens_same_file(facts: &Facts<'_>, call: &Call<'_>, around: &Loop<'_>) -> bool {
    let opens = match facts.family {
        Family::Python => matches!(call.path.as_str(), "open" | "io.open"),
        Family::Script => matches!(
            call.path.as_str(),
            "fs.readFileSync" | "fs.openSync" | "fs/promises.readFile" | "fs.promises.readFile"
        ),
        Family::Go => {
            matches!(call.path.as_str(), "os.Open" | "os.ReadFile" | "io/ioutil.ReadFile")
        }
        Family::Rust => matches!(
            call.path.as_str(),
            "std.fs.read" | "std.fs.read_to_string" | "std.fs.File.open"
        ),
        Family::C => call.path == "fopen",
        Family::Ruby => matches!(call.path.as_str(), "File.read" | "File.open"),
        Family::Php => matches!(call.path.as_str(), "fopen" | "file_get_contents"),
        Family::Java | Family::Kotlin => matches!(
            call.path.as_str(),
            "FileInputStream" | "FileReader" | "Files.readString" | "Files.readAllLines"
        ),
        Family::CSharp => {
            matches!(call.path.as_str(), "File.ReadAllText" | "File.OpenRead" | "File.ReadAllLines")
        }
    };
    let Some(first) = call.arguments.first().filter(|_| opens && call.arguments.len() < 4) else {
        return false;
    };
    facts.literal(first.value).is_some()
        && is_read(facts, call)
        && around.kind != Kind::While
        && holds(around.node, call.node)
}

/// Appending and writing in rounds is how a file grows.
fn is_read(facts: &Facts<'_>, call: &Call<'_>) -> bool {
    let mode = call.arguments.get(1).and_then(|mode| facts.literal(mode.value));
    mode.is_none_or(|mode| !mode.contains(['a', 'w', '+', 'x']))
}

fn holds(outer: Node<'_>, inner: Node<'_>) -> bool {
    outer.start_byte() <= inner.start_byte() && inner.end_byte() <= outer.end_byte()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::tests::check;

    #[test]
    fn true_and_false_examples() {
        check(
            ID,
            &[
                (
                    "a.py",
                    "for user in users:\n    cursor.execute('SELECT 1 WHERE id = %s', (user.id,))  # !!\n    Order.objects.get(user=user)  # !!\n    requests.get(url + user.name)  # !!\n    open('names.txt').read()  # !!\n",
                ),
                (
                    "a.py",
                    "x = [db.query(User, i) for i in ids]  # !!\ny = [row for row in cursor.execute('SELECT 1')]\n",
                ),
                (
                    "a.py",
                    "for row in cursor.execute('SELECT 1'):\n    use(row)\n    cache.get(row)\n    open(row.path).read()\n    cursor.executemany('INSERT', rows)\nfor attempt in range(3):\n    requests.get(url)\nwhile True:\n    cursor.execute('SELECT 1')\nfor path in ('a', 'b'):\n    requests.get(path)\n",
                ),
                (
                    "a.py",
                    "for f in xs:\n    def g():\n        cursor.execute('SELECT 1')\n    # cursor.execute('x')\n    s = \"cursor.execute('x')\"\n",
                ),
                (
                    "a.py",
                    "import requests\n\ndef a(urls, cache):\n    s = requests.Session()\n    for url in urls:\n        s.get(url)  # !!\n        cache.get(url)\n",
                ),
                (
                    "a.go",
                    "package a\nimport \"net/http\"\nfunc a(urls []string) {\n\tclient := &http.Client{}\n\tfor _, url := range urls {\n\t\tclient.Get(url) // !!\n\t\tcache.Get(url)\n\t}\n}\n",
                ),
                (
                    "a.rs",
                    "async fn a(urls: Vec<String>) {\n    let client = reqwest::Client::new();\n    for url in urls {\n        client.get(url).send().await; // !!\n        sender.send(url).await;\n    }\n}\n",
                ),
                (
                    "a.ts",
                    "async function a(ids: string[]) {\n  for (const id of ids) {\n    await prisma.user.findUnique({ where: { id } }); // !!\n    await fetch(`/users/${id}`); // !!\n  }\n  ids.forEach(async (id) => { await db.query('SELECT 1', [id]); // !!\n  });\n  for (let i = 0; i < ids.length; i++) { await axios.get(ids[i]); // !!\n  }\n}\n",
                ),
                (
                    "a.ts",
                    "async function a(ids: string[]) {\n  await prisma.user.findMany({ where: { id: { in: ids } } });\n  await Promise.all(ids.map((id) => fetch(id)));\n  for (const key of map.keys()) { cache.get(key); map.find(key); }\n  while (true) { await fetch('/poll'); }\n}\n",
                ),
                (
                    "a.go",
                    "package a\nimport \"net/http\"\nfunc a() {\n\tfor _, id := range ids {\n\t\tdb.QueryRow(\"SELECT 1\", id) // !!\n\t\thttp.Get(id) // !!\n\t\tcache.Get(id)\n\t}\n\tfor rows.Next() {\n\t\tdb.Exec(\"x\", 1)\n\t}\n\tfor {\n\t\tdb.Exec(\"x\", 1)\n\t}\n}\n",
                ),
                (
                    "a.rs",
                    "async fn a(ids: Vec<i64>) {\n    for id in ids {\n        sqlx::query(\"SELECT 1\").bind(id).fetch_one(&pool).await; // !!\n        map.get(&id);\n    }\n    while let Some(row) = rows.next().await {\n        sqlx::query(\"x\").fetch_one(&pool).await;\n    }\n    loop { sqlx::query(\"x\").fetch_one(&pool).await; }\n}\n",
                ),
                (
                    "A.java",
                    "class A {\n  void a() {\n    for (Long id : ids) {\n      userRepository.findById(id); // !!\n      statement.executeQuery(\"SELECT 1\"); // !!\n      map.get(id);\n    }\n    while (rs.next()) { statement.executeQuery(\"x\"); }\n  }\n}\n",
                ),
                (
                    "a.c",
                    "void a(void) {\n  for (int i = 0; i < n; i++) {\n    mysql_query(db, q[i]); // !!\n    use(i);\n  }\n  while (read(f)) { mysql_query(db, q); }\n}\n",
                ),
                (
                    "a.cpp",
                    "void a() {\n  for (auto &x : xs) {\n    sqlite3_exec(db, x, 0, 0, 0); // !!\n    map.find(x);\n  }\n}\n",
                ),
                (
                    "a.rb",
                    "users.each do |user|\n  Order.find_by(user: user) # !!\n  cache.fetch(user)\nend\n",
                ),
                (
                    "a.php",
                    "<?php\nforeach ($ids as $id) {\n  mysqli_query($db, $sql); // !!\n  array_push($x, $id);\n}\n",
                ),
                (
                    "a.cs",
                    "class A {\n  async Task B() {\n    foreach (var id in ids) {\n      await db.Users.FirstOrDefaultAsync(u => u.Id == id); // !!\n      list.Find(id);\n    }\n  }\n}\n",
                ),
                (
                    "a.kt",
                    "fun a() {\n  for (id in ids) {\n    statement.executeQuery(id) // !!\n    map.get(id)\n  }\n}\n",
                ),
            ],
        );
    }
}

//! What the tools answer: right places, both forms alike, small.

use serde_json::{Value, json};

use super::{ask, complete, refusal, server, server_of, shop};

#[tokio::test]
async fn the_tool_list_is_small_and_stable() -> anyhow::Result<()> {
    let scratch = shop()?;
    let mut server = server(&scratch).await?;
    let list = server.ask("tools/list", json!({})).await?;
    let tools = &list["result"]["tools"];
    let bytes = serde_json::to_string(tools)?.len();
    assert!(bytes <= 6000, "tools/list has {bytes} bytes");
    assert!(
        tools.as_array().is_some_and(|tools| tools.iter().all(|t| t["outputSchema"].is_null()))
    );
    insta::assert_json_snapshot!("tools", tools);
    assert_eq!(server.close().await?, 0);
    Ok(())
}

#[tokio::test]
async fn the_tools_of_the_set_docs_are_stable() -> anyhow::Result<()> {
    let scratch = shop()?;
    let mut server = server_of(&scratch, "docs").await?;
    let list = server.ask("tools/list", json!({})).await?;
    insta::assert_json_snapshot!("tools_of_docs", list["result"]["tools"]);
    assert_eq!(server.close().await?, 0);
    Ok(())
}

#[tokio::test]
async fn the_tools_of_the_set_contracts_are_stable() -> anyhow::Result<()> {
    let scratch = shop()?;
    let mut server = server_of(&scratch, "contracts").await?;
    let list = server.ask("tools/list", json!({})).await?;
    insta::assert_json_snapshot!("tools_of_contracts", list["result"]["tools"]);
    assert_eq!(server.close().await?, 0);
    Ok(())
}

#[tokio::test]
async fn rules_of_a_task_are_found_though_git_ignores_them() -> anyhow::Result<()> {
    let scratch = shop()?;
    scratch.write(".gitignore", ".cursor/\n")?;
    scratch.write(
        ".cursor/rules/web.mdc",
        "---\ndescription: Web\nglobs: web/**/*.ts\nalwaysApply: false\n---\nNo any.\n",
    )?;
    scratch.write("AGENTS.md", "# Rules\n\nAsk first.\n")?;
    let mut server = server_of(&scratch, "docs").await?;
    let arguments =
        json!({ "query": "rename a field", "kinds": "rules", "paths": ["web/src/cart.ts"] });
    let answer = ask(&mut server, "read_docs", arguments).await?;
    let results = answer["results"].as_array().expect("results");
    let paths: Vec<&Value> = results.iter().map(|hit| &hit["path"]).collect();
    assert_eq!(paths, [&json!("AGENTS.md"), &json!(".cursor/rules/web.mdc")]);
    assert_eq!(results[1]["scope"]["globs"], json!(["web/**/*.ts"]));
    assert_eq!(results[0]["scope"]["always_apply"], true);
    Ok(())
}

#[tokio::test]
async fn commands_and_habits_are_mapped() -> anyhow::Result<()> {
    let scratch = shop()?;
    scratch.write("Makefile", "test:\n\t./all\n")?;
    let mut server = server(&scratch).await?;
    complete(&mut server).await?;
    let answer = ask(&mut server, "map_project", json!({})).await?;
    let want = json!({ "task": "test", "command": "make test", "path": "Makefile", "line": 1 });
    assert_eq!(answer["projects"][0]["commands"][0], want);
    assert!(answer["projects"][0]["conventions"].as_array().is_some_and(|all| !all.is_empty()));
    Ok(())
}

#[tokio::test]
async fn a_symbol_is_found_at_its_name() -> anyhow::Result<()> {
    let scratch = shop()?;
    let mut server = server(&scratch).await?;
    complete(&mut server).await?;
    let source = std::fs::read_to_string(scratch.root().join("catalog/src/stock.rs"))?;
    let (line, name) = source
        .lines()
        .zip(1..)
        .find_map(|(text, line)| {
            let name = text.trim().strip_prefix("pub struct ")?;
            Some((line, name.split(|c: char| !c.is_alphanumeric()).next()?.to_owned()))
        })
        .expect("the fixture has a struct");
    let answer = ask(&mut server, "find_symbol", json!({ "name": name })).await?;
    let first = &answer["symbols"][0];
    assert_eq!(answer["found"], true);
    assert_eq!(first["path"], "catalog/src/stock.rs");
    assert_eq!(
        (&first["name"], &first["line"], &first["kind"]),
        (&json!(name), &json!(line), &json!("struct"))
    );
    Ok(())
}

#[tokio::test]
async fn an_absent_name_is_no_error_and_gives_near_ones() -> anyhow::Result<()> {
    let scratch = shop()?;
    scratch.write("src/near.rs", "pub fn settle_invoice() {}\n")?;
    let mut server = server(&scratch).await?;
    complete(&mut server).await?;
    let result = server.call("find_symbol", json!({ "name": "setle_invoice" })).await?;
    assert_ne!(result["isError"], true);
    let answer = &result["structuredContent"];
    assert_eq!((&answer["found"], &answer["symbols"]), (&json!(false), &json!([])));
    let near = answer["near"].as_array().expect("near names");
    assert!(near.contains(&json!("settle_invoice")), "{near:?}");
    assert!(result["content"][0]["text"].as_str().is_some_and(|text| text.contains("not found")));
    Ok(())
}

#[tokio::test]
async fn uses_are_traced_with_their_confidence() -> anyhow::Result<()> {
    let scratch = shop()?;
    // The name alone is no use of it.
    scratch.write("web/src/unrelated.ts", "class Cart {}\nnew Cart();\n")?;
    let mut server = server(&scratch).await?;
    complete(&mut server).await?;
    let source = std::fs::read_to_string(scratch.root().join("web/src/cart.ts"))?;
    let line = 1 + source
        .lines()
        .position(|line| line.starts_with("export class Cart "))
        .expect("a class");
    let symbol = format!("web/src/cart.ts:{line}");
    let arguments = json!({ "symbol": symbol, "direction": "references" });
    let answer = ask(&mut server, "trace_references", arguments).await?;
    let edges = answer["edges"].as_array().expect("edges");
    assert!(edges.iter().all(|edge| edge["confidence"] == "exact"), "{edges:?}");
    let word = regex::Regex::new(r"\bCart\b")?;
    let mut want = Vec::new();
    for file in ["cart.ts", "checkout.ts", "components/CartView.tsx"] {
        let path = format!("web/src/{file}");
        let text = std::fs::read_to_string(scratch.root().join(&path))?;
        let lines = text.lines().zip(1..).filter(|(text, _)| word.is_match(text));
        want.extend(lines.map(|(_, line)| (path.clone(), line)));
    }
    want.retain(|(path, at)| path != "web/src/cart.ts" || *at != line);
    let found: Vec<(String, usize)> = edges
        .iter()
        .filter_map(|edge| {
            Some((edge["path"].as_str()?.to_owned(), edge["line"].as_u64()?.try_into().ok()?))
        })
        .collect();
    assert_eq!(found, want);
    Ok(())
}

#[tokio::test]
async fn text_is_found_by_letter_by_words_and_by_pattern() -> anyhow::Result<()> {
    let scratch = shop()?;
    scratch.write("src/a.rs", "fn one() { let Total = 1; }\nfn two() { let total = 2; }\n")?;
    let mut server = server(&scratch).await?;
    complete(&mut server).await?;
    let cases = [
        ("let total", "text", "text", vec![1, 2]),
        ("let Total", "text", "text", vec![1]),
        ("total two let", "text", "words", vec![2]),
        (r"let \w+ = [12];", "regex", "regex", vec![1, 2]),
    ];
    for (query, mode, by, lines) in cases {
        let arguments = json!({ "query": query, "mode": mode, "paths": ["src/a.rs"] });
        let answer = ask(&mut server, "search_code", arguments).await?;
        let found: Vec<u64> = answer["matches"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|found| found["line"].as_u64())
            .collect();
        assert_eq!(answer["matched_by"], by, "{query}");
        assert!(found.starts_with(&lines), "{query}: {found:?}");
    }
    Ok(())
}

#[tokio::test]
async fn pages_follow_each_other_without_gap() -> anyhow::Result<()> {
    let scratch = shop()?;
    let text: String = (0..45).map(|n| format!("let needle_{n} = {n};\n")).collect();
    scratch.write("src/many.rs", text)?;
    let mut server = server(&scratch).await?;
    complete(&mut server).await?;
    let (mut lines, mut cursor) = (Vec::new(), Value::Null);
    for _ in 0..4 {
        let mut arguments = json!({ "query": "needle_" });
        if !cursor.is_null() {
            arguments["cursor"] = cursor;
        }
        let answer = ask(&mut server, "search_code", arguments).await?;
        lines.extend(answer["matches"].as_array().into_iter().flatten().map(|m| m["line"].clone()));
        cursor = answer["next_cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert!(cursor.is_null());
    assert_eq!(lines, (1..=45).map(Value::from).collect::<Vec<_>>());
    Ok(())
}

#[tokio::test]
async fn mistakes_are_told_with_the_next_step() -> anyhow::Result<()> {
    let scratch = shop()?;
    let mut server = server_of(&scratch, "all").await?;
    let cases = [
        ("search_code", json!({ "query": "a(", "mode": "regex" }), "text"),
        ("search_code", json!({ "query": "x", "cursor": "nonsense" }), "cursor"),
        ("search_code", json!({}), "query"),
        ("explore_code", json!({ "query": " " }), "query"),
        ("explore_code", json!({ "query": "x", "budget": 7 }), "budget_tokens"),
        ("explore_code", json!({ "query": "x", "languages": ["klingon"] }), "klingon"),
        ("find_symbol", json!({ "name": "x", "kind": "thing" }), "function"),
        ("find_symbol", json!({ "name": "x", "paths": ["a[" ] }), "a["),
        ("trace_references", json!({ "symbol": "x", "direction": "sideways" }), "callers"),
        ("trace_references", json!({ "symbol": "", "direction": "callers" }), "path:line"),
        (
            "trace_references",
            json!({ "symbol": "no/such.ts:3", "direction": "callers" }),
            "no/such.ts",
        ),
        (
            "trace_references",
            json!({ "symbol": "x", "direction": "callers", "min_confidence": "sure" }),
            "likely",
        ),
        (
            "trace_references",
            json!({ "symbol": "Cart", "direction": "callers", "cursor": "nonsense" }),
            "cursor",
        ),
        ("analyze_impact", json!({}), "symbols"),
        ("analyze_impact", json!({ "diff": "no-such..range" }), "no-such..range"),
        ("read_docs", json!({}), "symbol"),
        ("read_docs", json!({ "query": "x", "symbol": "y" }), "both"),
        ("read_docs", json!({ "query": "x", "kinds": ["books"] }), "skills"),
        ("read_docs", json!({ "query": "x", "paths": ["../outside"] }), "../outside"),
        ("read_docs", json!({ "symbol": "no/such.ts:3" }), "no/such.ts"),
        ("check_code", json!({ "paths": ["no/such.ts"] }), "no/such.ts"),
        ("check_code", json!({ "diff": "no-such..range" }), "no-such..range"),
        ("check_code", json!({ "cursor": "nonsense" }), "next_cursor"),
        ("compare_contracts", json!({ "route": "users" }), "/api/users"),
        ("compare_contracts", json!({ "paths": ["a["] }), "a["),
        ("map_project", json!({ "path": "no/such/place" }), "no/such/place"),
        ("map_project", json!({ "path": "../outside" }), "../outside"),
    ];
    for (tool, arguments, hint) in cases {
        let text = refusal(&mut server, tool, arguments.clone()).await?;
        assert!(text.contains(hint), "{tool} {arguments}: {text}");
    }
    Ok(())
}

#[tokio::test]
async fn both_forms_carry_the_same_facts() -> anyhow::Result<()> {
    let scratch = shop()?;
    let mut server = server_of(&scratch, "all").await?;
    complete(&mut server).await?;
    for (tool, arguments) in questions() {
        let result = server.call(tool, arguments).await?;
        let text = result["content"][0]["text"].as_str().unwrap_or_default();
        let mut missing = Vec::new();
        missing_facts(&result["structuredContent"], "", text, &mut missing);
        assert!(missing.is_empty(), "{tool}: {missing:?} missing in:\n{text}");
    }
    Ok(())
}

fn questions() -> [(&'static str, Value); 22] {
    [
        ("explore_code", json!({ "query": "how is the price of a cart computed" })),
        ("search_code", json!({ "query": "price" })),
        ("search_code", json!({ "query": "import .*", "mode": "regex", "limit": 3 })),
        ("find_symbol", json!({ "name": "re" })),
        ("find_symbol", json!({ "name": "qqqqzzzz" })),
        ("trace_references", json!({ "symbol": "Cart", "direction": "references" })),
        (
            "trace_references",
            json!({ "symbol": "checkoutCart", "direction": "callees", "depth": 2 }),
        ),
        (
            "trace_references",
            json!({ "symbol": "add", "direction": "callers", "limit": 1, "min_confidence": "name" }),
        ),
        ("trace_references", json!({ "symbol": "qqqqzzzz", "direction": "callers" })),
        ("analyze_impact", json!({ "symbols": ["totalCents", "qqqqzzzz"] })),
        ("analyze_impact", json!({ "paths": ["web/src/cart.ts"], "limit": 2 })),
        ("map_project", json!({})),
        ("map_project", json!({ "path": "web/src/cart.ts" })),
        ("read_docs", json!({ "query": "how are prices computed", "paths": ["web/src/cart.ts"] })),
        ("read_docs", json!({ "query": "cart", "kinds": ["docs"] })),
        ("read_docs", json!({ "symbol": "Cart" })),
        ("read_docs", json!({ "symbol": "qqqqzzzz" })),
        ("check_code", json!({})),
        ("check_code", json!({ "paths": ["web/src/cart.ts", "catalog"] })),
        ("check_code", json!({ "paths": ["."], "limit": 1 })),
        ("compare_contracts", json!({})),
        ("compare_contracts", json!({ "paths": ["web"], "route": "/api", "limit": 1 })),
    ]
}

#[tokio::test]
async fn what_is_wrong_with_files_is_told() -> anyhow::Result<()> {
    let scratch = shop()?;
    scratch.write("web/src/broken.ts", "import { gone } from './gone';\nconst a = (1;\n")?;
    let mut server = server_of(&scratch, "all").await?;
    complete(&mut server).await?;
    let arguments = json!({ "paths": ["web/src/broken.ts", "web/src/cart.ts"] });
    let answer = ask(&mut server, "check_code", arguments).await?;
    let file = &answer["files"][0];
    assert_eq!(file["path"], "web/src/broken.ts");
    let want = json!([{ "line": 2, "column": 11, "message": "`(` is never closed" }]);
    assert_eq!(file["errors"], want);
    assert_eq!(file["unresolved_imports"], json!([{ "name": "./gone", "line": 1 }]));
    assert_eq!(answer["files"][1]["path"], "web/src/cart.ts", "named, so told though clean");
    for list in ["undeclared", "unused"] {
        assert!(answer["dependencies"][list].is_array(), "{answer}");
    }
    Ok(())
}

/// Collects every string and number of `value` that the text does not show.
pub(super) fn missing_facts(value: &Value, place: &str, text: &str, missing: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            missing_facts(value, &format!("{place}/{name}"), text, missing);
        }),
        Value::Array(items) => {
            items.iter().for_each(|item| missing_facts(item, place, text, missing));
        }
        // Which way changes are noticed is told where it matters: when they are polled for.
        Value::String(_) if place.ends_with("/watch") => {}
        // A dependency without a mark is a normal one.
        Value::String(fact) if place.ends_with("/dependencies/kind") && fact == "normal" => {}
        Value::String(fact) => {
            for line in fact.lines().filter(|line| !text.contains(line.trim_end())) {
                missing.push(format!("{place}: {line}"));
            }
        }
        Value::Number(fact) if !text.contains(&fact.to_string()) => {
            missing.push(format!("{place}: {fact}"));
        }
        _ => {}
    }
}

#[tokio::test]
async fn answers_keep_to_their_size() -> anyhow::Result<()> {
    let scratch = shop()?;
    for n in 0..40 {
        let body = "    // The cart and its price, with all that belongs to a price of a cart.\n"
            .repeat(30);
        let text =
            format!("/// Computes the price of cart {n}.\npub fn cart_price_{n}() {{\n{body}}}\n");
        scratch.write(format!("src/cart_{n}.rs"), text)?;
    }
    let mut server = server_of(&scratch, "all").await?;
    complete(&mut server).await?;
    for (tool, arguments) in questions() {
        let result = server.call(tool, arguments.clone()).await?;
        for (form, bytes) in sizes(&result) {
            assert!(bytes <= 8000, "{tool} {arguments}: {form} has {bytes} bytes");
        }
    }
    for (tokens, ask) in [300, 1000, 5000].into_iter().zip(["query", "symbol", "query"]) {
        let what = if ask == "query" { "price of a cart" } else { "cart_price_1" };
        let result =
            server.call("read_docs", json!({ ask: what, "budget_tokens": tokens })).await?;
        for (form, bytes) in sizes(&result) {
            assert!(bytes <= tokens * 4, "read_docs, {tokens} tokens: {form} has {bytes} bytes");
        }
    }
    for tokens in [300, 1000, 2000, 5000] {
        let arguments = json!({ "query": "price of a cart", "budget_tokens": tokens });
        let result = server.call("explore_code", arguments).await?;
        for (form, bytes) in sizes(&result) {
            assert!(bytes <= tokens * 4, "{tokens} tokens: {form} has {bytes} bytes");
        }
        let results = result["structuredContent"]["results"].as_array().map_or(0, Vec::len);
        assert!(tokens < 1000 || results >= 10, "{tokens} tokens hold {results} places");
    }
    Ok(())
}

fn sizes(result: &Value) -> [(&'static str, usize); 2] {
    let text = result["content"][0]["text"].as_str().map_or(0, str::len);
    [("text", text), ("structured content", result["structuredContent"].to_string().len())]
}

#[tokio::test]
async fn every_answer_says_how_complete_the_index_is() -> anyhow::Result<()> {
    let scratch = shop()?;
    let mut server = server_of(&scratch, "all").await?;
    for (tool, arguments) in questions() {
        let answer = ask(&mut server, tool, arguments).await?;
        let index = &answer["index"];
        for field in ["generation", "indexed", "total", "skipped"] {
            assert!(index[field].is_u64(), "{tool}: {field} in {index}");
        }
        assert!(index["complete"].is_boolean(), "{tool}: {index}");
    }
    Ok(())
}

use super::*;
use crate::scratch::Repository;

#[test]
fn habits_are_counted_with_an_example() {
    let mut sources: Vec<(String, String)> = Vec::new();
    for number in 0..12 {
        let text = format!(
            "pub struct OrderBook{number};\npub fn settle_order_{number}() {{}}\nfn run() {{}}\npub const MAX_{number}: u8 = 1;\n#[cfg(test)]\nmod tests {{\n    #[test]\n    fn it_works() {{}}\n}}\n"
        );
        sources.push((format!("src/order_book_{number}.rs"), text));
    }
    sources.push(("tests/all.rs".to_owned(), "#[test]\nfn all_is_well() {}\n".to_owned()));
    sources.push(("rustfmt.toml".to_owned(), "# x\nmax_width = 100\n".to_owned()));
    sources.push((
        ".editorconfig".to_owned(),
        "root = true\n[*.md]\nindent_size = 3\n[*]\nindent_style = space\nindent_size = 4\n"
            .to_owned(),
    ));
    let files: Vec<(&str, &str)> = sources.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
    let repository = Repository::new(&files);
    let workspace = repository.open_complete();
    let map = workspace.map_project("", 1, &Cancel::new()).unwrap().remove(0);
    let shown: Vec<String> = map
        .conventions
        .iter()
        .map(|one| {
            let share = one.share.map(|share| format!(" {share}% of {}", one.count.unwrap_or(0)));
            format!(
                "{}: {}{} ({}:{})",
                one.topic,
                one.value,
                share.unwrap_or_default(),
                one.path,
                one.line
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "rust functions: snake_case 100% of 37 (src/order_book_0.rs:2)",
            "rust types: PascalCase 100% of 12 (src/order_book_0.rs:1)",
            "rust constants: SCREAMING_SNAKE_CASE 100% of 12 (src/order_book_0.rs:4)",
            "test files: `*.rs` in tests/ 100% of 1 (tests/all.rs:1)",
            "rust sources with tests: `mod tests` inside, under #[cfg(test)] 100% of 12 (src/order_book_0.rs:6)",
            "rust file names: snake_case 100% of 13 (src/order_book_0.rs:1)",
            "rust line width: 100 columns (rustfmt.toml:2)",
            "indentation: 4 spaces (.editorconfig:3)",
        ]
    );
}

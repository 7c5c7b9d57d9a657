use super::*;
use crate::extract::Extractor;

fn errors(language: &str, text: &str) -> Vec<String> {
    let language = Language::from_name(language).unwrap();
    let found = match of_data(language.name(), "a", text) {
        Some(found) => found,
        None => {
            let tree = Extractor::new().parse(language, text).unwrap();
            of_code(language, &tree, text)
        }
    };
    found.iter().map(|one| format!("{}:{} {}", one.line, one.column, one.message)).collect()
}

/// Each is one mistake, told once, where it is.
#[test]
fn a_mistake_is_told_once_where_it_is() {
    let cases = [
        ("rust", "fn a() {\n    let x = (1 + 2;\n}\n", "2:13 `(` is never closed"),
        ("rust", "fn a() {\n    b();\n", "1:8 `{` is never closed"),
        ("rust", "fn a() {}\n}\n", "2:1 unexpected `}`: nothing is open that it closes"),
        ("python", "def a(x:\n    return x\n", "1:6 `(` is never closed"),
        ("python", "x = (1, 2\ny = 3\n", "1:5 `(` is never closed"),
        ("javascript", "const a = [1, 2;\n", "1:11 `[` is never closed"),
        ("typescript", "function f() {\n  return 1\n", "1:14 `{` is never closed"),
        ("go", "package a\n\nfunc f() {\n\tx := 1 +\n}\n", "4:9 unexpected `+`"),
        ("java", "class A {\n  void f() { int x = 1 }\n}\n", "2:23 expected `;`"),
        ("c", "int f(void) {\n  int x = 1\n  return x;\n}\n", "2:12 expected `;`"),
        ("python", "def a(x)\n    return x\n", "1:9 expected `:`"),
        ("python", "def a():\nreturn 1\n", "1:9 expected an indented block"),
        ("typescript", "function a() {\n  if (b) {\n    c();\n\n}\n", "2:10 `{` is never closed"),
        (
            "rust",
            "fn a() {\n    if b {\n        1\n    } else {\n        2\n}\n",
            "4:12 `{` is never closed",
        ),
        (
            "go",
            "package a\n\nfunc a() {\n\tif b {\n\t\treturn\n\treturn\n}\n",
            "4:7 `{` is never closed",
        ),
        ("go", "package a\n\nfunc c() string {\n\treturn \"abc\n}\n", "4:9 `\"` is never closed"),
        (
            "java",
            "class A {\n  String a() {\n    return \"abc;\n  }\n}\n",
            "3:12 `\"` is never closed",
        ),
        ("json", "{\"a\": 1,}\n", "1:9 trailing comma"),
        ("toml", "a = 1\nb = \n", "2:"),
        ("yaml", "a: [1, 2\nb: 3\n", "2:"),
    ];
    for (language, text, want) in cases {
        let found = errors(language, text);
        assert_eq!(found.len(), 1, "{language} {text:?}: {found:?}");
        assert!(found[0].starts_with(want), "{language} {text:?}: {found:?}");
    }
}

#[test]
fn columns_count_characters() {
    let found = errors("python", "é = 'ü'; x = )\n");
    assert_eq!(found, ["1:14 unexpected `)`: nothing is open that it closes"]);
}

#[test]
fn valid_code_has_no_errors() {
    let cases = [
        (
            "python",
            "async def f[T](x: T, /, *, y=1) -> T:\n    match x:\n        case [a, *_] if a: return a\n",
        ),
        ("rust", "fn f<'a>(x: &'a str) -> impl Fn() + use<'a> { move || drop(x) }\n"),
        ("rust", "unsafe extern \"C\" {\n    pub safe fn abs(x: i32) -> i32;\n}\n"),
        ("python", "s = \"\"\"\nif a:\nb\n\"\"\"\nclass A: pass\nif a: # b\n    c\n"),
        ("typescript", "async (f) => {\n  const m = await f<typeof import(\"x\")>();\n};\n"),
        ("rust", "macro_rules! a {\n    (~ $x:tt) => { b(~) };\n}\n"),
        ("tsx", "const A = <T,>(p: { a?: T }) => <div {...p}>{p.a as any}</div>;\n"),
        ("c", "API_EXPORT int f(void) FOO_ATTR(1);\nDEFINE_LIST(a)\nint x;\n"),
        ("yaml", "a: {{ .Values.x }}\nb: 1\n"),
        ("json", "// a comment\n{\"a\": [1, 2,],}\n"),
    ];
    for (language, text) in cases {
        assert_eq!(errors(language, text), [""; 0], "{language} {text:?}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}", broken in r#"[(){}\[\]"'a-z é;:=\n]{0,120}"#) {
        for language in ["rust", "python", "typescript", "c", "json", "toml", "yaml"] {
            errors(language, &text);
            errors(language, &broken);
        }
    }
}

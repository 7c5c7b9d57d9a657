use proptest::collection::{hash_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Refusal, Verdict, read_client_message};

/// What a line should become.
#[derive(Debug, Clone, PartialEq)]
enum Want {
    /// Delivered, and printed again it is what came in.
    Same,
    /// Refused with this code and this id, as raw JSON.
    Code(i32, Option<&'static str>),
    Ignored,
}
use Want::{Code, Ignored, Same};

const PARSE: i32 = -32700;
const INVALID: i32 = -32600;
const METHOD: i32 = -32601;
const PARAMS: i32 = -32602;

#[track_caller]
fn check(cases: &[(&str, &str, Want)]) {
    for (name, line, want) in cases {
        let got = read_client_message(line.as_bytes());
        let agrees = match (&got, want) {
            (Verdict::Deliver(message), Same) => {
                let printed = serde_json::to_value(message).expect("messages print");
                printed == serde_json::from_str::<Value>(line).expect("a valid case")
            }
            (Verdict::Refuse(Refusal { id, error }), Code(code, echo)) => {
                id.as_deref() == *echo && error.code.0 == *code && !error.message.is_empty()
            }
            (Verdict::Ignore(_), Ignored) => true,
            _ => false,
        };
        assert!(agrees, "{name}: {line}\n  wanted {want:?}\n  got {got:?}");
    }
}

/// A method with params that fit it.
const METHODS: [(&str, &str); 20] = [
    (
        "initialize",
        r#"{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"a","version":"1"}}"#,
    ),
    ("server/discover", "{}"),
    ("ping", ""),
    ("tools/list", r#"{"cursor":"x"}"#),
    ("tools/call", r#"{"name":"echo","arguments":{"text":"a"}}"#),
    ("prompts/list", r#"{"cursor":"x"}"#),
    ("prompts/get", r#"{"name":"p","arguments":{"a":"b"}}"#),
    ("resources/list", r#"{"cursor":"x"}"#),
    ("resources/templates/list", r#"{"cursor":"x"}"#),
    ("resources/read", r#"{"uri":"a://b"}"#),
    ("resources/subscribe", r#"{"uri":"a://b"}"#),
    ("resources/unsubscribe", r#"{"uri":"a://b"}"#),
    ("resources/directory/read", r#"{"uri":"a://b"}"#),
    (
        "completion/complete",
        r#"{"ref":{"type":"ref/prompt","name":"p"},"argument":{"name":"a","value":"b"}}"#,
    ),
    ("logging/setLevel", r#"{"level":"info"}"#),
    ("subscriptions/listen", r#"{"notifications":{"toolsListChanged":true}}"#),
    ("tasks/get", r#"{"taskId":"t"}"#),
    ("tasks/update", r#"{"taskId":"t","inputResponses":{}}"#),
    ("tasks/cancel", r#"{"taskId":"t"}"#),
    ("skills/list", r#"{"cursor":"x"}"#),
];

#[test]
fn every_method_is_delivered_as_it_came() {
    for (method, params) in METHODS {
        let params =
            if params.is_empty() { String::new() } else { format!(r#","params":{params}"#) };
        let line = format!(r#"{{"jsonrpc":"2.0","id":"a","method":"{method}"{params}}}"#);
        check(&[(method, &line, Same)]);
    }
}

#[test]
fn params_that_do_not_fit_the_method_are_refused_with_the_id() {
    for (method, params) in METHODS {
        // A ping has no params that could be wrong, but for their kind.
        for wrong in ["[1]", r#"{"_meta":7}"#] {
            let line =
                format!(r#"{{"jsonrpc":"2.0","id":9,"method":"{method}","params":{wrong}}}"#);
            check(&[(method, &line, Code(PARAMS, Some("9")))]);
        }
        let line = format!(r#"{{"jsonrpc":"2.0","id":9,"method":"{method}","params":"text"}}"#);
        check(&[(method, &line, Code(INVALID, Some("9")))]);
        // Where something is required, its absence is told.
        if !params.is_empty() && params != "{}" && !params.contains("cursor") {
            let line = format!(r#"{{"jsonrpc":"2.0","id":9,"method":"{method}"}}"#);
            check(&[(method, &line, Code(PARAMS, Some("9")))]);
        }
    }
}

#[test]
fn ids_are_echoed_as_they_were_written() {
    let cases = [
        ("zero", "0", Same),
        ("negative", "-7", Same),
        ("largest", "9223372036854775807", Same),
        ("string", r#""a\"b""#, Same),
        ("empty string", r#""""#, Same),
        ("fraction", "1.5", Code(INVALID, Some("1.5"))),
        ("too large", "9223372036854775808", Code(INVALID, Some("9223372036854775808"))),
        ("true", "true", Code(INVALID, Some("true"))),
        ("half a pair", r#""\ud800""#, Code(INVALID, Some(r#""\ud800""#))),
        ("null", "null", Code(INVALID, None)),
        ("array", "[1]", Code(INVALID, None)),
        ("object", "{}", Code(INVALID, None)),
    ];
    for (name, id, want) in cases {
        let line = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
        check(&[(name, &line, want)]);
    }
}

#[test]
fn whole_numbers_in_float_form_are_integers() {
    let line = br#"{"jsonrpc":"2.0","id":1e2,"method":"ping"}"#;
    let Verdict::Deliver(message) = read_client_message(line) else { panic!("refused") };
    let want = json!({ "jsonrpc": "2.0", "id": 100, "method": "ping" });
    assert_eq!(serde_json::to_value(message).expect("prints"), want);
}

#[test]
fn envelopes_are_told_apart() {
    check(&[
        ("empty", "", Code(PARSE, None)),
        ("blank", " \r\n", Code(PARSE, None)),
        ("no JSON", "hello", Code(PARSE, None)),
        ("cut short", r#"{"jsonrpc":"2.0","id":1,"#, Code(PARSE, None)),
        ("two messages", r#"{"jsonrpc":"2.0","id":1,"method":"ping"}{}"#, Code(PARSE, None)),
        ("number", "7", Code(INVALID, None)),
        ("text", r#""ping""#, Code(INVALID, None)),
        ("null", "null", Code(INVALID, None)),
        ("batch", r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, Code(INVALID, None)),
        ("empty batch", "[]", Code(INVALID, None)),
        ("positional", r#"["2.0",1,"ping"]"#, Code(INVALID, None)),
        ("nothing in it", "{}", Code(INVALID, None)),
        ("only an id", r#"{"jsonrpc":"2.0","id":3}"#, Code(INVALID, Some("3"))),
        ("two ids", r#"{"jsonrpc":"2.0","id":3,"id":4,"method":"ping"}"#, Code(INVALID, None)),
        ("no version", r#"{"id":3,"method":"ping"}"#, Code(INVALID, Some("3"))),
        ("old version", r#"{"jsonrpc":"1.0","id":3,"method":"ping"}"#, Code(INVALID, Some("3"))),
        (
            "number as version",
            r#"{"jsonrpc":2.0,"id":3,"method":"ping"}"#,
            Code(INVALID, Some("3")),
        ),
        ("number as method", r#"{"jsonrpc":"2.0","id":3,"method":1}"#, Code(INVALID, Some("3"))),
        ("null as method", r#"{"jsonrpc":"2.0","id":3,"method":null}"#, Code(INVALID, Some("3"))),
        ("unknown method", r#"{"jsonrpc":"2.0","id":3,"method":"a/b"}"#, Code(METHOD, Some("3"))),
        ("empty method", r#"{"jsonrpc":"2.0","id":3,"method":""}"#, Code(METHOD, Some("3"))),
        (
            "a notification's method with an id",
            r#"{"jsonrpc":"2.0","id":3,"method":"notifications/initialized"}"#,
            Code(METHOD, Some("3")),
        ),
        (
            "half a pair in params",
            r#"{"jsonrpc":"2.0","id":3,"method":"ping","params":{"a":"\ud800"}}"#,
            Code(PARSE, Some("3")),
        ),
        ("escaped keys", r#"{"jsonrpc":"2.0","\u0069d":3,"method":"p\u0069ng"}"#, Same),
        (
            "unknown fields",
            r#"{"jsonrpc":"2.0","id":3,"method":7,"x":{"id":4}}"#,
            Code(INVALID, Some("3")),
        ),
    ]);
}

#[test]
fn bytes_that_are_no_text_are_no_json() {
    let line = b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"x\":\"\xff\"}";
    let Verdict::Refuse(refusal) = read_client_message(line) else { panic!("not refused") };
    assert_eq!((refusal.error.code.0, refusal.id), (PARSE, None));
}

#[test]
fn null_params_are_none() {
    let line = br#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":null}"#;
    assert!(matches!(read_client_message(line), Verdict::Deliver(_)));
}

#[test]
fn a_call_says_what_it_lacks() {
    let cases = [
        ("no name", r#"{}"#, "needs `name`"),
        ("number as name", r#"{"name":1}"#, "`name` of `tools/call` must be a string"),
        ("text as arguments", r#"{"name":"a","arguments":"b"}"#, "`arguments` of `tools/call`"),
        ("array as arguments", r#"{"name":"a","arguments":[]}"#, "`arguments` of `tools/call`"),
    ];
    for (name, params, part) in cases {
        let line = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#);
        let Verdict::Refuse(refusal) = read_client_message(line.as_bytes()) else {
            panic!("{name}: not refused");
        };
        assert_eq!(refusal.error.code.0, PARAMS, "{name}");
        assert!(refusal.error.message.contains(part), "{name}: {}", refusal.error.message);
    }
}

#[test]
fn methods_taken_out_of_the_modern_era_are_unknown_there() {
    for method in ["ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"] {
        let meta = r#"{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}"#;
        let line = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{meta}}}"#);
        check(&[(method, &line, Code(METHOD, Some("1")))]);
    }
}

#[test]
fn notifications_and_responses_are_never_answered() {
    check(&[
        ("initialized", r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, Same),
        (
            "cancelled",
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a","reason":"b"}}"#,
            Same,
        ),
        (
            "progress",
            r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":2.0}}"#,
            Same,
        ),
        ("roots", r#"{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}"#, Same),
        ("custom", r#"{"jsonrpc":"2.0","method":"a/b","params":{"c":[1]}}"#, Same),
        ("result", r#"{"jsonrpc":"2.0","id":1,"result":{"a":1}}"#, Same),
        ("error", r#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}}"#, Same),
        (
            "wrong params",
            r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{}}"#,
            Ignored,
        ),
        (
            "array params",
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":[1]}"#,
            Ignored,
        ),
        ("no version", r#"{"method":"notifications/initialized"}"#, Ignored),
        ("number as method", r#"{"jsonrpc":"2.0","method":1}"#, Ignored),
        ("result without id", r#"{"jsonrpc":"2.0","result":{}}"#, Ignored),
        (
            "error with null id",
            r#"{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":""}}"#,
            Ignored,
        ),
        ("result with half an id", r#"{"jsonrpc":"2.0","id":1.5,"result":{}}"#, Ignored),
        ("result and error", r#"{"jsonrpc":"2.0","id":1,"result":{},"error":{}}"#, Ignored),
        ("error that is none", r#"{"jsonrpc":"2.0","id":1,"error":7}"#, Ignored),
        ("result of an old version", r#"{"id":1,"result":{}}"#, Ignored),
    ]);
}

#[test]
fn a_refusal_prints_as_one_line_of_json() {
    for (id, want) in [(Some("\"a\""), json!("a")), (Some("1.5"), json!(1.5)), (None, Value::Null)]
    {
        let refusal = Refusal::new(id.map(str::to_owned), super::ErrorCode(-1), "a\n\"b\"");
        let text = refusal.to_json();
        assert!(!text.contains('\n'));
        let printed: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(printed["error"], json!({ "code": -1, "message": "a\n\"b\"" }));
        assert_eq!(printed.get("id").is_some(), id.is_some());
        assert_eq!(printed["id"], want);
    }
}

/// Any JSON, a few levels deep.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            hash_map(".{0,6}", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

fn a_method() -> impl Strategy<Value = String> {
    let known = proptest::sample::select(METHODS.map(|(method, _)| method.to_owned()).to_vec());
    prop_oneof![4 => known, 1 => ".{0,12}", 1 => Just("notifications/cancelled".to_owned())]
}

fn a_readable_id() -> impl Strategy<Value = Value> {
    prop_oneof![any::<i64>().prop_map(Value::from), ".{0,12}".prop_map(Value::from)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..300)) {
        read_client_message(&bytes);
    }

    #[test]
    fn no_damage_makes_it_panic(
        (method, params) in proptest::sample::select(METHODS.to_vec()),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let params = if params.is_empty() { "{}" } else { params };
        let line = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#);
        let mut line = line.into_bytes();
        let place = place.index(line.len());
        line[place] = byte;
        if cut {
            line.truncate(place);
        }
        read_client_message(&line);
    }

    #[test]
    fn a_request_with_a_readable_id_is_delivered_or_refused_with_it(
        id in a_readable_id(),
        method in option::weighted(0.9, a_method()),
        params in option::of(anything()),
        version in prop_oneof![4 => Just(json!("2.0")), 1 => anything()],
    ) {
        let mut message = json!({ "jsonrpc": version, "id": id });
        if let Some(method) = method {
            message["method"] = json!(method);
        }
        if let Some(params) = params {
            message["params"] = params;
        }
        match read_client_message(message.to_string().as_bytes()) {
            Verdict::Deliver(message) => {
                let printed = serde_json::to_value(message).expect("prints");
                prop_assert_eq!(&printed["id"], &id);
            }
            Verdict::Refuse(refusal) => prop_assert_eq!(refusal.id, Some(id.to_string())),
            Verdict::Ignore(reason) => prop_assert!(false, "ignored: {}", reason),
        }
    }

    #[test]
    fn what_nobody_waits_for_is_never_refused(
        id in option::of(anything()),
        body in prop_oneof![Just("method"), Just("result"), Just("error")],
        value in anything(),
        params in option::of(anything()),
        version in prop_oneof![4 => Just(json!("2.0")), 1 => anything()],
    ) {
        let mut message = json!({ "jsonrpc": version, body: value });
        if let Some(params) = params {
            message["params"] = params;
        }
        if let Some(id) = id && body != "method" {
            message["id"] = id;
        }
        let verdict = read_client_message(message.to_string().as_bytes());
        prop_assert!(!matches!(verdict, Verdict::Refuse(_)), "{:?}", verdict);
    }

    #[test]
    fn calls_come_back_as_they_went(
        id in a_readable_id(),
        name in ".{0,12}",
        arguments in option::of(hash_map(".{0,6}", anything(), 0..4)),
        token in option::of(any::<i64>()),
    ) {
        let mut params = json!({ "name": name });
        if let Some(arguments) = arguments {
            params["arguments"] = json!(arguments);
        }
        if let Some(token) = token {
            params["_meta"] = json!({ "progressToken": token, "a.b/c": [1, "x"] });
        }
        let sent = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params });
        let Verdict::Deliver(message) = read_client_message(sent.to_string().as_bytes()) else {
            return Err(TestCaseError::fail("not delivered"));
        };
        prop_assert_eq!(serde_json::to_value(message).expect("prints"), sent);
    }
}

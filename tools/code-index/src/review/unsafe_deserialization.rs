//! Deserialisers that build whatever the bytes ask for, code included.
//!
//! What a program reads back of its own making is found too where the place does
//! not show it: a file or a cache may be written by someone else.
//!
//! **Deliberately absent:** Go, Rust and C, whose usual deserialisers make only the
//! type that they are told.

use super::facts::{Call, Facts};
use super::made::made;
use super::shape::{Family, Kind};
use super::{Context, Found, Severity};

pub(super) const ID: &str = "unsafe-deserialization";

/// Python's calls by their paths, and what to use instead.
const PYTHON: &[(&[&str], &str)] = &[
    (
        &[
            "pickle.load",
            "pickle.loads",
            "pickle.Unpickler",
            "cPickle.load",
            "cPickle.loads",
            "_pickle.loads",
            "dill.load",
            "dill.loads",
            "cloudpickle.load",
            "cloudpickle.loads",
            "pandas.read_pickle",
            "joblib.load",
            "shelve.open",
        ],
        "it runs code that the data names; use JSON, or sign the data and check that first",
    ),
    (&["marshal.load", "marshal.loads"], "it crashes or worse on data made for that; use JSON"),
    (
        &["jsonpickle.decode", "jsonpickle.loads"],
        "it builds any class that the data names; use `json`",
    ),
    (
        &["yaml.unsafe_load", "yaml.unsafe_load_all", "yaml.full_load", "yaml.full_load_all"],
        "use `yaml.safe_load`",
    ),
];

/// C#'s formatters that build any type.
const SHARP: &[&str] = &[
    "BinaryFormatter",
    "NetDataContractSerializer",
    "LosFormatter",
    "SoapFormatter",
    "ObjectStateFormatter",
];

pub(super) fn find(context: &Context<'_, '_>, found: &mut Vec<Found>) {
    let facts = context.facts;
    let known = Known::of(facts);
    for call in &facts.calls {
        let told = match facts.family {
            Family::Python => python(facts, call),
            Family::Java | Family::Kotlin => java(facts, &known, call),
            Family::Php => php(facts, call),
            Family::Ruby => ruby(facts, call),
            Family::CSharp => (SHARP.contains(&call.name()) && call.kind == Kind::New).then(|| {
                (Severity::Error, "it builds any type that the data names; use `System.Text.Json`")
            }),
            Family::Script => matches!(
                call.path.as_str(),
                "node-serialize.unserialize"
                    | "funcster.deepDeserialize"
                    | "serialize-to-js.deserialize"
            )
            .then_some((
                Severity::Error,
                "it runs functions that the data holds; use `JSON.parse`",
            )),
            Family::Go | Family::C | Family::Rust => None,
        };
        if let Some((severity, advice)) = told {
            let message = format!("`{}` reads untrusted data unsafely: {advice}", call.path);
            found.push(Found::call(facts, call, severity, message));
        }
    }
}

fn python(facts: &Facts<'_>, call: &Call<'_>) -> Option<(Severity, &'static str)> {
    let path = call.path.as_str();
    let first = call.arguments.first().map(|argument| facts.source(argument.value))?;
    let option = |name: &str| {
        let given = call.arguments.iter().find(|argument| argument.name == name);
        given.map(|given| facts.source(given.value))
    };
    match path {
        "yaml.load" | "yaml.load_all" => {
            let second = call.arguments.get(1).filter(|second| second.name.is_empty());
            let loader = option("Loader").or_else(|| Some(facts.source(second?.value)));
            let is_safe = loader.is_some_and(|loader| {
                loader.to_ascii_lowercase().contains("safe") && !loader.contains("Unsafe")
                    || loader.ends_with("BaseLoader")
            });
            (!is_safe).then_some((
                Severity::Error,
                "pass `Loader=yaml.SafeLoader` or use `yaml.safe_load`",
            ))
        }
        "numpy.load" => (option("allow_pickle") == Some("True")).then_some((
            Severity::Warning,
            "leave `allow_pickle` out, or sign the data and check that first",
        )),
        "torch.load" => (option("weights_only") != Some("True"))
            .then_some((Severity::Note, "pass `weights_only=True`")),
        _ => {
            let (_, advice) = PYTHON.iter().find(|(paths, _)| paths.contains(&path))?;
            // What was packed on the same line is one's own.
            (!first.contains("dumps(")).then_some((Severity::Warning, *advice))
        }
    }
}

/// What a file of Java says somewhere, asked once.
#[derive(Default)]
struct Known {
    /// It reads objects from streams and lists no classes.
    streams: bool,
    streams_xml: bool,
    safe_yaml: bool,
}

impl Known {
    fn of(facts: &Facts<'_>) -> Known {
        if !matches!(facts.family, Family::Java | Family::Kotlin) {
            return Known::default();
        }
        let says = |word: &str| facts.text.contains(word);
        Known {
            streams: says("ObjectInputStream") && !says("ObjectInputFilter"),
            streams_xml: says("XStream") && !says("allowTypes"),
            safe_yaml: says("SafeConstructor"),
        }
    }
}

fn java(facts: &Facts<'_>, known: &Known, call: &Call<'_>) -> Option<(Severity, &'static str)> {
    const FILTER: &str = "set an `ObjectInputFilter` that lists the classes, or use JSON";
    match (call.kind, call.name()) {
        (_, "readObject" | "readUnshared") if call.arguments.is_empty() => {
            // A class that says how it is read back is asked by the reader outside.
            let inside = facts.named_function(call.function).map_or("", |function| function.name);
            let own = matches!(
                inside,
                "readObject" | "readExternal" | "readResolve" | "readObjectNoData"
            );
            (known.streams && !own).then_some((Severity::Warning, FILTER))
        }
        (_, "XMLDecoder") => {
            Some((Severity::Error, "it calls methods that the data names; use a plain XML parser"))
        }
        (Kind::Call, "fromXML") if known.streams_xml => {
            Some((Severity::Warning, "list the allowed types with `allowTypes`"))
        }
        (Kind::Call, "load" | "loadAs") if call.path.starts_with("Yaml()") => {
            (!known.safe_yaml).then_some((Severity::Warning, "give `Yaml` a `SafeConstructor`"))
        }
        _ => None,
    }
}

fn php(facts: &Facts<'_>, call: &Call<'_>) -> Option<(Severity, &'static str)> {
    let first = call.arguments.first().filter(|_| call.path == "unserialize")?;
    let restricted = call.arguments.get(1).is_some_and(|options| {
        let options = facts.source(options.value);
        options.contains("allowed_classes") && !options.contains("true")
    });
    let is_constant = made(facts, call, first.value).is_constant();
    (!restricted && !is_constant)
        .then_some((Severity::Warning, "use `json_decode`, or pass `['allowed_classes' => false]`"))
}

fn ruby(facts: &Facts<'_>, call: &Call<'_>) -> Option<(Severity, &'static str)> {
    let first = facts.source(call.arguments.first()?.value);
    match call.path.as_str() {
        "Marshal.load" | "Marshal.restore" if !first.contains("Marshal.dump") => {
            Some((Severity::Warning, "it builds any class that the data names; use JSON"))
        }
        "YAML.unsafe_load" | "Psych.unsafe_load" => Some((Severity::Error, "use `YAML.safe_load`")),
        "YAML.load" | "Psych.load" => {
            Some((Severity::Note, "before Psych 4 it builds any class; use `YAML.safe_load`"))
        }
        _ => None,
    }
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
                    "import pickle\nfrom marshal import loads as unpack\nx = pickle.loads(body)  # !!\ny = unpack(body)  # !!\n",
                ),
                (
                    "a.py",
                    "import yaml\nyaml.load(f)  # !!\nyaml.load(f, Loader=yaml.Loader)  # !!\nyaml.load(f, Loader=yaml.CSafeLoader)\nyaml.load(f, yaml.SafeLoader)\nyaml.safe_load(f)\n",
                ),
                (
                    "a.py",
                    "import json, pickle\njson.loads(x)\npickle.dumps(x)\npickle.loads(pickle.dumps(x))\n# pickle.loads(x)\ns = 'pickle.loads(x)'\n",
                ),
                ("a.py", "import numpy as np\nnp.load(f, allow_pickle=True)  # !!\nnp.load(f)\n"),
                (
                    "A.java",
                    "class A {\n  Object a(InputStream in) {\n    ObjectInputStream o = new ObjectInputStream(in);\n    return o.readObject(); // !!\n  }\n  private void readObject(ObjectInputStream in) { x = in.readObject(); }\n}\n",
                ),
                ("A.java", "class A {\n  Object a(JsonReader in) { return in.readObject(); }\n}\n"),
                (
                    "A.kt",
                    "fun a(i: InputStream): Any {\n  val o = ObjectInputStream(i)\n  return o.readObject() // !!\n}\n",
                ),
                ("A.kt", "fun a(i: JsonReader): Any = i.readObject()\n"),
                (
                    "a.php",
                    "<?php\n$a = unserialize($_GET['x']); // !!\n$b = unserialize($s, ['allowed_classes' => false]);\n$c = json_decode($s);\n",
                ),
                (
                    "a.rb",
                    "a = Marshal.load(params[:x]) # !!\nb = Marshal.load(Marshal.dump(a))\nc = YAML.safe_load(s)\n",
                ),
                (
                    "a.cs",
                    "class A {\n  void B() {\n    var f = new BinaryFormatter(); // !!\n    var j = JsonSerializer.Deserialize<A>(s);\n  }\n}\n",
                ),
                (
                    "a.js",
                    "const { unserialize } = require('node-serialize');\nunserialize(body); // !!\nJSON.parse(body);\n",
                ),
            ],
        );
    }
}

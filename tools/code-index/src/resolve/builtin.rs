//! What is known of types that no repository defines: containers, promises, and
//! wrappers that only pass on what is in them.

use std::sync::Arc;

use super::value::Value;

/// Types that behave as what they are given first.
const TRANSPARENT: &[&str] = &[
    // TypeScript
    "Partial",
    "Required",
    "Readonly",
    "NonNullable",
    "Awaited",
    "Omit",
    "Pick",
    "DeepReadonly",
    "Exclude",
    "Extract",
    "NoInfer",
    "Mutable",
    // Python
    "Optional",
    "Final",
    "ClassVar",
    "Annotated",
    "Required",
    "NotRequired",
    "Type",
    "type",
    // Rust
    "Box",
    "Rc",
    "Arc",
    "Option",
    "Result",
    "Ref",
    "RefMut",
    "Pin",
    "Cow",
    "MutexGuard",
    "RwLockReadGuard",
    "RwLockWriteGuard",
    "Mutex",
    "RwLock",
    "RefCell",
    "OnceCell",
    "OnceLock",
    "LazyCell",
    "LazyLock",
    "Weak",
    "ManuallyDrop",
    "Poll",
    // C++
    "unique_ptr",
    "shared_ptr",
    "weak_ptr",
    "optional",
    "reference_wrapper",
    "atomic",
];
/// Types of which the first argument is the element.
const LISTS: &[&str] = &[
    "Array",
    "ReadonlyArray",
    "Set",
    "ReadonlySet",
    "Iterable",
    "Iterator",
    "IterableIterator",
    "AsyncIterable",
    "Generator",
    "AsyncGenerator",
    "NodeListOf",
    "list",
    "List",
    "set",
    "frozenset",
    "Sequence",
    "Collection",
    "AsyncIterator",
    "deque",
    "Deque",
    "Vec",
    "VecDeque",
    "HashSet",
    "BTreeSet",
    "BinaryHeap",
    "LinkedList",
    "IndexSet",
    "FxHashSet",
    "SmallVec",
    "IntoIterator",
    "DoubleEndedIterator",
    "ExactSizeIterator",
    "Stream",
    // Java
    "ArrayList",
    "LinkedHashSet",
    "TreeSet",
    "SortedSet",
    "CopyOnWriteArrayList",
    "Queue",
    "ArrayDeque",
    "PriorityQueue",
    // C++
    "vector",
    "array",
    "span",
    "initializer_list",
    "unordered_set",
    "multiset",
    "queue",
    "stack",
    "priority_queue",
];
/// Types of which the second argument is what a key leads to.
pub(super) const MAPS: &[&str] = &[
    "Map",
    "ReadonlyMap",
    "WeakMap",
    "Record",
    "dict",
    "Dict",
    "Mapping",
    "MutableMapping",
    "defaultdict",
    "OrderedDict",
    "HashMap",
    "BTreeMap",
    "IndexMap",
    "FxHashMap",
    "DashMap",
    // Go
    "map",
    // Java
    "TreeMap",
    "SortedMap",
    "NavigableMap",
    "LinkedHashMap",
    "ConcurrentHashMap",
    "ConcurrentMap",
    "EnumMap",
    // C++
    "unordered_map",
    "multimap",
    "flat_map",
];
/// A type with a place for each of its arguments.
pub(super) const TUPLE: &str = "tuple";
/// A key with what it leads to.
const ENTRY: &str = "Entry";
/// What waiting opens.
const PROMISES: &[&str] =
    &["Promise", "PromiseLike", "Awaitable", "Coroutine", "Future", "BoxFuture", "Task"];
/// Hooks and boxes that hold what they are given first.
const HOLDERS: &[&str] = &[
    "useState",
    "useRef",
    "createRef",
    "RefObject",
    "MutableRefObject",
    "createContext",
    "useContext",
    "ref",
    "computed",
    "Ref",
    "useMemo",
    "useReducer",
];

fn first(arguments: &[Value]) -> Value {
    arguments.first().cloned().unwrap_or(Value::Unknown)
}

/// A type with arguments.
pub(super) fn generic(base: &Value, arguments: &[Value]) -> Value {
    let arguments: Arc<[Value]> = arguments.into();
    match base {
        Value::Known(name, _) if TRANSPARENT.contains(&&**name) => first(&arguments),
        Value::Known(name, _) if LISTS.contains(&&**name) => Value::list(first(&arguments)),
        Value::Known(name, _) => Value::Known(name.clone(), arguments),
        Value::Outside(name) => Value::Known(name.clone(), arguments),
        Value::Instance(def, _) => Value::Instance(*def, arguments),
        other => other.clone(),
    }
}

/// What iterating or indexing gives.
pub(super) fn element(of: &Value) -> Value {
    match of {
        Value::List(of) => of.as_ref().clone(),
        Value::Known(name, arguments) if MAPS.contains(&&**name) => {
            arguments.get(1).cloned().unwrap_or(Value::Unknown)
        }
        Value::Known(name, arguments) if HOLDERS.contains(&&**name) => first(arguments),
        Value::Known(name, arguments) if &**name == TUPLE => Value::many(arguments.iter().cloned()),
        // A pair that a map gives is taken apart once more.
        Value::Instance(..) => of.clone(),
        _ => Value::Unknown,
    }
}

/// What stands at one place of a tuple.
pub(super) fn part(of: &Value, at: u32) -> Option<Value> {
    match of {
        Value::Known(name, arguments) if &**name == TUPLE => {
            Some(arguments.get(at as usize).cloned().unwrap_or(Value::Unknown))
        }
        _ => None,
    }
}

/// What waiting for it gives.
pub(super) fn awaited(of: &Value) -> Value {
    match of {
        Value::Known(name, arguments) if PROMISES.contains(&&**name) => {
            arguments.last().cloned().unwrap_or(Value::Unknown)
        }
        other => other.clone(),
    }
}

/// A field of a type that does not lie here, where it says what is in it.
pub(super) fn field(of: &Value, name: &str) -> Option<Value> {
    match of {
        Value::Known(base, arguments) if matches!(name, "current" | "value") => {
            HOLDERS.contains(&&**base).then(|| first(arguments))
        }
        // `pair.0`
        Value::Known(..) => name.parse().ok().and_then(|at| part(of, at)),
        _ => None,
    }
}

/// What calling a method of such a value gives.
pub(super) fn called(of: &Value, method: &str) -> Value {
    match of {
        Value::List(element) => match method {
            "find" | "pop" | "shift" | "at" | "findLast" | "first" | "last" | "next" | "get"
            | "popleft" | "getFirst" | "getLast" | "poll" | "front" | "back" | "top" | "begin"
            | "peek" | "element" | "orElse" | "orElseThrow" | "orElseGet" => {
                element.as_ref().clone()
            }
            "filter" | "slice" | "concat" | "reverse" | "sort" | "toSorted" | "toReversed"
            | "splice" | "values" | "copy" | "iter" | "into_iter" | "iter_mut" | "rev" | "skip"
            | "take" | "cloned" | "to_vec" | "stream" | "parallelStream" | "sorted"
            | "distinct" | "limit" | "findFirst" | "findAny" | "toList" | "subList"
            | "iterator" => of.clone(),
            _ => Value::Unknown,
        },
        Value::Known(name, arguments) if MAPS.contains(&&**name) => {
            let value = arguments.get(1).cloned().unwrap_or(Value::Unknown);
            match method {
                "at" => value,
                "get" | "pop" | "setdefault" | "getOrDefault" | "put" | "remove"
                | "computeIfAbsent" | "computeIfPresent" | "putIfAbsent" => value,
                "values" | "entries" => Value::list(value),
                "items" => Value::list(pair(first(arguments), value)),
                "popitem" => pair(first(arguments), value),
                "copy" => of.clone(),
                "keys" | "keySet" => Value::list(first(arguments)),
                "entrySet" => Value::list(Value::Known(ENTRY.into(), arguments.clone())),
                _ => Value::Unknown,
            }
        }
        Value::Known(name, arguments) if &**name == ENTRY => match method {
            "getKey" => first(arguments),
            "getValue" => arguments.get(1).cloned().unwrap_or(Value::Unknown),
            _ => Value::Unknown,
        },
        Value::Known(name, _) if PROMISES.contains(&&**name) => match method {
            "catch" | "finally" => of.clone(),
            _ => Value::Unknown,
        },
        _ => Value::Unknown,
    }
}

fn pair(one: Value, other: Value) -> Value {
    Value::Known(TUPLE.into(), [one, other].into())
}

/// What a method of such a value calls its argument with.
pub(super) fn callback(of: &Value, method: &str) -> Value {
    let given = match of {
        Value::List(element) => match method {
            "map" | "forEach" | "filter" | "find" | "some" | "every" | "findIndex" | "flatMap"
            | "findLast" | "findLastIndex" | "sort" | "for_each" | "any" | "all" | "filter_map"
            | "flat_map" | "position" | "anyMatch" | "allMatch" | "noneMatch" | "ifPresent"
            | "removeIf" | "mapToInt" | "peek" => element.as_ref().clone(),
            _ => return Value::Unknown,
        },
        Value::Known(name, arguments) if PROMISES.contains(&&**name) && method == "then" => {
            first(arguments)
        }
        Value::Known(name, arguments) if MAPS.contains(&&**name) && method == "forEach" => {
            arguments.get(1).cloned().unwrap_or(Value::Unknown)
        }
        _ => return Value::Unknown,
    };
    Value::Callback(Arc::new(given))
}

/// What a function of such a type is called with.
pub(super) fn param(name: &str, arguments: &[Value], at: u32) -> Value {
    match (name, at) {
        ("FC" | "FunctionComponent" | "ComponentType" | "VFC", 0) => first(arguments),
        ("useState", _) => first(arguments),
        _ => Value::Unknown,
    }
}

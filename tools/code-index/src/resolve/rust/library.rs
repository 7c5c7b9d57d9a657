//! What the standard library gives back, as far as it leads back to the code.

use std::sync::Arc;

use super::super::builtin::{MAPS, TUPLE};
use super::super::value::Value;

/// Methods that give what they are called on, or what it holds.
pub(super) fn passes(method: &str) -> bool {
    PASSING.binary_search(&method).is_ok()
}

/// Methods of what may hold something that call their argument with it.
pub(super) fn opens(method: &str) -> bool {
    OPENING.binary_search(&method).is_ok()
}

fn pair(first: &Value, second: &Value) -> Value {
    Value::Known(TUPLE.into(), [first.clone(), second.clone()].into())
}

/// What a method of a value that no repository defines gives.
pub(super) fn called(of: &Value, method: &str) -> Option<Value> {
    if let Value::List(element) = of {
        let element = element.as_ref();
        let found = match method {
            "get" | "get_mut" | "first" | "last" | "first_mut" | "last_mut" | "pop"
            | "pop_front" | "pop_back" | "front" | "back" | "next" | "next_back" | "nth"
            | "find" | "max_by_key" | "min_by_key" | "max_by" | "min_by" | "max" | "min"
            | "remove" | "swap_remove" | "peek" | "reduce" | "recv" | "iter_next" => {
                element.clone()
            }
            "enumerate" => Value::list(pair(&Value::Unknown, element)),
            "zip" => Value::list(pair(element, &Value::Unknown)),
            "chunks" | "windows" | "chunks_exact" => Value::list(of.clone()),
            "flatten" => match element {
                Value::List(_) => element.clone(),
                _ => of.clone(),
            },
            "partition" => pair(of, of),
            _ if SAME_LIST.contains(&method) || passes(method) => of.clone(),
            _ => return None,
        };
        return Some(found);
    }
    if let Value::Known(name, arguments) = of
        && MAPS.contains(&&**name)
        && let [key, value] = &arguments[..]
    {
        return Some(match method {
            "get" | "get_mut" | "remove" | "entry" | "get_or_insert_with" => value.clone(),
            "values" | "values_mut" | "into_values" => Value::list(value.clone()),
            "keys" | "into_keys" => Value::list(key.clone()),
            "iter" | "iter_mut" | "into_iter" | "drain" | "range" => Value::list(pair(key, value)),
            _ if passes(method) => of.clone(),
            _ => return None,
        });
    }
    (passes(method) || method == "filter").then(|| of.clone())
}

/// What a method of such a value calls its argument with.
pub(super) fn callback(of: &Value, method: &str) -> Option<Value> {
    let given = match of {
        Value::List(element) => match method {
            "map"
            | "for_each"
            | "filter"
            | "find"
            | "any"
            | "all"
            | "filter_map"
            | "flat_map"
            | "position"
            | "find_map"
            | "retain"
            | "sort_by_key"
            | "sort_unstable_by_key"
            | "max_by_key"
            | "min_by_key"
            | "take_while"
            | "skip_while"
            | "map_while"
            | "partition"
            | "inspect"
            | "is_some_and"
            | "try_for_each"
            | "rposition"
            | "sort_by"
            | "sort_unstable_by"
            | "binary_search_by"
            | "partition_point"
            | "dedup_by_key"
            | "sort_by_cached_key" => element.as_ref().clone(),
            _ => return None,
        },
        Value::Known(name, arguments) if MAPS.contains(&&**name) => match method {
            "and_modify" => arguments.get(1)?.clone(),
            _ => return None,
        },
        Value::Instance(..) | Value::Known(..) if opens(method) => of.clone(),
        _ => return None,
    };
    Some(Value::Callback(Arc::new(given)))
}

/// Methods of lists and iterators that give the same things again.
const SAME_LIST: &[&str] = &[
    "iter",
    "iter_mut",
    "into_iter",
    "rev",
    "skip",
    "take",
    "filter",
    "chain",
    "peekable",
    "drain",
    "collect",
    "skip_while",
    "take_while",
    "step_by",
    "cycle",
    "split_off",
    "fuse",
    "as_slice",
    "as_mut_slice",
    "into_boxed_slice",
    "to_vec",
    "into_vec",
    "by_ref",
    "inspect",
    "difference",
    "union",
    "intersection",
    "par_iter",
    "into_par_iter",
    "sorted",
    "dedup",
    "buffered",
    "map_while",
    "extract_if",
    "append",
];

const PASSING: &[&str] = &[
    "as_deref",
    "as_deref_mut",
    "as_mut",
    "as_ref",
    "blocking_lock",
    "borrow",
    "borrow_mut",
    "by_ref",
    "clone",
    "cloned",
    "context",
    "copied",
    "deref",
    "deref_mut",
    "downgrade",
    "expect",
    "force",
    "get_or_init",
    "get_or_insert",
    "get_or_insert_with",
    "inspect_err",
    "into_boxed",
    "into_inner",
    "lock",
    "map_err",
    "ok",
    "ok_or",
    "ok_or_else",
    "or",
    "or_default",
    "or_else",
    "or_insert",
    "or_insert_with",
    "read",
    "take",
    "to_owned",
    "transpose",
    "try_borrow",
    "try_lock",
    "unwrap",
    "unwrap_or",
    "unwrap_or_default",
    "unwrap_or_else",
    "upgrade",
    "with_context",
    "write",
];

const OPENING: &[&str] = &[
    "and_then",
    "filter",
    "inspect",
    "is_none_or",
    "is_ok_and",
    "is_some_and",
    "map",
    "map_or",
    "map_or_else",
    "tap",
    "then",
];

/// Names that so many types have that a name alone tells nothing.
pub(super) const COMMON: &[&str] = &[
    "add",
    "all",
    "and_then",
    "any",
    "append",
    "args",
    "as_bytes",
    "as_mut",
    "as_path",
    "as_ref",
    "as_slice",
    "as_str",
    "borrow",
    "build",
    "builder",
    "bytes",
    "chars",
    "chain",
    "clear",
    "clone",
    "cloned",
    "close",
    "cmp",
    "collect",
    "contains",
    "contains_key",
    "context",
    "copied",
    "count",
    "data",
    "default",
    "deref",
    "display",
    "drain",
    "drop",
    "end",
    "entry",
    "enumerate",
    "eq",
    "err",
    "error",
    "exists",
    "expect",
    "extend",
    "field",
    "filter",
    "filter_map",
    "find",
    "finish",
    "first",
    "flat_map",
    "flatten",
    "flush",
    "fmt",
    "fold",
    "for_each",
    "from",
    "from_str",
    "get",
    "get_mut",
    "hash",
    "id",
    "index",
    "insert",
    "inner",
    "into",
    "into_inner",
    "into_iter",
    "is_empty",
    "is_err",
    "is_none",
    "is_ok",
    "is_some",
    "iter",
    "iter_mut",
    "join",
    "key",
    "keys",
    "kind",
    "last",
    "len",
    "length",
    "lines",
    "load",
    "lock",
    "map",
    "map_err",
    "max",
    "message",
    "min",
    "name",
    "new",
    "next",
    "ok",
    "open",
    "or_default",
    "parse",
    "partial_cmp",
    "path",
    "peek",
    "poll",
    "pop",
    "position",
    "push",
    "push_str",
    "read",
    "read_to_string",
    "recv",
    "remove",
    "replace",
    "reserve",
    "rev",
    "root",
    "run",
    "send",
    "set",
    "size",
    "skip",
    "sort",
    "source",
    "spawn",
    "split",
    "start",
    "starts_with",
    "state",
    "status",
    "store",
    "sum",
    "swap",
    "take",
    "text",
    "to_owned",
    "to_string",
    "to_vec",
    "trim",
    "truncate",
    "try_from",
    "try_into",
    "unwrap",
    "update",
    "value",
    "values",
    "with",
    "write",
    "write_all",
    "write_str",
    "zip",
];

#[cfg(test)]
mod tests {
    use super::{OPENING, PASSING};

    #[test]
    fn what_is_searched_is_sorted() {
        for list in [PASSING, OPENING] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }
}

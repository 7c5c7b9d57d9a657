//! SQL that is put together and then run.

use std::sync::LazyLock;

use regex::Regex;

use super::shown;
use crate::review::facts::{Call, Facts};
use crate::review::made::{Made, made};
use crate::review::{Found, Severity};

/// Calls that run or prepare what they are given, whatever they belong to.
const RUNS: &[&str] = &[
    "execute",
    "executemany",
    "executescript",
    "exec",
    "query",
    "raw",
    "prepare",
    "read_sql",
    "read_sql_query",
    "text",
    "fetch",
    "fetchrow",
    "fetchval",
    "fetch_all",
    "fetch_one",
    "fetch_optional",
    "query_as",
    "query_scalar",
    "sql_query",
    "query_row",
    "query_map",
    "execute_batch",
    "batch_execute",
    "simple_query",
    "raw_sql",
    "Query",
    "QueryRow",
    "QueryContext",
    "QueryRowContext",
    "Queryx",
    "Exec",
    "ExecContext",
    "MustExec",
    "Prepare",
    "PrepareContext",
    "Raw",
    "Select",
    "Get",
    "executeQuery",
    "executeUpdate",
    "executeLargeUpdate",
    "addBatch",
    "prepareStatement",
    "prepareCall",
    "createQuery",
    "createNativeQuery",
    "createSQLQuery",
    "queryForObject",
    "queryForList",
    "queryForMap",
    "update",
    "rawQuery",
    "execSQL",
    "queryRawUnsafe",
    "executeRawUnsafe",
    "mysqli_query",
    "mysql_query",
    "pg_query",
    "pg_send_query",
    "sqlite_query",
    "sqlite3_exec",
    "sqlite3_prepare_v2",
    "sqlite3_prepare",
    "mysql_real_query",
    "PQexec",
    "PQexecParams",
    "find_by_sql",
    "select_all",
    "exec_query",
    "select_value",
    "select_values",
    "FromSqlRaw",
    "ExecuteSqlRaw",
    "ExecuteSqlRawAsync",
    "SqlQuery",
    "QueryAsync",
    "ExecuteAsync",
    "Execute",
    "SqlCommand",
    "MySqlCommand",
    "NpgsqlCommand",
    "SqliteCommand",
    "OracleCommand",
    "QueryFirstOrDefault",
    "QuerySingleOrDefault",
    "QueryFirstOrDefaultAsync",
    "RawSQL",
];

/// Places that SQL is looked for in; some want a context or a connection first.
const PLACES: usize = 3;

static SQL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?is)^[rbfu$@]{0,3}["'`#\s(]*(?:select\s.*\bfrom\b|insert\s+(?:or\s+\w+\s+|ignore\s+)?into\b|replace\s+into\b|update\s.*\bset\b|delete\s+from\b|merge\s+into\b|drop\s+(?:table|database|schema|index|user|view)\b|alter\s+(?:table|user|role|database)\b|create\s+(?:table|database|schema|user|role|index|view|unique)\b|truncate\s+table\b|grant\s.*\bto\b|with\s.*\bselect\b)"#,
    )
    .ok()
});

/// What stands before a name that no parameter can stand for.
static BEFORE_NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)\b(?:from|into|update|table|join|by|index|on|database|schema|view|user|role|select|columns?|exists)\s*[("'`\[]?\s*$|\.\s*["`]?$|\(\s*$"#).ok()
});

pub(super) fn find(facts: &Facts<'_>, call: &Call<'_>, found: &mut Vec<Found>) {
    if !RUNS.contains(&call.name()) {
        return;
    }
    for argument in call.arguments.iter().take(PLACES) {
        let made = made(facts, call, argument.value);
        if !made.is_built() || !SQL.as_ref().is_some_and(|sql| sql.is_match(&made.text)) {
            continue;
        }
        let part = made.unknown.first().map(|part| shown(facts.source(*part))).unwrap_or_default();
        let (severity, message) = if holds_values(&made) {
            let message =
                format!("SQL is put together with `{part}`; pass it as a bound parameter");
            (Severity::Error, message)
        } else {
            let message =
                format!("SQL names a table or column by `{part}`; take it from a fixed list");
            (Severity::Note, message)
        };
        found.push(Found::call(facts, call, severity, message));
        return;
    }
}

/// Whether a value is put in, in contrast to the name of a table.
fn holds_values(made: &Made<'_>) -> bool {
    let Some(before_name) = BEFORE_NAME.as_ref() else { return true };
    let holes = made.text.match_indices(['{', '%']).filter(|(at, _)| {
        let rest = &made.text[*at..];
        rest.starts_with('{') || rest.starts_with("%s") || rest.starts_with("%v")
    });
    let mut all = false;
    for (at, _) in holes {
        all = true;
        let before = &made.text[..at];
        let is_list = before.trim_end().ends_with(',');
        if !before_name.is_match(before) && !is_list {
            return true;
        }
        if before.trim_end().ends_with('(') && before.to_ascii_lowercase().contains("values") {
            return true;
        }
    }
    !all
}

//! Values and rows of either database.

use std::borrow::Cow;

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, Decode, Executor, Postgres, Row as _, Sqlite, Type};

use crate::error::StoreError;

/// A parameter. `None` is a null of that type.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A whole number.
    Int(Option<i64>),
    /// A text.
    Text(Option<String>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(Some(value))
    }
}

/// The parameters of a statement: `values![session, "name"]`.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::Value::from($value)),*] };
}

/// A row of an answer.
pub struct Row(Either);

enum Either {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// What a column can be read as, in both databases: `i64`, `f64`, `String`, `Vec<u8>`, and
/// `Option` of these.
pub trait Column:
    for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

impl<T> Column for T where
    T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

impl Row {
    /// The value of column `at`, counted from 0.
    ///
    /// # Errors
    /// When there is no such column or it is of another type: a mistake in the statement.
    pub fn get<T: Column>(&self, at: usize) -> Result<T, StoreError> {
        let value = match &self.0 {
            Either::Sqlite(row) => row.try_get(at),
            Either::Postgres(row) => row.try_get(at),
        };
        value.map_err(|error| StoreError::Failed {
            store: format!("column {at}"),
            reason: error.to_string(),
        })
    }
}

/// A statement with its values, for one of the two.
macro_rules! bound {
    ($sql:expr, $values:expr) => {{
        let sql: Sql = $sql;
        // A statement put together for one question would only push others out of the cache.
        let lasting = matches!(sql, Cow::Borrowed(_));
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(lasting);
        for value in $values {
            query = match value {
                Value::Int(value) => query.bind(value),
                Value::Text(value) => query.bind(value),
                Value::Bytes(value) => query.bind(value),
            };
        }
        query
    }};
}

type Sql = Cow<'static, str>;

pub(crate) fn sqlite_query(
    sql: Sql,
    values: Vec<Value>,
) -> Query<'static, Sqlite, SqliteArguments> {
    bound!(sql, values)
}

pub(crate) fn postgres_query(
    sql: Sql,
    values: Vec<Value>,
) -> Query<'static, Postgres, PgArguments> {
    bound!(sql, values)
}

pub(crate) async fn sqlite_rows<'c>(
    on: impl Executor<'c, Database = Sqlite>,
    sql: Sql,
    values: Vec<Value>,
) -> Result<Vec<Row>, sqlx::Error> {
    let rows = sqlite_query(sql, values).fetch_all(on).await?;
    Ok(rows.into_iter().map(|row| Row(Either::Sqlite(row))).collect())
}

pub(crate) async fn postgres_rows<'c>(
    on: impl Executor<'c, Database = Postgres>,
    sql: Sql,
    values: Vec<Value>,
) -> Result<Vec<Row>, sqlx::Error> {
    let rows = postgres_query(sql, values).fetch_all(on).await?;
    Ok(rows.into_iter().map(|row| Row(Either::Postgres(row))).collect())
}

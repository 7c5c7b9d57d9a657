//! A transaction that writes.

use std::borrow::Cow;

use sqlx::{Postgres, Sqlite};

use crate::Store;
use crate::error::StoreError;
use crate::value::{self, Row, Value};

/// A transaction. Dropped before [`commit`](Self::commit), it changes nothing.
///
/// A future of it that is dropped half way leaves it unfit for more; whoever may be
/// cancelled runs the whole transaction in a task of its own.
pub struct Write {
    store: Store,
    transaction: Transaction,
}

pub(crate) enum Transaction {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Write {
    pub(crate) fn new(store: Store, transaction: Transaction) -> Self {
        Self { store, transaction }
    }

    /// Answers a question within the transaction; also for `RETURNING`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn rows(
        &mut self,
        sql: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        let (sql, transaction) = (sql.into(), &mut self.transaction);
        self.store
            .patiently(async {
                match transaction {
                    Transaction::Sqlite(on) => value::sqlite_rows(&mut **on, sql, values).await,
                    Transaction::Postgres(on) => value::postgres_rows(&mut **on, sql, values).await,
                }
            })
            .await
    }

    /// Carries a statement out and says how many rows it changed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn execute(
        &mut self,
        sql: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
    ) -> Result<u64, StoreError> {
        let (sql, transaction) = (sql.into(), &mut self.transaction);
        self.store
            .patiently(async {
                Ok(match transaction {
                    Transaction::Sqlite(on) => {
                        value::sqlite_query(sql, values).execute(&mut **on).await?.rows_affected()
                    }
                    Transaction::Postgres(on) => {
                        value::postgres_query(sql, values).execute(&mut **on).await?.rows_affected()
                    }
                })
            })
            .await
    }

    /// Makes the changes last. When this returns they are on disk.
    ///
    /// # Errors
    /// When the store fails; then nothing of the transaction is there.
    pub async fn commit(self) -> Result<(), StoreError> {
        let Self { store, transaction } = self;
        store
            .patiently(async {
                match transaction {
                    Transaction::Sqlite(transaction) => transaction.commit().await,
                    Transaction::Postgres(transaction) => transaction.commit().await,
                }
            })
            .await
    }
}

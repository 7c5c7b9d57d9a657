//! Opening a database of a PostgreSQL server.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool};

use crate::error::StoreError;
use crate::migrations::{self, KNOWN};
use crate::place::Place;
use crate::value::postgres_query;

/// Connections of one process. A server often allows a hundred in all.
const CONNECTIONS: u32 = 8;

/// Connections go after a minute without use.
const IDLE: Duration = Duration::from_secs(60);

/// Migrations of all processes take turns on this number ("ymera").
const TURN: i64 = 0x79_6d_65_72_61;

/// Connects, brings the schema up to date, and gives a pool.
pub(crate) async fn open(
    place: &Place,
    options: &PgConnectOptions,
    patience: Duration,
) -> Result<PgPool, StoreError> {
    let options = options.clone().application_name("ymera").disable_statement_logging();
    // A pool would try again and again, and then forget why it could not connect.
    match tokio::time::timeout(patience, migrate(place, &options)).await {
        Ok(result) => result?,
        Err(_elapsed) => {
            let reason = format!("no answer within {} s", patience.as_secs());
            return Err(StoreError::Unreachable { store: place.to_string(), reason });
        }
    }
    Ok(PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(patience)
        .idle_timeout(IDLE)
        .connect_lazy_with(options))
}

async fn migrate(place: &Place, options: &PgConnectOptions) -> Result<(), StoreError> {
    let failed = |error| StoreError::of(place, error);
    let mut connection = PgConnection::connect_with(options).await.map_err(failed)?;
    let found = advance(&mut connection).await.map_err(failed)?;
    if found > KNOWN {
        return Err(StoreError::Newer { store: place.to_string(), found, known: KNOWN });
    }
    connection.close().await.map_err(failed)
}

/// Takes the missing steps, and gives the version found before them.
async fn advance(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    let known: Option<String> =
        sqlx::query_scalar("SELECT CAST(to_regclass('ymera_schema') AS TEXT)")
            .fetch_one(&mut *connection)
            .await?;
    if known.is_some() {
        let found = version(&mut *connection).await?;
        if found >= KNOWN {
            return Ok(found);
        }
    }
    let mut transaction = connection.begin().await?;
    postgres_query("SELECT pg_advisory_xact_lock($1)".into(), crate::values![TURN])
        .execute(&mut *transaction)
        .await?;
    sqlx::query(migrations::TABLE).execute(&mut *transaction).await?;
    let found = version(&mut transaction).await?;
    for (version, sql) in migrations::missing(found, migrations::POSTGRES) {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *transaction).await?;
        let values = crate::values![version];
        postgres_query(migrations::NOTE.into(), values).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(found)
}

async fn version(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    let found: Option<i64> = sqlx::query_scalar(migrations::VERSION).fetch_one(connection).await?;
    Ok(found.unwrap_or(0))
}

use std::path::Path;
use std::time::Duration;

use super::{Options, Store, StoreError, StoreUrl, values};
use crate::migrations::KNOWN;

/// The address of a PostgreSQL that `scripts/with-postgres` started.
fn postgres() -> Option<String> {
    std::env::var("YMERA_TEST_POSTGRES").ok()
}

fn sqlite(folder: &Path) -> Store {
    Store::new(Options::new(StoreUrl::Sqlite, folder.join("store")))
}

/// One that soon gives up.
fn hasty(folder: &Path) -> Store {
    let mut options = Options::new(StoreUrl::Sqlite, folder.join("store"));
    options.patience = Duration::from_millis(300);
    Store::new(options)
}

fn at(url: &str) -> Store {
    Store::new(Options::new(url.parse().expect("an address"), "unused".into()))
}

/// A SQLite store in `folder` and, where there is a server, one of PostgreSQL.
fn stores(folder: &Path) -> Vec<Store> {
    [Some(sqlite(folder)), postgres().map(|url| at(&url))].into_iter().flatten().collect()
}

const INSERT: &str = "INSERT INTO memory_projects (path, created_at) VALUES ($1, $2)";

async fn count(store: &Store, path: &str) -> i64 {
    let sql = "SELECT COUNT(*) FROM memory_projects WHERE path LIKE $1";
    let rows = store.rows(sql, values![path]).await.expect("counted");
    rows[0].get(0).expect("a number")
}

#[tokio::test]
async fn what_is_committed_is_there_and_the_rest_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    for store in stores(folder.path()) {
        let place = store.place();
        let path = format!("{}/kept", folder.path().display());
        let mut write = store.write().await.expect("begun");
        assert_eq!(write.execute(INSERT, values![path.as_str(), 7]).await.expect(&place), 1);
        write.commit().await.expect(&place);
        let mut write = store.write().await.expect("begun");
        write.execute(INSERT, values!["dropped", 8]).await.expect(&place);
        drop(write);
        assert_eq!((count(&store, &path).await, count(&store, "dropped").await), (1, 0));
        let sql = "SELECT id, path, created_at FROM memory_projects WHERE path = $1";
        let rows = store.rows(sql, values![path.as_str()]).await.expect(&place);
        assert_eq!(rows[0].get::<String>(1).expect("a text"), path);
        assert_eq!(rows[0].get::<Option<i64>>(2).expect("a number"), Some(7));
        assert!(rows[0].get::<i64>(1).is_err() && rows[0].get::<i64>(9).is_err());
        store.close().await;
    }
}

#[tokio::test]
async fn two_that_open_and_write_at_once_lose_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let open: [fn(&Path) -> Vec<Store>; 2] = [stores, stores];
    let [left, right] = open.map(|open| open(folder.path()));
    for (left, right) in left.into_iter().zip(right) {
        let writers = [left.clone(), left.clone(), right.clone(), right].map(|store| {
            let start = format!("{}/{}", folder.path().display(), "many");
            tokio::spawn(async move {
                for number in 0..20 {
                    let path = format!("{start}/{:p}/{number}", &store);
                    let mut write = store.write().await?;
                    write.execute(INSERT, values![path, 0]).await?;
                    write.commit().await?;
                }
                Ok::<_, StoreError>(())
            })
        });
        for writer in writers {
            writer.await.expect("no panic").expect("written");
        }
        let all = format!("{}/many/%", folder.path().display());
        assert_eq!(count(&left, &all).await, 80, "{}", left.place());
    }
}

#[tokio::test]
async fn a_later_schema_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut places = vec![(sqlite(folder.path()), sqlite(folder.path()))];
    if let Some(url) = postgres() {
        let schema = format!("later_{}", std::process::id());
        let base = at(&url);
        let mut write = base.write().await.expect("begun");
        write.execute(format!("CREATE SCHEMA {schema}"), vec![]).await.expect("made");
        write.commit().await.expect("made");
        let url = format!("{url}&options[search_path]={schema}");
        places.push((at(&url), at(&url)));
    }
    for (store, later) in places {
        let mut write = store.write().await.expect("begun");
        let sql = "INSERT INTO ymera_schema (version) VALUES ($1)";
        write.execute(sql, values![KNOWN + 1]).await.expect("noted");
        write.commit().await.expect("noted");
        let message = refusal(&later).await;
        let want = format!("has schema {}, and this version of Ymera knows {KNOWN}", KNOWN + 1);
        assert!(message.contains(&want) && message.contains("update Ymera"), "{message}");
    }
}

async fn refusal(store: &Store) -> String {
    store.rows("SELECT 1", vec![]).await.err().expect("refused").to_string()
}

#[tokio::test]
async fn a_damaged_file_is_named_with_the_next_step() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("store")).expect("made");
    let file = folder.path().join("store/ymera.db");
    std::fs::write(&file, "no database at all, but long enough to be one\n".repeat(200))
        .expect("written");
    let message = refusal(&sqlite(folder.path())).await;
    let shown = file.display().to_string();
    for part in [shown.as_str(), "damaged", "move it away"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    // Once it is out of the way, the same store goes on.
    let store = sqlite(folder.path());
    refusal(&store).await;
    std::fs::remove_file(&file).expect("removed");
    assert_eq!(count(&store, "%").await, 0);
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("store"), "a file in the way").expect("written");
    let message = refusal(&sqlite(folder.path())).await;
    assert!(message.contains("cannot make the store"), "{message}");
    assert!(message.contains("YMERA_HOME"), "{message}");
}

#[tokio::test]
async fn a_lock_that_is_never_freed_ends_in_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let (holder, waiting) = (sqlite(folder.path()), hasty(folder.path()));
    assert_eq!(count(&waiting, "%").await, 0);
    let held = holder.write().await.expect("begun");
    let message = waiting.write().await.err().expect("locked").to_string();
    assert!(message.contains("is locked by another process"), "{message}");
    assert_eq!(count(&waiting, "%").await, 0, "reading goes on");
    drop(held);
    // Dropping frees the lock in the background.
    for _ in 0..20 {
        if waiting.write().await.is_ok() {
            return;
        }
    }
    panic!("still locked");
}

#[tokio::test]
async fn a_full_disk_is_told_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = sqlite(folder.path());
    let mut write = store.write().await.expect("begun");
    write.rows("PRAGMA max_page_count = 30", vec![]).await.expect("limited");
    write.commit().await.expect("limited");
    let mut write = store.write().await.expect("begun");
    let long = "x".repeat(1 << 20);
    let error = write.execute(INSERT, values![long, 0]).await.expect_err("full").to_string();
    assert!(error.contains("no room on the disk") && error.contains("free some"), "{error}");
    drop(write);
    assert_eq!(count(&store, "%").await, 0);
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("store");
    std::fs::create_dir(&place).expect("made");
    std::fs::set_permissions(&place, PermissionsExt::from_mode(0o755)).expect("opened");
    let store = sqlite(folder.path());
    let mut write = store.write().await.expect("begun");
    write.execute(INSERT, values!["secret", 0]).await.expect("written");
    write.commit().await.expect("written");
    let mode = |path: &Path| path.metadata().expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&place), 0o700);
    let files: Vec<_> =
        place.read_dir().expect("a folder").map(|file| file.expect("one").path()).collect();
    assert!(files.len() > 1, "the log is a file, too: {files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_without_the_password() {
    // Nothing listens on port 1.
    let message = refusal(&at("postgres://ada:canary@127.0.0.1:1/work")).await;
    assert!(
        message.contains("cannot reach the store `postgres://ada@127.0.0.1:1/work`"),
        "{message}"
    );
    assert!(!message.contains("canary"), "{message}");
    let Some(url) = postgres() else { return };
    let (scheme, rest) = url.split_once("://").expect("an address");
    let (user, host) = rest.split_once('@').expect("a user");
    let name = user.split(':').next().expect("a name");
    let cases = [
        (format!("{scheme}://{name}:canary@{host}"), "refuses the connection"),
        (format!("{scheme}://{user}@{}", host.replacen("/postgres", "/missing", 1)), "refuses"),
    ];
    let password = user.split(':').nth(1).expect("a password");
    for (url, part) in cases {
        let message = refusal(&at(&url)).await;
        assert!(message.contains(part) && message.contains("`[store] url`"), "{message}");
        assert!(!message.contains("canary") && !message.contains(password), "{message}");
    }
}

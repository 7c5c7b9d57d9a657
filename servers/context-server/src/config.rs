//! What the engines are told of flags, configuration and environment.

use std::time::Duration;

use ymera_code_index::Options;
use ymera_code_index::roots::{RootInputs, Roots};
use ymera_kit::{Environment, Failure};
use ymera_memory::Memory;
use ymera_store::{Store, StoreUrl};

/// What decides on the project. A wrong `--root` is an error at once; where no
/// project is known the tools say so.
pub(crate) fn roots(environment: &Environment) -> Result<RootInputs, Failure> {
    let inputs = RootInputs {
        flags: environment.flags.root.clone(),
        host_folder: environment.host_project.clone(),
        host_roots: Vec::new(),
        working_folder: environment.working_dir.clone(),
        home: environment.user_home.clone(),
    };
    if !inputs.flags.is_empty() {
        Roots::decide(&inputs).map_err(Failure::usage)?;
    }
    Ok(inputs)
}

/// The engine's settings.
pub(crate) fn engine(environment: &Environment) -> Options {
    let mut options = Options::new(environment.folders.cache.join("index"));
    options.search_path.clone_from(&environment.search_path);
    if let Some(kib) = environment.config.context.max_file_kib {
        options.max_file_bytes = kib.saturating_mul(1024);
    }
    if let Some(megabytes) = environment.config.context.cache_max_mb {
        options.cache_bytes = megabytes.saturating_mul(1_000_000);
    }
    if let Some(seconds) = environment.config.context.cache_ttl_s {
        options.cache_ttl = Duration::from_secs(seconds);
    }
    options
}

/// The memory of all projects. Its store is opened when it is first used.
pub(crate) fn memory(environment: &Environment) -> Result<Memory, Failure> {
    let url = match &environment.config.store.url {
        Some(url) => url.parse().map_err(Failure::usage)?,
        None => StoreUrl::default(),
    };
    let folder = environment.folders.home.join("store");
    let mut options = ymera_memory::Options::default();
    if let Some(window) = environment.config.context.memory_window_tokens {
        options.window_tokens = window.get();
    }
    Ok(Memory::new(Store::new(ymera_store::Options::new(url, folder)), options))
}

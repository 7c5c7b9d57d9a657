//! A server that offers one of everything, for tests of the transports.
//!
//! ```text
//! request ─▶ Fixture (ServerHandler) ─▶ catalog: name → group ─▶ content, load, …
//!                 └─ shared: load counters, tasks, subscriptions, log level
//! ```
//!
//! It has what the official conformance suite calls by name, and a few tools
//! that put a transport under load or break in a chosen way.
//!
//! **Invariants**
//! - Clones share their state: over HTTP every request may get its own clone, and
//!   a task made by one must be found by the next.
//! - The order of `tools/list` is the order of the tables, always.
//!
//! **Deliberately absent:** anything of a transport, and any product tool. A pass
//! of the suite against this server speaks for `ymera-protocol`, not for a tool.

#![expect(
    deprecated,
    reason = "logging, sampling and legacy subscriptions are deprecated and still served to older hosts"
)]

mod call;
mod catalog;
mod content;
mod jobs;
mod load;
mod notify;
mod prompts;
mod resources;
mod reverse;
mod rounds;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use ymera_protocol::rmcp::model::*;
use ymera_protocol::rmcp::service::{RequestContext, SubscriptionContext};
use ymera_protocol::rmcp::task_manager::TaskManager;
use ymera_protocol::rmcp::{ErrorData, RoleServer, ServerHandler};

use self::call::Call;
use self::load::Load;
use self::notify::Subscriptions;

/// The key that seals `requestState`. It is public because a fixture protects
/// nothing; a product server needs a secret one.
const STATE_KEY: &[u8] = b"ymera-fixture seals nothing of worth";

/// The fixture server's handler. Clones share all state.
#[derive(Clone)]
pub struct Fixture {
    shared: Arc<Shared>,
}

struct Shared {
    load: Arc<Load>,
    tasks: TaskManager,
    subscriptions: Subscriptions,
    watched: Mutex<HashSet<String>>,
    log_level: Mutex<LoggingLevel>,
    sealer: RequestStateCodec,
}

impl Fixture {
    /// Returns a fixture with nothing running and nobody subscribed.
    pub fn new() -> Self {
        let shared = Shared {
            load: Arc::default(),
            tasks: TaskManager::new(),
            subscriptions: Subscriptions::default(),
            watched: Mutex::default(),
            log_level: Mutex::new(LoggingLevel::Debug),
            sealer: RequestStateCodec::new_unchecked(STATE_KEY),
        };
        Self { shared: Arc::new(shared) }
    }
}

impl Default for Fixture {
    fn default() -> Self {
        Self::new()
    }
}

/// Locks a mutex whose holder may have panicked: the panic tool runs in this
/// process, and one poisoned lock must not fail every later test.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ServerHandler for Fixture {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_logging()
            .enable_completions()
            .enable_prompts()
            .enable_prompts_list_changed()
            .enable_resources()
            .enable_resources_list_changed()
            .enable_resources_subscribe()
            .enable_tools()
            .enable_tool_list_changed()
            .enable_tasks()
            .build();
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new("ymera-fixture", env!("CARGO_PKG_VERSION")))
            .with_instructions("Offers one of everything, for tests. It has no product tools.")
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        catalog::tools().iter().find(|tool| tool.name == name).cloned()
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(catalog::tools().to_vec()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        catalog::call(self, Call::new(request, context)).await
    }

    async fn list_resources(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(ListResourcesResult::with_all_items(resources::list()))
    }

    async fn list_resource_templates(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(ListResourceTemplatesResult::with_all_items(resources::templates()))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let contents = resources::read(self, &request.uri)?;
        Ok(ReadResourceResult::new(vec![contents]).into())
    }

    async fn subscribe(
        &self,
        request: SubscribeRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        lock(&self.shared.watched).insert(request.uri);
        Ok(())
    }

    async fn unsubscribe(
        &self,
        request: UnsubscribeRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        lock(&self.shared.watched).remove(&request.uri);
        Ok(())
    }

    fn accepted_subscription_filter(
        &self,
        requested: &SubscriptionFilter,
    ) -> Option<SubscriptionFilter> {
        Some(requested.clone())
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let _entry = self.shared.subscriptions.enter(context.sink().clone());
        context.cancelled().await;
        Ok(())
    }

    async fn list_prompts(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        Ok(ListPromptsResult::with_all_items(prompts::list()))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        prompts::get(request)
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        prompts::complete(&request)
    }

    async fn set_level(
        &self,
        request: SetLevelRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        *lock(&self.shared.log_level) = request.level;
        Ok(())
    }

    async fn get_task(
        &self,
        request: GetTaskParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<GetTaskResult, ErrorData> {
        self.shared.tasks.get_task(&request.task_id).map(GetTaskResult::new)
    }

    async fn update_task(
        &self,
        request: UpdateTaskParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.shared.tasks.update_task(&request.task_id, request.input_responses)
    }

    async fn cancel_task(
        &self,
        request: CancelTaskParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.shared.tasks.cancel_task(&request.task_id)
    }
}

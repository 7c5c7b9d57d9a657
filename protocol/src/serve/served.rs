//! The wrapper that every handler runs in.
//!
//! ```text
//! request ─▶ span + metrics ─▶ gate ─▶ handler ─▶ answer, error, or dropped on cancel
//! ```
//!
//! **Invariants**
//! - A cancelled call's handler future is dropped; work on other threads must
//!   watch its own flag, which goes with the future.
//! - A panic is answered as an internal error; the session lives.
//! - No handler starts before the connection's gate lets it pass.
//! - Every method returns a boxed future: rmcp makes one future with room for
//!   the largest of them all, and moving it took a quarter of a small call's time.
//!
//! **Deliberately absent:** what a request means. Each method only forwards.

#![expect(deprecated, reason = "older clients still call these methods")]

use std::borrow::Cow;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use rmcp::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CancelTaskParams, CancelledNotificationParam,
    CompleteRequestParams, CompleteResult, CustomNotification, CustomRequest, CustomResult,
    DiscoverResult, ErrorData, GetPromptRequestParams, GetPromptResponse, GetSkillRequestParams,
    GetSkillResult, GetTaskParams, GetTaskResult, InitializeRequestParams, InitializeResult,
    ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListSkillsResult,
    ListToolsResult, MetaObject, PaginatedRequestParams, ProgressNotificationParam,
    ProtocolVersion, ReadResourceDirectoryRequestParams, ReadResourceRequestParams,
    ReadResourceResponse, ReadResourceResult, RequestId, Resource, ResourceContents, ServerConfig,
    SetLevelRequestParams, SubscribeRequestParams, SubscriptionFilter, Tool,
    UnsubscribeRequestParams, UpdateTaskParams,
};
use rmcp::service::{NotificationContext, RequestContext, RoleServer, SubscriptionContext};
use serde_json::Value;
use tracing::Instrument;

use super::handler::Handler;
use super::metrics::{METRICS_URI, Metrics, Outcome};
use crate::link::outbox::Outbox;
use crate::trace::TraceContext;

/// A handler with its metrics; cheap to clone, all clones share both.
#[derive(Clone)]
pub struct Served {
    handler: Arc<dyn Handler>,
    metrics: Arc<Metrics>,
    server_info: Arc<Value>,
    outbox: Option<Arc<Outbox>>,
}

impl Served {
    /// Wraps `handler` with counters of its own.
    #[must_use]
    pub fn new(handler: impl ServerHandler) -> Self {
        Self::with_metrics(handler, Arc::default())
    }

    /// Wraps `handler`, counting in `metrics`.
    #[must_use]
    pub fn with_metrics(handler: impl ServerHandler, metrics: Arc<Metrics>) -> Self {
        let server_info =
            serde_json::to_value(ServerHandler::get_info(&handler).server_info).unwrap_or_default();
        Self {
            handler: Arc::new(handler),
            metrics,
            server_info: Arc::new(server_info),
            outbox: None,
        }
    }

    /// The counters of this server.
    #[must_use]
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// The same server, gated by one connection.
    pub(super) fn for_connection(&self, outbox: Arc<Outbox>) -> Self {
        Self { outbox: Some(outbox), ..self.clone() }
    }

    /// Runs one request: span, gate, cancel, panic, metrics.
    fn run<'a, T, F>(
        &'a self,
        method: &'static str,
        tool: Option<Cow<'static, str>>,
        context: RequestContext<RoleServer>,
        work: impl FnOnce(RequestContext<RoleServer>) -> F + Send + 'a,
    ) -> BoxFuture<'a, Result<T, ErrorData>>
    where
        T: Answered + Send + 'a,
        F: Future<Output = Result<T, ErrorData>> + Send + 'a,
    {
        Box::pin(self.watch(method, tool, context, work))
    }

    async fn watch<T, F>(
        &self,
        method: &'static str,
        tool: Option<Cow<'static, str>>,
        mut context: RequestContext<RoleServer>,
        work: impl FnOnce(RequestContext<RoleServer>) -> F,
    ) -> Result<T, ErrorData>
    where
        T: Answered,
        F: Future<Output = Result<T, ErrorData>>,
    {
        let tool = tool.as_deref();
        let span = request_span(method, tool, &context);
        let mut counted = match tool {
            Some(tool) => self.metrics.request(&format!("{method} {tool}")),
            None => self.metrics.request(method),
        };
        let modern = context.protocol_version().is_some_and(|version| !version.has_initialize());
        let (id, cancelled) = (context.id.clone(), context.ct.clone());
        context.extensions.insert(Arc::clone(&self.metrics));
        if let Some(outbox) = &self.outbox {
            context.extensions.insert(Arc::clone(outbox));
        }
        let result = {
            let guarded = pin!(self.guard(tool.unwrap_or(method), context, work));
            let watched = async {
                tokio::select! {
                    biased;
                    () = cancelled.cancelled() => None,
                    result = guarded => Some(result),
                }
            };
            watched.instrument(span.clone()).await
        };
        let _entered = span.enter();
        let Some(mut result) = result else {
            tracing::info!("cancelled");
            return Err(ErrorData::internal_error("cancelled", None));
        };
        let outcome = match &result {
            Ok(answer) if !answer.is_error() => Outcome::Ok,
            _ => Outcome::Error,
        };
        let time = counted.end(outcome);
        tracing::debug!(duration_us = time.as_micros() as u64, ?outcome, "answered");
        if modern && let Ok(answer) = &mut result {
            self.sign(answer);
        }
        self.finished(&id, &result);
        result
    }

    /// Passes the gate and works; a panic becomes an error.
    async fn guard<T, F>(
        &self,
        name: &str,
        context: RequestContext<RoleServer>,
        work: impl FnOnce(RequestContext<RoleServer>) -> F,
    ) -> Result<T, ErrorData>
    where
        F: Future<Output = Result<T, ErrorData>>,
    {
        if let Some(outbox) = &self.outbox {
            outbox
                .pass()
                .await
                .map_err(|gone| ErrorData::internal_error(gone.to_string(), None))?;
        }
        let working = AssertUnwindSafe(async { work(context).await });
        working.catch_unwind().await.unwrap_or_else(|panic| {
            tracing::error!(panic = panic_text(&*panic), "the handler panicked");
            let message = format!("`{name}` failed inside the server; its log has the reason");
            Err(ErrorData::internal_error(message, None))
        })
    }

    /// Names this server in the answer's `_meta` (MCP 2026-07-28, "General fields").
    fn sign<T: Answered>(&self, answer: &mut T) {
        const KEY: &str = "io.modelcontextprotocol/serverInfo";
        if let Some(meta) = answer.meta() {
            meta.get_or_insert_default()
                .entry(KEY)
                .or_insert_with(|| Value::clone(&self.server_info));
        }
    }

    fn finished<T: Answered>(&self, id: &RequestId, result: &Result<T, ErrorData>) {
        if let Some(outbox) = &self.outbox {
            outbox.finished(id, result.as_ref().map_or(0, Answered::size));
        }
    }

    fn metrics_resource(&self) -> Resource {
        Resource::new(METRICS_URI, "metrics").with_mime_type("application/json").with_description(
            "Requests, errors, p50/p95/p99, in flight, connections, cache hit rate, memory and CPU time.",
        )
    }

    fn read_metrics(&self) -> ReadResourceResult {
        let text = serde_json::to_string(&self.metrics.snapshot()).unwrap_or_default();
        let contents = ResourceContents::text(text, METRICS_URI).with_mime_type("application/json");
        ReadResourceResult::new(vec![contents])
    }
}

fn request_span(
    method: &'static str,
    tool: Option<&str>,
    context: &RequestContext<RoleServer>,
) -> tracing::Span {
    if !tracing::enabled!(tracing::Level::INFO) {
        return tracing::Span::none();
    }
    let client = context.client_info().map(|info| info.name);
    let trace = TraceContext::from_meta(&context.meta);
    tracing::info_span!(
        "request",
        id = %context.id,
        method,
        tool,
        client,
        trace_id = trace.as_ref().map(TraceContext::trace_id),
    )
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

/// What the wrapper needs to know of an answer.
trait Answered {
    /// About how many bytes it will take on the wire, where that can be much.
    fn size(&self) -> usize {
        0
    }
    /// Whether a tool reports that its work failed.
    fn is_error(&self) -> bool {
        false
    }
    /// Where a signature goes, if anywhere.
    fn meta(&mut self) -> Option<&mut Option<MetaObject>> {
        None
    }
}

impl Answered for CallToolResponse {
    fn size(&self) -> usize {
        let Self::Complete(result) = self else { return 0 };
        result
            .content
            .iter()
            .filter_map(|block| block.as_text())
            .map(|text| text.text.len())
            .sum::<usize>()
            // Structured content carries the same facts as the text.
            * if result.structured_content.is_some() { 2 } else { 1 }
    }
    fn is_error(&self) -> bool {
        matches!(self, Self::Complete(result) if result.is_error == Some(true))
    }
    fn meta(&mut self) -> Option<&mut Option<MetaObject>> {
        match self {
            Self::Complete(result) => Some(&mut result.meta),
            Self::Task(result) => Some(&mut result.meta),
            _ => None,
        }
    }
}

impl Answered for ReadResourceResponse {
    fn size(&self) -> usize {
        let Self::Complete(result) = self else { return 0 };
        result
            .contents
            .iter()
            .map(|contents| match contents {
                ResourceContents::TextResourceContents { text, .. } => text.len(),
                ResourceContents::BlobResourceContents { blob, .. } => blob.len(),
                _ => 0,
            })
            .sum()
    }
}

macro_rules! signed {
    ($($type:ty),+ $(,)?) => {$(
        impl Answered for $type {
            fn meta(&mut self) -> Option<&mut Option<MetaObject>> {
                Some(&mut self.meta)
            }
        }
    )+};
}
signed!(
    GetTaskResult,
    ListToolsResult,
    ListPromptsResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
);

macro_rules! unsigned {
    ($($type:ty),+ $(,)?) => {$( impl Answered for $type {} )+};
}
unsigned!(
    (),
    CompleteResult,
    CustomResult,
    DiscoverResult,
    GetPromptResponse,
    GetSkillResult,
    InitializeResult,
    ListSkillsResult,
);

/// Forwards one method through [`Served::run`].
macro_rules! forward {
    ($(#[$meta:meta])* $name:ident, $method:literal, $params:ty => $result:ty) => {
        $(#[$meta])*
        fn $name(
            &self,
            params: $params,
            context: RequestContext<RoleServer>,
        ) -> impl Future<Output = Result<$result, ErrorData>> + Send + '_ {
            self.run($method, None, context, |context| self.handler.$name(params, context))
        }
    };
}

/// Forwards one notification.
macro_rules! notify {
    ($name:ident $(, $params:ty)?) => {
        async fn $name(&self, $(params: $params,)? context: NotificationContext<RoleServer>) {
            self.handler.$name($(notify!(@use params $params),)? context).await;
        }
    };
    (@use $params:ident $type:ty) => { $params };
}

impl ServerHandler for Served {
    fn get_info(&self) -> ServerConfig {
        let mut info = self.handler.get_info();
        info.capabilities.resources.get_or_insert_default();
        info
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        self.handler.supported_protocol_versions()
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.handler.get_tool(name)
    }

    fn accepted_subscription_filter(
        &self,
        requested: &SubscriptionFilter,
    ) -> Option<SubscriptionFilter> {
        self.handler.accepted_subscription_filter(requested)
    }

    fn ping(
        &self,
        context: RequestContext<RoleServer>,
    ) -> impl Future<Output = Result<(), ErrorData>> + Send + '_ {
        self.run("ping", None, context, |context| self.handler.ping(context))
    }

    fn initialize(
        &self,
        params: InitializeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> impl Future<Output = Result<InitializeResult, ErrorData>> + Send + '_ {
        let peer = context.peer.clone();
        let mut client = params.clone();
        let open = |context| self.handler.initialize(params, context);
        let opened = self.run("initialize", None, context, open);
        Box::pin(async move {
            let mut result = opened.await?;
            // Later requests are judged by what was agreed, not by what was asked for.
            client.protocol_version = result.protocol_version.clone();
            peer.set_peer_info(client);
            result.capabilities.resources.get_or_insert_default();
            Ok(result)
        })
    }

    fn discover(
        &self,
        context: RequestContext<RoleServer>,
    ) -> impl Future<Output = Result<DiscoverResult, ErrorData>> + Send + '_ {
        let discover = |context| self.handler.discover(context);
        let discovered = self.run("server/discover", None, context, discover);
        Box::pin(async move {
            let mut result = discovered.await?;
            result.capabilities.resources.get_or_insert_default();
            Ok(result)
        })
    }

    fn call_tool(
        &self,
        params: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> impl Future<Output = Result<CallToolResponse, ErrorData>> + Send + '_ {
        let tool = Some(params.name.clone());
        self.run("tools/call", tool, context, |context| self.handler.call_tool(params, context))
    }

    fn list_resources(
        &self,
        params: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> impl Future<Output = Result<ListResourcesResult, ErrorData>> + Send + '_ {
        let first = params.as_ref().is_none_or(|page| page.cursor.is_none());
        let list = move |context| async move {
            let mut result = self.handler.list_resources(params, context).await?;
            if first {
                result.resources.push(self.metrics_resource());
            }
            Ok(result)
        };
        self.run("resources/list", None, context, list)
    }

    fn read_resource(
        &self,
        params: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> impl Future<Output = Result<ReadResourceResponse, ErrorData>> + Send + '_ {
        let read = move |context| async move {
            if params.uri == METRICS_URI {
                return Ok(self.read_metrics().into());
            }
            self.handler.read_resource(params, context).await
        };
        self.run("resources/read", None, context, read)
    }

    /// A subscription lasts as long as its client: it is no call in flight, and
    /// its acknowledgment has been sent already.
    fn listen(
        &self,
        context: SubscriptionContext,
    ) -> impl Future<Output = Result<(), ErrorData>> + Send + '_ {
        Box::pin(async move {
            let listening = AssertUnwindSafe(self.handler.listen(context)).catch_unwind();
            let ending = async {
                match &self.outbox {
                    Some(outbox) => outbox.ending().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = ending => Ok(()),
                result = listening => result.unwrap_or_else(|panic| {
                    tracing::error!(panic = panic_text(&*panic), "a subscription panicked");
                    Err(ErrorData::internal_error("the subscription failed inside the server", None))
                }),
            }
        })
    }

    forward!(complete, "completion/complete", CompleteRequestParams => CompleteResult);
    forward!(set_level, "logging/setLevel", SetLevelRequestParams => ());
    forward!(get_prompt, "prompts/get", GetPromptRequestParams => GetPromptResponse);
    forward!(list_prompts, "prompts/list", Option<PaginatedRequestParams> => ListPromptsResult);
    forward!(list_resource_templates, "resources/templates/list",
        Option<PaginatedRequestParams> => ListResourceTemplatesResult);
    forward!(subscribe, "resources/subscribe", SubscribeRequestParams => ());
    forward!(unsubscribe, "resources/unsubscribe", UnsubscribeRequestParams => ());
    forward!(list_tools, "tools/list", Option<PaginatedRequestParams> => ListToolsResult);
    forward!(on_custom_request, "custom", CustomRequest => CustomResult);
    forward!(get_task, "tasks/get", GetTaskParams => GetTaskResult);
    forward!(update_task, "tasks/update", UpdateTaskParams => ());
    forward!(cancel_task, "tasks/cancel", CancelTaskParams => ());
    forward!(list_skills, "skills/list", Option<PaginatedRequestParams> => ListSkillsResult);
    forward!(get_skill, "skills/get", GetSkillRequestParams => GetSkillResult);
    forward!(read_resource_directory, "resources/directory/read",
        ReadResourceDirectoryRequestParams => ListResourcesResult);
    notify!(on_cancelled, CancelledNotificationParam);
    notify!(on_progress, ProgressNotificationParam);
    notify!(on_initialized);
    notify!(on_roots_list_changed);
    notify!(on_custom_notification, CustomNotification);
}

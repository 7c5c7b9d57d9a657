//! One tool: a typed function with a name, a description and a schema.
//!
//! **Invariants**
//! - Text and structured content come from one value, so they carry the same facts.
//! - Wrong arguments and failed work are tool errors, which a model can read
//!   and act on; they are never JSON-RPC errors.

#![expect(deprecated, reason = "older hosts still tell their roots")]

use std::error::Error;
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use rmcp::model::{
    CallToolResult, ContentBlock, JsonObject, ProgressNotificationParam, ToolAnnotations,
};
use rmcp::service::{RequestContext, RoleServer};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::metrics::Metrics;
use crate::link::outbox::Outbox;
use crate::trace::TraceContext;

/// A host that does not tell its roots by then goes without.
const ROOTS_DEADLINE: Duration = Duration::from_secs(2);

/// An answer of a tool: a value whose text form a model can read.
pub trait Answer: Serialize + Send {
    /// The same facts as the fields, as text for hosts that show only text.
    fn text(&self) -> String;
}

/// The work of a call did not end: it was cancelled, or its thread died.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the call was interrupted")]
pub struct Interrupted;

/// A running call, as its handler sees it.
#[derive(Clone)]
pub struct Call {
    context: RequestContext<RoleServer>,
    threads: Arc<Semaphore>,
    told: Arc<Mutex<Told>>,
}

/// What a call has told of its progress.
#[derive(Debug, Clone)]
struct Told {
    at: Instant,
    /// The last value sent.
    done: Option<f64>,
    /// The tool's own last report, without its value.
    own: Option<(Option<f64>, String)>,
}

impl Call {
    pub(super) fn new(context: RequestContext<RoleServer>, threads: Arc<Semaphore>) -> Self {
        let told = Told { at: Instant::now(), done: None, own: None };
        Self { context, threads, told: Arc::new(Mutex::new(told)) }
    }

    /// Reports progress to a client that asked for it, and does nothing otherwise.
    ///
    /// `done` and `total` count the same things; `message` says what they are.
    pub async fn progress(&self, done: f64, total: Option<f64>, message: impl Into<String>) {
        let message = message.into();
        self.told().own = Some((total, message.clone()));
        self.report(done, total, message).await;
    }

    /// Repeats the tool's own last report; `false` when there was none.
    pub(super) async fn repeat(&self) -> bool {
        let Told { done, own, .. } = self.told().clone();
        let Some((total, message)) = own else { return false };
        self.report(done.unwrap_or_default(), total, message).await;
        true
    }

    /// When progress was last reported, or the call began.
    pub(super) fn last_report(&self) -> Instant {
        self.told().at
    }

    pub(super) async fn report(&self, done: f64, total: Option<f64>, message: String) {
        let Some(token) = self.context.meta.get_progress_token() else { return };
        let done = self.told().raise(done);
        let mut progress = ProgressNotificationParam::new(token, done).with_message(message);
        if let Some(total) = total {
            progress = progress.with_total(total);
        }
        if let Err(error) = self.context.peer.notify_progress(progress).await {
            tracing::debug!(%error, "progress was not delivered");
        }
    }

    fn told(&self) -> std::sync::MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts one look-up of a cache in the server's metrics.
    pub fn cache(&self, hit: bool) {
        if let Some(metrics) = self.context.extensions.get::<Arc<Metrics>>() {
            metrics.cache(hit);
        }
    }

    /// Whether the client asked for progress.
    #[must_use]
    pub fn wants_progress(&self) -> bool {
        self.context.meta.get_progress_token().is_some()
    }

    /// The folders that the host works in, where it tells: hosts of the
    /// handshake era that declare `roots`. Empty otherwise.
    pub async fn host_roots(&self) -> Vec<PathBuf> {
        let handshake =
            self.context.protocol_version().is_some_and(|version| version.has_initialize());
        let declared =
            self.context.client_capabilities().is_some_and(|client| client.roots.is_some());
        if !handshake || !declared {
            return Vec::new();
        }
        let asked = tokio::time::timeout(ROOTS_DEADLINE, self.context.peer.list_roots()).await;
        match asked {
            Ok(Ok(answer)) => answer.roots.iter().filter_map(|root| file_path(&root.uri)).collect(),
            Ok(Err(error)) => {
                tracing::info!(%error, "the host did not tell its roots");
                Vec::new()
            }
            Err(_elapsed) => {
                tracing::info!("the host did not tell its roots in time");
                Vec::new()
            }
        }
    }

    /// The trace context of the request, to hand on.
    #[must_use]
    pub fn trace(&self) -> Option<TraceContext> {
        TraceContext::from_meta(&self.context.meta)
    }

    /// Runs blocking work on a thread of its own, a few at a time.
    ///
    /// `stop` is called when the call ends early; `work` must look at whatever
    /// it sets at least every 10 ms.
    ///
    /// # Errors
    /// [`Interrupted`] when the connection is gone or the work panicked.
    pub async fn blocking<T: Send + 'static>(
        &self,
        stop: impl FnOnce() + Send + 'static,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Interrupted> {
        let permit =
            Arc::clone(&self.threads).acquire_owned().await.map_err(|_closed| Interrupted)?;
        // Answers of work that ran before may have filled the connection meanwhile.
        if let Some(outbox) = self.context.extensions.get::<Arc<Outbox>>() {
            outbox.pass().await.map_err(|_gone| Interrupted)?;
        }
        let guard = OnDrop(Some(stop));
        let span = tracing::Span::current();
        let result = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            span.in_scope(work)
        })
        .await;
        guard.disarm();
        result.map_err(|error| {
            tracing::error!(%error, "blocking work died");
            Interrupted
        })
    }
}

/// The path of a `file:` URI (RFC 8089), percent-decoded.
fn file_path(uri: &str) -> Option<PathBuf> {
    let path = uri.strip_prefix("file://")?;
    let path = path.strip_prefix("localhost").unwrap_or(path);
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        let digits = std::str::from_utf8(&digits).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
    }
    let path = String::from_utf8(bytes).ok()?;
    // `file:///C:/x` is `C:/x`.
    let drive = path.as_bytes().get(2) == Some(&b':') && cfg!(windows);
    Some(PathBuf::from(if drive { &path[1..] } else { path.as_str() }))
}

impl Told {
    /// Notes a report of `done`, made larger than the last one by as little as
    /// possible: the value must increase with each report (MCP "Progress").
    fn raise(&mut self, done: f64) -> f64 {
        let done = match self.done {
            Some(last) if done <= last => last + last.abs().max(1.0) * f64::EPSILON,
            _ => done,
        };
        self.at = Instant::now();
        self.done = Some(done);
        done
    }
}

/// Runs a function when dropped, unless disarmed.
struct OnDrop<F: FnOnce()>(Option<F>);

impl<F: FnOnce()> OnDrop<F> {
    fn disarm(mut self) {
        self.0 = None;
    }
}

impl<F: FnOnce()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        if let Some(run) = self.0.take() {
            run();
        }
    }
}

type Handler<S> =
    Box<dyn Fn(S, Call, JsonObject) -> BoxFuture<'static, CallToolResult> + Send + Sync>;

/// A tool over the state `S`.
pub struct Tool<S> {
    pub(super) definition: rmcp::model::Tool,
    pub(super) toolset: &'static str,
    handler: Handler<S>,
}

impl<S: 'static> Tool<S> {
    /// Makes a tool of a function. Its arguments' doc comments become the
    /// schema that a model reads.
    pub fn new<A, O, E, F, Work>(name: &'static str, description: &'static str, function: F) -> Self
    where
        A: DeserializeOwned + JsonSchema,
        O: Answer,
        E: Error,
        F: Fn(S, Call, A) -> Work + Send + Sync + 'static,
        Work: Future<Output = Result<O, E>> + Send + 'static,
    {
        let schema = argument_schema::<A>();
        let usage = usage(&schema);
        let definition = rmcp::model::Tool::new(name, description, schema);
        let handler: Handler<S> = Box::new(move |state, call, arguments| {
            match serde_json::from_value::<A>(Value::Object(arguments)) {
                Ok(arguments) => function(state, call, arguments)
                    .map(|result| match result {
                        Ok(answer) => success(&answer),
                        Err(error) => failure(with_causes(&error)),
                    })
                    .boxed(),
                Err(error) => {
                    let text = format!("wrong arguments for `{name}`: {error}; it takes {usage}");
                    futures::future::ready(failure(text)).boxed()
                }
            }
        });
        Self { definition, toolset: "default", handler }
    }

    /// Marks a tool that changes nothing.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        let annotations = ToolAnnotations::new().read_only(true).open_world(false);
        self.definition = self.definition.with_annotations(annotations);
        self
    }

    /// Marks a tool that only adds to its server's own state.
    #[must_use]
    pub fn additive(mut self) -> Self {
        let annotations = ToolAnnotations::new()
            .read_only(false)
            .destructive(false)
            .idempotent(false)
            .open_world(false);
        self.definition = self.definition.with_annotations(annotations);
        self
    }

    /// Gives the tool its state for good, so that a server of any other state can offer it.
    #[must_use]
    pub fn over<T: 'static>(self, state: S) -> Tool<T>
    where
        S: Clone + Send + Sync,
    {
        let Self { definition, toolset, handler } = self;
        let handler: Handler<T> =
            Box::new(move |_, call, arguments| handler(state.clone(), call, arguments));
        Tool { definition, toolset, handler }
    }

    /// Puts the tool in a set that is offered only when asked for.
    #[must_use]
    pub fn toolset(mut self, toolset: &'static str) -> Self {
        self.toolset = toolset;
        self
    }

    /// The tool's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.definition.name
    }

    pub(super) fn call(
        &self,
        state: S,
        call: Call,
        arguments: JsonObject,
    ) -> BoxFuture<'static, CallToolResult> {
        (self.handler)(state, call, arguments)
    }
}

fn success(answer: &impl Answer) -> CallToolResult {
    match serde_json::to_value(answer) {
        Ok(value) => {
            let mut result = CallToolResult::success(vec![ContentBlock::text(answer.text())]);
            result.structured_content = Some(value);
            result
        }
        Err(error) => failure(format!("the answer has no JSON form: {error}")),
    }
}

fn failure(text: String) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(text)])
}

/// The message and what caused it, since `Display` leaves causes out.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}

/// The schema of a tool's arguments, as small and as portable as hosts need:
/// no references, no titles, no `null` in types, no Rust number formats.
fn argument_schema<A: JsonSchema>() -> JsonObject {
    let settings = schemars::generate::SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<A>();
    let mut value = schema.to_value();
    simplify(&mut value);
    match value {
        Value::Object(mut object) => {
            object.remove("$schema");
            object.remove("description");
            object.entry("type").or_insert_with(|| "object".into());
            object.entry("properties").or_insert_with(|| Value::Object(JsonObject::new()));
            object
        }
        _ => JsonObject::new(),
    }
}

fn simplify(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if object.get("title").is_some_and(Value::is_string) {
                object.remove("title");
            }
            object.remove("format");
            let says_nothing = |value: &Value| value.is_null() || *value == Value::Array(vec![]);
            if object.get("default").is_some_and(says_nothing) {
                object.remove("default");
            }
            drop_null_type(object);
            drop_null_branch(object);
            merge_constants(object);
            object.values_mut().for_each(simplify);
        }
        Value::Array(items) => items.iter_mut().for_each(simplify),
        _ => {}
    }
}

/// `oneOf` of documented constants becomes an `enum`; the argument's own
/// description tells what they mean.
fn merge_constants(object: &mut JsonObject) {
    let Some(Value::Array(branches)) = object.get("oneOf") else { return };
    let constants: Option<Vec<Value>> =
        branches.iter().map(|branch| branch.get("const").cloned()).collect();
    let Some(constants) = constants.filter(|all| all.iter().all(Value::is_string)) else { return };
    object.remove("oneOf");
    object.insert("type".to_owned(), "string".into());
    object.insert("enum".to_owned(), constants.into());
}

/// `"type": ["string", "null"]` of an optional argument becomes `"string"`.
fn drop_null_type(object: &mut JsonObject) {
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = object.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
}

/// `anyOf` of a schema and `null` becomes the schema.
fn drop_null_branch(object: &mut JsonObject) {
    let Some(Value::Array(branches)) = object.get_mut("anyOf") else { return };
    branches.retain(|branch| branch.get("type").is_none_or(|name| name != "null"));
    if let [Value::Object(only)] = branches.as_slice() {
        let only = only.clone();
        object.remove("anyOf");
        for (key, value) in only {
            object.entry(key).or_insert(value);
        }
    }
}

/// One line that names the arguments, for the error of a wrong call.
fn usage(schema: &JsonObject) -> String {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let Some(Value::Object(properties)) = schema.get("properties") else {
        return "no arguments".to_owned();
    };
    let names: Vec<String> = properties
        .iter()
        .map(|(name, property)| {
            let kind = property.get("type").and_then(Value::as_str).unwrap_or("value");
            let optional = if required.contains(&name.as_str()) { "" } else { ", optional" };
            format!("`{name}` ({kind}{optional})")
        })
        .collect();
    if names.is_empty() { "no arguments".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests;

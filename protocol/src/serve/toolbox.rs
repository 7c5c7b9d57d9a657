//! A server made of typed tools over one state, and of tools that bring a state of their
//! own ([`Tool::over`]).
//!
//! **Deliberately absent:** transports, and everything that a tool means.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use rmcp::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, ErrorData, Implementation, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, SubscriptionFilter,
};
use rmcp::service::{RequestContext, RoleServer};
use tokio::sync::Semaphore;

use super::tool::{Call, Tool};

/// Silence after which a running call reports that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// Blocking calls that run at once; more only compete for the same cores.
const BLOCKING_CALLS: usize = 8;

/// How far a server's background work is, for calls that have nothing better to report.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// Things done.
    pub done: f64,
    /// Things to do in all.
    pub total: f64,
    /// What the things are, such as `indexed files`.
    pub message: String,
}

type StatusOf<S> = Box<dyn Fn(&S) -> Option<Status> + Send + Sync>;

/// A server's tools and what it says of itself.
pub struct Toolbox<S> {
    info: ServerConfig,
    state: S,
    tools: Vec<Tool<S>>,
    offered: BTreeSet<usize>,
    /// Places in `tools`, and what models are told of them.
    sets: Vec<(Range<usize>, &'static str)>,
    status: StatusOf<S>,
    threads: Arc<Semaphore>,
}

impl<S: Clone + Send + Sync + 'static> Toolbox<S> {
    /// A server called `name` that tells models `instructions`.
    ///
    /// Hosts show only tool names and these instructions at first, so they say
    /// when to use which tool.
    #[must_use]
    pub fn new(name: &str, version: &str, instructions: &str, state: S) -> Self {
        let capabilities = ServerCapabilities::builder().enable_tools().enable_resources().build();
        let info = ServerConfig::new(capabilities)
            .with_server_info(Implementation::new(name, version))
            .with_instructions(instructions);
        Self {
            info,
            state,
            tools: Vec::new(),
            offered: BTreeSet::new(),
            sets: Vec::new(),
            status: Box::new(|_| None),
            threads: Arc::new(Semaphore::new(BLOCKING_CALLS)),
        }
    }

    /// Adds a tool; those of the set `default` are offered.
    #[must_use]
    pub fn tool(mut self, tool: Tool<S>) -> Self {
        if tool.toolset == "default" {
            self.offered.insert(self.tools.len());
        }
        self.tools.push(tool);
        self
    }

    /// Adds tools of one set, and tells models `instructions` where any of them is offered.
    #[must_use]
    pub fn set(mut self, instructions: &'static str, tools: Vec<Tool<S>>) -> Self {
        let first = self.tools.len();
        self = tools.into_iter().fold(self, Self::tool);
        self.sets.push((first..self.tools.len(), instructions));
        self
    }

    /// Tells calls that run long what the background work is doing.
    #[must_use]
    pub fn status(mut self, status: impl Fn(&S) -> Option<Status> + Send + Sync + 'static) -> Self {
        self.status = Box::new(status);
        self
    }

    /// Offers the named tool sets instead of `default`; `all` offers every tool.
    ///
    /// # Errors
    /// Names the first unknown set, and those that exist.
    pub fn select(mut self, toolsets: &[String]) -> Result<Self, UnknownToolset> {
        if toolsets.is_empty() {
            return Ok(self);
        }
        let known: BTreeSet<&str> = self.tools.iter().map(|tool| tool.toolset).collect();
        for name in toolsets {
            if name != "all" && !known.contains(name.as_str()) {
                let known = known.iter().copied().chain(["all"]).collect::<Vec<_>>().join(", ");
                return Err(UnknownToolset { name: name.clone(), known });
            }
        }
        let wanted =
            |tool: &Tool<S>| toolsets.iter().any(|name| name == "all" || name == tool.toolset);
        self.offered = (0..self.tools.len()).filter(|&place| wanted(&self.tools[place])).collect();
        Ok(self)
    }

    fn offered(&self) -> impl Iterator<Item = &Tool<S>> {
        self.offered.iter().map(|&place| &self.tools[place])
    }

    /// Reports for a call whenever it has told nothing for a while.
    async fn beat(&self, tool: &str, call: &Call) {
        let started = tokio::time::Instant::now();
        loop {
            let due = call.last_report() + HEARTBEAT;
            tokio::time::sleep_until(due).await;
            if call.last_report() + HEARTBEAT > due || call.repeat().await {
                continue;
            }
            let seconds = started.elapsed().as_secs_f64();
            match (self.status)(&self.state) {
                Some(status) => call.report(status.done, Some(status.total), status.message).await,
                None => {
                    let message = format!("`{tool}` has been running for {seconds:.0} s");
                    call.report(seconds, None, message).await;
                }
            }
        }
    }
}

/// A tool set that no tool is in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown tool set `{name}`; there are: {known}")]
pub struct UnknownToolset {
    name: String,
    known: String,
}

impl<S: Clone + Send + Sync + 'static> ServerHandler for Toolbox<S> {
    fn get_info(&self) -> ServerConfig {
        let mut info = self.info.clone();
        for (places, instructions) in &self.sets {
            if self.offered.range(places.clone()).next().is_some() {
                let before = info.instructions.take().unwrap_or_default();
                info.instructions = Some(format!("{before} {instructions}"));
            }
        }
        info
    }

    fn get_tool(&self, name: &str) -> Option<rmcp::model::Tool> {
        self.offered().find(|tool| tool.name() == name).map(|tool| tool.definition.clone())
    }

    /// Nothing that this server lists ever changes; a subscription is
    /// acknowledged and stays silent.
    fn accepted_subscription_filter(
        &self,
        requested: &SubscriptionFilter,
    ) -> Option<SubscriptionFilter> {
        Some(requested.clone())
    }

    async fn list_tools(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tools = self.offered().map(|tool| tool.definition.clone()).collect();
        Ok(ListToolsResult::with_all_items(tools))
    }

    async fn call_tool(
        &self,
        params: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = self.offered().find(|tool| tool.name() == params.name) else {
            let known: Vec<&str> = self.offered().map(Tool::name).collect();
            let message =
                format!("unknown tool `{}`; there are: {}", params.name, known.join(", "));
            return Err(ErrorData::invalid_params(message, None));
        };
        let call = Call::new(context, Arc::clone(&self.threads));
        let arguments = params.arguments.unwrap_or_default();
        let work = tool.call(self.state.clone(), call.clone(), arguments);
        if !call.wants_progress() {
            return Ok(work.await.into());
        }
        tokio::select! {
            biased;
            result = work => Ok(result.into()),
            () = self.beat(tool.name(), &call) => unreachable!("the heartbeat never ends"),
        }
    }
}

#[cfg(test)]
mod tests;

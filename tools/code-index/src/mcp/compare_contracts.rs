//! `compare_contracts`: routes of servers against calls of clients.

use std::collections::BTreeMap;
use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ymera_protocol::serve::{Answer, Call, Tool};

use super::service::{CodeContext, ToolError};
use super::show::{ANSWER_BYTES, index_line, json_bytes};
use crate::contracts::{ContractPlace, ContractSide, Contracts, ContractsQuery, Differing, Unmet};
use crate::status::IndexStatus;

/// Entries of each list when the caller does not say.
const LIMIT: usize = 100;
/// More would bury the answer.
const MAX_LIMIT: usize = 1_000;
/// Examples of what could not be read.
const EXAMPLES: usize = 5;

/// What to compare.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompareContractsArgs {
    /// Folders, files or globs to read; leave out for all. Name both server and
    /// client: `["backend", "web/src"]`.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Only paths that begin so: `/api/users`.
    pub route: Option<String>,
    /// Most entries of each list; default 100.
    pub limit: Option<usize>,
    /// Entries to leave out of each list: `next_offset` of the last answer.
    pub offset: Option<usize>,
}

/// Where servers and clients disagree.
#[derive(Debug, Serialize)]
pub struct CompareContractsOutput {
    /// Calls that no route answers.
    pub missing: Vec<MissingRoute>,
    /// Routes that no client calls.
    pub unused: Vec<UnusedRoute>,
    /// Routes whose fields differ from those of a call.
    pub differing: Vec<DifferingRoute>,
    /// How many of each there are in all.
    pub totals: ContractTotals,
    /// What could not be read.
    pub not_read: NotRead,
    /// More was found than is shown.
    pub truncated: bool,
    /// What to pass as `offset` for the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_offset: Option<usize>,
    /// How complete the index is.
    pub index: IndexStatus,
}

/// A place.
#[derive(Debug, Clone, Serialize)]
pub struct ContractSpot {
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
}

/// A call that no route answers.
#[derive(Debug, Clone, Serialize)]
pub struct MissingRoute {
    /// `GET`, or `ANY` where it could not be told.
    pub method: &'static str,
    /// As the client asks it, parameters as `{id}`.
    pub path: String,
    /// The call.
    pub client: ContractSpot,
}

/// A route that no client calls.
#[derive(Debug, Clone, Serialize)]
pub struct UnusedRoute {
    /// `GET`, or `ANY` for all.
    pub method: &'static str,
    /// The whole path, parameters as `{id}`.
    pub path: String,
    /// The route.
    pub server: ContractSpot,
}

/// A route and a call whose fields differ.
#[derive(Debug, Clone, Serialize)]
pub struct DifferingRoute {
    /// Of the route.
    pub method: &'static str,
    /// Of the route.
    pub path: String,
    /// `request` or `response`.
    pub side: &'static str,
    /// The route.
    pub server: ContractSpot,
    /// The call.
    pub client: ContractSpot,
    /// Fields that only the server has: `address.zip`.
    pub only_server: Vec<String>,
    /// Fields that only the client has.
    pub only_client: Vec<String>,
}

/// How much was found.
#[derive(Debug, Serialize)]
pub struct ContractTotals {
    /// Calls without a route.
    pub missing: usize,
    /// Routes without a call.
    pub unused: usize,
    /// Differences.
    pub differing: usize,
    /// Routes by framework.
    pub servers: BTreeMap<&'static str, usize>,
    /// Calls of the project's servers.
    pub calls: usize,
    /// Those that meet a route.
    pub matched: usize,
    /// Calls of other hosts, left out.
    pub external: usize,
}

/// What could not be read.
#[derive(Debug, Serialize)]
pub struct NotRead {
    /// Routes and calls whose path is computed, and files that do not parse.
    pub places: usize,
    /// Some of them.
    pub examples: Vec<ContractSpot>,
    /// Files left out because there are too many.
    pub files: usize,
}

pub(super) fn tool() -> Tool<CodeContext> {
    const DESCRIPTION: &str = "Compare the HTTP routes and fields that servers offer (code, \
                               OpenAPI) with what clients call: missing, unused, differing.";
    Tool::new("compare_contracts", DESCRIPTION, compare_contracts).read_only().toolset("contracts")
}

async fn compare_contracts(
    context: CodeContext,
    call: Call,
    args: CompareContractsArgs,
) -> Result<CompareContractsOutput, ToolError> {
    let route = args.route.filter(|route| !route.trim().is_empty());
    if let Some(route) = route.as_deref().filter(|route| !route.starts_with('/')) {
        let hint = format!("`route` is `{route}`; it is the start of a path, such as `/api/users`");
        return Err(ToolError::Arguments(hint));
    }
    let query = ContractsQuery { paths: args.paths, route };
    let page = Page {
        offset: args.offset.unwrap_or(0),
        limit: args.limit.unwrap_or(LIMIT).clamp(1, MAX_LIMIT),
        bytes: if args.limit.is_none() { ANSWER_BYTES } else { usize::MAX },
    };
    let found = context
        .ask(&call, move |workspace, cancel| workspace.compare_contracts(&query, cancel))
        .await?;
    Ok(output(found, &page))
}

struct Page {
    offset: usize,
    limit: usize,
    bytes: usize,
}

fn output(found: Contracts, page: &Page) -> CompareContractsOutput {
    let totals = ContractTotals {
        missing: found.missing.len(),
        unused: found.unused.len(),
        differing: found.differing.len(),
        servers: found.servers,
        calls: found.calls,
        matched: found.met,
        external: found.outside,
    };
    let not_read = NotRead {
        places: found.unread.len(),
        examples: found.unread.iter().take(EXAMPLES).map(spot).collect(),
        files: found.left_out,
    };
    let from = |at: usize| found.missing.get(at).map(missing);
    let missing: Vec<MissingRoute> = (page.offset..).map_while(from).collect();
    let unused: Vec<UnusedRoute> =
        found.unused.iter().skip(page.offset).map(unused_route).collect();
    let differing: Vec<DifferingRoute> =
        found.differing.iter().skip(page.offset).map(differing_route).collect();
    // All lists are cut at one number, so that one offset goes on with all.
    let longest = missing.len().max(unused.len()).max(differing.len());
    let mut bytes = 0;
    let mut shown = 0;
    while shown < longest.min(page.limit) {
        let cost = |size: Option<usize>| size.map_or(0, |size| size + 1);
        bytes += cost(missing.get(shown).map(json_bytes));
        bytes += cost(unused.get(shown).map(json_bytes));
        bytes += cost(differing.get(shown).map(json_bytes));
        if bytes > page.bytes && shown > 0 {
            break;
        }
        shown += 1;
    }
    let truncated = shown < longest;
    CompareContractsOutput {
        missing: missing.into_iter().take(shown).collect(),
        unused: unused.into_iter().take(shown).collect(),
        differing: differing.into_iter().take(shown).collect(),
        totals,
        not_read,
        truncated,
        next_offset: truncated.then_some(page.offset + shown),
        index: found.status,
    }
}

fn spot(place: &ContractPlace) -> ContractSpot {
    ContractSpot { path: place.path.clone(), line: place.line }
}

fn missing(one: &Unmet) -> MissingRoute {
    MissingRoute { method: one.method, path: one.path.clone(), client: spot(&one.place) }
}

fn unused_route(one: &Unmet) -> UnusedRoute {
    UnusedRoute { method: one.method, path: one.path.clone(), server: spot(&one.place) }
}

fn differing_route(one: &Differing) -> DifferingRoute {
    let side = match one.side {
        ContractSide::Request => "request",
        ContractSide::Response => "response",
    };
    DifferingRoute {
        method: one.method,
        path: one.path.clone(),
        side,
        server: spot(&one.server),
        client: spot(&one.client),
        only_server: one.only_server.clone(),
        only_client: one.only_client.clone(),
    }
}

impl Answer for CompareContractsOutput {
    fn text(&self) -> String {
        let mut text = String::new();
        let totals = &self.totals;
        // Writing to a string cannot fail.
        let _ =
            writeln!(text, "missing: {} of {} calls meet no route", totals.missing, totals.calls);
        for one in &self.missing {
            let _ = writeln!(
                text,
                "  {} {} {}:{}",
                one.method, one.path, one.client.path, one.client.line
            );
        }
        let _ = writeln!(text, "differing: {}", totals.differing);
        for one in &self.differing {
            let _ = writeln!(
                text,
                "  {} {} {}: server {}:{}, client {}:{}; only server: {}; only client: {}",
                one.method,
                one.path,
                one.side,
                one.server.path,
                one.server.line,
                one.client.path,
                one.client.line,
                list(&one.only_server),
                list(&one.only_client)
            );
        }
        let _ = writeln!(text, "unused: {} routes without a call", totals.unused);
        for one in &self.unused {
            let _ = writeln!(
                text,
                "  {} {} {}:{}",
                one.method, one.path, one.server.path, one.server.line
            );
        }
        let servers: Vec<String> =
            totals.servers.iter().map(|(name, count)| format!("{name} {count}")).collect();
        let servers = if servers.is_empty() { "none".to_owned() } else { servers.join(", ") };
        let _ = writeln!(
            text,
            "routes: {servers}; calls matched: {}, of other hosts: {}",
            totals.matched, totals.external
        );
        self.not_read.write(&mut text);
        if let Some(next) = self.next_offset {
            let _ =
                writeln!(text, "more was found; offset {next} goes on, or narrow paths or route");
        }
        text.push_str(&index_line(&self.index));
        text
    }
}

impl NotRead {
    fn write(&self, text: &mut String) {
        if self.places == 0 && self.files == 0 {
            return;
        }
        let examples: Vec<String> =
            self.examples.iter().map(|one| format!("{}:{}", one.path, one.line)).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "not read: {} places with a computed path ({}), {} files",
            self.places,
            examples.join(", "),
            self.files
        );
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

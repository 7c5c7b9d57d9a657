//! The engine as MCP tools: one file a tool, with its arguments, its answer and
//! its text form.
//!
//! **Invariants**
//! - Text and structured content of an answer carry the same facts.
//! - Every structured answer says how complete the index is.
//! - A tool never waits for the index: it answers from what there is.
//!
//! **Deliberately absent:** flags, the environment, transports.

mod analyze_impact;
mod changes_since;
mod check_code;
mod compare_contracts;
mod explore_code;
mod find_symbol;
mod map_project;
mod project_map_text;
mod read_docs;
mod search_code;
mod service;
mod show;
mod trace_references;

pub use analyze_impact::{AnalyzeImpactArgs, AnalyzeImpactOutput};
pub use changes_since::{ChangesSinceArgs, ChangesSinceOutput};
pub use check_code::{CheckCodeArgs, CheckCodeOutput};
pub use compare_contracts::{CompareContractsArgs, CompareContractsOutput};
pub use explore_code::{ExploreCodeArgs, ExploreCodeOutput};
pub use find_symbol::{FindSymbolArgs, FindSymbolOutput};
pub use map_project::{MapProjectArgs, MapProjectOutput};
pub use read_docs::{ReadDocsArgs, ReadDocsOutput};
pub use search_code::{SearchCodeArgs, SearchCodeOutput};
pub use service::{CodeContext, ToolError};
pub use trace_references::{TraceReferencesArgs, TraceReferencesOutput};

use ymera_protocol::serve::{Status, Toolbox};

/// What models read before they see any tool's description.
const INSTRUCTIONS: &str = "Answers questions about the project's code from an index that follows every \
change. Start with explore_code for a question or task in words; find_symbol for where a name is \
defined; trace_references for who uses it and what it uses; analyze_impact for what a change \
reaches and its tests; search_code for exact text or a regex; map_project for what the project is made of, or a \
file's outline. Prefer these to grep and to reading whole files.";

/// The context server's tools over `context`.
#[must_use]
pub fn toolbox(version: &str, context: CodeContext) -> Toolbox<CodeContext> {
    Toolbox::new("context", version, INSTRUCTIONS, context)
        .tool(explore_code::tool())
        .tool(search_code::tool())
        .tool(find_symbol::tool())
        .tool(trace_references::tool())
        .tool(analyze_impact::tool())
        .tool(map_project::tool())
        .tool(changes_since::tool())
        .tool(read_docs::tool())
        .tool(compare_contracts::tool())
        .tool(check_code::tool())
        .status(|context| {
            let status = context.status()?;
            (!status.complete).then(|| Status {
                done: status.indexed as f64,
                total: status.total as f64,
                message: format!("indexed {} of {} files", status.indexed, status.total),
            })
        })
}

#[cfg(test)]
mod tests;

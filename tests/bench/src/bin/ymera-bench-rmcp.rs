//! The baseline: rmcp's own server on rmcp's own stdio transport, with the two
//! tools that the bench calls, set up as its documentation shows.

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, JsonObject,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{RequestContext, ServerInitializeError};
use rmcp::{RoleServer, ServerHandler, ServiceExt};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

#[derive(Deserialize)]
struct Echo {
    text: String,
}

#[derive(Deserialize)]
struct Blob {
    bytes: usize,
}

struct Baseline;

impl ServerHandler for Baseline {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    async fn list_tools(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tool = |name, about| Tool::new(name, about, JsonObject::new());
        let tools = vec![tool("echo", "Return `text`."), tool("blob", "Return `bytes` bytes.")];
        Ok(ListToolsResult::with_all_items(tools))
    }

    async fn call_tool(
        &self,
        call: CallToolRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let text = match call.name.as_ref() {
            "echo" => arguments::<Echo>(call.arguments)?.text,
            "blob" => "b".repeat(arguments::<Blob>(call.arguments)?.bytes),
            name => return Err(ErrorData::invalid_params(format!("unknown tool `{name}`"), None)),
        };
        Ok(CallToolResult::success(vec![ContentBlock::text(text)]).into())
    }
}

fn arguments<T: DeserializeOwned>(given: Option<JsonObject>) -> Result<T, ErrorData> {
    let given = Value::Object(given.unwrap_or_default());
    serde_json::from_value(given)
        .map_err(|error| ErrorData::invalid_params(error.to_string(), None))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Baseline.serve(rmcp::transport::stdio()).await {
        Ok(service) => service.waiting().await.map(|_| ())?,
        // The client asked what there is and left.
        Err(ServerInitializeError::ConnectionClosed(_)) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

//! Stand-in transports until `ymera_protocol::serve` takes over.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use ymera_protocol::rmcp::service::serve_server;
use ymera_protocol::rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use ymera_protocol::rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use ymera_test_kit::fixture::Fixture;

pub(crate) async fn stdio(fixture: Fixture) -> anyhow::Result<()> {
    let service = serve_server(fixture, (tokio::io::stdin(), tokio::io::stdout())).await?;
    service.waiting().await?;
    Ok(())
}

pub(crate) async fn http(fixture: Fixture, address: SocketAddr) -> anyhow::Result<()> {
    let service = StreamableHttpService::new(
        move || Ok(fixture.clone()),
        Arc::new(LocalSessionManager::default()),
        StreamableHttpServerConfig::default(),
    );
    let listener = tokio::net::TcpListener::bind(address).await?;
    let ready = serde_json::json!({ "http": format!("http://{}/mcp", listener.local_addr()?) });
    writeln!(std::io::stdout(), "{ready}")?;
    axum::serve(listener, axum::Router::new().route_service("/mcp", service)).await?;
    Ok(())
}

//! Tests of the repository as a whole, in one binary so that it links once.
//!
//! What one crate can prove alone is tested in that crate. Here stands what no crate
//! can see: the arrows between them, rules over all sources, the host configuration,
//! the protocol over real pipes and sockets.

mod architecture;
mod claude_config;
mod client;
mod context;
mod protocol;

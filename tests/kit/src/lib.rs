//! What the suite's tests stand on: a server to test transports with, and (later
//! in this crate) processes to start and folders to work in.

pub mod fixture;

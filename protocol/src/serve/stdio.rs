//! A session over the process's own standard input and output.
//!
//! Pipes and sockets are read without a helper thread; anything else (a
//! terminal, a file) goes through tokio's blocking reader.

use std::io;
use std::sync::Arc;

use futures::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

use super::{Served, run_session};
use crate::link::lines::{LineReader, write_lines};
use crate::link::outbox::Outbox;

type Input = Box<dyn AsyncRead + Send + Unpin>;
type Output = Box<dyn AsyncWrite + Send + Unpin>;

/// Serves one session over stdio until standard input ends or `shutdown` is
/// cancelled. Open calls are answered before it returns.
///
/// # Errors
/// When standard input or output cannot be used at all.
pub fn serve_stdio<'a>(
    served: &'a Served,
    shutdown: &'a CancellationToken,
) -> BoxFuture<'a, io::Result<()>> {
    Box::pin(async move {
        let outbox = Arc::new(Outbox::default());
        let reader = LineReader::new(input()?);
        let writer = write_lines(output()?, Arc::clone(&outbox));
        run_session(served, reader, outbox, writer, shutdown).await;
        Ok(())
    })
}

#[cfg(unix)]
fn input() -> io::Result<Input> {
    use std::os::fd::AsFd;
    let fd = io::stdin().as_fd().try_clone_to_owned()?;
    Ok(match kind(&fd)? {
        Kind::Pipe => Box::new(tokio::net::unix::pipe::Receiver::from_owned_fd(fd)?),
        Kind::Socket => Box::new(socket(fd)?),
        Kind::Other => Box::new(tokio::io::stdin()),
    })
}

#[cfg(unix)]
fn output() -> io::Result<Output> {
    use std::os::fd::AsFd;
    let fd = io::stdout().as_fd().try_clone_to_owned()?;
    Ok(match kind(&fd)? {
        Kind::Pipe => Box::new(tokio::net::unix::pipe::Sender::from_owned_fd(fd)?),
        Kind::Socket => Box::new(socket(fd)?),
        Kind::Other => Box::new(tokio::io::stdout()),
    })
}

#[cfg(unix)]
enum Kind {
    Pipe,
    Socket,
    Other,
}

#[cfg(unix)]
fn kind(fd: &std::os::fd::OwnedFd) -> io::Result<Kind> {
    use std::os::unix::fs::FileTypeExt;
    let file_type = std::fs::File::from(fd.try_clone()?).metadata()?.file_type();
    Ok(match () {
        () if file_type.is_fifo() => Kind::Pipe,
        () if file_type.is_socket() => Kind::Socket,
        () => Kind::Other,
    })
}

#[cfg(unix)]
fn socket(fd: std::os::fd::OwnedFd) -> io::Result<tokio::net::UnixStream> {
    let socket = std::os::unix::net::UnixStream::from(fd);
    socket.set_nonblocking(true)?;
    tokio::net::UnixStream::from_std(socket)
}

#[cfg(not(unix))]
fn input() -> io::Result<Input> {
    Ok(Box::new(tokio::io::stdin()))
}

#[cfg(not(unix))]
fn output() -> io::Result<Output> {
    Ok(Box::new(tokio::io::stdout()))
}

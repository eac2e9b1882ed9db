//! What is seen of a connection from outside of hyper: whether bytes were read that have not become a request, whether a request
//! is being answered, whether bytes wait to be written.

use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// All of it belongs to one task; the atomics are there because tasks move between threads.
#[derive(Debug, Default)]
pub(super) struct Watch {
    is_reading: AtomicBool,
    is_answering: AtomicBool,
    is_writing: AtomicBool,
}

impl Watch {
    /// Nothing is on its way: what hyper holds of the connection can be thrown away.
    pub fn is_quiet(&self) -> bool {
        ![&self.is_reading, &self.is_answering, &self.is_writing].iter().any(|is| is.load(Ordering::Relaxed))
    }

    /// A request was read. It is answered when what is returned was dropped.
    pub fn begin_request(self: &Arc<Self>) -> Answering {
        self.is_answering.store(true, Ordering::Relaxed);
        self.is_reading.store(false, Ordering::Relaxed);
        Answering(Arc::clone(self))
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub(super) struct Answering(Arc<Watch>);

impl Drop for Answering {
    fn drop(&mut self) {
        // What was read meanwhile was the request's body, or is still there when the connection is taken apart.
        self.0.is_reading.store(false, Ordering::Relaxed);
        self.0.is_answering.store(false, Ordering::Relaxed);
    }
}

/// The body of an answer; once it was handed on whole, or given up, the request is answered.
pub(super) struct WatchedBody {
    body: Body,
    _answering: Answering,
}

impl WatchedBody {
    pub const fn new(body: Body, answering: Answering) -> Self {
        Self { body, _answering: answering }
    }
}

impl HttpBody for WatchedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The socket, watched.
pub(super) struct Watched {
    stream: TcpStream,
    /// Read before, and not yet used.
    begun: Bytes,
    watch: Arc<Watch>,
}

impl Watched {
    /// `begun` is the beginning of a request, where an earlier watch has read it; empty: none has.
    pub fn new(stream: TcpStream, begun: Bytes, watch: Arc<Watch>) -> Self {
        watch.is_reading.store(!begun.is_empty(), Ordering::Relaxed);
        Self { stream, begun, watch }
    }

    /// What is seen of it.
    pub const fn watch(&self) -> &Arc<Watch> {
        &self.watch
    }

    /// The socket, for whoever watches it next.
    pub fn into_stream(self) -> TcpStream {
        self.stream
    }
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.begun.is_empty() {
            let length = buffer.remaining().min(self.begun.len());
            let part = self.begun.split_to(length);
            buffer.put_slice(&part);
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.watch.is_reading.store(true, Ordering::Relaxed);
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.watch.is_writing.store(true, Ordering::Relaxed);
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.watch.is_writing.store(true, Ordering::Relaxed);
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if flushed.is_ready() {
            self.watch.is_writing.store(false, Ordering::Relaxed);
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

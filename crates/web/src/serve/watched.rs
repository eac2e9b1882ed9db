//! What is seen of a connection from outside of hyper: how far the request is that is being read, whether one is being answered,
//! whether bytes wait to be written. Everything here belongs to one thread.

use super::head::{Head, Verdict};
use super::lane::{Turn, Who};
use axum::body::Bytes;
use std::cell::Cell;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A stream of bytes over a socket.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + 'static {
    /// The socket.
    fn socket(&self) -> &TcpStream;
}

impl Wire for TcpStream {
    fn socket(&self) -> &TcpStream {
        self
    }
}

/// How far a request's head was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Reading {
    /// Nothing of it.
    #[default]
    Nothing,
    /// A part.
    Begun,
    /// All of it; hyper has not made a request of it yet.
    Whole(Verdict),
}

/// A body whose end only the parser sees.
pub(super) const UNBOUNDED: u64 = u64::MAX;

/// What is seen.
#[derive(Debug, Default)]
pub(super) struct Watch {
    reading: Cell<Reading>,
    /// Bytes of the request's body that are still to come.
    body_left: Cell<u64>,
    answering: Cell<u32>,
    /// Answers whose next bytes are there and were not taken.
    offered: Cell<u32>,
    is_writing: Cell<bool>,
    written: Cell<u64>,
    has_begun: Cell<bool>,
    /// Whether everything on the connection is one person's, and not what a proxy has gathered.
    is_of_one: bool,
    /// Whether that person was told to come back later, and has not come.
    is_told_to_wait: Cell<bool>,
    /// How many of the last requests in a row asked for what was in memory.
    from_memory: Cell<u32>,
}

impl Watch {
    /// Of a connection that is one person's, or of many.
    pub fn of_one(is_of_one: bool) -> Self {
        Self { is_of_one, ..Self::default() }
    }

    /// Of a connection whose bytes are not looked at.
    pub fn unread() -> Self {
        Self { body_left: Cell::new(UNBOUNDED), ..Self::default() }
    }

    /// Nothing is on its way: what hyper holds of the connection can be thrown away.
    pub fn is_quiet(&self) -> bool {
        !self.is_reading() && !self.is_answering() && !self.is_writing.get()
    }

    /// Whether hyper is not needed for what seems to come: the last few requests asked for what was in memory, or the last one
    /// was refused.
    pub fn needs_no_parser(&self) -> bool {
        /// A page and the files that it names are a few, and often a form follows.
        const IN_A_ROW: u32 = 8;
        self.from_memory.get() >= IN_A_ROW
    }

    /// Whether the person was told to come back later, and has not come.
    pub fn is_told_to_wait(&self) -> bool {
        self.is_told_to_wait.get()
    }

    /// A head has begun and has not become a request.
    pub fn is_reading(&self) -> bool {
        self.reading.get() != Reading::Nothing
    }

    /// A request is being answered.
    pub fn is_answering(&self) -> bool {
        self.answering.get() > 0
    }

    /// Bytes are there for the client, who does not take them.
    pub fn is_offering(&self) -> bool {
        self.is_writing.get() || self.offered.get() > 0
    }

    /// Whether the client has more to say that nobody will read.
    pub fn leaves_bytes_unread(&self) -> bool {
        self.is_reading() || self.body_left.get() > 0
    }

    /// Bytes written since it was last asked.
    pub fn take_written(&self) -> u64 {
        self.written.take()
    }

    /// Whether a request has begun since it was last asked.
    pub fn take_begun(&self) -> bool {
        self.has_begun.take()
    }

    /// A request was read, whose body has so many bytes. It is answered when what is returned was dropped.
    pub fn begin_request(self: &Rc<Self>, body_bytes: u64) -> (Answering, Verdict) {
        let verdict = match self.reading.take() {
            Reading::Whole(verdict) => verdict,
            // The parser has seen an end where there is none.
            Reading::Nothing | Reading::Begun => Verdict::Flawed,
        };
        self.body_left.set(body_bytes);
        (self.begin_answer(), verdict)
    }

    /// As [`Self::begin_request`], where bytes are not looked at.
    pub fn begin_answer(self: &Rc<Self>) -> Answering {
        self.answering.set(self.answering.get() + 1);
        self.has_begun.set(true);
        Answering { watch: Rc::clone(self), is_offered: false }
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub(super) struct Answering {
    watch: Rc<Watch>,
    is_offered: bool,
}

impl Answering {
    /// Says whether the answer's next bytes are there.
    pub fn offer(&mut self, is_offered: bool) {
        let offered = self.watch.offered.get() - u32::from(self.is_offered) + u32::from(is_offered);
        self.watch.offered.set(offered);
        self.is_offered = is_offered;
    }

    /// Says whether what was asked for is in memory.
    pub fn found_in_memory(&self, is_found: bool) {
        let in_a_row = &self.watch.from_memory;
        in_a_row.set(if is_found { in_a_row.get().saturating_add(1) } else { 0 });
    }

    /// Says that the answer tells the client to come back later.
    pub fn tell_to_wait(&self) {
        self.watch.is_told_to_wait.set(self.watch.is_of_one);
        self.watch.from_memory.set(u32::MAX);
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.offer(false);
        self.watch.answering.set(self.watch.answering.get() - 1);
    }
}

/// What a client that speaks HTTP/2 without having been asked says first.
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n";

/// A stream of bytes, watched. It hands out one head at a time, and its body, so that it is always known which is which.
pub(super) struct Watched<S> {
    stream: S,
    watch: Rc<Watch>,
    head: Head,
    /// Read and not handed out yet.
    surplus: Bytes,
    /// Whether the client may still turn out to speak HTTP/2.
    may_be_http2: bool,
    is_http2: bool,
    /// Where the next request waits to be read if it comes too early.
    turn: Turn,
}

impl<S> Watched<S> {
    /// `surplus` was read from the stream before.
    pub fn new(stream: S, watch: Rc<Watch>, surplus: Bytes) -> Self {
        let turn = Turn::of(Who::ToldToWait);
        Self { stream, watch, head: Head::default(), surplus, may_be_http2: false, is_http2: false, turn }
    }

    /// Looks out for the beginning of HTTP/2. When it comes, nothing more is handed out, as if the client had left.
    pub const fn looking_for_http2(mut self) -> Self {
        self.may_be_http2 = true;
        self
    }

    /// Whether nothing was read yet that would tell.
    pub const fn may_be_http2(&self) -> bool {
        self.may_be_http2
    }

    /// The stream, what was read of it and not handed out, and whether that is HTTP/2.
    pub fn into_parts(self) -> (S, Bytes, bool) {
        (self.stream, self.surplus, self.is_http2)
    }

    /// How many of the bytes that were read are for now.
    fn take(&mut self, bytes: &[u8]) -> usize {
        let left = self.watch.body_left.get();
        if left == UNBOUNDED {
            return bytes.len();
        }
        if left > 0 {
            let taken = usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()));
            self.watch.body_left.set(left - taken as u64);
            return taken;
        }
        if bytes.is_empty() {
            return 0;
        }
        self.is_http2 = std::mem::take(&mut self.may_be_http2) && bytes.starts_with(HTTP2_PREFACE);
        if self.is_http2 {
            return 0;
        }
        let (taken, verdict) = self.head.take(bytes);
        self.watch.reading.set(verdict.map_or(Reading::Begun, Reading::Whole));
        taken
    }
}

impl<S: Wire> AsyncRead for Watched<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.is_http2 {
            return Poll::Ready(Ok(()));
        }
        if matches!(this.watch.reading.get(), Reading::Whole(_)) {
            // The parser asks again once it has made a request of the head, or it never will.
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        if this.surplus.is_empty() {
            if this.watch.is_told_to_wait.get() {
                ready!(this.stream.socket().poll_read_ready(context))?;
                ready!(this.turn.poll(context));
                this.watch.is_told_to_wait.set(false);
            }
            ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
        } else {
            let length = this.surplus.len().min(buffer.remaining());
            buffer.put_slice(&this.surplus.split_to(length));
        }
        let read = &buffer.filled()[before..];
        let taken = this.take(read);
        if taken < read.len() {
            this.surplus = [&read[taken..], &this.surplus[..]].concat().into();
            buffer.set_filled(before + taken);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: Wire> Watched<S> {
    fn wrote(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.watch.is_writing.set(true);
        if let Poll::Ready(Ok(length)) = written {
            self.watch.written.set(self.watch.written.get() + length as u64);
        }
        written
    }
}

impl<S: Wire> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.wrote(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.wrote(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if flushed.is_ready() {
            self.watch.is_writing.set(false);
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // The other parser still has to answer.
        if self.is_http2 {
            return Poll::Ready(Ok(()));
        }
        // Until its end is written a connection is not quiet.
        self.watch.is_writing.set(true);
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

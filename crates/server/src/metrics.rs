//! Counters, as Prometheus reads them.

use std::{
    fmt::Write,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// What is counted. None of it says who or what.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// Sockets that are open.
    pub(crate) sockets: AtomicU64,
    /// Sockets opened.
    pub(crate) sockets_opened: AtomicU64,
    /// Frames received.
    pub(crate) frames_in: AtomicU64,
    /// Bytes of them.
    pub(crate) bytes_in: AtomicU64,
    /// Frames sent.
    pub(crate) frames_out: AtomicU64,
    /// Bytes of them.
    pub(crate) bytes_out: AtomicU64,
    /// Replies begun.
    pub(crate) replies_started: AtomicU64,
    /// Replies that ended whole.
    pub(crate) replies_complete: AtomicU64,
    /// Replies that failed.
    pub(crate) replies_failed: AtomicU64,
    /// Replies that were stopped.
    pub(crate) replies_stopped: AtomicU64,
    /// Sign-ins refused.
    pub(crate) refused: AtomicU64,
}

impl Metrics {
    /// One more.
    pub(crate) fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Relaxed);
    }

    /// The text of `/metrics`.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let rows = [
            ("sockets", "gauge", &self.sockets),
            ("sockets_opened_total", "counter", &self.sockets_opened),
            ("frames_received_total", "counter", &self.frames_in),
            ("bytes_received_total", "counter", &self.bytes_in),
            ("frames_sent_total", "counter", &self.frames_out),
            ("bytes_sent_total", "counter", &self.bytes_out),
            ("replies_started_total", "counter", &self.replies_started),
            ("replies_complete_total", "counter", &self.replies_complete),
            ("replies_failed_total", "counter", &self.replies_failed),
            ("replies_stopped_total", "counter", &self.replies_stopped),
            ("sign_ins_refused_total", "counter", &self.refused),
        ];
        for (name, kind, value) in rows {
            let value = value.load(Relaxed);
            // Writing to a string does not fail.
            let _ = write!(text, "# TYPE weft_{name} {kind}\nweft_{name} {value}\n");
        }
        text
    }
}

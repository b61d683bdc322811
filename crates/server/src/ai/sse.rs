//! Server-sent events, as far as chat completions use them: `data` lines, whatever way the bytes are
//! cut on their way here.

/// Cuts bytes into the payloads of `data` lines.
#[derive(Debug, Default)]
pub(super) struct Lines {
    rest: Vec<u8>,
}

/// The longest line taken, in bytes.
const MAX_LINE: usize = 1024 * 1024;

/// The bytes are not UTF-8, or a line has no end.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Garbled;

impl Lines {
    /// Takes bytes, and says the payloads that they complete.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<String>, Garbled> {
        let mut payloads = Vec::new();
        self.rest.extend_from_slice(bytes);
        let mut from = 0;
        while let Some(len) = self.rest[from..].iter().position(|&byte| byte == b'\n') {
            let line = std::str::from_utf8(&self.rest[from..from + len]).map_err(|_| Garbled)?;
            if let Some(payload) = line.trim_end_matches('\r').strip_prefix("data:") {
                payloads.push(payload.trim_start().to_owned());
            }
            from += len + 1;
        }
        self.rest.drain(..from);
        if self.rest.len() > MAX_LINE {
            Err(Garbled)
        } else {
            Ok(payloads)
        }
    }

    /// The payload of a last line without an end.
    pub(super) fn finish(mut self) -> Result<Vec<String>, Garbled> {
        self.push(b"\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_are_the_same_however_the_bytes_are_cut() {
        let text = "event: x\ndata: {\"a\":\"é\"}\r\n\r\n: ping\ndata:[DONE]\n\n";
        for cut in 0..text.len() {
            let mut lines = Lines::default();
            let mut payloads = lines.push(&text.as_bytes()[..cut]).unwrap();
            payloads.extend(lines.push(&text.as_bytes()[cut..]).unwrap());
            assert_eq!(payloads, ["{\"a\":\"é\"}", "[DONE]"]);
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_garbled() {
        assert_eq!(Lines::default().push(b"data: \xff\n"), Err(Garbled));
    }
}

//! Packet lines: four hexadecimal digits of length, then content.

/// One packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packet<'a> {
    /// Content.
    Data(&'a [u8]),
    /// The end of a list.
    Flush,
    /// The end of a section.
    Delimiter,
    /// The end of an answer.
    End,
}

/// The packets of an answer. A length that is none, or leads past the end, is
/// an error.
pub(super) fn packets(mut bytes: &[u8]) -> Result<Vec<Packet<'_>>, String> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let broken = || "a packet breaks off".to_owned();
        let (digits, rest) = bytes.split_at_checked(4).ok_or_else(broken)?;
        let digits =
            std::str::from_utf8(digits).ok().filter(|it| it.bytes().all(|it| it.is_ascii_hexdigit()));
        let length =
            digits.and_then(|it| usize::from_str_radix(it, 16).ok()).ok_or("a packet has no length")?;
        let (packet, rest) = match length {
            0 => (Packet::Flush, rest),
            1 => (Packet::Delimiter, rest),
            2 => (Packet::End, rest),
            3 => return Err("a packet has no length".to_owned()),
            _ => {
                let (data, rest) = rest.split_at_checked(length - 4).ok_or_else(broken)?;
                (Packet::Data(data), rest)
            }
        };
        found.push(packet);
        bytes = rest;
    }
    Ok(found)
}

/// A request in packets.
#[derive(Debug, Default)]
pub(super) struct Request(Vec<u8>);

impl Request {
    /// Adds a line.
    pub(super) fn line(mut self, text: &str) -> Self {
        self.0.extend(format!("{:04x}{text}\n", text.len() + 5).into_bytes());
        self
    }

    /// Ends the section.
    pub(super) fn delimiter(mut self) -> Self {
        self.0.extend(b"0001");
        self
    }

    /// Ends the request.
    pub(super) fn flush(mut self) -> Vec<u8> {
        self.0.extend(b"0000");
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let bytes = Request::default().line("command=fetch").delimiter().line("done").flush();
        assert_eq!(bytes, b"0012command=fetch\n00010009done\n0000");
        let wanted =
            [Packet::Data(b"command=fetch\n"), Packet::Delimiter, Packet::Data(b"done\n"), Packet::Flush];
        assert_eq!(packets(&bytes).as_deref(), Ok(&wanted[..]));
    }

    #[test]
    fn broken_packets_are_refused() {
        for bytes in [&b"001"[..], b"0003", b"zzzz", b"0009ab", b"+009done\n"] {
            assert!(packets(bytes).is_err());
        }
    }
}

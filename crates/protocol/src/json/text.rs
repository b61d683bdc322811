//! The grammar of JSON. None of this is generic: there is one of it, whatever is read.

use std::{borrow::Cow, mem};

use super::Wrong;

type Result<T, E = Wrong> = std::result::Result<T, E>;

/// A text, and how far it is read.
pub(super) struct Reader<'a> {
    text: &'a str,
    /// The next byte. It begins a character.
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// How many bytes of it are read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The first byte of what comes next.
    #[inline(never)]
    pub(super) fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        let blank = rest
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t'));
        self.at += blank.count();
        self.byte()
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline(never)]
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    pub(super) fn expect(&mut self, byte: u8) -> Result<()> {
        if self.eat(byte) { Ok(()) } else { Err(Wrong) }
    }

    #[inline(never)]
    pub(super) fn word(&mut self, word: &str) -> Result<()> {
        self.peek();
        let rest = self.text[self.at..].strip_prefix(word).ok_or(Wrong)?;
        self.at = self.text.len() - rest.len();
        Ok(())
    }

    /// Whether a list or an object, which ends with `end`, goes on.
    #[inline(never)]
    pub(super) fn more(&mut self, first: &mut bool, end: u8) -> Result<bool> {
        if self.peek() == Some(end) {
            return Ok(false);
        }
        if !mem::take(first) {
            self.expect(b',')?;
        }
        Ok(true)
    }

    #[inline(never)]
    pub(super) fn name(&mut self) -> Result<Cow<'a, str>> {
        let name = self.string()?;
        self.expect(b':')?;
        Ok(name)
    }

    #[inline(never)]
    pub(super) fn string(&mut self) -> Result<Cow<'a, str>> {
        self.expect(b'"')?;
        let mut unescaped = String::new();
        loop {
            let rest = &self.text[self.at..];
            let end = rest
                .bytes()
                .position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
            let (plain, rest) = rest.split_at(end.ok_or(Wrong)?);
            self.at += plain.len() + 1;
            match rest.as_bytes()[0] {
                b'"' if unescaped.is_empty() => return Ok(Cow::Borrowed(plain)),
                b'"' => {
                    unescaped.push_str(plain);
                    return Ok(Cow::Owned(unescaped));
                }
                b'\\' => {
                    unescaped.push_str(plain);
                    unescaped.push(self.escaped()?);
                }
                _ => return Err(Wrong),
            }
        }
    }

    /// The character that is written behind a backslash.
    fn escaped(&mut self) -> Result<char> {
        let kind = self.byte().ok_or(Wrong)?;
        let character = match kind {
            b'"' | b'\\' | b'/' => kind.into(),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.utf16(),
            _ => return Err(Wrong),
        };
        self.at += 1;
        Ok(character)
    }

    /// A character as one or two units of UTF-16, each written as `u` and four digits.
    fn utf16(&mut self) -> Result<char> {
        let mut units = [self.unit()?, 0];
        let is_half = matches!(units[0], 0xd800..0xdc00);
        if is_half {
            if self.byte() != Some(b'\\') {
                return Err(Wrong);
            }
            self.at += 1;
            units[1] = self.unit()?;
        }
        let mut characters = char::decode_utf16(units[..1 + usize::from(is_half)].iter().copied());
        characters.next().and_then(Result::ok).ok_or(Wrong)
    }

    fn unit(&mut self) -> Result<u16> {
        let digits = self.text.get(self.at + 1..self.at + 5).ok_or(Wrong)?;
        if self.byte() != Some(b'u') || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(Wrong);
        }
        self.at += 5;
        u16::from_str_radix(digits, 16).map_err(|_| Wrong)
    }

    #[inline(never)]
    pub(super) fn number(&mut self) -> Result<u64> {
        self.peek();
        let digits = self.digits()?;
        if matches!(self.byte(), Some(b'.' | b'e' | b'E')) {
            return Err(Wrong);
        }
        digits.parse().map_err(|_| Wrong)
    }

    fn digits(&mut self) -> Result<&'a str> {
        let rest = &self.text[self.at..];
        let end = rest.bytes().position(|byte| !byte.is_ascii_digit());
        let digits = &rest[..end.unwrap_or(rest.len())];
        self.at += digits.len();
        match digits.as_bytes() {
            [] | [b'0', _, ..] => Err(Wrong),
            _ => Ok(digits),
        }
    }

    /// Reads over a value, however deep, of which nothing is wanted.
    #[inline(never)]
    pub(super) fn skip(&mut self) -> Result<()> {
        let mut ends = Vec::new();
        loop {
            match self.peek() {
                Some(begin @ (b'{' | b'[')) => {
                    self.at += 1;
                    // Each closing bracket is two characters behind the one that opens.
                    let end = begin + 2;
                    if !self.eat(end) {
                        if end == b'}' {
                            self.name()?;
                        }
                        ends.push(end);
                        continue;
                    }
                }
                Some(b'"') => drop(self.string()?),
                Some(b't') => self.word("true")?,
                Some(b'f') => self.word("false")?,
                Some(b'n') => self.word("null")?,
                _ => self.skip_number()?,
            }
            loop {
                let Some(&end) = ends.last() else {
                    return Ok(());
                };
                if self.eat(b',') {
                    if end == b'}' {
                        self.name()?;
                    }
                    break;
                }
                self.expect(end)?;
                ends.pop();
            }
        }
    }

    fn skip_number(&mut self) -> Result<()> {
        self.eat(b'-');
        self.digits()?;
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.skip_digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.skip_digits()?;
        }
        Ok(())
    }

    fn skip_digits(&mut self) -> Result<()> {
        let from = self.at;
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at > from { Ok(()) } else { Err(Wrong) }
    }
}

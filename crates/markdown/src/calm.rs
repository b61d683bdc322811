//! What is shown of a text that is still being written: no markers that may yet turn into something else.
//!
//! Invariant: a pure function of the text so far. It only changes what the last block shows: an open
//! emphasis is closed, a link has its words and no address, and what may become a marker waits for the
//! next characters. Whoever parses the finished text does not come by here.

use crate::block::{Block, BlockKind};

/// The text to show for now, where it is not the text itself, and how much of it is the writer's.
pub(super) fn calm(text: &str, blocks: &[Block]) -> Option<(String, usize)> {
    let leaf = last_leaf(blocks);
    if let Some(cut) = held_line(text, leaf) {
        return Some((text[..cut].to_owned(), cut));
    }
    let leaf = leaf?;
    let lines = match leaf.kind {
        BlockKind::Paragraph(_) => 1,
        BlockKind::Heading { .. } | BlockKind::Table { .. } => 0,
        _ => return None,
    };
    // A table's open cell is in its last line.
    let table = matches!(leaf.kind, BlockKind::Table { .. });
    let start = if table {
        last_line(text)
    } else {
        leaf.range.start
    };
    let after = text.get(leaf.range.end.min(text.len())..)?;
    let ends = text[text.trim_end().len()..].matches('\n').count();
    if !after.trim().is_empty() || ends > lines {
        return None;
    }
    let (shown, own) = complete(&text[start..], table)?;
    Some((format!("{}{shown}", &text[..start]), start + own))
}

fn last_line(text: &str) -> usize {
    text.rfind('\n').map_or(0, |end| end + 1)
}

/// The block without blocks in it that ends the text.
fn last_leaf(blocks: &[Block]) -> Option<&Block> {
    let (last, rest) = blocks.split_last()?;
    match &last.kind {
        BlockKind::Quote(inner) | BlockKind::Alert { blocks: inner, .. } => last_leaf(inner),
        BlockKind::List { items, .. } => last_leaf(&items.last()?.blocks),
        // They come last on the page, wherever they are in the text.
        BlockKind::Footnotes(notes) => notes
            .iter()
            .map(|note| &note.blocks[..])
            .chain([rest])
            .filter_map(last_leaf)
            .max_by_key(|leaf| leaf.range.start),
        _ => Some(last),
    }
}

/// Where the last line begins, if it waits for more of itself.
fn held_line(text: &str, leaf: Option<&Block>) -> Option<usize> {
    let start = last_line(text);
    let rest = content(&text[start..]);
    let kind = leaf.map(|leaf| &leaf.kind);
    if let (Some(BlockKind::Code { .. } | BlockKind::Raw(_)), Some(leaf)) = (kind, leaf)
        && (leaf.range.end > start || rest.is_empty())
    {
        let raw = matches!(leaf.kind, BlockKind::Raw(_));
        let opening = leaf.range.start >= start && rest.starts_with(['`', '~']);
        let closing = !rest.is_empty() && rest.trim_end().chars().all(|c| c == '`' || c == '~');
        return (!raw && (opening || closing)).then_some(start);
    }
    if matches!(kind, Some(BlockKind::Paragraph(_))) {
        let before = last_line(text[..start].trim_end_matches('\n'));
        let head = start > 0 && !text[..start].ends_with("\n\n");
        if head
            && rest.chars().all(|c| "|:- \t".contains(c))
            && content(&text[before..start]).starts_with('|')
        {
            return Some(before);
        }
    }
    let table = matches!(kind, Some(BlockKind::Table { .. }));
    let held = rest.chars().all(|c| "-=+*_#>`~|: \t".contains(c))
        || number(rest)
        || fence(rest)
        || label(rest)
        || (rest.starts_with('|') && !table);
    (held && start < text.len()).then_some(start)
}

/// A line without what makes it part of a quotation, a list or a heading.
fn content(line: &str) -> &str {
    let mut rest = line;
    loop {
        rest = rest.trim_start();
        let marker = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let marker = match rest.len() - marker.len() {
            0 => rest.strip_prefix(['-', '*', '+']),
            _ => marker.strip_prefix(['.', ')']),
        };
        let hashes = rest.trim_start_matches('#');
        rest = match (rest.strip_prefix('>'), marker) {
            (Some(quoted), _) => quoted,
            (_, Some(item)) if item.starts_with(' ') => item,
            _ if rest.starts_with('#') && hashes.starts_with(' ') => hashes,
            _ => return rest,
        };
    }
}

/// Whether it may become the number of a list's item.
fn number(line: &str) -> bool {
    let rest = line
        .trim_end()
        .trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with(|c: char| c.is_ascii_digit()) && matches!(rest, "" | "." | ")")
}

/// Whether it may open a block of code.
fn fence(line: &str) -> bool {
    let rest = line.trim_start_matches(['`', '~']);
    line.len() >= rest.len() + 3 && !rest.contains('`')
}

/// Whether it may define what a link or a footnote refers to, or say what an alert is for.
fn label(line: &str) -> bool {
    let Some(inner) = line.strip_prefix('[') else {
        return false;
    };
    match inner.split_once(']') {
        None => true,
        Some((label, after)) if label.starts_with('^') => matches!(after.trim_end(), "" | ":"),
        Some((label, after)) => {
            after.trim_end().is_empty() || after.starts_with(':') || label.starts_with('!')
        }
    }
}

/// Something that is open: a delimiter run or a bracket.
#[derive(Clone, Copy)]
struct Opened {
    marker: u8,
    at: usize,
    count: usize,
}

/// Running text up to where it still grows.
struct Scan<'a> {
    text: &'a str,
    table: bool,
    open: Vec<Opened>,
    /// What is shown ends here.
    end: usize,
    /// Closes code that is open.
    code: usize,
}

/// Running text with what is open in it closed, and how much of that is the writer's.
fn complete(text: &str, table: bool) -> Option<(String, usize)> {
    let mut scan = Scan {
        text,
        table,
        open: Vec::new(),
        end: text.len(),
        code: 0,
    };
    let mut at = 0;
    while at < scan.end {
        at = scan.step(at);
    }
    scan.finish()
}

impl Scan<'_> {
    /// Takes what is at `at`, and returns where to go on. Ends all by moving `end`.
    fn step(&mut self, at: usize) -> usize {
        let (text, marker) = (self.text, self.text.as_bytes()[at]);
        let run = text.as_bytes()[at..]
            .iter()
            .take_while(|byte| **byte == marker)
            .count();
        let rest = text.get(at + run..).unwrap_or_default();
        match marker {
            b'\\' | b'!' | b'<' if at + 1 == text.len() => self.stop(at),
            b'\\' => at + 2,
            b'`' => self.code(at, run, rest),
            b'$' => self.math(at, run, rest),
            b'*' | b'_' | b'~' => self.delimiter(at, marker, run, rest),
            b'!' if rest.starts_with('[') && run == 1 => self.opened(b'!', at, 2),
            b'[' => self.opened(b'[', at, 1),
            b']' => self.bracket(at),
            b'<' => self.angle(at),
            b'|' if self.table => {
                self.open.clear();
                at + 1
            }
            b'\n' => {
                // Brackets are closed in their line, or meant as brackets.
                self.open.retain(|open| !matches!(open.marker, b'[' | b'!'));
                at + 1
            }
            _ => at + 1,
        }
    }

    fn opened(&mut self, marker: u8, at: usize, count: usize) -> usize {
        self.open.push(Opened { marker, at, count });
        at + count
    }

    fn stop(&mut self, at: usize) -> usize {
        self.end = at;
        at
    }

    fn code(&mut self, at: usize, run: usize, rest: &str) -> usize {
        let after = at + run;
        let mut from = 0;
        while let Some(tick) = rest[from..].find('`').map(|tick| from + tick) {
            let length = rest[tick..].len() - rest[tick..].trim_start_matches('`').len();
            if length == run {
                return after + tick + length;
            }
            from = tick + length;
        }
        if rest.contains('\n') || (self.table && rest.contains('|')) {
            return after;
        }
        let inner = rest.trim_end_matches('`');
        if inner.trim().is_empty() {
            return self.stop(at);
        }
        self.code = run;
        self.stop(after + inner.len())
    }

    fn math(&mut self, at: usize, run: usize, rest: &str) -> usize {
        let after = at + run;
        let money = run == 1 && rest.starts_with(|c: char| c.is_ascii_digit());
        if run > 2 || rest.starts_with(char::is_whitespace) && run == 1 {
            return after;
        }
        match rest.find(&"$$"[..run]) {
            // It is known by the next character whether this is money.
            Some(end) if money && after + end + run == self.text.len() => self.stop(after + end),
            Some(end) => after + end + run,
            None if money || (run == 1 && rest.contains('\n')) => after,
            None => self.stop(at),
        }
    }

    fn delimiter(&mut self, at: usize, marker: u8, run: usize, rest: &str) -> usize {
        let after = at + run;
        let last = rest.is_empty();
        if marker == b'~' && run != 2 {
            return if last { self.stop(at) } else { after };
        }
        let before = self.text[..at].chars().next_back();
        let next = rest.chars().next();
        let space = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let mark = |c: Option<char>| c.is_some_and(|c| !c.is_alphanumeric() && !c.is_whitespace());
        let left = !space(next) && (!mark(next) || space(before) || mark(before));
        let right = !space(before) && (!mark(before) || space(next) || mark(next));
        let word = marker == b'_';
        let mut left_over = run;
        if right && (!word || !left || mark(next)) {
            while left_over > 0
                && let Some(index) = self.open.iter().rposition(|open| open.marker == marker)
            {
                let held = &mut self.open[index];
                let closed = held.count.min(left_over);
                if last && closed < held.count {
                    // Half of what closes it.
                    return self.stop(at);
                }
                held.count -= closed;
                left_over -= closed;
                let keep = index + usize::from(held.count > 0);
                self.open.truncate(keep);
            }
        }
        if last && left_over > 0 {
            return self.stop(after - left_over);
        }
        if left_over > 0 && left && (!word || !right || mark(before)) {
            self.opened(marker, after - left_over, left_over);
        }
        after
    }

    fn bracket(&mut self, at: usize) -> usize {
        let Some(index) = self
            .open
            .iter()
            .rposition(|open| matches!(open.marker, b'[' | b'!'))
        else {
            return at + 1;
        };
        let rest = &self.text[at + 1..];
        let closing = match rest.as_bytes().first() {
            Some(b'(') => destination(rest),
            Some(b'[') => rest.find(']').map(|end| end + 1),
            Some(_) => {
                // No link, or one to what is defined elsewhere.
                self.open.remove(index);
                return at + 1;
            }
            None => None,
        };
        match closing {
            Some(end) => {
                self.open.truncate(index);
                at + 1 + end
            }
            None if rest.contains('\n') => {
                self.open.remove(index);
                at + 1
            }
            None => {
                // What the bracket stands for is decided in the end.
                self.stop(at)
            }
        }
    }

    fn angle(&mut self, at: usize) -> usize {
        let rest = &self.text[at + 1..];
        let end = rest.find(|c: char| c == '>' || c.is_whitespace());
        match end {
            Some(end) if rest.as_bytes()[end] == b'>' => at + 2 + end,
            None if ["https://", "http://", "mailto:"]
                .iter()
                .any(|scheme| scheme.starts_with(rest) || rest.starts_with(scheme)) =>
            {
                self.opened(b'<', at, 1);
                self.text.len()
            }
            _ => at + 1,
        }
    }

    fn finish(mut self) -> Option<(String, usize)> {
        // An image, and a footnote's number, are shown whole or not at all.
        if let Some(index) = self.open.iter().position(|open| {
            open.marker == b'!'
                || (open.marker == b'[' && self.text[open.at + 1..].starts_with('^'))
        }) {
            self.end = self.end.min(self.open[index].at);
            self.code = 0;
            self.open.truncate(index);
        }
        let mut dropped = Vec::new();
        let mut closing = "`".repeat(self.code);
        while let Some(open) = self.open.pop() {
            if self.code == 0 && open.at + open.count >= self.text[..self.end].trim_end().len() {
                // Nothing is in it yet.
                self.end = self.end.min(open.at);
            } else if matches!(open.marker, b'[' | b'<') {
                dropped.push(open.at);
            } else {
                closing.extend(std::iter::repeat_n(char::from(open.marker), open.count));
            }
        }
        if self.end == self.text.len() && closing.is_empty() && dropped.is_empty() {
            return None;
        }
        if self.code == 0 && !closing.is_empty() {
            self.end = self.text[..self.end].trim_end().len();
        }
        let mut shown = self.text[..self.end].to_owned();
        for at in dropped {
            shown.remove(at);
        }
        let own = shown.len();
        shown.push_str(&closing);
        Some((shown, own))
    }
}

/// The length of a link's destination in its parentheses.
fn destination(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 1 => return Some(at + 1),
            b')' => depth -= 1,
            b'\n' => return None,
            _ => {}
        }
    }
    None
}

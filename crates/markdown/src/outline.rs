//! How deep each heading of a text stands.
//!
//! Invariant: the first heading stands at depth 0, and any other at most one deeper than the one before it, whatever
//! levels its writer skips. Only the headings before it decide.

use crate::block::{Block, BlockKind};

/// The levels of the headings that what comes next stands under: a bit for each.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outline(u8);

impl Outline {
    /// Says of each heading in a block how deep it stands, in the order in which they are read.
    pub(crate) fn place(&mut self, block: &mut Block) {
        match &mut block.kind {
            BlockKind::Heading { level, depth, .. } => *depth = self.enter(*level),
            BlockKind::Quote(blocks) | BlockKind::Alert { blocks, .. } => self.place_all(blocks),
            BlockKind::List { items, .. } => {
                for item in items {
                    self.place_all(&mut item.blocks);
                }
            }
            BlockKind::Footnotes(notes) => {
                for note in notes {
                    self.place_all(&mut note.blocks);
                }
            }
            BlockKind::Paragraph(_)
            | BlockKind::Code { .. }
            | BlockKind::Raw(_)
            | BlockKind::Table { .. }
            | BlockKind::Rule => {}
        }
    }

    /// The same for blocks in a row.
    pub(crate) fn place_all(&mut self, blocks: &mut [Block]) {
        for block in blocks {
            self.place(block);
        }
    }

    /// How deep a heading of this level stands.
    fn enter(&mut self, level: u8) -> u8 {
        let own = 1 << level;
        self.0 &= own - 1;
        let depth = self.0.count_ones() as u8;
        self.0 |= own;
        depth
    }
}

#[cfg(test)]
mod tests {
    use crate::{BlockKind, parse};

    /// The depths of a text's top-level headings.
    fn depths(text: &str) -> Vec<u8> {
        let depth = |kind: &BlockKind| match kind {
            BlockKind::Heading { depth, .. } => Some(*depth),
            _ => None,
        };
        parse(text)
            .iter()
            .filter_map(|it| depth(&it.kind))
            .collect()
    }

    #[test]
    fn an_outline_that_skips_nothing_is_as_it_was_written() {
        assert_eq!(
            depths("# a\n## b\n### c\n## d\n# e\n## f"),
            [0, 1, 2, 1, 0, 1]
        );
    }

    #[test]
    fn what_begins_or_goes_on_too_deep_is_as_deep_as_it_may_be() {
        assert_eq!(depths("### a\n#### b\n### c"), [0, 1, 0]);
        assert_eq!(
            depths("# a\n#### b\n###### c\n### d\n## e"),
            [0, 1, 2, 1, 1]
        );
        assert_eq!(depths("### a\n# b\n###### c"), [0, 0, 1]);
    }

    #[test]
    fn headings_in_quotes_lists_and_footnotes_are_placed_where_they_are_read() {
        let text = "# a[^1]\n\n[^1]: ### f\n\n> #### b\n\n- ###### c\n";
        let read = format!("{:?}", parse(text));
        let depths: Vec<&str> = read
            .split("depth: ")
            .skip(1)
            .map(|rest| &rest[..1])
            .collect();
        assert_eq!(depths, ["0", "1", "2", "1"], "{read}");
    }
}

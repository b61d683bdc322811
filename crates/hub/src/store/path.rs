//! The paths of a thread, over its [`Lookup`] (SPEC R16).
//!
//! Invariant: each message knows one ancestor far above it, its *jump*, chosen by depth alone (skew-binary
//! jump pointers: Myers, "An applicative random-access stack", 1983), so the message at any depth of a path
//! is found with O(log n) links. No path is walked further than it is read.

use weft_protocol::{MessageId, Path, ThreadId};

use super::Lookup;

/// Where a message stands in the tree of its thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Which message.
    pub id: MessageId,
    /// Its thread.
    pub thread: ThreadId,
    /// Its place among all messages ever made in the thread.
    pub ordinal: u64,
    /// The message that it follows.
    pub parent: Option<MessageId>,
    /// Its place on its path, 1 for a root.
    pub depth: u64,
    /// An ancestor, or itself for a root.
    pub jump: MessageId,
    /// Whether it is a tombstone.
    pub deleted: bool,
}

/// The depth and the jump of the message `id` under `parent`; `find` looks links up.
pub fn place<E>(
    id: MessageId,
    parent: Option<&Link>,
    find: impl Fn(MessageId) -> Result<Option<Link>, E>,
) -> Result<(u64, MessageId), E> {
    let Some(parent) = parent else {
        return Ok((1, id));
    };
    let mut jump = parent.id;
    if let Some(one) = find(parent.jump)?
        && let Some(two) = find(one.jump)?
        && parent.depth - one.depth == one.depth - two.depth
    {
        jump = two.id;
    }
    Ok((parent.depth + 1, jump))
}

/// The last message of a path; `None` where the thread has no such path.
pub(super) fn tip<L: Lookup>(
    rows: &L,
    thread: ThreadId,
    path: Path,
) -> Result<Option<Link>, L::Error> {
    let newest = || match rows.tail(thread)? {
        Some(newest) => rows.link(newest),
        None => Ok(None),
    };
    let (Path::To(message) | Path::Through(message)) = path else {
        return newest();
    };
    let Some(link) = rows.link(message)?.filter(|link| link.thread == thread) else {
        return Ok(None);
    };
    if matches!(path, Path::To(_)) {
        return Ok(Some(link));
    }
    if let Some(newest) = newest()?
        && at_depth(newest, link.depth, |id| rows.link(id))? == Some(link)
    {
        return Ok(Some(newest));
    }
    newest_below(rows, link).map(Some)
}

/// The newest live message below this one, or this one.
fn newest_below<L: Lookup>(rows: &L, link: Link) -> Result<Link, L::Error> {
    let mut newest: Option<Link> = None;
    let mut below = rows.children(link.thread, link.id)?;
    while let Some(link) = below.pop() {
        if !link.deleted && newest.is_none_or(|newest| newest.ordinal < link.ordinal) {
            newest = Some(link);
        }
        below.extend(rows.children(link.thread, link.id)?);
    }
    Ok(newest.unwrap_or(link))
}

/// The message at this depth of the path to `link`; `None` where the path has none there. `find` looks
/// links up.
fn at_depth<E>(
    mut link: Link,
    depth: u64,
    find: impl Fn(MessageId) -> Result<Option<Link>, E>,
) -> Result<Option<Link>, E> {
    while link.depth > depth {
        let up = match find(link.jump)? {
            Some(jump) if jump.depth >= depth && jump.depth < link.depth => Some(jump),
            _ => link.parent.map_or(Ok(None), &find)?,
        };
        match up {
            Some(up) => link = up,
            None => return Ok(None),
        }
    }
    Ok((link.depth == depth).then_some(link))
}

/// The messages of the path to `tip` whose depth is `from .. from + limit`, oldest first.
pub(super) fn part<L: Lookup>(
    rows: &L,
    tip: Link,
    from: u64,
    limit: u32,
) -> Result<Vec<Link>, L::Error> {
    let from = from.max(1);
    let last = tip.depth.min(from.saturating_add(limit.into()) - 1);
    let mut links = Vec::new();
    let mut next = at_depth(tip, last, |id| rows.link(id))?;
    while let Some(link) = next
        && link.depth >= from
    {
        links.push(link);
        next = link.parent.map_or(Ok(None), |parent| rows.link(parent))?;
    }
    links.reverse();
    Ok(links)
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, convert::Infallible};

    use super::*;

    fn id(depth: u64) -> MessageId {
        MessageId::from_bytes(u128::from(depth).to_be_bytes())
    }

    #[test]
    fn r17_any_depth_of_a_long_path_is_found_with_few_links() {
        const LENGTH: u64 = 100_000;
        let mut chain: Vec<Link> = Vec::new();
        let read = Cell::new(0);
        let find = |chain: &[Link], id: MessageId| {
            read.set(read.get() + 1);
            let depth = u128::from_be_bytes(*id.as_bytes());
            Ok::<_, Infallible>(chain.get(depth as usize - 1).copied())
        };
        for at in 1..=LENGTH {
            let Ok((depth, jump)) = place(id(at), chain.last(), |id| find(&chain, id));
            assert_eq!(depth, at);
            chain.push(Link {
                id: id(at),
                thread: ThreadId::from_bytes([0; 16]),
                ordinal: at,
                parent: chain.last().map(|link| link.id),
                depth,
                jump,
                deleted: false,
            });
        }
        assert!(read.get() <= 2 * LENGTH, "two links place a message");
        // Each power of two is a worse one than its neighbours.
        for depth in (1..=LENGTH).step_by(997).chain((0..16).map(|n| 1 << n)) {
            for tip in [LENGTH, LENGTH - 1, 65_536, 65_535] {
                read.set(0);
                let Ok(found) = at_depth(chain[tip as usize - 1], depth, |id| find(&chain, id));
                assert_eq!(found.map(|link| link.id), (depth <= tip).then(|| id(depth)));
                assert!(
                    read.get() <= 80,
                    "{} links from {tip} to {depth}",
                    read.get()
                );
            }
        }
    }
}

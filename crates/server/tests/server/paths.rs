//! SPEC R15 to R17 over a real socket: a long thread is read by its path, both ways.

use weft_protocol::{
    ClientFrame, MessageId, MessageRow, Mutation, NewReply, Op, Path, ServerFrame, ThreadId, Topic,
};

use crate::harness::{Socket, TestServer, messages};

/// Fewer than may be in flight at once.
const TOGETHER: usize = 50;

/// Says so many things, one after the other.
async fn say(socket: &mut Socket, thread: ThreadId, count: usize) {
    for first in (0..count).step_by(TOGETHER) {
        let mut last = 0;
        for at in first..count.min(first + TOGETHER) {
            last = socket
                .mutate(Mutation::SendMessage {
                    thread,
                    message: MessageId::new(0, rand::random()),
                    parent: None,
                    text: format!("message {}", at + 1),
                    reply: None,
                })
                .await;
        }
        socket
            .until("an ack", |frame| match frame {
                ServerFrame::Ack { n, .. } if *n == last => Some(()),
                ServerFrame::Nack { code, .. } => panic!("rejected: {code:?}"),
                _ => None,
            })
            .await;
    }
}

async fn page(
    socket: &mut Socket,
    thread: ThreadId,
    asked: Path,
    start: u64,
) -> (Option<MessageId>, u64, Vec<MessageRow>) {
    let page = ClientFrame::Page {
        thread,
        path: asked,
        from: start,
        limit: 100,
    };
    socket.send(&page).await;
    socket
        .until("a page", |frame| match frame {
            ServerFrame::Page {
                thread: of,
                path,
                from,
                tip,
                length,
                rows,
            } if (*of, *path, *from) == (thread, asked, start) => {
                Some((*tip, *length, rows.clone()))
            }
            _ => None,
        })
        .await
}

#[tokio::test]
async fn r17_a_long_thread_is_read_from_its_newest_message_to_its_root_and_back_down() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let mut socket = Socket::open(server.addr, &ada).await;
    let thread = socket.thread().await;
    say(&mut socket, thread, 998).await;
    let first = socket.ask(thread, "message 999", "demo").await;
    socket.reply(first).await;
    let message = MessageId::new(0, rand::random());
    let reply = NewReply {
        message,
        model: "demo".into(),
    };
    let again = Mutation::Regenerate {
        thread,
        message: first,
        reply,
    };
    socket.mutate(again).await;
    let siblings = socket
        .until("siblings", |frame| match frame {
            ServerFrame::Delta { ops, .. } => ops.iter().find_map(|op| match op {
                Op::Siblings(list) => Some(list.clone()),
                _ => None,
            }),
            _ => None,
        })
        .await;
    assert_eq!(siblings, [first, message]);
    socket.reply(message).await;

    // A device that has nothing of it, up from the newest.
    let mut socket = Socket::open(server.addr, &ada).await;
    let mut rows = messages(socket.follow(Topic::Thread(thread)).await);
    rows.retain(|row| row.id != first);
    assert_eq!(rows.last().map(|row| row.id), Some(message));
    while let Some(above) = rows[0].parent {
        let from = rows[0].depth.saturating_sub(100).max(1);
        let path = Path::To(above);
        let (tip, length, mut older) = page(&mut socket, thread, path, from).await;
        assert_eq!((tip, length), (Some(above), rows[0].depth - 1));
        older.append(&mut rows);
        rows = older;
    }
    assert_eq!(rows.len(), 1_000);
    let texts = rows[..999].iter().map(|row| row.text.to_string());
    assert!(texts.eq((1..1_000).map(|at| format!("message {at}"))));
    for pair in rows.windows(2) {
        assert_eq!(pair[1].parent, Some(pair[0].id));
        assert_eq!(pair[1].depth, pair[0].depth + 1);
    }
    assert_eq!(rows[999].siblings, siblings);

    // And down again from the root, by either reply.
    for (path, tip) in [
        (Path::Newest, message),
        (Path::Through(rows[0].id), message),
        (Path::Through(first), first),
    ] {
        let mut down: Vec<MessageRow> = Vec::new();
        while down.len() < 1_000 {
            let from = down.len() as u64 + 1;
            let (end, length, next) = page(&mut socket, thread, path, from).await;
            assert_eq!((end, length, next.len()), (Some(tip), 1_000, 100));
            down.extend(next);
        }
        assert_eq!(down[..999], rows[..999]);
        assert_eq!((down[999].id, &down[999].siblings), (tip, &siblings));
        assert!(!down[999].text.is_empty());
    }
}

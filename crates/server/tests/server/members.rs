//! Members: what each role may do, how one becomes a member, and what is left of it afterwards.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use weft_protocol::{
    ClientFrame, ErrorCode, MemberRow, MessageId, Mutation, NewReply, Op, Path, Role, Row,
    ServerFrame, ThreadId, Topic, UserId,
    api::{ApiCode, Invite, Invites, Joined},
    frame::{Held, Subscription},
};

use crate::harness::{Person, Socket, TestServer, refusal, request};

/// What somebody is to a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Stranger,
    Was,
    Is(Role),
}

const STANDINGS: [Standing; 5] = [
    Standing::Stranger,
    Standing::Was,
    Standing::Is(Role::Viewer),
    Standing::Is(Role::Editor),
    Standing::Is(Role::Owner),
];

/// A thread in which there is something of everything, and one more who is a member.
struct Room {
    server: TestServer,
    owner: (Person, Socket),
    /// Each has an account, and so far nothing to do with the thread.
    others: Vec<(Person, Socket)>,
    thread: ThreadId,
    /// Of the owner.
    said: MessageId,
    reply: MessageId,
}

impl Room {
    async fn new(others: usize) -> Self {
        let server = TestServer::start().await;
        let ada = server.sign_up("ada").await;
        let mut socket = Socket::open(server.addr, &ada).await;
        let thread = socket.thread().await;
        let said = MessageId::new(0, rand::random());
        let reply = MessageId::new(0, rand::random());
        socket.accept(say(thread, said, Some(reply))).await;
        socket.reply(reply).await;
        let mut room = Self {
            server,
            owner: (ada, socket),
            others: Vec::new(),
            thread,
            said,
            reply,
        };
        for number in 0..others {
            let person = room.server.sign_up(&format!("other{number}")).await;
            let socket = Socket::open(room.server.addr, &person).await;
            room.others.push((person, socket));
        }
        room
    }

    async fn call(
        &self,
        person: &Person,
        method: Method,
        path: &str,
        body: Value,
    ) -> reqwest::Response {
        let (name, value) = person.bearer();
        let request = request(self.server.addr, method, path).header(name, value);
        request.json(&body).send().await.unwrap()
    }

    async fn add(&self, number: usize, role: Role) {
        let body = json!({ "username": self.others[number].0.user.name, "role": role });
        let path = format!("/api/threads/{}/members", self.thread);
        let answer = self.call(&self.owner.0, Method::POST, &path, body).await;
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    }

    async fn remove(&mut self, number: usize) {
        let (thread, user) = (self.thread, self.others[number].0.user.id);
        self.owner
            .1
            .accept(Mutation::RemoveMember { thread, user })
            .await;
    }

    /// Somebody of that standing.
    async fn put(&mut self, number: usize, standing: Standing) {
        let (thread, user) = (self.thread, self.others[number].0.user.id);
        match standing {
            Standing::Stranger => {}
            Standing::Was => {
                self.add(number, Role::Editor).await;
                self.remove(number).await;
            }
            Standing::Is(Role::Owner) => {
                self.add(number, Role::Editor).await;
                let role = Role::Owner;
                self.owner
                    .1
                    .accept(Mutation::SetRole { thread, user, role })
                    .await;
            }
            Standing::Is(role) => self.add(number, role).await,
        }
    }

    async fn invite(&self, role: Role, uses: u32) -> Invite {
        let path = format!("/api/threads/{}/invites", self.thread);
        let body = json!({ "role": role, "days": 1, "uses": uses });
        let answer = self.call(&self.owner.0, Method::POST, &path, body).await;
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json().await.unwrap()
    }

    async fn join(&self, number: usize, token: &str) -> reqwest::Response {
        let body = json!({ "token": token });
        self.call(&self.others[number].0, Method::POST, "/api/join", body)
            .await
    }
}

fn say(thread: ThreadId, message: MessageId, reply: Option<MessageId>) -> Mutation {
    Mutation::SendMessage {
        thread,
        message,
        parent: None,
        text: "Hi".into(),
        reply: reply.map(|message| NewReply {
            message,
            model: "demo".into(),
        }),
    }
}

/// How a mutation is decided.
async fn decide(socket: &mut Socket, mutation: Mutation) -> Result<(), ErrorCode> {
    let n = socket.mutate(mutation).await;
    socket
        .until("a decision", |frame| match frame {
            ServerFrame::Ack { n: of, .. } if *of == n => Some(Ok(())),
            ServerFrame::Nack { n: of, code } if *of == n => Some(Err(*code)),
            _ => None,
        })
        .await
}

/// Every mutation of a thread, the least role that may do it, and what it is called. Each is done once in
/// each of the rooms, by somebody who has said nothing there but what `mine` is.
fn mutations(
    room: &Room,
    me: UserId,
    mine: Option<MessageId>,
) -> Vec<(&'static str, Role, Mutation)> {
    let (thread, said, reply) = (room.thread, room.said, room.reply);
    let owner = room.owner.0.user.id;
    let new = || MessageId::new(0, rand::random());
    let again = || NewReply {
        message: new(),
        model: "demo".into(),
    };
    let mut all = vec![
        (
            "pin",
            Role::Viewer,
            Mutation::PinThread {
                thread,
                pinned: true,
            },
        ),
        (
            "archive",
            Role::Viewer,
            Mutation::ArchiveThread {
                thread,
                archived: true,
            },
        ),
        (
            "mark as read",
            Role::Viewer,
            Mutation::MarkRead { thread, through: 2 },
        ),
        (
            "mark as unread",
            Role::Viewer,
            Mutation::MarkUnread { thread, from: 1 },
        ),
        (
            "mute",
            Role::Viewer,
            Mutation::MuteThread {
                thread,
                muted: true,
            },
        ),
        (
            "mark notices as read",
            Role::Viewer,
            Mutation::MarkNoticesRead { thread, through: 9 },
        ),
        (
            "show a notice",
            Role::Viewer,
            Mutation::ShowNotice {
                thread,
                n: 1,
                by: 1,
            },
        ),
        (
            "rename",
            Role::Editor,
            Mutation::RenameThread {
                thread,
                title: "New".into(),
            },
        ),
        ("send", Role::Editor, say(thread, new(), None)),
        (
            "stop",
            Role::Editor,
            Mutation::StopReply {
                thread,
                message: reply,
            },
        ),
        (
            "regenerate",
            Role::Editor,
            Mutation::Regenerate {
                thread,
                message: reply,
                reply: again(),
            },
        ),
        (
            "delete a reply",
            Role::Editor,
            Mutation::DeleteMessage {
                thread,
                message: reply,
            },
        ),
        (
            "delete what another said",
            Role::Owner,
            Mutation::DeleteMessage {
                thread,
                message: said,
            },
        ),
        ("delete", Role::Owner, Mutation::DeleteThread { thread }),
        ("restore", Role::Owner, Mutation::RestoreThread { thread }),
    ];
    if let Some(message) = mine {
        let edit = Mutation::EditMessage {
            thread,
            message,
            replacement: new(),
            text: "Hello".into(),
            reply: None,
        };
        all.push(("edit what is one's own", Role::Editor, edit));
        all.push((
            "delete what is one's own",
            Role::Editor,
            Mutation::DeleteMessage { thread, message },
        ));
    }
    if me != owner {
        let role = Role::Viewer;
        all.push((
            "change a role",
            Role::Owner,
            Mutation::SetRole {
                thread,
                user: owner,
                role,
            },
        ));
        all.push((
            "remove another",
            Role::Owner,
            Mutation::RemoveMember {
                thread,
                user: owner,
            },
        ));
    }
    all
}

#[tokio::test]
async fn each_mutation_is_for_those_whose_role_allows_it() {
    for standing in STANDINGS {
        let mut room = Room::new(1).await;
        room.put(0, standing).await;
        let (person, mut socket) = room.others.pop().unwrap();
        let mine = MessageId::new(0, rand::random());
        let has_said = standing >= Standing::Is(Role::Editor);
        if has_said {
            socket.accept(say(room.thread, mine, None)).await;
        }
        for (what, needs, mutation) in mutations(&room, person.user.id, has_said.then_some(mine)) {
            let decided = decide(&mut socket, mutation).await;
            let wanted = match standing {
                Standing::Is(role) if role >= needs => Ok(()),
                Standing::Is(_) => Err(ErrorCode::NotAllowed),
                Standing::Was | Standing::Stranger => Err(ErrorCode::NoSuchThread),
            };
            assert_eq!(decided, wanted, "{standing:?}: {what}");
        }
    }
}

#[tokio::test]
async fn each_topic_page_and_stream_is_for_members() {
    for standing in STANDINGS {
        let mut room = Room::new(1).await;
        room.put(0, standing).await;
        let (thread, reply) = (room.thread, room.reply);
        let (_, mut socket) = room.others.pop().unwrap();
        let is_member = matches!(standing, Standing::Is(_));
        let topic = Topic::Thread(thread);
        let asked = [
            ClientFrame::Subscribe(Subscription {
                topic,
                cursor: None,
                streams: Vec::new(),
            }),
            ClientFrame::Page {
                thread,
                path: Path::Newest,
                from: 1,
                limit: 9,
            },
            ClientFrame::Open {
                thread,
                held: Held {
                    message: reply,
                    offset: 0,
                },
            },
        ];
        for frame in asked {
            socket.send(&frame).await;
            if !is_member && matches!(frame, ClientFrame::Open { .. }) {
                // Who does not follow a thread reads nothing along: the next answer is another one.
                socket.send(&ClientFrame::Ping).await;
            }
            let got = socket
                .until("an answer", |got| match got {
                    ServerFrame::Snapshot { topic: of, .. } if *of == topic => Some(true),
                    ServerFrame::Page { tip: Some(_), .. } | ServerFrame::Stream { .. } => {
                        Some(true)
                    }
                    ServerFrame::Error {
                        topic: Some(of), ..
                    } if *of == topic => Some(false),
                    ServerFrame::Pong => Some(false),
                    _ => None,
                })
                .await;
            assert_eq!(got, is_member, "{standing:?}: {frame:?}");
        }
    }
}

#[tokio::test]
async fn each_call_about_invites_is_the_owners() {
    for standing in STANDINGS {
        let mut room = Room::new(2).await;
        room.put(0, standing).await;
        let made = room.others[1].0.user.name.clone();
        let person = room.others[0].0.clone();
        let invites = format!("/api/threads/{}/invites", room.thread);
        let members = format!("/api/threads/{}/members", room.thread);
        let id = match standing {
            // Who is the owner by now has made none yet.
            Standing::Is(Role::Owner) => "0".repeat(32),
            _ => room.invite(Role::Viewer, 1).await.id,
        };
        let calls = [
            (Method::GET, invites.clone(), json!({})),
            (
                Method::POST,
                invites,
                json!({ "role": "viewer", "days": 1, "uses": 1 }),
            ),
            (
                Method::POST,
                members,
                json!({ "username": made, "role": "viewer" }),
            ),
            (Method::POST, format!("/api/invites/{id}/revoke"), json!({})),
        ];
        for (method, path, body) in calls {
            let answer = room.call(&person, method, &path, body).await;
            match standing {
                Standing::Is(Role::Owner) => assert!(answer.status().is_success(), "{path}"),
                Standing::Is(_) => {
                    assert_eq!(
                        refusal(answer).await,
                        (StatusCode::FORBIDDEN, ApiCode::NotOwner)
                    );
                }
                Standing::Was | Standing::Stranger => {
                    let refused = (StatusCode::NOT_FOUND, ApiCode::NoSuchThread);
                    assert_eq!(refusal(answer).await, refused, "{standing:?}: {path}");
                }
            }
        }
    }
}

/// The members among rows: name and role.
fn people(rows: &[Row]) -> Vec<(String, Option<Role>)> {
    let member = |row: &Row| match row {
        Row::Member(MemberRow { user, role }) => Some((user.name.clone(), *role)),
        _ => None,
    };
    let mut people: Vec<_> = rows.iter().filter_map(member).collect();
    people.sort();
    people
}

#[tokio::test]
async fn a_link_lets_in_as_many_as_it_says_and_whoever_is_in_uses_nothing_up() {
    let mut room = Room::new(3).await;
    let token = room.invite(Role::Editor, 2).await.token.unwrap();
    for number in [0, 0, 1] {
        let joined: Joined = room.join(number, &token).await.json().await.unwrap();
        assert_eq!(joined.thread, room.thread);
    }
    let late = refusal(room.join(2, &token).await).await;
    assert_eq!(late, (StatusCode::NOT_FOUND, ApiCode::InviteInvalid));
    let thread = Topic::Thread(room.thread);
    let rows = room.others[0].1.follow(thread).await;
    let wanted = [
        ("ada", Role::Owner),
        ("other0", Role::Editor),
        ("other1", Role::Editor),
    ];
    let wanted: Vec<_> = wanted
        .map(|(name, role)| (name.to_owned(), Some(role)))
        .into();
    assert_eq!(people(&rows), wanted);
    // What one of them says comes to all of them, and to their lists.
    let message = MessageId::new(0, rand::random());
    room.others[1]
        .1
        .accept(say(room.thread, message, None))
        .await;
    for socket in [&mut room.owner.1, &mut room.others[0].1] {
        socket
            .until("the message", |frame| match frame {
                ServerFrame::Delta { ops, .. } => ops.iter().find_map(|op| match op {
                    Op::Message(row) if row.id == message => Some(()),
                    _ => None,
                }),
                _ => None,
            })
            .await;
    }
}

#[tokio::test]
async fn a_link_that_was_revoked_or_is_unknown_lets_nobody_in() {
    let room = Room::new(1).await;
    let invite = room.invite(Role::Viewer, 5).await;
    let path = format!("/api/threads/{}/invites", room.thread);
    let list = room
        .call(&room.owner.0, Method::GET, &path, json!({}))
        .await;
    let Invites { invites } = list.json().await.unwrap();
    let token = invite.token.clone().unwrap();
    assert_eq!(
        invites,
        [Invite {
            token: None,
            ..invite.clone()
        }]
    );
    let revoke = format!("/api/invites/{}/revoke", invite.id);
    for _ in 0..2 {
        let revoked = room
            .call(&room.owner.0, Method::POST, &revoke, json!({}))
            .await;
        assert_eq!(revoked.status(), StatusCode::NO_CONTENT);
    }
    for token in [token.as_str(), "no such"] {
        let refused = refusal(room.join(0, token).await).await;
        assert_eq!(refused, (StatusCode::NOT_FOUND, ApiCode::InviteInvalid));
    }
}

#[tokio::test]
async fn r43_who_is_removed_gets_nothing_more_of_a_reply_that_goes_on() {
    let mut room = Room::new(1).await;
    room.add(0, Role::Viewer).await;
    let (thread, user) = (room.thread, room.others[0].0.user.id);
    let theirs = Topic::User(user);
    let socket = &mut room.others[0].1;
    socket.follow(theirs).await;
    socket.follow(Topic::Thread(thread)).await;
    let reply = room.owner.1.ask(thread, "Tell me all", "demo").await;
    let socket = &mut room.others[0].1;
    socket.text(reply, 1).await;
    room.remove(0).await;
    let socket = &mut room.others[0].1;
    socket
        .until("the end of it", |frame| match frame {
            ServerFrame::Delta { topic, ops, .. } if *topic == theirs => {
                ops.contains(&Op::ThreadGone(thread)).then_some(())
            }
            _ => None,
        })
        .await;
    room.owner.1.reply(reply).await;
    // The reply has ended, and nothing of it is before the answer to this.
    let socket = &mut room.others[0].1;
    socket.send(&ClientFrame::Ping).await;
    let first = socket.until("a frame", |frame| Some(frame.clone())).await;
    assert_eq!(first, ServerFrame::Pong);
    // Their name stays with what they were; they may be let in again.
    let rows = room.owner.1.follow(Topic::Thread(thread)).await;
    assert_eq!(
        people(&rows),
        [
            ("ada".to_owned(), Some(Role::Owner)),
            ("other0".to_owned(), None)
        ]
    );
    room.add(0, Role::Editor).await;
    let socket = &mut room.others[0].1;
    socket.follow(Topic::Thread(thread)).await;
}

#[tokio::test]
async fn a_thread_is_handed_over_and_then_left() {
    let mut room = Room::new(1).await;
    let (thread, ada) = (room.thread, room.owner.0.user.id);
    let leave = Mutation::RemoveMember { thread, user: ada };
    let refused = decide(&mut room.owner.1, leave.clone()).await;
    assert_eq!(
        refused,
        Err(ErrorCode::NotAllowed),
        "a thread keeps its owner"
    );
    room.put(0, Standing::Is(Role::Owner)).await;
    let effects = room.owner.1.accept(leave).await;
    assert_eq!(
        effects.iter().map(|head| head.topic).collect::<Vec<_>>(),
        [Topic::User(ada)],
        "who has left does not wait for what is in the thread"
    );
    let rows = room.others[0].1.follow(Topic::Thread(thread)).await;
    assert_eq!(
        people(&rows),
        [
            ("ada".to_owned(), None),
            ("other0".to_owned(), Some(Role::Owner))
        ]
    );
}

//! Notices: who is told of what, and who is not.

use reqwest::{Method, StatusCode};
use serde_json::json;
use weft_protocol::{
    About, MessageId, Mutation, NoticeRow, Role, Row, ThreadId, Topic,
    api::{Invite, NewInvite},
};

use crate::harness::{Person, Socket, TestServer, request};

/// Ada, and a thread of hers.
struct Room {
    server: TestServer,
    ada: (Person, Socket),
    thread: ThreadId,
}

impl Room {
    async fn new() -> Self {
        let server = TestServer::start().await;
        let ada = server.sign_up("Ada").await;
        let mut socket = Socket::open(server.addr, &ada).await;
        let thread = socket.thread().await;
        Self {
            server,
            ada: (ada, socket),
            thread,
        }
    }

    /// Somebody whom Ada names.
    async fn added(&self, name: &str) -> (Person, Socket) {
        let person = self.server.sign_up(name).await;
        let body = json!({ "username": name, "role": Role::Editor });
        let path = format!("/api/threads/{}/members", self.thread);
        let answer = self.call(&self.ada.0, &path, &body).await;
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        let socket = Socket::open(self.server.addr, &person).await;
        (person, socket)
    }

    async fn call(
        &self,
        person: &Person,
        path: &str,
        body: &impl serde::Serialize,
    ) -> reqwest::Response {
        let (name, value) = person.bearer();
        let request = request(self.server.addr, Method::POST, path).header(name, value);
        request.json(body).send().await.unwrap()
    }
}

fn say(thread: ThreadId, text: &str) -> (MessageId, Mutation) {
    let message = MessageId::new(0, rand::random());
    let mutation = Mutation::SendMessage {
        thread,
        message,
        parent: None,
        text: text.to_owned(),
        reply: None,
    };
    (message, mutation)
}

/// What somebody is told of, on a device that they open now.
async fn told(server: &TestServer, person: &Person) -> Vec<NoticeRow> {
    let mut socket = Socket::open(server.addr, person).await;
    let rows = socket.follow(Topic::User(person.user.id)).await.into_iter();
    let notices = rows.filter_map(|row| match row {
        Row::Notice(row) => Some(row),
        _ => None,
    });
    notices.collect()
}

/// In which messages somebody was mentioned, and by whom.
async fn mentions(server: &TestServer, person: &Person) -> Vec<(String, MessageId)> {
    let told = told(server, person).await.into_iter();
    let mentions = told.filter_map(|row| match row.about {
        About::Mention { by, at } => Some((by.name, at.message)),
        _ => None,
    });
    mentions.collect()
}

#[tokio::test]
async fn r53_members_are_told_where_they_are_mentioned() {
    let mut room = Room::new().await;
    let stranger = room.server.sign_up("eve").await;
    let (bob, mut bobs) = room.added("bob").await;
    let (cid, mut cids) = room.added("Cid.X").await;
    let (thread, muted) = (room.thread, true);
    cids.accept(Mutation::MuteThread { thread, muted }).await;
    for nobody in ["bob", "a@bob", "@bobby", "`@bob`", "@Ada"] {
        room.ada.1.accept(say(thread, nobody).1).await;
    }
    let (first, mutation) = say(thread, "@BOB and @cid.x, not @eve or @model.");
    room.ada.1.accept(mutation).await;
    let name = "Ada".to_owned();
    assert_eq!(
        mentions(&room.server, &bob).await,
        [(name.clone(), first)],
        "once, by any spelling"
    );
    assert_eq!(
        mentions(&room.server, &cid).await,
        [(name.clone(), first)],
        "although muted"
    );
    for nobody in [&stranger, &room.ada.0] {
        assert_eq!(mentions(&room.server, nobody).await, []);
    }
    // Said differently, it tells those who were not mentioned before.
    let replacement = MessageId::new(0, rand::random());
    room.ada
        .1
        .accept(Mutation::EditMessage {
            thread,
            message: first,
            replacement,
            text: "@bob and @Ada".into(),
            reply: None,
        })
        .await;
    assert_eq!(mentions(&room.server, &bob).await.len(), 1);
    let (answer, mutation) = say(thread, "Here, @ada!");
    bobs.accept(mutation).await;
    assert_eq!(
        mentions(&room.server, &room.ada.0).await,
        [("bob".to_owned(), answer)]
    );
    // Whoever left is told nothing more, and keeps nothing.
    let user = bob.user.id;
    bobs.accept(Mutation::RemoveMember { thread, user }).await;
    room.ada.1.accept(say(thread, "@bob?").1).await;
    assert_eq!(told(&room.server, &bob).await, []);
}

#[tokio::test]
async fn r53_who_is_added_is_told_and_the_owner_of_who_joins() {
    let room = Room::new().await;
    let (bob, _) = room.added("bob").await;
    let dan = room.server.sign_up("dan").await;
    let path = format!("/api/threads/{}/invites", room.thread);
    let new = NewInvite {
        role: Role::Viewer,
        days: 1,
        uses: 2,
    };
    let invite: Invite = room
        .call(&room.ada.0, &path, &new)
        .await
        .json()
        .await
        .unwrap();
    for _ in 0..2 {
        let body = json!({ "token": invite.token });
        let answer = room.call(&dan, "/api/join", &body).await;
        assert_eq!(answer.status(), StatusCode::OK);
    }
    let abouts = async |person: &Person| {
        let told = told(&room.server, person).await.into_iter();
        told.map(|row| (row.thread, row.about)).collect::<Vec<_>>()
    };
    let by = room.ada.0.user.clone();
    assert_eq!(
        abouts(&bob).await,
        [(room.thread, About::Added { by })],
        "and not of others"
    );
    let who = dan.user.clone();
    assert_eq!(
        abouts(&room.ada.0).await,
        [(room.thread, About::Joined { who })]
    );
    assert_eq!(abouts(&dan).await, []);
}

#[tokio::test]
async fn r53_who_asked_is_told_that_the_reply_has_ended_until_it_is_read() {
    let mut room = Room::new().await;
    let (bob, _) = room.added("bob").await;
    let thread = room.thread;
    let reply = room.ada.1.ask(thread, "Where to?", "demo").await;
    room.ada.1.reply(reply).await;
    let told_ada = told(&room.server, &room.ada.0).await;
    let [notice] = &told_ada[..] else {
        panic!("not one: {told_ada:?}");
    };
    assert!(matches!(&notice.about, About::Reply { at, .. } if at.message == reply));
    assert_eq!(
        told(&room.server, &bob).await.len(),
        1,
        "that of being added"
    );
    let through = 2;
    room.ada
        .1
        .accept(Mutation::MarkRead { thread, through })
        .await;
    assert_eq!(told(&room.server, &room.ada.0).await, []);
}

//! How people are called, who sees that they are there, where they are signed in, and the end of an account.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use weft_protocol::{
    ClientFrame, MessageId, Mutation, Op, Role, Row, ServerFrame, ThreadId, Topic, User,
    api::{ApiCode, Devices, LastSeen, Privacy, Seen},
};

use crate::harness::{PASSWORD, Person, Socket, TestServer, refusal, request, soon};

async fn call(
    server: &TestServer,
    person: &Person,
    method: Method,
    path: &str,
    body: Value,
) -> reqwest::Response {
    let (name, value) = person.bearer();
    let request = request(server.addr, method, path).header(name, value);
    request.json(&body).send().await.unwrap()
}

async fn done(server: &TestServer, person: &Person, method: Method, path: &str, body: Value) {
    let answer = call(server, person, method, path, body).await;
    assert_eq!(answer.status(), StatusCode::NO_CONTENT, "{path}");
}

async fn devices(server: &TestServer, person: &Person) -> Vec<weft_protocol::api::Device> {
    let answer = call(server, person, Method::GET, "/api/devices", json!({})).await;
    let Devices { devices } = answer.json().await.unwrap();
    devices
}

async fn seen(server: &TestServer, person: &Person, thread: ThreadId) -> Vec<LastSeen> {
    let path = format!("/api/threads/{thread}/seen");
    let answer = call(server, person, Method::GET, &path, json!({})).await;
    let Seen { people } = answer.json().await.unwrap();
    people
}

/// Two people with a socket each, and a thread of the first one that both are in.
struct Two {
    server: TestServer,
    ada: Person,
    bob: Person,
    a: Socket,
    b: Socket,
    thread: ThreadId,
}

impl Two {
    async fn new(role: Role) -> Self {
        let server = TestServer::start().await;
        let (ada, bob) = (server.sign_up("ada").await, server.sign_up("bob").await);
        let mut a = Socket::open(server.addr, &ada).await;
        let b = Socket::open(server.addr, &bob).await;
        let thread = a.thread().await;
        let path = format!("/api/threads/{thread}/members");
        let body = json!({ "username": "bob", "role": role });
        done(&server, &ada, Method::POST, &path, body).await;
        Self {
            server,
            ada,
            bob,
            a,
            b,
            thread,
        }
    }
}

#[tokio::test]
async fn r56_a_name_and_a_colour_are_told_at_once_and_are_there_for_who_comes_later() {
    let mut two = Two::new(Role::Viewer).await;
    let body = json!({ "display": " Grace Hopper ", "colour": 4 });
    done(&two.server, &two.bob, Method::PUT, "/api/profile", body).await;
    let wanted = User {
        display: Some("Grace Hopper".into()),
        colour: Some(4),
        ..two.bob.user.clone()
    };
    let told = two.a.until("the name", |frame| match frame {
        ServerFrame::Delta { ops, .. } => ops.iter().find_map(|op| match op {
            Op::Member(row) if row.user.display.is_some() => Some(row.clone()),
            _ => None,
        }),
        _ => None,
    });
    let told = told.await;
    assert_eq!((told.user, told.role), (wanted.clone(), Some(Role::Viewer)));
    let rows = two.b.follow(Topic::Thread(two.thread)).await;
    let members = rows.iter().filter_map(|row| match row {
        Row::Member(row) => Some(&row.user),
        _ => None,
    });
    assert!(members.into_iter().any(|user| *user == wanted));
    let again = Person::of(two.server.sign_in("bob", PASSWORD).await).await;
    assert_eq!(again.user, wanted);
    // And back.
    done(
        &two.server,
        &two.bob,
        Method::PUT,
        "/api/profile",
        json!({}),
    )
    .await;
    let again = Person::of(two.server.sign_in("bob", PASSWORD).await).await;
    assert_eq!(again.user, two.bob.user);
}

#[tokio::test]
async fn r56_what_is_no_name_or_colour_is_refused_and_nobody_changes_it_for_another() {
    let two = Two::new(Role::Editor).await;
    let invalid = (StatusCode::BAD_REQUEST, ApiCode::ProfileInvalid);
    for body in [
        json!({ "display": "x".repeat(41) }),
        json!({ "display": "two\nlines" }),
        json!({ "colour": 6 }),
    ] {
        let answer = call(&two.server, &two.bob, Method::PUT, "/api/profile", body).await;
        assert_eq!(refusal(answer).await, invalid);
    }
    for (method, path) in [
        (Method::PUT, "/api/profile"),
        (Method::GET, "/api/privacy"),
        (Method::PUT, "/api/privacy"),
        (Method::GET, "/api/devices"),
        (Method::POST, "/api/devices/revoke-others"),
        (Method::POST, "/api/delete-account"),
    ] {
        let body = json!({ "hides": true, "password": PASSWORD });
        let request = request(two.server.addr, method, path).json(&body);
        let refused = refusal(request.send().await.unwrap()).await;
        assert_eq!(
            refused,
            (StatusCode::UNAUTHORIZED, ApiCode::Unauthenticated),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_device_is_listed_by_its_name_and_signed_out_from_another() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let eve = server.sign_up("eve").await;
    let body = json!({ "username": "ada", "password": PASSWORD, "keep": "token" });
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let answer = server
        .post("/api/sign-in", &body)
        .header("user-agent", agent);
    let other = Person::of(answer.send().await.unwrap()).await;
    let mut socket = Socket::open(server.addr, &other).await;
    let listed = devices(&server, &ada).await;
    let shown = |here: bool| {
        let mut all = listed.iter().filter(move |device| device.here == here);
        all.next().cloned().unwrap()
    };
    assert_eq!(listed.len(), 2);
    assert!(!shown(true).connected);
    let firefox = shown(false);
    assert_eq!(
        (firefox.name.as_str(), firefox.connected),
        ("Firefox on Linux", true)
    );
    // It is nobody else's to sign out.
    let revoke = format!("/api/devices/{}/revoke", firefox.id);
    done(&server, &eve, Method::POST, &revoke, json!({})).await;
    assert!(other.is_signed_in(&server).await);
    let bad = call(
        &server,
        &ada,
        Method::POST,
        "/api/devices/x/revoke",
        json!({}),
    )
    .await;
    assert_eq!(
        refusal(bad).await,
        (StatusCode::BAD_REQUEST, ApiCode::BadRequest)
    );
    for _ in 0..2 {
        done(&server, &ada, Method::POST, &revoke, json!({})).await;
    }
    assert_eq!(socket.closed().await, Some(4501));
    assert!(!other.is_signed_in(&server).await);
    assert_eq!(devices(&server, &ada).await.len(), 1);
}

#[tokio::test]
async fn all_other_devices_are_signed_out_at_once() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let mut others = Vec::new();
    for _ in 0..2 {
        let other = Person::of(server.sign_in("ada", PASSWORD).await).await;
        others.push((Socket::open(server.addr, &other).await, other));
    }
    let mut own = Socket::open(server.addr, &ada).await;
    let path = "/api/devices/revoke-others";
    done(&server, &ada, Method::POST, path, json!({})).await;
    for (mut socket, other) in others {
        assert_eq!(socket.closed().await, Some(4501));
        assert!(!other.is_signed_in(&server).await);
    }
    own.thread().await;
    assert!(ada.is_signed_in(&server).await);
}

#[tokio::test]
async fn r58_when_a_member_was_there_is_told_to_the_others_of_the_thread_alone() {
    let mut two = Two::new(Role::Viewer).await;
    assert_eq!(seen(&two.server, &two.ada, two.thread).await, []);
    two.b.send(&ClientFrame::Online(true)).await;
    two.a.send(&ClientFrame::Online(true)).await;
    let online = two.a.until("somebody online", |frame| match frame {
        ServerFrame::Online(online) => online.threads.contains(&two.thread).then_some(()),
        _ => None,
    });
    online.await;
    let now = |minutes| {
        vec![LastSeen {
            user: two.bob.user.id,
            minutes,
        }]
    };
    assert_eq!(seen(&two.server, &two.ada, two.thread).await, now(0));
    two.b.close().await;
    let gone = two.a.until("nobody online", |frame| match frame {
        ServerFrame::Online(online) => online.gone.contains(&two.thread).then_some(()),
        _ => None,
    });
    gone.await;
    let left = async {
        while seen(&two.server, &two.ada, two.thread).await != now(1) {
            tokio::task::yield_now().await;
        }
    };
    soon("that they were there", left).await;
    let eve = two.server.sign_up("eve").await;
    let path = format!("/api/threads/{}/seen", two.thread);
    let answer = call(&two.server, &eve, Method::GET, &path, json!({})).await;
    assert_eq!(
        refusal(answer).await,
        (StatusCode::NOT_FOUND, ApiCode::NoSuchThread)
    );
}

#[tokio::test]
async fn r59_who_hides_is_seen_by_nobody_and_sees_nobody() {
    let mut two = Two::new(Role::Viewer).await;
    let privacy = async |person: &Person| -> Privacy {
        let answer = call(&two.server, person, Method::GET, "/api/privacy", json!({}));
        answer.await.json().await.unwrap()
    };
    assert_eq!(privacy(&two.bob).await, Privacy { hides: false });
    two.a.send(&ClientFrame::Online(true)).await;
    two.b.send(&ClientFrame::Online(true)).await;
    let online = two.b.until("somebody online", |frame| match frame {
        ServerFrame::Online(online) => online.threads.contains(&two.thread).then_some(()),
        _ => None,
    });
    online.await;
    let hide = json!({ "hides": true });
    done(&two.server, &two.bob, Method::PUT, "/api/privacy", hide).await;
    assert_eq!(privacy(&two.bob).await, Privacy { hides: true });
    let gone = two.a.until("nobody online", |frame| match frame {
        ServerFrame::Online(online) => online.gone.contains(&two.thread).then_some(()),
        _ => None,
    });
    gone.await;
    for person in [&two.ada, &two.bob] {
        assert_eq!(seen(&two.server, person, two.thread).await, []);
    }
    let db = rusqlite::Connection::open(two.server.data.path().join("weft.db")).unwrap();
    let sql = "SELECT seen_at FROM account WHERE name = 'bob'";
    let kept: Option<u64> = db.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(kept, None);
}

#[tokio::test]
async fn r57_an_account_is_deleted_with_the_password_and_all_that_is_its_own() {
    let mut two = Two::new(Role::Editor).await;
    let alone = two.a.thread().await;
    let say = |thread| Mutation::SendMessage {
        thread,
        message: MessageId::new(0, rand::random()),
        parent: None,
        text: "Some words of mine".into(),
        reply: None,
    };
    two.a.accept(say(two.thread)).await;
    two.a.accept(say(alone)).await;
    let other = Person::of(two.server.sign_in("ada", PASSWORD).await).await;
    let mut elsewhere = Socket::open(two.server.addr, &other).await;
    let path = "/api/delete-account";
    let wrong = json!({ "password": "not it" });
    let answer = call(&two.server, &two.ada, Method::POST, path, wrong).await;
    assert_eq!(
        refusal(answer).await,
        (StatusCode::UNAUTHORIZED, ApiCode::WrongCredentials)
    );
    assert!(two.ada.is_signed_in(&two.server).await);

    two.b.follow(Topic::Thread(two.thread)).await;
    let right = json!({ "password": PASSWORD });
    done(&two.server, &two.ada, Method::POST, path, right).await;
    assert_eq!(two.a.closed().await, Some(4501));
    assert_eq!(elsewhere.closed().await, Some(4501));
    assert!(!other.is_signed_in(&two.server).await);
    let refused = refusal(two.server.sign_in("ada", PASSWORD).await).await;
    assert_eq!(refused.1, ApiCode::WrongCredentials);

    // What was said in the thread that somebody keeps is there, by nobody who has a name.
    let rows = two.b.follow(Topic::Thread(two.thread)).await;
    let gone = User::deleted(two.ada.user.id);
    assert!(
        rows.iter()
            .any(|row| matches!(row, Row::Member(row) if row.user == gone && row.role.is_none()))
    );
    assert!(rows.iter().any(
        |row| matches!(row, Row::Member(row) if row.user == two.bob.user && row.role == Some(Role::Owner))
    ));
    assert!(
        rows.iter().any(
            |row| matches!(row, Row::Message(row) if row.text.as_ref() == "Some words of mine")
        )
    );

    let db = rusqlite::Connection::open(two.server.data.path().join("weft.db")).unwrap();
    let count = |sql: &str| -> u64 {
        let id = two.ada.user.id;
        db.query_row(sql, [id.as_bytes()], |row| row.get(0))
            .unwrap()
    };
    for table in [
        "session",
        "installation",
        "outcome",
        "push_subscription",
        "notice",
    ] {
        let sql = format!("SELECT count(*) FROM {table} WHERE user = ?1");
        assert_eq!(count(&sql), 0, "{table}");
    }
    assert_eq!(count("SELECT count(*) FROM account WHERE id = ?1"), 0);
    let left: u64 = db
        .query_row(
            "SELECT (SELECT count(*) FROM thread WHERE id = ?1) \
             + (SELECT count(*) FROM message WHERE thread = ?1)",
            [alone.as_bytes()],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(left, 0);
    // The name may be taken by somebody else, who has nothing of it.
    let new = two.server.sign_up("ada").await;
    let mut socket = Socket::open(two.server.addr, &new).await;
    assert_eq!(socket.follow(Topic::User(new.user.id)).await, []);
}

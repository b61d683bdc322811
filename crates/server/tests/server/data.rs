//! How models are asked, and the way of a person's data out and in.

use std::collections::HashMap;

use proptest::prelude::*;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use weft_protocol::{
    Author, Defaults, ErrorCode, MessageId, Mutation, NewReply, Op, Role, Row, ServerFrame,
    ThreadId, Topic, Tuning,
    api::{ApiCode, Flaw, Imported, NotImported, Stored},
};
use weft_testkit::edges::ModelServer;

use crate::harness::{Person, Socket, TestServer, messages, refusal, request, soon};

async fn call(server: &TestServer, person: &Person, method: Method, path: &str) -> Response {
    let (name, value) = person.bearer();
    let request = request(server.addr, method, path).header(name, value);
    request.send().await.unwrap()
}

async fn get(server: &TestServer, person: &Person, path: &str) -> String {
    let answer = call(server, person, Method::GET, path).await;
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.text().await.unwrap()
}

async fn export(server: &TestServer, person: &Person, thread: ThreadId) -> Value {
    let text = get(server, person, &format!("/api/threads/{thread}/export")).await;
    serde_json::from_str(&text).unwrap()
}

async fn import(server: &TestServer, person: &Person, file: String) -> Response {
    let (name, value) = person.bearer();
    let request = request(server.addr, Method::POST, "/api/import").header(name, value);
    request.body(file).send().await.unwrap()
}

async fn imported(server: &TestServer, person: &Person, file: &Value) -> Imported {
    let answer = import(server, person, file.to_string_marked()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.unwrap()
}

/// `serde_json` sorts the fields, and the mark comes first.
trait Marked {
    fn to_string_marked(&self) -> String;
}

impl Marked for Value {
    fn to_string_marked(&self) -> String {
        let mut rest = self.as_object().unwrap().clone();
        let mark = rest.remove("weft_export").unwrap();
        let rest = Value::Object(rest).to_string();
        format!("{{\"weft_export\":{mark},{}", &rest[1..])
    }
}

async fn add(server: &TestServer, owner: &Person, thread: ThreadId, who: &Person, role: Role) {
    let (name, value) = owner.bearer();
    let path = format!("/api/threads/{thread}/members");
    let body = json!({ "username": who.user.name, "role": role });
    let request = request(server.addr, Method::POST, &path).header(name, value);
    let answer = request.json(&body).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
}

/// A file without what differs from one import to the next: ids are numbers in the order in which they come.
fn plain(file: &Value) -> Value {
    let mut ids: HashMap<String, usize> = HashMap::new();
    let mut plain = file["threads"].clone();
    let mut number = |value: &mut Value| {
        if let Some(id) = value.as_str() {
            let next = ids.len();
            let number = *ids.entry(id.to_owned()).or_insert(next);
            *value = number.into();
        }
    };
    for thread in plain.as_array_mut().unwrap() {
        number(&mut thread["id"]);
        let names: HashMap<String, Value> = thread["people"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| (it["id"].as_str().unwrap().to_owned(), it["name"].clone()))
            .collect();
        thread.as_object_mut().unwrap().remove("people");
        for message in thread["messages"].as_array_mut().unwrap() {
            number(&mut message["id"]);
            if message.get("parent").is_some() {
                number(&mut message["parent"]);
            }
            if let Some(author) = message["author"].get_mut("user") {
                *author = names[author.as_str().unwrap()].clone();
            }
        }
    }
    plain
}

fn say(thread: ThreadId, parent: Option<MessageId>, text: &str) -> (MessageId, Mutation) {
    let message = MessageId::new(0, rand::random());
    let mutation = Mutation::SendMessage {
        thread,
        message,
        parent,
        text: text.to_owned(),
        reply: None,
    };
    (message, mutation)
}

fn tuning(temperature: Option<u32>, system: &str) -> Tuning {
    let system = system.to_owned();
    Tuning {
        temperature,
        system,
    }
}

#[tokio::test]
async fn r61_a_model_is_told_what_the_thread_says_and_else_what_its_asker_says() {
    let model = ModelServer::start().await;
    let server = TestServer::with(&["--ai-base-url", &model.base_url()]).await;
    let (ada, bob) = (server.sign_up("ada").await, server.sign_up("bob").await);
    let mut hers = Socket::open(server.addr, &ada).await;
    let thread = hers.thread().await;
    add(&server, &ada, thread, &bob, Role::Editor).await;
    let mut his = Socket::open(server.addr, &bob).await;
    his.follow(Topic::Thread(thread)).await;

    let ask = async |socket: &mut Socket| {
        let reply = socket.ask(thread, "Hi", "tester").await;
        socket.reply(reply).await;
        reply
    };
    let first = ask(&mut hers).await;
    let defaults = |temperature, system: &str| Mutation::SetDefaults {
        defaults: Defaults {
            model: None,
            tuning: tuning(temperature, system),
        },
    };
    hers.accept(defaults(Some(0), "Hers.")).await;
    his.accept(defaults(None, "His.")).await;
    ask(&mut hers).await;
    // Bob asks for another answer to what Ada said.
    let message = MessageId::new(0, rand::random());
    let reply = NewReply {
        message,
        model: "tester".into(),
    };
    let again = Mutation::Regenerate {
        thread,
        message: first,
        reply,
    };
    his.accept(again).await;
    his.reply(message).await;
    let tuning = tuning(Some(125), "The thread's.");
    his.accept(Mutation::TuneThread { thread, tuning }).await;
    let told = hers.until("the change", |frame| match frame {
        ServerFrame::Delta { ops, .. } => ops.iter().find_map(|op| match op {
            Op::Tuning(tuning) => Some(tuning.system.clone()),
            _ => None,
        }),
        _ => None,
    });
    assert_eq!(told.await, "The thread's.");
    ask(&mut hers).await;
    let asked = model.asked(4).await;
    let told: Vec<(Value, Value)> = asked
        .iter()
        .map(|it| {
            let first = it["messages"][0].clone();
            let is_system = first["role"] == "system";
            let system = if is_system {
                first["content"].clone()
            } else {
                Value::Null
            };
            (system, it["temperature"].clone())
        })
        .collect();
    assert_eq!(
        told,
        [
            (Value::Null, Value::Null),
            (json!("Hers."), json!(0.0)),
            (json!("His."), Value::Null),
            (json!("The thread's."), json!(1.25)),
        ]
    );
    let roles = asked[3]["messages"].as_array().unwrap().iter();
    let systems = roles.filter(|it| it["role"] == "system").count();
    assert_eq!(systems, 1);
}

#[tokio::test]
async fn r60_a_persons_defaults_are_on_all_of_their_devices_and_on_nobody_elses() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let mut laptop = Socket::open(server.addr, &ada).await;
    let mut phone = Socket::open(server.addr, &ada).await;
    phone.follow(Topic::User(ada.user.id)).await;
    let defaults = Defaults {
        model: Some("demo".into()),
        tuning: tuning(Some(70), "Be brief."),
    };
    let set = Mutation::SetDefaults {
        defaults: defaults.clone(),
    };
    laptop.accept(set).await;
    let told = phone.until("the defaults", |frame| match frame {
        ServerFrame::Delta { ops, .. } => match &ops[..] {
            [Op::Defaults(told)] => Some(told.clone()),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(told.await, defaults);
    let mut tablet = Socket::open(server.addr, &ada).await;
    let rows = tablet.follow(Topic::User(ada.user.id)).await;
    assert_eq!(rows, [Row::Defaults(defaults)]);
}

#[tokio::test]
async fn r62_only_members_export_and_every_one_may() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let mut socket = Socket::open(server.addr, &ada).await;
    let thread = socket.thread().await;
    socket.accept(say(thread, None, "Hello").1).await;
    let (vi, eve) = (server.sign_up("vi").await, server.sign_up("eve").await);
    add(&server, &ada, thread, &vi, Role::Viewer).await;
    let paths = ["export", "markdown"].map(|kind| format!("/api/threads/{thread}/{kind}"));
    for path in &paths {
        let text = get(&server, &vi, path).await;
        assert!(text.contains("Hello"), "{text}");
        let answer = call(&server, &eve, Method::GET, path).await;
        let refused = refusal(answer).await;
        assert_eq!(refused, (StatusCode::NOT_FOUND, ApiCode::NoSuchThread));
        assert_eq!(server.get(path).await.status(), StatusCode::UNAUTHORIZED);
    }
    for path in ["/api/export", "/api/storage"] {
        assert_eq!(server.get(path).await.status(), StatusCode::UNAUTHORIZED);
        assert!(!get(&server, &eve, path).await.contains("Hello"));
    }
    let post = server.post("/api/import", &json!({}));
    let answer = post.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);

    let user = vi.user.id;
    socket.accept(Mutation::RemoveMember { thread, user }).await;
    for path in &paths {
        let answer = call(&server, &vi, Method::GET, path).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }
    let file: Value = serde_json::from_str(&get(&server, &vi, "/api/export").await).unwrap();
    assert_eq!(file["threads"], json!([]));
    socket.accept(Mutation::DeleteThread { thread }).await;
    let answer = call(&server, &ada, Method::GET, &paths[0]).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_stored_is_counted_for_each_member() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let mut socket = Socket::open(server.addr, &ada).await;
    for _ in 0..2 {
        let thread = socket.thread().await;
        socket.accept(say(thread, None, "é!").1).await;
        socket.accept(say(thread, None, "four").1).await;
    }
    let stored: Stored = serde_json::from_str(&get(&server, &ada, "/api/storage").await).unwrap();
    let expected = Stored {
        threads: 2,
        messages: 4,
        bytes: 14,
    };
    assert_eq!(stored, expected);
}

/// A thread with versions, a deleted message, a reply that failed, two people and a tuning.
async fn rich(server: &TestServer, ada: &Person, bob: &Person) -> (Socket, ThreadId) {
    let mut socket = Socket::open(server.addr, ada).await;
    let thread = socket.thread().await;
    add(server, ada, thread, bob, Role::Editor).await;
    let reply = socket.ask(thread, "Where to? \"\\\u{1}🧵", "demo").await;
    socket.reply(reply).await;
    let wrong = socket.ask(thread, "And then?", "nothing").await;
    socket.reply(wrong).await;
    let (said, first) = say(thread, Some(reply), "Rome");
    socket.accept(first).await;
    let mut his = Socket::open(server.addr, bob).await;
    his.accept(say(thread, Some(said), "I like Rome").1).await;
    let edit = Mutation::EditMessage {
        thread,
        message: said,
        replacement: MessageId::new(0, rand::random()),
        text: "Paris".into(),
        reply: None,
    };
    socket.accept(edit).await;
    let (gone, last) = say(thread, None, "Never mind");
    socket.accept(last).await;
    let message = gone;
    socket
        .accept(Mutation::DeleteMessage { thread, message })
        .await;
    let title = "Plan: the \"trip\"".to_owned();
    socket
        .accept(Mutation::RenameThread { thread, title })
        .await;
    let pinned = true;
    socket.accept(Mutation::PinThread { thread, pinned }).await;
    let tuning = tuning(Some(30), "Be brief.");
    socket.accept(Mutation::TuneThread { thread, tuning }).await;
    (socket, thread)
}

#[tokio::test]
async fn r63_what_was_exported_is_the_same_after_it_was_imported_elsewhere() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.sign_up("ada").await, server.sign_up("bob").await);
    let (_socket, thread) = rich(&server, &ada, &bob).await;
    let file = export(&server, &ada, thread).await;
    assert_eq!(file["threads"][0]["messages"].as_array().unwrap().len(), 8);

    let other = TestServer::start().await;
    let cid = other.sign_up("cid").await;
    let mut list = Socket::open(other.addr, &cid).await;
    list.follow(Topic::User(cid.user.id)).await;
    let once = imported(&other, &cid, &file).await;
    assert_eq!((once.threads, once.messages, once.present), (1, 8, 0));
    // It is there at once on what is open.
    let copy = list.until("the thread", |frame| match frame {
        ServerFrame::Delta { ops, .. } => ops.iter().find_map(|op| match op {
            Op::Thread(row) => Some(row.clone()),
            _ => None,
        }),
        _ => None,
    });
    let copy = copy.await;
    assert_eq!((copy.role, copy.members, copy.unread), (Role::Owner, 1, 0));
    let back = export(&other, &cid, copy.id).await;
    assert_eq!(plain(&back), plain(&file));
    let rows = list.follow(Topic::Thread(copy.id)).await;
    let people = rows.iter().filter_map(|row| match row {
        Row::Member(member) => Some((member.user.name.as_str(), member.role)),
        _ => None,
    });
    let mut people: Vec<_> = people.collect();
    people.sort_unstable();
    assert_eq!(
        people,
        [("ada", None), ("bob", None), ("cid", Some(Role::Owner))]
    );

    let again = imported(&other, &cid, &file).await;
    assert_eq!((again.threads, again.present), (0, 1));
    // Who has the thread itself needs no copy; whoever is called like its author goes on as them.
    let again = imported(&server, &bob, &file).await;
    assert_eq!((again.threads, again.present), (0, 1));
    let ada_there = other.sign_up("Ada").await;
    assert_eq!(imported(&other, &ada_there, &file).await.threads, 1);
    let file: Value = serde_json::from_str(&get(&other, &ada_there, "/api/export").await).unwrap();
    let author = &file["threads"][0]["messages"][0]["author"]["user"];
    assert_eq!(*author, json!(ada_there.user.id));

    // And it is a thread like any other.
    list.accept(say(copy.id, None, "On we go").1).await;
    let rows = messages(list.follow(Topic::Thread(copy.id)).await);
    assert_eq!(rows.last().unwrap().ordinal, 9);
}

#[tokio::test]
async fn r63_a_name_in_a_file_makes_nobody_an_author_who_has_an_account() {
    let server = TestServer::start().await;
    let (ada, eve) = (server.sign_up("ada").await, server.sign_up("eve").await);
    let mut socket = Socket::open(server.addr, &ada).await;
    let thread = socket.thread().await;
    socket.accept(say(thread, None, "Mine").1).await;
    let mut file = export(&server, &ada, thread).await;
    file["threads"][0]["messages"][0]["text"] = "Eve is great".into();
    assert_eq!(imported(&server, &eve, &file).await.threads, 1);
    let all: Value = serde_json::from_str(&get(&server, &eve, "/api/export").await).unwrap();
    let author = &all["threads"][0]["messages"][0]["author"]["user"];
    assert_ne!(*author, json!(ada.user.id));
    assert_eq!(
        export(&server, &ada, thread).await["threads"][0]["messages"][0]["text"],
        "Mine"
    );
}

#[tokio::test]
async fn r63_where_an_entry_is_wrong_the_threads_before_stay_and_nothing_of_it_does() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.sign_up("ada").await, server.sign_up("bob").await);
    let mut socket = Socket::open(server.addr, &ada).await;
    for text in ["one", "two", "three"] {
        let thread = socket.thread().await;
        socket.accept(say(thread, None, text).1).await;
        socket.accept(say(thread, None, "more").1).await;
    }
    let text = get(&server, &ada, "/api/export").await;
    let mut file: Value = serde_json::from_str(&text).unwrap();
    file["threads"][1]["messages"][1]["parent"] = json!(MessageId::new(0, [9; 10]));
    let answer = import(&server, &bob, file.to_string_marked()).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let refused: NotImported = answer.json().await.unwrap();
    assert_eq!(refused.flaw, Flaw::Parent);
    assert_eq!((refused.thread, refused.message), (2, 2));
    assert_eq!(refused.before.threads, 1);
    let stored: Stored = serde_json::from_str(&get(&server, &bob, "/api/storage").await).unwrap();
    assert_eq!((stored.threads, stored.messages), (1, 2));
    // Mended, the rest of it comes.
    let answer = import(&server, &bob, text.clone()).await;
    let done: Imported = answer.json().await.unwrap();
    assert_eq!((done.threads, done.present), (2, 1));

    let cid = server.sign_up("cid").await;
    for (file, flaw) in [
        ("hello".to_owned(), Flaw::Garbled),
        ("{\"messages\":[]}".to_owned(), Flaw::NotAnExport),
        (text[..text.len() / 2].to_owned(), Flaw::Cut),
    ] {
        let answer = import(&server, &cid, file).await;
        let refused: NotImported = answer.json().await.unwrap();
        assert_eq!(refused.flaw, flaw);
    }
}

#[tokio::test]
async fn r63_a_copy_that_was_handed_over_is_not_taken_back() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.sign_up("ada").await, server.sign_up("bob").await);
    let mut hers = Socket::open(server.addr, &ada).await;
    let thread = hers.thread().await;
    hers.accept(say(thread, None, "Hi").1).await;
    let file = export(&server, &ada, thread).await;
    imported(&server, &bob, &file).await;
    let all: Value = serde_json::from_str(&get(&server, &bob, "/api/export").await).unwrap();
    let copy: ThreadId = all["threads"][0]["id"].as_str().unwrap().parse().unwrap();
    add(&server, &bob, copy, &ada, Role::Editor).await;
    let mut his = Socket::open(server.addr, &bob).await;
    let (user, role) = (ada.user.id, Role::Owner);
    his.accept(Mutation::SetRole {
        thread: copy,
        user,
        role,
    })
    .await;
    let user = bob.user.id;
    his.accept(Mutation::RemoveMember { thread: copy, user })
        .await;
    let answer = import(&server, &bob, file.to_string_marked()).await;
    let refused: NotImported = answer.json().await.unwrap();
    assert_eq!((refused.flaw, refused.thread), (Flaw::Taken, 1));
}

#[tokio::test]
async fn markdown_is_of_the_path_that_is_asked_for() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.sign_up("ada").await, server.sign_up("bob").await);
    let (_socket, thread) = rich(&server, &ada, &bob).await;
    let path = format!("/api/threads/{thread}/markdown");
    let answer = call(&server, &ada, Method::GET, &path).await;
    let named = answer.headers()["content-disposition"].to_str().unwrap();
    assert_eq!(named, "attachment; filename=\"plan-the-trip.md\"");
    let text = answer.text().await.unwrap();
    let begin = "---\ntitle: \"Plan: the \\\"trip\\\"\"\ndate: 20";
    assert!(text.starts_with(begin), "{text}");
    assert!(text.contains("\n## ada\n"), "{text}");
    assert!(text.contains("\n## demo\n"), "{text}");
    assert!(text.contains("\nParis\n"), "{text}");
    for other in ["Rome\n", "Never mind", "And then?"] {
        assert!(!text.contains(other), "{text}");
    }
    let file = export(&server, &ada, thread).await;
    let all = file["threads"][0]["messages"].as_array().unwrap();
    let through = all.iter().find(|it| it["text"] == "Rome").unwrap();
    let through = through["id"].as_str().unwrap();
    let text = get(&server, &ada, &format!("{path}?through={through}")).await;
    assert!(
        text.contains("\nI like Rome\n") && text.contains("\n## bob\n"),
        "{text}"
    );
    assert!(!text.contains("Paris"), "{text}");
}

#[tokio::test]
async fn a_reply_that_is_being_made_is_exported_as_far_as_it_is() {
    let model = ModelServer::start().await;
    let server = TestServer::with(&["--ai-base-url", &model.base_url()]).await;
    let ada = server.sign_up("ada").await;
    let mut socket = Socket::open(server.addr, &ada).await;
    let thread = socket.thread().await;
    let reply = model.next_reply();
    let message = socket.ask(thread, "Go on", "tester").await;
    reply.say("Half a");
    socket.text(message, 6).await;
    let file = export(&server, &ada, thread).await;
    let made = &file["threads"][0]["messages"][1];
    assert_eq!(
        (&made["status"], &made["text"]),
        (&json!("stopped"), &json!("Half a"))
    );
    let bob = server.sign_up("bob").await;
    assert_eq!(imported(&server, &bob, &file).await.threads, 1);
    reply.finish();
}

#[tokio::test]
async fn ten_thousand_messages_are_exported_and_imported_a_page_at_a_time() {
    const COUNT: usize = 10_000;
    let (thread, author) = (ThreadId::new(0, [1; 10]), MessageId::new(0, [2; 10]));
    let id = |at: usize| MessageId::new(at as u64, [3; 10]);
    let text = "x".repeat(1_000);
    let mut file = format!(
        "{{\"weft_export\":1,\"threads\":[\n{{\"id\":\"{thread}\",\"title\":\"Long\",\"created_at\":1,\
         \"updated_at\":2,\"people\":[{{\"id\":\"{author}\",\"name\":\"bob\"}}],\"messages\":["
    );
    for at in 0..COUNT {
        let parent = at.checked_sub(1).map(id);
        let message = json!({
            "id": id(at), "parent": parent, "author": { "user": author }, "status": "complete",
            "text": format!("{at} {text}"), "created_at": at,
        });
        file.push_str(if at == 0 { "\n" } else { ",\n" });
        file.push_str(&message.to_string());
    }
    file.push_str("\n]}\n]}\n");
    let server = TestServer::start().await;
    let ada = server.sign_up("ada").await;
    let answer = import(&server, &ada, file).await;
    let done: Imported = answer.json().await.unwrap();
    assert_eq!((done.threads, done.messages), (1, COUNT as u64));
    // Who reads slowly is waited for: what is not taken is not read.
    let mut answer = call(&server, &ada, Method::GET, "/api/export").await;
    let (mut bytes, mut parts, mut largest, mut lines) = (0, 0, 0, 0);
    while let Some(part) = soon("a part", answer.chunk()).await.unwrap() {
        bytes += part.len();
        parts += 1;
        largest = largest.max(part.len());
        lines += part.iter().filter(|byte| **byte == b'\n').count();
    }
    assert_eq!(lines, COUNT + 4);
    assert!(bytes > COUNT * 1_000);
    assert!(
        parts > 10 && largest < 1 << 20,
        "{parts} parts, up to {largest} bytes"
    );
}

/// What a made-up message is: whom it follows of those before it, who wrote it, what it says.
type Made = (prop::sample::Index, bool, u8, String, bool);

fn tree(number: u64, made: &[Made]) -> Value {
    let id = |at: usize| MessageId::new(at as u64, [3; 10]);
    let people =
        [0, 1].map(|n| json!({ "id": MessageId::new(0, [n; 10]), "name": format!("p{n}") }));
    let messages = made
        .iter()
        .enumerate()
        .map(|(at, (parent, is_root, who, text, deleted))| {
            let parent = (at > 0 && !is_root).then(|| id(parent.index(at)));
            let author = match who {
                0 | 1 => json!({ "user": people[usize::from(*who)]["id"] }),
                2 => serde_json::to_value(Author::System).unwrap(),
                _ => json!({ "assistant": "some/model" }),
            };
            let mut message = json!({
                "id": id(at), "author": author, "status": "complete", "created_at": at,
            });
            if let Some(parent) = parent {
                message["parent"] = json!(parent);
            }
            if *deleted {
                message["deleted"] = true.into();
            } else {
                message["text"] = format!("{text}.").into();
            }
            if *who == 3 {
                message["status"] = "failed".into();
                if !deleted {
                    message["error"] = json!(ErrorCode::ProviderCut);
                }
            }
            message
        });
    json!({
        "weft_export": 1,
        "threads": [{
            "id": ThreadId::new(number, [1; 10]), "title": format!("Any {number}"), "named": true, "pinned": false,
            "archived": true, "created_at": 1, "updated_at": 2, "people": people,
            "messages": messages.collect::<Vec<_>>(),
        }],
    })
}

#[test]
fn r63_any_tree_of_messages_comes_out_as_it_went_in() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (server, person) = runtime.block_on(async {
        let server = TestServer::start().await;
        let person = server.sign_up("ada").await;
        (server, person)
    });
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(32));
    let made = (
        any::<prop::sample::Index>(),
        prop::bool::weighted(0.1),
        0..5_u8,
        ".*",
        prop::bool::weighted(0.2),
    );
    let trees = prop::collection::vec(made, 1..40);
    let count = std::cell::Cell::new(0_u64);
    let done = runner.run(&trees, |made| {
        count.set(count.get() + 1);
        let file = tree(count.get(), &made);
        let back = runtime.block_on(async {
            assert_eq!(imported(&server, &person, &file).await.threads, 1);
            let text = get(&server, &person, "/api/export").await;
            let mut all: Value = serde_json::from_str(&text).unwrap();
            let title = &file["threads"][0]["title"];
            let threads = all["threads"].as_array_mut().unwrap();
            threads.retain(|thread| thread["title"] == *title);
            all
        });
        prop_assert_eq!(plain(&back), plain(&file));
        Ok(())
    });
    drop(server);
    done.unwrap();
}

//! Web push: what leaves the server, what a push service's answers mean, and where it may not go.

use reqwest::{Method, StatusCode};
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::sync::watch;
use weft_protocol::{
    ClientFrame, MessageId, Millis, Mutation, Presence, ServerFrame, ThreadId, api::ApiCode,
};
use weft_server::push::{Clock, payload, retry, trigger::DELAY_MS};
use weft_testkit::edges::{ModelServer, PushService, Pushed, TempDir};

use crate::harness::{PASSWORD, Person, Process, Socket, TestServer, refusal, request, soon};

const APP: &str = "https://chat.example.org/";
const NOON: Millis = 1_800_000_000_000;

/// A server and a push service that go by one clock, moved by hand.
struct Rig {
    server: TestServer,
    service: PushService,
    clock: watch::Sender<Millis>,
    key: String,
}

impl Rig {
    async fn start(flags: &[&str]) -> Self {
        let (hand, clock) = Clock::by_hand(NOON);
        let flags = [&["--push-allow-loopback"], flags].concat();
        let server = TestServer::by(&flags, clock.clone()).await;
        let service = PushService::start(move || clock.now()).await;
        let answer: Value = server.get("/api/push/key").await.json().await.unwrap();
        Self {
            server,
            service,
            clock: hand,
            key: answer["key"].as_str().unwrap().to_owned(),
        }
    }

    /// Somebody whose one device, a browser of the same name, is subscribed.
    async fn person(&self, name: &str) -> Person {
        let person = self.server.sign_up(name).await;
        self.subscribe(&person, name).await;
        person
    }

    async fn subscribe(&self, person: &Person, browser: &str) {
        let body = subscription(&self.service, browser, &self.key);
        let status = call(
            &self.server,
            person,
            Method::PUT,
            "subscription",
            Some(body),
        )
        .await;
        assert_eq!(status.0, StatusCode::NO_CONTENT);
    }

    async fn notify(&self, person: &Person, thread: ThreadId, title: &str, body: &str) {
        let (title, body) = (title.to_owned(), body.to_owned());
        let queued = self.server.push.notify(person.user.id, thread, title, body);
        queued.await.unwrap();
    }

    async fn received(&self, count: usize) -> Vec<Pushed> {
        let received = self.service.received(count).await;
        assert_eq!(received.len(), count);
        received
    }

    fn pass(&self, time: Millis) {
        self.clock.send_modify(|now| *now += time);
    }

    /// Waits until what is queued is this: the attempts and the time left of each job.
    async fn queued(&self, wanted: impl Fn(&[(u32, Option<Millis>)]) -> bool) {
        let db = Connection::open(self.server.data.path().join("weft.db")).unwrap();
        let now = *self.clock.borrow();
        let read = async {
            loop {
                let jobs: Vec<_> = db
                    .prepare_cached(
                        "SELECT attempts, due_at FROM push_job ORDER BY session, thread",
                    )
                    .unwrap()
                    .query_map([], |row| {
                        Ok((row.get(0)?, row.get::<_, Option<Millis>>(1)?))
                    })
                    .unwrap()
                    .map(|job| job.map(|(attempts, due)| (attempts, due.map(|due| due - now))))
                    .collect::<Result<_, _>>()
                    .unwrap();
                if wanted(&jobs) {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        soon("the queue", read).await;
    }
}

fn subscription(service: &PushService, browser: &str, key: &str) -> Value {
    let mut body = service.subscribe(browser, key);
    body["app"] = APP.into();
    body
}

fn thread(n: u8) -> ThreadId {
    ThreadId::from_bytes([n; 16])
}

async fn call(
    server: &TestServer,
    person: &Person,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> (StatusCode, Value) {
    let (name, value) = person.bearer();
    let mut request =
        request(server.addr, method, &format!("/api/push/{path}")).header(name, value);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap_or_default())
}

async fn subscribed(server: &TestServer, person: &Person) -> bool {
    let (status, said) = call(server, person, Method::GET, "subscription", None).await;
    assert_eq!(status, StatusCode::OK);
    said["subscribed"].as_bool().unwrap()
}

fn shown(pushed: &Pushed) -> (&str, &str) {
    let said = |field| pushed.payload["notification"][field].as_str().unwrap();
    (said("title"), said("body"))
}

#[tokio::test]
async fn a_push_arrives_as_it_was_queued_encrypted_and_signed() {
    let rig = Rig::start(&[]).await;
    let ada = rig.person("ada").await;
    rig.notify(&ada, thread(1), "Plans", "Bob: \u{201c}Grüße\u{201d} 👩‍🚀")
        .await;
    let [pushed] = &rig.received(1).await[..] else {
        panic!("one push");
    };
    let said = payload::show(APP, thread(1), "Plans", "Bob: \u{201c}Grüße\u{201d} 👩‍🚀");
    assert_eq!(
        pushed.payload,
        serde_json::from_str::<Value>(&said).unwrap()
    );
    let navigate = &pushed.payload["notification"]["navigate"];
    assert_eq!(navigate, &json!(format!("{APP}t/{}", thread(1))));
    assert_eq!(
        (pushed.ttl, pushed.urgency.as_str()),
        (24 * 60 * 60, "normal")
    );
    assert_eq!(pushed.topic.len(), 32, "the most that RFC 8030 allows");
    assert!(
        !thread(1)
            .to_string()
            .replace('-', "")
            .contains(&pushed.topic)
    );
    assert_eq!(pushed.contact.as_deref(), Some(APP));
    rig.queued(|jobs| jobs == [(1, None)]).await;
}

#[tokio::test]
async fn a_long_text_is_cut_to_what_every_push_service_takes() {
    let rig = Rig::start(&["--push-contact", "mailto:ops@example.org"]).await;
    let ada = rig.person("ada").await;
    rig.notify(&ada, thread(1), "Plans", &"語\"".repeat(5000))
        .await;
    let pushed = &rig.received(1).await[0];
    assert!((4080..=4096).contains(&pushed.bytes), "{}", pushed.bytes);
    assert!(shown(pushed).1.ends_with('…'));
    assert_eq!(pushed.contact.as_deref(), Some("mailto:ops@example.org"));
}

#[tokio::test]
async fn who_wants_no_text_gets_none_on_any_device() {
    let rig = Rig::start(&[]).await;
    let ada = rig.person("ada").await;
    let phone = Person::of(rig.server.sign_in("ada", PASSWORD).await).await;
    rig.subscribe(&phone, "phone").await;
    let said = call(
        &rig.server,
        &phone,
        Method::PUT,
        "text",
        Some(json!({ "text": false })),
    )
    .await;
    assert_eq!(said.0, StatusCode::NO_CONTENT);
    let (_, said) = call(&rig.server, &ada, Method::GET, "subscription", None).await;
    assert_eq!(said, json!({ "subscribed": true, "text": false }));
    rig.notify(&ada, thread(1), "Secret plans", "Bob: a secret")
        .await;
    for pushed in rig.received(2).await {
        assert_eq!(shown(&pushed), ("Weft", "New message"));
        assert!(!pushed.payload.to_string().contains("ecret"));
    }
    call(
        &rig.server,
        &ada,
        Method::PUT,
        "text",
        Some(json!({ "text": true })),
    )
    .await;
    rig.notify(&ada, thread(1), "Plans", "Bob: hi").await;
    assert_eq!(shown(&rig.received(4).await[3]), ("Plans", "Bob: hi"));
}

#[tokio::test]
async fn a_subscription_that_has_ended_is_forgotten() {
    let rig = Rig::start(&[]).await;
    let ada = rig.person("ada").await;
    for (n, status) in [(1, 404), (2, 410)] {
        rig.subscribe(&ada, "ada").await;
        rig.service.answer_next(status, &[]);
        rig.notify(&ada, thread(n), "Plans", "Bob: hi").await;
        rig.received(n.into()).await;
        rig.queued(<[_]>::is_empty).await;
        assert!(!subscribed(&rig.server, &ada).await);
    }
    rig.notify(&ada, thread(3), "Plans", "Bob: hi").await;
    rig.queued(<[_]>::is_empty).await;
}

#[tokio::test]
async fn a_failing_push_service_is_asked_again_later_and_later() {
    let rig = Rig::start(&[]).await;
    let ada = rig.person("ada").await;
    for status in [503, 500, 502] {
        rig.service.answer_next(status, &[]);
    }
    rig.notify(&ada, thread(1), "Plans", "Bob: hi").await;
    for attempt in 1..=3 {
        rig.received(attempt).await;
        let wait = retry::FIRST_WAIT_MS << (attempt - 1);
        rig.queued(|jobs| {
            matches!(jobs, [(n, Some(left))] if *n == attempt as u32 && (wait / 2..=wait).contains(left))
        })
        .await;
        rig.pass(wait);
    }
    let pushed = rig.received(4).await;
    assert!(pushed.iter().all(|each| each.payload == pushed[0].payload));
    assert!(pushed[3].ttl < pushed[0].ttl, "it is worth less by then");
    rig.queued(|jobs| jobs == [(4, None)]).await;
}

#[tokio::test]
async fn a_push_service_that_asks_for_time_gets_it() {
    let rig = Rig::start(&[]).await;
    let ada = rig.person("ada").await;
    rig.service.answer_next(429, &[("retry-after", "600")]);
    rig.notify(&ada, thread(1), "Plans", "Bob: hi").await;
    rig.queued(|jobs| jobs == [(1, Some(600_000))]).await;
    rig.received(1).await;
    rig.pass(600_000);
    rig.received(2).await;
}

#[tokio::test]
async fn a_push_is_given_up_after_a_day() {
    let rig = Rig::start(&[]).await;
    let ada = rig.person("ada").await;
    rig.service.answer_next(503, &[]);
    rig.service.answer_next(503, &[]);
    rig.notify(&ada, thread(1), "Plans", "Bob: hi").await;
    rig.queued(|jobs| matches!(jobs, [(1, Some(left))] if *left <= retry::FIRST_WAIT_MS))
        .await;
    rig.pass(retry::WORTH_MS);
    rig.received(2).await;
    rig.queued(<[_]>::is_empty).await;
    assert!(subscribed(&rig.server, &ada).await);
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let rig = Rig::start(&[]).await;
    let ada = rig.person("ada").await;
    rig.service.answer_next(307, &[("location", "/push/ada")]);
    rig.notify(&ada, thread(1), "Plans", "Bob: hi").await;
    rig.received(1).await;
    rig.queued(<[_]>::is_empty).await;
    rig.received(1).await;
}

#[tokio::test]
async fn what_was_read_is_closed_where_it_is_shown_and_nowhere_else() {
    let rig = Rig::start(&[]).await;
    let ada = rig.person("ada").await;
    rig.notify(&ada, thread(1), "Plans", "Bob: hi").await;
    rig.queued(|jobs| jobs == [(1, None)]).await;
    rig.server.push.close(ada.user.id, thread(2)).await.unwrap();
    rig.server.push.close(ada.user.id, thread(1)).await.unwrap();
    let pushed = rig.received(2).await;
    assert_eq!(pushed[1].payload, json!({ "close": thread(1).to_string() }));
    assert_eq!(pushed[1].urgency, "low");
    assert_eq!(
        pushed[1].topic, pushed[0].topic,
        "it replaces what has not arrived"
    );
    rig.queued(<[_]>::is_empty).await;
    rig.server.push.close(ada.user.id, thread(1)).await.unwrap();
    rig.notify(&ada, thread(3), "Plans", "Bob: hi").await;
    assert_eq!(shown(&rig.received(3).await[2]), ("Plans", "Bob: hi"));
}

#[tokio::test]
async fn of_a_thread_only_the_newest_is_tried_again() {
    let rig = Rig::start(&[]).await;
    let ada = rig.person("ada").await;
    rig.service.answer_next(429, &[("retry-after", "600")]);
    rig.notify(&ada, thread(1), "Plans", "Bob: one").await;
    rig.queued(|jobs| jobs == [(1, Some(600_000))]).await;
    rig.notify(&ada, thread(1), "Plans", "Bob: two").await;
    assert_eq!(shown(&rig.received(2).await[1]), ("Plans", "Bob: two"));
    rig.queued(|jobs| jobs == [(1, None)]).await;
}

#[tokio::test]
async fn a_device_that_signs_out_is_pushed_to_no_more() {
    let rig = Rig::start(&[]).await;
    let ada = rig.person("ada").await;
    let phone = Person::of(rig.server.sign_in("ada", PASSWORD).await).await;
    rig.subscribe(&phone, "phone").await;
    let (name, value) = ada.bearer();
    let out = rig
        .server
        .post("/api/sign-out", &json!({}))
        .header(name, value);
    assert_eq!(out.send().await.unwrap().status(), StatusCode::NO_CONTENT);
    rig.notify(&ada, thread(1), "Plans", "Bob: hi").await;
    assert_eq!(rig.received(1).await[0].to, "phone");
    rig.queued(|jobs| jobs == [(1, None)]).await;
    let off = call(&rig.server, &phone, Method::DELETE, "subscription", None).await;
    assert_eq!(off.0, StatusCode::NO_CONTENT);
    assert!(!subscribed(&rig.server, &phone).await);
    rig.queued(<[_]>::is_empty).await;
}

#[tokio::test]
async fn a_browser_is_pushed_to_for_who_subscribed_it_last() {
    let rig = Rig::start(&[]).await;
    let ada = rig.person("ada").await;
    let bob = rig.server.sign_up("bob").await;
    rig.subscribe(&bob, "ada").await;
    assert!(!subscribed(&rig.server, &ada).await);
    rig.notify(&ada, thread(1), "Plans", "for Ada").await;
    rig.notify(&bob, thread(1), "Plans", "for Bob").await;
    assert_eq!(shown(&rig.received(1).await[0]), ("Plans", "for Bob"));
}

#[tokio::test]
async fn only_what_is_a_subscription_is_kept() {
    let server = TestServer::start().await;
    let service = PushService::start(|| NOON).await;
    let ada = server.sign_up("ada").await;
    let mut good = subscription(&service, "ada", "");
    good["endpoint"] = "https://push.example.org/a".into();
    let put = async |field: &str, value: Value| {
        let mut body = good.clone();
        *body.pointer_mut(field).unwrap() = value;
        call(&server, &ada, Method::PUT, "subscription", Some(body))
            .await
            .0
    };
    for endpoint in [
        "http://push.example.org/a",
        "https://127.0.0.1/a",
        "https://10.0.0.1/a",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/a",
        "https://[fd00::1]/a",
        "https://[::ffff:192.168.0.1]/a",
        "ftp://push.example.org/a",
        "nowhere",
        &format!("https://push.example.org/{}", "x".repeat(4096)),
    ] {
        let status = put("/endpoint", endpoint.into()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{endpoint}");
    }
    for key in [json!(""), json!("AAAA"), json!("B".repeat(87)), json!(7)] {
        assert_eq!(
            put("/keys/p256dh", key.clone()).await,
            StatusCode::BAD_REQUEST,
            "{key}"
        );
        assert_eq!(
            put("/keys/auth", key.clone()).await,
            StatusCode::BAD_REQUEST,
            "{key}"
        );
    }
    let long = format!("https://a.example.org/{}/", "x".repeat(600));
    for app in [
        "javascript:x/",
        "chat/",
        "https://a.example.org/x?y/",
        "https://a.example.org/x",
        &long,
    ] {
        assert_eq!(
            put("/app", app.into()).await,
            StatusCode::BAD_REQUEST,
            "{app}"
        );
    }
    assert!(!subscribed(&server, &ada).await);
    assert_eq!(put("/app", APP.into()).await, StatusCode::NO_CONTENT);
    assert!(subscribed(&server, &ada).await);
    let nobody = request(server.addr, Method::PUT, "/api/push/subscription").json(&good);
    let refused = refusal(nobody.send().await.unwrap()).await;
    assert_eq!(
        refused,
        (StatusCode::UNAUTHORIZED, ApiCode::Unauthenticated)
    );
}

#[tokio::test]
async fn the_key_that_devices_subscribe_with_stays() {
    let data = TempDir::new("push-key");
    let mut keys = Vec::new();
    for _ in 0..2 {
        let process = Process::start(&data, &[], &[]).await;
        let answer = request(process.addr, Method::GET, "/api/push/key")
            .send()
            .await;
        keys.push(answer.unwrap().json::<Value>().await.unwrap());
        process.kill().await;
    }
    assert_eq!(keys[0], keys[1]);
    assert_eq!(
        keys[0]["key"].as_str().unwrap().len(),
        87,
        "an uncompressed point"
    );
}

/// Has the thread on screen, and knows that the server knows it.
async fn look(socket: &mut Socket, thread: ThreadId) {
    let state = Presence::Here;
    socket.send(&ClientFrame::Presence { thread, state }).await;
    let here = |frame: &ServerFrame| matches!(frame, ServerFrame::Presence(_)).then_some(());
    socket.until("who is here", here).await;
}

async fn say(socket: &mut Socket, thread: ThreadId, text: &str) {
    let (message, text) = (MessageId::new(0, rand::random()), text.to_owned());
    let (parent, reply) = (None, None);
    socket
        .accept(Mutation::SendMessage {
            thread,
            message,
            parent,
            text,
            reply,
        })
        .await;
}

/// Makes somebody a member of a thread.
async fn add(rig: &Rig, owner: &Person, thread: ThreadId, name: &str) {
    let (header, value) = owner.bearer();
    let path = format!("/api/threads/{thread}/members");
    let body = json!({ "username": name, "role": "editor" });
    let call = rig.server.post(&path, &body).header(header, value);
    assert_eq!(call.send().await.unwrap().status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_reply_is_pushed_to_who_left_before_its_end() {
    let model = ModelServer::start().await;
    let rig = Rig::start(&["--ai-base-url", &model.base_url()]).await;
    let (ada, bob) = (rig.person("ada").await, rig.person("bob").await);
    let (mut stays, mut leaves) = (
        Socket::open(rig.server.addr, &ada).await,
        Socket::open(rig.server.addr, &bob).await,
    );
    for socket in [&mut stays, &mut leaves] {
        let thread = socket.thread().await;
        look(socket, thread).await;
        let reply = model.next_reply();
        let asked = socket.ask(thread, "Say it", "tester").await;
        reply.finish_with("Hello from the model.", 5);
        socket.reply(asked).await;
    }
    leaves.close().await;
    let left = async {
        let gone = "weft_sockets 1\n";
        while !rig
            .server
            .get("/metrics")
            .await
            .text()
            .await
            .unwrap()
            .contains(gone)
        {}
    };
    soon("the socket to be gone", left).await;
    // The hub takes what happens in order: it knows by then.
    Socket::open(rig.server.addr, &ada).await;
    rig.pass(DELAY_MS);
    let pushed = &rig.received(1).await[0];
    assert_eq!(
        (pushed.to.as_str(), shown(pushed).1),
        ("bob", "Hello from the model.")
    );
    rig.queued(|jobs| jobs == [(1, None)]).await;
}

#[tokio::test]
async fn an_open_app_that_shows_something_else_is_pushed_to() {
    let rig = Rig::start(&[]).await;
    let (ada, bob) = (rig.person("ada").await, rig.person("bob").await);
    let mut writes = Socket::open(rig.server.addr, &ada).await;
    let thread = writes.thread().await;
    add(&rig, &ada, thread, "bob").await;
    let mut reads = Socket::open(rig.server.addr, &bob).await;
    let other = reads.thread().await;
    look(&mut reads, other).await;
    say(&mut writes, thread, "Hi").await;
    rig.pass(DELAY_MS);
    assert_eq!(shown(&rig.received(1).await[0]).1, "ada: Hi");
}

#[tokio::test]
async fn what_was_read_in_time_is_not_pushed_and_what_is_read_later_is_closed() {
    let rig = Rig::start(&[]).await;
    let (ada, bob) = (rig.person("ada").await, rig.person("bob").await);
    let mut writes = Socket::open(rig.server.addr, &ada).await;
    let (first, second) = (writes.thread().await, writes.thread().await);
    for thread in [first, second] {
        add(&rig, &ada, thread, "bob").await;
    }
    say(&mut writes, first, "one").await;
    rig.pass(DELAY_MS);
    assert_eq!(shown(&rig.received(1).await[0]).1, "ada: one");
    rig.queued(|jobs| jobs == [(1, None)]).await;

    let mut reads = Socket::open(rig.server.addr, &bob).await;
    let read = async |socket: &mut Socket, through| {
        let thread = first;
        socket.accept(Mutation::MarkRead { thread, through }).await;
    };
    read(&mut reads, 1).await;
    let closed = &rig.received(2).await[1].payload;
    assert_eq!(closed, &json!({ "close": first.to_string() }));
    rig.queued(<[_]>::is_empty).await;

    say(&mut writes, first, "two").await;
    read(&mut reads, 2).await;
    say(&mut writes, second, "three").await;
    rig.pass(DELAY_MS);
    // Of what is due at once the first thread would be first.
    assert_eq!(shown(&rig.received(3).await[2]).1, "ada: three");
    rig.queued(|jobs| jobs == [(1, None)]).await;
}

#[tokio::test]
async fn who_has_muted_a_thread_or_left_it_is_told_nothing() {
    let rig = Rig::start(&[]).await;
    let ada = rig.person("ada").await;
    let mut writes = Socket::open(rig.server.addr, &ada).await;
    let thread = writes.thread().await;
    let muted = true;
    for name in ["leaver", "muter", "reader"] {
        let person = rig.person(name).await;
        add(&rig, &ada, thread, name).await;
        let mut socket = Socket::open(rig.server.addr, &person).await;
        let user = person.user.id;
        match name {
            "leaver" => drop(socket.accept(Mutation::RemoveMember { thread, user }).await),
            "muter" => drop(socket.accept(Mutation::MuteThread { thread, muted }).await),
            _ => {}
        }
    }
    say(&mut writes, thread, "Hi").await;
    rig.pass(DELAY_MS);
    assert_eq!(rig.received(1).await[0].to, "reader");
    rig.queued(|jobs| jobs == [(1, None)]).await;
    // But who is mentioned is told.
    say(&mut writes, thread, "@muter?").await;
    rig.pass(DELAY_MS);
    let muter = rig.service.received(3).await;
    let muter: Vec<_> = muter.iter().filter(|pushed| pushed.to == "muter").collect();
    assert_eq!(muter.len(), 1);
    assert_eq!(shown(muter[0]).1, "ada: @muter?");
}

//! One of each frame and row as it travels. A change of these files is a change of the protocol: run
//! with `WEFT_BLESS=1` to write them, and say so in SPEC.md.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something is not as it should be"
)]

use std::{fmt::Debug, fs, path::PathBuf};

use serde::{Serialize, de::DeserializeOwned};
use weft_protocol::{
    About, Author, Checksum, ClientFrame, Cursor, Defaults, ErrorCode, InstallationId, Limits,
    MemberRow, MessageId, MessageRow, Model, Mutation, NewReply, NoticeRow, Online, Op, Path,
    Person, Place, Presence, Present, Role, Row, ServerFrame, Status, ThreadId, ThreadRow, Topic,
    Tuning, User, UserId, Versions,
    api::{
        ApiCode, ApiError, Credentials, Device, Devices, Farewell, Flaw, Imported, Keep, LastSeen,
        NewPassword, NotImported, Privacy, Profile, Seen, Session, Stored,
    },
    frame::{Head, Held, Subscription},
    presence,
    row::Settle,
};

fn user() -> UserId {
    UserId::new(1_700_000_000_000, [1; 10])
}

fn thread() -> ThreadId {
    ThreadId::new(1_700_000_000_001, [2; 10])
}

fn message(n: u8) -> MessageId {
    MessageId::new(1_700_000_000_002, [n; 10])
}

fn installation() -> InstallationId {
    InstallationId::new(1_700_000_000_003, [9; 10])
}

fn thread_row() -> ThreadRow {
    ThreadRow {
        id: thread(),
        title: "Plan the trip".into(),
        named: true,
        pinned: true,
        archived: false,
        deleted: false,
        generating: 1,
        model: Some("demo".into()),
        role: Role::Owner,
        members: 1,
        last: 0,
        read: 0,
        unread: 0,
        muted: false,
        created_at: 1_700_000_000_001,
        updated_at: 1_700_000_000_009,
    }
}

fn member_row() -> MemberRow {
    MemberRow {
        user: User::new(user(), "ada"),
        role: Some(Role::Editor),
    }
}

/// Somebody who has chosen how they are called and shown.
fn named() -> User {
    User {
        display: Some("Ada Lovelace".into()),
        colour: Some(3),
        ..User::new(user(), "ada")
    }
}

fn notice_row(about: About) -> NoticeRow {
    NoticeRow {
        n: 7,
        thread: thread(),
        about,
        read: false,
        shown: 0,
        created_at: 1_700_000_000_005,
    }
}

fn place() -> Place {
    Place {
        message: message(3),
        ordinal: 4,
        depth: 2,
    }
}

fn message_row() -> MessageRow {
    MessageRow {
        id: message(3),
        thread: thread(),
        ordinal: 1,
        parent: None,
        depth: 1,
        siblings: vec![],
        author: Author::User(user()),
        status: Status::Complete,
        text: "Where to?".into(),
        error: None,
        deleted: false,
        created_at: 1_700_000_000_005,
    }
}

fn reply_row() -> MessageRow {
    MessageRow {
        id: message(4),
        ordinal: 2,
        parent: Some(message(3)),
        depth: 2,
        siblings: vec![message(4), message(6)],
        author: Author::Assistant("demo".into()),
        status: Status::Failed,
        text: "To the".into(),
        error: Some(ErrorCode::ProviderCut),
        ..message_row()
    }
}

fn reply() -> NewReply {
    NewReply {
        message: message(4),
        model: "demo".into(),
    }
}

fn tuning() -> Tuning {
    Tuning {
        temperature: Some(70),
        system: "Answer in French.".into(),
    }
}

fn defaults() -> Defaults {
    Defaults {
        model: Some("demo".into()),
        tuning: tuning(),
    }
}

fn cursor() -> Cursor {
    Cursor { epoch: 7, seq: 12 }
}

fn topic() -> Topic {
    Topic::Thread(thread())
}

fn head() -> Head {
    Head {
        topic: topic(),
        cursor: cursor(),
    }
}

fn held() -> Held {
    Held {
        message: message(4),
        offset: 120,
    }
}

fn person(typing_ms: u64) -> Person {
    let (id, name) = (user(), "Ada");
    Person {
        user: User::new(id, name),
        typing_ms,
    }
}

/// Of whom nothing has changed.
fn present() -> Present {
    Present {
        thread: thread(),
        all: false,
        people: vec![],
        gone: vec![],
        count: 0,
        typing: 0,
    }
}

fn golden<T: Serialize + DeserializeOwned + PartialEq + Debug>(file: &str, cases: &[(&str, T)]) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(file);
    let lines = cases.iter().map(|(name, value)| {
        let json = serde_json::to_string(value).unwrap();
        assert_eq!(&serde_json::from_str::<T>(&json).unwrap(), value, "{name}");
        format!("{name} {json}\n")
    });
    let written: String = lines.collect();
    if std::env::var_os("WEFT_BLESS").is_some() {
        fs::write(&path, &written).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap();
    assert_eq!(written, expected, "{} is not what travels", path.display());
}

#[test]
fn r4_every_client_frame_travels_as_its_golden_line() {
    let subscription = Subscription {
        topic: topic(),
        cursor: Some(cursor()),
        streams: vec![held()],
    };
    let fresh = Subscription {
        topic: Topic::User(user()),
        cursor: None,
        streams: vec![],
    };
    golden(
        "client_frames.txt",
        &[
            (
                "hello",
                ClientFrame::Hello {
                    versions: Versions::SUPPORTED,
                    installation: installation(),
                    term: 0,
                    token: Some("secret".into()),
                    topics: vec![fresh, subscription.clone()],
                },
            ),
            (
                "hello_of_a_leader",
                ClientFrame::Hello {
                    versions: Versions::SUPPORTED,
                    installation: installation(),
                    term: 4,
                    token: None,
                    topics: vec![],
                },
            ),
            ("subscribe", ClientFrame::Subscribe(subscription)),
            ("unsubscribe", ClientFrame::Unsubscribe { topic: topic() }),
            (
                "mutate",
                ClientFrame::Mutate {
                    n: 3,
                    mutation: Mutation::CreateThread { thread: thread() },
                },
            ),
            (
                "page",
                ClientFrame::Page {
                    thread: thread(),
                    path: Path::Newest,
                    from: 51,
                    limit: 50,
                },
            ),
            (
                "page_of_a_path_to",
                ClientFrame::Page {
                    thread: thread(),
                    path: Path::To(message(4)),
                    from: 1,
                    limit: 200,
                },
            ),
            (
                "page_of_a_path_through",
                ClientFrame::Page {
                    thread: thread(),
                    path: Path::Through(message(4)),
                    from: 1,
                    limit: 1,
                },
            ),
            (
                "open",
                ClientFrame::Open {
                    thread: thread(),
                    held: held(),
                },
            ),
            ("ping", ClientFrame::Ping),
            ("pong", ClientFrame::Pong),
            (
                "presence",
                ClientFrame::Presence {
                    thread: thread(),
                    state: Presence::Typing,
                },
            ),
            ("online", ClientFrame::Online(true)),
        ],
    );
}

#[test]
fn r4_every_server_frame_travels_as_its_golden_line() {
    let demo = Model {
        id: "demo".into(),
        name: "Demo".into(),
        about: Some("Built in. Not an AI.".into()),
    };
    golden(
        "server_frames.txt",
        &[
            (
                "welcome",
                ServerFrame::Welcome {
                    version: 1,
                    user: User::new(user(), "Ada"),
                    last_n: 2,
                    now: 1_700_000_000_010,
                    limits: Limits::default(),
                    capabilities: vec![presence::CAPABILITY.into(), presence::ONLINE.into()],
                },
            ),
            ("models", ServerFrame::Models { models: vec![demo] }),
            (
                "snapshot",
                ServerFrame::Snapshot {
                    topic: topic(),
                    cursor: cursor(),
                    rows: vec![Row::Message(message_row())],
                },
            ),
            (
                "delta",
                ServerFrame::Delta {
                    topic: topic(),
                    base: 11,
                    cursor: cursor(),
                    ops: vec![Op::Message(reply_row())],
                },
            ),
            (
                "ack",
                ServerFrame::Ack {
                    n: 3,
                    effects: vec![head()],
                },
            ),
            (
                "nack",
                ServerFrame::Nack {
                    n: 4,
                    code: ErrorCode::EmptyText,
                },
            ),
            ("gap", ServerFrame::Gap { expected: 5 }),
            ("busy", ServerFrame::Busy { n: 5, wait_ms: 200 }),
            (
                "page",
                ServerFrame::Page {
                    thread: thread(),
                    path: Path::Through(message(3)),
                    from: 1,
                    tip: Some(message(4)),
                    length: 2,
                    rows: vec![message_row(), reply_row()],
                },
            ),
            (
                "page_of_no_path",
                ServerFrame::Page {
                    thread: thread(),
                    path: Path::Newest,
                    from: 51,
                    tip: None,
                    length: 0,
                    rows: vec![],
                },
            ),
            (
                "stream",
                ServerFrame::Stream {
                    handle: 3,
                    thread: thread(),
                    held: held(),
                },
            ),
            ("text", ServerFrame::Text(3, 120, "né ".into())),
            (
                "ping",
                ServerFrame::Ping {
                    heads: vec![head()],
                },
            ),
            ("pong", ServerFrame::Pong),
            (
                "drain",
                ServerFrame::Drain {
                    in_ms: 500,
                    spread_ms: 5_000,
                },
            ),
            (
                "error",
                ServerFrame::Error {
                    code: ErrorCode::NoSuchTopic,
                    topic: Some(topic()),
                },
            ),
            (
                "error_of_the_connection",
                ServerFrame::Error {
                    code: ErrorCode::Superseded,
                    topic: None,
                },
            ),
            (
                "presence",
                ServerFrame::Presence(Present {
                    people: vec![person(4_200)],
                    gone: vec![UserId::new(1_700_000_000_004, [8; 10])],
                    ..present()
                }),
            ),
            (
                "presence_of_all",
                ServerFrame::Presence(Present {
                    all: true,
                    people: vec![person(0)],
                    ..present()
                }),
            ),
            (
                "presence_of_many",
                ServerFrame::Presence(Present {
                    all: true,
                    count: 1_200,
                    typing: 3,
                    ..present()
                }),
            ),
            (
                "online",
                ServerFrame::Online(Online {
                    all: false,
                    threads: vec![thread()],
                    gone: vec![ThreadId::new(1_700_000_000_005, [8; 10])],
                }),
            ),
            (
                "online_of_all",
                ServerFrame::Online(Online {
                    all: true,
                    ..Online::default()
                }),
            ),
        ],
    );
}

#[test]
fn r2_every_row_and_op_travels_as_its_golden_line() {
    golden(
        "rows.txt",
        &[
            ("thread", Row::Thread(thread_row())),
            (
                "shared_thread",
                Row::Thread(ThreadRow {
                    role: Role::Viewer,
                    members: 3,
                    ..thread_row()
                }),
            ),
            (
                "unread_thread",
                Row::Thread(ThreadRow {
                    last: 12,
                    read: 7,
                    unread: 3,
                    muted: true,
                    ..thread_row()
                }),
            ),
            ("member", Row::Member(member_row())),
            (
                "member_with_profile",
                Row::Member(MemberRow {
                    user: named(),
                    role: None,
                }),
            ),
            (
                "mention",
                Row::Notice(notice_row(About::Mention {
                    by: member_row().user,
                    at: place(),
                })),
            ),
            (
                "reply_ended",
                Row::Notice(notice_row(About::Reply {
                    model: "demo".into(),
                    status: Status::Complete,
                    at: place(),
                })),
            ),
            (
                "added",
                Row::Notice(notice_row(About::Added {
                    by: member_row().user,
                })),
            ),
            ("message", Row::Message(message_row())),
            ("reply", Row::Message(reply_row())),
            (
                "tombstone",
                Row::Message(MessageRow {
                    text: "".into(),
                    deleted: true,
                    ..message_row()
                }),
            ),
            ("defaults", Row::Defaults(defaults())),
            ("no_defaults", Row::Defaults(Defaults::default())),
            ("tuning", Row::Tuning(tuning())),
        ],
    );
    golden(
        "ops.txt",
        &[
            ("thread", Op::Thread(thread_row())),
            ("message", Op::Message(message_row())),
            ("member", Op::Member(member_row())),
            ("user", Op::User(named())),
            (
                "former_member",
                Op::Member(MemberRow {
                    role: None,
                    ..member_row()
                }),
            ),
            ("thread_gone", Op::ThreadGone(thread())),
            (
                "notice",
                Op::Notice(NoticeRow {
                    read: true,
                    shown: 9,
                    ..notice_row(About::Joined {
                        who: member_row().user,
                    })
                }),
            ),
            ("notice_gone", Op::NoticeGone(7)),
            ("siblings", Op::Siblings(vec![message(4), message(6)])),
            (
                "settle",
                Op::Settle(Settle {
                    message: message(4),
                    status: Status::Complete,
                    error: None,
                    len: 9,
                    checksum: Checksum::of("To Paris."),
                }),
            ),
            ("defaults", Op::Defaults(defaults())),
            ("tuning", Op::Tuning(tuning())),
            ("no_tuning", Op::Tuning(Tuning::default())),
        ],
    );
}

#[test]
fn r9_every_mutation_travels_as_its_golden_line() {
    let thread = thread();
    let message = message(3);
    golden(
        "mutations.txt",
        &[
            ("create_thread", Mutation::CreateThread { thread }),
            (
                "rename_thread",
                Mutation::RenameThread {
                    thread,
                    title: "Trip".into(),
                },
            ),
            (
                "pin_thread",
                Mutation::PinThread {
                    thread,
                    pinned: true,
                },
            ),
            (
                "archive_thread",
                Mutation::ArchiveThread {
                    thread,
                    archived: true,
                },
            ),
            (
                "mark_read",
                Mutation::MarkRead {
                    thread,
                    through: 12,
                },
            ),
            ("mark_unread", Mutation::MarkUnread { thread, from: 7 }),
            (
                "mute_thread",
                Mutation::MuteThread {
                    thread,
                    muted: true,
                },
            ),
            (
                "mark_notices_read",
                Mutation::MarkNoticesRead { thread, through: 7 },
            ),
            (
                "show_notice",
                Mutation::ShowNotice {
                    thread,
                    n: 7,
                    by: 9,
                },
            ),
            ("delete_thread", Mutation::DeleteThread { thread }),
            ("restore_thread", Mutation::RestoreThread { thread }),
            (
                "send_message",
                Mutation::SendMessage {
                    thread,
                    message,
                    parent: None,
                    text: "Hi".into(),
                    reply: Some(reply()),
                },
            ),
            (
                "send_message_after_one",
                Mutation::SendMessage {
                    thread,
                    message,
                    parent: Some(self::message(2)),
                    text: "Hi".into(),
                    reply: None,
                },
            ),
            ("stop_reply", Mutation::StopReply { thread, message }),
            (
                "regenerate",
                Mutation::Regenerate {
                    thread,
                    message,
                    reply: reply(),
                },
            ),
            (
                "edit_message",
                Mutation::EditMessage {
                    thread,
                    message,
                    replacement: self::message(5),
                    text: "Hello".into(),
                    reply: None,
                },
            ),
            (
                "delete_message",
                Mutation::DeleteMessage { thread, message },
            ),
            (
                "set_role",
                Mutation::SetRole {
                    thread,
                    user: user(),
                    role: Role::Viewer,
                },
            ),
            (
                "remove_member",
                Mutation::RemoveMember {
                    thread,
                    user: user(),
                },
            ),
            (
                "set_defaults",
                Mutation::SetDefaults {
                    defaults: defaults(),
                },
            ),
            (
                "tune_thread",
                Mutation::TuneThread {
                    thread,
                    tuning: tuning(),
                },
            ),
        ],
    );
}

#[test]
fn every_account_body_travels_as_its_golden_line() {
    golden(
        "api.txt",
        &[(
            "credentials",
            Wire(Credentials {
                username: "ada".into(),
                password: "correct horse".into(),
                keep: Keep::Token,
                invite: None,
            }),
        )],
    );
    golden(
        "api_password.txt",
        &[(
            "new_password",
            Wire(NewPassword {
                current: "correct horse".into(),
                new: "battery staple".into(),
            }),
        )],
    );
    golden(
        "api_session.txt",
        &[(
            "session",
            Wire(Session {
                user: User::new(user(), "Ada"),
                token: Some("secret".into()),
            }),
        )],
    );
    let profile = Profile {
        display: Some("Ada Lovelace".into()),
        colour: Some(3),
    };
    golden("api_profile.txt", &[("profile", profile)]);
    golden("api_privacy.txt", &[("privacy", Privacy { hides: true })]);
    let farewell = Farewell {
        password: "correct horse".into(),
    };
    golden("api_farewell.txt", &[("farewell", Wire(farewell))]);
    let device = Device {
        id: "00112233445566778899aabbccddeeff".into(),
        name: "Firefox on Linux".into(),
        created_at: 1_700_000_000_000,
        used_at: 1_700_000_060_000,
        connected: true,
        here: false,
    };
    let devices = Devices {
        devices: vec![device],
    };
    golden("api_devices.txt", &[("devices", devices)]);
    let people = vec![LastSeen {
        user: user(),
        minutes: 5,
    }];
    golden("api_seen.txt", &[("seen", Seen { people })]);
    golden(
        "api_storage.txt",
        &[(
            "stored",
            Stored {
                threads: 12,
                messages: 3_400,
                bytes: 5_600_000,
            },
        )],
    );
    let imported = Imported {
        threads: 2,
        messages: 30,
        present: 1,
    };
    golden("api_imported.txt", &[("imported", imported)]);
    let refused = NotImported {
        flaw: Flaw::Parent,
        thread: 4,
        message: 7,
        line: 41,
        before: imported,
    };
    golden(
        "api_not_imported.txt",
        &[
            ("an_entry", refused),
            (
                "the_file",
                NotImported {
                    flaw: Flaw::NotAnExport,
                    thread: 0,
                    message: 0,
                    line: 1,
                    before: Imported::default(),
                },
            ),
        ],
    );
    golden(
        "api_errors.txt",
        &[
            (
                "plain",
                ApiError {
                    code: ApiCode::UsernameTaken,
                    retry_after: None,
                },
            ),
            (
                "wait",
                ApiError {
                    code: ApiCode::TooManyAttempts,
                    retry_after: Some(30),
                },
            ),
        ],
    );
}

/// Passwords and tokens have no `Debug`, so that no log can hold them; a failing test must not
/// either.
#[derive(PartialEq, Serialize, serde::Deserialize)]
#[serde(transparent)]
struct Wire<T>(T);

impl<T> Debug for Wire<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}

#[test]
fn r4_unknown_fields_are_ignored_and_unknown_frames_are_an_error() {
    let newer = r#"{"ack":{"n":1,"effects":[],"colour":"blue"}}"#;
    assert_eq!(
        ServerFrame::decode(newer),
        Ok(ServerFrame::Ack {
            n: 1,
            effects: vec![]
        })
    );
    assert!(ServerFrame::decode(r#"{"sing":{}}"#).is_err());
    assert!(ClientFrame::decode("").is_err());
    assert!(
        ClientFrame::decode(r#"{"page":{"thread":"x","path":"newest","from":1,"limit":1}}"#)
            .is_err()
    );
}

#[test]
fn a_name_to_be_called_by_is_one_line_of_few_characters() {
    let tidy = |display: &str, colour| {
        let display = Some(display.to_owned());
        Profile { display, colour }.tidy()
    };
    let named = |display: &str| tidy(display, None).map(|profile| profile.display);
    assert_eq!(named(" Ada Lovelace "), Some(Some("Ada Lovelace".into())));
    assert_eq!(named("  "), Some(None));
    assert_eq!(named(&"ä".repeat(40)), Some(Some("ä".repeat(40))));
    for wrong in ["a\nb", "a\u{7}b", "a\u{202e}b", &"a".repeat(41)] {
        assert_eq!(named(wrong), None);
    }
    assert_eq!(
        tidy("Ada", Some(5)).and_then(|profile| profile.colour),
        Some(5)
    );
    assert_eq!(tidy("Ada", Some(6)), None);
}

//! The app's JSON against `serde_json`: they read the same of every text, and write the same text.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something is not as it should be"
)]

use std::{fmt::Debug, fs, path::PathBuf};

use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use weft_protocol::{
    ClientFrame, Mutation, Op, Row, ServerFrame,
    api::{
        ApiError, Credentials, Devices, Farewell, Imported, NewPassword, NotImported, Privacy,
        Profile, Seen, Session, Stored,
    },
    json,
};

fn golden(file: &str) -> Vec<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(file);
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().map(|line| line.split_once(' ').unwrap().1);
    lines.map(str::to_owned).collect()
}

fn there_and_back<T: DeserializeOwned + Serialize>(line: &str) {
    assert_eq!(
        json::read::<T>(line).map(|value| json::write(&value)),
        Ok(line.to_owned())
    );
}

fn written<T: DeserializeOwned + Serialize>(line: &str) {
    assert_eq!(json::write(&serde_json::from_str::<T>(line).unwrap()), line);
}

fn same<T: DeserializeOwned + PartialEq + Debug>(text: &str) {
    let expected = serde_json::from_str::<T>(text).ok();
    assert_eq!(json::read::<T>(text).ok(), expected, "{text}");
}

#[test]
fn every_golden_line_is_read_and_written_as_it_travels() {
    type Check = fn(&str);
    let files: [(&str, Check); 17] = [
        ("server_frames.txt", there_and_back::<ServerFrame>),
        ("rows.txt", there_and_back::<Row>),
        ("ops.txt", there_and_back::<Op>),
        ("mutations.txt", there_and_back::<Mutation>),
        ("api.txt", there_and_back::<Credentials>),
        ("api_password.txt", there_and_back::<NewPassword>),
        ("api_profile.txt", there_and_back::<Profile>),
        ("api_privacy.txt", there_and_back::<Privacy>),
        ("api_farewell.txt", there_and_back::<Farewell>),
        ("api_devices.txt", there_and_back::<Devices>),
        ("api_seen.txt", there_and_back::<Seen>),
        ("api_session.txt", there_and_back::<Session>),
        ("api_errors.txt", there_and_back::<ApiError>),
        ("api_storage.txt", there_and_back::<Stored>),
        ("api_imported.txt", there_and_back::<Imported>),
        ("api_not_imported.txt", there_and_back::<NotImported>),
        // The server alone reads these.
        ("client_frames.txt", written::<ClientFrame>),
    ];
    for (file, check) in files {
        for line in golden(file) {
            check(&line);
        }
    }
}

#[test]
fn what_is_not_json_is_not_read() {
    for text in [
        "",
        " ",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1]]",
        "[01]",
        "[-1]",
        "[1.0]",
        "[1e2]",
        "[1.]",
        "[18446744073709551616]",
        "[18446744073709551615]",
        "[ 1 , 2 ]",
        "[]",
        "{}",
        "[nul]",
    ] {
        same::<Vec<u64>>(text);
    }
    for text in [
        r#""\u00e9\ud83d\ude00\n\/""#,
        r#""\ud83d""#,
        r#""\ud83dx""#,
        r#""\ud83d\n""#,
        r#""\ud83d\u0041""#,
        r#""\ude00""#,
        r#""\u12""#,
        r#""\u+123""#,
        r#""\u12é4""#,
        r#""\x""#,
        r#""\"#,
        r#"""#,
        "\"\u{1}\"",
        "\"\u{7f}é\"",
    ] {
        same::<String>(text);
        same::<Option<String>>(text);
    }
    assert_eq!(json::read::<Vec<bool>>("[true,1]").unwrap_err().at, 6);
}

#[test]
fn a_variant_is_a_name_or_an_object_of_one_member() {
    for text in [
        r#""pong""#,
        r#"{"pong":null}"#,
        r#"{"pong":1}"#,
        r#""gap""#,
        r#"{"gap":{"expected":1}}"#,
        r#"{"gap":null}"#,
        r#"{"gap":{"expected":1},"pong":null}"#,
        r#"{"gap":{"expected":1,"expected":2}}"#,
        r#"{"gap":{}}"#,
        "{}",
        r#"{"d":[1,2,"x"]}"#,
        r#"{"d":[1,2]}"#,
        r#"{"d":[1,2,"x",4]}"#,
    ] {
        same::<ServerFrame>(text);
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 30, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn r4_an_unknown_field_is_ignored_whatever_it_holds(value in value(), pretty: bool) {
        let frame = serde_json::json!({ "gap": { "colour": value, "expected": 3 } });
        let text = if pretty { serde_json::to_string_pretty(&frame) } else { serde_json::to_string(&frame) };
        prop_assert_eq!(json::read(&text.unwrap()), Ok(ServerFrame::Gap { expected: 3 }));
    }

    #[test]
    fn any_string_is_read_as_it_was_written(text in "[\\PC\\x00-\\x7f]*") {
        let written = serde_json::to_string(&text).unwrap();
        prop_assert_eq!(&json::write(&text), &written);
        prop_assert_eq!(json::read(&written), Ok(text));
    }

    #[test]
    fn a_frame_that_was_tampered_with_is_read_as_serde_json_reads_it_or_not_at_all(
        line in prop::sample::select(golden("server_frames.txt")),
        edits in prop::collection::vec((any::<prop::sample::Index>(), "[\\[\\]{}\",:0-9a-z\\\\ .é-]?"), 1..4),
    ) {
        let mut characters: Vec<String> = line.chars().map(String::from).collect();
        for (index, edit) in edits {
            *index.get_mut(&mut characters) = edit;
        }
        let text = characters.concat();
        if let Ok(frame) = json::read::<ServerFrame>(&text) {
            prop_assert_eq!(serde_json::from_str::<ServerFrame>(&text).ok(), Some(frame));
        }
    }
}

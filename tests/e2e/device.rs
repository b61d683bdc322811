//! Another device of an account, which changes things as fast as the server takes them.

use serde_json::{Value, json};
use weft_testkit::edges::Browser;

/// Sends mutations as an installation, with 60 of them unanswered at most.
const DEVICE: &str = "(installation, mutations) => new Promise((done, failed) => {
    const socket = new WebSocket(`ws://${location.host}/api/socket`, 'weft.v1');
    const tell = frame => socket.send(JSON.stringify(frame));
    let sent = 0;
    const next = () => {
        sent += 1;
        if (sent <= mutations.length) tell({ mutate: { n: sent, mutation: mutations[sent - 1] } });
    };
    socket.onopen = () => tell({ hello: { versions: { min: 1, max: 1 }, installation } });
    socket.onmessage = ({ data }) => {
        const frame = JSON.parse(data);
        if (frame.welcome) for (let n = 0; n < 60; n += 1) next();
        else if (frame.ack?.n === mutations.length) { socket.close(1000); done(0); }
        else if (frame.ack) next();
        else if (frame.nack || frame.busy || frame.error) failed(new Error(data));
    };
})";

/// An id; those of another `kind` or `number` are others.
pub(crate) fn id(kind: usize, number: usize) -> String {
    format!("0192f0c1-0000-7000-{:04}-{number:012}", 8_000 + kind)
}

/// Has the account that the page is signed in to make changes, in their order, as installation `number`.
pub(crate) async fn changes(browser: &Browser, number: usize, mutations: &[Value]) {
    let (installation, mutations) = (json!(id(9, number)), json!(mutations));
    browser
        .js(&format!("({DEVICE})({installation}, {mutations})"))
        .await;
}

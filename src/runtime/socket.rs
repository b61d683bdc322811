//! One WebSocket, from opening to its end.

use std::{future::poll_fn, pin::Pin};

use futures_channel::mpsc::UnboundedReceiver;
use futures_util::{
    Sink, SinkExt, StreamExt,
    future::{Either, select},
};
use gloo_net::websocket::{Message, WebSocketError, futures::WebSocket};
use weft_protocol::version::SUBPROTOCOL;
use weft_sync::{Connection, Input};

use super::driver::Driver;

/// The close code where there was none.
const ABNORMAL: u16 = 1006;

/// What the core asks of a socket.
pub(super) enum Order {
    /// Send this text.
    Send(String),
    /// Close with this code.
    Close(u16),
}

/// Opens a socket, and tells the core all of its life.
pub(super) async fn run(
    connection: Connection,
    url: String,
    mut orders: UnboundedReceiver<Order>,
    driver: Driver,
) {
    let Ok(mut socket) = WebSocket::open_with_protocol(&url, SUBPROTOCOL) else {
        return driver.input(Input::Closed(connection, ABNORMAL));
    };
    let mut open = false;
    loop {
        let step = if open {
            match select(socket.next(), orders.next()).await {
                Either::Left((heard, _)) => Either::Left(heard),
                Either::Right((order, _)) => Either::Right(order),
            }
        } else {
            let ready = poll_fn(|context| Pin::new(&mut socket).poll_ready(context));
            match select(ready, orders.next()).await {
                Either::Left((Ok(()), _)) => {
                    open = true;
                    driver.input(Input::Opened(connection));
                    continue;
                }
                Either::Left((Err(_), _)) => {
                    return driver.input(Input::Closed(connection, ABNORMAL));
                }
                Either::Right((order, _)) => Either::Right(order),
            }
        };
        match step {
            Either::Left(Some(Ok(Message::Text(text)))) => {
                driver.input(Input::Received(connection, text));
            }
            Either::Left(Some(Ok(Message::Bytes(_)))) => {}
            Either::Left(Some(Err(WebSocketError::ConnectionClose(close)))) => {
                return driver.input(Input::Closed(connection, close.code));
            }
            Either::Left(Some(Err(_)) | None) => {
                return driver.input(Input::Closed(connection, ABNORMAL));
            }
            Either::Right(Some(Order::Send(text))) => {
                // What cannot be sent is followed by the end of the socket.
                let _ = socket.send(Message::Text(text)).await;
            }
            Either::Right(Some(Order::Close(code))) => {
                // A page may use 1000 and 3000 to 4999 only.
                let code = if code == 1000 || (3000..5000).contains(&code) {
                    code
                } else {
                    1000
                };
                let _ = socket.close(Some(code), None);
                return;
            }
            Either::Right(None) => return,
        }
    }
}

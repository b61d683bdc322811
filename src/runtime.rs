//! The only part of the app that touches sockets, timers, storage and the page around it.
//!
//! Invariant: everything that happens outside becomes an input of the core or a [`Fact`], and nothing is
//! shown that did not come through [`project`]. It decides nothing that the core can decide.

mod account;
mod calls;
mod channel;
mod data;
mod driver;
mod language;
mod local;
mod look;
mod markdown;
mod own;
mod page;
mod push;
mod sharing;
mod socket;
pub mod storage;
mod worker;
pub mod workers;

use std::pin::pin;

use futures_util::future::{Either, LocalBoxFuture, join, select};
use gloo_timers::future::TimeoutFuture;
use leptos::{ev, prelude::*, task::spawn_local};
use weft_protocol::Mutation;
use weft_sync::Input;

use self::{account::Server, calls::Asked, driver::Driver};
use crate::{
    app::{App, AppProps},
    state::{
        Action, Call, Dispatch, Intent, Session, State, Toast,
        project::{self, Fact},
    },
    ui::{
        effect,
        part::{Waiter, part},
    },
};

/// How long a toast stays, in milliseconds.
const TOAST_MS: u32 = 8_000;

/// How long the app starts without a word on what it waits for, in milliseconds.
const START_MS: u32 = 3_000;

/// How long the server may take to say who is signed in, in milliseconds.
const SESSION_MS: u32 = 10_000;

part! {
    /// The calls of the server's accounts' side beyond learning who is signed in.
    calls in calls: fn(State, Driver, Asked) -> LocalBoxFuture<'static, ()> =
        |state, driver, asked| Box::pin(calls::run(state, driver, asked))
}

/// Learns the language, puts the app on the page and sets it going.
pub fn start() {
    wasm_bindgen_futures::spawn_local(async {
        language::learn().await;
        mount();
    });
}

fn mount() {
    leptos::mount::mount_to_body(|| {
        let state = State::new();
        let (driver, orders) = Driver::new(state);
        let driver = StoredValue::new_local(driver);
        let send = Callback::new(move |intent| {
            if let Some(driver) = driver.try_with_value(Driver::clone) {
                act(state, &driver, intent);
            }
        });
        if page::shows_thread() {
            markdown::load_ahead();
        }
        driver.with_value(|driver| {
            remember(state, driver);
            page::listen(state, driver);
            effect(move || page::show_unread(state.unread.get()));
            hear_of_others(state, driver);
            spawn_local(storage::run(driver.clone(), driver.orders(), orders));
            spawn_local(open(state, driver.clone()));
        });
        App(AppProps {
            state,
            dispatch: Dispatch::new(send, page::mint),
            painter: markdown::painter(),
            parser: markdown::parser(),
            waiter: Waiter(|wait| spawn_local(wait)),
            base: page::base(),
        })
    });
}

/// Signs in and out with the other tabs of this device.
fn hear_of_others(state: State, driver: &Driver) {
    let driver = driver.clone();
    // Dropping the handle leaves the listener in place.
    let _ = window_event_listener(ev::storage, move |event| {
        let (account, user) = (local::account(), driver.user());
        match (event.key().as_deref(), account) {
            (Some(local::ACCOUNT) | None, None) if user.is_some() => driver.depart(),
            // Gone, it says that somebody leaves, whose account may still seem to be here.
            (Some(local::ENTERED), Some(account)) if event.new_value().is_some() => match user {
                Some(user) if user == account.id => {
                    project::record(&state, Fact::Session(Session::SignedIn(Some(account))));
                    driver.input(Input::SignedIn {
                        token: local::read("token"),
                    });
                }
                Some(_) => page::reload(),
                None => spawn_local(open(state, driver.clone())),
            },
            _ => {}
        }
    });
}

/// Takes from this device what was kept on it.
fn remember(state: State, driver: &Driver) {
    look::remember(state);
    project::record(&state, Fact::Language(language::chosen()));
    project::record(&state, Fact::Days(page::days()));
    for (thread, model) in local::models() {
        project::record(
            &state,
            match thread {
                Some(_) => Fact::Model(thread, model),
                None => Fact::LastModel(model),
            },
        );
    }
    for (thread, text) in local::take_drafts() {
        driver.input(Input::Draft(thread, text.clone()));
        project::record(&state, Fact::Draft(thread, text));
    }
    for thread in local::fresh() {
        project::record(&state, Fact::Fresh(thread));
    }
}

/// Begins with what this device has kept of its account; where it has none, learns who is signed in.
async fn open(state: State, driver: Driver) {
    spawn_local(admit_waiting(state));
    if let Some(user) = local::account() {
        // Somebody may write already.
        project::record(&state, Fact::Session(Session::SignedIn(Some(user.clone()))));
        let entered = async {
            driver.join(user.id).await;
            // Whether the server agrees is told by the socket.
            driver.input(Input::SignedIn {
                token: local::read("token"),
            });
            project::record(&state, Fact::Session(Session::SignedIn(Some(user))));
        };
        let ((), server) = join(entered, Server::find()).await;
        driver.serve(server);
        return worker::start(state);
    }
    let server = Server::find().await;
    driver.serve(server.clone());
    let mut wait = 500;
    loop {
        let session = pin!(server.session());
        let asked = select(session, TimeoutFuture::new(SESSION_MS)).await;
        // Whatever the answer: a version that cannot speak with this server is replaced as well.
        worker::start(state);
        match asked {
            Either::Left((Ok(Some(user)), _)) => {
                local::keep_account(&user);
                driver.join(user.id).await;
                project::record(&state, Fact::Session(Session::SignedIn(Some(user))));
                driver.input(Input::SignedIn {
                    token: server.token(),
                });
                return;
            }
            Either::Left((Ok(None), _)) => {
                return project::record(&state, Fact::Session(Session::SignedOut));
            }
            Either::Left((Err(_), _)) | Either::Right(_) => {
                TimeoutFuture::new(wait).await;
                wait = (wait * 2).min(8_000);
            }
        }
    }
}

/// Says that the server is not reached, where nothing else is known by then.
async fn admit_waiting(state: State) {
    TimeoutFuture::new(START_MS).await;
    if state.session.get_untracked() == Session::Unknown {
        project::record(&state, Fact::Session(Session::Unreached));
    }
}

fn act(state: State, driver: &Driver, intent: Intent) {
    let fact = |fact| project::record(&state, fact);
    match intent {
        Intent::Mutate(mutation) => mutate(state, driver, mutation),
        Intent::Retry(message) => driver.input(Input::Retry(message)),
        Intent::Discard(message) => driver.input(Input::Discard(message)),
        Intent::Watch(thread) => driver.input(Input::Watch(thread)),
        Intent::Unwatch(thread) => driver.input(Input::Unwatch(thread)),
        Intent::Seek(thread, seek) => driver.input(Input::Seek(thread, seek)),
        Intent::Account(account) => call(state, driver, Asked::Account(account)),
        Intent::Share(share) => call(state, driver, Asked::Share(share)),
        Intent::Data(data) => data::call(state, driver, data),
        Intent::Settled => fact(Fact::Auth(Call::Idle)),
        Intent::Fresh(thread) => {
            local::keep_fresh(thread);
            fact(Fact::Fresh(thread));
        }
        Intent::Push(wish) => call(state, driver, Asked::Push(wish)),
        Intent::Theme(theme) => look::choose_theme(state, theme),
        Intent::Look(look) => look::choose(state, look),
        Intent::Language(language) => language::choose(language),
        Intent::Draft(thread, text) => {
            driver.draft(thread, text.clone());
            fact(Fact::Draft(thread, text));
        }
        Intent::Model(thread, model) => {
            local::keep_model(thread, &model);
            fact(Fact::Model(thread, model));
        }
        Intent::Notify(toast) => notify(state, toast),
        Intent::Dismiss(id) => fact(Fact::Dismissed(id)),
        Intent::Copy(text) => page::copy(&text),
        Intent::Reload => worker::reload(),
    }
}

/// Does what is asked of the server's accounts' side, once what that takes is loaded.
fn call(state: State, driver: &Driver, asked: Asked) {
    let driver = driver.clone();
    spawn_local(async move {
        match calls().await {
            Ok(run) => run(state, driver, asked).await,
            Err(_) => asked.failed(state, &driver),
        }
    });
}

fn mutate(state: State, driver: &Driver, mutation: Mutation) {
    if let Mutation::SendMessage {
        reply: Some(reply), ..
    } = &mutation
    {
        local::keep_asked(&reply.model);
    }
    let restored = match mutation {
        Mutation::CreateThread { thread } => Some(thread),
        _ => None,
    };
    driver.input(Input::Mutate(mutation));
    if let Some(thread) = restored {
        local::forget_fresh(thread);
        project::record(&state, Fact::Made(thread));
    }
}

fn notify(state: State, mut toast: Toast) {
    toast.id = page::serial();
    let id = toast.id;
    let stays = matches!(toast.action, Some((_, Action::Reload)));
    project::record(&state, Fact::Toasted(toast));
    if stays {
        return;
    }
    spawn_local(async move {
        TimeoutFuture::new(TOAST_MS).await;
        project::record(&state, Fact::Dismissed(id));
    });
}

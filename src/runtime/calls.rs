//! What is asked of the accounts' side of the server, beyond learning who is signed in: a part of the app that is
//! loaded when the first of it is asked.

use weft_protocol::api::{Credentials, Keep, NewPassword};
use weft_sync::Input;

use super::{account::Server, driver::Driver, local, own, page, push, sharing};
use crate::state::{
    Account, Call, CallError, Push, PushWish, Session, Share, State,
    project::{self, Fact},
};

/// Something that is asked.
pub(super) enum Asked {
    /// Something of the account.
    Account(Account),
    /// Something of who may see a thread.
    Share(Share),
    /// Something of this device's notifications.
    Push(PushWish),
}

impl Asked {
    /// It cannot be done, since this part could not be loaded.
    pub(super) fn failed(self, state: State, driver: &Driver) {
        let failed = Call::Failed(CallError::Unreachable);
        let fact = match self {
            // Left on this device even where the server is not reached.
            Self::Account(Account::Leave) => return driver.leave(),
            Self::Account(Account::Password { .. }) => Fact::Password(failed),
            Self::Account(_) => Fact::Auth(failed),
            Self::Share(_) => Fact::Sharing(failed),
            Self::Push(_) => Fact::Push(Push::Failed),
        };
        project::record(&state, fact);
    }
}

/// Does it, and records how it went.
pub(super) async fn run(state: State, driver: Driver, asked: Asked) {
    // Whoever follows a link may be here before the server is known.
    let server = match driver.server() {
        Some(server) => server,
        None => Server::find().await,
    };
    match asked {
        Asked::Account(asked) => account(state, driver, server, asked).await,
        Asked::Share(share) => sharing::call(state, &server, share).await,
        Asked::Push(wish) => {
            let push = push::grant(&server, wish).await;
            project::record(&state, Fact::Push(push));
        }
    }
}

async fn account(state: State, driver: Driver, server: Server, account: Account) {
    match account {
        Account::Enter {
            username,
            password,
            invite,
            create,
        } => {
            project::record(&state, Fact::Auth(Call::Busy));
            let keep = if server.foreign() {
                Keep::Token
            } else {
                Keep::Cookie
            };
            let credentials = Credentials {
                username,
                password,
                keep,
                invite,
            };
            match server.enter(create, &credentials).await {
                Ok(session) => {
                    local::enter(&session.user);
                    if driver.user().is_some_and(|user| user != session.user.id) {
                        // Somebody else was here, whose session had ended.
                        return page::reload();
                    }
                    project::record(&state, Fact::Auth(Call::Idle));
                    driver.join(session.user.id).await;
                    driver.input(Input::SignedIn {
                        token: session.token,
                    });
                    project::record(&state, Fact::Session(Session::SignedIn(Some(session.user))));
                }
                Err(error) => project::record(&state, Fact::Auth(Call::Failed(error))),
            }
        }
        Account::Leave => {
            // Left on this device even where the server is not reached.
            let _ = server.leave().await;
            push::forget().await;
            driver.leave();
        }
        Account::Profile(_)
        | Account::Hide(_)
        | Account::Look
        | Account::Revoke(_)
        | Account::RevokeOthers
        | Account::Delete(_) => own::call(state, &driver, &server, account).await,
        Account::Password { current, new } => {
            project::record(&state, Fact::Password(Call::Busy));
            let done = server.password(&NewPassword { current, new }).await;
            let call = done.map_or_else(Call::Failed, |()| Call::Done);
            project::record(&state, Fact::Password(call));
        }
    }
}

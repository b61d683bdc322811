//! What somebody does with their own account: the calls beside signing in and out.

use gloo_net::http::Method;
use weft_protocol::api::{Devices, Privacy};

use super::{
    account::{Server, content},
    driver::Driver,
    push,
};
use crate::state::{
    Account, Call, OwnFact, State,
    project::{self, Fact},
};

/// Does it, and records how it went.
pub(super) async fn call(state: State, driver: &Driver, server: &Server, account: Account) {
    let record = |fact| project::record(&state, Fact::Own(fact));
    match account {
        Account::Profile(profile) => {
            record(OwnFact::Profile(Call::Busy));
            let done = server.call(Method::PUT, "profile", Some(&profile)).await;
            record(OwnFact::Profile(
                done.map_or_else(Call::Failed, |_| Call::Done),
            ));
        }
        Account::Hide(hides) => {
            let privacy = Privacy { hides };
            let done = server.call(Method::PUT, "privacy", Some(&privacy)).await;
            // What it is now is shown in any case.
            record(OwnFact::Hides(hides == done.is_ok()));
        }
        Account::Look => {
            record(OwnFact::Profile(Call::Idle));
            record(OwnFact::Ending(Call::Idle));
            if let Ok(answer) = server.call::<()>(Method::GET, "privacy", None).await
                && let Some(Privacy { hides }) = content(answer).await
            {
                record(OwnFact::Hides(hides));
            }
            look(state, server).await;
        }
        Account::Revoke(device) => {
            end(state, server, &format!("devices/{device}/revoke")).await;
        }
        Account::RevokeOthers => end(state, server, "devices/revoke-others").await,
        Account::Delete(farewell) => {
            record(OwnFact::Ending(Call::Busy));
            let done = server
                .call(Method::POST, "delete-account", Some(&farewell))
                .await;
            match done {
                Ok(_) => {
                    push::forget().await;
                    driver.leave();
                }
                Err(error) => record(OwnFact::Ending(Call::Failed(error))),
            }
        }
        Account::Enter { .. } | Account::Leave | Account::Password { .. } => {}
    }
}

/// Ends sessions on other devices.
async fn end(state: State, server: &Server, path: &str) {
    let record = |fact| project::record(&state, Fact::Own(fact));
    record(OwnFact::Ending(Call::Busy));
    let done = server.call::<()>(Method::POST, path, None).await;
    record(OwnFact::Ending(
        done.map_or_else(Call::Failed, |_| Call::Idle),
    ));
    look(state, server).await;
}

/// Learns where the account is signed in.
async fn look(state: State, server: &Server) {
    if let Ok(answer) = server.call::<()>(Method::GET, "devices", None).await
        && let Some(Devices { devices }) = content(answer).await
    {
        project::record(&state, Fact::Own(OwnFact::Devices(devices)));
    }
}

//! Who may see a thread: the calls that make members.

use gloo_net::http::Method;
use weft_protocol::{
    ThreadId,
    api::{ApiCode, Invite, Invites, Join, Joined, Seen},
};

use super::account::{Server, content};
use crate::state::{
    Call, CallError, OwnFact, Share, State,
    project::{self, Fact},
};

/// Does it, and records how it went.
pub(super) async fn call(state: State, server: &Server, share: Share) {
    if let Share::Seen(thread) = share {
        return seen(state, server, thread).await;
    }
    project::record(&state, Fact::Sharing(Call::Busy));
    let done = done(state, server, share).await;
    let call = done.map_or_else(Call::Failed, |()| Call::Done);
    project::record(&state, Fact::Sharing(call));
}

async fn done(state: State, server: &Server, share: Share) -> Result<(), CallError> {
    match share {
        Share::Join(secret) => join(state, server, secret).await,
        Share::List(thread) => list(state, server, thread, None).await,
        Share::Invite(thread, new) => {
            let path = format!("threads/{thread}/invites");
            match server.call(Method::POST, &path, Some(&new)).await {
                Ok(answer) => list(state, server, thread, content(answer).await).await,
                Err(error) => Err(error),
            }
        }
        Share::Revoke(thread, invite) => {
            let path = format!("invites/{invite}/revoke");
            match server.call::<()>(Method::POST, &path, None).await {
                Ok(_) => list(state, server, thread, None).await,
                Err(error) => Err(error),
            }
        }
        Share::Seen(thread) => {
            seen(state, server, thread).await;
            Ok(())
        }
        Share::Add(thread, new) => {
            let path = format!("threads/{thread}/members");
            server.call(Method::POST, &path, Some(&new)).await.map(drop)
        }
    }
}

/// Learns when the members of a thread were there last. A server that does not tell is not asked why.
async fn seen(state: State, server: &Server, thread: ThreadId) {
    let fact = |seen| project::record(&state, Fact::Own(OwnFact::LastSeen(seen)));
    fact(Vec::new());
    let path = format!("threads/{thread}/seen");
    if let Ok(answer) = server.call::<()>(Method::GET, &path, None).await
        && let Some(Seen { people }) = content(answer).await
    {
        fact(people);
    }
}

async fn join(state: State, server: &Server, secret: u128) -> Result<(), CallError> {
    let token = format!("{secret:032x}");
    let answer = server
        .call(Method::POST, "join", Some(&Join { token }))
        .await?;
    let joined: Option<Joined> = content(answer).await;
    let Joined { thread } = joined.ok_or(CallError::Refused(ApiCode::Internal, None))?;
    project::record(&state, Fact::Joined(thread));
    Ok(())
}

/// Asks which invites there are; of the one that was just made the secret is known.
async fn list(
    state: State,
    server: &Server,
    thread: ThreadId,
    made: Option<Invite>,
) -> Result<(), CallError> {
    let path = format!("threads/{thread}/invites");
    let answer = server.call::<()>(Method::GET, &path, None).await?;
    let listed: Option<Invites> = content(answer).await;
    let Invites { mut invites } = listed.unwrap_or(Invites {
        invites: Vec::new(),
    });
    if let Some(made) = made
        && let Some(listed) = invites.iter_mut().find(|invite| invite.id == made.id)
    {
        *listed = made;
    }
    project::record(&state, Fact::Invites(invites));
    Ok(())
}

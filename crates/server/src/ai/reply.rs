//! The making of one reply: history in, pieces out, persisted and published as they come.

use std::{convert::Infallible, sync::Arc, time::Duration};

use tokio::{
    sync::mpsc,
    time::{Instant, timeout_at},
};
use weft_hub::{Command, Job, Outcome};
use weft_protocol::{
    ErrorCode, MessageId, Status,
    limits::{MAX_REPLY_BYTES, MAX_STREAM_CHUNK},
    stream,
};

use super::{
    Maker,
    catalog::Provider,
    demo,
    history::{self, Role, Said},
};
use crate::metrics::Metrics;

/// Pieces are gathered this long after some were, before they are persisted and published.
const GATHER: Duration = Duration::from_millis(20);

/// Pieces that wait while a commit runs.
const PIECES: usize = 256;

/// How often a reply is tried to be settled where the store fails.
const SETTLE_TRIES: u32 = 30;

/// How the appending of pieces ended.
enum Appended {
    /// All of them are on disk.
    All,
    /// The reply was ended from elsewhere.
    Ended,
}

/// Makes the reply of `job`, and settles it.
pub(super) async fn make(maker: Arc<Maker>, job: Job) {
    let message = job.message;
    match maker.hub.commit(Command::StartJob { message }).await {
        Ok(committed) if committed.outcome != Outcome::NotRunning => {}
        Ok(_) => return,
        Err(error) => {
            tracing::error!(%message, %error, "a reply could not be started");
            return settle(&maker, message, Err(ErrorCode::Interrupted)).await;
        }
    }
    Metrics::count(&maker.metrics.replies_started);
    let started = Instant::now();
    // In a task of its own, so that even a panic ends in a settled reply; aborted with this one.
    let mut making = tokio::task::JoinSet::new();
    making.spawn(generate(maker.clone(), job.clone()));
    let (end, history) = match making.join_next().await {
        Some(Ok(Some(made))) => made,
        Some(Ok(None)) => return,
        _ => (Err(ErrorCode::Interrupted), Vec::new()),
    };
    let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let error = end.err().map_or("", ErrorCode::as_str);
    tracing::info!(%message, model = %job.model, took_ms, error, "a reply has ended");
    settle(&maker, message, end).await;
    let first = history
        .iter()
        .filter(|said| said.role == Role::User)
        .count()
        == 1;
    if end.is_ok() && first {
        tokio::spawn(title(maker, job, history));
    }
}

async fn settle(maker: &Maker, message: MessageId, end: Result<(), ErrorCode>) {
    let (status, counter) = match end {
        Ok(()) => (Status::Complete, &maker.metrics.replies_complete),
        Err(_) => (Status::Failed, &maker.metrics.replies_failed),
    };
    Metrics::count(counter);
    let command = Command::Settle {
        message,
        status,
        error: end.err(),
    };
    for _ in 0..SETTLE_TRIES {
        match maker.hub.commit(command.clone()).await {
            Ok(_) => return,
            Err(error) => tracing::error!(%message, %error, "a reply could not be settled"),
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// The end of the reply and what it was an answer to; `None` where it was ended from elsewhere.
async fn generate(maker: Arc<Maker>, job: Job) -> Option<(Result<(), ErrorCode>, Vec<Said>)> {
    let Some(provider) = maker.catalog.provider(&job.model).await else {
        return Some((Err(ErrorCode::NoSuchModel), Vec::new()));
    };
    let (asked, max) = (job.clone(), maker.history_bytes);
    let message = job.message;
    let read = maker
        .writer
        .with(move |db| {
            let history = history::above(db, asked.message, max)?;
            Ok((history, history::tuning(db, &asked)?))
        })
        .await;
    let (history, tuning) = match read {
        Ok(read) => read,
        Err(error) => {
            tracing::error!(%message, %error, "the history of a reply could not be read");
            return Some((Err(ErrorCode::Interrupted), Vec::new()));
        }
    };
    let (pieces, received) = mpsc::channel(PIECES);
    let mut produced = Ok(());
    let produce = async {
        produced = match &provider {
            Provider::OpenAi(endpoint) => {
                endpoint.reply(&job.model, &tuning, &history, pieces).await
            }
            Provider::Demo => {
                let question = history.iter().rfind(|said| said.role == Role::User);
                demo::reply(question.map_or("", |said| &said.content), pieces).await;
                Ok(())
            }
        };
        // What was produced is still to be appended.
        std::future::pending::<Infallible>().await
    };
    // Where no more is appended the producer is dropped, and its connection with it.
    let appended = tokio::select! {
        appended = append(&maker, message, received) => appended,
        never = produce => match never {},
    };
    let end = match appended {
        Ok(Appended::Ended) => return None,
        Ok(Appended::All) => produced,
        Err(code) => Err(code),
    };
    Some((end, history))
}

/// What is said next: all of it until that moment, or at once the first that comes later.
async fn gathered(pieces: &mut mpsc::Receiver<String>, until: Instant) -> Option<String> {
    let mut text = pieces.recv().await?;
    while text.len() < MAX_STREAM_CHUNK
        && let Ok(Some(piece)) = timeout_at(until, pieces.recv()).await
    {
        text.push_str(&piece);
    }
    Some(text)
}

async fn append(
    maker: &Maker,
    message: MessageId,
    mut pieces: mpsc::Receiver<String>,
) -> Result<Appended, ErrorCode> {
    let mut offset = 0;
    let mut until = Instant::now();
    while let Some(text) = gathered(&mut pieces, until).await {
        until = Instant::now() + GATHER;
        let room = usize::try_from(MAX_REPLY_BYTES - offset).unwrap_or(usize::MAX);
        let fits = stream::prefix(&text, room);
        let mut rest = fits;
        while !rest.is_empty() {
            let (chunk, more) = rest.split_at(stream::prefix(rest, MAX_STREAM_CHUNK).len());
            let command = Command::Append {
                message,
                offset,
                text: chunk.to_owned(),
            };
            match maker.hub.commit(command).await {
                Ok(committed) if committed.outcome == Outcome::NotRunning => {
                    return Ok(Appended::Ended);
                }
                Ok(_) => offset += chunk.len() as u64,
                Err(_) => return Err(ErrorCode::Interrupted),
            }
            rest = more;
        }
        if fits.len() < text.len() {
            return Err(ErrorCode::ReplyTooLong);
        }
    }
    Ok(Appended::All)
}

/// Asks a real model what the thread is about.
async fn title(maker: Arc<Maker>, job: Job, history: Vec<Said>) {
    if job.model == demo::ID {
        return;
    }
    let Some(Provider::OpenAi(endpoint)) = maker.catalog.provider(&job.model).await else {
        return;
    };
    if let Some(title) = endpoint.title(&job.model, &history).await {
        let _ = maker
            .hub
            .commit(Command::Title {
                thread: job.thread,
                title,
            })
            .await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::{sync::mpsc, time::Instant};

    use super::{GATHER, gathered};

    #[tokio::test(start_paused = true)]
    async fn what_is_said_after_a_pause_goes_out_at_once_and_what_follows_together() {
        let (say, mut said) = mpsc::channel(8);
        let began = Instant::now();
        say.try_send("Hello".to_owned()).expect("room");
        assert_eq!(gathered(&mut said, began).await.as_deref(), Some("Hello"));
        assert_eq!(Instant::now(), began);

        for piece in [", ", "wor", "ld"] {
            say.try_send(piece.to_owned()).expect("room");
        }
        let next = gathered(&mut said, began + GATHER).await;
        assert_eq!(next.as_deref(), Some(", world"));
        assert_eq!(Instant::now(), began + GATHER);

        drop(say);
        assert_eq!(gathered(&mut said, began).await, None);
    }
}

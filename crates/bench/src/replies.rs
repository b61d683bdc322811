//! Replies, token by token: at the pace of a model, and as fast as possible.

use std::time::{Duration, SystemTime};

use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::{
    figures::{Figures, quantile},
    page::{Page, field, millis},
    text,
};

/// The time between two tokens of a fast model.
pub(crate) const PACE: Duration = Duration::from_millis(5);

/// How long a page is watched that has nothing to do.
const IDLE: Duration = Duration::from_millis(1_000);

/// What a reply cost.
pub(crate) struct Cost {
    /// Milliseconds of the main thread, for one token, without what it does anyway.
    pub(crate) worked: f64,
    worst_gap: f64,
    long_tasks: f64,
    to_paint: f64,
    last: f64,
    /// Bytes that came, for each byte of the text.
    bytes: f64,
}

/// Measures a reply in a new thread.
pub(crate) async fn measure(
    page: &Page,
    figures: &mut Figures,
    group: &str,
    count: usize,
    pace: Option<Duration>,
) {
    page.start().await;
    page.connected().await;
    let cost = stream(page, count, pace).await;
    let mut add = |name, value| figures.add(group, name, page.side(), value);
    add("main thread, ms a token", cost.worked);
    add("worst frame gap, ms", cost.worst_gap);
    add("tasks over 50 ms", cost.long_tasks);
    if pace.is_some() {
        add("token to paint p95, ms", cost.to_paint);
    }
    add("last byte to paint, ms", cost.last);
    add("bytes on the wire, of the text's", cost.bytes);
    add("heap, MiB", page.heap().await);
}

/// Asks for a reply in the thread that is open, and reads it to its end.
pub(crate) async fn stream(page: &Page, count: usize, pace: Option<Duration>) -> Cost {
    let tokens = text::tokens(count);
    let idle = idle(page).await;
    let reply = page.ask("How do tides work?").await;
    sleep(IDLE).await;
    page.browser.js("bench.watch()").await;
    let (before, received) = (page.worked().await, page.network.received());
    let began = SystemTime::now();
    let mut ticks = pace.map(interval);
    if let Some(ticks) = &mut ticks {
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    }
    let mut said = Vec::with_capacity(count);
    for token in &tokens {
        if let Some(ticks) = &mut ticks {
            ticks.tick().await;
        }
        said.push(millis(SystemTime::now()));
        reply.say(token);
    }
    let finished = millis(reply.finish().await);
    page.until(&format!("bench.reached({count})")).await;
    let worked = page.worked().await - before;
    let took = began.elapsed().unwrap_or_default().as_secs_f64() / IDLE.as_secs_f64();
    let seen = page.browser.js("bench.stop()").await;
    page.settled().await;
    let bytes = page.network.received() - received;

    let painted = painted(&seen);
    let lags: Vec<f64> = painted
        .iter()
        .filter_map(|(token, at)| Some(at - said.get(token - 1)?))
        .collect();
    let last = painted.last().map_or(f64::NAN, |(_, at)| at - finished);
    Cost {
        worked: (worked - idle * took) / count as f64,
        worst_gap: field(&seen, "worst_gap"),
        long_tasks: field(&seen, "long_tasks"),
        to_paint: quantile(&lags, 0.95).unwrap_or(f64::NAN),
        last,
        bytes: bytes as f64 / tokens.iter().map(String::len).sum::<usize>() as f64,
    }
}

/// Milliseconds that a page which is watched, and has nothing to do, works in [`IDLE`].
async fn idle(page: &Page) -> f64 {
    sleep(IDLE).await;
    let before = page.worked().await;
    page.browser.js("bench.watch()").await;
    sleep(IDLE).await;
    let idle = page.worked().await - before;
    page.browser.js("bench.stop()").await;
    idle
}

/// Numbers that were seen, and when.
fn painted(seen: &serde_json::Value) -> Vec<(usize, f64)> {
    let told = seen["told"].as_array().expect("what was seen");
    let pair = |pair: &serde_json::Value| Some((pair[0].as_u64()? as usize, pair[1].as_f64()?));
    told.iter()
        .filter_map(pair)
        .filter(|(token, _)| *token > 0)
        .collect()
}

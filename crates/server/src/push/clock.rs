//! The time by which pushes are sent: the machine's, or one that a test moves by hand.

use std::time::Duration;

use tokio::sync::watch;
use weft_protocol::Millis;

use crate::store;

/// The longest sleep: the machine's clock may be set meanwhile.
const LONGEST: Millis = 60_000;

/// A clock; clones go alike.
#[derive(Clone, Debug)]
pub struct Clock(Option<watch::Receiver<Millis>>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands at `now` until it is moved by the sender.
    pub fn by_hand(now: Millis) -> (watch::Sender<Millis>, Self) {
        let (hand, time) = watch::channel(now);
        (hand, Self(Some(time)))
    }

    /// The time now.
    pub fn now(&self) -> Millis {
        self.0
            .as_ref()
            .map_or_else(store::now, |time| *time.borrow())
    }

    /// Ends at that time; without one, never.
    pub async fn until(&self, at: Option<Millis>) {
        let Some(at) = at else {
            return std::future::pending().await;
        };
        match &self.0 {
            None => {
                while let Some(left) = at.checked_sub(self.now()).filter(|left| *left > 0) {
                    tokio::time::sleep(Duration::from_millis(left.min(LONGEST))).await;
                }
            }
            Some(time) => {
                if time.clone().wait_for(|now| *now >= at).await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        }
    }
}

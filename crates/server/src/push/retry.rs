//! What an answer of a push service means for a push: a pure function of the answer, the time and chance.

use weft_protocol::Millis;

/// How long a push is worth delivering.
pub const WORTH_MS: Millis = 24 * 60 * 60 * 1000;

/// The wait before the second attempt; it doubles with each.
pub const FIRST_WAIT_MS: Millis = 5_000;

/// The longest wait between two attempts, unless the push service asks for more.
pub const LONGEST_WAIT_MS: Millis = 60 * 60 * 1000;

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The push service answered.
    Status {
        /// The status.
        status: u16,
        /// How long it asks to wait, in seconds.
        retry_after: Option<u64>,
    },
    /// Nobody answered, or nobody who may be asked.
    Unreachable,
}

/// What becomes of the push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is delivered.
    Delivered,
    /// The subscription has ended, and is to be forgotten.
    Gone,
    /// It is given up.
    Dropped,
    /// It is tried again at this time.
    Again(Millis),
}

/// What follows the attempt number `attempt`, from 1, of a push that is worth nothing any more at
/// `expires_at`. `chance` is in `0.0..1.0` and takes off up to half of the wait, so that many do not come back at once.
pub fn next(answer: Answer, attempt: u32, now: Millis, expires_at: Millis, chance: f64) -> Next {
    let asked = match answer {
        Answer::Status { status, .. } if (200..300).contains(&status) => return Next::Delivered,
        Answer::Status {
            status: 404 | 410, ..
        } => return Next::Gone,
        Answer::Status {
            status,
            retry_after,
        } if status == 429 || status >= 500 => retry_after,
        // The push itself is refused, and would be again.
        Answer::Status { .. } => return Next::Dropped,
        Answer::Unreachable => None,
    };
    let doublings = attempt.saturating_sub(1).min(16);
    let wait = (FIRST_WAIT_MS << doublings).min(LONGEST_WAIT_MS);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "half an hour in milliseconds"
    )]
    let less = (wait as f64 / 2.0 * chance) as Millis;
    let asked = asked.unwrap_or(0).saturating_mul(1000);
    let at = now.saturating_add(asked.max(wait - less));
    if at < expires_at {
        Next::Again(at)
    } else {
        Next::Dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16) -> Answer {
        let retry_after = None;
        Answer::Status {
            status,
            retry_after,
        }
    }

    #[test]
    fn each_answer_has_its_meaning() {
        let means = |answer| next(answer, 1, 0, WORTH_MS, 0.0);
        for (answer, wanted) in [
            (status(200), Next::Delivered),
            (status(201), Next::Delivered),
            (status(301), Next::Dropped),
            (status(400), Next::Dropped),
            (status(403), Next::Dropped),
            (status(404), Next::Gone),
            (status(410), Next::Gone),
            (status(413), Next::Dropped),
            (status(429), Next::Again(FIRST_WAIT_MS)),
            (status(500), Next::Again(FIRST_WAIT_MS)),
            (status(503), Next::Again(FIRST_WAIT_MS)),
            (Answer::Unreachable, Next::Again(FIRST_WAIT_MS)),
        ] {
            assert_eq!(means(answer), wanted, "{answer:?}");
        }
    }

    #[test]
    fn a_push_service_that_asks_for_time_gets_it() {
        let busy = |retry_after| Answer::Status {
            status: 429,
            retry_after: Some(retry_after),
        };
        assert_eq!(next(busy(120), 1, 0, WORTH_MS, 0.9), Next::Again(120_000));
        assert_eq!(
            next(busy(1), 1, 0, WORTH_MS, 0.0),
            Next::Again(FIRST_WAIT_MS)
        );
        assert_eq!(next(busy(u64::MAX), 1, 0, WORTH_MS, 0.0), Next::Dropped);
    }

    #[test]
    fn waits_double_up_to_an_hour_and_end_after_a_day() {
        for chance in [0.0, 0.5, 0.999] {
            let (mut now, mut waits) = (0, Vec::new());
            for attempt in 1.. {
                match next(status(503), attempt, now, WORTH_MS, chance) {
                    Next::Again(at) => {
                        waits.push(at - now);
                        now = at;
                    }
                    end => {
                        assert_eq!(end, Next::Dropped);
                        break;
                    }
                }
            }
            assert!(
                waits[..9].windows(2).all(|two| two[1] >= 2 * two[0] - 1),
                "{waits:?}"
            );
            let longest = *waits.iter().max().unwrap();
            assert!((LONGEST_WAIT_MS / 2..=LONGEST_WAIT_MS).contains(&longest));
            assert!(now < WORTH_MS && now + LONGEST_WAIT_MS >= WORTH_MS);
            assert!(waits.len() < 70, "{}", waits.len());
        }
    }

    #[test]
    fn any_number_of_attempts_has_a_wait() {
        let at = next(Answer::Unreachable, u32::MAX, 0, Millis::MAX, 0.0);
        assert_eq!(at, Next::Again(LONGEST_WAIT_MS));
    }
}

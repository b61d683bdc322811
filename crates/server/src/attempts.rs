//! How often somebody may try to get in: a bucket of attempts per username and address, and a wider
//! one per address, each refilled by time.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Attempts at one account from one address, and the time that gives one back.
const PER_NAME: (u32, Duration) = (5, Duration::from_secs(20));

/// Attempts from one address, and the time that gives one back.
const PER_ADDRESS: (u32, Duration) = (60, Duration::from_secs(2));

/// Buckets are swept above this many.
const SWEEP_ABOVE: usize = 10_000;

type Key = (IpAddr, Option<String>);

/// The attempts made lately.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    /// Until when each bucket owes: full when that moment is past.
    owed: Mutex<HashMap<Key, Instant>>,
}

impl Attempts {
    /// Takes one attempt of `name` from `address`, or says how long to wait for one.
    pub(crate) fn take(&self, now: Instant, address: IpAddr, name: &str) -> Result<(), Duration> {
        let mut owed = self.owed.lock().unwrap_or_else(PoisonError::into_inner);
        if owed.len() > SWEEP_ABOVE {
            owed.retain(|_, until| *until > now);
        }
        let keys = [
            ((address, None), PER_ADDRESS),
            ((address, Some(name.to_lowercase())), PER_NAME),
        ];
        for (key, (size, each)) in &keys {
            let until = owed.get(key).copied().unwrap_or(now).max(now) + *each;
            let debt = until - now;
            let most = *each * *size;
            if debt > most {
                return Err(debt - most);
            }
        }
        for (key, (_, each)) in keys {
            let until = owed.entry(key).or_insert(now);
            *until = (*until).max(now) + each;
        }
        Ok(())
    }

    /// Forgets the attempts of `name` from `address`: they were theirs.
    pub(crate) fn forgive(&self, address: IpAddr, name: &str) {
        let mut owed = self.owed.lock().unwrap_or_else(PoisonError::into_inner);
        owed.remove(&(address, Some(name.to_lowercase())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_attempts_are_free_then_each_waits_its_turn() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        let (here, there) = ([127, 0, 0, 1].into(), [10, 0, 0, 1].into());
        for _ in 0..5 {
            assert_eq!(attempts.take(now, here, "Ada"), Ok(()));
        }
        assert_eq!(
            attempts.take(now, here, "ada"),
            Err(Duration::from_secs(20))
        );
        assert_eq!(attempts.take(now, there, "ada"), Ok(()), "another address");
        assert_eq!(attempts.take(now, here, "bob"), Ok(()), "another name");
        assert_eq!(
            attempts.take(now + Duration::from_secs(20), here, "ada"),
            Ok(())
        );
        attempts.forgive(here, "ADA");
        assert_eq!(attempts.take(now, here, "ada"), Ok(()));
    }

    #[test]
    fn one_address_cannot_try_every_name() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        let here = [127, 0, 0, 1].into();
        let allowed = (0..100).filter(|n| attempts.take(now, here, &format!("n{n}")).is_ok());
        assert_eq!(allowed.count(), 60);
    }
}

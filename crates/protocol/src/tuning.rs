//! How models are asked: for a thread, or wherever a thread says nothing.
//!
//! Invariant: what is not said leaves it to whoever comes next: a thread to the person who asks, that person to
//! the model's provider (SPEC R61). Each part on its own.

use serde::{Deserialize, Serialize};

use crate::{ErrorCode, limits::MAX_SYSTEM_BYTES};

/// The highest temperature, in hundredths.
pub const MAX_TEMPERATURE: u32 = 200;

/// The longest id of a model that is kept, in bytes.
const MAX_MODEL_BYTES: usize = 256;

/// How models are asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tuning {
    /// How freely they answer, in hundredths, 0 to 200; the provider's own where none is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<u32>,
    /// What they are told before all else, the system prompt; none where it is empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub system: String,
}

impl Tuning {
    /// This, and `other` wherever this says nothing.
    pub fn or(self, other: Self) -> Self {
        Self {
            temperature: self.temperature.or(other.temperature),
            system: if self.system.is_empty() {
                other.system
            } else {
                self.system
            },
        }
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.temperature.is_none() && self.system.is_empty()
    }

    /// The same, without blanks round the system prompt.
    pub fn trimmed(&self) -> Self {
        Self {
            temperature: self.temperature,
            system: self.system.trim().to_owned(),
        }
    }

    /// Whether it keeps to the limits (SPEC R60).
    pub fn check(&self) -> Result<(), ErrorCode> {
        if self.system.trim().len() > MAX_SYSTEM_BYTES {
            return Err(ErrorCode::TextTooLong);
        }
        match self.temperature {
            Some(temperature) if temperature > MAX_TEMPERATURE => Err(ErrorCode::OutOfRange),
            _ => Ok(()),
        }
    }
}

/// What a person wants where a thread says nothing: which model is asked, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Defaults {
    /// The model that a new thread asks, where it is offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// How models are asked.
    #[serde(default, skip_serializing_if = "Tuning::is_empty")]
    pub tuning: Tuning,
}

impl Defaults {
    /// Whether they keep to the limits.
    pub fn check(&self) -> Result<(), ErrorCode> {
        let model = self.model.as_deref().unwrap_or_default();
        if model.len() > MAX_MODEL_BYTES {
            return Err(ErrorCode::TextTooLong);
        }
        self.tuning.check()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tuning(temperature: Option<u32>, system: &str) -> Tuning {
        let system = system.to_owned();
        Tuning {
            temperature,
            system,
        }
    }

    #[test]
    fn r61_what_a_thread_does_not_say_its_asker_says() {
        let mine = tuning(Some(150), "Rhyme.");
        for (thread, both) in [
            (tuning(None, ""), mine.clone()),
            (tuning(Some(0), ""), tuning(Some(0), "Rhyme.")),
            (tuning(None, "Be brief."), tuning(Some(150), "Be brief.")),
        ] {
            assert_eq!(thread.or(mine.clone()), both);
        }
    }

    #[test]
    fn r60_a_temperature_and_a_system_prompt_have_limits() {
        let longest = "x".repeat(MAX_SYSTEM_BYTES);
        assert_eq!(tuning(Some(MAX_TEMPERATURE), &longest).check(), Ok(()));
        let higher = tuning(Some(MAX_TEMPERATURE + 1), "");
        assert_eq!(higher.check(), Err(ErrorCode::OutOfRange));
        let longer = tuning(None, &format!("{longest}x"));
        assert_eq!(longer.check(), Err(ErrorCode::TextTooLong));
    }
}

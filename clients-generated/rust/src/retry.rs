use std::time::Duration;

use tonic::Code;

use crate::Error;

/// When a failed call is tried again. Only calls of which no message has arrived are, and only within
/// their deadline: what cannot start again before it fails at once.
///
/// Tried again is what `UNAVAILABLE` says will pass: a lost connection, a server that is draining or
/// restarting, providers that are down. A provider's missing quota or key is `FAILED_PRECONDITION`, and does not pass. Each wait is
/// drawn between half and the whole of a span that doubles with every try, from 0.1 s up to 2 s; a
/// longer wait that the server asks for is kept.
///
/// A cached call is safe to repeat: the second try meets the first one's answer, or joins it. To a
/// call that the cache does not cover (a drawn answer, `MODE_BYPASS`, `MODE_REFRESH`) the client adds
/// a random `request_id` when retries are on and the caller set none, so that such a call is not paid
/// twice either. `Embed`, `CreateKey`, `CreateBudget` and `RollBackChange` have neither: they are tried
/// once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    max_tries: u32,
    rate_limit_wait: Duration,
}

const FIRST_SPAN: Duration = Duration::from_millis(100);
const LONGEST_SPAN: Duration = Duration::from_secs(2);

impl Default for Retry {
    /// Five tries; refusals are not repeated.
    fn default() -> Self {
        Self::tries(5)
    }
}

impl Retry {
    /// One try.
    pub const NONE: Self = Self::tries(1);

    /// At most this many tries of one call, the first included; 0 counts as 1.
    pub const fn tries(max_tries: u32) -> Self {
        Self {
            max_tries,
            rate_limit_wait: Duration::ZERO,
        }
    }

    /// Also tries again what a limit refused (`RESOURCE_EXHAUSTED`) if the server asks for a wait of
    /// at most this. Zero, the default, leaves refusals to the caller, since repeating what was shed
    /// adds to the load.
    pub const fn waiting_for_limits(self, longest: Duration) -> Self {
        Self {
            rate_limit_wait: longest,
            ..self
        }
    }

    pub(crate) fn is_on(self) -> bool {
        self.max_tries > 1
    }

    /// How long to wait before the next try, if there is one, after `tries` so far; `jitter` is drawn
    /// evenly from 0 to 1.
    pub(crate) fn delay(self, tries: u32, failure: &Error, jitter: f64) -> Option<Duration> {
        let asked = failure.retry_after();
        let limited = failure.code() == Code::ResourceExhausted
            && !self.rate_limit_wait.is_zero()
            && asked.is_some_and(|wait| wait <= self.rate_limit_wait);
        if tries >= self.max_tries || !(limited || failure.may_pass()) {
            return None;
        }
        let span = FIRST_SPAN
            .saturating_mul(1 << (tries - 1).min(20))
            .min(LONGEST_SPAN);
        let drawn = span.mul_f64(0.5 + jitter / 2.0);
        Some(asked.map_or(drawn, |wait| wait.max(drawn)))
    }
}

use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// So many requests in any stretch of time that is so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many; at least one.
    pub most: usize,
    /// In how long a time.
    pub within: Duration,
}

/// Lets requests begin no faster than at a rate, in the order in which they come.
pub(super) struct Pace {
    begin: Instant,
    turns: Mutex<Turns>,
}

/// When the last requests began, counted from a beginning.
struct Turns {
    rate: Rate,
    last: VecDeque<Duration>,
}

impl Pace {
    pub(super) fn new(rate: Rate) -> Self {
        Self {
            begin: Instant::now(),
            turns: Mutex::new(Turns {
                rate,
                last: VecDeque::new(),
            }),
        }
    }

    /// Waits until one more may begin.
    pub(super) async fn turn(&self) {
        // The lock is kept meanwhile: who waits first goes first.
        let mut turns = self.turns.lock().await;
        let turn = turns.next(self.begin.elapsed());
        sleep_until(self.begin + turn).await;
    }
}

impl Turns {
    /// When a request may begin that comes `now`; it is counted.
    fn next(&mut self, now: Duration) -> Duration {
        let full = self.last.len() >= self.rate.most.max(1);
        let first = full.then(|| self.last.pop_front()).flatten();
        let begin = first.map_or(now, |first| now.max(first + self.rate.within));
        self.last.push_back(begin);
        begin
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When requests begin that come at these times, in milliseconds.
    fn check(come: &[u64], begin: &[u64]) {
        let mut turns = Turns {
            rate: Rate {
                most: 3,
                within: Duration::from_secs(1),
            },
            last: VecDeque::new(),
        };
        let begun = come.iter().map(|at| turns.next(Duration::from_millis(*at)));
        let begun: Vec<u128> = begun.map(|at| at.as_millis()).collect();
        let begin: Vec<u128> = begin.iter().copied().map(u128::from).collect();
        assert_eq!(begun, begin, "{come:?}");
    }

    #[test]
    fn no_second_sees_more_than_it_may() {
        check(&[0, 0, 0], &[0, 0, 0]);
        check(&[0, 0, 0, 0, 0, 0, 0], &[0, 0, 0, 1000, 1000, 1000, 2000]);
        check(&[0, 400, 800, 900, 900], &[0, 400, 800, 1000, 1400]);
        check(&[0, 1500, 3000, 4500], &[0, 1500, 3000, 4500]);
    }
}

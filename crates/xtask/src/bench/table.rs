//! The table of figures.

use std::fmt;

/// What one thing took: medians.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Taken {
    /// By the clock, in milliseconds.
    pub(super) wall: f64,
    /// On a processor, in milliseconds: what other work on the machine changes least.
    pub(super) processor: f64,
    /// The most memory at once, in MB; none for what is measured within a process.
    pub(super) peak: Option<f64>,
}

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Target {
    /// By the clock, in milliseconds.
    pub(super) wall: f64,
    /// In MB.
    pub(super) peak: Option<f64>,
}

/// A line: something that is measured, or a peer that was measured in the same run and has no target.
pub(super) struct Row {
    /// The number of the target: `S5`.
    pub(super) id: &'static str,
    pub(super) what: String,
    pub(super) taken: Taken,
    pub(super) target: Option<Target>,
}

impl Target {
    fn is_held(&self, taken: &Taken) -> bool {
        let small = match (self.peak, taken.peak) {
            (Some(most), Some(peak)) => peak <= most,
            (most, _) => most.is_none(),
        };
        taken.wall <= self.wall && small
    }
}

impl fmt::Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Taken {
            wall,
            processor,
            peak,
        } = self.taken;
        let size = |size: Option<f64>| size.map(|size| format!("{size:.0} MB")).unwrap_or_default();
        let (target, held) = match self.target {
            None => (String::new(), ""),
            Some(target) => {
                let held = match target.is_held(&self.taken) {
                    true => "held",
                    false => "missed",
                };
                let most = target.peak.map(|peak| format!(", {peak:.0} MB"));
                (
                    format!("≤ {:.0} ms{}", target.wall, most.unwrap_or_default()),
                    held,
                )
            }
        };
        let line = format!(
            "{:<4}{:<44}{wall:>9.1} ms{processor:>9.1} ms{:>8}  {target:<18}{held}",
            self.id,
            self.what,
            size(peak)
        );
        formatter.write_str(line.trim_end())
    }
}

/// Something that is counted, the same on every machine; or what a peer was found to have, which has no target.
pub(super) struct Count {
    pub(super) id: &'static str,
    pub(super) what: &'static str,
    pub(super) found: f64,
    pub(super) unit: &'static str,
    /// The target.
    pub(super) most: Option<f64>,
}

impl Count {
    /// What was found once, elsewhere.
    pub(super) fn of_peer(
        id: &'static str,
        what: &'static str,
        found: f64,
        unit: &'static str,
    ) -> Self {
        Self {
            id,
            what,
            found,
            unit,
            most: None,
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            id,
            what,
            found,
            unit,
            most,
        } = self;
        let (target, held) = match most {
            None => (String::new(), ""),
            Some(most) => {
                let held = if found <= most { "held" } else { "missed" };
                (format!("≤ {most} {unit}"), held)
            }
        };
        let found = (found * 10.0).round() / 10.0;
        let line = format!("{id:<4}{what:<44}{found:>9} {unit:<26}{target:<18}{held}");
        formatter.write_str(line.trim_end())
    }
}

/// Prints the rows below a heading, and the counts below them.
pub(super) fn print(rows: &[Row], counts: &[Count]) {
    println!(
        "{:<4}{:<44}{:>12}{:>12}{:>8}  target",
        "", "medians", "wall", "processor", "peak"
    );
    for row in rows {
        println!("{row}");
    }
    for count in counts {
        println!("{count}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(target: Option<Target>) -> String {
        let row = Row {
            id: "S6",
            what: "preview of a list".to_owned(),
            taken: Taken {
                wall: 151.26,
                processor: 140.0,
                peak: Some(99.7),
            },
            target,
        };
        row.to_string()
    }

    #[test]
    fn what_is_counted_is_held_or_not() {
        let calls = |found| Count {
            id: "S9",
            what: "calls to AWS of a first run",
            found,
            unit: "calls",
            most: Some(6.0),
        };
        assert_eq!(
            calls(6.0).to_string(),
            "S9  calls to AWS of a first run                         6 calls                     ≤ 6 calls         held"
        );
        assert!(calls(7.0).to_string().ends_with("missed"));
    }

    #[test]
    fn a_row_says_whether_both_the_time_and_the_memory_are_held() {
        let target = |wall, peak| Some(Target { wall, peak });
        assert_eq!(
            row(target(160.0, Some(100.0))),
            "S6  preview of a list                               151.3 ms    140.0 ms  100 MB  ≤ 160 ms, 100 MB  held"
        );
        assert!(row(target(160.0, Some(99.0))).ends_with("missed"));
        assert!(row(target(150.0, None)).ends_with("≤ 150 ms          missed"));
        assert!(row(None).ends_with("100 MB"));
    }
}

//! How long the evaluation takes: `evaluate IMAGES NOW RUNS POLICY…`.
//!
//! Prints a line for the reading of the images and one for each policy: the
//! median wall time and the median time on the processor, in milliseconds.
//! `cargo xtask bench` writes the files and reads the lines.

use std::error::Error;
use std::time::Instant;

use ecrane_core::lifecycle::image::{self, Images, Moment};
use ecrane_core::lifecycle::{Policy, check, evaluate};

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo adds `--bench`.
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let [images_path, now, runs, policies @ ..] = words.as_slice() else {
        println!("usage: evaluate IMAGES NOW RUNS POLICY…");
        return Ok(());
    };
    let (now, runs): (Moment, usize) = (now.parse()?, runs.parse()?);
    let text = std::fs::read_to_string(images_path)?;
    let images = read(&text)?;
    let policies: Vec<Policy> = policies
        .iter()
        .map(|path| policy(path))
        .collect::<Result<_, _>>()?;

    let mut reading = Times::default();
    let mut evaluating: Vec<Times> = policies.iter().map(|_| Times::default()).collect();
    // In turns, so that what slows the machine slows all alike.
    for _ in 0..runs {
        reading.measure(|| read(&text))??;
        for (policy, times) in policies.iter().zip(&mut evaluating) {
            times.measure(|| evaluate(policy, &images, now).summary())?;
        }
    }
    println!("{reading}");
    for times in &evaluating {
        println!("{times}");
    }
    Ok(())
}

fn read(text: &str) -> Result<Images, Box<dyn Error>> {
    let listing = image::read(text);
    listing
        .images
        .ok_or_else(|| format!("{:?}", listing.diagnostics).into())
}

fn policy(path: &str) -> Result<Policy, Box<dyn Error>> {
    let checked = check(&std::fs::read_to_string(path)?);
    checked
        .policy
        .ok_or_else(|| format!("{path}: {:?}", checked.diagnostics).into())
}

/// What each run took, in milliseconds.
#[derive(Default)]
struct Times {
    wall: Vec<f64>,
    processor: Vec<f64>,
}

impl Times {
    fn measure<T>(&mut self, run: impl FnOnce() -> T) -> Result<T, Box<dyn Error>> {
        let (processor, wall) = (on_processor()?, Instant::now());
        let result = std::hint::black_box(run());
        self.wall.push(wall.elapsed().as_secs_f64() * 1e3);
        self.processor.push(on_processor()? - processor);
        Ok(result)
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [wall, processor] = [&self.wall, &self.processor].map(|times| median(times));
        write!(f, "{wall:.3}\t{processor:.3}")
    }
}

fn median(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_unstable_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// How long this thread was on a processor, in milliseconds.
fn on_processor() -> Result<f64, Box<dyn Error>> {
    // Linux tells three numbers, this one first, in nanoseconds.
    let told = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let first: f64 = told.split(' ').next().unwrap_or_default().parse()?;
    Ok(first / 1e6)
}

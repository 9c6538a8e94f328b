//! The outer suite: the built binary, a real engine, and clients that nobody
//! here wrote. `cargo xtask test` brings what it needs.

mod act;
mod architecture;
mod contract;
mod faulty;
mod harness;
#[cfg(test)]
mod lifecycle;
mod up;

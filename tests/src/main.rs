//! The outer suite: the built binary, a real engine, and clients that nobody
//! here wrote. `cargo xtask test` brings what it needs.
#![cfg(test)]

mod act;
mod adopted;
mod architecture;
mod backend;
mod background;
mod build;
mod canary;
mod contract;
mod credentials;
mod destroy;
mod docs;
mod faulty;
mod gate;
mod harness;
mod http;
mod images;
mod inert;
mod lifecycle;
mod lint;
mod load;
mod local;
mod page;
mod plan;
mod playground;
mod proxy;
mod pull_request;
mod push;
mod release;
mod repository;
mod reuse;
mod schemas;
mod sign_in;
mod stop;
mod trouble;
mod up;
mod wasm;
mod workflow;

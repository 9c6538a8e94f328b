//! The outer suite.

mod lifecycle;

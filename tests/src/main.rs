//! The outer suite.

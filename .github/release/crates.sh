#!/usr/bin/env bash
# The crates that are linked into the program that ships, one per line: `cargo NAME VERSION LICENCE`, by tabs.
# What only builds or tests it is not in it.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
cargo tree --package ecrane --locked --target x86_64-unknown-linux-musl --edges normal,no-proc-macro --prefix none \
  --format '{p}|{l}' \
  | sed --regexp-extended --quiet 's/ \(\*\)$//; s/^([^ ]+) v([^ |]+)( \([^|]*\))?\|(.*)$/cargo\t\1\t\2\t\4/p' \
  | LC_ALL=C sort --unique

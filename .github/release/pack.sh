#!/usr/bin/env bash
# Packs a program into what a release offers: FOLDER gets the archive and its digest. The same program gives the
# same bytes at any time.
#
#   pack.sh PROGRAM FOLDER
set -euo pipefail

program="$1" folder="$2"
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
archive=ecrane-x86_64-unknown-linux-musl.tar.gz

tree="$(mktemp -d)"
trap 'rm -rf "$tree"' EXIT
install -m 755 "$program" "$tree/ecrane"
install -m 644 "$root"/LICENSE-{APACHE,MIT} "$tree"
mkdir -p "$folder"
tar --create --sort=name --format=ustar --owner=0 --group=0 --numeric-owner --mtime=@0 --directory "$tree" ecrane LICENSE-APACHE LICENSE-MIT \
  | gzip --no-name --best > "$folder/$archive"
cd "$folder"
sha256sum "$archive" > SHA256SUMS

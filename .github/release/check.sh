#!/usr/bin/env bash
# Whether the checkout is ready to be released as a version.
#
#   check.sh VERSION
set -euo pipefail

version="$1"
folder="$(dirname "${BASH_SOURCE[0]}")"
cargo="$folder/../../Cargo.toml"

if [[ ! $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]]; then
  echo "error: \`$version\` is no version; write it as 1.2.0" >&2
  exit 1
fi
own="$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"$/\1/p' "$cargo")"
if [[ $own != "$version" ]]; then
  echo "error: Cargo.toml says version $own, not $version" >&2
  exit 1
fi
"$folder/notes.sh" "$version" > /dev/null

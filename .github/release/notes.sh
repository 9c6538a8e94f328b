#!/usr/bin/env bash
# What CHANGELOG.md says of a version, for its release.
#
#   notes.sh VERSION
set -euo pipefail

version="$1"
changelog="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/CHANGELOG.md"
notes="$(awk -v head="## [$version]" '
  /^## / { within = index($0, head) == 1; next }
  /^\[.*\]: / { next }
  within' "$changelog")"
if [[ -z ${notes//[[:space:]]/} ]]; then
  echo "error: CHANGELOG.md says nothing of $version: move what is under Unreleased below \`## [$version] - DATE\`" >&2
  exit 1
fi
printf '%s\n' "$notes"

#!/usr/bin/env bash
# The one difference between a release and the commit before it: `action.yml` names the image that was built instead
# of the Dockerfile to build it from. Prints the file for the release.
#
#   pin.sh REGISTRY/NAME@sha256:…
set -euo pipefail

image="$1"
action="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/action.yml"
if [[ ! $image =~ ^[a-z0-9./:_-]+@sha256:[0-9a-f]{64}$ ]]; then
  echo "error: \`$image\` is no image by digest" >&2
  exit 1
fi
if [[ $(grep --count --line-regexp '  image: Dockerfile' "$action") != 1 ]]; then
  echo "error: action.yml has no line \`  image: Dockerfile\`, or several" >&2
  exit 1
fi
sed "s|^  image: Dockerfile\$|  image: docker://$image|" "$action"

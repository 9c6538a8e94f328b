#!/usr/bin/env bash
# Puts a released ecrane on this machine: what `setup/action.yml` runs, and any other CI system can. It is told by
# the environment, and leaves nothing behind when it fails.
#
#   ECRANE_VERSION      the release, such as 1.2.0
#   ECRANE_DOWNLOADS    the address above the releases' folders (…/releases/download, or a mirror's)
#   ECRANE_FOLDER       where the program goes
#   ECRANE_SHA256       the archive's digest; without it, the release's file SHA256SUMS says it
#   ECRANE_ATTESTATION  auto (verified where `gh` can), require, skip
#   ECRANE_REPOSITORY   OWNER/NAME whose workflow must have built it, for the attestation
#   ECRANE_MIRRORED     set to anything where the downloads come from a mirror
set -euo pipefail

fail() {
  local message="ecrane is not installed: $*"
  if [[ ${GITHUB_ACTIONS:-} == true ]]; then
    message="${message//'%'/%25}"
    message="${message//$'\r'/%0D}"
    printf '::error::%s\n' "${message//$'\n'/%0A}"
  else
    printf 'error: %s\n' "$message" >&2
  fi
  exit 1
}

[[ ${ECRANE_VERSION:-} =~ ^v?([0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?)$ ]] \
  || fail "\`${ECRANE_VERSION:-}\` is no version; write it as 1.2.0"
version="${BASH_REMATCH[1]}"
sha256="${ECRANE_SHA256:-}"
[[ $sha256 =~ ^([0-9a-f]{64})?$ ]] || fail "\`sha256\` is 64 hexadecimal digits, in lower case"
attestation="${ECRANE_ATTESTATION:-auto}"
[[ $attestation =~ ^(auto|require|skip)$ ]] || fail "\`attestation\` is auto, require or skip, not \`$attestation\`"

# One target so far. `uname -s` on Windows is what the shell there calls itself.
system="$(uname -s)-$(uname -m)"
case "$system" in
  Linux-x86_64) target=x86_64-unknown-linux-musl ;;
  *) fail "releases have a program for Linux on x86-64 only so far, and this runner is $system" ;;
esac

# Whoever is on the way of plain HTTP can change archive and digest alike.
downloads="${ECRANE_DOWNLOADS%/}"
case "$downloads" in
  https://* | http://127.0.0.1:* | http://127.0.0.1/* | http://localhost:* | http://localhost/*) ;;
  http://*) [[ -n $sha256 ]] || fail "plain HTTP needs \`sha256\`, or a mirror with HTTPS" ;;
  *) fail "\`$downloads\` is no address; write it as https://…" ;;
esac

archive="ecrane-$target.tar.gz"
work="$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/ecrane.XXXXXX")"
trap 'rm -rf "$work"' EXIT

download() {
  local address="$downloads/v$version/$1"
  curl --fail --silent --show-error --location --retry 3 --proto =http,https --proto-redir =https \
    --output "$work/$1" "$address" || fail "\`$address\` could not be downloaded"
}

download "$archive"
if [[ -z $sha256 ]]; then
  download SHA256SUMS
  sha256="$(awk -v name="$archive" '$2 == name { print $1 }' "$work/SHA256SUMS")"
  [[ $sha256 =~ ^[0-9a-f]{64}$ ]] || fail "SHA256SUMS of v$version does not name $archive once"
fi
read -r actual _ < <(sha256sum "$work/$archive")
[[ $actual == "$sha256" ]] || fail "$archive of v$version has the digest $actual, and $sha256 was expected"

# Why the attestation is not looked at, if it is not.
obstacle() {
  if [[ $attestation == skip ]]; then
    echo "as was asked"
  elif [[ $attestation == auto && -n ${ECRANE_MIRRORED:-} ]]; then
    echo "a mirror has none"
  elif ! command -v gh > /dev/null; then
    echo "\`gh\` is not here"
  elif [[ -z ${GH_TOKEN:-} ]]; then
    echo "\`gh\` has no token"
  fi
}
unseen="$(obstacle)"
if [[ -z $unseen ]]; then
  gh attestation verify "$work/$archive" --repo "$ECRANE_REPOSITORY" \
    --signer-workflow "$ECRANE_REPOSITORY/.github/workflows/release.yml" > "$work/gh" 2>&1 \
    || fail "the attestation of $archive does not hold: $(< "$work/gh")"
elif [[ $attestation == require ]]; then
  fail "its attestation cannot be verified: $unseen"
fi

tar --extract --gzip --file "$work/$archive" --directory "$work" ecrane
said="$("$work/ecrane" --version)" || fail "the program does not run here"
[[ $said == "ecrane $version" ]] || fail "the archive of v$version holds \`$said\`"
mkdir -p "$ECRANE_FOLDER"
chmod 755 "$work/ecrane"
mv -f "$work/ecrane" "$ECRANE_FOLDER/ecrane"

echo "ecrane $version in $ECRANE_FOLDER, its digest verified"
echo "its attestation: ${unseen:+not looked at, }${unseen:-verified}"
if [[ ${GITHUB_ACTIONS:-} == true ]]; then
  echo "$ECRANE_FOLDER" >> "$GITHUB_PATH"
  printf 'version=%s\npath=%s\n' "$version" "$ECRANE_FOLDER/ecrane" >> "$GITHUB_OUTPUT"
fi

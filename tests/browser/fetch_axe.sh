#!/usr/bin/env bash
# Fetch axe-core by npm for the tests of accessibility, once. It is kept beside other caches, not in the repository.
#
#   tests/browser/fetch_axe.sh            fetch it unless it is there
#   tests/browser/fetch_axe.sh --where    only say where it is
#
# WATCHWORD_CACHE names another folder to keep it in.
set -euo pipefail
version=4.14.1
sha512=FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==
folder=${WATCHWORD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/watchword-tests}/axe-core-$version

if [ "${1:-}" = --where ]; then
  echo "$folder/axe.min.js"
  exit
fi
[ ! -f "$folder/axe.min.js" ] || exit 0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
npm pack --silent --pack-destination "$scratch" "axe-core@$version" >/dev/null
if [ "$(openssl dgst -sha512 -binary "$scratch/axe-core-$version.tgz" | base64 -w0)" != "$sha512" ]; then
  echo "axe-core $version is not the one that was looked at" >&2
  exit 1
fi
tar -xzf "$scratch/axe-core-$version.tgz" -C "$scratch" package/axe.min.js package/LICENSE
mkdir -p "$folder"
mv "$scratch/package/LICENSE" "$folder/"
mv "$scratch/package/axe.min.js" "$folder/"   # last: its being there means that all of it is

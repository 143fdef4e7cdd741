#!/usr/bin/env bash
# Run pytest in a real Windows Python under Wine, against this checkout.
#
#   tests/windows/run.sh [PYTEST ARGUMENT]...       without one: everything that is meant to pass on Windows
#   tests/windows/run.sh --python [ARGUMENT]...     that Python itself
#
# WATCHWORD_WINE names where that Python is kept (see wine-python.sh).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
dest=$("$here/wine-python.sh" ${WATCHWORD_WINE:+"$WATCHWORD_WINE"})
cd "$repository"

python=$repository/.venv/bin/python
[ -x "$python" ] || python=python3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The distribution's metadata, so that the entry points of the built-in checks are found; the code is the checkout's.
"$python" -m hatchling build -t wheel -d "$scratch" >/dev/null 2>&1
unzip -q "$scratch"/watchword-*.whl '*.dist-info/*' -d "$scratch/metadata"

windows() { local path=Z:$1; echo "${path//\//\\}"; }

# Only what is named here: not this computer's variables. No UTF-8 mode and no UTF-8 code page either: as on a person's
# laptop, text without a named encoding is cp1252 there. Bytecode goes elsewhere, for Linux's says other paths.
environment=(
  PATH="$PATH" HOME="$HOME" LC_ALL=C.UTF-8 DISPLAY=
  WINEPREFIX="$dest/prefix" WINEDEBUG=-all WINEARCH=win64 WINEDLLOVERRIDES="mscoree,mshtml="
  PYTHONPATH="$(windows "$repository");$(windows "$scratch/metadata")"
  PYTHONPYCACHEPREFIX="$(windows "$dest/pycache")"
  HYPOTHESIS_STORAGE_DIRECTORY="$(windows "$dest/hypothesis")"
)
[ -z "${WATCHWORD_NO_SKIPS:-}" ] || environment+=(WATCHWORD_NO_SKIPS=1)

if [ "${1:-}" = --python ]; then
  shift
else
  [ "$#" -gt 0 ] || set -- tests
  set -- -m pytest -p no:cacheprovider "$@"
fi
# Input from nowhere and output through a pipe: else Python cannot set up its standard streams under Wine.
env -i "${environment[@]}" wine "$dest/py/python.exe" "$@" </dev/null 2>&1 | cat

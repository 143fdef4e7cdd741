#!/usr/bin/env bash
# Run pytest in a real Windows Python under Wine, against this checkout.
#
#   tests/windows/run.sh                            everything that is meant to pass on Windows
#   tests/windows/run.sh PYTEST_ARGUMENT...         only what these name
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

# Not here: tests of Linux's own parts, and of the command line, which tests/windows has tests of its own for.
everything=(
  tests/windows tests/config tests/checks tests/agent/host
  tests/agent/test_{accounts,http,journal,recorder,runner,secrets,status,store,words}.py
  --ignore=tests/config/test_loader.py            # who owns a file
  --ignore=tests/agent/host/test_live.py          # tests/windows has its own
  --ignore=tests/agent/host/native                # D-Bus, snapd
  --ignore=tests/checks/password_manager/test_check.py  # files of a live Linux home
)
# Rights, links and signals as only POSIX has them, names that Windows forbids, and Linux's keyring.
not_on_windows=(
  tests/checks/app_updates/feeds/test_winget_index.py::test_a_folder_with_signs_of_an_address_in_its_name_is_no_trouble
  tests/agent/host/test_replay.py::test_a_recorded_glob_finds_what_the_real_one_finds
  tests/agent/host/test_watch.py::test_a_real_process_is_found_again
  tests/agent/host/test_watch.py::test_a_watched_folder_replays_its_globs_and_files
  tests/agent/host/test_watch.py::test_checks_side_by_side_may_use_it
  tests/agent/test_secrets.py::test_a_folder_named_agent_in_the_current_directory_is_not_run
  tests/agent/test_secrets.py::test_without_a_session_bus_there_is_no_keyring
  tests/agent/test_status.py::test_a_directory_that_cannot_be_written_is_said_in_one_line
  tests/agent/test_status.py::test_a_full_disk_leaves_the_last_document_and_no_litter
  tests/agent/test_status.py::test_a_reader_always_finds_a_whole_document
  tests/agent/test_status.py::test_only_its_owner_may_read_it
  tests/agent/test_store.py::test_a_folder_that_cannot_be_made_is_one_clear_error
  tests/agent/test_store.py::test_a_pipe_in_the_place_of_the_journal_is_not_waited_for
  tests/agent/test_store.py::test_files_are_for_their_owner_only_even_with_a_loose_umask
  tests/agent/test_store.py::test_killed_at_any_moment_no_statement_that_was_confirmed_is_lost
  tests/agent/test_store.py::test_loose_rights_of_an_existing_store_are_tightened
  tests/agent/test_store.py::test_what_a_process_states_while_another_repairs_the_store_is_not_lost
  tests/agent/test_store.py::test_without_a_disk_the_store_is_in_memory_and_says_so
)

if [ "${1:-}" = --python ]; then
  shift
else
  [ "$#" -gt 0 ] || set -- "${everything[@]}" "${not_on_windows[@]/#/--deselect=}"
  set -- -m pytest -p no:cacheprovider "$@"
fi
# Input from nowhere and output through a pipe: else Python cannot set up its standard streams under Wine.
env -i "${environment[@]}" wine "$dest/py/python.exe" "$@" </dev/null 2>&1 | cat

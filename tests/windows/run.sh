#!/usr/bin/env bash
# Run pytest in a real Windows Python under Wine, against this checkout.
#
#   tests/windows/run.sh                            everything that is meant to pass on Windows
#   tests/windows/run.sh PYTEST_ARGUMENT...         only what these name
#   tests/windows/run.sh --failed                   what failed last time, of everything
#   tests/windows/run.sh --python [ARGUMENT]...     that Python itself
#
# WATCHWORD_WINE names where that Python is kept (see wine-python.sh).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
dest=$("$here/wine-python.sh" ${WATCHWORD_WINE:+"$WATCHWORD_WINE"})
exec 8<"$dest/lock"; flock -s 8   # nobody makes it anew while it runs here
cd "$repository"

python=$repository/.venv/bin/python
[ -x "$python" ] || python=python3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The distribution's metadata, so that the entry points of the built-in checks are found; the code is the checkout's.
"$python" -m hatchling build -t wheel -d "$scratch" >/dev/null 2>&1
unzip -q "$scratch"/watchword-[0-9]*.whl '*.dist-info/*' -d "$scratch/metadata"

# The example of a check from elsewhere, for tests/agent/test_plugins.py: that Python has no pip to install it with.
(cd tests/example_plugin && "$python" -m hatchling build -t wheel -d "$scratch" >/dev/null 2>&1)
example=$(echo "$scratch"/watchword_example-*.whl)

# What Linux answers about the recorded computers, for tests/windows/test_recordings.py; in a home without settings.
env -i PATH="$PATH" HOME="$scratch" LC_ALL=C.UTF-8 PYTHONPATH="$repository:$scratch/metadata" \
  "$python" -m tests.windows.answers >"$scratch/answers.json"

windows() { local path=Z:$1; echo "${path//\//\\}"; }

# Only what is named here: not this computer's variables. No UTF-8 mode and no UTF-8 code page either: as on a person's
# laptop, text without a named encoding is cp1252 there. Bytecode goes elsewhere, for Linux's says other paths.
environment=(
  PATH="$PATH" HOME="$HOME" LC_ALL=C.UTF-8 DISPLAY=
  WINEPREFIX="$dest/prefix" WINEDEBUG=-all WINEARCH=win64 WINEDLLOVERRIDES="mscoree,mshtml="
  PYTHONPATH="$(windows "$repository");$(windows "$scratch/metadata")"
  PYTHONPYCACHEPREFIX="$(windows "$dest/pycache")"
  WATCHWORD_EXAMPLE="$(windows "$example")"
  WATCHWORD_ANSWERS="$(windows "$scratch/answers.json")"
  HYPOTHESIS_STORAGE_DIRECTORY="$(windows "$dest/hypothesis")"
)
[ -z "${WATCHWORD_NO_SKIPS:-}" ] || environment+=(WATCHWORD_NO_SKIPS=1)
[ -z "${WATCHWORD_SAME_EXAMPLES:-}" ] || environment+=(WATCHWORD_SAME_EXAMPLES=1)

# Not here: what only Linux or macOS has (D-Bus, snapd, systemd, launchd, named pipes), and what starts a process for
# nearly every line it tests (a second and a half each here) where test_command_line.py tests the same commands.
everything=(
  tests/windows tests/config tests/checks tests/agent/host
  tests/agent/test_{accounts,device,due,health,http,locking,logs,paths,plugins,recorder,runner,secrets,status,text,words}.py
  tests/agent/store/test_{alert_records,compaction,journal,migration,store}.py
  tests/agent/daemon/test_{clock,doorbell,supervisor,timetable}.py tests/agent/autostart/test_task.py
  tests/agent/page/menu/test_link_file.py
  tests/agent/cli/test_{breach,check,compare,config,password,record,secret}.py
  --ignore=tests/config/test_trust.py             # owners and modes; tests/windows/test_trust.py has Windows' own
  --ignore=tests/agent/host/test_live.py          # paths and programs of Linux; tests/windows has its own
  --ignore=tests/agent/host/native                # D-Bus, snapd
  --ignore=tests/checks/password_manager/test_check.py  # files of a live Linux home
)
not_on_windows=(
  # Rights of owner, group and others; a full disk (/dev/full)
  tests/agent/cli/test_record.py::test_this_computer_is_recorded_and_judged_the_same
  tests/agent/cli/test_record.py::test_with_force_a_file_is_replaced_and_only_its_owner_can_read_it
  tests/agent/test_status.py::test_a_directory_that_cannot_be_written_is_said_in_one_line
  tests/agent/test_status.py::test_a_full_disk_leaves_the_last_document_and_no_litter
  tests/agent/test_status.py::test_only_its_owner_may_read_it
  tests/agent/store/test_compaction.py::test_the_new_journal_is_for_its_owner_only
  tests/agent/store/test_store.py::test_a_folder_that_cannot_be_made_is_one_clear_error
  tests/agent/store/test_store.py::test_files_are_for_their_owner_only_even_with_a_loose_umask
  tests/agent/store/test_store.py::test_loose_rights_of_an_existing_store_are_tightened
  tests/agent/store/test_store.py::test_without_a_disk_the_store_is_in_memory_and_says_so
  # Pipes with a name in a folder (FIFOs), and links, which take an administrator on Windows and are not in Wine
  tests/agent/cli/test_check.py::test_what_is_not_a_file_in_the_place_of_status_json_is_not_waited_for
  tests/agent/cli/test_record.py::test_a_link_that_leads_nowhere_is_not_followed
  tests/agent/store/test_store.py::test_a_pipe_in_the_place_of_the_journal_is_not_waited_for
  tests/config/test_loader.py::test_a_fifo_is_refused_without_waiting
  tests/config/test_loader.py::test_a_link_to_itself_is_refused
  # A path with a second slash before it, which is another computer's on Windows only when written from Linux
  "tests/agent/host/test_windows_paths.py::test_no_host_reads_lists_or_dates_such_a_path[live]"
  # Signals, forks, pseudo-terminals; programs of Linux
  tests/agent/daemon/test_doorbell.py::test_a_file_in_the_place_of_the_bell_is_not_written_to
  tests/agent/daemon/test_doorbell.py::test_a_pipe_left_behind_by_one_that_was_killed_is_replaced
  tests/agent/daemon/test_doorbell.py::test_a_signal_ends_the_wait
  tests/agent/daemon/test_doorbell.py::test_only_the_person_can_ring
  tests/agent/test_logs.py::test_a_link_in_its_place_is_not_followed
  tests/agent/cli/test_check.py::test_progress_fits_the_terminal
  tests/agent/host/test_watch.py::test_a_real_process_is_found_again
  tests/agent/test_plugins.py::test_one_that_never_answers_is_ended_at_its_time_limit[fork]
  tests/agent/test_plugins.py::test_one_that_never_ends_its_import_is_given_up
  tests/agent/store/test_store.py::test_killed_at_any_moment_no_statement_that_was_confirmed_is_lost
  tests/agent/store/test_store.py::test_what_a_process_states_while_another_repairs_the_store_is_not_lost
  # A home named by HOME, settings where XDG variables say, the user database
  tests/agent/cli/test_check.py::test_a_home_that_cannot_be_written_does_not_stop_the_checks
  tests/agent/cli/test_config.py::test_check_without_a_file_speaks_of_both_files
  tests/agent/cli/test_config.py::test_show_lists_every_setting_with_its_source
  tests/agent/cli/test_config.py::test_show_with_wrong_settings_ends_with_two
  tests/agent/cli/test_record.py::test_without_a_file_it_goes_to_standard_output_and_words_do_not
  tests/agent/test_paths.py::test_a_home_that_is_no_full_path_is_passed_over
  tests/agent/test_paths.py::test_a_user_without_home_or_name_writes_nowhere
  # Linux's keyring; Windows always has one
  tests/agent/cli/test_secret.py::test_no_keyring_is_told_and_ends_with_4
  tests/agent/test_secrets.py::test_a_folder_named_agent_in_the_current_directory_is_not_run
  tests/agent/test_secrets.py::test_without_a_session_bus_there_is_no_keyring
  # Names and patterns with characters that Windows forbids; a home that is empty at first (Windows' has AppData)
  tests/agent/cli/test_password.py::test_it_works_as_a_command_with_a_pipe_and_leaves_no_file
  tests/agent/host/test_replay.py::test_a_recorded_glob_finds_what_the_real_one_finds
  tests/agent/host/test_watch.py::test_a_watched_folder_replays_its_globs_and_files
  tests/checks/app_updates/feeds/test_winget_index.py::test_a_folder_with_signs_of_an_address_in_its_name_is_no_trouble
  # Windows has another word for what is wrong with a folder in the place of a file
  tests/agent/store/test_compaction.py::test_a_journal_that_cannot_be_replaced_stays_and_what_was_kept_is_kept
  # A reader that opens the document as it pleases, and a writer that may not wait for it (test_command_line.py has both)
  tests/agent/test_status.py::test_a_reader_always_finds_a_whole_document
  # Wine has no apps and no updates: nothing there for a result to rest on
  tests/agent/cli/test_check.py::test_explain_shows_what_a_result_rests_on
)

if [ "${1:-}" = --python ]; then
  shift
else
  all=("${everything[@]}" "${not_on_windows[@]/#/--deselect=}")
  case "${1:-}" in
    "") set -- "${all[@]}" ;;
    --failed) set -- --last-failed --last-failed-no-failures=none "${all[@]}" ;;
  esac
  set -- -m pytest -o cache_dir="$(windows "$dest/failed")" "$@"
fi
# Input from nowhere and output through a pipe: else Python cannot set up its standard streams under Wine.
env -i "${environment[@]}" wine "$dest/py/python.exe" "$@" </dev/null 2>&1 8<&- | cat

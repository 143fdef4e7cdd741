"""The threats of docs/threats.md, and the tests which show what stands against each.

What somebody could do to the people whom Watchword is for has a number there. Here it has the tests, so that none is
lost when they move. What is not done says so in the document, with its reason.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "threats.md"
ALERTS, NOTIFY, PAGE, CLI = "tests/agent/alerts", "tests/agent/notify", "tests/agent/page", "tests/agent/cli"
FORMS, BROWSER, BREACH = f"{PAGE}/forms", "tests/browser", "tests/checks/breach"
REPORT, EXPORTERS = "tests/agent/report", "tests/agent/report/exporters"
GUARD, SERVER, COLLECTOR = f"{PAGE}/test_guard.py", f"{PAGE}/test_server.py", "tests/test_report_server.py"
ATTESTED, ASKED_FOR = "tests/agent/test_attested.py", "tests/config/test_report_settings.py"

#: The threat's number with the tests for it.
THREATS: dict[int, tuple[str, ...]] = {
    # An alert that is copied.
    1: (
        f"{NOTIFY}/test_threats.py::test_an_alert_never_looks_like_a_lure",
        f"{NOTIFY}/test_threats.py::test_nothing_we_ship_asks_for_a_password_on_a_page",
        "tests/agent/test_words.py::test_an_alert_has_no_link_address_or_number_to_call",
        "tests/agent/test_words.py::test_words_are_calm",
        f"{PAGE}/test_pages.py::test_nobody_is_asked_for_a_password",
        f"{FORMS}/test_every_page.py::test_no_field_asks_for_a_password_or_is_remembered_by_the_browser",
        f"{PAGE}/test_about.py::test_the_foot_of_every_page_leads_there",
        f"{PAGE}/test_about.py::test_it_says_what_a_real_page_and_a_real_alert_never_do",
        f"{ALERTS}/test_saying.py::test_a_greeting_says_what_the_program_never_does",
        f"{ALERTS}/test_unhurried.py::test_after_the_first_round_the_person_is_greeted_once",
    ),
    # A page that is copied.
    2: (
        f"{PAGE}/test_about.py::test_what_it_says_of_the_address_is_true_of_every_page",
        f"{SERVER}::test_only_this_computer_reaches_it",
        f"{PAGE}/test_pages.py::test_links_to_others_show_their_host_and_tell_it_nothing",
        "tests/agent/test_words.py::test_links_are_https_and_go_to_known_hosts_only",
        f"{PAGE}/test_parts.py::test_a_note_that_makes_no_sense_is_none",
    ),
    # Somebody is watched.
    3: (
        f"{EXPORTERS}/test_all.py::test_no_marker_that_was_planted_leaves",
        f"{FORMS}/test_it.py::test_every_member_of_the_report_has_words_and_nothing_else_has",
        f"{FORMS}/test_it.py::test_every_member_and_every_fact_is_on_the_page",
        f"{CLI}/test_report_rounds.py::test_before_the_person_agrees_rounds_send_nothing_and_ask_no_keyring",
        f"{CLI}/test_report_rounds.py::test_a_level_that_the_office_raises_stays_where_the_person_agreed",
        f"{REPORT}/test_sharing.py::test_of_two_levels_the_lower_holds",
        f"{FORMS}/test_sharing.py::test_the_last_report_is_shown_to_the_byte",
        f"{ALERTS}/test_unhurried.py::test_a_month_after_the_person_agreed_they_are_reminded_that_they_share",
        "tests/agent/test_speaking.py::test_only_who_shares_reports_is_reminded_of_it_quietly",
        f"{FORMS}/test_sharing.py::test_after_stopping_nothing_leaves_and_the_office_knows",
    ),
    # A result that is edited.
    4: (
        f"{CLI}/test_report_rounds.py::test_what_somebody_wrote_into_status_json_is_in_no_report",
        f"{CLI}/test_report_rounds.py::test_nor_is_it_when_a_check_would_wait_for_power",
        f"{CLI}/test_report_rounds.py::test_numbers_rise_over_rounds_and_a_lost_database_and_outbox",
        f"{REPORT}/test_protocol.py::test_a_report_is_sent_as_it_is_and_signed",
        f"{PAGE}/test_view.py::test_how_it_is_known_is_said_in_words",
        f"{REPORT}/test_sources.py::test_a_summary_that_is_not_that_of_its_findings_is_damaged",
    ),
    # A program, settings or a policy that are changed.
    5: (
        "tests/config/test_trust.py::test_a_policy_of_somebody_else_is_refused",
        "tests/config/test_trust.py::test_a_policy_that_anybody_can_change_is_refused",
        "tests/config/test_trust.py::test_a_policy_in_a_directory_that_anybody_can_change_is_refused",
        "tests/windows/test_trust.py::test_a_file_that_everybody_may_write_is_refused",
        f"{CLI}/test_report_rounds.py::test_a_policy_that_cannot_be_read_sends_nothing_and_loses_nothing",
        f"{CLI}/test_choosing.py::test_a_round_goes_on_with_the_last_good_settings_and_says_so",
        "tests/agent/host/test_live.py::test_a_program_is_found_in_trusted_directories_only",
        "tests/agent/host/test_live.py::test_a_directory_that_anybody_can_write_is_not_trusted",
        "tests/agent/test_secrets.py::test_a_folder_named_agent_in_the_current_directory_is_not_run",
        "tests/test_start.py::test_files_where_one_works_are_not_run_as_parts_of_it",
        "tests/agent/autostart/test_linux.py::test_a_watchword_that_was_moved_is_noticed_and_mended",
        "tests/agent/autostart/test_task.py::test_a_task_whose_command_was_changed_by_hand_is_another",
    ),
    # An agent that is stopped.
    6: (
        "tests/agent/autostart/test_templates.py::test_one_that_was_killed_is_started_again_however_often",
        "tests/agent/autostart/test_macos.py::test_the_launch_agent_starts_this_program_and_keeps_it_alive",
        "tests/agent/autostart/test_task.py::test_no_default_that_would_end_or_hold_it_is_left",
        "tests/agent/daemon/test_supervisor.py::test_a_worker_that_crashes_is_tried_again_with_longer_and_longer_waits",
        "tests/agent/daemon/test_killed.py::test_a_killed_daemon_leaves_room_for_the_next_and_no_alert_is_repeated",
        "tests/agent/test_reporting.py::test_a_report_says_by_when_the_next_should_have_come",
        f"{EXPORTERS}/test_entry.py::test_a_report_counts_for_a_week",
        f"{EXPORTERS}/test_entry.py::test_whatever_is_not_current_is_unknown",
    ),
    # A secret that is stolen with its laptop.
    7: (
        f"{CLI}/test_report_secrets.py::test_neither_is_in_an_argument_an_environment_a_file_or_anything_that_is_said",
        f"{CLI}/test_report.py::test_no_command_reads_or_sets_the_secret",
        f"{REPORT}/test_protocol.py::test_neither_a_key_nor_a_request_shows_its_secret",
        "tests/agent/test_enrolment.py::test_every_enrolment_has_a_secret_of_its_own",
        f"{COLLECTOR}::test_nothing_can_be_read_from_it",
        "tests/agent/test_reporting.py::test_an_end_by_the_office_stops_everything_and_prompts_nobody",
        f"{CLI}/test_report.py::test_send_after_the_office_ended_it_says_so",
    ),
    # No keyring, or one in plain text.
    8: (
        "tests/agent/test_secrets.py::test_a_back_end_that_writes_plain_text_is_refused_before_it_writes",
        "tests/agent/test_secrets.py::test_a_back_end_that_keeps_nothing_is_refused",
        f"{CLI}/test_accounts.py::test_without_a_keyring_the_account_works_and_the_address_is_kept_nowhere",
        f"{CLI}/test_report.py::test_send_without_a_keyring_says_why",
        f"{BREACH}/test_breach.py::test_a_keyring_that_does_not_answer_is_unknown",
    ),
    # The key for Have I Been Pwned, and addresses.
    9: (
        f"{CLI}/test_markers.py::test_marks_are_found_only_where_they_belong",
        f"{BREACH}/test_breach.py::test_neither_the_address_nor_the_key_is_in_findings_memory_or_logs",
        "tests/agent/test_http.py::test_neither_logs_nor_errors_repeat_an_address_or_a_header",
        f"{BREACH}/test_breach.py::test_a_plan_with_the_anonymous_search_keeps_the_address_at_home",
        f"{BREACH}/test_breach.py::test_a_plan_that_hid_the_address_once_never_falls_back_to_sending_it",
        f"{BREACH}/test_office.py::test_an_address_that_it_asked_for_is_judged_without_a_key_and_without_asking",
        f"{BREACH}/test_breach.py::test_a_key_that_is_not_accepted_is_said_so_and_not_tried_again_and_again",
        f"{BREACH}/test_breach.py::test_patience_that_was_asked_for_outlives_a_restart_and_an_impatient_person",
        f"{BREACH}/test_breach.py::test_the_source_is_credited_wherever_its_data_is_shown",
        f"{FORMS}/test_accounts.py::test_where_an_address_goes_is_said_where_it_is_asked_for",
    ),
    # A check from elsewhere.
    10: (
        "tests/agent/test_plugins.py::test_an_installed_check_is_found_without_being_imported",
        "tests/agent/test_plugins.py::test_an_installed_check_runs_only_when_the_policy_names_it",
        "tests/config/test_loader.py::test_what_only_the_policy_may_set_is_refused_in_a_persons_file",
        "tests/config/test_loader.py::test_a_choice_cannot_name_code_to_load",
        "tests/agent/test_plugins.py::test_one_that_misbehaves_is_unknown_for_itself_alone",
        "tests/agent/test_plugins.py::test_one_that_never_answers_is_ended_at_its_time_limit",
        "tests/agent/test_plugins.py::test_it_is_given_no_secrets",
        "tests/agent/test_plugins.py::test_it_is_given_no_network",
        "tests/agent/test_plugins.py::test_none_takes_the_place_of_a_built_in_check_or_runs_twice",
        f"{REPORT}/test_build.py::test_a_fact_that_is_not_on_the_list_stays",
    ),
    # A package that is taken over.
    11: (
        "tests/test_own_code.py::test_every_package_has_one_version_and_its_hashes",
        "tests/test_own_code.py::test_no_text_and_no_data_is_run_as_code",
        "tests/test_start.py::test_a_lock_that_was_tampered_with_is_refused",
        "tests/test_start.py::test_the_locks_name_no_place_to_download_from",
    ),
    # Forms from elsewhere.
    12: (
        f"{GUARD}::test_our_own_form_is_taken_and_answered_with_another_page",
        f"{GUARD}::test_a_form_from_another_origin_is_refused",
        f"{GUARD}::test_a_form_is_refused_when_the_browser_says_it_is_from_elsewhere",
        f"{GUARD}::test_a_form_without_the_right_token_is_refused",
        f"{GUARD}::test_only_forms_are_taken",
        f"{GUARD}::test_options_is_refused_without_a_word_about_other_sites",
        f"{FORMS}/test_every_page.py::test_looking_changes_nothing",
        f"{FORMS}/test_every_page.py::test_a_form_without_its_token_does_nothing",
        f"{BROWSER}/test_defences.py::test_a_form_from_elsewhere_is_refused_even_with_the_token",
        f"{BROWSER}/test_defences.py::test_the_same_form_of_our_own_page_is_taken",
        f"{BROWSER}/test_defences.py::test_the_address_of_a_form_does_nothing_when_it_is_opened",
    ),
    # Somebody else's name for this computer.
    13: (
        f"{GUARD}::test_under_any_other_name_there_is_nothing",
        f"{SERVER}::test_two_hosts_are_refused",
        f"{SERVER}::test_no_host_is_refused",
        f"{BROWSER}/test_defences.py::test_under_a_name_of_somebody_elses_there_is_no_page",
        f"{BROWSER}/test_defences.py::test_a_script_of_a_rebound_name_reads_only_a_refusal",
    ),
    # Others on this computer.
    14: (
        f"{SERVER}::test_only_this_computer_reaches_it",
        f"{SERVER}::test_its_address_is_in_no_argument_and_no_environment",
        f"{SERVER}::test_twenty_wrong_paths_end_it",
        f"{GUARD}::test_another_secret_path_is_not_found",
        f"{GUARD}::test_there_are_no_cookies",
        f"{PAGE}/test_opening.py::test_the_browser_is_given_a_private_file_and_not_the_address",
        f"{PAGE}/test_parts.py::test_it_ends_after_fifteen_minutes_without_use",
        f"{PAGE}/test_parts.py::test_another_program_at_that_port_is_not_taken_for_the_page",
        f"{BROWSER}/test_defences.py::test_the_page_keeps_nothing_in_the_browser",
        f"{BROWSER}/test_defences.py::test_what_another_program_left_in_the_browser_has_no_hold_on_the_page",
    ),
    # Markup, and frames.
    15: (
        f"{GUARD}::test_every_answer_has_the_headers_whatever_it_is",
        f"{GUARD}::test_the_policy_lets_nothing_run_and_nobody_frame_it",
        f"{PAGE}/test_pages.py::test_a_label_that_looks_like_markup_is_shown_as_it_is",
        f"{PAGE}/test_pages.py::test_no_template_switches_escaping_off_but_for_words_of_its_own",
        f"{BROWSER}/test_defences.py::test_a_label_that_looks_like_markup_is_text_on_every_page",
        f"{BROWSER}/test_defences.py::test_even_markup_that_got_in_would_run_nothing",
        f"{BROWSER}/test_defences.py::test_it_is_shown_in_no_frame",
    ),
    # Too much, and too slowly.
    16: (
        f"{GUARD}::test_a_form_may_be_64_kib_and_no_more",
        f"{GUARD}::test_too_many_and_too_long_headers_are_refused",
        f"{GUARD}::test_a_very_long_address_is_refused",
        f"{SERVER}::test_ten_thousand_headers_are_refused",
        f"{SERVER}::test_a_form_of_a_mebibyte_is_refused",
        f"{SERVER}::test_who_sends_slowly_is_hung_up_on",
        f"{SERVER}::test_many_who_connect_and_are_not_let_in_keep_nobody_out",
        f"{SERVER}::test_who_was_let_in_is_not_hung_up_on_for_who_was_not",
    ),
    # A one-time code.
    17: (
        f"{CLI}/test_report.py::test_a_code_is_never_an_argument",
        f"{CLI}/test_report.py::test_a_code_that_is_refused_is_told_and_not_repeated",
        f"{CLI}/test_report_secrets.py::test_neither_is_in_an_argument_an_environment_a_file_or_anything_that_is_said",
        "tests/agent/test_enrolment.py::test_the_person_and_the_office_read_the_same_three_words",
        f"{COLLECTOR}::test_a_code_that_was_used_is_no_good_to_anybody_else",
        f"{COLLECTOR}::test_codes_that_were_never_made_or_are_out_of_date_are_refused",
        f"{COLLECTOR}::test_after_ten_wrong_codes_even_a_good_one_has_to_wait",
        f"{COLLECTOR}::test_a_laptop_waits_until_the_words_were_compared_and_then_its_reports_are_taken",
        f"{COLLECTOR}::test_an_office_has_a_most_of_laptops_and_one_that_joins_again_is_not_counted_twice",
    ),
    # Somebody else's collector.
    18: (
        f"{ASKED_FOR}::test_the_persons_own_settings_cannot_say_it",
        f"{ASKED_FOR}::test_nor_can_a_choice_or_a_recording",
        f"{ASKED_FOR}::test_what_somebody_writes_into_the_store_as_last_good_says_nothing_about_reports",
        f"{ASKED_FOR}::test_what_it_may_not_be",
        "tests/agent/test_http_post.py::test_only_https_or_this_very_computer_is_sent_anything",
        f"{REPORT}/test_sending.py::test_what_cannot_prove_who_it_is_is_sent_nothing",
        f"{REPORT}/test_sending.py::test_where_a_redirect_points_is_never_contacted",
        f"{REPORT}/test_sharing.py::test_the_smallest_change_of_the_address_has_to_be_agreed_to",
        f"{CLI}/test_report_rounds.py::test_another_address_in_the_policy_gets_nothing_until_they_agree_again",
    ),
    # Reports that are forged, repeated or mixed up.
    19: (
        f"{REPORT}/test_protocol.py::test_every_part_of_a_request_changes_its_signature",
        f"{REPORT}/test_sending.py::test_every_attempt_has_a_nonce_and_a_signature_of_its_own",
        f"{COLLECTOR}::test_a_request_that_was_recorded_is_refused_the_second_time",
        (
            f"{COLLECTOR}::"
            "test_a_request_that_was_recorded_is_refused_when_its_number_is_forgotten_because_its_time_is_past"
        ),
        f"{COLLECTOR}::test_a_report_that_is_not_above_the_last_one_is_refused_and_gaps_are_not",
        f"{COLLECTOR}::test_a_byte_that_was_changed_on_the_way_is_noticed",
        f"{COLLECTOR}::test_a_header_that_was_changed_on_the_way_is_noticed",
        f"{COLLECTOR}::test_a_report_of_another_laptop_under_ones_own_key_is_refused",
    ),
    # The folder for reports.
    20: (
        f"{REPORT}/test_drop.py::test_nothing_but_the_number_of_a_device_names_a_file",
        f"{REPORT}/test_drop.py::test_a_folder_in_which_others_could_take_our_report_is_not_used",
        f"{REPORT}/test_drop.py::test_a_folder_that_somebody_else_could_replace_is_not_used",
        f"{REPORT}/test_drop.py::test_a_link_in_the_place_of_the_report_is_neither_followed_nor_replaced",
        f"{REPORT}/test_drop_people.py::test_everybody_leaves_a_report_that_only_they_and_root_can_read_list_or_change",
        f"{REPORT}/test_drop_people.py::test_nobody_puts_theirs_in_the_place_of_another",
        "tests/installers/test_drop.py::test_on_windows_users_add_files_and_do_nothing_else_with_the_folder",
        f"{REPORT}/exporters/test_prometheus.py::test_of_several_current_reports_of_one_device_the_worst_counts",
        f"{REPORT}/test_sources.py::test_a_link_in_a_folder_where_everybody_may_write_is_not_followed",
        f"{REPORT}/test_sources.py::test_pipes_folders_and_huge_files_are_unreadable",
        f"{REPORT}/test_sources.py::test_a_name_with_a_wildcard_is_all_that_fit_in_order",
        f"{REPORT}/test_reader.py::test_what_is_no_report_is_refused_in_one_line",
    ),
    # A collector that is broken into.
    21: (
        f"{REPORT}/test_answers.py::test_no_answer_gives_more_than_a_verdict_a_known_word_and_two_bounded_times",
        f"{REPORT}/test_answers.py::test_an_odd_body_says_nothing",
        f"{REPORT}/test_sending.py::test_the_collectors_time_signs_and_changes_nothing_else",
        "tests/config/test_report.py::test_what_would_tell_an_attacker_where_to_look_stays",
    ),
    # Formulas and markup in exports.
    22: (
        f"{EXPORTERS}/test_csv.py::test_a_cell_is_no_formula",
        f"{EXPORTERS}/test_csv.py::test_no_text_gets_a_formula_into_a_cell_whatever_separates_cells",
        f"{EXPORTERS}/test_prometheus.py::test_a_label_cannot_end_its_quotes",
        "tests/agent/test_mydata.py::test_what_was_typed_cannot_become_markup_on_the_page",
    ),
    # Options, markup and scripts in alerts.
    23: (
        f"{NOTIFY}/test_dunst.py::test_hostile_text_is_shown_as_text_and_cut",
        f"{NOTIFY}/test_faults.py::test_where_only_others_reach_the_bus_plyer_shows_it_and_gives_no_receipt",
        f"{NOTIFY}/test_text.py::test_guarded_text_is_no_option",
        f"{NOTIFY}/test_text.py::test_escaped_text_holds_no_markup",
        f"{NOTIFY}/test_text.py::test_whatever_it_is_it_fits_and_can_be_sent",
        f"{NOTIFY}/test_macos.py::test_the_words_are_arguments_and_never_script",
        f"{NOTIFY}/test_faults.py::test_what_an_alert_is_about_never_becomes_an_option",
        "tests/agent/host/test_live.py::test_arguments_are_not_read_by_a_shell",
        "tests/test_own_code.py::test_no_text_and_no_data_is_run_as_code",
    ),
    # Logs and crashes.
    24: (
        "tests/agent/test_logs.py::test_a_field_that_is_not_on_the_list_is_refused",
        f"{CLI}/test_report_rounds.py::test_logs_have_allowed_fields_only_and_nothing_of_the_person_or_the_office",
        "tests/agent/test_http.py::test_neither_logs_nor_errors_repeat_an_address_or_a_header",
        "tests/agent/test_http_post.py::test_neither_logs_nor_errors_repeat_what_was_posted",
        f"{CLI}/test_main.py::test_a_mistake_of_ours_is_one_sentence_and_never_the_exit_code_for_failing",
        f"{PAGE}/test_doing.py::test_a_mistake_of_ours_is_a_page_without_its_insides",
        f"{CLI}/test_markers.py::test_marks_are_found_only_where_they_belong",
    ),
    # Links in the place of files, and half a file.
    25: (
        "tests/agent/test_status.py::test_a_symbolic_link_in_its_place_is_replaced_not_followed",
        "tests/agent/test_status.py::test_a_reader_always_finds_a_whole_document",
        "tests/agent/test_status.py::test_only_its_owner_may_read_it",
        "tests/agent/test_status.py::test_a_full_disk_leaves_the_last_document_and_no_litter",
        "tests/windows/test_command_line.py::test_the_document_is_replaced_while_others_read_it",
        "tests/agent/test_files.py::test_what_lies_under_the_temporary_name_is_not_written_through",
        "tests/agent/test_logs.py::test_a_link_in_its_place_is_not_followed",
        f"{CLI}/test_my_data.py::test_a_link_in_its_place_is_not_followed",
        "tests/agent/store/test_store.py::test_files_are_for_their_owner_only_even_with_a_loose_umask",
        "tests/agent/store/test_store.py::test_loose_rights_of_an_existing_store_are_tightened",
        f"{PAGE}/test_parts.py::test_ones_own_folder_becomes_private",
    ),
    # "All is OK" taken for "I am safe".
    26: (
        f"{PAGE}/test_about.py::test_where_all_may_be_ok_it_is_said_that_only_settings_were_checked",
        f"{CLI}/test_check.py::test_piped_output_has_no_colours_and_no_progress",
        f"{ALERTS}/test_saying.py::test_all_clear_says_what_it_does_not_cover",
        "tests/agent/test_status.py::test_counts_add_up_to_the_rows",
        "tests/agent/test_status.py::test_the_exit_code_never_calls_an_unknown_or_a_failure_fine",
        f"{PAGE}/test_view.py::test_there_are_four_words_and_one_for_what_does_not_apply_and_only_a_pass_is_ok",
        f"{PAGE}/test_view.py::test_an_answer_that_has_expired_since_is_no_longer_ok",
        f"{CLI}/test_status.py::test_an_old_pass_or_one_from_the_future_is_no_pass_and_says_so",
        f"{EXPORTERS}/test_intune.py::test_what_is_not_known_never_complies",
        "tests/agent/test_words.py::test_an_address_without_a_known_breach_is_never_called_safe",
    ),
    # So many alerts that a grave one is missed.
    27: (
        f"{ALERTS}/test_simulation.py::test_never_more_than_one_alert_a_day_and_three_a_week",
        f"{ALERTS}/test_simulation.py::test_what_is_high_is_said_before_anything_else",
        f"{ALERTS}/test_simulation.py::test_low_severity_is_only_in_the_weekly_digest",
        f"{ALERTS}/test_policy.py::test_something_high_goes_before_what_has_waited_longer",
    ),
    # A clock that is changed.
    28: (
        f"{ATTESTED}::test_an_answer_from_the_future_counts_for_nothing_and_no_earlier_one_speaks_for_it",
        "tests/checks/two_step/test_two_step.py::test_an_answer_from_the_future_means_that_the_clock_moved",
        "tests/checks/practices/test_judge.py::test_no_pass_rests_on_what_is_old_from_the_future_or_to_another_wording",
        f"{CLI}/test_status.py::test_an_old_pass_or_one_from_the_future_is_no_pass_and_says_so",
        "tests/agent/test_due.py::test_a_clock_set_forward_a_year_and_back_again_runs_each_once_a_jump",
        f"{ALERTS}/test_simulation.py::test_when_the_clock_is_set_nothing_storms_and_nothing_stalls",
        f"{PAGE}/test_parts.py::test_a_clock_that_is_set_back_does_not_keep_it_open",
    ),
    # What shows who it was.
    29: (
        "tests/agent/test_evidence.py::test_a_picture_is_taken_before_it_is_removed",
        "tests/agent/test_evidence.py::test_before_a_rule_that_forwards_mail_is_removed_office_it_is_called",
        f"{FORMS}/test_statements.py::test_a_grave_answer_leads_to_what_to_do",
        f"{PAGE}/test_help.py::test_office_it_is_told_and_a_picture_taken_before_anything_is_taken_out",
    ),
    # Somebody dangerous beside the screen.
    30: (
        f"{NOTIFY}/test_threats.py::test_an_alert_tells_a_bystander_nothing_of_abuse",
        "tests/agent/test_words.py::test_an_alert_says_nothing_that_others_should_not_see",
        f"{ALERTS}/test_saying.py::test_whatever_was_found_it_fits_and_names_nothing",
        f"{ALERTS}/test_saying.py::test_the_name_of_an_app_is_not_said",
        f"{PAGE}/test_help.py::test_it_can_be_left_with_one_press_for_a_page_that_tells_nothing",
        f"{PAGE}/test_help.py::test_no_account_is_named_there",
        f"{PAGE}/test_doing.py::test_looking_at_every_page_keeps_nothing",
        f"{REPORT}/test_build.py::test_how_somebody_looks_after_themselves_is_not_reported_at_all",
    ),
}

#: Of these the document says that a part is not done, and why.
NOT_DONE = frozenset({5, 7, 10, 11, 20})
NOT_DONE_BECAUSE = re.compile(r"\bNot done: [^.;:]+, because [^.;]{20,}")


class Row(NamedTuple):
    """One threat, as the document has it."""

    number: int
    happens: str
    against: str
    left: str


@cache
def rows() -> tuple[Row, ...]:
    found = []
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        if re.match(r"\| *T\d", line):
            name, *cells = (cell.strip() for cell in line.strip("|").split(" | "))
            found.append(Row(int(name.removeprefix("T")), *cells))
    return tuple(found)


@cache
def named_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(each.name for each in tree.body if isinstance(each, ast.FunctionDef))


def anchors(text: str) -> set[str]:
    """What links to headings of a document are called."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_document_has_thirty_threats_each_once_and_in_order() -> None:
    assert [row.number for row in rows()] == list(range(1, 31))


def test_every_threat_has_tests_or_its_reason() -> None:
    assert THREATS.keys() <= {row.number for row in rows()}
    alone = [row.number for row in rows() if not THREATS.get(row.number)]
    assert [number for number in alone if number not in NOT_DONE] == []


@pytest.mark.parametrize(("threat", "node"), [(threat, node) for threat, nodes in THREATS.items() for node in nodes])
def test_a_threat_has_its_test(threat: int, node: str) -> None:
    path, _, name = node.partition("::")
    assert name.startswith("test_")
    assert name in named_in(path), f"threat {threat}"
    assert THREATS[threat].count(node) == 1


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"T{row.number}")
def test_it_says_what_stands_against_it_what_is_left_and_why_something_is_not_done(row: Row) -> None:
    assert all((row.happens, row.against, row.left))
    missing = row.left.count("Not done")
    assert bool(missing) == (row.number in NOT_DONE)
    assert len(NOT_DONE_BECAUSE.findall(row.left)) == missing


def test_what_it_refers_to_is_there() -> None:
    links = re.findall(r"\]\(([^)]+)\)", DOCUMENT.read_text(encoding="utf-8"))
    assert links
    for link in links:
        path, _, anchor = link.partition("#")
        text = (DOCUMENT.parent / path).read_text(encoding="utf-8")
        assert not anchor or anchor in anchors(text), link
    assert "tests/test_threats.py" in DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.parametrize("document", ["README.md", "docs/it-guide.md"])
def test_it_is_found_from_where_people_begin(document: str) -> None:
    path = ROOT / document
    links = re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8"))
    assert DOCUMENT in {(path.parent / link).resolve() for link in links}

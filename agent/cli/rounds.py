"""A round as the command line runs it: on this computer, or on a recorded one."""

from __future__ import annotations

import errno
import os
import uuid
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

import msgspec

from agent import breach_news, discovery, notify, secrets, tried
from agent import round as rounds
from agent.accounts import known_accounts
from agent.alerts.due import finished
from agent.alerts.episodes import episodes_after
from agent.cli.session import Session, SessionError, open_session
from agent.contract import Check, Finding
from agent.errors import WatchwordError
from agent.files import read_regular
from agent.host import Host
from agent.host.live import LiveHost
from agent.host.recording import MAX_BYTES, BadRecordingError, Recording, load
from agent.host.replay import ReplayHost
from agent.http import Network
from agent.locking import FileLock
from agent.paths import Paths
from agent.runner import Outcome
from agent.status import CheckRow, Document, Notifications, StatusError, write
from agent.status import load as load_status
from agent.store import Store, StoreError
from config.loader import POLICY, Loaded, SettingsError, from_values
from config.loader import load as load_settings

__all__ = [
    "LOOK_BACK",
    "RoundResult",
    "judge_recording",
    "last_document",
    "live_round",
    "read_recording",
    "replayed_round",
    "round_in",
]

OnDone = Callable[[Outcome], None]
#: Episodes that ended longer ago than this are history: nothing begins again from them.
LOOK_BACK = timedelta(days=30)
#: What was said longer ago is not kept.
SAID_DAYS = timedelta(days=90)
#: Recordings belong to no device.
REPLAYED_DEVICE = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class RoundResult:
    """What a command shows of a round. ``failed`` says that the agent itself could not do all it should have.

    ``document`` has the checks that ran; ``whole``, as in status.json, also the last rows of those that did not.
    """

    document: Document
    round: rounds.Round
    notes: Sequence[str]
    failed: bool = False
    whole: Document | None = None

    @property
    def titles(self) -> dict[str, str]:
        """The title of every check in the document, by id."""
        ran = {outcome.check.id: outcome.check.title for outcome in self.round.outcomes}
        if all(row.id in ran for row in self.document.checks):
            return ran
        return {check.id: check.title for check in discovery.builtin_checks()} | ran

    def findings(self, check_id: str) -> list[tuple[CheckRow, Finding]]:
        """The rows of one check beside its findings."""
        rows = {(row.id, row.instance): row for row in self.document.checks}
        return [
            (rows[check_id, finding.subject], finding)
            for outcome in self.round.outcomes
            if outcome.check.id == check_id
            for finding in outcome.findings
        ]


def live_round(
    ids: Sequence[str],
    *,
    config: str | None = None,
    on_start: Callable[[Sequence[str]], None] = lambda _: None,
    on_done: OnDone = lambda _: None,
) -> RoundResult:
    """Check this computer, keep what must be kept, and put status.json in place.

    Checks named in ``ids`` are asked afresh and alone in the result; in status.json the rows of the others stay as they
    were.

    Raises:
        SessionError: wrong settings, or a check that does not exist.
    """
    session = open_session(config)
    with session.store:
        return round_in(session, ids, fresh=bool(ids), host=LiveHost(), on_start=on_start, on_done=on_done)


def round_in(
    session: Session,
    ids: Sequence[str],
    *,
    fresh: bool,
    host: Host,
    on_start: Callable[[Sequence[str]], None] = lambda _: None,
    on_done: OnDone = lambda _: None,
) -> RoundResult:
    """One round of the checks named in ``ids`` (none: all) on this computer, kept in this session's store.

    ``fresh`` asks anew where a check would answer from memory.

    Raises:
        SessionError: a check that does not exist.
        WatchwordError: all that is held is being removed.
    """
    with _while_it_is_held(session):
        return _round(session, ids, fresh=fresh, host=host, on_start=on_start, on_done=on_done)


@contextmanager
def _while_it_is_held(session: Session) -> Iterator[None]:
    """Nobody may remove everything while a round runs, which would then keep some of it anew.

    Raises:
        WatchwordError: somebody does, or has since this session was opened.
    """
    lock = FileLock(session.paths.rounds_lock)
    try:
        try:
            taken = lock.take(shared=True)
        except OSError:
            taken = True  # where no file can be made, nothing is kept
        if not taken or (session.store.keeps and not os.path.exists(session.paths.store)):
            raise WatchwordError("All that Watchword holds is being removed from this computer, so nothing is checked.")
        yield
    finally:
        lock.release()


def _round(
    session: Session,
    ids: Sequence[str],
    *,
    fresh: bool,
    host: Host,
    on_start: Callable[[Sequence[str]], None],
    on_done: OnDone,
) -> RoundResult:
    notes, store, settings = list(session.notes), session.store, session.loaded.settings
    checks, unusable = _chosen(ids, session.loaded)
    on_start([check.title for check in checks])
    keyring = secrets.Reader()
    known = known_accounts(settings, store, now=host.now(), read_secrets=keyring.get_many)
    keyring.expect(secrets.address_name(account.id) for account in known.accounts if account.has_address)
    done = rounds.run(
        host,
        settings,
        checks,
        subjects=rounds.Subjects(
            accounts=known.accounts,
            attestations=store.attestations(),
            address=known.address,
            secret=keyring.get,
        ),
        http=Network(settings.network),
        remembered=store.remembered,
        fresh=fresh,
        on_done=on_done,
    )
    failed = _keep(session, done, notes, [account.id for account in known.accounts])
    standings = store.standings()
    document = rounds.document(
        done,
        host,
        settings,
        digest=session.loaded.digest,
        device_id=store.device_id(),
        health_ok=not (failed or notes or unusable),
        notifications=_alerts(session.loaded, session.store, done.started_at),
        labels=known.labels,
        standings=standings,
    )
    others = _rows_of_others(session, done, known.labels) if ids else ()
    whole = rounds.with_others(document, others, standings)
    try:
        write(whole, Path(session.paths.status))
    except StatusError as error:
        notes.append(str(error))
        failed = True
    return RoundResult(document, done, [*notes, *unusable], failed, whole)


def replayed_round(
    source: str,
    ids: Sequence[str],
    *,
    stdin: TextIO,
    config: str | None = None,
    on_done: OnDone = lambda _: None,
) -> RoundResult:
    """Judge a recorded computer. Nothing of this computer is read but the recording, and nothing is kept.

    Raises:
        SessionError: the recording or its settings are wrong, or a check does not exist.
    """
    recording = read_recording(source, stdin)
    try:
        loaded = from_values(recording.config, source) if config is None else _file_settings(config)
    except SettingsError as error:
        raise SessionError(str(error)) from error
    return judge_recording(recording, loaded, ids, on_done=on_done)


def judge_recording(
    recording: Recording, loaded: Loaded, ids: Sequence[str] = (), *, on_done: OnDone = lambda _: None
) -> RoundResult:
    """A round on a recorded computer with these settings."""
    checks, unusable = _chosen(ids, loaded)
    host = ReplayHost(recording)
    with Store.in_memory() as store:
        known = known_accounts(loaded.settings, store, now=host.now())
        done = rounds.run(
            host,
            loaded.settings,
            checks,
            subjects=rounds.Subjects(accounts=known.accounts, address=known.address),
            remembered=lambda check_id: recording.remembered.get(check_id, {}),
            fresh=bool(ids),
            on_done=on_done,
        )
        document = rounds.document(
            done, host, loaded.settings, digest=loaded.digest, device_id=REPLAYED_DEVICE, labels=known.labels
        )
    return RoundResult(document, done, unusable)


def read_recording(source: str, stdin: TextIO) -> Recording:
    """A recording from a file, or from standard input for ``-``.

    Raises:
        SessionError: it cannot be read or is not a recording; one line that names the place.
    """
    try:
        if source == "-":
            data, name = stdin.buffer.read(MAX_BYTES + 1), "standard input"
        else:
            data, name = read_regular(source, MAX_BYTES + 1), source
        return load(data, name)
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise SessionError(f"{source}: is larger than 64 MiB, which no recording needs to be") from error
        if error.errno == errno.EINVAL:  # a pipe could be waited for without an end
            raise SessionError(f"{source}: is not a regular file; - reads standard input") from error
        raise SessionError(f"{source}: {error.strerror}") from error
    except BadRecordingError as error:
        raise SessionError(str(error)) from error


def _chosen(ids: Sequence[str], loaded: Loaded) -> tuple[list[Check], list[str]]:
    try:
        return rounds.chosen_checks(ids, loaded.settings)
    except rounds.RoundError as error:
        raise SessionError(str(error)) from error


def _file_settings(path: str) -> Loaded:
    return load_settings(path, must_exist=True)


def _keep(session: Session, done: rounds.Round, notes: list[str], account_ids: Sequence[str]) -> bool:
    """Keep what the checks remember, where each finding stands and its episodes. Returns whether that failed."""
    findings = [(outcome.check.id, finding) for outcome in done.outcomes for finding in outcome.findings]
    answered = {outcome.check.id for outcome in done.outcomes if outcome.answered}
    store, now = session.store, done.started_at
    try:
        store.remember(done.remembered)
        if "breach" in answered:
            breach_news.note(store, account_ids, now)
        store.settle(findings, now)
        known = store.episodes(since=now - LOOK_BACK)
        store.keep_episodes(episodes_after(known, findings, answered, now, lambda: uuid.uuid4().hex))
        _end_reminders(store, now)
    except StoreError as error:
        notes.append(str(error))
        return True
    return not store.keeps


def _end_reminders(store: Store, now: datetime) -> None:
    """Whoever has put something right is not reminded of it, also where no background agent runs to see to that."""
    if reminders := store.reminders():
        episodes, said = store.episodes(since=now - LOOK_BACK), store.said(now - SAID_DAYS)
        for reminder in finished(reminders, episodes, said, now):
            store.keep_reminder(msgspec.structs.replace(reminder, done_at=now))


def _alerts(loaded: Loaded, store: Store, now: datetime) -> Notifications:
    """Whether alerts can be shown here: as the settings say, then as the system says, or the last try."""
    if not loaded.settings.alerts.enabled:
        return "off_by_policy" if loaded.origins["alerts.enabled"].startswith(POLICY) else "off_by_user"
    try:
        return notify.state(tried.believed(notify.available(), store, now))
    except StoreError:
        return "unavailable"  # of the store the round has said that; nobody knows of alerts


def last_document(paths: Paths) -> Document | None:
    """The last status document, or ``None`` when there is none that can be read."""
    try:
        return load_status(read_regular(paths.status))
    except (OSError, StatusError):
        return None


def _rows_of_others(session: Session, done: rounds.Round, accounts: Container[str]) -> list[CheckRow]:
    """The rows that the last document has for checks which this round did not run, and which still exist."""
    ran = {outcome.check.id for outcome in done.outcomes}
    last = last_document(session.paths)
    if last is None:
        return []
    others = {point.name for point in discovery.built_in()}.union(session.loaded.settings.plugins) - ran
    return [row for row in last.checks if row.id in others and (row.instance is None or row.instance in accounts)]

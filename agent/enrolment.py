"""Beginning and ending to share with office IT. Both are the person's doing, from the page or the command line.

The secret is made here and is in the keyring before it is used, under a name of its own until the office has accepted
it: a code that turns out wrong must not cost the enrolment that there was, and an answer that was lost can be asked for
again with the same code and the same secret.
"""

from __future__ import annotations

import secrets as random_bytes
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from agent import __version__
from agent.errors import RefusedError, WatchwordError
from agent.host import Unreadable
from agent.report import protocol
from agent.report.answers import Answer, Verdict, to_enrolment
from agent.report.enrolment_code import normalised
from agent.report.model import Level
from agent.report.protocol import SECRET_BYTES, Key, secret_of, secret_text
from agent.report.sending import Poster, post_signed, problem_of
from agent.report.sharing import Standing
from agent.reporting import Keyring, Reports
from agent.secrets import REPORT_SECRET, REPORT_SECRET_NEW
from agent.store import Sending, Sharing
from config.report_words import keyring_words, problem_words

__all__ = ["Begun", "Left", "begin", "leave"]

Platform = Literal["windows", "macos", "linux"]


@dataclass(frozen=True)
class Begun:
    """Sharing has begun. ``words`` are to be read out to office IT; ``waiting`` says that they have yet to approve."""

    words: tuple[str, str, str] | None = None
    waiting: bool = False


@dataclass(frozen=True)
class Left:
    """Sharing has ended here.

    ``told``: the office's collector knows, and deletes what it has; ``None``: there is none. ``left`` are sentences
    about what could not be removed.
    """

    told: bool | None
    left: tuple[str, ...] = ()


def begin(
    reports: Reports,
    level: Level,
    now: datetime,
    *,
    code: str | None,
    keyring: Keyring,
    network: Poster,
    platform: Platform,
) -> Begun:
    """Agree to share at most ``level``; where reports are sent, enrol with the one-time ``code`` first.

    Without a code an enrolment that there is stays, and only the level changes.

    Raises:
        RefusedError: nobody asks for reports, or there is no code, or it is none, or the office refused it.
        WatchwordError: the keyring or the office could not be reached; nothing has changed.
    """
    holds = reports.arrangement
    if holds.standing is Standing.NOBODY_ASKS:
        raise RefusedError("no office has set up reports on this computer, so there is nobody to share with")
    if not reports.store.keeps:
        raise WatchwordError("Nothing can be kept on this computer just now, so it cannot begin.")
    begun, waiting = Begun(), holds.shares and reports.store.sending().waiting
    enrols = bool(holds.url) and (code is not None or not holds.shares)
    if enrols:
        if code is None:
            raise RefusedError("a one-time code is needed; your office IT gives you one")
        begun = _enrol(reports, normalised(code), keyring, network, platform)
        waiting = begun.waiting
    reports.outbox.clear()  # what was made for another level or office
    reports.store.keep_sharing(Sharing(now, level, holds.url, holds.drop, holds.office))
    reports.store.keep_sending(Sending(waiting=waiting, sent_at=reports.store.sending().sent_at))
    if enrols:
        # Not before: until the agreement is kept, the same code has to work once more. Nothing comes of it if it stays.
        keyring.remove(REPORT_SECRET_NEW)
    return begun


def leave(reports: Reports, now: datetime, *, keyring: Keyring, network: Poster) -> Left:
    """Stop sharing: nothing leaves from here on, whatever else comes of it, and the office is told if it can be.

    Raises:
        WatchwordError: the store or the outbox would not do as asked.
    """
    agreed, device_id, going = reports.store.sharing(), reports.store.device_id(), reports.store.sending()
    failure: WatchwordError | None = None
    try:
        reports.end("person", now)
    except WatchwordError as error:  # a full disk: with the secret gone, at least nothing more can be sent
        failure = error
    secret = keyring.get(REPORT_SECRET)
    told = None
    if agreed is not None and agreed.level is not None and agreed.url:
        told = _told(agreed.url, device_id, secret, network)
        if going.waiting and going.sent_at is not None:
            # Joined again and not approved yet: with such a key a collector deletes nothing of what it had before.
            told = False
    left: list[str] = []
    for name in (REPORT_SECRET, REPORT_SECRET_NEW):
        removed = keyring.remove(name) if secret is not None or name != REPORT_SECRET else True
        if isinstance(removed, Unreadable) and removed.reason != "no_keyring" and not left:
            left.append(f"The secret for reports could not be removed: {keyring_words(removed.reason)}")
    stands = reports.store.sharing()
    if failure is not None and stands is not None and stands.level is not None:
        raise failure
    return Left(told, (*left, *([str(failure)] if failure is not None else [])))


def _enrol(reports: Reports, code: str, keyring: Keyring, network: Poster, platform: Platform) -> Begun:
    key = _new_key(reports, keyring)
    answer = _asked(reports, code, key, network, platform)
    if answer.problem == "conflict":  # the office ended what an attempt with this secret had begun: it takes a new one
        key = _new_key(reports, keyring, anew=True)
        answer = _asked(reports, code, key, network, platform)
    if answer.verdict not in (Verdict.TAKEN, Verdict.WAITING):
        words = problem_words(problem_of(answer))
        if answer.verdict is Verdict.REFUSED:
            raise RefusedError(words)
        raise WatchwordError(f"{words} Nothing has changed. The same code can be tried again.")
    problem = keyring.store(REPORT_SECRET, secret_text(key.secret))
    if problem is not None:
        raise WatchwordError(f"{keyring_words(problem.reason)} The same code can be tried again.")
    return Begun(key.words, waiting=answer.verdict is Verdict.WAITING)


def _asked(reports: Reports, code: str, key: Key, network: Poster, platform: Platform) -> Answer:
    """What the office's collector says to this code with this secret."""
    asked = protocol.enrolment(
        reports.arrangement.url, code=code, key=key, platform=platform, agent_version=__version__
    )
    return to_enrolment(network.post(asked.url, asked.body, headers=dict(asked.headers)), now=datetime.now(UTC))


def _new_key(reports: Reports, keyring: Keyring, *, anew: bool = False) -> Key:
    """The key to enrol with: the one of an attempt that was cut short, else a new one, which is in the keyring now.

    It is kept with the address that it was made for: another office must not get to know it.
    """
    device_id, holds = reports.store.device_id(), reports.arrangement
    kept, used = keyring.get(REPORT_SECRET_NEW), keyring.get(REPORT_SECRET)
    if isinstance(kept, Unreadable):
        raise WatchwordError(keyring_words(kept.reason))
    text, _, made_for = (kept or "").partition(" ")
    done = text == used and holds.shares  # that attempt came to its end, and only this was left of it
    secret = secret_of(text) if made_for == holds.url and not done else None
    if isinstance(secret, bytes) and not anew:
        return Key(device_id, secret)
    key = Key(device_id, random_bytes.token_bytes(SECRET_BYTES))
    problem = keyring.store(REPORT_SECRET_NEW, f"{secret_text(key.secret)} {holds.url}")
    if problem is not None:
        raise WatchwordError(keyring_words(problem.reason))
    return key


def _told(url: str, device_id: str, kept: str | Unreadable | None, network: Poster) -> bool:
    """Whether the collector knows that it is over."""
    secret = secret_of(kept) if isinstance(kept, str) else None
    if not isinstance(secret, bytes):
        return False
    key = Key(device_id, secret)
    answer = post_signed(lambda at, nonce: protocol.leave(url, key=key, at=at, nonce=nonce), network)
    return answer.verdict in (Verdict.TAKEN, Verdict.ENDED)

"""Reports to office IT, as rounds make and send them: only what the person agreed to, and only when it is due.

A report is made after a round of all checks, never from what lies in a file (facts: guidance T4). It goes into the
outbox and gets its number before anything is sent, so that whatever ends this process, no number is given out twice and
no report is lost: at most it is sent once more, which the collector knows by its id.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

import msgspec

from agent.errors import WatchwordError
from agent.host import Unreadable
from agent.locking import FileLock
from agent.paths import Paths
from agent.report import drop
from agent.report.build import Frame
from agent.report.lowering import lowest
from agent.report.making import next_report_by, report_of
from agent.report.model import Level, Report
from agent.report.outbox import Outbox
from agent.report.protocol import Key, secret_of
from agent.report.reader import encode
from agent.report.sending import Poster, deliver, has_to_wait
from agent.report.sharing import Arrangement, Standing, arrangement
from agent.secrets import REPORT_SECRET
from agent.status import Document
from agent.store import Sending, Sharing, Store, StoreError
from config.schema import ReportSettings

__all__ = ["Keyring", "Reports", "held", "held_alone"]

#: The time of day of reports would show when somebody works, so each comes a little earlier or later.
SPREAD = 0.1
#: When what was due did not come about, as on a full disk: a round of all checks must not follow upon another.
AGAIN = timedelta(hours=1)


class Keyring(Protocol):
    """What is needed of :mod:`agent.secrets`."""

    def get(self, name: str, /) -> str | Unreadable | None:
        """One secret; ``None`` when it was never stored."""

    def store(self, name: str, value: str, /) -> Unreadable | None:
        """Keep a secret; ``None`` when it is kept."""

    def remove(self, name: str, /, *, may_prompt: bool = True) -> bool | Unreadable:
        """Forget a secret."""


@dataclass(frozen=True)
class Reports:
    """The reports of one person's computer: the agreement, the outbox, and when the next one is due."""

    store: Store
    paths: Paths
    asks: ReportSettings

    @property
    def arrangement(self) -> Arrangement:
        """What holds between office and person now."""
        return arrangement(self.asks, self.store.sharing())

    @property
    def outbox(self) -> Outbox:
        """What has yet to be sent."""
        return Outbox(self.paths.outbox)

    def is_due(self, now: datetime) -> bool:
        """Whether a report should be made in this round."""
        holds = self.arrangement
        if not holds.shares or not self.store.keeps:
            return False
        next_at, every = self.store.sending().next_at, timedelta(hours=holds.every_hours)
        # A clock that was ahead for a while must not put it off for as long.
        return next_at is None or now >= next_at or next_at > now + every * (1 + SPREAD)

    def make(
        self, document: Document, now: datetime, *, spread: Callable[[float, float], float] = random.uniform
    ) -> Report | None:
        """Make the report of a round of all checks that has just ended, and put it where it belongs.

        ``None`` when nobody may have one.

        Raises:
            WatchwordError: it could not be kept; the next round makes another.
        """
        holds = self.arrangement
        if not holds.shares:
            return None
        if not self.store.keeps:  # its number would be given out again
            raise WatchwordError("Nothing can be kept on this computer just now, so no report was made.")
        every = timedelta(hours=holds.every_hours)
        number = max(self.store.report_number(), self.outbox.last_number()) + 1
        frame = Frame(str(uuid.uuid4()), number, holds.level, next_report_by(now, holds.every_hours))
        try:
            report = report_of(document, self.store, frame)
        except msgspec.ValidationError as error:
            raise WatchwordError(f"No report could be made of this round: {error}.") from error
        if holds.url:
            self.outbox.put(report)
        self.store.keep_report_number(number)
        going = msgspec.structs.replace(
            self.store.sending(), next_at=now + every * spread(1 - SPREAD, 1 + SPREAD), put_problem=None
        )
        if holds.drop:
            try:
                drop.put(holds.drop, report.device.id, encode(report))
                self.outbox.note_last(encode(report))
                going = msgspec.structs.replace(going, put_at=now)
            except WatchwordError as error:
                going = msgspec.structs.replace(going, put_problem=str(error))
        self.store.keep_sending(going)
        return report

    def send(self, keyring: Keyring, network: Poster, now: datetime, *, at_once: bool = False) -> int:
        """Send what waits in the outbox, unless it is too early. Returns how many reports were taken.

        Raises:
            WatchwordError: the outbox or the store would not do as asked.
        """
        holds = self.arrangement
        if not holds.shares or not holds.url:
            if holds.standing is not Standing.NOBODY_ASKS:  # a policy that cannot be read asks for nothing just now
                self.outbox.clear()
            return 0
        if not self.store.keeps or (has_to_wait(self.store.sending(), now) and not at_once):
            return 0
        self._drop_what_is_too_much(holds.level)
        if not self.outbox.waiting():
            return 0
        going = self.store.sending()
        last = self.outbox.last_number()
        if last > self.store.report_number():  # killed between the file and its number
            self.store.keep_report_number(last)
        key = self._key(keyring)
        if isinstance(key, Unreadable):
            self.store.keep_sending(msgspec.structs.replace(going, problem=key.reason))
            return 0
        sent = deliver(self.outbox, holds.url, key, network, going)
        if sent.ended and self.arrangement.shares:  # else the person has stopped it meanwhile
            self.end("office", now)
            keyring.remove(REPORT_SECRET, may_prompt=False)
        self.store.keep_sending(sent.sending)
        return sent.taken

    def words(self, keyring: Keyring) -> tuple[str, ...]:
        """The three words that office IT compare with theirs; none when the keyring does not tell the secret."""
        key = self._key(keyring)
        return () if isinstance(key, Unreadable) else key.words

    def next_at(self, now: datetime) -> datetime | None:
        """When the next round is worth starting for the sake of reports, after one that did what it could."""
        holds, going = self.arrangement, self.store.sending()
        if not holds.shares or not self.store.keeps:
            return None
        moments = [going.next_at or now]
        if holds.url and going.not_before is not None and self.outbox.waiting():
            moments.append(going.not_before)
        return min(moment if moment > now else now + AGAIN for moment in moments)

    def end(self, by: Literal["person", "office"], now: datetime) -> None:
        """Nothing leaves any more: the person stopped it, or the office did. What waits is thrown away.

        Raises:
            WatchwordError: the store or the outbox would not do as asked.
        """
        agreed = self.store.sharing()
        self.store.keep_sharing(Sharing(now, None, ended_by=by))
        self.outbox.clear()
        self.store.keep_sending(Sending())
        if agreed is not None and agreed.drop:
            drop.take_back(agreed.drop, self.store.device_id())

    def _drop_what_is_too_much(self, level: Level) -> None:
        """Reports that wait from when the office asked for more: it does no longer. Another is made instead."""
        waiting = self.outbox.waiting()
        for one in waiting:
            ready = self.outbox.ready(one)
            if ready is not None and lowest(ready.report.privacy.level, level) != ready.report.privacy.level:
                self.outbox.remove(one)
        if waiting and not self.outbox.waiting():
            self.store.keep_sending(msgspec.structs.replace(self.store.sending(), next_at=None))

    def _key(self, keyring: Keyring) -> Key | Unreadable:
        text = keyring.get(REPORT_SECRET)
        if text is None:
            return Unreadable("no_secret", "report_secret")
        if isinstance(text, Unreadable):
            return Unreadable(f"keyring_{text.reason}", text.where)
        secret = secret_of(text)
        return secret if isinstance(secret, Unreadable) else Key(self.store.device_id(), secret)


@contextmanager
def held(paths: Paths) -> Iterator[bool]:
    """Hold the reports' lock, so that two processes do not send side by side; yields whether it is ours."""
    lock = FileLock(f"{paths.outbox}.lock")
    try:
        taken = lock.take()
    except OSError as error:
        raise StoreError(f"The lock of the outbox could not be made: {error.strerror}.") from error
    try:
        yield taken
    finally:
        lock.release()


@contextmanager
def held_alone(paths: Paths) -> Iterator[None]:
    """Hold the reports' lock for what the person does.

    Raises:
        WatchwordError: a report is being sent.
    """
    with held(paths) as ours:
        if not ours:
            raise WatchwordError("A report is being sent just now. Try again in a minute.")
        yield

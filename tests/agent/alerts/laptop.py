"""A laptop over weeks: its checks fail, are put right, come and go; its person answers, forgets, picks times.

It sleeps at night and over lunch, and its alerts are refused or cut short at times. Only what the store keeps lives on
from one waking to the next, as in a worker: what was said is written and read each time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random

import msgspec

from agent.alerts.calendar import CHOICES, reminder_at
from agent.alerts.due import finished
from agent.alerts.episodes import confirmable_at, episodes_after
from agent.alerts.history import put_right
from agent.alerts.policy import decide
from agent.alerts.records import Decision, Episode, Key, Outlook, Presence, Reminder, Said, Utterance
from agent.alerts.unhurried import outlook
from agent.contract import Basis, Category, Finding, Severity, Status
from agent.status import CheckRow
from config.schema import AlertsSettings
from tests.agent.alerts.builders import DAY, HOUR, LONDON, MINUTE, MONDAY, SETTINGS

START = MONDAY.replace(hour=0)
PASS = Finding(status=Status.PASS, reason="fine")
ROUND_EVERY = 4 * HOUR


@dataclass(frozen=True)
class Fault:
    """From when to when, in time that nobody sets, a check is bad; a flapping one is good every other three hours."""

    begins: timedelta
    ends: timedelta
    finding: Finding
    flapping: bool = False

    def finding_at(self, real: timedelta) -> Finding:
        bad = self.begins <= real < self.ends and not (self.flapping and real // (3 * HOUR) % 2)
        return self.finding if bad else PASS


@dataclass
class Answer:
    """What the person said, good for so long. ``expired`` is how bad it is when it no longer is."""

    made_at: timedelta
    good_for: timedelta
    expired: Severity

    def finding_at(self, real: timedelta, clock: datetime) -> Finding:
        """``clock`` is the wall clock at the real time 0, by which it was dated."""
        ends = self.made_at + self.good_for
        status, reason = (Status.PASS, "fine") if real < ends else (Status.UNKNOWN, "expired")
        severity = Severity.INFO if status is Status.PASS else self.expired
        return Finding(status=status, reason=reason, severity=severity, basis=Basis.ATTESTED, expires_at=clock + ends)


@dataclass(frozen=True)
class Shown:
    """An alert that was not refused, with what the person's wall and a clock that nobody sets showed.

    ``findings`` are what a round at that moment finds, whatever the last one found.
    """

    real: timedelta
    wall: datetime
    utterance: Utterance
    standing: Mapping[str, Episode]
    findings: Mapping[str, Finding]


@dataclass
class Laptop:
    """The laptop. ``jumps`` are set on its clock at these real times; one that ``shares`` does so from the start."""

    seed: int
    days: int
    faults: Sequence[Fault]
    answers: Sequence[Answer] = ()
    jumps: Mapping[timedelta, timedelta] = field(default_factory=dict)
    settings: AlertsSettings = SETTINGS
    shares: bool = False
    episodes: dict[str, Episode] = field(default_factory=dict)
    said: dict[str, Said] = field(default_factory=dict)
    reminders: dict[str, Reminder] = field(default_factory=dict)
    rows: dict[Key, CheckRow] = field(default_factory=dict)
    shown: list[Shown] = field(default_factory=list)
    expired: set[tuple[str, datetime]] = field(default_factory=set)
    first_round_at: datetime | None = None
    woken: int = 0

    def __post_init__(self) -> None:
        self.random = Random(self.seed + 100)
        self.ids = map(str, count())
        self.pending = dict(self.jumps)
        self.offset = timedelta()
        self.renewals: dict[int, timedelta] = {}

    def awake(self, real: timedelta) -> tuple[timedelta, timedelta]:
        """The real time from which the laptop is awake next, ``real`` itself if it is, and since when it was."""
        for day in range(real // DAY, real // DAY + 5):
            opened = Random(self.seed * 1000 + day)
            morning = day * DAY + (7 + opened.random() * 2) * HOUR
            spans = [
                (morning, day * DAY + 12 * HOUR),
                (day * DAY + 13 * HOUR, day * DAY + (17 + opened.random() * 6) * HOUR),
            ]
            for begins, ends in spans if opened.random() > 0.1 else []:
                if real < ends:
                    return max(real, begins), begins
        raise AssertionError("it sleeps for ever")

    def live(self) -> None:
        """All of it."""
        real, next_round, next_word = timedelta(), timedelta(), timedelta()
        while True:
            real, since = self.awake(max(real, min(next_round, next_word)))
            if real >= self.days * DAY:
                return
            self.woken += 1
            for set_at in [one for one in self.pending if one <= real]:
                self.offset += self.pending.pop(set_at)
            now = START + real + self.offset
            self._answer(real)
            if real >= next_round:
                self._round(real, now)
                confirm = [at for one in self.episodes.values() if (at := confirmable_at(one)) is not None]
                next_round = real + min([ROUND_EVERY, *(max(at - now, MINUTE) + MINUTE for at in confirm)])
            busy = self.random.random() < 0.2
            next_at = self._speak(real, now, Presence(
                busy="presenting" if busy else None, present_since=START + since + self.offset
            ))  # fmt: skip
            next_word = real + (max(next_at - now, timedelta(seconds=1)) if next_at is not None else DAY)

    def findings(self, real: timedelta) -> dict[str, Finding]:
        """What every check finds at that time."""
        found = {f"check_{number}": fault.finding_at(real) for number, fault in enumerate(self.faults)}
        answers = enumerate(self.answers)
        return found | {f"answer_{number}": answer.finding_at(real, START) for number, answer in answers}

    def _answer(self, real: timedelta) -> None:
        for number, at in list(self.renewals.items()):
            if at <= real:
                self.answers[number].made_at = self.renewals.pop(number)

    def _round(self, real: timedelta, now: datetime, only: Collection[str] | None = None) -> None:
        found = self.findings(real)
        findings = [(name, finding) for name, finding in found.items() if only is None or name in only]
        ran = {check_id for check_id, _ in findings}
        for one in episodes_after(list(self.episodes.values()), findings, ran, now, lambda: next(self.ids)):
            self.episodes[one.id] = one
        self.rows |= {Key(name, None): _row(name, finding, now) for name, finding in findings}
        self.expired |= {
            (name, finding.expires_at)
            for name, finding in findings
            if finding.expires_at is not None and finding.status is Status.UNKNOWN
        }
        self.first_round_at = self.first_round_at or now

    def _outlook(self, now: datetime) -> Outlook:
        asked_again = [key.check_id for key in self.rows]
        return outlook(
            self.rows,
            now,
            asked_again=asked_again,
            first_round_at=self.first_round_at,
            shared_since=START if self.shares else None,
        )

    def _decided(self, now: datetime, presence: Presence) -> Decision:
        undone = [one for one in self.reminders.values() if one.done_at is None]
        recent = [one for one in self.episodes.values() if one.closed_at is None or now - one.closed_at < 30 * DAY]
        said = list(self.said.values())
        return decide(recent, said, undone, self.settings, now, LONDON, presence, self._outlook(now))

    def _named(self, utterance: Utterance) -> set[str]:
        if utterance.kind == "all_clear":
            return {key.check_id for key in self.rows}
        named = {self.episodes[id_].check_id for id_ in utterance.episodes}
        return named | {answer.check_id for answer in utterance.answers}

    def _speak(self, real: timedelta, now: datetime, presence: Presence) -> datetime | None:
        said, reminders = put_right(self.said.values(), self.reminders.values(), now)
        self.said |= {one.id: one for one in said}
        self.said = msgspec.json.decode(msgspec.json.encode(self.said), type=dict[str, Said])
        self.reminders |= {one.id: one for one in reminders}
        for one in finished(self.reminders.values(), self.episodes.values(), self.said.values(), now):
            self.reminders[one.id] = msgspec.structs.replace(one, done_at=now)
        decision = self._decided(now, presence)
        if decision.say is not None:
            self._round(real, now, self._named(decision.say))
            decision = self._decided(now, presence)
        if decision.say is None:
            return decision.next_at
        kept = Said(id=f"said_{len(self.said)}", at=now, utterance=decision.say)
        luck = self.random.random()
        delivered = None if luck < 0.1 else luck > 0.2  # None: cut short between keeping and showing
        self.said[kept.id] = msgspec.structs.replace(kept, delivered=delivered)
        if delivered is False:
            return now + HOUR
        self.shown.append(Shown(real, now, decision.say, dict(self.episodes), self.findings(real)))
        self._react(decision.say, real, now)
        return decision.next_at

    def _react(self, utterance: Utterance, real: timedelta, now: datetime) -> None:
        """What the person does about it, if anything."""
        if utterance.kind in ("item", "digest") and self.random.random() < 0.5:
            about = self.episodes[utterance.episodes[0]]
            due_at = reminder_at(self.random.choice(CHOICES), now, LONDON)
            chosen = Reminder(id=f"r{real}", check_id=about.check_id, subject=None, due_at=due_at, chosen_at=now)
            self.reminders[chosen.id] = chosen
        for name in sorted(self._named(utterance)) if self.answers and utterance.kind != "all_clear" else ():
            kind, number = name.split("_")
            if kind == "answer" and self.random.random() < 0.6:
                self.renewals[int(number)] = real + self.random.choice([0.1, 1, 3, 9]) * DAY

    def ours(self) -> list[Shown]:
        """What was said without having been asked for."""
        return [one for one in self.shown if one.utterance.kind != "reminder"]

    def of_kind(self, *kinds: str) -> list[Shown]:
        return [one for one in self.shown if one.utterance.kind in kinds]

    def told(self, kind: str) -> Iterator[str]:
        return (id_ for one in self.of_kind(kind) for id_ in one.utterance.episodes)


def _row(name: str, finding: Finding, now: datetime) -> CheckRow:
    return CheckRow(
        id=name,
        version=1,
        category=Category.DEVICE,
        status=finding.status,
        severity=finding.severity,
        basis=finding.basis,
        reason=finding.reason,
        observed_at=now,
        expires_at=finding.expires_at,
    )


def lived(laptop: Laptop) -> Laptop:
    laptop.live()
    return laptop


def most_within(times: Sequence[timedelta], length: timedelta) -> int:
    return max((sum(start <= at < start + length for at in times) for start in times), default=0)

"""A home in which something has been checked: rows of every status, accounts, an episode, something that was fixed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from agent.alerts.records import Episode
from agent.contract import Basis, Category, Item, Severity, Status
from agent.paths import Paths
from agent.status import AgentPart, CheckRow, Counts, DevicePart, Document, PolicyPart, Summary, Text, write
from agent.store import Store

__all__ = ["EVIL", "document", "furnish", "row"]

#: A label that would be markup if it were not escaped.
EVIL = "<img src=x onerror=alert(1)>\"'&{{7*7}}"
LINK = "https://www.ncsc.gov.uk/collection/defending-democracy/guidance-for-high-risk-individuals"


def row(check_id: str = "screen_lock", status: Status = Status.FAIL, **changes: Any) -> CheckRow:
    """A finding; keyword arguments replace its parts."""
    values: dict[str, Any] = {
        "id": check_id,
        "version": 1,
        "category": Category.DEVICE,
        "status": status,
        "severity": Severity.MEDIUM,
        "basis": Basis.MEASURED,
        "reason": "off",
        "observed_at": datetime.now(UTC) - timedelta(minutes=10),
        "facts": {"limit_minutes": 10},
    }
    return CheckRow(**(values | changes))


def document(*rows: CheckRow, age: timedelta = timedelta(minutes=10)) -> Document:
    """A status document of these rows."""
    return Document(
        generated_at=(datetime.now(UTC) - age).replace(microsecond=0),
        agent=AgentPart("0", "ok", "working"),
        device=DevicePart("00000000-0000-4000-8000-000000000000", "Laptop 1", "linux", "Debian 12"),
        policy=PolicyPart("standard", "sha256:0"),
        summary=Summary("action", Counts()),
        checks=rows,
    )


def furnish(paths: Paths | None = None) -> dict[str, str]:
    """Fill the home of this process. Returns the ids of its accounts by what they are for: ``mail``, ``evil``."""
    paths = paths or Paths.here()
    now = datetime.now(UTC)
    with Store.open(paths) as store:
        mail = store.add_account("google", "Work email", now=now)
        evil = store.add_account("x", EVIL, now=now)
        store.keep_episodes([_episode("screen_lock", now), _episode("two_step", now, subject=evil.id)])
        fixed = _episode("app_updates", now - timedelta(days=9))
        store.keep_episodes([_closed(fixed, now - timedelta(days=3))])
    write(_rows(mail.id, evil.id, now), Path(paths.status))
    return {"mail": mail.id, "evil": evil.id}


def _rows(mail: str, evil: str, now: datetime) -> Document:
    steps = (
        "Open Settings, then Privacy & Security, then Screen Lock",
        "Set Blank Screen Delay to 10 minutes or less",
        "Turn on Automatic Screen Lock",
        "Press Super and L when you leave your seat",
    )
    account = {"category": Category.ACCOUNT, "basis": Basis.ATTESTED, "facts": {}}
    practice = {"category": Category.PRACTICE, "basis": Basis.ATTESTED, "facts": {}}
    return document(
        row(
            severity=Severity.HIGH,
            text=Text(
                "Your screen does not lock itself",
                "If you step away, someone could use this computer. It takes about two minutes to fix.",
                steps,
                (LINK,),
            ),
        ),
        row(
            "app_updates",
            Status.WARN,
            reason="waiting",
            text=Text("Updates are waiting: 2", "Updates often fix security problems.", steps[:3]),
            items=(
                Item("Firefox ESR", Status.WARN, installed="128.3", latest="128.4", since=now - timedelta(days=5)),
                Item("LibreOffice", Status.WARN, installed="24.2", latest="24.8", security=True),
            ),
        ),
        row(
            "two_step",
            Status.PASS,
            instance=mail,
            label="Work email",
            reason="strong",
            expires_at=now + timedelta(days=60),
            text=Text("A passkey is on", "Nobody can trick it out of you."),
            **account,
        ),
        row(
            "two_step",
            Status.FAIL,
            instance=evil,
            label=EVIL,
            reason="none",
            text=Text("No second step is on", "The password alone signs anybody in.", steps[:3], (LINK,)),
            **account,
        ),
        row(
            "password_manager",
            Status.PASS,
            category=Category.ACCOUNT,
            reason="found",
            text=Text("You have a password manager", "KeePassXC is on this computer."),
        ),
        row(
            "breach",
            Status.UNKNOWN,
            category=Category.ACCOUNT,
            basis=Basis.API,
            reason="offline",
            instance=mail,
            label="Work email",
            text=Text("Breaches could not be looked up", "There was no connection. It is tried again by itself."),
        ),
        row(
            "recovery_plan",
            Status.UNKNOWN,
            reason="no_answer",
            text=Text("Is there a plan for a hacked account?", "You need to know who to call.", steps[:3]),
            **practice,
        ),
        row("leaver", Status.NOT_APPLICABLE, reason="nobody", text=Text("Nobody has left", ""), **practice),
    )


def _episode(check_id: str, at: datetime, subject: str | None = None) -> Episode:
    return Episode(
        id=f"{check_id}-{subject}",
        check_id=check_id,
        subject=subject,
        status=Status.FAIL,
        reason="off",
        severity=Severity.MEDIUM,
        basis=Basis.MEASURED,
        opened_at=at - timedelta(days=1),
        seen_at=at,
        confirmed_at=at,
    )


def _closed(episode: Episode, at: datetime) -> Episode:
    import msgspec

    return msgspec.structs.replace(episode, closed_at=at, good=True)

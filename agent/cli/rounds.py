"""A round as the command line runs it: on this computer, or on a recorded one."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from agent import round as rounds
from agent.accounts import known_accounts
from agent.cli.session import Session, SessionError, open_session
from agent.contract import Check, Finding
from agent.host.live import LiveHost
from agent.host.recording import BadRecordingError, Recording, load
from agent.host.replay import ReplayHost
from agent.http import Network
from agent.runner import Outcome
from agent.secrets import get_many
from agent.status import CheckRow, Document, StatusError, write
from agent.status import load as load_status
from agent.store import StoreError
from config.loader import Loaded, SettingsError, from_values

__all__ = ["RoundResult", "live_round", "replayed_round"]

OnDone = Callable[[Outcome], None]
#: Recordings belong to no device.
REPLAYED_DEVICE = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class RoundResult:
    """What a command shows of a round. ``failed`` says that the agent itself could not do all it should have."""

    document: Document
    round: rounds.Round
    notes: Sequence[str]
    failed: bool = False

    @property
    def titles(self) -> dict[str, str]:
        """The title of every check that ran, by id."""
        return {outcome.check.id: outcome.check.title for outcome in self.round.outcomes}

    def findings(self, check_id: str) -> list[tuple[CheckRow, Finding]]:
        """The rows of one check beside its findings."""
        rows = {(row.id, row.instance): row for row in self.document.checks}
        return [
            (rows[check_id, finding.subject], finding)
            for outcome in self.round.outcomes
            if outcome.check.id == check_id
            for finding in outcome.findings
        ]

"""What a form is about, and that nothing is said to be kept that is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.agent.page.forms.household import Household


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        ("/accounts/add", {"service": "google"}, "This could not be kept."),
        ("/left", {"do": "happened"}, "This could not be kept."),
        ("/statements/laptop/recovery_plan.plan", {"answer": "no"}, "This could not be kept."),
        ("/item/remind", {"check": "screen_lock", "when": "hour"}, "The reminder could not be kept."),
    ],
)
def test_what_could_not_be_kept_is_said_with_the_reason(path: str, fields: dict[str, str], said: str) -> None:
    home = Household(furnished=True)
    for store in Path(home.paths.data).glob("watchword.db*"):
        store.unlink()
    Path(home.paths.store).mkdir()  # as on a full disk, it cannot be opened
    answer = home.client.post(path, **fields)
    assert answer.status == 422
    assert f"{said} The store {home.paths.store} could not be used: it cannot be opened;" in answer.text

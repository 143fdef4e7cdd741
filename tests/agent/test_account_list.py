"""What an account may be called: labels may be reported to office IT, so none holds an address."""

from __future__ import annotations

import pytest

from agent.account_list import label_of, service_of
from agent.errors import RefusedError

ADDRESSES = [
    "me@example.org",
    "Work (me@example.org)",
    "@me@example.org",
    "me@example.org=work@",
    "me\uff20example.org",
    "me\ufe6bexample.org",
    "me@localhost",
    "me@\u200dexample.org",
    "mailto:me@example.org",
    "me@@example.org",
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_is_not_a_label_and_is_not_repeated(text: str) -> None:
    with pytest.raises(RefusedError, match="an address is not a label") as refused:
        label_of(text)
    assert "example" not in str(refused.value)


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_is_not_a_service_and_is_not_repeated(text: str) -> None:
    with pytest.raises(RefusedError) as refused:
        service_of(text)
    assert "example" not in str(refused.value).replace("for example", "")


@pytest.mark.parametrize(
    "text", ["Work email", "@alexmp", "The page (@alexmp)", "@alex.bsky.social", "Tea @ 4", "Büro"]
)
def test_what_an_account_is_called_is_a_label(text: str) -> None:
    assert label_of(f" {text} ") == text

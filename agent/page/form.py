"""What a form sent: fields as text, in the one encoding that is taken."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl

__all__ = ["BadFormError", "Form", "parse"]

MAX_FIELDS = 200


class BadFormError(ValueError):
    """The body is not a form."""


class Form:
    """The fields of a form, in the order in which they were sent."""

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self.fields = tuple(fields)

    def get(self, name: str) -> str:
        """The first value of a field without spaces around it; empty when it was not sent."""
        return next((value.strip() for key, value in self.fields if key == name), "")

    def all(self, name: str) -> list[str]:
        """Every value of a field, as ticked boxes send them."""
        return [value.strip() for key, value in self.fields if key == name]

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self.fields)


def parse(body: bytes) -> Form:
    """A body as ``application/x-www-form-urlencoded``, UTF-8.

    Raises:
        BadFormError: it is not that, or has more fields than any form of ours.
    """
    try:
        text = body.decode("ascii")
        fields = parse_qsl(
            text, keep_blank_values=True, strict_parsing=bool(text), errors="strict", max_num_fields=MAX_FIELDS
        )
    except ValueError as error:  # of which UnicodeDecodeError is one
        raise BadFormError("not a form") from error
    if any("\0" in part for field in fields for part in field):
        raise BadFormError("not text")
    return Form(fields)

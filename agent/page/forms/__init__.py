"""Everything that is filled in on the page: one module a subject, each with its ``ROUTES``."""

from __future__ import annotations

from starlette.routing import Route

from agent.page.forms import accounts, breaches, confirm, history, importing, it, left, reminders, sharing, statements

__all__ = ["ROUTES"]

#: Fixed paths come before those that an account's id is part of.
ROUTES: list[Route] = [
    *importing.ROUTES,
    *accounts.ROUTES,
    *statements.ROUTES,
    *confirm.ROUTES,
    *left.ROUTES,
    *reminders.ROUTES,
    *breaches.ROUTES,
    *it.ROUTES,
    *sharing.ROUTES,
    *history.ROUTES,
]

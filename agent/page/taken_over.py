"""Where somebody looks who cannot get into an account any more: the services they have listed, and their own help."""

from __future__ import annotations

from dataclasses import dataclass

from agent.accounts import known_accounts
from agent.errors import WatchwordError
from agent.page.forms.links import links_to
from agent.page.item_view import Link
from agent.page.page import Page
from config.platforms import platform

__all__ = ["Service", "services_in"]


@dataclass(frozen=True)
class Service:
    """A service and its own pages about signing in, as far as our catalogue has some."""

    name: str
    links: tuple[Link, ...]


def services_in(page: Page) -> tuple[Service, ...]:
    """The services of the accounts that are listed, email first: it resets the others. Help is there without them."""
    try:
        with page.open_session() as session:
            accounts = known_accounts(session.loaded.settings, session.store).accounts
    except WatchwordError:
        return ()  # somebody who needs help is not told that a settings file is wrong
    ordered = sorted((platform(account.service) for account in accounts), key=lambda one: one.kind != "email")
    return tuple(Service(one.name, links_to([one.help])) for one in dict.fromkeys(ordered) if one.help)

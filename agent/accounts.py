"""The accounts the agent covers: those of the settings and those the person listed, and where their addresses are.

An address is looked up only when a check asks for one, all in one go and once a round, because the keyring may be
slow. It is never part of an account, and never kept anywhere but in the settings file or the keyring.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from agent import secrets
from agent.contract import Account
from agent.host import Unreadable
from agent.store import Store, StoredAccount
from config.platforms import find
from config.schema import Settings

__all__ = ["KnownAccounts", "known_accounts"]

ReadSecrets = Callable[[Sequence[str]], Mapping[str, str | Unreadable | None]]


class KnownAccounts:
    """The accounts of a round. ``accounts`` are those of the settings first, then those the person listed.

    ``from_settings`` are the ids of accounts that a settings file lists: only there can they be changed or removed.
    """

    def __init__(
        self,
        entries: Sequence[tuple[StoredAccount, str]],
        from_settings: frozenset[str],
        read_secrets: ReadSecrets,
    ) -> None:
        self.from_settings = from_settings
        self._in_settings = {stored.id: address for stored, address in entries if address}
        self._kept = [stored.id for stored, address in entries if stored.has_address and not address]
        self._read_secrets = read_secrets
        self._from_keyring: Mapping[str, str | Unreadable | None] | None = None
        self._lock = threading.Lock()
        self.accounts = tuple(
            Account(
                id=stored.id,
                service=stored.service,
                label=stored.label,
                has_address=bool(address) or stored.has_address,
            )
            for stored, address in entries
        )

    @property
    def labels(self) -> dict[str, str]:
        """The label of each account by id."""
        return {account.id: account.label for account in self.accounts}

    def address(self, account: Account) -> str | Unreadable | None:
        """The address of an account: ``None`` when it has none, ``Unreadable`` when the keyring would not say."""
        if account.id in self._in_settings:
            return self._in_settings[account.id]
        if account.id not in self._kept:
            return None
        with self._lock:
            if self._from_keyring is None:
                self._from_keyring = self._read_secrets([secrets.address_name(kept) for kept in self._kept])
            found = self._from_keyring.get(secrets.address_name(account.id))
        # One was kept, so nothing there is not the answer "this account has no address".
        return found or Unreadable("empty", "keyring")


def known_accounts(
    settings: Settings, store: Store, *, now: datetime | None = None, read_secrets: ReadSecrets = secrets.get_many
) -> KnownAccounts:
    """Bring the accounts of settings and store together.

    An entry of the settings that the person also listed, under the same service and label, is one account. Other
    entries get a random id at first sight, which the store remembers by service and label: it says nothing about the
    address, and it stays when the address changes.

    Raises:
        agent.store.StoreError: the store cannot be read or written.
    """
    listed = {(stored.service, stored.label): stored for stored in reversed(store.accounts())}
    seen: Counter[tuple[str, str]] = Counter()
    entries: list[tuple[StoredAccount, str]] = []
    for entry in settings.accounts:
        service = find(entry.service)
        key = (service.id if service else entry.service, entry.label)
        stored = listed.get(key) if not seen[key] else None
        if stored is None:
            moment = now or datetime.now(UTC)
            stored = store.settings_account(*key, seen[key], now=moment)
        seen[key] += 1
        entries.append((stored, entry.address))
    from_settings = frozenset(stored.id for stored, _ in entries)
    entries.extend((stored, "") for stored in store.accounts() if stored.id not in from_settings)
    return KnownAccounts(entries, from_settings, read_secrets)

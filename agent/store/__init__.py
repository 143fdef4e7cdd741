"""The store: what the agent keeps between rounds, in one SQLite file, with a journal of what must not be lost with it.

Addresses and secrets are never here; they are in the keyring of the system.
"""

from agent.store.errors import StoreError
from agent.store.records import HistoryRow, LastReal, LastRun, Sending, Sharing, Standing, StoredAccount
from agent.store.store import Store

__all__ = ["HistoryRow", "LastReal", "LastRun", "Sending", "Sharing", "Standing", "Store", "StoreError"]
__all__ += ["StoredAccount"]

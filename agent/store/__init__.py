"""The store: what the agent keeps between rounds, in one SQLite file with a journal of the person's statements.

Addresses and secrets are never here; they are in the keyring of the system.
"""

from agent.store.errors import StoreError
from agent.store.records import LastReal, Standing, StoredAccount
from agent.store.store import Store

__all__ = ["LastReal", "Standing", "Store", "StoreError", "StoredAccount"]

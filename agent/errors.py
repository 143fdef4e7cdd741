"""The errors that are sentences to a person: what is wrong, where, what is allowed, what to do."""

__all__ = ["RefusedError", "WatchwordError"]


class WatchwordError(Exception):
    """Something the agent could not do. Several problems are a line each. A command ends with exit code 4."""


class RefusedError(WatchwordError):
    """What was asked cannot be done as it was asked: a wrong name, answer, file or setting. Exit code 2."""

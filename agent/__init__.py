"""The machine that runs checks: contract, host, runner, store, words and command line."""

__version__ = "0.1.0"

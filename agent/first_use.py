"""Making msgspec's types ready before threads share them.

msgspec learns how to read a ``Struct`` when one is first read, and puts what it is learning where other threads find it
before it is whole: two threads that read the same type for the first time at the same moment end the process with a
segmentation fault (0.22.0, seen once in a hundred rounds; tests/agent/test_first_use.py shows it). So whoever starts
threads has every type that is loaded learnt first. That takes five milliseconds, once.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

__all__ = ["learn_types"]

_learnt: set[type[msgspec.Struct]] = set()


def learn_types() -> None:
    """Have msgspec learn every ``Struct`` that is loaded by now. Call it before threads that read them are started."""
    for kind in _below(msgspec.Struct):
        if kind not in _learnt:
            _learnt.add(kind)
            try:
                msgspec.json.Decoder(kind)
            except (TypeError, NameError):
                continue  # a type that JSON cannot hold, of a check from elsewhere: nobody reads it from JSON either


def _below(kind: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)

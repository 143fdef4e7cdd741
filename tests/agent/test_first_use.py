"""Types are learnt before threads read them: else msgspec ends the process."""

from __future__ import annotations

import subprocess
import sys

import pytest

#: Eight threads read a type that nobody has read before, over and over with new types.
RACE = """
import sys, threading, types, msgspec
from agent.first_use import learn_types
sys.setswitchinterval(1e-6)
SOURCE = '''
import msgspec
class Inner(msgspec.Struct, frozen=True):
    name: str
    many: "tuple[str, ...]" = ()
class Outer(msgspec.Struct, frozen=True):
    one: "dict[str, Inner]"
    more: "tuple[Inner, ...]" = ()
'''
for number in range(60):
    module = types.ModuleType(f"made_up_{number}")
    sys.modules[module.__name__] = module
    exec(SOURCE, module.__dict__)
    if sys.argv[1] == "learnt":
        learn_types()
    start = threading.Barrier(8)
    def read():
        start.wait()
        msgspec.convert({"one": {"a": {"name": "b"}}, "more": [{"name": "c"}]}, module.Outer)
    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""


def race(how: str) -> int:
    return subprocess.run([sys.executable, "-c", RACE, how], capture_output=True, timeout=60, check=False).returncode


def test_types_that_are_learnt_first_can_be_read_by_many_threads() -> None:
    assert [race("learnt") for _ in range(5)] == [0] * 5


@pytest.mark.skipif(sys.platform != "linux", reason="how a process ends that reads beyond its memory is Linux's here")
def test_without_that_the_process_ends() -> None:
    """When this no longer fails, msgspec has been mended and :mod:`agent.first_use` can go."""
    assert any(race("unknown") < 0 for _ in range(20))

"""Two real people of this computer, with accounts of their own, for tests that root runs; and doing things as them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest

__all__ = ["Person", "as_person", "two_people"]

if sys.platform == "win32":
    raise ImportError("Windows has no useradd")


class Person(NamedTuple):
    """Somebody with an account on this computer."""

    name: str
    uid: int
    gid: int


@contextmanager
def two_people() -> Iterator[tuple[Person, Person]]:
    """Two people, for the time of a test. Skips it where nobody can be added to the computer."""
    if os.getuid() != 0:
        pytest.skip("only root can add people to a computer")
    if shutil.which("useradd") is None or shutil.which("userdel") is None:
        pytest.skip("useradd is not installed")
    import pwd

    made: list[Person] = []
    try:
        for _ in range(2):
            name = f"wwtest{uuid.uuid4().hex[:8]}"
            subprocess.run(["useradd", "--no-create-home", "--shell", "/usr/sbin/nologin", name], check=True)
            made.append(Person(name, pwd.getpwnam(name).pw_uid, pwd.getpwnam(name).pw_gid))
        yield made[0], made[1]
    finally:
        for person in made:
            subprocess.run(["userdel", person.name], check=True, stderr=subprocess.DEVNULL)


def as_person(person: Person, act: Callable[[], object]) -> str:
    """Do it as that person, with none of the rights of whoever runs the tests; what went wrong, or nothing."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        said = "it did not come to an end"
        try:
            os.setgroups([])
            os.setgid(person.gid)
            os.setuid(person.uid)
            act()
            said = ""
        except Exception as error:  # noqa: BLE001  (whatever it is, the test is told)
            said = f"{type(error).__name__}: {error}"
        finally:
            os.write(writing, said.encode())
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode()
    os.waitpid(child, 0)
    return said

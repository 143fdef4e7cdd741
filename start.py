#!/usr/bin/env python3
"""Set Watchword up in a private environment and run it. Needs Python 3.11 or newer and nothing else.

    python3 start.py check        check this computer
    python3 start.py test         run the tests
    python3 start.py ARGS...      any other watchword command, for example `python3 start.py status --json`

The environment is the folder .venv beside this file; delete it to start afresh. Dependencies are installed exactly
as pinned, with their hashes, from requirements.lock (requirements-dev.lock for the tests). Nothing else is changed.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
HERE = os.path.dirname(os.path.abspath(__file__))
ENVIRONMENT = os.path.join(HERE, ".venv")
WINDOWS = os.name == "nt"
PYTHON = os.path.join(ENVIRONMENT, "Scripts" if WINDOWS else "bin", "python.exe" if WINDOWS else "python")
FAILED = 4


def main(arguments):
    """Set up what the command needs, then hand over to it."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__.strip())
        return 0
    testing = arguments[0] == "test"
    problem = set_up("requirements-dev.lock" if testing else "requirements.lock")
    if problem:
        print("start.py: " + problem, file=sys.stderr)
        return FAILED
    if testing:
        return hand_over(["-m", "pytest", *arguments[1:]])
    # -P: a folder named "agent" in the current directory must not be run in our place.
    return hand_over(["-P", "-m", "agent", *arguments])


def set_up(lock):
    """Make the environment, or bring it up to date. Returns a sentence when that is not possible."""
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        return "Watchword needs Python 3.11 or newer; this is Python %s (%s)." % (found, sys.executable)
    if is_ready(lock):
        return None
    with one_at_a_time():
        return None if is_ready(lock) else install(lock)


def install(lock):
    """Make the environment where there is none, and install into it. Returns a sentence when that is not possible."""
    if not os.path.exists(PYTHON):
        say("Making a private environment in .venv ...")
        problem = make_environment()
        if problem:
            return problem
    say("Installing what Watchword needs (%s) ..." % lock)
    steps = (
        ["install", "--require-hashes", "-r", os.path.join(HERE, lock)],
        ["install", "--no-deps", "--no-build-isolation", "-e", HERE],
    )
    for step in steps:
        problem = pip(step)
        if problem:
            return problem
    # Compiled once here, where it may be written; a round then starts in half the time.
    sources = [os.path.join(HERE, name) for name in ("agent", "checks", "config")]
    compile_all = [PYTHON, "-P", "-m", "compileall", "-q", *sources]
    subprocess.call(compile_all, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        with open(stamp_file(lock), "w", encoding="ascii") as file:
            file.write(stamp_of(lock))
    except OSError as error:
        return "the private environment in %s cannot be written: %s" % (ENVIRONMENT, error.strerror)
    say("Ready.")
    return None


def is_ready(lock):
    """Whether the environment holds what the lock asks for. The one for the tests holds everything."""
    return os.path.exists(PYTHON) and any(
        read(stamp_file(name)) == stamp_of(name) for name in {lock, "requirements-dev.lock"}
    )


@contextlib.contextmanager
def one_at_a_time():
    """Two of these started together must not install over each other. This file itself is the lock."""
    with open(os.path.abspath(__file__), "rb") as file:
        if not WINDOWS:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_environment():
    """The private environment. Returns a sentence when it cannot be made."""
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        return (
            "this Python has no venv module. On Debian and Ubuntu: sudo apt install python3-venv. "
            "On Fedora: sudo dnf install python3-pip."
        )
    try:
        venv.create(ENVIRONMENT, with_pip=True, symlinks=not WINDOWS)
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        return "the private environment could not be made in %s: %s" % (ENVIRONMENT, error)
    return None


def pip(step):
    """One pip command, silent when it works. Returns a sentence when it does not."""
    # -P: nor must one named "json.py".
    command = [PYTHON, "-P", "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", *step]
    done = subprocess.run(
        command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace"
    )
    if done.returncode == 0:
        return None
    said = done.stderr.strip().splitlines()
    network = ("NewConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "Temporary failure in name resolution")
    if any(word in line for line in said for word in network):
        return "the packages could not be fetched: there seems to be no network. Try again when there is."
    errors = [line for line in said if line.startswith("ERROR:")] or said or ["no reason given"]
    return "the packages could not be installed: " + errors[-1][:300]


def hand_over(arguments):
    """Become the command; where a process cannot be replaced, run it and pass on its exit code."""
    if "pytest" in arguments[:2]:
        os.chdir(HERE)
    if WINDOWS:
        return subprocess.call([PYTHON, *arguments])
    sys.stdout.flush()
    return os.execv(PYTHON, [PYTHON, *arguments])


def stamp_of(lock):
    """What the environment must have been made from: this lock, this project description, this Python."""
    digest = hashlib.sha256(repr((sys.version_info[:2], HERE)).encode())
    for name in (lock, "pyproject.toml"):
        with open(os.path.join(HERE, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def stamp_file(lock):
    """Where it is noted what the environment was made from."""
    return os.path.join(ENVIRONMENT, lock + ".installed")


def read(path):
    """A small file's text, or nothing."""
    try:
        with open(path, encoding="ascii") as file:
            return file.read()
    except (OSError, ValueError):
        return ""


def say(words):
    """Words about what is being done, kept apart from the command's own output."""
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("start.py: stopped")
        sys.exit(130)

"""Reading one line that must not be seen: without echo on a terminal, or the first line of a pipe or file."""

from __future__ import annotations

import getpass
import warnings
from typing import IO, TextIO, cast

__all__ = ["HiddenInputError", "hidden_line"]

#: Far beyond any password or key; a stream without line ends must not fill the memory.
MAX_CHARACTERS = 4096


class HiddenInputError(Exception):
    """Nothing could be read without showing it; the message says what to do instead."""


def hidden_line(question: str, stdin: IO[str] | None, stderr: IO[str]) -> str:
    """The line as it was typed, spaces and all, without its line end.

    Raises:
        HiddenInputError: the terminal cannot hide what is typed, there is no input, or it is not one line of text.
    """
    if stdin is None:
        raise HiddenInputError("there is nothing to read from: type it, or send it by a pipe")
    try:
        if stdin.isatty():
            with warnings.catch_warnings():
                # Otherwise getpass warns and goes on, with the secret on the screen.
                warnings.simplefilter("error", getpass.GetPassWarning)
                return _required(getpass.getpass(f"{question} ", stream=cast("TextIO", stderr)))
        line = stdin.readline(MAX_CHARACTERS + 2)
    except getpass.GetPassWarning:
        raise HiddenInputError("this terminal would show what you type: send it by a pipe instead") from None
    except EOFError:
        print(file=stderr)
        raise HiddenInputError("nothing was typed") from None
    except KeyboardInterrupt:
        print(file=stderr)
        raise
    except UnicodeDecodeError:
        # Its message, and the error it came from, hold what was read.
        raise HiddenInputError("the input is not text in this computer's encoding") from None
    text = _required(line.removesuffix("\n").removesuffix("\r"))
    if len(text) > MAX_CHARACTERS:
        raise HiddenInputError(f"the input is longer than {MAX_CHARACTERS} characters")
    return text


def _required(text: str) -> str:
    if not text:
        raise HiddenInputError("nothing was given")
    return text

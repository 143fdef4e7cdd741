"""Opening the page in the person's browser without telling anybody its address.

The arguments of a program can be read by everybody on a computer, and a browser is given what it is to open as an
argument. So it is given a file that only the person may read, and that leads on to the page (as Jupyter does).
"""

from __future__ import annotations

from html import escape

from agent.host import Host
from agent.page.address import Address
from agent.page.opening import folder, open_file, sweep, write
from agent.paths import Paths

__all__ = ["clear", "document", "launch"]


def launch(address: Address, path: str, host: Host, paths: Paths) -> None:
    """Open ``path`` of the page in the browser.

    Raises:
        agent.page.opening.OpeningError: nothing opens pages here; the message says why.
    """
    open_file(write(document(address.url(path)), folder(host, paths)), host)


def document(url: str) -> str:
    """A page that leads on to ``url`` by itself, and by a link where it may not."""
    shown = escape(url)
    return (
        '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="refresh" content="0; url={shown}">\n<meta name="referrer" content="no-referrer">\n'
        '<meta name="color-scheme" content="light dark">\n<title>Opening Watchword</title>\n</head>\n'
        f'<body>\n<main>\n<h1>Opening Watchword</h1>\n<p><a href="{shown}">Go on to your page</a></p>\n'
        "</main>\n</body>\n</html>\n"
    )


def clear(host: Host, paths: Paths) -> None:
    """Take away what :func:`launch` wrote: the page has ended, and these lead nowhere."""
    sweep(folder(host, paths), older_than_seconds=0)

"""``watchword explain --window``: the steps of the last result as a page in the person's browser, wherever it is asked.

Nothing is checked for it: it shows what status.json says.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent.errors import RefusedError, WatchwordError
from agent.files import read_regular
from agent.guide.opening import folder, open_file, write
from agent.guide.page import document
from agent.host.live import LiveHost
from agent.localtime import LOCAL
from agent.paths import Paths
from agent.status import CheckRow, Document, load
from agent.words import catalogue
from config.text import nearest, quoted

__all__ = ["open_window", "rows_about"]


def open_window(items: Sequence[str]) -> None:
    """Open the page about these items, each ``CHECK`` or ``CHECK:ACCOUNT``.

    Raises:
        RefusedError: no check is called that.
        WatchwordError: there is no result yet, or the page could not be opened.
    """
    from agent.discovery import builtin_checks  # every check's code, for their titles

    paths = Paths.here()
    try:
        last = load(read_regular(paths.status), paths.status)
    except FileNotFoundError as error:
        raise WatchwordError("nothing has been checked yet. Run `watchword check`.") from error
    titles = {check.id: check.title for check in builtin_checks()}
    rows = rows_about(items, last, known={*titles, *(row.id for row in last.checks)})
    links = {link for words in catalogue().values() for link in words.links}
    host = LiveHost()
    page = document(rows, last.generated_at.astimezone(LOCAL), links, titles=titles)
    open_file(write(page, folder(host, paths)), host)


def rows_about(items: Sequence[str], last: Document, *, known: set[str]) -> list[CheckRow]:
    """The rows of the last result that these items name, once each. One that is gone by now has none.

    Raises:
        RefusedError: no check is called that.
    """
    wanted = []
    for item in items:
        check_id, separator, account = item.partition(":")
        if check_id not in known:
            near = nearest(check_id, sorted(known))
            raise RefusedError(f"there is no check {quoted(check_id)}" + (f"; did you mean {near}?" if near else ""))
        wanted.append((check_id, account if separator else None))
    return [
        row
        for row in last.checks
        if any(row.id == check_id and account in (None, row.instance) for check_id, account in wanted)
    ]

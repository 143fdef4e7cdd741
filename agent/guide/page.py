"""The steps for some items as one HTML document: no script, nothing loaded, nothing to fill in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from html import escape

from agent.contract import Status
from agent.status import CheckRow

__all__ = ["document"]

#: Nothing is loaded and nothing is sent; the style is in the page itself.
SECURITY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

#: What a status is called, as a person would say it.
CALLED = {
    Status.FAIL: "Action needed",
    Status.WARN: "Look at soon",
    Status.UNKNOWN: "Not checked",
    Status.PASS: "In order",
    Status.NOT_APPLICABLE: "Not applicable",
    Status.DISABLED: "Switched off",
}
TO_DO = (Status.FAIL, Status.WARN, Status.UNKNOWN)

#: Colours meet WCAG 2.2 AA (4.5 to 1) in both modes; lengths are relative, so that it works at 320 px and 400 %.
STYLE = """
:root { color-scheme: light dark; --ink: #1b2430; --paper: #fbfaf7; --card: #ffffff; --line: #d5d9de; --calm: #1f5a7a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ebee; --paper: #14181d; --card: #1d232a; --line: #3a434d; --calm: #8fc6e6; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.125rem/1.6 system-ui, sans-serif; }
main { max-width: 40rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 .25rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; margin: 1rem 0; }
.state { color: var(--calm); font-weight: 600; margin: 0 0 .5rem; }
ol { padding-left: 1.5rem; }
li { margin: .5rem 0; }
a { color: var(--calm); }
footer { border-top: 1px solid var(--line); margin-top: 2rem; font-size: 1rem; }
"""


def document(
    rows: Sequence[CheckRow], made_at: datetime | None, links: Collection[str], *, titles: dict[str, str] | None = None
) -> str:
    """The page about these rows, those with something to do first.

    ``made_at`` is when they were found, in the person's own zone. A link is shown only if it is one of ``links``.
    ``titles`` are the names of checks.
    """
    ordered = sorted(rows, key=lambda row: row.status not in TO_DO)
    sections = "".join(_section(row, links, titles or {}) for row in ordered)
    if not ordered:
        sections = "<section><h2>There is nothing to do about this now</h2><p>It may have been put right.</p></section>"
    heading = "Here is how" if any(row.status in TO_DO for row in ordered) else "There is nothing to do here now"
    checked = f"<p>Checked on {escape(_spoken(made_at))}. It is checked again by itself.</p>" if made_at else ""
    return (
        '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(SECURITY)}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n'
        f"<title>Watchword: {escape(heading.lower())}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(heading)}</h1>\n{sections}\n"
        f"<footer>{checked}<p>This page is a file on your own laptop. Watchword never asks for a password, and this "
        "page has nothing to fill in. You can close it at any time.</p></footer>\n</main>\n</body>\n</html>\n"
    )


def _section(row: CheckRow, links: Collection[str], titles: dict[str, str]) -> str:
    text = row.text
    title = text.title if text is not None else titles.get(row.id, row.id.replace("_", " "))
    state = CALLED[row.status] + (f": {row.label}" if row.label else "")
    parts = [f"<h2>{escape(title)}</h2>", f'<p class="state">{escape(state)}</p>']
    if text is not None:
        if text.body:
            parts.append(f"<p>{escape(text.body)}</p>")
        if row.status in TO_DO and text.steps:
            parts.append(_list("ol", (escape(step) for step in text.steps)))
        known = [link for link in text.links if link in links and link.startswith("https://")]
        if known:
            parts.append("<p>More about it:</p>" + _list("ul", map(_link, known)))
    return f"<section>{''.join(parts)}</section>"


def _list(kind: str, lines: Iterable[str]) -> str:
    return f"<{kind}>" + "".join(f"<li>{line}</li>" for line in lines) + f"</{kind}>"


def _link(address: str) -> str:
    shown = escape(address)
    return f'<a href="{shown}" rel="noreferrer noopener">{shown.removeprefix("https://")}</a>'


def _spoken(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y} at {moment:%H:%M}"

"""Reading a page as a browser would, as far as tests need it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["Element", "Markup", "read"]

EMPTY = frozenset({"meta", "link", "input", "img", "br", "hr", "path", "circle"})


@dataclass
class Element:
    """One element with what is in it."""

    name: str
    attributes: dict[str, str]
    inside: list[Element] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def all(self, name: str = "") -> list[Element]:
        """Every element below this one, in order; of one name, or all."""
        found: list[Element] = []
        for element in self.inside:
            if not name or element.name == name:
                found.append(element)
            found.extend(element.all(name))
        return found

    @property
    def text(self) -> str:
        """All words in it, with single spaces."""
        return " ".join(" ".join(self.words).split())


class Markup(HTMLParser):
    """The elements of a document. Everything must be closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].inside.append(element)
        if tag not in EMPTY:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].name == tag, f"</{tag}> closes <{self._open[-1].name}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.words.append(data)


def read(document: str) -> Element:
    """The document's root."""
    markup = Markup()
    markup.feed(document)
    markup.close()
    assert len(markup._open) == 1, [element.name for element in markup._open]
    return markup.root

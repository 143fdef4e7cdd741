"""Stand-ins for personal details in text: the same detail gets the same stand-in wherever it appears.

Versions look like IP addresses, extension ids like mail addresses, and a person may be called like a program. So each
kind of detail has a rule of its own for what it really is, and what the catalogues know is left as it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache
from importlib.resources import files

from agent.host.addresses import IPV4, IPV6, MAC, is_own_mac, is_personal_ipv4, is_personal_ipv6
from agent.host.identity import Identity, Person
from agent.host.plain_words import COMMON, NAME_ENDS

__all__ = ["REMOVED", "StandIns", "catalogue_ids"]

REMOVED = "[removed]"

MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+(?:@|%40)[^\W_][\w-]*(?:\.[\w-]+)*\.[^\W\d_]{2,}", re.IGNORECASE)
CREDENTIALS = re.compile(r"(?<=://)[^\s/@:'\"]+:[^\s/@'\"]+(?=@)")
SID = re.compile(r"\bS-1-5-21-\d+-\d+-\d+(?=-|\b)")
#: Words before a number of this one computer or disk (systemd, dmidecode, lsblk, ioreg).
SERIAL = re.compile(
    r"(?:\b(?:machine|boot)[ _-]?id|serial(?:[ _-]?(?:number|short))?(?: \([^)\n]*\))?|\b(?:part)?uuid|IOPlatform\w+)"
    r"[\"']?[ \t]*[:=][ \t]*[\"']?(?P<serial>[0-9A-Za-z][0-9A-Za-z-]{5,})(?![\w.@-])",
    re.IGNORECASE,
)
#: The start of a line that gives an account's name: loginctl(1), and automatic login in display managers.
ACCOUNT_KEY = (
    r"(?m:^)(?P<before>(?:name|user(?:name)?|logname|login|autologin-user|automaticlogin|timedlogin)[ \t]*=[ \t]*)"
)


@lru_cache(1)
def catalogue_ids() -> frozenset[str]:
    """Ids in the packaged catalogues that look like mail addresses, in lower case."""
    found: set[str] = set()
    for resource in files("config").iterdir():
        if resource.name.endswith(".toml"):
            found.update(match.group().lower() for match in MAIL.finditer(resource.read_text(encoding="utf-8")))
    return frozenset(found)


class StandIns:
    """Replaces what an identity names, and counts what it replaced by kind in ``counts``.

    ``vocabulary`` are further words that are not to be taken for names: the programs of this computer.
    """

    def __init__(self, identity: Identity, *, vocabulary: Iterable[str] = ()) -> None:
        self.counts: Counter[str] = Counter()
        self._known: dict[str, dict[str, str]] = {}
        self._identity = identity
        self._own_addresses = {address.lower().replace("-", ":") for address in identity.addresses}
        common = COMMON | {word.lower() for word in vocabulary}
        self._rules: list[tuple[str, re.Pattern[str], Callable[[re.Match[str]], str]]] = []
        for mail in sorted(identity.mails, key=len, reverse=True):
            self._add("mail_address", _word(mail), lambda match: self._mail_name(match.group()))
        self._shape_rules = len(self._rules)
        for number, person in enumerate(identity.people):
            self._add_home(person, _person_name(number))
        for host in sorted(identity.hosts, key=len, reverse=True):
            if _is_distinct(host, common):
                self._add("host_name", _word(host), lambda _: "computer")
        for number, person in enumerate(identity.people):
            self._add_person(person, _person_name(number), common)
        for serial in sorted(identity.serials, key=len, reverse=True):
            if len(serial) >= 6:
                self._add("serial", _word(serial), lambda match: self._serial(match.group()))

    def text(self, text: str, *, versions: bool = False, same_length: bool = False) -> str:
        """The text with stand-ins. ``versions`` says that numbers with dots in it are versions unless they cannot be.

        ``same_length`` keeps every length, for formats that count bytes.
        """
        if len(text) < 2:
            return text
        fit = _fitted if same_length else _as_is
        if "://" in text:
            text = self._each("secret", CREDENTIALS, text, lambda _: REMOVED, fit)
        for kind, pattern, stand_in in self._rules[: self._shape_rules]:
            text = self._each(kind, pattern, text, stand_in, fit)
        if "@" in text or "%40" in text:
            text = self._each("mail_address", MAIL, text, self._mail, fit)
        for kind, pattern, stand_in in self._rules[self._shape_rules :]:
            text = self._each(kind, pattern, text, stand_in, fit)
        text = self._numbers(text, fit)
        return self._addresses(text, fit, versions=versions)

    def user_name(self, name: str) -> str:
        r"""The stand-in of what can only be an account's name (``DOMAIN\name`` on Windows)."""
        domain, separator, bare = name.rpartition("\\")
        for number, person in enumerate(self._identity.people):
            if person.name.lower() == bare.lower():
                self.counts["user_name"] += bare != _person_name(number)
                return self.text(domain) + separator + _person_name(number)
        return self.text(name)

    def host_name(self, name: str) -> str:
        """The stand-in of what can only be a host name."""
        if name.strip() and name.strip() in self._identity.hosts:
            self.counts["host_name"] += name.strip() != "computer"
            return name.replace(name.strip(), "computer")
        return self.text(name)

    def _add(self, kind: str, pattern: str, stand_in: Callable[[re.Match[str]], str]) -> None:
        self._rules.append((kind, re.compile(pattern, re.IGNORECASE), stand_in))

    def _add_home(self, person: Person, stand_in: str) -> None:
        """The home directory in any spelling: plain, in a URL, escaped in JSON, with either slash."""
        separator = "\\" if "\\" in person.home else "/"
        parts = person.home.strip(separator).split(separator)
        if not parts[-1] or len(parts) < 2:
            return
        between = r"(?:\\{1,4}|\\?/|%5c|%2f)"
        before = between.join(re.escape(part) for part in parts[:-1])
        start = between if separator == "/" else ""
        pattern = rf"(?P<before>{start}{before}{between}){re.escape(parts[-1])}(?![\w-]|\.\w)"
        self._add("home", pattern, lambda match: match["before"] + stand_in)

    def _add_person(self, person: Person, stand_in: str, common: frozenset[str]) -> None:
        if " " in person.full_name:
            self._add("full_name", _word(person.full_name), lambda _: f"{stand_in.capitalize()} Name")
        name = re.escape(person.name)
        if _is_distinct(person.name, common):
            self._add("user_name", _word(person.name), lambda _: stand_in)
            return
        parents = r"(?P<before>[\\/](?:home|users|media|run/media|var/mail|var/spool/mail|crontabs|icons)[\\/])"
        self._add("user_name", rf"{parents}{name}(?![\w-]|\.\w)", lambda match: match["before"] + stand_in)
        self._add("user_name", rf"(?m:^){name}(?=:[^:\n]*:\d+:)", lambda _: stand_in)
        self._add("user_name", rf"{ACCOUNT_KEY}{name}(?=[ \t]*(?m:$))", lambda match: match["before"] + stand_in)

    def _each(
        self,
        kind: str,
        pattern: re.Pattern[str],
        text: str,
        stand_in: Callable[[re.Match[str]], str],
        fit: Callable[[str, str], str],
    ) -> str:
        def replaced(match: re.Match[str]) -> str:
            new = stand_in(match)
            if new == match.group():
                return new
            self.counts[kind] += 1
            return fit(new, match.group())

        return pattern.sub(replaced, text)

    def _mail(self, match: re.Match[str]) -> str:
        found = match.group()
        end = ""
        while "." in found and (found.lower() not in catalogue_ids()):
            rest, _, last = found.rpartition(".")
            if last.lower() not in NAME_ENDS:
                break
            found, end = rest, f".{last}{end}"
        local, at, domain = re.split(r"(@|%40)", found, maxsplit=1)
        if found.lower() in catalogue_ids() or "." not in domain:
            return match.group()
        return self._mail_name(f"{local}@{domain}").replace("@", at) + end

    def _mail_name(self, address: str) -> str:
        if address.endswith("@example.invalid"):
            return address
        return self._numbered("mail", address.lower(), "person{}@example.invalid")

    def _numbers(self, text: str, fit: Callable[[str, str], str]) -> str:
        if "S-1-5-21-" in text:
            text = self._each("serial", SID, text, lambda match: self._sid(match.group()), fit)
        return self._each("serial", SERIAL, text, self._labelled_serial, fit)

    def _sid(self, sid: str) -> str:
        if sid.startswith("S-1-5-21-0-0-"):
            return sid
        return self._numbered("sid", sid, "S-1-5-21-0-0-{}")

    def _labelled_serial(self, match: re.Match[str]) -> str:
        start = match.start("serial") - match.start()
        serial = match["serial"]
        # A word after "serial:" is a state ("unknown"); a number has digits in it.
        return match.group()[:start] + (self._serial(serial) if any(c.isdigit() for c in serial) else serial)

    def _serial(self, serial: str) -> str:
        """As long and with the same separators: formats check both."""
        if re.fullmatch(r"[0-]{4,}\d{1,4}", serial):
            return serial
        number = str(len(self._known.setdefault("serial", {})) + 1)
        zeros = re.sub(r"[^-]", "0", serial)
        return self._known["serial"].setdefault(serial.lower(), zeros[: len(zeros) - len(number)] + number)

    def _addresses(self, text: str, fit: Callable[[str, str], str], *, versions: bool) -> str:
        if ":" in text or "-" in text:
            text = self._each("mac_address", MAC, text, self._mac, fit)
        if "::" in text or text.count(":") >= 7:
            text = self._each("ip_address", IPV6, text, self._ipv6, fit)
        if text.count(".") >= 3:

            def ipv4(match: re.Match[str]) -> str:
                own = match.group() in self._own_addresses
                if not is_personal_ipv4(match, own=own, versions=versions):
                    return match.group()
                number = int(self._numbered("ipv4", match.group(), "{}"))
                return f"198.18.{number // 250 % 256}.{number % 250 + 1}"

            text = self._each("ip_address", IPV4, text, ipv4, fit)
        return text

    def _mac(self, match: re.Match[str]) -> str:
        if not is_own_mac(match.group()):
            return match.group()
        plain = match.group().lower().replace("-", ":")
        number = int(self._numbered("mac", plain, "{}"))
        return f"02:00:00:00:{number // 256 % 256:02x}:{number % 256:02x}".replace(":", match["separator"])

    def _ipv6(self, match: re.Match[str]) -> str:
        if not is_personal_ipv6(match.group()):
            return match.group()
        return self._numbered("ipv6", match.group().lower(), "100::{}")

    def _numbered(self, kind: str, detail: str, form: str) -> str:
        known = self._known.setdefault(kind, {})
        return known.setdefault(detail, form.format(len(known) + 1))


def _person_name(number: int) -> str:
    return "person" if number == 0 else f"person{number + 1}"


def _is_distinct(name: str, common: frozenset[str]) -> bool:
    """Whether a name is long and rare enough to be looked for as a word anywhere."""
    return len(name) > 2 and name.lower() not in common and not name.isdigit()


def _word(name: str) -> str:
    r"""A name as a whole word: not within a longer one, but after `%2F` of a URL or the `\n` of an escaped text."""
    return rf"(?:(?<![^\W_])|(?<=%2f)|(?<=%40)|(?<=\\[nrt])){re.escape(name)}(?![^\W_])"


def _as_is(new: str, _: str) -> str:
    return new


def _fitted(new: str, old: str) -> str:
    """The stand-in cut or filled up to the length of what it replaces, in bytes."""
    length = len(old.encode("utf-8", "surrogateescape"))
    return (new + "x" * length)[:length]

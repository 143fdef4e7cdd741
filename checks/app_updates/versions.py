"""Which of two versions is newer, by the published rule of the ecosystem that they come from.

One function per scheme, each ``(a, b) -> -1, 0 or 1``. Schemes disagree, so one scheme's version is never compared by
another's rule: ``3.0.rc2`` is older than ``3.0.0`` to rpm and newer to dpkg. A string that a scheme does not allow
raises :class:`BadVersionError`; it is never guessed at.

Digit runs are compared as digits of any length and never turned into ``int``, which refuses long ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

__all__ = [
    "SCHEMES",
    "BadVersionError",
    "appstream",
    "chromium",
    "dotted",
    "dpkg",
    "homebrew",
    "pacman",
    "pep440",
    "rpm",
    "semver",
    "snap",
    "sparkle",
    "winget",
]


class BadVersionError(ValueError):
    """A string that the scheme does not allow as a version; the message says which and why."""

    def __init__(self, scheme: str, version: str, why: str) -> None:
        super().__init__(f"{version[:80]!r} is not a {scheme} version: {why}")


#: A digit run as a value that sorts as its number does.
Number = tuple[int, str]
ZERO: Number = (0, "")


def _number(digits: str) -> Number:
    significant = digits.lstrip("0")
    return len(significant), significant


def _sign(a: Any, b: Any) -> int:
    """-1, 0 or 1 for two values that sort."""
    return int(a > b) - int(a < b)


# Debian packages

_DPKG_EPOCH_MAX = 2**31 - 1
_DPKG_UPSTREAM = re.compile(r"[0-9][A-Za-z0-9.+~:-]*")
_DPKG_REVISION = re.compile(r"[A-Za-z0-9.+~]+")
_RUNS = re.compile(r"([^0-9]*)([0-9]*)")


def dpkg(a: str, b: str) -> int:
    """Debian: ``[epoch:]upstream[-revision]``, deb-version(7).

    Refused, beside what dpkg refuses, is what it only warns of: a version that does not start with a digit and
    characters outside the allowed ones.
    """
    return _sign(_dpkg_key(a), _dpkg_key(b))


def _dpkg_key(version: str) -> tuple[Number, list[Any], list[Any]]:
    text = version.strip(" \t\n\r\f\v")
    epoch, colon, rest = text.partition(":")
    if not colon:
        epoch, rest = "0", text
    elif not (epoch.isascii() and epoch.isdigit()) or _number(epoch) > _number(str(_DPKG_EPOCH_MAX)):
        raise BadVersionError("dpkg", version, "the epoch is not a number that dpkg takes")
    upstream, dash, revision = rest.rpartition("-")
    if not dash:
        upstream, revision = rest, "0"
    if not _DPKG_UPSTREAM.fullmatch(upstream):
        raise BadVersionError("dpkg", version, "it has to start with a digit and hold only letters, digits and .+~:-")
    if not _DPKG_REVISION.fullmatch(revision):
        raise BadVersionError("dpkg", version, "a revision holds only letters, digits and .+~")
    return _number(epoch), _dpkg_runs(upstream), _dpkg_runs(revision)


def _dpkg_runs(text: str) -> list[tuple[tuple[int, ...], Number]]:
    """Pairs of a non-digit run and a digit run; ``~`` sorts before the end of a run, letters before the others."""
    return [((*map(_dpkg_order, run), 0), _number(digits)) for run, digits in _RUNS.findall(text)]


def _dpkg_order(character: str) -> int:
    if character == "~":
        return -1
    return ord(character) if character.isalpha() else ord(character) + 256


# Snaps

_SNAP_EPOCH = re.compile(r"[0-9]+:")
_FRAGMENTS = re.compile(r"[0-9]+|[^0-9]+")
_SNAP_END, _SNAP_TILDE = -5, -10


def snap(a: str, b: str) -> int:
    """Snap: Debian's order without an epoch, as snapd's ``strutil.VersionCompare`` has it (an epoch is refused)."""
    return _sign(_snap_key(a), _snap_key(b))


def _snap_key(version: str) -> tuple[list[Any], list[Any]]:
    if _SNAP_EPOCH.match(version):
        raise BadVersionError("snap", version, "snap versions have no epoch")
    upstream, dash, revision = version.rpartition("-")
    return (_snap_fragments(upstream), _snap_fragments(revision)) if dash else (_snap_fragments(version), _snap_zero())


def _snap_zero() -> list[Any]:
    return _snap_fragments("0")


def _snap_fragments(text: str) -> list[tuple[Any, ...]]:
    keys: list[tuple[Any, ...]] = []
    for fragment in _FRAGMENTS.findall(text):
        if fragment[0] in "0123456789":
            keys.append((0, *_number(fragment)))
        else:
            keys.append((*map(_snap_order, fragment), _SNAP_END))
    return [*keys, (_SNAP_END,)]


def _snap_order(character: str) -> int:
    if character == "~":
        return _SNAP_TILDE
    return ord(character) if character.isascii() and character.isalpha() else ord(character) + 256


# RPM packages

_RPM_SEGMENTS = re.compile(r"[0-9]+|[A-Za-z]+|[~^]")
_RPM_TILDE, _RPM_END, _RPM_CARET, _RPM_LETTERS, _RPM_DIGITS = range(5)
_EPOCH = re.compile(r"([0-9]*):(.*)", re.DOTALL)


def rpm(a: str, b: str) -> int:
    """RPM: ``[epoch:]version[-release]``, rpm-version(7).

    Separators only separate; ``~`` sorts before the end and ``^`` after it, both before anything longer; digits sort
    after letters. A version without a release sorts before the same one with a release, as rpm has it.
    """
    return _sign(_rpm_key(a), _rpm_key(b))


def _rpm_key(version: str) -> tuple[Number, list[Any], list[Any]]:
    if not version:
        raise BadVersionError("rpm", version, "it is empty")
    epoch, rest = _split_epoch(version)
    name, dash, release = rest.rpartition("-")
    if not dash:
        name, release = rest, ""
    return _number(epoch), _rpm_segments(name), _rpm_segments(release) if dash else []


def _split_epoch(version: str) -> tuple[str, str]:
    found = _EPOCH.fullmatch(version)
    return (found[1] or "0", found[2]) if found else ("0", version)


def _rpm_segments(text: str) -> list[tuple[Any, ...]]:
    keys: list[tuple[Any, ...]] = []
    for segment in _RPM_SEGMENTS.findall(text):
        if segment == "~":
            keys.append((_RPM_TILDE,))
        elif segment == "^":
            keys.append((_RPM_CARET,))
        elif segment[0] in "0123456789":
            keys.append((_RPM_DIGITS, *_number(segment)))
        else:
            keys.append((_RPM_LETTERS, segment))
    return [*keys, (_RPM_END,)]


# Pacman packages

_PACMAN_SEGMENTS = re.compile(r"([^0-9A-Za-z]*)([0-9]+|[A-Za-z]+)")


def pacman(a: str, b: str) -> int:
    """Pacman: ``[epoch:]version[-release]``, vercmp(8) and alpm_pkg_vercmp.

    Like rpm without ``~`` and ``^``, but the number of separators counts, letters left over make a version older
    (``1.5b`` before ``1.5``), and the release counts only when both have one.
    """
    if a == b:
        return 0
    epoch_a, rest_a = _split_epoch(a)
    epoch_b, rest_b = _split_epoch(b)
    name_a, release_a = _pacman_release(rest_a)
    name_b, release_b = _pacman_release(rest_b)
    order = _sign(_number(epoch_a), _number(epoch_b)) or _pacman_compare(name_a, name_b)
    if not order and release_a is not None and release_b is not None:
        order = _pacman_compare(release_a, release_b)
    return order


def _pacman_release(text: str) -> tuple[str, str | None]:
    name, dash, release = text.rpartition("-")
    return (name, release) if dash else (text, None)


def _pacman_compare(a: str, b: str) -> int:
    if a == b:
        return 0
    at_a = at_b = 0
    while at_a < len(a) and at_b < len(b):
        segment_a, segment_b = _PACMAN_SEGMENTS.match(a, at_a), _PACMAN_SEGMENTS.match(b, at_b)
        if segment_a is None or segment_b is None:
            # One of the two has nothing but separators left, which count for nothing here.
            at_a = len(a) if segment_a is None else segment_a.start(2)
            at_b = len(b) if segment_b is None else segment_b.start(2)
            break
        if len(segment_a[1]) != len(segment_b[1]):
            return _sign(len(segment_a[1]), len(segment_b[1]))
        order = _sign(_pacman_segment(segment_a[2]), _pacman_segment(segment_b[2]))
        if order:
            return order
        at_a, at_b = segment_a.end(), segment_b.end()
    rest_a, rest_b = a[at_a : at_a + 1], b[at_b : at_b + 1]
    if not rest_a and not rest_b:
        return 0
    older = _is_letter(rest_a) or (not rest_a and not _is_letter(rest_b))
    return -1 if older else 1


def _pacman_segment(text: str) -> tuple[Any, ...]:
    return (1, *_number(text)) if text[0] in "0123456789" else (0, text)


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


# AppStream releases


def appstream(a: str, b: str) -> int:
    """AppStream (flatpak metadata): as_vercmp, dpkg's order for any text: ``[epoch:]version[-revision]``.

    What is odd in it is kept, so that we say what ``appstreamcli vercmp`` says: a 0 equals nothing, and then whatever
    follows that 0 is not looked at. Refused is what it has no order for: other than ASCII, a dash before the colon.
    """
    for version in (a, b):
        if not version.isascii() or "\0" in version:
            raise BadVersionError("appstream", version, "it holds more than plain ASCII")
        if version.rfind("-") < version.find(":") and "-" in version:
            raise BadVersionError("appstream", version, "a dash comes before the colon")
    if a == b:
        return 0
    if a[1:2] == ":" == b[1:2] and a[0] != b[0]:
        return _sign(a[0], b[0])
    epoch_a, version_a, revision_a = _appstream_parts(a)
    epoch_b, version_b, revision_b = _appstream_parts(b)
    order = _sign(_leading_number(epoch_a), _leading_number(epoch_b))
    return order or _appstream_compare(version_a, version_b) or _appstream_compare(revision_a, revision_b)


def _appstream_parts(version: str) -> tuple[str, str, str]:
    epoch, colon, rest = version.partition(":")
    if not colon:
        epoch, rest = "", version
    name, dash, revision = rest.rpartition("-")
    return (epoch, name, revision) if dash else (epoch, rest, "0")


def _appstream_compare(a: str, b: str) -> int:
    for (text_a, digits_a), (text_b, digits_b) in zip_longest(_RUNS.findall(a), _RUNS.findall(b), fillvalue=("", "")):
        if text_a != text_b:
            at = next((at for at, pair in enumerate(zip(text_a, text_b, strict=False)) if pair[0] != pair[1]), None)
            at = min(len(text_a), len(text_b)) if at is None else at
            return _appstream_differ(text_a[at:] + digits_a, text_b[at:] + digits_b)
        if not digits_a or not digits_b:
            if digits_a != digits_b:
                return _appstream_differ(digits_a, digits_b)
            continue
        order = _sign(_number(digits_a), _number(digits_b))
        if order:
            return order
    return 0


def _appstream_differ(a: str, b: str) -> int:
    """The order where two texts part: a tilde, the end, a digit, a letter, another character, in that order."""
    if a[:1] == "~" or b[:1] == "~":
        return -1 if a[:1] == "~" else 1
    if (not a and b[0] == "0") or (not b and a[0] == "0"):
        return _sign(_leading_number(a), _leading_number(b))
    return _sign(_appstream_rank(a[:1]), _appstream_rank(b[:1]))


def _appstream_rank(character: str) -> tuple[int, str]:
    if not character:
        return 0, ""
    if character.isdigit():
        return 1, ""
    return (2 if character.isalpha() else 3), character


def _leading_number(text: str) -> Number:
    found = re.match("[0-9]*", text)
    return _number(found[0] if found else "")


# Libraries


def semver(a: str, b: str) -> int:
    """Semantic Versioning 2.0.0, by the ``semver`` library: build metadata does not count."""
    from semver import Version  # only where it is used: it costs start-up time

    def parse(version: str) -> Version:
        try:
            return Version.parse(version)
        except (ValueError, TypeError) as error:
            raise BadVersionError("semver", version, "it is not MAJOR.MINOR.PATCH[-PRERELEASE][+BUILD]") from error

    return parse(a).compare(parse(b))


def pep440(a: str, b: str) -> int:
    """Python packages: PEP 440, by the ``packaging`` library."""
    from packaging.version import InvalidVersion, Version  # only where it is used

    def parse(version: str) -> Version:
        try:
            return Version(version)
        except (InvalidVersion, ValueError) as error:
            raise BadVersionError("pep440", version, "PEP 440 does not allow it") from error

    return _sign(parse(a), parse(b))


# Plain numbers

_DOTTED = re.compile(r"[0-9]+(\.[0-9]+)*")
_UINT32_MAX = _number(str(2**32 - 1))


def dotted(a: str, b: str) -> int:
    """Numbers with dots between; a missing one is 0, so ``1.2`` equals ``1.2.0``."""
    return _sign(_dotted_key("dotted", a), _dotted_key("dotted", b))


def chromium(a: str, b: str) -> int:
    """Chromium and its relatives: ``base::Version``.

    Numbers with dots between, each at most 4294967295, the first without leading zeros; a missing one is 0.
    """
    for version in (a, b):
        numbers = version.split(".")
        if numbers[0].startswith("0") and numbers[0] != "0":
            raise BadVersionError("chromium", version, "its first number may not have leading zeros")
        if _DOTTED.fullmatch(version) and max(map(_number, numbers)) > _UINT32_MAX:
            raise BadVersionError("chromium", version, "a number is larger than 4294967295")
    return _sign(_dotted_key("chromium", a), _dotted_key("chromium", b))


def _dotted_key(scheme: str, version: str) -> list[Number]:
    if not _DOTTED.fullmatch(version):
        raise BadVersionError(scheme, version, "it holds more than numbers with dots between")
    numbers = [_number(digits) for digits in version.split(".")]
    while numbers and numbers[-1] == ZERO:
        numbers.pop()
    return numbers


# winget

_WINGET_PART = re.compile(r"([+-]?)([0-9]+)")
_UINT64 = 2**64
_WINGET_UNKNOWN, _WINGET_KNOWN, _WINGET_LATEST = range(3)
_WINGET_EMPTY_PART = (0, 1, "")


def winget(a: str, b: str) -> int:
    """Windows Package Manager: ``Utility::Version`` of winget-cli.

    Split at dots, words before the first number dropped (``v1.0``), missing parts 0, a part with a suffix before the
    same part without; ``Unknown`` before and ``Latest`` after everything; ``< 1.0`` and ``> 1.0`` just beside 1.0.
    """
    (rank_a, parts_a, beside_a), (rank_b, parts_b, beside_b) = _winget_key(a), _winget_key(b)
    if rank_a != rank_b or rank_a != _WINGET_KNOWN:
        return _sign((rank_a, beside_a), (rank_b, beside_b))
    for part_a, part_b in zip_longest(parts_a, parts_b, fillvalue=_WINGET_EMPTY_PART):
        if part_a != part_b:
            return _sign(part_a, part_b)
    return _sign(beside_a, beside_b)


def _winget_key(version: str) -> tuple[int, list[tuple[int, int, str]], int]:
    text = version.strip()
    beside = {"< ": -1, "> ": 1}.get(text[:2], 0)
    base = text[2:] if beside else text
    if not base:
        raise BadVersionError("winget", version, "it is empty")
    first, _, _ = base.partition(".")
    digit = re.search("[0-9]", first)
    if digit:
        base = base[digit.start() :]
    parts = [_winget_part(part) for part in base.split(".")]
    while parts and parts[-1] == _WINGET_EMPTY_PART:
        parts.pop()
    rank = _WINGET_KNOWN
    if len(parts) == 1 and parts[0][0] == 0:
        rank = {"unknown": _WINGET_UNKNOWN, "latest": _WINGET_LATEST}.get(parts[0][2], _WINGET_KNOWN)
    if beside and rank == _WINGET_UNKNOWN:
        raise BadVersionError("winget", version, "an unknown version is neither above nor below")
    return rank, parts, beside


def _winget_part(text: str) -> tuple[int, int, str]:
    """Its leading number (a 64-bit one, as strtoull reads it), whether nothing follows, and what follows."""
    part = text.strip()
    found = _WINGET_PART.match(part)
    if found is None or _number(found[2]) >= _number(str(_UINT64)):
        number, suffix = 0, part
    else:
        number, suffix = int(found[2].lstrip("0") or "0"), part[found.end() :]
        if found[1] == "-":
            number = -number % _UINT64
    return number, int(not suffix), suffix.casefold()


# Sparkle

_INT64_MAX = _number(str(2**63 - 1))
_PERIOD, _SEPARATOR, _DIGITS, _TEXT = ".", " ", "0", "a"


def sparkle(a: str, b: str) -> int:
    """Sparkle (macOS apps): SUStandardVersionComparator of Sparkle 2.

    Everything from the first dash on is ignored (a commit hash); letters come before the release (``1.0b1``); the
    leading numbers are padded with zeros, so ``1.0`` equals ``1.0.0``; a build in brackets counts last.
    """
    parts_a, parts_b = _sparkle_parts(a), _sparkle_parts(b)
    lead_a, lead_b = _sparkle_lead(parts_a), _sparkle_lead(parts_b)
    if lead_a < lead_b:
        parts_a = parts_a[:lead_a] + _sparkle_padding(parts_b[lead_a:lead_b]) + parts_a[lead_a:]
    else:
        parts_b = parts_b[:lead_b] + _sparkle_padding(parts_a[lead_b:lead_a]) + parts_b[lead_b:]
    for (kind_a, text_a), (kind_b, text_b) in zip(parts_a, parts_b, strict=False):
        order = _sparkle_compare(kind_a, text_a, kind_b, text_b)
        if order:
            return order
    if len(parts_a) == len(parts_b):
        return 0
    longer, sign = (parts_a, 1) if len(parts_a) > len(parts_b) else (parts_b, -1)
    kind = longer[min(len(parts_a), len(parts_b))][0]
    return -sign if kind == _TEXT else sign


def _sparkle_parts(version: str) -> list[tuple[str, str]]:
    """Runs of digits and of text, and separators one by one, each with its kind."""
    text, _, _ = version.partition("-")
    if not text:
        raise BadVersionError("sparkle", version, "nothing is left before the first dash")
    parts: list[tuple[str, str]] = []
    for character in text:
        kind = _sparkle_kind(character)
        if parts and parts[-1][0] == kind and kind in (_DIGITS, _TEXT):
            parts[-1] = (kind, parts[-1][1] + character)
        else:
            parts.append((kind, character))
    return parts


def _sparkle_kind(character: str) -> str:
    if character == ".":
        return _PERIOD
    if character.isdecimal():
        return _DIGITS
    return _SEPARATOR if character.isspace() or unicodedata.category(character).startswith("P") else _TEXT


def _sparkle_lead(parts: Sequence[tuple[str, str]]) -> int:
    return next((at for at, (kind, _) in enumerate(parts) if kind not in (_DIGITS, _PERIOD)), len(parts))


def _sparkle_padding(parts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(kind, "0" if kind == _DIGITS else ".") for kind, _ in parts]


def _sparkle_compare(kind_a: str, text_a: str, kind_b: str, text_b: str) -> int:
    rank = {_TEXT: 0, _SEPARATOR: 1, _PERIOD: 1, _DIGITS: 2}
    if rank[kind_a] != rank[kind_b]:
        return _sign(rank[kind_a], rank[kind_b])
    if kind_a == _DIGITS:
        # It reads numbers as signed 64-bit ones, which stop at their largest.
        return _sign(min(_number(text_a), _INT64_MAX), min(_number(text_b), _INT64_MAX))
    return _sign(text_a, text_b) if kind_a == _TEXT else 0


# Homebrew

_BREW_REVISION = re.compile(r"(.+?)(?:_([0-9]+))?", re.DOTALL)
_BREW_HEAD = re.compile(r"HEAD(-.*)?", re.DOTALL)
#: In the order in which they are tried at each place; ``.post1`` really takes any character for its dot.
_BREW_TOKENS = re.compile(
    r"(?P<alpha>alpha[0-9]*|a[0-9]+)|(?P<beta>beta[0-9]*|b[0-9]+)|(?P<pre>pre[0-9]*)|(?P<rc>rc[0-9]*)"
    r"|(?P<patch>p[0-9]*)|(?P<post>.post[0-9]+)|(?P<number>[0-9]+)|(?P<text>[a-z]+)",
    re.IGNORECASE | re.ASCII,
)
_BREW_STAGES = ("alpha", "beta", "pre", "rc")
_BREW_NOTHING = ("nothing", "")


def homebrew(a: str, b: str) -> int:
    """Homebrew: ``PkgVersion``, that is a ``Version`` and then its ``_revision``.

    Separators only separate; alpha, beta, pre and rc come before the release in that order, patch and post after it;
    other letters after it too; ``HEAD`` comes after everything.
    """
    found_a, found_b = _BREW_REVISION.fullmatch(a), _BREW_REVISION.fullmatch(b)
    for version, found in ((a, found_a), (b, found_b)):
        if found is None or not found[1].strip():
            raise BadVersionError("homebrew", version, "it is empty")
    assert found_a is not None
    assert found_b is not None
    return _brew_version(found_a[1], found_b[1]) or _sign(_number(found_a[2] or ""), _number(found_b[2] or ""))


def _brew_version(a: str, b: str) -> int:
    head_a, head_b = _BREW_HEAD.fullmatch(a) is not None, _BREW_HEAD.fullmatch(b) is not None
    if a == b or head_a or head_b:
        return 0 if a == b else _sign(head_a, head_b)
    tokens_a, tokens_b = _brew_tokens(a), _brew_tokens(b)
    at_a = at_b = 0
    while at_a < len(tokens_a) or at_b < len(tokens_b):
        token_a = tokens_a[at_a] if at_a < len(tokens_a) else _BREW_NOTHING
        token_b = tokens_b[at_b] if at_b < len(tokens_b) else _BREW_NOTHING
        order = _brew_token(token_a, token_b)
        if order == 0:
            at_a, at_b = at_a + 1, at_b + 1
        elif token_a[0] == "number" != token_b[0]:
            # A zero before letters is padding (2.1.0-p1 equals 2.1-p1); any other number decides.
            if _number(token_a[1]) > ZERO:
                return 1
            at_a += 1
        elif token_b[0] == "number" != token_a[0]:
            if _number(token_b[1]) > ZERO:
                return -1
            at_b += 1
        else:
            return order
    return 0


def _brew_tokens(text: str) -> list[tuple[str, str]]:
    return [(str(found.lastgroup), found[0]) for found in _BREW_TOKENS.finditer(text)]


def _brew_token(a: tuple[str, str], b: tuple[str, str]) -> int:
    """Two tokens, each with its kind."""
    (kind_a, text_a), (kind_b, text_b) = a, b
    if kind_a == kind_b:
        if kind_a == "text":
            return _sign(text_a, text_b)
        return _sign(_brew_revision(text_a), _brew_revision(text_b))
    if _BREW_NOTHING in (a, b):
        return _sign(_brew_beside_nothing(a), _brew_beside_nothing(b))
    if "number" in (kind_a, kind_b):
        return 1 if kind_a == "number" else -1
    if "text" not in (kind_a, kind_b) and (kind_a in _BREW_STAGES or kind_b in _BREW_STAGES):
        return _sign(_brew_stage(kind_a), _brew_stage(kind_b))
    return _sign(text_a, text_b)


def _brew_beside_nothing(token: tuple[str, str]) -> int:
    kind, text = token
    if kind in _BREW_STAGES:
        return -1
    if kind == "number":
        return int(_brew_revision(text) > ZERO)
    return int(kind != "nothing")


def _brew_stage(kind: str) -> int:
    return _BREW_STAGES.index(kind) if kind in _BREW_STAGES else len(_BREW_STAGES)


def _brew_revision(text: str) -> Number:
    digits = re.search("[0-9]+", text)
    return _number(digits[0]) if digits else ZERO


#: Every scheme by the name that ``watchword compare`` takes.
SCHEMES: Mapping[str, Callable[[str, str], int]] = {
    "dpkg": dpkg,
    "rpm": rpm,
    "pacman": pacman,
    "appstream": appstream,
    "snap": snap,
    "semver": semver,
    "pep440": pep440,
    "dotted": dotted,
    "winget": winget,
    "sparkle": sparkle,
    "homebrew": homebrew,
    "chromium": chromium,
}

"""Who may change a file of Windows, decided from its owner and its access list, which are read elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["ADMINISTRATORS", "Access", "Entry", "Kind", "weakness"]

#: Who may own a machine policy: BUILTIN\Administrators, SYSTEM, and TrustedInstaller, to whom Windows' own folders
#: belong (Microsoft: "Well-known SIDs").
ADMINISTRATORS = frozenset(
    {"S-1-5-32-544", "S-1-5-18", "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"}
)
#: Entries for the owner, whoever that is ("OWNER RIGHTS"); who it is has been looked at.
OWNER_RIGHTS = "S-1-3-4"
#: Everyone, anonymous, interactive, Authenticated Users, Users, Guests.
ANYBODY = frozenset({"S-1-1-0", "S-1-5-7", "S-1-5-4", "S-1-5-11", "S-1-5-32-545", "S-1-5-32-546"})

#: Types and a flag of an entry (winnt.h: ACCESS_ALLOWED_ACE_TYPE, ACCESS_DENIED_ACE_TYPE, INHERIT_ONLY_ACE).
ALLOWED = 0
DENIED = 1
INHERIT_ONLY = 0x08

#: Rights to look but not touch: read data, extended attributes, attributes and security; execute; wait; and the
#: generic forms of the two. Whatever is not named here is taken for a right to change something.
READING = 0x1 | 0x8 | 0x20 | 0x80 | 0x20000 | 0x100000 | 0x80000000 | 0x20000000
#: Rights that add to a folder (a file, a folder, attributes) without touching what lies in it: Users have these on
#: %ProgramData%. To replace what is there takes "delete subfolders and files" here, or "delete" there.
ADDING = 0x2 | 0x4 | 0x10 | 0x100


class Kind(Enum):
    """What an access list protects, by the rights that others may have on it. A link is as good as a file."""

    FILE = READING
    FOLDER = READING | ADDING


@dataclass(frozen=True)
class Entry:
    """One entry of an access list: ``type`` and ``flags`` of its header, the access ``mask``, and for whom (a SID).

    Of an entry whose type is neither :data:`ALLOWED` nor :data:`DENIED` the rest is not known.
    """

    type: int
    flags: int
    mask: int
    sid: str


@dataclass(frozen=True)
class Access:
    """The owner's SID, and the access list. ``None`` is no list at all, with which everybody may do everything."""

    owner: str
    entries: tuple[Entry, ...] | None


def weakness(access: Access, kind: Kind, administrators: frozenset[str] = frozenset()) -> str | None:
    """Why somebody who is no administrator could change it, or ``None`` when nobody could.

    An entry that denies is never counted in favour: where it stands in the list, and for whom, decides what it does.
    ``administrators`` are as good as :data:`ADMINISTRATORS`.
    """
    trusted = ADMINISTRATORS | administrators
    if access.owner not in trusted:
        return "is not owned by an administrator"
    if access.entries is None:
        return "can be changed by anybody"
    found = None
    for entry in access.entries:
        if entry.type not in (ALLOWED, DENIED):
            return "has permissions of a kind that is not understood"
        if entry.type == DENIED or entry.flags & INHERIT_ONLY or entry.sid in trusted or entry.sid == OWNER_RIGHTS:
            continue
        if entry.mask & ~kind.value:
            if entry.sid in ANYBODY:
                return "can be changed by anybody"
            found = "can be changed by others"
    return found

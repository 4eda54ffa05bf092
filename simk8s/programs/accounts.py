"""Users and groups by name and number, as libc reads them from /etc/passwd and /etc/group."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from simk8s.machine import Process


@dataclass(frozen=True, slots=True)
class User:
    """A line of /etc/passwd."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str


def users(process: Process) -> tuple[User, ...]:
    """The accounts of this machine."""
    return _users(process.peek("/etc/passwd"))


@lru_cache(maxsize=64)  # every container of an image has the same
def _users(content: bytes) -> tuple[User, ...]:
    rows = (line.split(":") for line in content.decode().splitlines())
    return tuple(User(row[0], int(row[2]), int(row[3]), row[5], row[6]) for row in rows if len(row) >= 7)


def groups(process: Process) -> dict[str, int]:
    """The groups of this machine with their numbers."""
    rows = (line.split(":") for line in process.peek("/etc/group").decode().splitlines())
    return {row[0]: int(row[2]) for row in rows if len(row) >= 3}


def find_user(process: Process, name: str) -> User | None:
    """An account by name, or by number where no name is like it."""
    everybody = users(process)
    return next((user for user in everybody if user.name == name), None) or next(
        (user for user in everybody if str(user.uid) == name), None
    )


def uid_of(process: Process, name: str) -> int | None:
    """The number of a user given by name or number; None where there is none."""
    user = find_user(process, name)
    return user.uid if user else int(name) if name.isdecimal() else None


def gid_of(process: Process, name: str) -> int | None:
    """The number of a group given by name or number; None where there is none."""
    number = groups(process).get(name)
    return number if number is not None else int(name) if name.isdecimal() else None


def name_of_uid(process: Process, uid: int) -> str:
    """A user's name, or the number as text."""
    return next((user.name for user in users(process) if user.uid == uid), str(uid))


def name_of_gid(process: Process, gid: int) -> str:
    """A group's name, or the number as text."""
    return next((name for name, number in groups(process).items() if number == gid), str(gid))

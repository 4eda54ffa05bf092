"""The switches of the rule card: which edition of each program an image holds (SW-1 to SW-6).

An image writes its profile into its root file system, where its programs read it; nothing global knows about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simk8s.machine import Process

PATH = "/usr/share/simk8s/mysql-profile"


@dataclass(frozen=True, slots=True)
class Profile:
    """Value A of every switch by default. `directory_order` is `name` or `chosen` (SW-4)."""

    server_version: str = "5.7.42"
    xtrabackup_version: str = "2.4.4"
    directory_order: str = "name"

    def text(self) -> str:
        """The profile as the file that an image holds."""
        return "".join(f"{name}={getattr(self, name)}\n" for name in self.__slots__)

    @staticmethod
    def parse(text: str) -> Profile:
        """What `text` wrote. Lines that are missing have their default.

        >>> Profile.parse("xtrabackup_version=2.4.9\\n").xtrabackup_version
        '2.4.9'
        """
        pairs = (line.partition("=") for line in text.splitlines())
        return Profile(**{name: value for name, _, value in pairs if name in Profile.__slots__})

    def is_xtrabackup_at_least(self, version: str) -> bool:
        """Whether the image's XtraBackup is this version or a later one."""
        return _numbers(self.xtrabackup_version) >= _numbers(version)


def profile_of(process: Process) -> Profile:
    """The profile of the image that a process runs in."""
    return _profile(process.peek(PATH))


@lru_cache(maxsize=64)  # there are a few images, and their programs read it at each start
def _profile(content: bytes) -> Profile:
    return Profile.parse(content.decode())


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))

"""A member of a tar archive, and its header of 512 bytes as GNU tar writes it."""

from __future__ import annotations

from dataclasses import dataclass

from simk8s.programs.tool import Failure
from simk8s.sim import EPOCH

BLOCK = 512
NO_ARCHIVE = "This does not look like a tar archive\ntar: Exiting with failure status due to previous errors"
RECORD = 10240  # an archive is filled up to whole records


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: what its header says."""

    name: str
    kind: str
    mode: int
    uid: int
    gid: int
    size: int
    mtime: float
    link: str = ""
    user: str = ""
    group: str = ""

    def header(self) -> bytes:
        """The 512 bytes before the file's content (and, for a long name, the blocks that carry it)."""
        before = b""
        name = self.name.encode("utf-8", "surrogateescape")
        if len(name) > 100:
            long = name + b"\0"
            before = Member("././@LongLink", "L", 0o644, 0, 0, len(long), 0).header() + _padded(long)
            name = name[:100]
        seconds = max(0, int(self.mtime + EPOCH.timestamp())) if self.kind != "L" else 0
        fields = [
            name.ljust(100, b"\0"),
            b"%07o\0%07o\0%07o\0%011o\0%011o\0" % (self.mode, self.uid, self.gid, self.size, seconds),
            b" " * 8,
            self.kind.encode(),
            self.link.encode("utf-8", "surrogateescape")[:100].ljust(100, b"\0"),
            b"ustar  \0",
            self.user.encode()[:31].ljust(32, b"\0"),
            self.group.encode()[:31].ljust(32, b"\0"),
        ]
        block = b"".join(fields).ljust(BLOCK, b"\0")
        return before + block[:148] + b"%06o\0 " % sum(block) + block[156:]


def parse_header(block: bytes) -> Member:
    """A member out of its header. Raises Failure where the block is none."""
    kept = block[:148] + b" " * 8 + block[156:]
    if block[148:156].strip(b"\0 ") != b"%06o" % sum(kept) and _octal(block[148:156]) != sum(kept):
        raise Failure(NO_ARCHIVE, 2)
    name, prefix = text_of(block[:100]), text_of(block[345:500]) if block[257:263] == b"ustar\0" else ""
    return Member(
        f"{prefix}/{name}" if prefix else name,
        chr(block[156]) if block[156] else "0",
        _octal(block[100:108]),
        _octal(block[108:116]),
        _octal(block[116:124]),
        _octal(block[124:136]),
        _octal(block[136:148]) - EPOCH.timestamp(),
        text_of(block[157:257]),
        text_of(block[265:297]),
        text_of(block[297:329]),
    )


def _octal(field: bytes) -> int:
    return int(field.strip(b"\0 ") or b"0", 8)


def text_of(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % BLOCK)

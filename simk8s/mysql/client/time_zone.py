"""`mysql_tzinfo_to_sql`: time zone files as SQL for the tables in the database mysql."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simk8s.machine import program
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.machine import Process

ZONE_SECONDS = 0.45  # DUR-4; SIM: one zone of the image stands for some two hundred of a real one

_MAGIC = b"TZif"
_COUNTS = struct.Struct(">6I")
_TYPE = struct.Struct(">iBB")

_HEAD = """\
TRUNCATE TABLE time_zone;
TRUNCATE TABLE time_zone_name;
TRUNCATE TABLE time_zone_transition;
TRUNCATE TABLE time_zone_transition_type;
START TRANSACTION;
"""
_TAIL = "COMMIT;\n"  # SIM: without the two ALTER TABLE ... ORDER BY, which InnoDB ignores


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone: its types of local time (offset in seconds, summer time?, abbreviation), and when which one began."""

    types: tuple[tuple[int, bool, str], ...]
    transitions: tuple[tuple[int, int], ...] = ()

    def encode(self) -> bytes:
        """The zone as tzfile(5), version 1."""
        names = sorted({name for _, _, name in self.types})
        places = {name: sum(len(n) + 1 for n in names[: names.index(name)]) for name in names}
        letters = "".join(f"{name}\0" for name in names).encode()
        counts = _COUNTS.pack(0, 0, 0, len(self.transitions), len(self.types), len(letters))
        times = b"".join(struct.pack(">i", time) for time, _ in self.transitions)
        kinds = bytes(kind for _, kind in self.transitions)
        types = b"".join(_TYPE.pack(offset, is_dst, places[name]) for offset, is_dst, name in self.types)
        return _MAGIC + bytes(16) + counts + times + kinds + types + letters


def decode(data: bytes) -> Zone:
    """Raises ValueError where this is no time zone file."""
    if not data.startswith(_MAGIC) or len(data) < 44:
        raise ValueError("not a time zone file")
    _, _, _, time_count, type_count, letter_count = _COUNTS.unpack_from(data, 20)
    start = 44
    times = struct.unpack_from(f">{time_count}i", data, start)
    kinds = data[start + 4 * time_count : start + 5 * time_count]
    start += 5 * time_count
    letters = data[start + 6 * type_count :][:letter_count]
    types = []
    for number in range(type_count):
        offset, is_dst, place = _TYPE.unpack_from(data, start + 6 * number)
        types.append((offset, bool(is_dst), letters[place:].partition(b"\0")[0].decode()))
    return Zone(tuple(types), tuple(zip(times, kinds, strict=True)))


@program("mysql_tzinfo_to_sql")
def mysql_tzinfo_to_sql(process: Process) -> Run[int]:
    """Print the SQL for all zones below a directory, or for one file under a name."""
    arguments = [word for word in process.argv[1:] if not word.startswith("--")]
    match arguments:
        case [directory]:
            if not process.is_directory(directory):
                yield from process.write(2, f"Can't read dir of '{directory}'\n".encode())
                return 1
            yield from process.write(1, _HEAD.encode())
            for path, name in _files(process, directory, ""):
                yield from _zone(process, path, name)
            yield from process.write(1, _TAIL.encode())
        case [path, name]:
            yield from _zone(process, path, name)
        case _:
            yield from process.write(
                2,
                b"Usage:\n mysql_tzinfo_to_sql [options] timezonedir\n"
                b" mysql_tzinfo_to_sql [options] timezonefile timezonename\n",
            )
            return 1
    return 0


def _files(process: Process, directory: str, prefix: str) -> Iterator[tuple[str, str]]:
    for name in process.listdir(directory):
        path = f"{directory}/{name}"
        if name.startswith("."):
            continue
        if process.is_directory(path):
            yield from _files(process, path, f"{prefix}{name}/")
        else:
            yield path, prefix + name


def _zone(process: Process, path: str, name: str) -> Run[None]:
    try:
        zone = decode(process.peek(path))
    except ValueError:
        yield from process.write(2, f"Warning: Unable to load '{path}' as time zone. Skipping it.\n".encode())
        return
    yield from process.sleep(ZONE_SECONDS)
    yield from process.write(1, _sql(name, zone).encode())


def _sql(name: str, zone: Zone) -> str:
    lines = [
        "INSERT INTO time_zone (Use_leap_seconds) VALUES ('N');",
        "SET @time_zone_id= LAST_INSERT_ID();",
        f"INSERT INTO time_zone_name (Name, Time_zone_id) VALUES ('{name}', @time_zone_id);",
    ]
    if zone.transitions:
        rows = "\n,".join(f"(@time_zone_id, {time}, {kind})" for time, kind in zone.transitions)
        columns = "(Time_zone_id, Transition_time, Transition_type_id)"
        lines.append(f"INSERT INTO time_zone_transition {columns} VALUES\n {rows}\n;")
    rows = "\n,".join(
        f"(@time_zone_id, {number}, {offset}, {int(is_dst)}, '{abbreviation}')"
        for number, (offset, is_dst, abbreviation) in enumerate(zone.types)
    )
    columns = "(Time_zone_id, Transition_type_id, `Offset`, Is_DST, Abbreviation)"
    lines.append(f"INSERT INTO time_zone_transition_type {columns} VALUES\n {rows}\n;")
    return "\n".join(lines) + "\n"

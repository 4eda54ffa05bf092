"""`read`: a line from a descriptor, split into variables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simk8s.machine import SyscallError
from simk8s.shell import array, assignment
from simk8s.shell.builtins.registry import builtin
from simk8s.shell.builtins.usage import parse
from simk8s.shell.control import BuiltinError
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

TIMED_OUT = 128 + 14
"""The status of a `read -t` whose time is up: as if by SIGALRM."""

_LONGEST = 1 << 24


@builtin("read")
def read(shell: Shell, words: list[str]) -> Run[int]:
    """`read [-ers] [-a array] [-d delim] [-n chars] [-N chars] [-p prompt] [-t timeout] [-u fd] [names]`"""
    options, names = parse(words, "ers", "adnNptiu")
    given = dict(options)
    for name in names:
        if not _NAME.match(name):
            raise BuiltinError(f"`{name}': not a valid identifier")
    raw = "r" in given
    if not given.get("u", "0").isdecimal():
        raise BuiltinError(f"{given['u']}: invalid file descriptor specification")
    fd = int(given.get("u", "0"))
    delimiter = given.get("d", "\n")[:1] or "\0"
    count = _count(given)
    timeout = _timeout(given)
    handle = shell.process.files.get(fd)
    if handle is None:
        raise BuiltinError(
            f"{fd}: invalid file descriptor: Bad file descriptor"
            if "u" in given
            else "read error: 0: Bad file descriptor"
        )
    if "p" in given and handle.is_terminal:
        yield from shell.write(2, given["p"])
    source = _Source(shell, fd, timeout)
    exact = "N" in given
    if timeout == 0:
        return 0 if handle.is_ready() else 1
    try:
        text, complete = yield from _gather(source, delimiter, count, raw, exact)
    except SyscallError as error:
        raise BuiltinError(f"read error: {fd}: {error.text}") from error
    status = TIMED_OUT if source.timed_out else 0 if complete else 1
    _store(shell, text, names, given.get("a"), exact)
    return status


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\[.*\])?\Z", re.DOTALL)

Read = list[tuple[str, bool]]
"""Characters read, each with whether a backslash took its meaning."""


def _count(given: dict[str, str]) -> int | None:
    text = given.get("N", given.get("n"))
    if text is None:
        return None
    if not text.isdecimal():
        raise BuiltinError(f"{text}: invalid number")
    return int(text)


def _timeout(given: dict[str, str]) -> float | None:
    text = given.get("t")
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if seconds < 0:
        raise BuiltinError(f"{text}: invalid timeout specification")
    return seconds


class _Source:
    """Bytes from a descriptor, with the time that `-t` leaves."""

    def __init__(self, shell: Shell, fd: int, timeout: float | None) -> None:
        self.shell = shell
        self.fd = fd
        self.deadline = None if timeout is None else shell.process.sim.now + timeout
        self.timed_out = False

    def until(self, delimiter: bytes) -> Run[bytes]:
        process = self.shell.process
        if self.deadline is None:
            return (yield from process.read_until(self.fd, delimiter, _LONGEST))
        collected = b""
        while not collected.endswith(delimiter):  # a byte at a time, so that nothing is lost when the time is up
            byte = yield from self.some(1)
            if not byte:
                break
            collected += byte
        return collected

    def some(self, count: int) -> Run[bytes]:
        process = self.shell.process
        if self.deadline is None:
            return bytes((yield from process.read(self.fd, count)))
        if self.timed_out:
            return b""
        reading = process.thread(process.read(self.fd, count))
        yield process.sim.any_of(reading, process.sim.sleep(max(self.deadline - process.sim.now, 0)))
        if not reading.triggered:
            reading.kill()
            self.timed_out = True
            return b""
        data: bytes = reading.value  # type: ignore[assignment]
        return bytes(data)


def _gather(source: _Source, delimiter: str, count: int | None, raw: bool, exact: bool) -> Run[tuple[Read, bool]]:
    """What is to be split, and whether the delimiter (or the count) was reached."""
    if count is not None:
        return (yield from _gather_counted(source, delimiter, count, raw, exact))
    end = delimiter.encode("utf-8", "surrogateescape")[:1]
    result: Read = []
    while True:
        data = yield from source.until(end)
        complete = data.endswith(end) if data else False
        line = data[:-1] if complete else data
        text = line.replace(b"\0", b"").decode("utf-8", "surrogateescape")
        if raw or "\\" not in text:
            result.extend((character, False) for character in text)
            return result, complete
        quoted = False
        for character in text:
            if quoted:
                if character != "\n":
                    result.append((character, True))
                quoted = False
            elif character == "\\":
                quoted = True
            else:
                result.append((character, False))
        if not (quoted and complete):  # a backslash at the end: the line goes on
            return result, complete
        if delimiter != "\n":
            result.append((delimiter, True))


def _gather_counted(source: _Source, delimiter: str, count: int, raw: bool, exact: bool) -> Run[tuple[Read, bool]]:
    result: Read = []
    quoted = False
    while len(result) < count:
        data = yield from source.some(1)
        if not data:
            return result, False
        while _is_partial(data):
            more = yield from source.some(1)
            if not more:
                break
            data += more
        character = data.decode("utf-8", "surrogateescape")
        if quoted:
            quoted = False
            if character != "\n":
                result.append((character, True))
        elif character == "\\" and not raw:
            quoted = True
        elif character == delimiter and not exact:
            return result, True
        elif character != "\0":
            result.append((character, False))
    return result, True


def _is_partial(data: bytes) -> bool:
    """The bytes begin a UTF-8 character that is not complete yet."""
    first = data[0]
    length = 4 if first >= 0xF0 else 3 if first >= 0xE0 else 2 if first >= 0xC0 else 1
    return len(data) < length


def _store(shell: Shell, text: Read, names: list[str], array_name: str | None, exact: bool) -> None:
    ifs = shell.ifs
    if array_name is not None:
        fields = split(text, ifs, None)
        variable = shell.find(array_name)
        if variable is not None and variable.associative:
            raise BuiltinError(f"{array_name}: not an indexed array")
        array.assign_array(shell, array_name, [array.Element(None, False, field) for field in fields])
        return
    if not names:
        assignment.assign(shell, "REPLY", "".join(character for character, _ in text))
        return
    if exact:
        fields = ["".join(character for character, _ in text)]
    else:
        fields = split(text, ifs, len(names))
    for number, name in enumerate(names):
        value = fields[number] if number < len(fields) else ""
        base, bracket, rest = name.partition("[")
        if bracket:
            assignment.assign_element(shell, base, assignment.subscript_key(shell, base, rest[:-1]), value)
        else:
            assignment.assign(shell, name, value)


def split(text: Read, ifs: str, most: int | None) -> list[str]:
    """The fields of a line. With `most`, the last field is the rest of the line, trimmed of IFS white space."""
    blank = {c for c in ifs if c in " \t\n"}
    other = set(ifs) - blank
    position, end = 0, len(text)

    def is_in(index: int, characters: set[str]) -> bool:
        return index < end and not text[index][1] and text[index][0] in characters

    while is_in(position, blank):
        position += 1
    fields: list[str] = []
    while position < end:
        if most is not None and len(fields) == most - 1:
            fields.append(_rest(text, position, blank, other))
            break
        start = position
        while position < end and not is_in(position, blank | other):
            position += 1
        fields.append("".join(character for character, _ in text[start:position]))
        while is_in(position, blank):
            position += 1
        if is_in(position, other):
            position += 1
            while is_in(position, blank):
                position += 1
    return fields


def _rest(text: Read, position: int, blank: set[str], other: set[str]) -> str:
    """The last field: one field with its delimiter if there is no more, else all, without white space at its end."""
    end = len(text)
    stop = position
    while stop < end and (text[stop][1] or text[stop][0] not in blank | other):
        stop += 1
    after = stop
    seen = False
    while after < end and not text[after][1] and (text[after][0] in blank or (text[after][0] in other and not seen)):
        seen = seen or text[after][0] in other
        after += 1
    if after == end:
        return "".join(character for character, _ in text[position:stop])
    while end > position and text[end - 1][0] in blank:
        end -= 1
    return "".join(character for character, _ in text[position:end])


def read_line(shell: Shell, fd: int) -> Run[str | None]:
    """A whole line without its end, for `select`; None at the end of file."""
    try:
        data = yield from shell.process.read_until(fd, b"\n", _LONGEST)
    except SyscallError:
        return None
    if not data:
        return None
    return data.decode("utf-8", "surrogateescape").rstrip("\n")

"""Option files: what `my.cnf` and what it includes say, as if on the command line (MYSQLD-30)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from weakref import WeakKeyDictionary

from simk8s.machine import Directory, File, Machine, Process
from simk8s.machine.evidence import Evidence

FILES = ("/etc/my.cnf", "/etc/mysql/my.cnf", "~/.my.cnf")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "s": " ", '"': '"', "'": "'", "\\": "\\"}
_MAX_DEPTH = 10
_MOST_READINGS = 64
_INCLUDE, _FOLDER, _OPEN, _ABSENT = "]!", "]!!", "][", "]"  # no group can have such a name


class BadOptionFile(Exception):
    """An option file that cannot be used; the text is the program's message."""


@dataclass(slots=True)
class Defaults:
    """The words from option files, then those of the command line; and warnings to print."""

    from_files: list[str] = field(default_factory=list)
    arguments: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    print_only: bool = False

    @property
    def words(self) -> list[str]:
        return [*self.from_files, *self.arguments]


def load_defaults(process: Process, groups: Sequence[str], arguments: Sequence[str]) -> Defaults:
    """Take the options about option files off the front of `arguments`, and read the files. Raises BadOptionFile."""
    defaults = Defaults()
    files: tuple[str, ...] = FILES
    extra, suffix, used = "", "", 0
    for word in arguments:
        name, _, value = word.partition("=")
        match name:
            case "--no-defaults":
                files = ()
            case "--defaults-file":
                files = (value,)
            case "--defaults-extra-file":
                extra = value
            case "--defaults-group-suffix":
                suffix = value
            case "--print-defaults":
                defaults.print_only = True
            case _:
                break
        used += 1
    defaults.arguments = list(arguments[used:])
    # all that the answer rests on but the files; who may read them is part of it
    asked = (tuple(groups), suffix, files, extra, process.environ.get("HOME", "/root"), process.cwd,
             process.uid, process.gid, process.groups)  # fmt: skip
    readings = _readings.setdefault(process.machine, {})
    reading = readings.get(asked)
    if reading is None or not reading.seen.holds():
        if len(readings) >= _MOST_READINGS:
            readings.clear()
        reading = _read_all(process, frozenset((*groups, *(group + suffix for group in groups))), files, extra)
        readings[asked] = reading
    defaults.from_files += reading.words
    defaults.warnings += reading.warnings
    return defaults


@dataclass(slots=True)
class _Reading:
    """What the option files say, and what was seen of them."""

    seen: Evidence
    words: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


_readings: WeakKeyDictionary[Machine, dict[object, _Reading]] = WeakKeyDictionary()
"""By container, and by what was asked: most programs that start there read the same files as those before."""


def _read_all(process: Process, groups: frozenset[str], files: tuple[str, ...], extra: str) -> _Reading:
    reading = _Reading(Evidence(process.machine.mounts))
    named = (extra, *files) if len(files) == 1 else (extra,)
    for path in (*files[:2], extra, *files[2:]):
        if path:
            real = path.replace("~", process.environ.get("HOME", "/root"), 1) if path[0] == "~" else path
            if not _read(process, real, groups, reading, 0) and path in named:
                raise BadOptionFile(f"Could not open required defaults file: {path}")
    return reading


def _read(process: Process, path: str, groups: frozenset[str], reading: _Reading, depth: int) -> bool:
    """Whether there is such a file, which then has been read."""
    file = reading.seen.find(path, process.cwd)
    if not isinstance(file, File):
        return False
    reading.seen.look_into(file)
    if not process.may(file, 4):
        return True
    if file.mode & 0o002:
        reading.warnings.append(f"Warning: World-writable config file '{path}' is ignored.")
        return True
    for number, group, text in _entries(bytes(file.content), groups):
        if group in groups:
            reading.words.append(text)
        elif group == _INCLUDE and depth < _MAX_DEPTH:
            _read(process, text, groups, reading, depth + 1)
        elif group == _FOLDER and depth < _MAX_DEPTH:
            folder = reading.seen.find(text, process.cwd)
            for name in reading.seen.names(folder) if isinstance(folder, Directory) else ():
                if name.endswith(".cnf"):  # MYSQLD-31
                    _read(process, f"{text}/{name}", groups, reading, depth + 1)
        elif group == _OPEN:
            raise BadOptionFile(f"Wrong group definition in config file {path} at line {number}.")
        elif group == _ABSENT:
            raise BadOptionFile(f"Found option without preceding group in config file {path} at line {number}.")
    return True


@lru_cache(maxsize=256)
def _entries(content: bytes, groups: frozenset[str]) -> tuple[tuple[int, str, str], ...]:
    """Line numbers, groups and options (as arguments) of a file, as far as these groups are concerned; directives and
    mistakes under groups of their own."""
    entries = []
    group = _ABSENT
    for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
        text = line.strip()
        if not text or text[0] in "#;":
            continue
        if text[0] == "!":
            directive, _, target = text.partition(" ")
            if directive == "!include":
                entries.append((number, _INCLUDE, target.strip()))
            elif directive == "!includedir":
                entries.append((number, _FOLDER, target.strip().rstrip("/")))
        elif text[0] == "[":
            group = text[1:].partition("]")[0].strip()
            if "]" not in text:
                entries.append((number, _OPEN, text))
        elif group in groups or group == _ABSENT:
            entries.append((number, group, _as_argument(text)))
    return tuple(entries)


def _as_argument(text: str) -> str:
    name, equals, value = text.partition("=")
    name = name.strip()
    if not equals:
        return f"--{_without_comment(name)}"
    value = _without_comment(value.strip())
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1]
    return f"--{name}={_unescaped(value)}"


def _without_comment(text: str) -> str:
    quote = ""
    for place, letter in enumerate(text):
        if letter in "'\"" and not quote:
            quote = letter
        elif letter == quote:
            quote = ""
        elif letter == "#" and not quote and (place == 0 or text[place - 1].isspace()):
            return text[:place].rstrip()
    return text


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    result, escaped = "", False
    for letter in text:
        if escaped:
            result += _ESCAPES.get(letter, "\\" + letter)
            escaped = False
        elif letter == "\\":
            escaped = True
        else:
            result += letter
    return result + ("\\" if escaped else "")

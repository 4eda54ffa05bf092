"""tr: characters replaced, removed or squeezed."""

from __future__ import annotations

import re
from collections.abc import Callable

from simk8s.machine import Process
from simk8s.programs.options import UsageError, parse
from simk8s.programs.stream import BLOCK, raw
from simk8s.programs.tool import Failure, tool
from simk8s.sim import Run

_ALL = "".join(map(chr, range(256)))
_CLASSES: dict[str, Callable[[str], bool]] = {
    "alpha": str.isalpha,
    "digit": str.isdigit,
    "alnum": str.isalnum,
    "upper": str.isupper,
    "lower": str.islower,
    "space": lambda c: c in "\t\n\v\f\r ",
    "blank": lambda c: c in "\t ",
    "punct": lambda c: "!" <= c <= "~" and not c.isalnum(),
    "print": lambda c: " " <= c <= "~",
    "graph": lambda c: "!" <= c <= "~",
    "cntrl": lambda c: c < " " or c == "\x7f",
    "xdigit": lambda c: c in "0123456789abcdefABCDEF",
}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "b": "\b", "\\": "\\"}
_TOKEN = re.compile(
    r"\[:(?P<name>\w+):\]|\[=(?P<equivalent>.)=\]|\[(?P<repeated>\\.|.)\*(?P<times>\d*)\]|"
    r"(?P<low>\\[0-7]{1,3}|\\.|.)(?:-(?P<high>\\[0-7]{1,3}|\\.|[^\\]))?",
    re.DOTALL,
)


@tool("tr")
def tr(process: Process) -> Run[int]:
    """Replace, remove (-d) or squeeze (-s) characters."""
    options = parse(
        process.argv, "d,delete s,squeeze-repeats c,C,complement t,truncate-set1", permute=False, unmodelled=""
    )
    operands = [raw(word) for word in options.operands]
    deletes, squeezes = "d" in options, "s" in options
    _check(operands, deletes, squeezes)
    first = expand(operands[0])
    if "c" in options:
        first = "".join(character for character in _ALL if character not in first)
    second = expand(operands[1], len(first)) if len(operands) > 1 else ""
    translates = len(operands) > 1 and not deletes
    if translates and not second and "t" not in options:
        raise Failure("when not truncating set1, string2 must be non-empty")
    if translates and any(name not in ("lower", "upper") for name in re.findall(r"\[:(\w+):\]", operands[1])):
        raise Failure(
            "when translating, the only character classes that may appear in\nstring2 are 'upper' and 'lower'"
        )
    table: dict[int, str | None] = {}
    if deletes:
        table = {ord(character): None for character in first}
        squeezed = set(second) if squeezes else set()
    elif second:
        if "t" in options:
            first = first[: len(second)]
        padded = second.ljust(len(first), second[-1])
        table = {ord(a): b for a, b in zip(first, padded, strict=False)}
        squeezed = set(second) if squeezes else set()
    else:
        squeezed = set(first) if squeezes else set()
    last = ""
    while len(data := (yield from process.read(0, BLOCK))):
        text = bytes(data).decode("latin-1").translate(table)
        if squeezed:
            text, last = _squeeze(text, squeezed, last)
        yield from process.write(1, text.encode("latin-1"))
    return 0


def _check(operands: list[str], deletes: bool, squeezes: bool) -> None:
    if not operands:
        raise UsageError("missing operand")
    if len(operands) == 1 and deletes == squeezes:
        reason = "Two strings must be given when " + (
            "both deleting and squeezing repeats." if deletes else "translating."
        )
        raise UsageError(f"missing operand after '{operands[0]}'\n{reason}")
    most = 1 if deletes and not squeezes else 2
    if len(operands) > most:
        only = "\nOnly one string may be given when deleting without squeezing repeats." if most == 1 else ""
        raise UsageError(f"extra operand '{operands[most]}'{only}")


def expand(text: str, length: int = 0) -> str:
    """The characters that a set means; `[x*]` fills up to `length`.

    >>> expand("a-e[:digit:]\\\\n")
    'abcde0123456789\\n'
    """
    parts: list[str] = []
    filler: tuple[int, str] | None = None
    for match in _TOKEN.finditer(text):
        if match["name"]:
            if match["name"] not in _CLASSES:
                raise Failure(f"invalid character class '{match['name']}'")
            member = _CLASSES[match["name"]]
            parts.append("".join(character for character in _ALL if character < "\x80" and member(character)))
        elif match["equivalent"]:
            parts.append(match["equivalent"])
        elif match["repeated"]:
            character = _character(match["repeated"])
            if match["times"] and int(match["times"]):
                times = match["times"]
                parts.append(character * int(times, 8 if times.startswith("0") else 10))
            else:
                filler = (len(parts), character)
                parts.append("")
        else:
            low = _character(match["low"])
            high = _character(match["high"]) if match["high"] else low
            if high < low:
                raise Failure(f"range-endpoints of '{low}-{high}' are in reverse collating sequence order")
            parts.append(_ALL[ord(low) : ord(high) + 1])
    if filler:
        parts[filler[0]] = filler[1] * max(0, length - sum(map(len, parts)))
    return "".join(parts)


def _character(text: str) -> str:
    if len(text) == 1:
        return text
    if text[1:].isdecimal():
        return chr(int(text[1:], 8) & 255)
    return _ESCAPES.get(text[1], text[1])


def _squeeze(text: str, members: set[str], last: str) -> tuple[str, str]:
    kept = []
    for character in text:
        if character != last or character not in members:
            kept.append(character)
        last = character
    return "".join(kept), last

"""Programs that only say something: echo, printf, seq, yes."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from simk8s.errors import SimError
from simk8s.machine import FileHandle, NullHandle, Process
from simk8s.programs.options import UsageError
from simk8s.programs.stream import raw, write_text
from simk8s.programs.text.format import expand_format, format_float, format_integer, pad
from simk8s.programs.tool import Failure, complain, tool
from simk8s.sim import Run

_ESCAPE = re.compile(r"\\(?:([abefnrtv\\\"])|x([0-9A-Fa-f]{1,2})|(0?[0-7]{1,3})|(c))")
_NAMED = {"a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def unescape(text: str) -> tuple[str, bool]:
    """Text with `\\n`, `\\x41`, `\\101` replaced, and whether a `\\c` ended it.

    >>> unescape("a\\\\tb\\\\x41\\\\c ignored")
    ('a\\tbA', True)
    """
    stop = text.find("\\c")
    while stop > 0 and text[stop - 1] == "\\":
        stop = text.find("\\c", stop + 1)
    ended = stop >= 0
    if ended:
        text = text[:stop]

    def replace(match: re.Match[str]) -> str:
        name, code, octal, _ = match.groups()
        if name:
            return _NAMED.get(name, name)
        if code:
            return chr(int(code, 16))
        return chr(int(octal, 8) & 255)

    return _ESCAPE.sub(replace, text), ended


@tool("echo")
def echo(process: Process) -> Run[int]:
    """Print words."""
    words = process.argv[1:]
    flags = ""
    while words and re.fullmatch("-[neE]+", words[0]):
        flags += words.pop(0)
    text = raw(" ".join(words))
    ended = False
    escapes = [letter for letter in flags if letter in "eE"]
    if escapes and escapes[-1] == "e":
        text, ended = unescape(text)
    yield from write_text(process, text + ("" if "n" in flags or ended else "\n"))
    return 0


@tool("printf")
def printf(process: Process) -> Run[int]:
    """Print in a format, as often as there are arguments for it."""
    words = process.argv[1:]
    if words[:1] == ["--"]:
        words = words[1:]
    if not words:
        raise UsageError("missing operand")
    formatter = Formatter(raw(words[0]), [raw(word) for word in words[1:]])
    text = formatter.result()
    yield from write_text(process, text)
    for problem in formatter.problems:
        yield from complain(process, problem)
    if formatter.left_over:
        yield from complain(process, f"warning: ignoring excess arguments, starting with '{formatter.left_over}'")
    return 1 if formatter.problems else 0


class Formatter:
    """printf(1)'s reading of its arguments."""

    def __init__(self, layout: str, arguments: list[str]) -> None:
        self.layout = layout
        self.arguments = arguments
        self.problems: list[str] = []
        self.ended = False
        self.left_over = ""

    def result(self) -> str:
        """The whole output."""
        self.arguments.reverse()
        pieces = []
        while True:
            before = len(self.arguments)
            pieces.append(self._once())
            if len(self.arguments) == before and self.arguments and not self.ended:
                self.left_over = self.arguments[-1]
            if self.ended or not self.arguments or len(self.arguments) == before:
                return "".join(pieces)

    def _once(self) -> str:
        output: list[str] = []
        for piece in re.findall(
            r"%%|%[^%a-zA-Z]*[hlLqjzt]*[a-zA-Z]|\\.[0-7a-fA-F]{0,3}|[^%\\]+|.", self.layout, re.DOTALL
        ):
            if self.ended:
                break
            if piece.startswith("\\"):
                text, ended = unescape(piece)
                output.append(text)
                self.ended = self.ended or ended
            else:
                output.append(expand_format(piece, self._convert, self._star))
        return "".join(output)

    def _next(self) -> str:
        return self.arguments.pop() if self.arguments else ""

    def _star(self) -> int:
        return int(self._number(self._next()))

    def _convert(self, letter: str, flags: str, width: int, precision: int | None) -> str:
        if letter in "diouxX":
            return format_integer(self._whole(self._next(), letter), flags, width, precision, letter)
        if letter in "feEgGaAF":
            return format_float(float(self._number(self._next())), flags, width, precision, letter.replace("F", "f"))
        argument = self._next()
        if letter == "c":
            return pad(argument[:1], flags, width)
        if letter == "b":
            argument, ended = unescape(argument)
            self.ended = self.ended or ended
        elif letter == "q":
            argument = _quoted(argument)
        elif letter != "s":
            raise Failure(f"%{letter}: invalid conversion specification")
        return pad(argument if precision is None else argument[:precision], flags, width)

    def _whole(self, text: str, letter: str) -> int:
        number = int(self._number(text))
        low, high = (-(1 << 63), (1 << 63) - 1) if letter in "di" else (-(1 << 63), (1 << 64) - 1)
        if not low <= number <= high:
            self.problems.append(f"'{text}': Numerical result out of range")
        return max(low, min(high, number))

    def _number(self, text: str) -> Decimal:
        stripped = text.strip()
        if stripped[:1] in ("'", '"') and len(stripped) > 1:
            return Decimal(ord(stripped[1]))
        if not stripped:
            if text == "":
                return Decimal(0)
            self.problems.append(f"'{text}': expected a numeric value")
            return Decimal(0)
        match = re.match(r"[-+]?(0[xX][0-9a-fA-F]+|0[0-7]*(?![\d.])|\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)", stripped)
        if match is None:
            self.problems.append(f"'{text}': expected a numeric value")
            return Decimal(0)
        if match.end() != len(stripped):
            self.problems.append(f"'{text}': value not completely converted")
        sign = -1 if stripped.startswith("-") else 1
        digits = match[1]
        if digits[:2].lower() == "0x":
            return Decimal(sign * int(digits, 16))
        if len(digits) > 1 and digits.startswith("0") and digits.isdecimal():
            return Decimal(sign * int(digits, 8))
        return sign * Decimal(digits)


def _quoted(text: str) -> str:
    if text and re.fullmatch(r"[A-Za-z0-9_@%+=:,./-]+", text):
        return text
    if "'" in text and not re.search(r"[\"$`!\\]", text):
        return f'"{text}"'
    return "'" + text.replace("'", "'\\''") + "'"


@tool("seq")
def seq(process: Process) -> Run[int]:
    """Print numbers from first to last."""
    words = process.argv[1:]
    separator, layout, equal = "\n", "", False
    while words and re.match(r"-[sfw-]", words[0]) and not re.match(r"-\.?\d", words[0]):
        word = words.pop(0)
        if word in ("-w", "--equal-width"):
            equal = True
        elif word.startswith(("-s", "-f", "--separator", "--format")):
            value = word.partition("=")[2] if word.startswith("--") else word[2:] or words.pop(0)
            separator, layout = (raw(value), layout) if "s" in word[1:3] else (separator, raw(value))
        elif word == "--":
            break
        else:
            raise UsageError(f"unrecognized option '{word}'")
    if layout:
        _check_layout(layout)
    if not words:
        raise UsageError("missing operand")
    if len(words) > 3:
        raise UsageError(f"extra operand '{words[3]}'")
    numbers = [_decimal(word) for word in words]
    first = numbers[0] if len(numbers) > 1 else Decimal(1)
    step = numbers[1] if len(numbers) > 2 else Decimal(1)
    last = numbers[-1]
    if step == 0:
        raise UsageError(f"invalid Zero increment value: '{words[1]}'")
    places = max(0, *(-int(number.as_tuple().exponent) for number in (first, step)))
    count = max(0, int((last - first) / step) + 1) if (last - first) / step >= 0 else 0
    ends = (f"{number:.{places}f}" for number in (first, first + (count - 1) * step))
    width = max(map(len, ends)) if equal else 0

    def shown(number: Decimal) -> str:
        return _formatted(layout, float(number)) if layout else f"{number:.{places}f}".zfill(width)

    for begin in range(0, count, _PORTION):
        portion = range(begin, min(begin + _PORTION, count))
        text = separator.join(shown(first + number * step) for number in portion)
        yield from write_text(process, text + (separator if portion.stop < count else "\n"))
    return 0


_PORTION = 10_000
"""So many numbers go out at once: whoever reads them may have had enough long before the last."""


def _check_layout(layout: str) -> None:
    directives = re.findall(r"%(?:%|[-+ #0']*\d*(?:\.\d*)?(.))", layout)
    real = [letter for letter in directives if letter]
    if not real:
        raise Failure(f"format '{layout}' has no % directive")
    if real[0] not in "aefgAEFGL":
        raise Failure(f"format '{layout}' has unknown %{real[0]} directive")
    if len(real) > 1:
        raise Failure(f"format '{layout}' has too many % directives")


def _formatted(layout: str, value: float) -> str:
    return expand_format(
        layout, lambda letter, flags, width, precision: format_float(value, flags, width, precision, letter), int
    )


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(int(text, 16)) if re.fullmatch(r"[-+]?0[xX][0-9a-fA-F]+", text) else Decimal(text)
    except InvalidOperation:
        raise UsageError(f"invalid floating point argument: '{text}'") from None


@tool("yes")
def yes(process: Process) -> Run[int]:
    """Print a line for ever, or until nobody reads it."""
    line = (" ".join(process.argv[1:]) or "y").encode() + b"\n"
    chunk = line * max(1, 8192 // len(line))
    written = 0
    while True:
        yield from process.write(1, chunk)
        yield from process.sleep(0.0001)
        written += len(chunk)
        if written > _ENOUGH and isinstance(process.files[1], FileHandle | NullHandle):
            raise SimError(
                "SK301",
                f"yes has written {_ENOUGH >> 20} million characters to where nobody reads them",
                hint="let a pipe to a program that ends, such as `head`, stop it",
            )


_ENOUGH = 1 << 23

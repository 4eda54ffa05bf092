"""`echo` and `printf`."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from simk8s.shell import arithmetic, assignment, quote
from simk8s.shell.builtins.registry import builtin
from simk8s.shell.builtins.usage import UsageError
from simk8s.shell.control import BuiltinError, ShellError
from simk8s.shell.limit import LONGEST_TEXT, too_long
from simk8s.shell.locale import in_locale, is_utf8
from simk8s.shell.syntax.arithmetic import ExpressionError, number
from simk8s.shell.syntax.escape import echo_escapes, printf_b_escapes, printf_escapes
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


@builtin("echo")
def echo(shell: Shell, words: list[str]) -> Run[int]:
    """`echo [-neE] words`"""
    index = 1
    newline = True
    escapes = shell.options.get("xpg_echo") or shell.dialect.name == "dash"
    while index < len(words):
        word = words[index]
        if len(word) < 2 or word[0] != "-" or word[1:].strip("neE"):
            break
        if shell.dialect.name == "dash" and word != "-n":
            break
        for letter in word[1:]:
            if letter == "n":
                newline = False
            else:
                escapes = letter == "e"
        index += 1
    text = " ".join(words[index:])
    if escapes:
        text, stopped = echo_escapes(text, plain=shell.dialect.name == "dash", utf8=is_utf8(shell))
        newline = newline and not stopped
    yield from shell.process.write(1, (text + "\n" if newline else text).encode("utf-8", "surrogateescape"))
    return 0


_DIRECTIVE = re.compile(r"%([-+ #0']*)(\*|\d+)?(?:\.(\*|-?\d+)?)?(?:hh|h|ll|l|L|j|z|t)?(\(.*?\)T|.)?")
_HAS_PRECISION = re.compile(r"%[-+ #0']*(?:\*|\d+)?\.")


@builtin("printf")
def printf(shell: Shell, words: list[str]) -> Run[int]:
    """`printf [-v name] format words`; the format is used again until all words are."""
    index = 1
    variable = None
    if len(words) > 1 and words[1].startswith("-v"):
        if len(words[1]) > 2:
            variable, index = words[1][2:], 2
        elif len(words) > 2:
            variable, index = words[2], 3
        else:
            raise UsageError("printf", "-v: option requires an argument")
        if not _NAME.match(variable):
            raise BuiltinError(f"`{variable}': not a valid identifier", 2)
    elif len(words) > 1 and words[1] != "--" and words[1].startswith("-") and len(words[1]) > 1:
        raise UsageError("printf", f"{words[1][:2]}: invalid option")
    if index < len(words) and words[index] == "--":
        index += 1
    if index >= len(words):
        raise UsageError("printf")
    run = _Formatting(shell, words[index + 1 :])
    try:
        run.all(words[index])
    except _Stop:
        pass
    text = "".join(run.output)
    for line in run.complaints:
        yield from shell.complain(f"printf: {line}")
    if variable is None:
        yield from shell.process.write(1, text.encode("utf-8", "surrogateescape"))
    else:
        _store(shell, variable, text)
    return run.status


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\[.+\])?\Z", re.DOTALL)


def _store(shell: Shell, name: str, text: str) -> None:
    base, bracket, rest = name.partition("[")
    if bracket:
        assignment.assign_element(shell, base, assignment.subscript_key(shell, base, rest[:-1]), text)
    else:
        assignment.assign(shell, base, text)


class _Stop(Exception):
    """A `\\c` or a broken format: nothing more is written."""


class _Formatting:
    """One call of printf: its arguments as they are used up, what it has written, and what went wrong."""

    def __init__(self, shell: Shell, arguments: list[str]) -> None:
        self.shell = shell
        self.arguments = arguments
        self.used = 0
        self.output: list[str] = []
        self.complaints: list[str] = []
        self.status = 0

    def next(self) -> str | None:
        if self.used >= len(self.arguments):
            self.used += 1
            return None
        self.used += 1
        return self.arguments[self.used - 1]

    def all(self, form: str) -> None:
        while True:
            before = self.used
            self.once(form)
            if self.used >= len(self.arguments) or self.used == before:
                break

    def once(self, form: str) -> None:
        position = 0
        while position < len(form):
            percent = form.find("%", position)
            end = len(form) if percent < 0 else percent
            if end > position:
                self.output.append(printf_escapes(form[position:end], utf8=is_utf8(self.shell))[0])
            if percent < 0:
                break
            match = _DIRECTIVE.match(form, percent)
            assert match is not None
            position = match.end()
            if match.group() == "%%":
                self.output.append("%")
                continue
            self.directive(form[percent:], match)

    def directive(self, rest: str, match: re.Match[str]) -> None:
        flags, width_text, precision_text, kind = match.groups()
        if kind is None or (kind not in tuple("diouxXeEfFgGaAcsbqQn") and len(kind) < 3):
            if kind is None:
                self.complaints.append(f"`{match.group()}': missing format character")
            else:
                self.complaints.append(f"`{kind}': invalid format character")
            self.status = 1
            raise _Stop
        width = self._size(width_text)
        if width is not None and width < 0:
            flags, width = flags + "-", -width
        precision = self._size(precision_text) if precision_text else 0 if _HAS_PRECISION.match(match.group()) else None
        if precision is not None and precision < 0:
            precision = None
        if max(width or 0, precision or 0) > LONGEST_TEXT:
            raise too_long("what printf makes")
        if kind in "diouxX":
            self._integer(flags, width, precision, kind)
        elif kind in "eEfFgGaA":
            self._float(flags, width, precision, kind)
        elif len(kind) > 2:
            self._time(flags, width, kind[1:-2])
        elif kind == "n":
            _store(self.shell, self.next() or "", str(len("".join(self.output))))
        else:
            self._text(flags, width, precision, kind)

    def _size(self, text: str | None) -> int | None:
        if text == "*":
            return self._number(self.next() or "0")
        return None if text is None else int(text)

    def _text(self, flags: str, width: int | None, precision: int | None, kind: str) -> None:
        value = self.next() or ""
        stopped = False
        if kind == "c":
            value = value.encode("utf-8", "surrogateescape")[:1].decode("utf-8", "surrogateescape") or "\0"
        elif kind == "b":
            value, stopped = printf_b_escapes(value, utf8=is_utf8(self.shell))
        elif kind == "q":
            value = quote.quoted_word(in_locale(self.shell, value))
        elif kind == "Q":
            value = quote.quoted_word(value if precision is None else value[:precision])
            precision = None
        if precision is not None and kind != "c":
            value = self._cut(value, precision)
        self.output.append(self._pad(value, flags, width))
        if stopped:
            raise _Stop

    def _cut(self, text: str, size: int) -> str:
        if text.isascii():
            return text[:size]
        return text.encode("utf-8", "surrogateescape")[:size].decode("utf-8", "surrogateescape")

    def _pad(self, text: str, flags: str, width: int | None) -> str:
        if width is None:
            return text
        length = len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))
        fill = " " * max(width - length, 0)
        return text + fill if "-" in flags else fill + text

    def _number(self, text: str) -> int:
        """An argument as an integer; what is not one is complained about, and counts up to there."""
        stripped = text.lstrip(" \t\n")
        if not text:
            return 0
        if text[0] in "'\"":
            return ord(text[1]) if len(text) > 1 else 0
        match = _INTEGER.match(stripped)
        digits = match.group() if match else ""
        try:
            sign = -1 if digits.startswith("-") else 1
            value = sign * _constant(digits.lstrip("+-")) if digits.lstrip("+-") else 0
        except ExpressionError:
            self.complaints.append(
                f"{text}: invalid octal number" if digits.lstrip("+-")[:1] == "0" else f"{text}: invalid number"
            )
            self.status = 1
            return 0
        if digits != stripped or not digits.lstrip("+-"):
            octal = (
                digits.lstrip("+-")[:1] == "0"
                and len(stripped.lstrip("+-")) > 1
                and stripped.lstrip("+-")[1:2].isdigit()
            )
            hexadecimal = stripped.lstrip("+-")[:2].lower() == "0x"
            what = "invalid hex number" if hexadecimal else "invalid octal number" if octal else "invalid number"
            self.complaints.append(f"{text}: {what}")
            self.status = 1
        if not -(1 << 63) <= value < 1 << 63:
            self.complaints.append(f"warning: {text}: Numerical result out of range")
            value = min(max(value, -(1 << 63)), (1 << 63) - 1)
        return value

    def _integer(self, flags: str, width: int | None, precision: int | None, kind: str) -> None:
        value = self._number(self.next() or "")
        if kind in "di":
            digits = str(abs(value))
            sign = "-" if value < 0 else "+" if "+" in flags else " " if " " in flags else ""
        else:
            value &= (1 << 64) - 1
            digits = {"u": str(value), "o": f"{value:o}", "x": f"{value:x}", "X": f"{value:X}"}[kind]
            sign = ""
            if "#" in flags and value:
                sign = {"o": "0", "x": "0x", "X": "0X", "u": ""}[kind]
        if precision is not None:
            digits = digits.rjust(precision, "0")
            if precision == 0 and value == 0:
                digits = ""
        elif "0" in flags and "-" not in flags and width is not None:
            digits = digits.rjust(width - len(sign), "0")
        self.output.append(self._pad(sign + digits, flags, width))

    def _float(self, flags: str, width: int | None, precision: int | None, kind: str) -> None:
        text = self.next() or "0"
        try:
            value = float(ord(text[1])) if text[0] in "'\"" and len(text) > 1 else float(text)
        except ValueError:
            match = _FLOAT.match(text)
            value = float(match.group()) if match and match.group() else 0.0
            self.complaints.append(f"{text}: invalid number")
            self.status = 1
        shape = "".join(sorted(set(flags) & set("+ #0")))
        if kind in "aA":
            shown = _hexadecimal(value, precision)
            self.output.append(self._pad(shown.upper() if kind == "A" else shown, flags, width))
            return
        size = f".{6 if precision is None else precision}"
        self.output.append(
            self._pad(
                ("%" + shape + (str(width) if width and "0" in flags and "-" not in flags else "") + size + kind)
                % value,
                flags,
                width,
            )
        )

    def _time(self, flags: str, width: int | None, form: str) -> None:
        from datetime import timedelta

        from simk8s.sim import EPOCH

        argument = self.next()
        sim = self.shell.process.sim
        if argument is None or argument in ("-1", "-2"):
            moment = EPOCH if argument == "-2" else sim.datetime
        else:
            moment = EPOCH + timedelta(seconds=self._number(argument) - int(EPOCH.timestamp()))
        self.output.append(self._pad(moment.strftime(form or "%H:%M:%S"), flags, width))


_INTEGER = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)?")
_FLOAT = re.compile(r"[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+)?")


def _constant(text: str) -> int:
    return int(text) if text.isdecimal() and text[0] != "0" else number(text, text)


def _hexadecimal(value: float, precision: int | None) -> str:
    """As C's `%La`: the mantissa of a long double, whose first digit has its highest bit set."""
    if not math.isfinite(value):
        return str(value)
    sign = "-" if math.copysign(1, value) < 0 else ""
    mantissa, exponent = math.frexp(abs(value))
    bits, power = int(mantissa * (1 << 64)), exponent - 4 if mantissa else 0
    if precision is not None:
        unit = 1 << max(60 - 4 * precision, 0)
        bits = round(bits / unit) * unit
    digits = f"{bits:016x}"
    rest = digits[1:].rstrip("0") if precision is None else digits[1 : precision + 1].ljust(precision, "0")
    return f"{sign}0x{digits[0]}{'.' if rest else ''}{rest}p{power:+d}"


@builtin("let")
def let(shell: Shell, words: list[str]) -> int:
    """`let expression...`: false where the last one is 0."""
    expressions = words[1:]
    if expressions and expressions[0] == "--":
        expressions = expressions[1:]
    if not expressions:
        raise BuiltinError("expression expected")
    value = 0
    for text in expressions:
        try:
            value = arithmetic.evaluate(shell, text, command="let")
        except ShellError as error:
            if error.fatal or error.aborts or not error.message.startswith("let: "):
                raise
            raise BuiltinError(error.message.removeprefix("let: ")) from error
    return 0 if value else 1

"""Expansion of words: tildes, parameters, commands, arithmetic, then splitting and file names.

Everything is a generator because a command substitution takes virtual time; words that are constant, or one plain
variable, take a short way that makes none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from simk8s.shell import arithmetic, parameter, subshell
from simk8s.shell.expression import quote_expression
from simk8s.shell.splitting import (
    AT,
    BREAK,
    CHANGED_BREAK,
    EXPANDED,
    LITERAL,
    QUOTED,
    STAR,
    Piece,
    as_pattern,
    fields,
    joined,
)
from simk8s.shell.syntax.parts import (
    ArithmeticExpansion,
    Backquoted,
    CommandSubstitution,
    DoubleQuoted,
    FileSubstitution,
    Literal,
    Parameter,
    Part,
    ProcessSubstitution,
    Quoted,
    Tilde,
    Word,
)
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

_SPLIT_OR_GLOB = frozenset(" \t\n*?[\\")


def expand_words(shell: Shell, words: Iterable[Word]) -> Run[list[str]]:
    """Words as arguments: everything expands, is split, and matched against file names."""
    result: list[str] = []
    for word in words:
        constant = word.constant
        if constant is not None:
            result.append(constant)
            continue
        if word.alternatives and shell.options.others.get("braceexpand"):
            for alternative in word.alternatives:
                if alternative.constant is not None:
                    if alternative.parts:
                        result.append(alternative.constant)
                else:
                    result.extend((yield from expand_word(shell, alternative)))
            continue
        parts = word.parts
        if len(parts) == 1:
            quick = _quick(shell, parts[0])
            if quick is not None:
                result.append(quick)
                continue
        result.extend((yield from expand_word(shell, word)))
    return result


def _quick(shell: Shell, part: Part) -> str | None:
    """The one field that a lone `$name`, `"$name"` or `"text $name"` becomes; None where more may happen."""
    kind = type(part)
    if kind is Parameter:
        value = plain_value(shell, part)  # type: ignore[arg-type]
        if value and "IFS" in shell.names and shell.names["IFS"].value == " \t\n" and not (_SPLIT_OR_GLOB & set(value)):
            return None if shell.options.extglob and "(" in value else value
        return None
    if kind is DoubleQuoted:
        return quick_string(shell, part.parts)  # type: ignore[union-attr]
    return None


def quick_string(shell: Shell, parts: tuple[Part, ...]) -> str | None:
    """The value of parts that are constant or plain variables, where nothing is split; else None."""
    texts = []
    for part in parts:
        kind = type(part)
        if kind is Literal or kind is Quoted:
            texts.append(part.text)  # type: ignore[union-attr]
        elif kind is Parameter:
            value = plain_value(shell, part)  # type: ignore[arg-type]
            if value is None:
                return None
            texts.append(value)
        else:
            return None
    return "".join(texts)


def plain_value(shell: Shell, part: Parameter) -> str | None:
    """The value of a set variable that is named without any operator; None: take the long way."""
    if part.operator or part.subscript is not None or part.indirect:
        return None
    variable = shell.names.get(part.name)
    if variable is None:
        return None
    return variable.scalar() if not variable.reference else None


def expand_word(shell: Shell, word: Word) -> Run[list[str]]:
    """One word as zero, one or more arguments."""
    pieces: list[Piece] = []
    for part in word.parts:
        yield from expand_part(shell, part, pieces)
    return fields(shell, pieces)


def expand_string(shell: Shell, word: Word) -> Run[str]:
    """A word where nothing is split: the right side of an assignment, a here-string, the subject of `case`."""
    if word.constant is not None:
        return word.constant
    pieces: list[Piece] = []
    for part in word.parts:
        yield from expand_part(shell, part, pieces)
    return joined(pieces, shell.ifs)


def expand_pattern(shell: Shell, word: Word) -> Run[str]:
    """A word as a pattern: quoted text in it matches itself."""
    if len(word.parts) == 1 and type(word.parts[0]) is Literal:
        return word.parts[0].text
    pieces: list[Piece] = []
    for part in word.parts:
        yield from expand_part(shell, part, pieces)
    return as_pattern(pieces, shell.ifs)


def expand_expression(shell: Shell, word: Word) -> Run[str]:
    """A word as a regular expression: quoted text in it matches itself."""
    pieces: list[Piece] = []
    for part in word.parts:
        yield from expand_part(shell, part, pieces)
    ifs = shell.ifs
    return "".join(
        joined([p], ifs) if p[1] >= 3 else quote_expression(p[0]) if p[1] == QUOTED else p[0] for p in pieces
    )


def expand_quoted(shell: Shell, parts: tuple[Part, ...]) -> Run[str]:
    """Parts as if in double quotes: a here-document, an arithmetic expression."""
    quick = quick_string(shell, parts)
    if quick is not None:
        return quick
    pieces: list[Piece] = []
    for part in parts:
        yield from expand_part(shell, part, pieces, quoted=True)
    return joined(pieces, shell.ifs)


def expand_arithmetic(shell: Shell, word: Word, *, command: str = "") -> Run[int]:
    """The value of an arithmetic expression that is written in the script."""
    text = word.constant if word.constant is not None else (yield from expand_quoted(shell, word.parts))
    return arithmetic.evaluate(shell, text, command=command)


def expand_part(shell: Shell, part: Part, out: list[Piece], *, quoted: bool = False, nested: bool = False) -> Run[None]:
    """Append the pieces of one part. `nested`: it stands in `${x:-...}`, where even plain text may be split."""
    match part:
        case Literal(_, _, text):
            out.append((text, QUOTED if quoted else EXPANDED if nested else LITERAL))
        case Quoted(_, _, text):
            out.append((text, QUOTED))
        case DoubleQuoted(_, _, parts):
            yield from _expand_double(shell, parts, out)
        case Parameter():
            yield from _expand_parameter(shell, part, out, quoted)
        case CommandSubstitution(_, _, body):
            text = yield from subshell.substitute(shell, body)
            out.append((text, QUOTED if quoted else EXPANDED))
        case Backquoted():
            text = yield from subshell.substitute_text(shell, part)
            out.append((text, QUOTED if quoted else EXPANDED))
        case FileSubstitution():
            text = yield from subshell.substitute_file(shell, part)
            out.append((text, QUOTED if quoted else EXPANDED))
        case ArithmeticExpansion(_, _, expression):
            value = yield from expand_arithmetic(shell, expression)
            out.append((str(value), QUOTED if quoted else EXPANDED))
        case ProcessSubstitution():
            path = yield from subshell.substitute_process(shell, part)
            out.append((path, LITERAL))
        case Tilde(_, _, user):
            out.append((_home(shell, user), QUOTED))


def _expand_double(shell: Shell, parts: tuple[Part, ...], out: list[Piece]) -> Run[None]:
    quick = quick_string(shell, parts)
    if quick is not None:
        out.append((quick, QUOTED))
        return
    before = len(out)
    for part in parts:
        yield from expand_part(shell, part, out, quoted=True)
    if len(out) == before and not _vanishes(parts):
        out.append(("", QUOTED))


def _vanishes(parts: tuple[Part, ...]) -> bool:
    """`"$@"` without any parameters is no word at all, unlike `""`."""
    for part in parts:
        if isinstance(part, Parameter) and (
            part.name == "@"
            or (part.subscript is not None and part.subscript.source == "@")
            or part.operator in ("keys-@", "prefix-@")
        ):
            return True
    return False


def _expand_parameter(shell: Shell, part: Parameter, out: list[Piece], quoted: bool) -> Run[None]:
    value = plain_value(shell, part)
    if value is None:
        result = yield from parameter.expand(shell, part, quoted)
        if result.word is not None:
            for inner in result.word.parts:
                yield from expand_part(shell, inner, out, quoted=quoted, nested=True)
            if quoted and not result.word.parts:
                out.append(("", QUOTED))
            return
        if result.many:
            _append_many(shell, result, quoted, out)
            return
        value = result.values[0] if result.values else ""
    out.append((value, QUOTED if quoted else EXPANDED))


def _append_many(shell: Shell, result: parameter.Result, quoted: bool, out: list[Piece]) -> None:
    values, star = result.values, result.star
    if star and quoted:
        out.append((shell.ifs[:1].join(values), QUOTED))
        return
    joined_by_ifs = star or result.changed  # where nothing is split
    separator = (CHANGED_BREAK if result.changed else BREAK) if quoted else STAR if joined_by_ifs else AT
    for number, value in enumerate(values):
        if number:
            out.append(separator)
        out.append((value, QUOTED if quoted else EXPANDED))


def _home(shell: Shell, user: str) -> str:
    """What `~user` stands for; unchanged where there is no such user."""
    if not user:
        home = shell.get("HOME")
        return home if home is not None else "/root" if shell.process.uid == 0 else "/"
    if user == "+":
        return shell.get("PWD") or shell.process.cwd
    if user == "-":
        return shell.get("OLDPWD") or "~-"
    for line in shell.process.peek("/etc/passwd").decode("utf-8", "replace").splitlines():
        fields_of_line = line.split(":")
        if len(fields_of_line) > 5 and fields_of_line[0] == user:
            return fields_of_line[5]
    return "/root" if user == "root" else f"~{user}"

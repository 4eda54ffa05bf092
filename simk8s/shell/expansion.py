"""Expansion of words: tildes, parameters, commands, arithmetic. `arguments.py` then splits them and finds files.

A command substitution takes virtual time, so the expansion of a word in which one stands is a generator (`expand_...`).
All other words, which are most, are expanded by plain functions (`..._now`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from simk8s.errors import SimError
from simk8s.shell import arithmetic, parameter, subshell, tilde
from simk8s.shell.expression import quote_expression
from simk8s.shell.limit import together
from simk8s.shell.splitting import (
    AT,
    BREAK,
    CHANGED_AT,
    CHANGED_BREAK,
    EXPANDED,
    LITERAL,
    NOTHING,
    QUOTED,
    STAR,
    Piece,
    as_pattern,
    between_compared,
    compared,
    documented,
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

T = TypeVar("T")

_PLACES = {str(number): number - 1 for number in range(1, 10)}
"""`$1` to `$9` among the positional parameters."""


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
    return together(texts)


def plain_value(shell: Shell, part: Parameter) -> str | None:
    """The value of a set variable that is named without any operator; None: take the long way."""
    if part.operator or part.subscript is not None or part.indirect:
        return None
    variable = shell.names.get(part.name)
    if variable is None:
        place = _PLACES.get(part.name)
        return shell.positional[place] if place is not None and place < len(shell.positional) else None
    return variable.scalar(shell) if not variable.reference else None


def pieces_now(shell: Shell, parts: tuple[Part, ...], *, quoted: bool = False) -> list[Piece]:
    pieces: list[Piece] = []
    for part in parts:
        add_part(shell, part, pieces, quoted)
    return pieces


def expand_pieces(shell: Shell, word: Word) -> Run[list[Piece]]:
    """What the parts of a word become, before it is split or joined."""
    pieces: list[Piece] = []
    for part in word.parts:
        if part.waits:
            yield from expand_part(shell, part, pieces)
        else:
            add_part(shell, part, pieces)
    return pieces


def expand_string(shell: Shell, word: Word) -> Run[str]:
    """A word where nothing is split: the right side of an assignment, a here-string."""
    if not word.waits:
        return string_now(shell, word)
    return joined((yield from expand_pieces(shell, word)), shell.ifs)


def string_now(shell: Shell, word: Word) -> str:
    """The same for a word that cannot wait."""
    if word.constant is not None:
        return word.constant
    parts = word.parts
    quick = quick_string(shell, parts)
    return joined(pieces_now(shell, parts), shell.ifs) if quick is None else quick


def expand_operand(shell: Shell, word: Word) -> Run[str]:
    """A word that `case` or `[[ ]]` compares."""
    if not word.waits:
        return operand_now(shell, word)
    return compared((yield from expand_pieces(shell, word)), shell.ifs)


def operand_now(shell: Shell, word: Word) -> str:
    """The same for a word that cannot wait."""
    if word.constant is not None:
        return word.constant
    quick = quick_string(shell, word.parts)
    return compared(pieces_now(shell, word.parts), shell.ifs) if quick is None else quick


def expand_subscript(shell: Shell, name: str, word: Word, *, key: bool = False) -> Run[str]:
    """A subscript: a key of an associative array, else an expression, where single quotes and backslashes stay."""
    if word.constant is not None and not any(type(part) is Quoted for part in word.parts):
        return word.constant
    variable = shell.find(name)
    if key or (variable is not None and variable.associative):
        return (yield from expand_string(shell, word))
    parts: list[Part] = []
    for part in word.parts:
        if type(part) is Quoted:
            text = f"\\{part.text}" if part.style == "\\" else f"'{part.text}'"
            part = Literal(part.line, part.column, text)
        parts.append(part)
    return (yield from expand_quoted(shell, tuple(parts)))


def expand_pattern(shell: Shell, word: Word) -> Run[str]:
    """A word as a pattern: quoted text in it matches itself."""
    if not word.waits:
        return pattern_now(shell, word)
    return as_pattern((yield from expand_pieces(shell, word)), shell.ifs)


def pattern_now(shell: Shell, word: Word) -> str:
    """The same for a word that cannot wait."""
    if len(word.parts) == 1 and type(word.parts[0]) is Literal:
        return word.parts[0].text
    return as_pattern(pieces_now(shell, word.parts), shell.ifs)


def expand_expression(shell: Shell, word: Word) -> Run[str]:
    """A word as a regular expression: quoted text in it matches itself."""
    return _as_expression(shell, (yield from expand_pieces(shell, word)))


def expression_now(shell: Shell, word: Word) -> str:
    """The same for a word that cannot wait."""
    return _as_expression(shell, pieces_now(shell, word.parts))


def _as_expression(shell: Shell, pieces: list[Piece]) -> str:
    ifs = shell.ifs
    return "".join(
        between_compared(p, ifs) if p[1] >= 3 else quote_expression(p[0]) if p[1] == QUOTED else p[0] for p in pieces
    )


def expand_quoted(shell: Shell, parts: tuple[Part, ...]) -> Run[str]:
    """Parts as if in double quotes: an arithmetic expression."""
    quick = quick_string(shell, parts)
    if quick is not None:
        return quick
    pieces: list[Piece] = []
    for part in parts:
        yield from expand_part(shell, part, pieces, quoted=True)
    return joined(pieces, shell.ifs)


def expand_document(shell: Shell, word: Word) -> Run[str]:
    """The text of a here-document."""
    if word.constant is not None:
        return word.constant
    pieces: list[Piece] = []
    for part in word.parts:
        yield from expand_part(shell, part, pieces, quoted=True)
    return documented(pieces)


def quoted_now(shell: Shell, parts: tuple[Part, ...]) -> str:
    """The same for parts that cannot wait."""
    quick = quick_string(shell, parts)
    return joined(pieces_now(shell, parts, quoted=True), shell.ifs) if quick is None else quick


def expand_arithmetic(shell: Shell, word: Word, *, command: str = "") -> Run[int]:
    """The value of an arithmetic expression that is written in the script."""
    if not word.waits:
        return arithmetic_now(shell, word, command)
    return arithmetic.evaluate(shell, (yield from expand_quoted(shell, word.parts)), command=command)


def arithmetic_now(shell: Shell, word: Word, command: str = "") -> int:
    """The same for an expression that cannot wait."""
    text = word.constant if word.constant is not None else quoted_now(shell, word.parts)
    return arithmetic.evaluate(shell, text, command=command)


def expand_part(shell: Shell, part: Part, out: list[Piece], *, quoted: bool = False, nested: bool = False) -> Run[None]:
    """Append the pieces of one part. `nested`: it stands in `${x:-...}`, where even plain text may be split."""
    if not part.waits:
        add_part(shell, part, out, quoted, nested)
        return
    match part:
        case DoubleQuoted(_, _, parts):
            before = len(out)
            for inner in parts:
                yield from expand_part(shell, inner, out, quoted=True)
            if len(out) == before:
                out.append(("", QUOTED))
        case Parameter():
            result = yield from parameter.expand(shell, part, quoted)
            if result.word is None:
                _append(shell, result, quoted, out)
                return
            before = len(out)
            for inner in result.word.parts:
                yield from expand_part(shell, inner, out, quoted=quoted, nested=True)
            _mark(out, before, quoted)
        case CommandSubstitution():
            _append_text((yield from subshell.substitute(shell, part)), quoted, out)
        case Backquoted():
            _append_text((yield from subshell.substitute_text(shell, part)), quoted, out)
        case FileSubstitution():
            text = yield from subshell.substitute_file(shell, part)
            out.append((text, QUOTED if quoted else EXPANDED))
        case ProcessSubstitution():
            path = yield from subshell.substitute_process(shell, part)
            out.append((path, LITERAL))
        case ArithmeticExpansion(_, _, expression):
            number = yield from expand_arithmetic(shell, expression)
            out.append((str(number), QUOTED if quoted else EXPANDED))


def add_part(shell: Shell, part: Part, out: list[Piece], quoted: bool = False, nested: bool = False) -> None:
    """The same for a part that cannot wait."""
    kind = type(part)
    if kind is Literal:
        out.append((part.text, QUOTED if quoted else EXPANDED if nested else LITERAL))  # type: ignore[union-attr]
    elif kind is Quoted:
        out.append((part.text, QUOTED))  # type: ignore[union-attr]
    elif kind is DoubleQuoted:
        _add_double(shell, part.parts, out)  # type: ignore[union-attr]
    elif kind is Parameter:
        _add_parameter(shell, part, out, quoted)  # type: ignore[arg-type]
    elif kind is ArithmeticExpansion:
        value = arithmetic_now(shell, part.expression)  # type: ignore[union-attr]
        out.append((str(value), QUOTED if quoted else EXPANDED))
    else:
        assert kind is Tilde, part
        out.append((tilde.home(shell, part.user), QUOTED))  # type: ignore[union-attr]


def _add_double(shell: Shell, parts: tuple[Part, ...], out: list[Piece]) -> None:
    quick = quick_string(shell, parts)
    if quick is not None:
        out.append((quick, QUOTED))
        return
    pieces = pieces_now(shell, parts, quoted=True)
    if not pieces:
        pieces.append(("", QUOTED))
    out.extend(pieces)


def _add_parameter(shell: Shell, part: Parameter, out: list[Piece], quoted: bool) -> None:
    value = plain_value(shell, part)
    if value is not None:
        _append_text(value, quoted, out)
        return
    if part.source == "$@":
        _append_many(shell, parameter.Result(shell.positional, many=True, kept=True), quoted, out)
        return
    result = _at_once(shell, parameter.expand(shell, part, quoted))
    if result.word is None:
        _append(shell, result, quoted, out)
        return
    before = len(out)
    for inner in result.word.parts:
        add_part(shell, inner, out, quoted, True)
    _mark(out, before, quoted)


def _at_once(shell: Shell, run: Run[T]) -> T:
    """What a generator returns that does not wait. Raises SimError SK201 where a variable's value makes it wait."""
    try:
        run.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    raise SimError(
        "SK201",
        "a command substitution inside the subscript that a variable holds is not supported",
        place=shell.place_of(shell.line),
        hint="put its output into a variable first, and use that as the subscript",
    )


def _append(shell: Shell, result: parameter.Result, quoted: bool, out: list[Piece]) -> None:
    if result.many:
        _append_many(shell, result, quoted, out)
    elif result.values:
        _append_text(result.values[0], quoted, out, result.kept)
    elif not quoted:
        out.append(NOTHING)


def _mark(out: list[Piece], before: int, quoted: bool) -> None:
    """A default in double quotes makes a word, also where `$@` in it has no elements."""
    if not quoted:
        if len(out) == before:
            out.append(NOTHING)
    elif len(out) > before and all(piece == NOTHING for piece in out[before:]):
        out[before:] = [("", QUOTED)]


def _append_text(text: str, quoted: bool, out: list[Piece], kept: bool = False) -> None:
    """Nothing in double quotes makes no word by itself: `"$@$empty"` is none. Only what an operator left of it does."""
    if text or kept or not quoted:
        out.append((text, QUOTED if quoted else EXPANDED))


def _append_many(shell: Shell, result: parameter.Result, quoted: bool, out: list[Piece]) -> None:
    values, star = result.values, result.star
    if star and quoted:
        _append_text(shell.ifs[:1].join(values), quoted, out, kept=bool(values) and result.kept)
        return
    if quoted:
        out.append(NOTHING)
        separator = CHANGED_BREAK if result.changed else BREAK
    else:
        separator = STAR if star else CHANGED_AT if result.changed and result.unquoted else AT
        if not values:
            out.append(NOTHING)
    for number, value in enumerate(values):
        if number:
            out.append(separator)
        out.append((value, QUOTED if quoted else EXPANDED))

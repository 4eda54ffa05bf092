"""Words: literal text, quotes and expansions, read into a tree once.

`read_word` reads one word of a command; `read_parts` is what it and everything nested in it (double quotes, the words
inside `${...}`, here-documents, arithmetic, subscripts) have in common. A Context says what ends the parts and which
quotes count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from simk8s.shell.syntax import expansion
from simk8s.shell.syntax.brace import brace_alternatives
from simk8s.shell.syntax.escape import ansi_c
from simk8s.shell.syntax.parts import DoubleQuoted, Literal, Node, Parameter, Part, Quoted, Tilde, Word
from simk8s.shell.syntax.reader import Reader

METACHARACTERS = " \t\n;&|<>()"
ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\[.*\])?\+?=", re.DOTALL)


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """The rules inside one kind of text. There are those below and no others.

    `stops` end the parts; `double`: a backslash only quotes ``$ ` " \\`` and what `escapable` adds, and a single quote
    is an ordinary character; `closing` is what bash says it was looking for when the text ends first (empty: the end
    of the text is a proper end); `opening` is what is counted so that nested pairs belong to the text;
    `double_quotes_ansi`: `$'...'` counts although `double` holds.
    """

    stops: str
    double: bool = False
    double_quote_is_text: bool = False
    escapable: str = ""
    closing: str = ""
    opening: str = ""
    groups: bool = False
    double_quotes_ansi: bool = False
    regex: bool = False


WORD = Context(METACHARACTERS, groups=True)
REGEX = Context(" \t\n;&<>)", regex=True)
DOUBLE = Context('"', double=True, closing='"')
DOCUMENT = Context("", double=True, double_quote_is_text=True)
BRACE = Context("}", closing="}", groups=True)
BRACE_IN_DOUBLE = Context("}", double=True, escapable="}", closing="}", double_quotes_ansi=True)
PATTERN = Context("/}", closing="}", groups=True)
ARITHMETIC = Context("", double=True)
SUBSCRIPT = Context("]", closing="]", opening="[")
OFFSET = Context("?:}", closing="}", opening="(")
GROUP = Context(")", closing=")", groups=True, opening="(")


def read_word(reader: Reader, context: Context = WORD) -> Word:
    """Read the word that begins at the reader's offset (not white space, not an operator)."""
    start = reader.offset
    parts = read_parts(reader, context)
    source = reader.text[start : reader.offset]
    line, column = reader.place(start)
    alternatives: tuple[Word, ...] = ()
    if context is WORD:
        if "{" in source and reader.dialect.brace_expansion and _has_brace(parts):
            alternatives = tuple(
                make_word(line, column, with_tildes(choice, reader), source) for choice in brace_alternatives(parts)
            )
        if "~" in source:
            parts = with_tildes(parts, reader)
    return Word(line, column, parts, source, None if alternatives else constant_of(parts), alternatives)


def _has_brace(parts: tuple[Part, ...]) -> bool:
    return any(type(part) is Literal and "{" in part.text for part in parts)


def bare_word(line: int, column: int, text: str) -> Word:
    """A word of nothing but text in which nothing means anything."""
    return Word(line, column, (Literal(line, column, text),), text, text)


def make_word(
    line: int, column: int, parts: tuple[Part, ...], source: str, alternatives: tuple[Word, ...] = ()
) -> Word:
    """A word of these parts, with its constant value where it has one."""
    return Word(line, column, parts, source, None if alternatives else constant_of(parts), alternatives)


def constant_of(parts: tuple[Part, ...]) -> str | None:
    """The value of parts that are all constant and hold no glob character."""
    texts = []
    bracket = False
    for part in parts:
        kind = type(part)
        if kind is Literal:
            if _GLOB.search(part.text):  # type: ignore[union-attr]
                return None
            texts.append(part.text)  # type: ignore[union-attr]
            bracket = bracket or "[" in part.text  # type: ignore[union-attr]
        elif kind is Quoted:
            texts.append(part.text)  # type: ignore[union-attr]
        elif kind is DoubleQuoted:
            inner = [p.text for p in part.parts if type(p) in (Literal, Quoted)]  # type: ignore[union-attr]
            if len(inner) != len(part.parts):  # type: ignore[union-attr]
                return None
            texts.extend(inner)
        else:
            return None
    constant = "".join(texts)
    return None if bracket and "]" in constant else constant  # a lone `[` is the command, and no pattern


_GLOB = re.compile(r"[*?\\]|[+@!]\(")


@lru_cache(maxsize=64)
def _scanner(context: Context, extglob: bool) -> re.Pattern[str]:
    """What needs no second look: a run of characters that mean nothing in this context, `$name`, `${name}`, quotes."""
    special = set(context.stops + context.opening + "$`\\")
    if not context.double_quote_is_text:
        special.add('"')
    if not context.double:
        special |= set("'<>")
        if extglob and context.groups:
            special |= set("?*+@!")
    if context.regex:
        special |= set("(|")
    plain = "[^" + re.escape("".join(sorted(special))) + "]++"
    quoted = rf"|'([^']*+)'|\"([^\"$`\\]*+)\"|\"\$({_LETTERS})\"|\"\$\{{({_LETTERS})\}}\"" if not context.double else ""
    return re.compile(rf"({plain})|\$({_LETTERS}(?!\\\n)|[0-9@*#?$!-])|\$\{{({_LETTERS}|[0-9]++|[@*#?$!-])\}}{quoted}")


_LETTERS = "[A-Za-z_][A-Za-z0-9_]*+"
_PLAIN, _NAME, _BRACED, _SINGLE, _DOUBLE = range(1, 6)  # what is left is one parameter in double quotes


def read_parts(reader: Reader, context: Context, end: int | None = None) -> tuple[Part, ...]:
    """Read parts up to one of the context's stops (left unread), or to the offset `end`."""
    text, start = reader.text, reader.offset
    beyond = 0 if end is None else len(text) - end
    limit = len(text) - beyond
    scan = _scanner(context, reader.extglob).match
    parts: list[Part] = []
    literal, place = "", (0, 0)
    offset = start
    while offset < limit:
        found = scan(text, offset, limit)
        if found is not None:
            kind = found.lastindex or 0
            if kind == _PLAIN:
                if not literal:
                    place = reader.place(offset)
                literal += found.group()
                offset = found.end()
                continue
            if literal:
                parts.append(Literal(place[0], place[1], literal))
                literal = ""
            line, column = reader.place(offset)
            if kind in (_NAME, _BRACED):
                parts.append(Parameter(line, column, found.group(kind), found.group()))
            elif kind == _SINGLE:
                parts.append(Quoted(line, column, found.group(kind), "'"))
            elif kind == _DOUBLE:
                inner = found.group(kind)
                parts.append(DoubleQuoted(line, column, (Literal(line, column + 1, inner),) if inner else ()))
            else:
                parameter = Parameter(line, column + 1, found.group(kind), found.group()[1:-1])
                parts.append(DoubleQuoted(line, column, (parameter,)))
            offset = found.end()
            continue
        reader.offset = offset
        if text[offset] in context.stops and not (text[offset] in "<>" and _starts_process(reader, context)):
            break
        special = _read_special(reader, context, text[offset])
        for part in (special,) if isinstance(special, Node) else special:
            if type(part) is Literal:
                if not literal:
                    place = part.line, part.column
                literal += part.text
                continue
            if literal:
                parts.append(Literal(place[0], place[1], literal))
                literal = ""
            parts.append(part)
        text, offset = reader.text, reader.offset  # a line that goes on in the next one makes it shorter
        limit = len(text) - beyond
    if literal:
        parts.append(Literal(place[0], place[1], literal))
    reader.offset = offset
    if offset >= limit and context.closing:
        raise reader.unexpected_end("", context.closing, start)
    return tuple(parts)


def _read_special(reader: Reader, context: Context, character: str) -> Part | Sequence[Part]:
    """What begins with a character that may mean something here."""
    offset = reader.offset
    following = reader.text[offset + 1 : offset + 2]
    if character == "\\":
        return _read_backslash(reader, context, following)
    if character == "$":
        return expansion.read_dollar(reader, context.double, ansi=context.double_quotes_ansi)
    if character == "`":
        return expansion.read_backquoted(reader, context.double and not context.double_quote_is_text)
    if character == '"' and not context.double_quote_is_text:
        quoted = _read_double_quoted(reader)
        return quoted.parts if context.double else quoted  # "..." inside "${x:-...}" and $(( )) only groups
    if character == "'" and not context.double:
        return read_single_quoted(reader)
    if character in "<>" and _starts_process(reader, context):
        return expansion.read_process_substitution(reader)
    if character == "(" and (context.regex or context.opening):
        return read_group(reader)
    if reader.extglob and context.groups and character in "?*+@!" and following == "(":
        return read_group(reader)
    if character == context.opening == "[":
        return _read_brackets(reader)
    reader.offset = offset + 1
    return Literal(*reader.place(offset), character)


def _read_backslash(reader: Reader, context: Context, following: str) -> Part | Sequence[Part]:
    offset = reader.offset
    if following == "\n":
        reader.join_lines(offset)
        return ()
    reader.offset = offset + 1 + len(following)
    place = reader.place(offset)
    quotes = following and (not context.double or following in '$`"\\' + context.escapable)
    if quotes and not (following == '"' and context.double_quote_is_text):
        return Quoted(*place, following, "\\")
    return Literal(*place, "\\" + following)


def _starts_process(reader: Reader, context: Context) -> bool:
    follows = reader.text[reader.offset + 1 : reader.offset + 2] == "("
    return follows and not context.double and reader.dialect.process_substitution


def read_group(reader: Reader) -> list[Part]:
    """An extended pattern `@(...)` or a parenthesis of a regular expression: blanks and operators in it are text."""
    start = reader.offset
    while reader.text[reader.offset] != "(":
        reader.offset += 1
    reader.offset += 1
    opened = reader.text[start : reader.offset]
    place = reader.place(start)
    parts: list[Part] = [Literal(*place, opened)]
    parts.extend(read_parts(reader, GROUP))
    parts.append(Literal(*reader.place(reader.offset), ")"))
    reader.offset += 1
    return parts


def _read_brackets(reader: Reader) -> list[Part]:
    """A `[...]` nested in a subscript."""
    parts: list[Part] = [Literal(*reader.place(reader.offset), "[")]
    reader.offset += 1
    parts.extend(read_parts(reader, SUBSCRIPT))
    parts.append(Literal(*reader.place(reader.offset), "]"))
    reader.offset += 1
    return parts


def read_single_quoted(reader: Reader) -> Quoted:
    start = reader.offset
    end = reader.text.find("'", start + 1)
    if end < 0:
        raise reader.unexpected_end("'", "'", start)
    reader.offset = end + 1
    return Quoted(*reader.place(start), reader.text[start + 1 : end], "'")


def _read_double_quoted(reader: Reader) -> DoubleQuoted:
    start = reader.offset
    reader.offset += 1
    parts = read_parts(reader, DOUBLE)
    reader.offset += 1
    return DoubleQuoted(*reader.place(start), parts)


def read_ansi_quoted(reader: Reader) -> Quoted:
    """`$'...'`, its escapes already carried out."""
    start = reader.offset
    offset = start + 2
    text = reader.text
    while True:
        stop = _ANSI_STOP.search(text, offset)
        if stop is None or stop.end() > len(text):
            raise reader.unexpected_end("'", "'", start)
        if stop.group() == "'":
            break
        offset = stop.end()
    reader.offset = stop.end()
    return Quoted(*reader.place(start), ansi_c(text[start + 2 : stop.start()]), "$'")


_ANSI_STOP = re.compile(r"'|\\.", re.DOTALL)


def read_locale_quoted(reader: Reader) -> DoubleQuoted:
    """`$"..."`: there are no translations here, so it is `"..."`."""
    reader.offset += 1
    return _read_double_quoted(reader)


def with_tildes(parts: tuple[Part, ...], reader: Reader, *, assignment: bool = False) -> tuple[Part, ...]:
    """Mark the tildes that may stand for a home directory: at the start, and in assignments after each `:`.

    bash (not in POSIX mode) does the same in a word that looks like an assignment.
    """
    if not parts or type(parts[0]) is not Literal:
        return parts if not assignment else _colon_tildes(parts)
    first = parts[0]
    if first.text.startswith("~"):
        split = _split_tilde(first, len(parts) == 1, ":/" if assignment else "/")
        parts = split + parts[1:]
    elif not assignment and not reader.dialect.posix and "~" in first.text:
        looks = ASSIGNMENT.match(first.text)
        if looks and looks.group(1) is None:
            head = Literal(first.line, first.column, looks.group())
            rest = first.text[looks.end() :]
            tail: tuple[Part, ...] = ((Literal(first.line, first.column + looks.end(), rest),) if rest else ()) + parts[
                1:
            ]
            return (head, *with_tildes(tail, reader, assignment=True))
    return _colon_tildes(parts) if assignment else parts


def _split_tilde(literal: Literal, alone: bool, ends: str) -> tuple[Part, ...]:
    text = literal.text
    end = next((i for i, c in enumerate(text) if c in ends), -1)
    if end < 0:
        if not alone:  # what follows is quoted or expanded: then the tilde is text
            return (literal,)
        end = len(text)
    tilde = Tilde(literal.line, literal.column, text[1:end])
    return (tilde, Literal(literal.line, literal.column + end, text[end:])) if end < len(text) else (tilde,)


def _colon_tildes(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    result: list[Part] = []
    for index, part in enumerate(parts):
        if type(part) is not Literal or ":~" not in part.text:
            result.append(part)
            continue
        pieces = part.text.split(":~")
        result.append(Literal(part.line, part.column, pieces[0] + ":"))
        for number, piece in enumerate(pieces[1:], 1):
            last = number == len(pieces) - 1
            alone = not last or index == len(parts) - 1
            split = _split_tilde(Literal(part.line, part.column, "~" + piece), alone, ":/")
            result.extend(split)
            if not last:
                result.append(Literal(part.line, part.column, ":"))
    return tuple(result)


def make_value(line: int, column: int, parts: tuple[Part, ...], source: str) -> Word:
    """The right side of an assignment: glob characters in it are ordinary text."""
    if len(parts) == 1 and type(parts[0]) is Literal:
        return Word(line, column, parts, source, parts[0].text)
    if all(type(part) in (Literal, Quoted) for part in parts):
        return Word(line, column, parts, source, "".join(part.text for part in parts))  # type: ignore[union-attr]
    return Word(line, column, parts, source, constant_of(parts))

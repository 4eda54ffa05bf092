"""Words: literal text, quotes and expansions, read into a tree once.

`read_word` reads one word of a command; `read_parts` is what it and everything nested in it (double quotes, the words
inside `${...}`, here-documents, arithmetic, subscripts) have in common. A Context says what ends the parts and which
quotes count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from simk8s.shell.syntax import expansion
from simk8s.shell.syntax.brace import brace_alternatives
from simk8s.shell.syntax.context import DOUBLE, GROUP, SUBSCRIPT, WORD, Context
from simk8s.shell.syntax.escape import ansi_c
from simk8s.shell.syntax.parts import DoubleQuoted, Literal, Node, Part, Quoted, Word, constant_of
from simk8s.shell.syntax.reader import Reader
from simk8s.shell.syntax.scanner import PLAIN, part_of, scanner
from simk8s.shell.syntax.tilde import with_tildes


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


def read_parts(reader: Reader, context: Context, end: int | None = None) -> tuple[Part, ...]:
    """Read parts up to one of the context's stops (left unread), or to the offset `end`."""
    text, start = reader.text, reader.offset
    beyond = 0 if end is None else len(text) - end
    limit = len(text) - beyond
    scan = scanner(context, reader.extglob).match
    stops = context.stops
    parts: list[Part] = []
    literal, place = "", (0, 0)
    offset = start
    while offset < limit:
        if text[offset] in stops and (text[offset] not in "<>" or not _starts_process(reader, context, offset)):
            break
        found = scan(text, offset, limit)
        if found is not None and found.lastindex == PLAIN:
            if not literal:
                place = reader.place(offset)
            literal += found.group()
            offset = found.end()
            continue
        special: Part | Sequence[Part]
        if found is not None:
            special = part_of(found, *reader.place(offset))
            offset = found.end()
        else:
            reader.offset = offset
            special = _read_special(reader, context, text[offset])
            text, offset = reader.text, reader.offset  # a line that goes on in the next one makes it shorter
            limit = len(text) - beyond
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
    if character in "<>" and _starts_process(reader, context, offset):
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


def _starts_process(reader: Reader, context: Context, offset: int) -> bool:
    follows = reader.text[offset + 1 : offset + 2] == "("
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


def make_value(line: int, column: int, parts: tuple[Part, ...], source: str) -> Word:
    """The right side of an assignment: glob characters in it are ordinary text."""
    if len(parts) == 1 and type(parts[0]) is Literal:
        return Word(line, column, parts, source, parts[0].text)
    if all(type(part) in (Literal, Quoted) for part in parts):
        return Word(line, column, parts, source, "".join(part.text for part in parts))  # type: ignore[union-attr]
    return Word(line, column, parts, source, constant_of(parts))

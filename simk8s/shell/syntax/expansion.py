"""What begins with `$`, a backquote, `<(` or `>(`: expansions inside a word."""

from __future__ import annotations

import re
from collections.abc import Callable

from simk8s.shell.syntax import braced, word
from simk8s.shell.syntax.context import ARITHMETIC
from simk8s.shell.syntax.layout import printed_lines
from simk8s.shell.syntax.nodes import Sequence, SimpleCommand
from simk8s.shell.syntax.parts import (
    ArithmeticExpansion,
    Backquoted,
    CommandSubstitution,
    FileSubstitution,
    Literal,
    Parameter,
    Part,
    ProcessSubstitution,
    Word,
)
from simk8s.shell.syntax.reader import Reader, ShellSyntaxError

_SIMPLE = re.compile(r"\$(?:([A-Za-z_][A-Za-z0-9_]*)|([0-9@*#?$!_-]))")


def read_dollar(reader: Reader, in_double: bool, *, ansi: bool = False) -> Part:
    """Read what a `$` at the reader's offset begins; a lone `$` is text."""
    start = reader.offset
    line, column = reader.place(start)
    reader.join_lines(start + 1)
    simple = _simple(reader, start)
    if simple:
        reader.offset = simple.end()
        return Parameter(line, column, simple.group(1) or simple.group(2), simple.group())
    reader.join_lines(start + 2)
    text = reader.text
    following = text[start + 1 : start + 2]
    if following == "{":
        return _once(reader, lambda: braced.read_braced(reader, in_double), in_double=in_double)
    if following == "(":
        if text.startswith("$((", start):
            arithmetic = _read_arithmetic(reader)
            if arithmetic is not None:
                return arithmetic
        return _once(reader, lambda: _command(reader))
    if following == "[" and reader.dialect.arrays:
        return _read_old_arithmetic(reader)
    if following == "'" and (ansi or not in_double) and reader.dialect.ansi_quotes:
        return word.read_ansi_quoted(reader)
    if following == '"' and not in_double and reader.dialect.ansi_quotes:
        return word.read_locale_quoted(reader)
    reader.offset = start + 1
    return Literal(line, column, "$")


def _simple(reader: Reader, start: int) -> re.Match[str] | None:
    """`$name`, whose letters may go on in the next line."""
    while (found := _SIMPLE.match(reader.text, start)) and found.group(1):
        if not reader.text.startswith("\\\n", found.end()):
            break
        reader.join_lines(found.end())
    return found


def _once(reader: Reader, read: Callable[[], Part], *, in_double: bool = False) -> Part:
    """What is nested in a word, which is read only once although the word may be read again; so is its error."""
    start = reader.offset
    known = reader.nested_parts.get(start)
    if known is None or known[0] is not reader.text or known[1] is not in_double:
        found: Part | ShellSyntaxError
        try:
            found = read()
        except ShellSyntaxError as error:
            found = error
        known = reader.nested_parts[start] = reader.text, in_double, found, reader.offset
    _, _, found, reader.offset = known
    if isinstance(found, ShellSyntaxError):
        raise found
    return found


def _command(reader: Reader) -> Part:
    start = reader.offset
    line, column = reader.place(start)
    reader.offset = start + 2
    body = nested(reader, "$(")
    source = reader.text[start : reader.offset]
    target = only_input_file(body) if reader.dialect.file_substitution else None
    if target is not None:
        return FileSubstitution(line, column, target, source)
    if reader.document:  # bash keeps its text, and does not write it out again
        return CommandSubstitution(line, column, body, source, line)
    return CommandSubstitution(line, column, printed_lines(body), source, body.commands[0].line if body.commands else 0)


def only_input_file(body: Sequence) -> Word | None:
    """The file of a `$(<file)`."""
    if len(body.commands) != 1 or type(body.commands[0]) is not SimpleCommand:
        return None
    command = body.commands[0]
    if command.words or command.assignments or len(command.redirections) != 1:
        return None
    redirection = command.redirections[0]
    if redirection.operator != "<" or redirection.descriptor not in (None, 0):
        return None
    return redirection.target


def read_process_substitution(reader: Reader) -> Part:
    return _once(reader, lambda: _process(reader))


def _process(reader: Reader) -> Part:
    start = reader.offset
    reader.offset = start + 2
    body = nested(reader, reader.text[start : start + 2])
    first_line = body.commands[0].line if body.commands else 0
    source = reader.text[start : reader.offset]
    return ProcessSubstitution(*reader.place(start), source[0], printed_lines(body), source, first_line)


def nested(reader: Reader, opening: str) -> Sequence:
    """Commands up to the `)` that closes `opening`."""
    assert reader.nested is not None
    return reader.nested(reader, opening)


def read_backquoted(reader: Reader, in_double: bool) -> Backquoted:
    text, start = reader.text, reader.offset
    offset = start + 1
    while True:
        stop = _BACKQUOTE_STOP.search(text, offset)
        if stop is None:
            raise reader.unexpected_end("`", "`", start)
        if stop.group() == "`":
            break
        offset = stop.end()
    reader.offset = stop.end()
    inner = text[start + 1 : stop.start()]
    if "\\" in inner:
        inner = (_ESCAPED_IN_DOUBLE if in_double else _ESCAPED).sub(r"\1", inner)
    return Backquoted(*reader.place(start), inner)


_BACKQUOTE_STOP = re.compile(r"`|\\.", re.DOTALL)
_ESCAPED = re.compile(r"\\([$`\\])")
_ESCAPED_IN_DOUBLE = re.compile(r"\\([$`\\\"])")


def _read_arithmetic(reader: Reader) -> Part | None:
    """`$((...))`, or None where the two parentheses are not closed together: then it is a subshell in `$(...)`."""
    start = reader.offset
    end = closing_parenthesis(reader, start + 3)
    if end is None:
        raise reader.unexpected_end("$((", ")", start)
    reader.join_lines(end + 1)
    if reader.text[end + 1 : end + 2] != ")":
        return None
    beyond = len(reader.text) - end
    expression = arithmetic_word(reader, start + 3, end)
    reader.offset = len(reader.text) - beyond + 2
    return ArithmeticExpansion(*reader.place(start), expression)


def _read_old_arithmetic(reader: Reader) -> Part:
    start = reader.offset
    depth, offset = 0, start + 2
    while offset < len(reader.text):
        character = reader.text[offset]
        if character == "[":
            depth += 1
        elif character == "]":
            if depth == 0:
                beyond = len(reader.text) - offset
                expression = arithmetic_word(reader, start + 2, offset)
                reader.offset = len(reader.text) - beyond + 1
                return ArithmeticExpansion(*reader.place(start), expression)
            depth -= 1
        offset += 1
    raise reader.unexpected_end("$[", "]", start)


def arithmetic_word(reader: Reader, start: int, end: int) -> Word:
    """The text of an arithmetic expression, as a word whose expansions are carried out before it is parsed."""
    reader.offset = start
    beyond = len(reader.text) - end
    parts = word.read_parts(reader, ARITHMETIC, end)
    source = reader.text[start : len(reader.text) - beyond]
    constant = source if all(type(part) is Literal for part in parts) and not {"\\", '"'} & set(source) else None
    return Word(*reader.place(start), parts, source, constant)


_PAREN_STOP = re.compile(r"[()'\"`\\]|\$\(")


def closing_parenthesis(reader: Reader, offset: int) -> int | None:
    """The offset of the `)` that closes a parenthesis opened just before `offset`; quotes are stepped over."""
    text, depth = reader.text, 0
    while True:
        stop = _PAREN_STOP.search(text, offset)
        if stop is None:
            return None
        offset = stop.end()
        found = stop.group()
        if found == "\\":
            offset += 1
        elif found in "'\"`":
            closed = offset
            while closed < len(text) and text[closed] != found:
                closed += 2 if text[closed] == "\\" and found != "'" else 1
            if closed >= len(text):
                return None
            offset = closed + 1
        elif found == ")":
            if depth == 0:
                return offset - 1
            depth -= 1
        else:
            depth += 1

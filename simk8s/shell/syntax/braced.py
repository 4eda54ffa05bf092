"""`${...}`: the parameter, its subscript, its operator and the words that the operator takes."""

from __future__ import annotations

import re

from simk8s.shell.syntax import word
from simk8s.shell.syntax.context import BRACE, BRACE_IN_DOUBLE, OFFSET, PATTERN, SUBSCRIPT, Context
from simk8s.shell.syntax.parts import Literal, Parameter, Part, Word
from simk8s.shell.syntax.reader import Reader, ShellSyntaxError
from simk8s.shell.syntax.tilde import with_tildes

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-]")
_PREFIX = re.compile(r"!([A-Za-z_][A-Za-z0-9_]*)([*@])\}")


def read_braced(reader: Reader, in_double: bool) -> Part:
    """`${...}`. What does not parse is kept whole: bash calls it a bad substitution when it is expanded."""
    start = reader.offset
    _join_name(reader, start + 2)
    reader.offset = start + 2
    part = _read_parameter(reader, in_double)
    if part is not None:
        return part
    reader.offset = start + 2
    word.read_parts(reader, BRACE_IN_DOUBLE if in_double else BRACE)
    reader.offset += 1
    return Parameter(*reader.place(start), "", reader.text[start : reader.offset], operator="bad")


_HEAD = re.compile(r"[#!]?(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])?(?:[:/#%^,]?)")


def _join_name(reader: Reader, offset: int) -> None:
    """A name in braces, and the operator behind it, may go on in the next line."""
    while (head := _HEAD.match(reader.text, offset)) and reader.text.startswith("\\\n", head.end()):
        reader.join_lines(head.end())


def _read_parameter(reader: Reader, in_double: bool) -> Part | None:
    dialect = reader.dialect
    start = reader.offset - 2
    line, column = reader.place(start)

    def made(
        name: str,
        operator: str = "",
        *operands: Word,
        subscript: Word | None = None,
        indirect: bool = False,
    ) -> Parameter | None:
        if reader.text[reader.offset : reader.offset + 1] != "}":
            return None
        reader.offset += 1
        source = reader.text[start : reader.offset]
        return Parameter(line, column, name, source, subscript, operator, operands, indirect)

    prefix = _PREFIX.match(reader.text, reader.offset)
    if prefix and dialect.case_change:
        reader.offset = prefix.end() - 1
        return made(prefix.group(1), "prefix-" + prefix.group(2))
    length = indirect = False
    if reader.text[reader.offset : reader.offset + 1] == "#" and _is_length(reader.text, reader.offset):
        length = True
        reader.offset += 1
    elif (
        reader.text[reader.offset : reader.offset + 1] == "!"
        and dialect.case_change
        and _is_indirect(reader.text, reader.offset)
    ):
        indirect = True
        reader.offset += 1
    named = _NAME.match(reader.text, reader.offset)
    if named is None:
        return None
    name = named.group()
    reader.offset = named.end()
    subscript = None
    if (
        reader.text[reader.offset : reader.offset + 1] == "["
        and dialect.arrays
        and (name[0].isalpha() or name[0] == "_")
    ):
        try:
            subscript = read_subscript(reader)
        except ShellSyntaxError:
            return None
        if not subscript.source:
            return None
    if length:
        return made(name, "length", subscript=subscript)
    if (
        indirect
        and subscript is not None
        and subscript.source in "@*"
        and reader.text[reader.offset : reader.offset + 1] == "}"
    ):
        return made(name, "keys-" + subscript.source)
    operator = _operator(reader)
    if operator is None:
        return None
    operands: tuple[Word, ...] = ()
    nested_context = BRACE_IN_DOUBLE if in_double else BRACE
    if operator == "":
        pass
    elif operator == ":":
        operands = _offset_and_length(reader, in_double)
    elif operator == "@":
        transform = reader.text[reader.offset : reader.offset + 1]
        if transform in tuple("QEPAaKkUuL"):
            reader.offset += 1
            operator = "@" + transform
        else:
            _braced_word(reader, BRACE)
            operator = "@bad"
    elif operator[0] == "/":
        pattern = _pattern(reader, operator)
        operands = (pattern,)
        if reader.text[reader.offset : reader.offset + 1] == "/":
            reader.offset += 1
            operands = (pattern, _braced_word(reader, BRACE))
    elif operator[0] in "#%^,~":
        operands = (_braced_word(reader, BRACE),)
    else:
        operands = (_braced_word(reader, nested_context),)
    return made(name, operator, *operands, subscript=subscript, indirect=indirect)


def _pattern(reader: Reader, operator: str) -> Word:
    """What is to be replaced. Behind `//` one more slash is the pattern's own."""
    start = reader.offset
    slash = operator == "//" and reader.text.startswith("/", start)
    reader.offset += slash
    parts = word.read_parts(reader, PATTERN)
    if operator in ("/", "//") and not slash:
        parts = with_tildes(parts, reader) if parts and _tilde_first(parts[0]) else parts
    if not slash:
        return word.make_word(*reader.place(start), parts, reader.text[start : reader.offset])
    place = reader.place(start)
    parts = (Literal(*place, "/"), *parts)
    return word.make_word(*place, parts, reader.text[start : reader.offset])


def _is_length(text: str, offset: int) -> bool:
    """`#` is "length of", unless it is the parameter `$#` itself with or without an operator."""
    following = text[offset + 1 : offset + 3]
    if following[:1] in ("", "}", ":", "%", "+", "/", "^", ","):
        return False
    if following[:1] in "-?#!$@*":  # ${#-}, but ${#-word} is $# with a default
        return following[1:] in ("}", "")
    return True


def _is_indirect(text: str, offset: int) -> bool:
    following = text[offset + 1 : offset + 2]
    if following in ("#", "?", "-", "@", "*"):
        return following in "#@*" or text[offset + 2 : offset + 3] == "}"
    return following.isalnum() or following in ("_", "!", "$")


_OPERATOR = re.compile(r":?[-=?+]|##?|%%?|//?[#%]?|\^\^?|,,?|~~?|:|@|(?=\})")


def _operator(reader: Reader) -> str | None:
    match = _OPERATOR.match(reader.text, reader.offset)
    if match is None:
        return None
    operator = match.group()
    dialect = reader.dialect
    if operator and (
        (operator[0] in "/" and not dialect.substring)
        or (operator == ":" and not dialect.substring)
        or (operator[0] in "^,~@" and not dialect.case_change)
    ):
        return None
    if operator.startswith("//"):
        operator = "//"
    reader.offset += len(operator)
    return operator


def _braced_word(reader: Reader, context: Context) -> Word:
    start = reader.offset
    parts = word.read_parts(reader, context)
    if not context.double:
        parts = with_tildes(parts, reader) if parts and _tilde_first(parts[0]) else parts
    return word.make_word(*reader.place(start), parts, reader.text[start : reader.offset])


def _tilde_first(part: Part) -> bool:
    return type(part) is Literal and part.text.startswith("~")


def read_subscript(reader: Reader) -> Word:
    """`[...]` after an array's name."""
    reader.offset += 1
    start = reader.offset
    parts = word.read_parts(reader, SUBSCRIPT)
    subscript = word.make_word(*reader.place(start), parts, reader.text[start : reader.offset])
    reader.offset += 1
    return subscript


def _offset_and_length(reader: Reader, in_double: bool) -> tuple[Word, ...]:
    """The one or two arithmetic expressions of `${x:offset:length}`; a `?` takes a `:` with it."""
    start = reader.offset
    first = _substring_operand(reader)
    if reader.text[reader.offset : reader.offset + 1] != ":":
        return (first,) if reader.offset > start else ()
    reader.offset += 1
    second_start = reader.offset
    parts = word.read_parts(reader, BRACE_IN_DOUBLE)
    return (first, word.make_word(*reader.place(second_start), parts, reader.text[second_start : reader.offset]))


def _substring_operand(reader: Reader) -> Word:
    start = reader.offset
    parts: list[Part] = []
    questions = depth = 0
    while True:
        parts.extend(word.read_parts(reader, OFFSET))
        character = reader.text[reader.offset]
        if character == "}" or (character == ":" and not questions and not depth):
            break
        if character == "?":
            questions += 1
        elif character == ":":
            questions -= 1
        parts.append(Literal(*reader.place(reader.offset), character))
        reader.offset += 1
    return word.make_word(*reader.place(start), tuple(parts), reader.text[start : reader.offset])

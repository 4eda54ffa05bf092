"""Assignments in a simple command: `name=value`, `name[subscript]+=value`, `name=( ... )`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simk8s.shell.syntax import braced, word
from simk8s.shell.syntax.context import WORD
from simk8s.shell.syntax.nodes import ArrayElement, ArrayValue, Assignment
from simk8s.shell.syntax.parts import Literal, Part, Tilde, Word
from simk8s.shell.syntax.reader import Reader, ShellSyntaxError
from simk8s.shell.syntax.tilde import with_tildes
from simk8s.shell.syntax.token import END, NEWLINE, OPERATOR, WORD_TOKEN, Token

if TYPE_CHECKING:
    from simk8s.shell.syntax.grammar import Grammar

_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\+?)=")
_SUBSCRIPTED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\[")
_BLANKS = re.compile(r"(?:[ \t]|\\\n)*")


def read_assignment(grammar: Grammar, token: Token) -> Assignment | None:
    """The assignment that `token` is or begins: a subscript and `( ... )` are no plain words, and are read again."""
    if "=" not in token.text and "[" not in token.text:
        return None
    reader = grammar.reader
    after = reader.offset
    match = _ASSIGNMENT.match(reader.text, token.offset)
    subscript = None
    if match is not None:
        name, append = match.group(1), bool(match.group(2))
        reader.offset = match.end()
    else:
        match = _SUBSCRIPTED.match(reader.text, token.offset)
        if match is None or not reader.dialect.arrays:
            return None
        name = match.group(1)
        reader.offset = match.end() - 1
        try:
            subscript = braced.read_subscript(reader)
        except ShellSyntaxError:
            reader.offset = after
            return None
        append = reader.text.startswith("+=", reader.offset)
        if not append and not reader.text.startswith("=", reader.offset):
            reader.offset = after
            return None
        reader.offset += 2 if append else 1
    grammar.forget()
    line, column = reader.place(token.offset)
    value: Word | ArrayValue | None
    if reader.text[reader.offset : reader.offset + 1] == "(" and reader.dialect.arrays:
        value = _array(grammar)
    elif subscript is not None or (value := _rest_of(token, reader, after)) is None:
        value = _value(grammar)
    source = reader.text[token.offset : reader.offset]
    return Assignment(line, column, name, subscript, append, value, source)


def _rest_of(token: Token, reader: Reader, end: int) -> Word | None:
    """What stands behind the `=` of a word that has been read up to `end`."""
    assert token.word is not None
    first, *rest = token.word.parts
    start = reader.offset
    written = start - token.offset
    if type(first) is not Literal or len(first.text) < written:
        return None
    reader.offset = end
    place = reader.place(start)
    value = first.text[written:]
    parts: tuple[Part, ...] = (Literal(*place, value), *rest) if value else tuple(rest)
    if "~" in token.text and not (rest and not value and type(rest[0]) in (Literal, Tilde)):  # else marked in the word
        parts = with_tildes(parts, reader, assignment=True)
    return word.make_value(*place, parts, reader.text[start:end])


def read_written_list(grammar: Grammar, token: Token) -> Word | None:
    """`name=( ... )` behind `eval` or `let`, which get it as text."""
    reader = grammar.reader
    match = _ASSIGNMENT.match(reader.text, token.offset)
    if match is None or reader.text[match.end() : match.end() + 1] != "(":
        return None
    place = reader.place(token.offset)
    reader.offset = match.end()
    parts = (Literal(*place, match.group()), *word.read_group(reader))
    grammar.forget()
    return word.make_word(*place, parts, reader.text[token.offset : reader.offset])


def _value(grammar: Grammar) -> Word:
    reader = grammar.reader
    start = reader.offset
    parts = with_tildes(word.read_parts(reader, WORD), reader, assignment=True)
    return word.make_value(*reader.place(start), parts, reader.text[start : reader.offset])


def _array(grammar: Grammar) -> ArrayValue:
    reader = grammar.reader
    start = reader.offset
    reader.offset += 1
    elements: list[ArrayElement] = []
    while True:
        grammar.forget()
        keyed = _keyed_element(grammar)
        if keyed is not None:
            elements.append(keyed)
            continue
        token = grammar.take()
        if token.kind == NEWLINE:
            continue
        if token.kind == OPERATOR and token.text == ")":
            break
        if token.kind == END:
            error = reader.unexpected_end("(", ")", start)
            error.status = 1
            raise error
        if token.kind != WORD_TOKEN or token.word is None:
            error = reader.unexpected(token.text, token.offset)
            error.status = 1
            raise error
        elements.append(ArrayElement(None, False, token.word))
    line, column = reader.place(start)
    return ArrayValue(line, column, tuple(elements), reader.text[start : reader.offset])


def _keyed_element(grammar: Grammar) -> ArrayElement | None:
    """`[key]=value` or `[key]+=value` inside an array's parentheses."""
    reader = grammar.reader
    begin = reader.offset
    blank = _BLANKS.match(reader.text, begin)
    reader.offset = blank.end() if blank else begin
    if reader.text[reader.offset : reader.offset + 1] == "[":
        try:
            key = braced.read_subscript(reader)
        except ShellSyntaxError:
            reader.offset = begin
            return None
        append = reader.text.startswith("+=", reader.offset)
        if append or reader.text.startswith("=", reader.offset):
            reader.offset += 2 if append else 1
            return ArrayElement(key, append, _value(grammar))
    reader.offset = begin
    return None

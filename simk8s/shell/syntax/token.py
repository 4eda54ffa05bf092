"""Tokens: words, operators, line ends. One token is read ahead, at most."""

from __future__ import annotations

import re

from msgspec import Struct

from simk8s.shell.syntax import heredoc
from simk8s.shell.syntax.context import WORD, Context
from simk8s.shell.syntax.parts import Word
from simk8s.shell.syntax.reader import Reader
from simk8s.shell.syntax.word import bare_word, read_word

WORD_TOKEN, OPERATOR, NEWLINE, END = "word", "operator", "newline", "end"


class Token(Struct, frozen=True, gc=False):
    """`text` is the operator, or the word as written; `descriptor` what stands before a redirection."""

    kind: str
    text: str
    offset: int
    word: Word | None = None
    descriptor: int | str | None = None


_PLAIN = re.compile(
    r"(?:[ \t]|\\\n)*+(?:"
    r"([^ \t\n;&|<>()~{*?\[\\'\"$`#][^ \t\n;&|<>()~{*?\[\\'\"$`]*+|\[\[?+|\{)(?=[ \t\n;&|)]|\Z)"
    r"|(\n)"
    r"|([;|&](?![;|&>\\])|&&|\|\||[()])"
    r"|([0-9]*+)(>[>&]|>(?![>&|(\\])|<(?![<>&(\\]))"
    r"|(?=[A-Za-z_\"'$`~/.*?\[+:%@=,])()"
    r")"
)
"""Most tokens: words in which nothing means anything and that nothing behind them belongs to; line ends; operators; and
where any other word begins.
"""

_BARE, _LINE_END, _OPERATION, _DIGITS, _REDIRECTION, _WORD_START = range(1, 7)

_BLANK = re.compile(r"(?:[ \t]|\\\n)*")
_COMMENT = re.compile(r"#[^\n]*")
_OPERATOR = re.compile(r"&&|\|\||;;&|;;|;&|\|&|<<<|<<-|<<|<&|<>|>>|>&|>\||&>>|&>|[<>;&|()]")
_OPERATOR_STARTS = frozenset("<>;&|-")
_OPERATORS = frozenset("<>;&|()")
_DESCRIPTOR = re.compile(r"(\d+|\{[A-Za-z_][A-Za-z0-9_]*(?:\[[^\]]*\])?\})(?=[<>])")

_SHORTER = {";;&": ";;", ";&": ";", "|&": "|", "<<<": "<<", "&>>": "&", "&>": "&"}


def read_token(reader: Reader, context: Context = WORD) -> Token:
    """Read the next token. A line end reads the here-documents that wait for it, too."""
    plain = _PLAIN.match(reader.text, reader.offset) if context is WORD else None
    if plain is None:
        return _read_any(reader, context)
    kind = plain.lastindex or 0
    text, offset = plain.group(kind), plain.start(kind)
    reader.offset = plain.end()
    if kind == _BARE:
        line, column = reader.place(offset)
        return Token(WORD_TOKEN, text, offset, bare_word(line, column, text))
    if kind == _WORD_START:
        word = read_word(reader, context)
        return Token(WORD_TOKEN, word.source, offset, word)
    if kind == _OPERATION:
        return Token(OPERATOR, text, offset)
    if kind == _REDIRECTION:
        number = plain.group(_DIGITS)
        return Token(OPERATOR, text, plain.start(_DIGITS), descriptor=int(number) if number else None)
    heredoc.fill(reader)
    return Token(NEWLINE, "newline", offset)


def _read_any(reader: Reader, context: Context) -> Token:
    offset = _BLANK.match(reader.text, reader.offset).end()  # type: ignore[union-attr]
    if reader.text[offset : offset + 1] in _OPERATOR_STARTS:
        reader.join_lines(offset + 1)
        if reader.text[offset + 1 : offset + 2] in _OPERATOR_STARTS:
            reader.join_lines(offset + 2)
    text = reader.text
    if offset >= len(text):
        reader.offset = offset
        heredoc.fill(reader)
        return Token(END, "", offset)
    character = text[offset]
    if character == "#":
        offset = _COMMENT.match(text, offset).end()  # type: ignore[union-attr]
        if offset >= len(text):
            reader.offset = offset
            heredoc.fill(reader)
            return Token(END, "", offset)
        character = text[offset]
    if character == "\n":
        reader.offset = offset + 1
        heredoc.fill(reader)
        return Token(NEWLINE, "newline", offset)
    reader.offset = offset
    if character in "<>" and text[offset + 1 : offset + 2] == "(" and reader.dialect.process_substitution:
        return Token(WORD_TOKEN, "", offset, read_word(reader, context))
    is_text = character not in _OPERATORS or (context.regex and character in "(|")
    operator = None if is_text else _operator(reader, offset)
    if operator:
        reader.offset = offset + len(operator)
        return Token(OPERATOR, operator, offset)
    if character in "0123456789{":
        descriptor = _DESCRIPTOR.match(text, offset)
        if descriptor:
            reader.offset = descriptor.end()
            found = descriptor.group()
            operator = _operator(reader, reader.offset) or ""
            if (
                operator
                and text[reader.offset + 1 : reader.offset + 2] != "("
                and (found[0] != "{" or reader.dialect.arrays)
            ):
                reader.offset += len(operator)
                number = int(found) if found[0] != "{" else found[1:-1]
                return Token(OPERATOR, operator, offset, descriptor=number)
            reader.offset = offset
    word = read_word(reader, context)
    return Token(WORD_TOKEN, word.source, offset, word)


def _operator(reader: Reader, offset: int) -> str | None:
    match = _OPERATOR.match(reader.text, offset)
    if match is None:
        return None
    operator = match.group()
    dialect = reader.dialect
    if (
        (operator in (";&", ";;&") and not dialect.case_fallthrough)
        or (operator == "|&" and not dialect.pipe_both)
        or (operator == "<<<" and not dialect.here_string)
        or (operator in ("&>", "&>>") and not dialect.ampersand_redirect)
    ):
        return _SHORTER[operator]
    return operator

"""What ends the parts of a word, and which quotes count: the rules inside one kind of text."""

from __future__ import annotations

from dataclasses import dataclass


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


WORD = Context(" \t\n;&|<>()", groups=True)
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

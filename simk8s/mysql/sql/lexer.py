"""MySQL's words: identifiers, literals, variables, operators, comments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import regex

from simk8s.mysql.errors import MySQLError, syntax_error

_TOKEN = regex.compile(
    r"""
    (?P<space>\s+|\#[^\n]*|--(?:[ \t\r\n][^\n]*|$)|/\*(?![!+]).*?\*/|/\*\+.*?\*/)
  | (?P<executed>/\*!\d*|\*/)
  | (?P<string>(?:[nN]|_[A-Za-z0-9]+\s*)?(?:'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"))
  | (?P<hex>0x[0-9A-Fa-f]+|[xX]'[0-9A-Fa-f]*')
  | (?P<number>(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?(?![A-Za-z0-9_$]))
  | (?P<variable>@@(?:\w|\.|`[^`]*`)+|@(?:[\w.$]+|`[^`]*`|'[^']*'|"[^"]*")?)
  | (?P<quoted>`(?:[^`]|``)+`)
  | (?P<word>[\w$]+)
  | (?P<operator><=>|<>|!=|>=|<=|:=|\|\||&&|<<|>>|->>|->|[-+*/%=<>!~^&|(),.;{}:?])
    """,
    regex.VERBOSE | regex.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a"}
_ESCAPE = regex.compile(r"\\(.)", regex.DOTALL)


class Token(NamedTuple):
    """`kind` is string, hex, number, variable, quoted, word, operator or end; `key` is the text of a word or operator
    in capitals."""

    kind: str
    text: str
    start: int
    key: str = ""

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def value(self) -> str:
        """What a string or a quoted identifier stands for."""
        return unquoted(self.text)

    def header(self, text: str) -> str:
        """The header of a column without alias that begins here: its text as it was typed; of a string its value."""
        return self.value if self.kind == "string" and self.text == text else text


def tokens_of(text: str) -> list[Token]:
    """All tokens with an `end` behind them. Raises 1064 where the text cannot be cut into any."""
    return [*_scan(text), Token("end", "", len(text))]


def _scan(text: str) -> Iterator[Token]:
    position = 0
    for match in _TOKEN.finditer(text):
        kind, (start, end) = str(match.lastgroup), match.span()
        if start != position:
            break
        if kind not in ("space", "executed"):
            word = match[0]
            yield Token(kind, word, start, word.upper() if kind in ("word", "operator") else "")
        position = end
    if position != len(text):
        raise syntax_error(text, position)


def unquoted(text: str) -> str:
    """The text inside quotes, its escapes undone.

    >>> unquoted(r"'it''s\\n'"), unquoted("`a``b`")
    ("it's\\n", 'a`b')
    """
    quote = text[-1]
    start = text.index(quote)
    inner = text[start + 1 : -1].replace(quote * 2, quote)
    if quote == "`" or "\\" not in inner:
        return inner
    return _ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[1] if match[1] not in "%_" else match[0]), inner)


class Cursor:
    """A place in a statement's tokens, for the recursive-descent parsers. Every failure is 1064 at the token."""

    def __init__(self, text: str, tokens: list[Token] | None = None) -> None:
        self.text = text
        self.tokens = tokens if tokens is not None else tokens_of(text)
        self.place = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.place]

    def peek(self, *keys: str) -> bool:
        """Whether these words come next."""
        place, tokens = self.place, self.tokens
        if place + len(keys) >= len(tokens):
            return False
        for key in keys:
            if tokens[place].key != key:
                return False
            place += 1
        return True

    def accept(self, *keys: str) -> bool:
        """Step over these words if they come next, all together."""
        if not self.peek(*keys):
            return False
        self.place += len(keys)
        return True

    def expect(self, *keys: str) -> None:
        for key in keys:
            if not self.accept(key):
                raise self.error()

    def accept_any(self, *keys: str) -> str:
        """Step over whichever of these words comes next and return it; empty if none does."""
        key = self.token.key
        if key and key in keys:
            self.place += 1
            return key
        return ""

    def expect_any(self, *keys: str) -> str:
        key = self.accept_any(*keys)
        if not key:
            raise self.error()
        return key

    def take(self, *kinds: str) -> Token:
        """The next token, which must be of one of these kinds."""
        token = self.token
        if token.kind not in kinds:
            raise self.error()
        self.place += 1
        return token

    def identifier(self) -> str:
        token = self.take("word", "quoted")
        return token.value if token.kind == "quoted" else token.text

    def string(self) -> str:
        return self.take("string").value

    def integer(self) -> int:
        token = self.take("number")
        if not token.text.isdigit():
            self.place -= 1
            raise self.error()
        return int(token.text)

    @property
    def at_end(self) -> bool:
        return self.token.kind == "end" or (self.token.text == ";" and self.tokens[self.place + 1].kind == "end")

    def expect_end(self) -> None:
        if not self.at_end:
            raise self.error()

    def error(self) -> MySQLError:
        return syntax_error(self.text, self.token.start)

    def rest_until(self, *keys: str) -> str:
        """The source text up to one of these words outside parentheses, or the end. Steps over it."""
        start, depth = self.token.start, 0
        while not self.at_end and (depth or self.token.key not in keys):
            depth += {"(": 1, ")": -1}.get(self.token.text, 0) if self.token.kind == "operator" else 0
            self.place += 1
        end = self.tokens[self.place - 1].end if self.place else start
        if end <= start:
            raise self.error()
        return self.text[start:end]

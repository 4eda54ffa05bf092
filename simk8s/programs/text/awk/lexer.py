"""The words of an awk program."""

from __future__ import annotations

import re
from dataclasses import dataclass

from simk8s.programs.tool import Failure

KEYWORDS = frozenset(
    {
        *("BEGIN", "END", "function", "func", "if", "else", "while", "for", "do", "break", "continue", "next"),
        *("nextfile", "exit", "return", "delete", "in", "getline", "print", "printf"),
    }
)
FUNCTIONS = frozenset(
    {
        *("length", "substr", "index", "split", "sub", "gsub", "match", "sprintf", "sin", "cos", "atan2", "exp"),
        *("log", "sqrt", "int", "rand", "srand", "tolower", "toupper", "system", "close", "fflush", "systime"),
        *("strftime", "mktime"),
    }
)

_TOKEN = re.compile(
    r"(?P<blank>(?:[ \t\r]|\\\n|#[^\n]*)+)"
    r"|(?P<newline>\n)"
    r"|(?P<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<text>\"(?:[^\"\\\n]|\\.)*\")"
    r"|(?P<operator>\*\*=|\+\+|--|\+=|-=|\*=|/=|%=|\^=|\*\*|==|<=|>=|!=|!~|&&|\|\||>>|[-+*/%^!<>|?:~$=,;(){}\[\]])",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:([abfnrtv\"\\/])|([0-7]{1,3})|(\n)|(.))", re.DOTALL)
_NAMED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", '"': '"', "\\": "\\", "/": "/"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word: `number`, `name`, `call` (a name with `(` right behind it), `text`, `regex`, `newline`, or itself."""

    kind: str
    text: str
    line: int


def unescaped(text: str) -> str:
    """What a text between quotes means; an unknown escape stays as it is, for regular expressions in texts.

    >>> unescaped("a\\\\tb\\\\.c")
    'a\\tb\\\\.c'
    """

    def replace(match: re.Match[str]) -> str:
        named, octal, newline, other = match.groups()
        if named:
            return _NAMED[named]
        if octal:
            return chr(int(octal, 8) & 255)
        return "" if newline else f"\\{other}"

    return _ESCAPE.sub(replace, text)


def tokens(source: str) -> list[Token]:
    """The words of a program. Raises Failure where there is something else."""
    found: list[Token] = []
    position = 0
    line = 1
    while position < len(source):
        if source[position] == "/" and _regex_may_stand(found):
            text, position = _regex(source, position, line)
            found.append(Token("regex", text, line))
            continue
        match = _TOKEN.match(source, position)
        if match is None:
            raise Failure(f"line {line}: unexpected character '{source[position]}'", 2)
        kind, text = match.lastgroup or "", match[0]
        position = match.end()
        if kind == "name":
            if text in KEYWORDS or text in FUNCTIONS:
                kind = text if text in KEYWORDS else "builtin"
                kind = "function" if text == "func" else kind
            elif source[position : position + 1] == "(":
                kind = "call"
        elif kind == "operator":
            kind = text = {"**": "^", "**=": "^="}.get(text, text)
        elif kind == "text":
            text = unescaped(text[1:-1])
        if kind != "blank":
            found.append(Token(kind, text, line))
        line += match[0].count("\n")
    found.append(Token("newline", "\n", line))
    found.append(Token("end", "", line + 1))
    return found


def _regex_may_stand(found: list[Token]) -> bool:
    return not found or found[-1].kind not in ("name", "number", "text", ")", "]", "$", "++", "--", "builtin", "regex")


def _regex(source: str, start: int, line: int) -> tuple[str, int]:
    position = start + 1
    bracket = False
    while position < len(source) and source[position] != "\n":
        character = source[position]
        if character == "\\":
            position += 1
        elif character == "[" and not bracket:
            bracket = True
            position += source[position + 1 : position + 2] == "^"
            position += source[position + 1 : position + 2] == "]"
        elif character == "]":
            bracket = False
        elif character == "/" and not bracket:
            return source[start + 1 : position].replace("\\/", "/"), position + 1
        position += 1
    raise Failure(f"line {line}: runaway regular expression /{source[start + 1 : start + 11]} ...", 2)

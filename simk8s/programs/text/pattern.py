"""POSIX regular expressions, basic and extended with the GNU additions, carried out by the `regex` library.

Matching is leftmost-longest, and what Python's expressions read differently (`*?`, `\\d`, `\\1`, brackets) is
translated to what POSIX means by it.
"""

from __future__ import annotations

from functools import lru_cache

import regex

Pattern = regex.Pattern[str]
Match = regex.Match[str]

_CLASSES = {
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "alnum": "a-zA-Z0-9",
    "upper": "A-Z",
    "lower": "a-z",
    "space": " \\t\\n\\r\\f\\v",
    "blank": " \\t",
    "punct": "!-/:-@\\[-`{-~",
    "print": " -~",
    "graph": "!-~",
    "cntrl": "\\x00-\\x1f\\x7f",
    "xdigit": "0-9A-Fa-f",
}
_ESCAPES = {"n": "\\n", "t": "\\t", "r": "\\r", "f": "\\f", "v": "\\v", "a": "\\x07"}
_GNU = {
    "w": "[A-Za-z0-9_]",
    "W": "[^A-Za-z0-9_]",
    "s": "[ \\t\\n\\r\\f\\v]",
    "S": "[^ \\t\\n\\r\\f\\v]",
    "b": "\\b",
    "B": "\\B",
    "<": "\\b(?=\\w)",
    ">": "\\b(?<=\\w)",
    "`": "\\A",
    "'": "\\Z",
}


_AMBIGUOUS = regex.compile(r"\||\)[*+?{]|\?.*\?")


class PatternError(Exception):
    """The text is not a regular expression. The message is what GNU's regcomp says."""


@lru_cache(maxsize=512)
def compile_pattern(
    text: str, *, extended: bool, ignore_case: bool = False, multiline: bool = False, awk: bool = False
) -> Pattern:
    """A compiled expression. Raises PatternError.

    >>> compile_pattern("a\\\\(b*\\\\)", extended=False).search("xabb")[1]
    'bb'
    >>> compile_pattern("one|onetwo", extended=True).search("onetwo")[0]
    'onetwo'
    """
    translated = Translation(text, extended=extended, multiline=multiline, awk=awk).result()
    flags = regex.V0 | regex.DOTALL | regex.ASCII
    if _AMBIGUOUS.search(translated):  # elsewhere the greedy match is the longest one, and found faster
        flags |= regex.POSIX
    if ignore_case:
        flags |= regex.IGNORECASE
    try:
        return regex.compile(translated, flags)
    except regex.error as error:
        raise PatternError(f"Invalid regular expression: {error}") from None


class Translation:
    """One pass over an expression. `atoms` holds the pieces of the open group that are finished."""

    def __init__(self, text: str, *, extended: bool, multiline: bool = False, awk: bool = False) -> None:
        self.text = text
        self.extended = extended
        self.awk = awk
        self.position = 0
        self.start = "(?m:^)" if multiline else "\\A"
        self.end = "(?m:$)" if multiline else "\\Z"
        self.atoms: list[str] = []
        self.quantified = False
        self.open_groups: list[list[str]] = []
        self.groups = 0

    def result(self) -> str:
        """The expression in Python's syntax."""
        while self.position < len(self.text):
            self._one()
        if self.open_groups:
            raise PatternError("Unmatched ( or \\(")
        return "".join(self.atoms)

    def _one(self) -> None:
        character = self.text[self.position]
        self.position += 1
        if character == "\\":
            self._escape()
        elif character == "[":
            self._atom(self._bracket())
        elif character == ".":
            self._atom(".")
        elif character == "*" and self._has_operand():
            self._quantify("*")
        elif character == "^" and self._is_start():
            self._anchor(self.start)
        elif character == "$" and self._is_end():
            self._anchor(self.end)
        elif self.extended and character in "+?{|()":
            self._operator(character)
        else:
            self._atom(regex.escape(character))

    def _operator(self, character: str) -> None:
        match character:
            case "+" | "?" if self._has_operand():
                self._quantify(character)
            case "{" if self._has_operand() and (interval := self._interval("}")):
                self._quantify(interval)
            case "|":
                self._anchor("|")
            case "(":
                self.open_groups.append(self.atoms)
                self.atoms = []
            case ")" if self.open_groups:
                self._close()
            case ")" if self.awk:
                raise PatternError("Unmatched ) or \\)")
            case _:
                self._atom(regex.escape(character))

    def _escape(self) -> None:
        if self.position >= len(self.text):
            raise PatternError("Trailing backslash")
        character = self.text[self.position]
        self.position += 1
        if not self.extended and character in "+?|(){":
            if character == "{":
                interval = self._interval("\\}")
                if not interval:
                    raise PatternError("Invalid content of \\{\\}")
                self._quantify(interval)
            elif character == ")" and not self.open_groups:
                raise PatternError("Unmatched ) or \\)")
            else:
                self._operator(character)
        elif character.isdecimal() and character != "0" and not self.awk:
            if int(character) > self.groups:
                raise PatternError("Invalid back reference")
            self._atom(f"(?:\\{character})")
        elif character in _GNU and not self.awk:
            self._atom(_GNU[character])
        elif character in _ESCAPES:
            self._atom(_ESCAPES[character])
        else:
            self._atom(regex.escape(character))

    def _close(self) -> None:
        inside = "".join(self.atoms)
        self.atoms = self.open_groups.pop()
        self.groups += 1
        self._atom(f"({inside})")

    def _atom(self, text: str) -> None:
        self.atoms.append(text)
        self.quantified = False

    def _anchor(self, text: str) -> None:
        self.atoms.append(text)
        self.quantified = False

    def _quantify(self, quantifier: str) -> None:
        if not self.atoms or self.atoms[-1] in ("|", self.start):
            self._atom(regex.escape(quantifier))
            return
        if self.quantified:  # `a*?` is an optional `a*` here, not a lazy one
            self.atoms[-1] = f"(?:{self.atoms[-1]})"
        self.atoms[-1] += quantifier
        self.quantified = True

    def _has_operand(self) -> bool:
        return bool(self.atoms) and self.atoms[-1] not in ("|", self.start)

    def _is_start(self) -> bool:
        return self.extended or not self.atoms or self.atoms[-1] == "|"

    def _is_end(self) -> bool:
        rest = self.text[self.position :]
        return self.extended or not rest or rest.startswith(("\\)", "\\|"))

    def _interval(self, close: str) -> str:
        end = self.text.find(close, self.position)
        inside = self.text[self.position : end] if end >= 0 else ""
        low, comma, high = inside.partition(",")
        if not (low.isdecimal() or (not low and comma)) or not (high.isdecimal() or not high):
            return ""
        self.position = end + len(close)
        return f"{{{low or 0},{high}}}" if comma else f"{{{low}}}"

    def _bracket(self) -> str:
        text, position = self.text, self.position
        parts: list[str] = []
        negated = text[position : position + 1] == "^"
        position += negated
        first = True
        while True:
            if position >= len(text):
                raise PatternError("Unmatched [, [^, [:, [., or [=")
            character = text[position]
            if character == "]" and not first:
                break
            first = False
            if character == "[" and text[position + 1 : position + 2] in (":", ".", "="):
                kind = text[position + 1]
                end = text.find(kind + "]", position + 2)
                if end < 0:
                    raise PatternError("Unmatched [, [^, [:, [., or [=")
                name = text[position + 2 : end]
                if kind == ":":
                    if name not in _CLASSES:
                        raise PatternError("Invalid character class name")
                    parts.append(_CLASSES[name])
                else:
                    parts.append(_literal(name))
                position = end + 2
                continue
            low, position = self._bracket_character(position)
            if text[position : position + 1] == "-" and text[position + 1 : position + 2] not in ("]", ""):
                high, position = self._bracket_character(position + 1)
                if low > high:
                    raise PatternError("Invalid range end")
                parts.append(f"{_literal(low)}-{_literal(high)}")
            else:
                parts.append(_literal(low))
        self.position = position + 1
        return f"[{'^' if negated else ''}{''.join(parts)}]"

    def _bracket_character(self, position: int) -> tuple[str, int]:
        character = self.text[position]
        following = self.text[position + 1 : position + 2]
        if character == "\\" and (self.awk or following in ("n", "t")) and following:
            known = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}
            return known.get(following, following), position + 2
        if character == "[" and following in (".", "="):
            return self.text[position + 2], self.text.index("]", position + 3) + 1
        return character, position + 1


def _literal(character: str) -> str:
    return f"\\{character}" if character in "\\]^-[&~|" else character

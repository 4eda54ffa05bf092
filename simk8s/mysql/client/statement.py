r"""Cutting what is fed to the mysql client into statements: delimiters, quotes, comments, `\G` (SQL-13, SQL-14)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import regex


@dataclass(frozen=True, slots=True)
class Statement:
    r"""One statement for the server, or (`command` set) one for the client. `line` (from 1) is where it starts."""

    text: str
    line: int
    vertical: bool = False
    command: str = ""


_COMMANDS = {
    "\\u": "use", "\\q": "quit", "\\.": "source", "\\s": "status", "\\h": "help", "\\?": "help", "\\r": "connect",
    "\\p": "print", "\\T": "tee", "\\t": "notee", "\\W": "warnings", "\\w": "nowarning", "\\C": "charset",
    "\\d": "delimiter", "\\!": "system", "\\#": "rehash", "\\P": "pager", "\\n": "nopager", "\\R": "prompt",
    "\\x": "resetconnection", "\\e": "edit",
}  # fmt: skip
_NAMES = frozenset(_COMMANDS.values()) | {"exit"}
_FIRST_WORD = re.compile(r"\s*([A-Za-z?]+)")
_WORD = regex.compile(r"\s*([A-Za-z?]+)(?:\s+(.*?))?\s*;?\s*$", regex.DOTALL)
_TOKEN = regex.compile(
    r"""(?P<quoted>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`)
      | (?P<kept>/\*[!+].*?\*/)
      | (?P<comment>/\*.*?\*/|\#[^\n]*|--(?=\s|$)[^\n]*)
      | (?P<short>\\[A-Za-z.?!\#])
      | (?P<open>['"`]|/\*)""",
    regex.DOTALL | regex.VERBOSE,
)


class Splitter:
    """Takes lines as they come and gives whole statements; keeps what is not finished yet."""

    def __init__(self, delimiter: str = ";", *, keep_comments: bool = False) -> None:
        self.delimiter = delimiter
        self.line = 0  # lines taken so far
        self._keep_comments = keep_comments
        self._pending = ""
        self._pending_line = 1

    @property
    def is_waiting(self) -> bool:
        """Whether a statement has been begun."""
        return bool(self._pending.strip())

    @property
    def open_quote(self) -> str:
        """The quote that is not closed yet, for the prompt; empty where there is none."""
        match = next((m for m in _TOKEN.finditer(self._pending) if m["open"]), None)
        return "" if match is None else match["open"]

    def feed(self, line: str) -> list[Statement]:
        """What the next line of input (without its newline) completes."""
        self.line += 1
        if not self.is_waiting:
            self._pending, self._pending_line = "", self.line
            if (command := self._own_command(line)) is not None:
                return [command]
        self._pending += line + "\n"
        return self._take()

    def finish(self) -> list[Statement]:
        """The rest at the end of input: a last statement needs no delimiter, nor a closed quote."""
        text, self._pending = self._pending, ""
        unclosed = next((m for m in _TOKEN.finditer(text) if m["open"] == "/*"), None)
        text = text[: unclosed.start()] if unclosed is not None else text
        return [Statement(text.strip(), self._pending_line)] if text.strip() else []

    def clear(self) -> None:
        self._pending = ""

    def _own_command(self, text: str) -> Statement | None:
        first = _FIRST_WORD.match(text)
        match = _WORD.match(text) if first is not None and first[1].lower() in _NAMES else None
        if match is None:
            return None
        name, rest = match[1].lower(), (match[2] or "").strip()
        if name == "delimiter":
            self.delimiter = rest.split()[0] if rest else ";"
            return Statement("", self.line, command=name)
        if self.delimiter in text:
            return None  # the line is cut at its delimiters first
        return Statement(rest, self.line, command="quit" if name == "exit" else name)

    def _take(self) -> list[Statement]:
        found: list[Statement] = []
        text, kept, position = self._pending, "", 0
        while position < len(text):
            end = text.find(self.delimiter, position)
            match = _TOKEN.search(text, position)
            if match is None or (end >= 0 and end < match.start()):
                if end < 0:
                    kept += text[position:]
                    position = len(text)
                    break
                self._add(found, kept + text[position:end])
                kept, position = "", end + len(self.delimiter)
                continue
            kept += text[position : match.start()]
            if match["open"]:
                kept += text[match.start() :]
                position = len(text)
                break
            position = match.end()
            if match["comment"]:
                kept += match["comment"] if self._keep_comments else ""
            elif match["short"] in ("\\g", "\\G"):
                self._add(found, kept, vertical=match["short"] == "\\G")
                kept = ""
            elif match["short"] == "\\c":
                kept = ""
            elif match["short"] in _COMMANDS:
                rest, newline, after = text[position:].partition("\n")
                found.append(Statement(rest.strip().rstrip(";"), self.line, command=_COMMANDS[match["short"]]))
                text, position = newline + after, 0
            else:
                kept += match[0]
        if not kept.strip():
            kept = ""
            self._pending_line = self.line + 1
        self._pending = kept
        return found

    def _add(self, found: list[Statement], text: str, *, vertical: bool = False) -> None:
        if text.strip():
            found.append(self._own_command(text) or Statement(text.strip(), self._pending_line, vertical))
        self._pending_line = self.line


@lru_cache(maxsize=256)  # probes and loops say the same again and again
def split(text: str, delimiter: str = ";", *, keep_comments: bool = False) -> tuple[Statement, ...]:
    """All statements of a text, the last one with or without its delimiter.

    >>> [(s.text, s.line) for s in split("CHANGE MASTER TO\\n MASTER_PORT=1;\\nSTART SLAVE")]
    [('CHANGE MASTER TO\\n MASTER_PORT=1', 1), ('START SLAVE', 3)]
    """
    splitter = Splitter(delimiter, keep_comments=keep_comments)
    found: list[Statement] = []
    for line in text.split("\n"):
        found += splitter.feed(line)
    return (*found, *splitter.finish())

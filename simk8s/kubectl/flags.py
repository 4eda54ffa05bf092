"""Command lines as kubectl reads them: long and short flags in any order among the arguments, until `--`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from simk8s.api.duration import parse as parse_duration
from simk8s.kubectl.failure import Failure, UsageFailure

Kind = Literal["bool", "string", "int", "list", "duration"]


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag. A `list` may be given several times; `alone` is the value of a flag that is given without one."""

    name: str
    kind: Kind = "string"
    default: Any = None
    help: str = ""
    short: str = ""
    alone: str | None = None

    @property
    def shown(self) -> str:
        return f"-{self.short}, --{self.name}" if self.short else f"--{self.name}"


@dataclass(slots=True)
class Arguments:
    """What was given: positional arguments, those after `--` apart, and the value of every flag by its name."""

    words: list[str] = field(default_factory=list)
    after_dash: list[str] | None = None
    values: dict[str, Any] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def text(self, name: str) -> str:
        return str(self.values[name] or "")

    def is_given(self, name: str) -> bool:
        """Whether the person wrote the flag, be it with its default value."""
        return name in self.given


GLOBAL = (
    Flag("help", "bool", False, "what this command does", "h"),
    Flag("namespace", "string", "", "the namespace of the request", "n"),
    Flag("request-timeout", "duration", 0.0, "the end of a watch; other requests take milliseconds here"),
)


GLOBAL_NOT_MODELLED = (
    "as as-group as-uid cache-dir certificate-authority client-certificate client-key cluster context "
    "insecure-skip-tls-verify kubeconfig match-server-version password profile s server token user "
    "username v vmodule warnings-as-errors"
)


def parse(argv: Sequence[str], flags: Sequence[Flag], command: str, not_modelled: str = "") -> Arguments:
    """Sort `argv` into flags and arguments. Raises UsageFailure with kubectl's words.

    `not_modelled` are flags that kubectl has and this one has not: they are refused by name.
    """
    refused = frozenset(f"{GLOBAL_NOT_MODELLED} {not_modelled}".split())
    return _Reader(list(argv), (*flags, *GLOBAL), command, refused).read()


class _Reader:
    def __init__(self, argv: list[str], flags: Sequence[Flag], command: str, refused: frozenset[str]) -> None:
        self.argv = argv
        self.command = command
        self.refused = refused
        self.long = {flag.name: flag for flag in flags}
        self.short = {flag.short: flag for flag in flags if flag.short}
        self.result = Arguments(values={flag.name: _initial(flag) for flag in flags})

    def read(self) -> Arguments:
        while self.argv:
            word = self.argv.pop(0)
            if word == "--":
                self.result.after_dash = self.argv
                break
            if word.startswith("--"):
                self.read_long(word[2:])
            elif word.startswith("-") and word != "-":
                self.read_short(word[1:], word)
            else:
                self.result.words.append(word)
        return self.result

    def read_long(self, text: str) -> None:
        name, equals, value = text.partition("=")
        flag = self.long.get(name)
        if flag is None:
            raise self.unknown(name, f"--{name}", f"unknown flag: --{name}")
        if equals:
            self.set(flag, value)
        elif (alone := _alone(flag)) is not None:
            self.set(flag, alone)
        elif self.argv:
            self.set(flag, self.argv.pop(0))
        else:
            raise self.failure(f"flag needs an argument: --{name}")

    def read_short(self, letters: str, word: str) -> None:
        while letters:
            letter, letters = letters[0], letters[1:]
            flag = self.short.get(letter)
            if flag is None:
                raise self.unknown(letter, f"-{letter}", f"unknown shorthand flag: {letter!r} in {word}")
            if letters.startswith("="):
                self.set(flag, letters[1:])
                return
            if (alone := _alone(flag)) is not None:
                self.set(flag, alone)
            elif letters:
                self.set(flag, letters)
                return
            elif self.argv:
                self.set(flag, self.argv.pop(0))
            else:
                raise self.failure(f"flag needs an argument: {letter!r} in {word}")

    def set(self, flag: Flag, text: str) -> None:
        try:
            value = _value(flag, text)
        except ValueError as error:
            raise self.failure(f'invalid argument "{text}" for "{flag.shown}" flag: {error}') from error
        if flag.kind == "list":
            self.result.values[flag.name] += value
        else:
            self.result.values[flag.name] = value
        self.result.given.add(flag.name)

    def unknown(self, name: str, shown: str, message: str) -> Failure:
        if name in self.refused:
            return Failure(f'simk8s does not model the flag {shown} of "kubectl {self.command}"')
        return self.failure(message)

    def failure(self, message: str) -> UsageFailure:
        return UsageFailure(message, self.command)


def _initial(flag: Flag) -> Any:
    return list(flag.default or ()) if flag.kind == "list" else flag.default


def _alone(flag: Flag) -> str | None:
    return "true" if flag.kind == "bool" else flag.alone


_TRUE = ("1", "t", "T", "true", "TRUE", "True")
_FALSE = ("0", "f", "F", "false", "FALSE", "False")


def _value(flag: Flag, text: str) -> Any:
    match flag.kind:
        case "bool":
            if text not in _TRUE + _FALSE:
                raise ValueError(f'strconv.ParseBool: parsing "{text}": invalid syntax')
            return text in _TRUE
        case "int":
            try:
                return int(text, 0)
            except ValueError as error:
                raise ValueError(f'strconv.ParseInt: parsing "{text}": invalid syntax') from error
        case "duration":
            return parse_duration(text)
        case "list":
            return [text]
    return text

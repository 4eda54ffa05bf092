"""`set`, `shopt`, `shift`, `getopts`, `umask`, `alias`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.shell import assignment
from simk8s.shell.builtins.declaring import listing
from simk8s.shell.builtins.registry import builtin
from simk8s.shell.builtins.usage import UsageError, parse
from simk8s.shell.control import BuiltinError, Discard, ShellError
from simk8s.shell.options import DASH_SET_NAMES, SET_LETTERS, SET_NAMES, SHOPT_NAMES
from simk8s.shell.quote import single_quoted
from simk8s.shell.syntax.dialect import BASH, POSIX
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


@builtin("set")
def set_(shell: Shell, words: list[str]) -> Run[int]:
    """Options, and the positional parameters."""
    if len(words) == 1:
        yield from _write(shell, "".join(line + "\n" for line in listing(shell)))
        return 0
    index = 1
    while index < len(words):
        word = words[index]
        if word in ("--", "-"):
            if word == "-":
                shell.options.xtrace = False
                shell.options.set("verbose", False)
                if index + 1 < len(words):
                    _give_positional(shell, words[index + 1 :])
            else:
                _give_positional(shell, words[index + 1 :])
            return 0
        if word[:1] not in ("-", "+") or len(word) < 2:
            break
        on = word[0] == "-"
        index += 1
        for letter in word[1:]:
            if letter == "o":
                if index >= len(words):
                    yield from _show_options(shell, on)
                    continue
                name = words[index]
                index += 1
                if shell.dialect.name == "dash" and name not in DASH_SET_NAMES:
                    raise BuiltinError(f"Illegal option -o {name}", 2)
                if name not in SET_NAMES:
                    raise BuiltinError(f"{name}: invalid option name", 2)
                switch(shell, name, on)
            elif letter in SET_LETTERS:
                switch(shell, SET_LETTERS[letter], on)
            else:
                raise UsageError("set", f"{word[0]}{letter}: invalid option")
    if index < len(words):
        _give_positional(shell, words[index:])
    if shell.options.noexec:
        raise Discard(0)  # nothing that has been read is run any more
    return 0


def switch(shell: Shell, name: str, on: bool) -> None:
    """Switch one option; `posix` changes the language."""
    shell.options.set(name, on and not (name == "noexec" and shell.interactive))
    if name == "extdebug":
        shell.options.set("functrace", on)
        shell.options.set("errtrace", on)
    if name == "posix" and not shell.dialect.almquist:
        shell.dialect = POSIX if on else BASH
        shell.options.set("shift_verbose", on)
        shell.options.set("expand_aliases", on or shell.interactive)
        if on:
            shell.options.set("inherit_errexit", on)


def _give_positional(shell: Shell, words: list[str]) -> None:
    shell.positional = words
    shell.positional_set = True


def _show_options(shell: Shell, table: bool) -> Run[None]:
    if table:
        text = "".join(f"{name:<15}\t{'on' if shell.options.get(name) else 'off'}\n" for name in SET_NAMES)
    else:
        text = "".join(f"set {'-' if shell.options.get(name) else '+'}o {name}\n" for name in SET_NAMES)
    yield from _write(shell, text)


def _write(shell: Shell, text: str) -> Run[None]:
    yield from shell.process.write(1, text.encode("utf-8", "surrogateescape"))


@builtin("shopt")
def shopt(shell: Shell, words: list[str]) -> Run[int]:
    options, names = parse(words, "pqsuo")
    letters = {letter for letter, _ in options}
    if {"s", "u"} <= letters:
        raise BuiltinError("cannot set and unset shell options simultaneously")
    known = SET_NAMES if "o" in letters else SHOPT_NAMES
    status = 0
    for name in names:
        if name not in known:
            yield from shell.complain(f"shopt: {name}: invalid {'option' if 'o' in letters else 'shell option'} name")
            status = 1
    valid = [name for name in names if name in known]
    if letters & {"s", "u"} and names:
        for name in valid:
            switch(shell, name, "s" in letters)
        if shell.options.noexec:
            raise Discard(0)
        return status
    shown = (
        valid
        if names
        else [name for name in known if not letters & {"s", "u"} or shell.options.get(name) == ("s" in letters)]
    )
    if "q" not in letters:
        for name in shown:
            on = shell.options.get(name)
            if "p" in letters:
                flag = "o" if "o" in letters else ""
                line = f"shopt -{'s' if on else 'u'} {name}" if not flag else f"set {'-' if on else '+'}o {name}"
            else:
                line = f"{name:<15}\t{'on' if on else 'off'}"
            yield from _write(shell, line + "\n")
    if names and any(not shell.options.get(name) for name in valid):
        status = 1
    return status


@builtin("shift")
def shift(shell: Shell, words: list[str]) -> Run[int]:
    count = 1
    if len(words) > 2 and not shell.dialect.almquist:
        raise ShellError("shift: too many arguments", aborts=True)
    if len(words) > 1:
        text = words[1]
        if not text.lstrip("-").isdecimal():
            raise BuiltinError(f"{text}: numeric argument required")
        count = int(text)
        if count < 0:
            raise BuiltinError(f"{text}: shift count out of range")
    if count > len(shell.positional):
        if shell.dialect.almquist:
            raise BuiltinError("can't shift that many", 2)
        if shell.options.get("shift_verbose"):
            yield from shell.complain(f"shift: {count}: shift count out of range")
        return 1
    del shell.positional[:count]
    return 0


@builtin("getopts")
def getopts(shell: Shell, words: list[str]) -> Run[int]:
    """`getopts optstring name [arguments]`"""
    operands = words[2:] if words[1:2] == ["--"] else words[1:]
    if len(operands) < 2:
        raise UsageError("getopts")
    allowed, name = operands[0], operands[1]
    arguments = operands[2:] or shell.positional
    silent = allowed.startswith(":")
    index_text = shell.get("OPTIND") or "1"
    index = (int(index_text) if index_text.isdecimal() else 1) or 1
    if index != shell.option_word:
        shell.option_index = 1
    shell.names.pop("OPTARG", None)
    if shell.dialect.almquist:
        shell.set_plain("OPTARG", "")

    def finish(letter: str, index: int, argument: str | None = None) -> None:
        shell.option_word = index
        assignment.assign(shell, "OPTIND", str(index))
        if not (name.isidentifier() and name.isascii()):
            raise BuiltinError(f"`{name}': not a valid identifier")
        try:
            assignment.assign(shell, name, letter)
        except ShellError as error:
            error.status = 2
            raise
        if argument is not None:
            assignment.assign(shell, "OPTARG", argument)

    word = arguments[index - 1] if 0 < index <= len(arguments) else ""
    if len(word) < 2 or word[0] != "-" or word == "--":
        finish("?", min(index, len(arguments) + 1) + (word == "--"))
        shell.option_index = 1
        return 1
    letter = word[shell.option_index]
    shell.option_index += 1
    at_end = shell.option_index >= len(word)
    found = allowed.find(letter, 1 if silent else 0)
    quiet = silent or shell.get("OPTERR") == "0"
    if found < 0 or letter == ":":
        if at_end:
            index, shell.option_index = index + 1, 1
        if not quiet:
            wrong = (
                f"Illegal option -{letter}" if shell.dialect.almquist else f"{shell.name}: illegal option -- {letter}"
            )
            yield from shell.say(wrong)
        finish("?", index, letter if silent else None)
        return 0
    if allowed[found + 1 : found + 2] != ":":
        if at_end:
            index, shell.option_index = index + 1, 1
        finish(letter, index)
        return 0
    start, shell.option_index = shell.option_index, 1
    if not at_end:
        finish(letter, index + 1, word[start:])
    elif index < len(arguments):
        finish(letter, index + 2, arguments[index])
    else:
        if not quiet:
            missing = f"{shell.name}: option requires an argument -- {letter}"
            yield from shell.say(f"No arg for -{letter} option" if shell.dialect.almquist else missing)
        finish(":" if silent else "?", index + 1, letter if silent else None)
    return 0


@builtin("umask")
def umask(shell: Shell, words: list[str]) -> Run[int]:
    options, operands = parse(words, "pS")
    letters = {letter for letter, _ in options}
    process = shell.process
    if operands:
        process.umask = _mask(operands[0], process.umask)
    if operands and "S" not in letters:
        return 0
    if "S" in letters:
        shown = ",".join(
            f"{who}={''.join(c for c, bit in zip('rwx', (4, 2, 1), strict=True) if not (process.umask >> shift) & bit)}"
            for who, shift in (("u", 6), ("g", 3), ("o", 0))
        )
        yield from _write(shell, ("umask -S " if "p" in letters else "") + shown + "\n")
    else:
        yield from _write(shell, ("umask " if "p" in letters else "") + f"{process.umask:04o}\n")
    return 0


def _mask(text: str, old: int) -> int:
    if text[:1].isdigit():
        try:
            return int(text, 8) & 0o777
        except ValueError:
            raise BuiltinError(f"{text}: octal number out of range") from None
    allowed = ~old & 0o777
    for clause in text.split(","):
        for sign in "=+-":
            who, found, rights = clause.partition(sign)
            if found:
                break
        else:
            raise BuiltinError(f"`{clause[:1]}': invalid symbolic mode operator")
        wrong = next((c for c in who if c not in "ugoa"), "") or next((c for c in rights if c not in "rwx"), "")
        if wrong:
            raise BuiltinError(f"`{wrong}': invalid symbolic mode {'operator' if wrong in who else 'character'}")
        bits = sum({"r": 4, "w": 2, "x": 1}.get(letter, 0) for letter in rights)
        for letter in who or "ugo":
            for shift in {"u": (6,), "g": (3,), "o": (0,), "a": (6, 3, 0)}.get(letter, ()):
                if sign == "=":
                    allowed = allowed & ~(7 << shift) | bits << shift
                elif sign == "+":
                    allowed |= bits << shift
                else:
                    allowed &= ~(bits << shift)
    return ~allowed & 0o777


_NOT_IN_ALIASES = frozenset(" \t\n;&|<>()$`\"'\\/")


@builtin("alias")
def alias(shell: Shell, words: list[str]) -> Run[int]:
    _, operands = parse(words, "p")
    status = 0
    prefix = "" if shell.dialect.posix else "alias "
    if not operands:
        for name, value in sorted(shell.aliases.items()):
            yield from _write(shell, f"{prefix}{name}={single_quoted(value)}\n")
    for operand in operands:
        name, equals, value = operand.partition("=") if operand[:1] != "=" else (operand, "", "")
        if equals and _NOT_IN_ALIASES & set(name):
            yield from shell.complain(f"alias: `{name}': invalid alias name")
            status = 1
        elif equals:
            shell.aliases[name] = value
        elif name in shell.aliases:
            yield from _write(shell, f"{prefix}{name}={single_quoted(shell.aliases[name])}\n")
        else:
            yield from shell.complain(f"alias: {name}: not found")
            status = 1
    return status


@builtin("unalias")
def unalias(shell: Shell, words: list[str]) -> Run[int]:
    options, operands = parse(words, "a")
    if options:
        shell.aliases.clear()
        return 0
    if not operands:
        raise UsageError("unalias")
    status = 0
    for name in operands:
        if shell.aliases.pop(name, None) is None:
            yield from shell.complain(f"unalias: {name}: not found")
            status = 1
    return status

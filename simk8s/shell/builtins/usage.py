"""How built-ins read their options, and what they print when they do not understand them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.shell.control import BuiltinError
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

USAGE = {
    ":": ":",
    "[": "[ arg... ]",
    "bg": "bg [job_spec ...]",
    "bind": "bind [-lpsvPSVX] [-m keymap] [-f filename] [-q name] [-u name] [-r keyseq] "
    "[-x keyseq:shell-command] [keyseq:readline-function or readline-command]",
    "break": "break [n]",
    "continue": "continue [n]",
    "echo": "echo [-neE] [arg ...]",
    "exit": "exit [n]",
    "false": "false",
    "fg": "fg [job_spec]",
    "help": "help [-dms] [pattern ...]",
    "logout": "logout [n]",
    "suspend": "suspend [-f]",
    "test": "test [expr]",
    "times": "times",
    "true": "true",
    "alias": "alias [-p] [name[=value] ... ]",
    "builtin": "builtin [shell-builtin [arg ...]]",
    "caller": "caller [expr]",
    "cd": "cd [-L|[-P [-e]] [-@]] [dir]",
    "command": "command [-pVv] command [arg ...]",
    "compgen": "compgen [-abcdefgjksuv] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] "
    "[-C command] [-X filterpat] [-P prefix] [-S suffix] [word]",
    "complete": "complete [-abcdefgjksuv] [-pr] [-DEI] [-o option] [-A action] [-G globpat] [-W wordlist] "
    "[-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [name ...]",
    "compopt": "compopt [-o|+o option] [-DEI] [name ...]",
    "enable": "enable [-a] [-dnps] [-f filename] [name ...]",
    "fc": "fc [-e ename] [-lnr] [first] [last] or fc -s [pat=rep] [command]",
    "history": "history [-c] [-d offset] [n] or history -anrw [filename] or history -ps arg [arg...]",
    "declare": "declare [-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]",
    "dirs": "dirs [-clpv] [+N] [-N]",
    "disown": "disown [-h] [-ar] [jobspec ... | pid ...]",
    "eval": "eval [arg ...]",
    "exec": "exec [-cl] [-a name] [command [argument ...]] [redirection ...]",
    "export": "export [-fn] [name[=value] ...] or export -p",
    "getopts": "getopts optstring name [arg ...]",
    "hash": "hash [-lr] [-p pathname] [-dt] [name ...]",
    "jobs": "jobs [-lnprs] [jobspec ...] or jobs -x command [args]",
    "kill": "kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]",
    "let": "let arg [arg ...]",
    "local": "local [option] name[=value] ...",
    "mapfile": "mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]",
    "popd": "popd [-n] [+N | -N]",
    "printf": "printf [-v var] format [arguments]",
    "pushd": "pushd [-n] [+N | -N | dir]",
    "pwd": "pwd [-LP]",
    "read": "read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] "
    "[name ...]",
    "readarray": "readarray [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] "
    "[array]",
    "readonly": "readonly [-aAf] [name[=value] ...] or readonly -p",
    "return": "return [n]",
    "set": "set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]",
    "shift": "shift [n]",
    "shopt": "shopt [-pqsu] [-o] [optname ...]",
    "source": "source filename [arguments]",
    ".": ". filename [arguments]",
    "trap": "trap [-lp] [[arg] signal_spec ...]",
    "type": "type [-afptP] name [name ...]",
    "typeset": "typeset [-aAfFgiIlnrtux] name[=value] ... or typeset -p [-aAfFilnrtux] [name ...]",
    "ulimit": "ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]",
    "umask": "umask [-p] [-S] [mode]",
    "unalias": "unalias [-a] name [name ...]",
    "unset": "unset [-f] [-v] [-n] [name ...]",
    "wait": "wait [-fn] [-p var] [id ...]",
}


class UsageError(BuiltinError):
    """A built-in was called in a way that it does not have: the message, then its usage."""

    def __init__(self, name: str, message: str = "", status: int = 2) -> None:
        super().__init__(message, status)
        self.usage = f"{name}: usage: {USAGE[name]}"


def parse(
    words: list[str], flags: str, valued: str = "", *, plus: bool = False
) -> tuple[list[tuple[str, str]], list[str]]:
    """The options of a built-in, in order, as (letter, value), and its operands.

    Raises UsageError for a letter that is in neither `flags` nor `valued`. `plus`: `+x` is an option, given as "+x".
    """
    name = words[0]
    options: list[tuple[str, str]] = []
    index = 1
    while index < len(words):
        word = words[index]
        if word == "--":
            index += 1
            break
        if len(word) < 2 or (word[0] != "-" and not (plus and word[0] == "+")):
            break
        index += 1
        position = 1
        while position < len(word):
            letter = word[position]
            position += 1
            signed = letter if word[0] == "-" else "+" + letter
            if letter in valued:
                if position < len(word):
                    options.append((signed, word[position:]))
                elif index < len(words):
                    options.append((signed, words[index]))
                    index += 1
                else:
                    raise UsageError(name, f"-{letter}: option requires an argument")
                break
            if letter not in flags:
                raise UsageError(name, f"{word[0]}{letter}: invalid option")
            options.append((signed, ""))
    return options, words[index:]


def tell(shell: Shell, name: str, error: BuiltinError) -> Run[None]:
    """Print what a built-in complains about, and its usage where that was the trouble."""
    if error.message:
        yield from shell.complain(f"{name}: {error.message}")
    if isinstance(error, UsageError):
        yield from shell.say(error.usage)


def unmodelled(shell: Shell, name: str, what: str) -> Run[int]:
    """Say that simk8s does not know what a built-in would do here; the status that means so."""
    shell.process.record("program.unmodelled", name, what=what)
    yield from shell.complain(f"{name}: {what}: not modelled by simk8s (SK310)")
    return 120

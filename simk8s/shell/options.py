"""What `set` and `shopt` switch."""

from __future__ import annotations

SET_LETTERS = {
    "a": "allexport",
    "b": "notify",
    "B": "braceexpand",
    "C": "noclobber",
    "e": "errexit",
    "E": "errtrace",
    "f": "noglob",
    "h": "hashall",
    "H": "histexpand",
    "k": "keyword",
    "m": "monitor",
    "n": "noexec",
    "P": "physical",
    "p": "privileged",
    "t": "onecmd",
    "T": "functrace",
    "u": "nounset",
    "v": "verbose",
    "x": "xtrace",
}

SET_NAMES = tuple(sorted([*SET_LETTERS.values(), "emacs", "history", "ignoreeof", "interactive-comments", "nolog",
                          "pipefail", "posix", "vi"]))  # fmt: skip

SET_ON = ("braceexpand", "hashall", "interactive-comments")

DASH_SET_NAMES = frozenset(
    ["allexport", "debug", "emacs", "errexit", "ignoreeof", "interactive", "monitor", "noclobber", "noexec", "noglob",
     "nolog", "notify", "nounset", "stdin", "verbose", "vi", "xtrace"]
)  # fmt: skip

SHOPT_NAMES = (
    "autocd", "assoc_expand_once", "cdable_vars", "cdspell", "checkhash", "checkjobs", "checkwinsize", "cmdhist",
    "compat31", "compat32", "compat40", "compat41", "compat42", "compat43", "compat44", "complete_fullquote",
    "direxpand", "dirspell", "dotglob", "execfail", "expand_aliases", "extdebug", "extglob", "extquote", "failglob",
    "force_fignore", "globasciiranges", "globskipdots", "globstar", "gnu_errfmt", "histappend", "histreedit",
    "histverify", "hostcomplete", "huponexit", "inherit_errexit", "interactive_comments", "lastpipe", "lithist",
    "localvar_inherit", "localvar_unset", "login_shell", "mailwarn", "no_empty_cmd_completion", "nocaseglob",
    "nocasematch", "noexpand_translation", "nullglob", "patsub_replacement", "progcomp", "progcomp_alias",
    "promptvars", "restricted_shell", "shift_verbose", "sourcepath", "varredir_close", "xpg_echo",
)  # fmt: skip

SHOPT_ON = (
    "checkwinsize", "cmdhist", "complete_fullquote", "extquote", "force_fignore", "globasciiranges", "globskipdots",
    "hostcomplete", "interactive_comments", "patsub_replacement", "progcomp", "promptvars", "sourcepath",
)  # fmt: skip


class Options:
    """One shell's switches, by name; the most used have attributes of their own."""

    __slots__ = ("allexport", "errexit", "extglob", "noclobber", "noglob", "nounset", "others", "pipefail", "xtrace")

    def __init__(self) -> None:
        self.errexit = self.xtrace = self.nounset = self.pipefail = False
        self.noglob = self.noclobber = self.allexport = self.extglob = False
        self.others = dict.fromkeys((*SET_ON, *SHOPT_ON), True)

    def copy(self) -> Options:
        twin = Options.__new__(Options)
        twin.errexit, twin.xtrace, twin.nounset, twin.pipefail = self.errexit, self.xtrace, self.nounset, self.pipefail
        twin.noglob, twin.noclobber, twin.allexport, twin.extglob = (
            self.noglob,
            self.noclobber,
            self.allexport,
            self.extglob,
        )
        twin.others = dict(self.others)
        return twin

    def get(self, name: str) -> bool:
        if name in _ATTRIBUTES:
            return bool(getattr(self, name))
        return self.others.get(name, False)

    def set(self, name: str, on: bool) -> None:
        if name in _ATTRIBUTES:
            setattr(self, name, on)
        else:
            self.others[name] = on

    def letters(self) -> str:
        """`$-`, without what says how the shell was started."""
        return "".join(letter for letter in SHOWN_ORDER if letter != "i" and self.get(SET_LETTERS[letter]))


_ATTRIBUTES = frozenset(name for name in Options.__slots__ if name != "others")
SHOWN_ORDER = "abefhikmnptuvxBCEHPT"

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
    """One shell's switches: attributes, of which most have names that are none of Python's."""

    allexport = False
    braceexpand = False
    errexit = False
    errtrace = False
    expand_aliases = False
    extglob = False
    functrace = False
    hashall = False
    history = False
    localvar_inherit = False
    noclobber = False
    noexec = False
    noglob = False
    nounset = False
    pipefail = False
    varredir_close = False
    verbose = False
    xtrace = False

    def __init__(self) -> None:
        self.__dict__.update(_ON)

    def copy(self) -> Options:
        twin = Options.__new__(Options)
        twin.__dict__.update(self.__dict__)
        return twin

    def get(self, name: str) -> bool:
        on: bool = self.__dict__.get(name, False)
        return on

    def set(self, name: str, on: bool) -> None:
        self.__dict__[name] = on

    def letters(self) -> str:
        """`$-`, without what says how the shell was started."""
        return "".join(letter for letter in SHOWN_ORDER if letter != "i" and self.get(SET_LETTERS[letter]))


_ON = dict.fromkeys((*SET_ON, *SHOPT_ON), True)
SHOWN_ORDER = "abefhikmnptuvxBCEHPT"

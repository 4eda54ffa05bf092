"""Signals by number and name, and what each does to a process that has not asked for anything else."""

from __future__ import annotations

SIGHUP, SIGINT, SIGQUIT, SIGKILL, SIGUSR1, SIGUSR2 = 1, 2, 3, 9, 10, 12
SIGPIPE, SIGALRM, SIGTERM, SIGCHLD, SIGCONT, SIGSTOP = 13, 14, 15, 17, 18, 19

NAMES = {
    1: "HUP", 2: "INT", 3: "QUIT", 4: "ILL", 5: "TRAP", 6: "ABRT", 7: "BUS", 8: "FPE", 9: "KILL", 10: "USR1",
    11: "SEGV", 12: "USR2", 13: "PIPE", 14: "ALRM", 15: "TERM", 16: "STKFLT", 17: "CHLD", 18: "CONT", 19: "STOP",
    20: "TSTP", 21: "TTIN", 22: "TTOU", 23: "URG", 24: "XCPU", 25: "XFSZ", 26: "VTALRM", 27: "PROF", 28: "WINCH",
    29: "IO", 30: "PWR", 31: "SYS", 34: "RTMIN", 64: "RTMAX",
    **{34 + more: f"RTMIN+{more}" for more in range(1, 16)}, **{64 - less: f"RTMAX-{less}" for less in range(1, 15)},
}  # fmt: skip

NUMBERS = {name: number for number, name in NAMES.items()}

STOPPING = frozenset({SIGSTOP, 20, 21, 22})
"""These stop a process until SIGCONT."""

IGNORED_BY_DEFAULT = frozenset({SIGCHLD, SIGCONT, 23, 28})


def number_of(text: str) -> int | None:
    """The number of `TERM`, `SIGTERM`, `term` or `15`; None where there is no such signal."""
    if text.isdecimal():
        return int(text) if int(text) in NAMES or int(text) == 0 else None
    return NUMBERS.get(text.upper().removeprefix("SIG"))

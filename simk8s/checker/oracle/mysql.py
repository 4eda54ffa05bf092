"""The word for each server of a replicated MySQL set, from what was observed and what the primary has acknowledged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simk8s.checker.oracle.observation import Observation
from simk8s.checker.oracle.outcome import Word

Verdict = tuple[Word, str]
"""The word, and why."""


def primary_word(
    seen: Observation, acknowledged: Sequence[int], accounts: tuple[tuple[str, ...], ...] | None
) -> Verdict:
    """The primary: it has what it acknowledged, lets others in, and is complete.

    `accounts` are those of the crash-free run, where there was one.
    """
    if not seen.answers:
        return "unreachable", seen.trouble or "its server does not answer"
    missing = _missing(seen, acknowledged)
    if missing:
        return "lost", f"rows that were acknowledged are gone: {missing}"
    if seen.refusal:
        return "unreachable", seen.refusal
    if seen.damage:
        return "corrupt", seen.damage
    if accounts is not None and seen.accounts != accounts:
        return "corrupt", f"its accounts are {_names(seen.accounts)}, not {_names(accounts)}"
    return "ok", ""


def replica_word(seen: Observation, primary: Observation | None, acknowledged: Sequence[int]) -> Verdict:
    """A replica: it follows the primary, and has the same rows."""
    if not seen.answers:
        return "unreachable", seen.trouble or "its server does not answer"
    if seen.damage:
        return "corrupt", seen.damage
    if seen.replication is None:
        return "stale", "replication was never configured"
    if not seen.replication.runs:
        state = f"Slave_IO_Running {seen.replication.io}, Slave_SQL_Running {seen.replication.sql}"
        return "stopped", f"{state}: {seen.replication.error}".removesuffix(": ")
    if seen.refusal:
        return "unreachable", seen.refusal
    missing = _missing(seen, acknowledged)
    if missing:
        return "diverged", f"rows of the primary are missing: {missing}"
    if primary is not None and primary.answers and seen.rows != primary.rows:
        return "diverged", f"its rows are not the primary's: {_difference(seen, primary)}"
    if primary is not None and primary.answers and seen.accounts != primary.accounts:
        return "diverged", f"its accounts are {_names(seen.accounts)}, the primary's {_names(primary.accounts)}"
    return "ok", ""


def violations(seen: Mapping[str, Observation], primary: str, attempted: int) -> list[str]:
    """Safety properties that do not hold of what was seen."""
    found = []
    by_id: dict[str, list[str]] = {}
    for pod, one in seen.items():
        if one.answers:
            by_id.setdefault(one.server_id, []).append(pod)
    for number, pods in by_id.items():
        if len(pods) > 1:
            found.append(f"server id {number} is that of {' and '.join(pods)}")
    for pod, one in seen.items():
        if pod != primary and one.takes_writes:
            found.append(f"{pod} is a replica and takes writes of its own")
        extra = [n for n in _numbers(one.keyed) if n > attempted]
        if extra:
            found.append(f"{pod} has rows that nobody wrote: {extra}")
        if one.plain is not None and len(one.plain) != len(set(one.plain)):
            found.append(f"{pod} has rows twice in a table without a key")
    return found


def _missing(seen: Observation, acknowledged: Sequence[int]) -> list[int]:
    have = set(_numbers(seen.keyed)) & set(_numbers(seen.plain))
    return [number for number in acknowledged if number not in have]


def _numbers(rows: tuple[tuple[str, ...], ...] | None) -> list[int]:
    return [int(row[0]) for row in rows or ()]


def _difference(seen: Observation, primary: Observation) -> str:
    for table in ("keyed", "plain"):
        mine, theirs = getattr(seen, table), getattr(primary, table)
        if mine != theirs:
            return f"table {table} has {_numbers(mine)}, the primary's {_numbers(theirs)}"
    return ""


def _names(accounts: tuple[tuple[str, ...], ...]) -> str:
    return ", ".join("@".join(account[:2]) for account in accounts) or "none"

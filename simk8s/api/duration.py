"""Lengths of time as kubectl prints ages (KUBELET-74), and as people type them (`30s`, `1m30s`)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86400, 365 * 86400


def human(seconds: float) -> str:
    """KUBELET-74: two units while the first is small, one afterwards.

    >>> [human(t) for t in (95, 200, 180, 2700, 18720, 108000, 273600)]
    ['95s', '3m20s', '3m', '45m', '5h12m', '30h', '3d4h']
    """
    total = int(seconds)
    if total < -1:
        return "<invalid>"
    if total < 2 * _MINUTE:
        return f"{max(total, 0)}s"
    if total < 10 * _MINUTE:
        return _two(total, _MINUTE, "m", 1, "s")
    if total < 3 * _HOUR:
        return f"{total // _MINUTE}m"
    if total < 8 * _HOUR:
        return _two(total, _HOUR, "h", _MINUTE, "m")
    if total < 2 * _DAY:
        return f"{total // _HOUR}h"
    if total < 8 * _DAY:
        return _two(total, _DAY, "d", _HOUR, "h")
    if total < 2 * _YEAR:
        return f"{total // _DAY}d"
    if total < 8 * _YEAR:
        return _two(total, _YEAR, "y", _DAY, "d")
    return f"{total // _YEAR}y"


def _two(total: int, large: int, large_name: str, small: int, small_name: str) -> str:
    rest = total % large // small
    return f"{total // large}{large_name}" + (f"{rest}{small_name}" if rest else "")


def age(timestamp: str | None, now: datetime) -> str:
    """The age of something with that API timestamp; `<unknown>` without one."""
    if not timestamp:
        return "<unknown>"
    return human((now - parse_timestamp(timestamp)).total_seconds())


def parse_timestamp(timestamp: str) -> datetime:
    """`2024-01-01T00:00:30Z`, with or without a fraction of a second."""
    return datetime.fromisoformat(timestamp).astimezone(UTC)


_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": _MINUTE, "h": _HOUR}
_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)")


def parse(text: str) -> float:
    """Seconds of a duration as Go writes it: `30s`, `1m30s`, `0`, `-1s`. Raises ValueError with Go's words.

    >>> parse("1m30s")
    90.0
    """
    body = text.lstrip("+-")
    if body == "0":
        return 0.0
    if not body or len(text) - len(body) > 1 or not re.fullmatch(f"({_PART.pattern})+", body):
        unitless = re.fullmatch(r"[0-9.]+", body)
        raise ValueError(f'time: {"missing unit in" if unitless else "invalid"} duration "{text}"')
    seconds = sum(float(match[1]) * _UNITS[match[2]] for match in _PART.finditer(body))
    return -seconds if text.startswith("-") else float(seconds)


def go(seconds: float) -> str:
    """A duration as Go prints it: `5s`, `1m40s`, `5m0s`, `1h0m0s`."""
    total = int(seconds)
    hours, minutes, rest = total // _HOUR, total % _HOUR // _MINUTE, total % _MINUTE
    if hours:
        return f"{hours}h{minutes}m{rest}s"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"

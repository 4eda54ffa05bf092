"""Moments as a server keeps them, microseconds since 1970 in UTC, and what a calendar makes of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime.fromtimestamp(0, UTC).replace(tzinfo=None)


def calendar(microseconds: int) -> datetime:
    """A moment as date and time, in UTC and without a zone.

    >>> calendar(1_000_000)
    datetime.datetime(1970, 1, 1, 0, 0, 1)
    """
    return _EPOCH + timedelta(microseconds=microseconds)

"""The order of bash's hash tables, which every loop over keys, and every child's environment, shows."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache


@lru_cache(maxsize=8192)
def _hash(key: str) -> int:
    """bash's hash of a string: 32-bit FNV-1 over its bytes."""
    value = 2166136261
    for byte in key.encode("utf-8", "surrogateescape"):
        value = (value * 16777619) & 0xFFFFFFFF
        value ^= byte if byte < 0x80 else byte | 0xFFFFFF00
    return value


def by_hash(names: Iterable[str], buckets: int) -> list[str]:
    """Names in the order in which bash walks a hash table into which they were put one after the other.

    A table of twice as many names as buckets grows: what is in it is put into the larger one in its old order.
    """
    put: list[str] = []
    for name in names:
        if len(put) >= 2 * buckets:
            put = _walked(put, buckets)
            buckets *= 4
        put.append(name)
    return _walked(put, buckets)


def _walked(names: list[str], buckets: int) -> list[str]:
    """Each bucket's latest name comes first."""
    latest_first = names[::-1]
    return sorted(latest_first, key=lambda name: _hash(name) & (buckets - 1))

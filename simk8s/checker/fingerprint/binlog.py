"""Binary and relay logs without their times: each event says when it was written, and its checksum depends on that."""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack_from

MAGIC = b"\xfebin"
_HEADER_BYTES, _TIME_BYTES, _CHECKSUM_BYTES = 19, 4, 4
_SIZE_OFFSET, _KIND_OFFSET = 9, 4
_IGNORED = {15: slice(71, 75), 2: slice(19, 27)}
"""By kind of event: a format description says once more when the log was begun, a query which connection it came by
and how long it took.
"""


def timeless(log: bytes) -> Iterator[bytes]:
    """The pieces of a log that say what happened (REPL-1). What is no whole event is left as it is."""
    yield MAGIC
    start = len(MAGIC)
    while start + _HEADER_BYTES <= len(log):
        (size,) = unpack_from("<I", log, start + _SIZE_OFFSET)
        if size < _HEADER_BYTES + _CHECKSUM_BYTES or start + size > len(log):
            break
        event = log[start : start + size - _CHECKSUM_BYTES]
        ignored = _IGNORED.get(event[_KIND_OFFSET])
        if ignored is not None:
            event = event[: ignored.start] + event[ignored.stop :]
        yield event[_TIME_BYTES:]
        start += size
    yield log[start:]

"""A replay token that has faults in it: one text for a run's choices and for everything that goes wrong in it."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Sequence

from simk8s.errors import SimError
from simk8s.faults.fault import Fault

_PREFIX = "f1."


def token_of_plan(replay: str, plan: Sequence[Fault]) -> str:
    """The token of a run whose choices are those of `replay`, with these faults.

    >>> from simk8s.faults import AtTime, Fault, Kill
    >>> token = token_of_plan("v1.7", [Fault(Kill(pod="web-0", container="main"), AtTime(seconds=3.0))])
    >>> replay, plan = parts_of(token)
    >>> print(replay, *plan)
    v1.7 kill web-0/main at 3 s
    """
    if not plan:
        return replay
    text = json.dumps([fault.as_plain() for fault in plan], separators=(",", ":"), sort_keys=True)
    packed = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")
    return f"{_PREFIX}{packed}.{replay}"


def parts_of(token: str) -> tuple[str, tuple[Fault, ...]]:
    """The token of the choices alone, and the faults. Raises SimError SK501 where the text is not a token."""
    if not token.startswith(_PREFIX):
        return token, ()
    packed, _, replay = token.removeprefix(_PREFIX).partition(".")
    try:
        text = zlib.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
        return replay, tuple(Fault.from_plain(said) for said in json.loads(text))
    except (ValueError, zlib.error, binascii.Error) as error:
        raise SimError(
            "SK501",
            f"{token!r} is not a replay token",
            hint="copy the whole text; one with faults in it begins with 'f1.'",
        ) from error

"""JSON as data files carry it (SIM): in ASCII, without spaces."""

from __future__ import annotations

import json
from json.encoder import c_make_encoder, encode_basestring_ascii  # type: ignore[attr-defined]
from typing import Any

# What JSONEncoder.encode makes anew for every value, which takes longer than to write a short one.
_chunks = c_make_encoder(None, json.JSONEncoder().default, encode_basestring_ascii, None, ":", ",", False, False, True)

parse = json.JSONDecoder().decode
"""The value in a text. Raises ValueError where that is no JSON."""


def compact(value: Any) -> str:
    """A value as text. It must not contain itself."""
    return "".join(_chunks(value, 0))

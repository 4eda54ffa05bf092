"""JSON as data files carry it (SIM): in ASCII, without spaces."""

from __future__ import annotations

import json

compact = json.JSONEncoder(separators=(",", ":")).encode
"""A value as text."""

parse = json.JSONDecoder().decode
"""The value in a text. Raises ValueError where that is no JSON."""

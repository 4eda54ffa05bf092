"""The Hypothesis profile of `make nightly`: what tests make of it, `test_generated.py` says."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("nightly", print_blob=True)

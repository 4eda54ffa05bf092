"""A node with a kubelet, a store, and an image of tiny programs."""

from __future__ import annotations

import pytest

from tests.node.bench import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()

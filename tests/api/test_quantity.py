"""Quantities and durations keep their value and are printed as the API prints them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simk8s.api import duration, quantity


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("500m", "500m"),
        ("0.5", "500m"),
        ("1000m", "1"),
        (2, "2"),
        ("1024Mi", "1Gi"),
        ("1.5Gi", "1536Mi"),
        ("0.1", "100m"),
        ("1e3", "1e3"),
        ("1500000000", "1500M"),
        ("128974848", "128974848"),
        ("0", "0"),
        ("0Gi", "0"),
        ("-1", "-1"),
    ],
)
def test_a_quantity_is_printed_in_canonical_form(written: str | int, printed: str) -> None:
    assert quantity.canonical(written) == printed


@pytest.mark.parametrize("text", ["half", "", "1 Gi", "1GB", "Gi", "1.2.3", "--1", "1ki"])
def test_what_is_no_quantity_is_refused_in_the_servers_words(text: str) -> None:
    with pytest.raises(ValueError, match="quantities must match the regular expression"):
        quantity.parse(text)


@given(
    st.integers(0, 10**6).flatmap(
        lambda number: st.sampled_from(["m", "", "k", "M", "G", "Ki", "Mi", "Gi"]).map(lambda unit: f"{number}{unit}")
    )
)
def test_the_canonical_form_has_the_same_value_and_is_a_fixed_point(text: str) -> None:
    canonical = quantity.canonical(text)
    assert quantity.parse(canonical) == quantity.parse(text)
    assert quantity.canonical(canonical) == canonical


def test_the_scheduler_counts_thousandths_and_whole_bytes_rounded_up() -> None:
    assert quantity.milli("0.0001") == 1
    assert quantity.whole("1.5") == 2
    assert quantity.parse("100Mi") == Fraction(104857600)


@pytest.mark.parametrize(
    ("seconds", "printed"),
    [
        (0, "0s"),
        (-1, "0s"),
        (-5, "<invalid>"),
        (95, "95s"),
        (119.9, "119s"),
        (120, "2m"),
        (200, "3m20s"),
        (2700, "45m"),
        (18720, "5h12m"),
        (8 * 3600, "8h"),
        (30 * 3600, "30h"),
        (76 * 3600, "3d4h"),
        (40 * 86400, "40d"),
        ((2 * 365 + 35) * 86400, "2y35d"),
        (9 * 365 * 86400, "9y"),
    ],
)
def test_ages_have_two_units_while_the_first_is_small(seconds: float, printed: str) -> None:  # KUBELET-74
    assert duration.human(seconds) == printed


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("1m30s", 90), ("0", 0), ("-1s", -1), ("1.5h", 5400), ("200ms", 0.2)]
)
def test_durations_are_read_as_go_writes_them(text: str, seconds: float) -> None:
    assert duration.parse(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("text", "why"), [("5", "missing unit"), ("x", "invalid duration"), ("", "invalid"), ("5 s", "invalid")]
)
def test_what_is_no_duration_is_refused_in_gos_words(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        duration.parse(text)

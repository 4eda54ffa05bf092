"""Rows fit into cells, of which wide characters take two."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from simk8s.tui.row import cut, fitted, row, wrapped

TEXTS = st.text(st.sampled_from("ab 中文，é—▶"), max_size=60)


@given(text=TEXTS, width=st.integers(2, 40))
def test_a_fitted_text_has_exactly_its_width(text: str, width: int) -> None:
    assert cell_len(fitted(text, width)) == width
    assert cell_len(cut(text, width)) <= width


@given(text=TEXTS, width=st.integers(12, 40), hang=st.integers(0, 6))
def test_a_wrapped_row_loses_nothing_and_no_line_is_too_wide(text: str, width: int, hang: int) -> None:
    lines = ["".join(piece for piece, _ in line) for line in wrapped(row(text, hang=hang), width)]

    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())

"""The redo log's bytes: the same whether entries come one by one or all at once."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from simk8s.machine.content import dense
from simk8s.mysql.directory import DataDirectory
from simk8s.mysql.plain import compact
from simk8s.mysql.redo import FILES, FIRST_LSN, Redo, RedoContent, decode

_PLAIN: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=50, deadline=None)
@given(_PLAIN)
def test_text_in_a_data_file_is_json_in_ascii_without_spaces(value: Any) -> None:
    assert compact(value) == json.dumps(value, separators=(",", ":"))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(_PLAIN, min_size=1, max_size=4), min_size=1, max_size=4))
def test_entries_appended_are_those_of_the_whole_log_and_take_their_length(values: list[list[Any]]) -> None:
    directory = DataDirectory()
    directory.put(FILES[0], RedoContent(FIRST_LSN).encode())
    redo = Redo(directory, FIRST_LSN, FIRST_LSN)
    list(redo.append(*[("rows", value) for value in values]))
    content = directory.read(FILES[0])
    assert dense(content) == dense(RedoContent(FIRST_LSN, tuple(redo.entries)).encode())
    assert decode(content).end == redo.lsn == FIRST_LSN + sum(len(json.dumps(value)) + 16 for value in values)

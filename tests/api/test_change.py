"""What changed: sharing between versions, and the patch that history keeps."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simk8s.api.change import difference, patched, share

SCALARS = st.one_of(st.booleans(), st.integers(-3, 3), st.text("ab/~", max_size=3))
JSON: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text("ab/~", max_size=2), inner, max_size=4)
    ),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.sampled_from(["spec", "status", "a/b", "c~d"]), JSON, max_size=4)


@settings(suppress_health_check=[HealthCheck.too_slow])  # the first example pays for what is imported
@given(OBJECTS, OBJECTS)
def test_a_shared_copy_is_equal_to_what_was_written(old: Any, new: Any) -> None:
    shared = share(old, new)
    assert shared == new
    assert type_map(shared) == type_map(new)


@given(OBJECTS)
def test_writing_the_same_content_gives_the_very_same_object(value: Any) -> None:  # API-1
    assert share(value, share(None, value)) is value


@given(OBJECTS, OBJECTS)
def test_the_patch_leads_from_the_old_version_to_the_new_one(old: Any, new: Any) -> None:
    shared = share(old, new)
    result = patched(old, difference(old, shared))
    assert result == new
    assert type_map(result) == type_map(new)


@given(OBJECTS, OBJECTS)
def test_making_and_applying_a_patch_changes_neither_version(old: Any, new: Any) -> None:
    before = repr(old)
    patched(old, difference(old, share(old, new)))
    assert repr(old) == before


def test_null_fields_are_dropped_as_the_api_drops_them() -> None:
    assert share(None, {"metadata": {"creationTimestamp": None, "name": "a"}}) == {"metadata": {"name": "a"}}


def test_an_entry_put_into_the_middle_of_a_long_list_is_one_operation() -> None:
    entries = [{"ip": str(number)} for number in range(100)]
    new = share({"subsets": entries}, {"subsets": [*entries[:50], {"ip": "new"}, *entries[50:]]})
    assert difference({"subsets": entries}, new) == [{"op": "add", "path": "/subsets/50", "value": {"ip": "new"}}]


def test_later_changes_of_the_writers_dict_do_not_reach_the_copy() -> None:
    written = {"spec": {"containers": [{"image": "a"}]}}
    stored = share(None, written)
    written["spec"]["containers"][0]["image"] = "b"
    assert stored == {"spec": {"containers": [{"image": "a"}]}}


def type_map(value: Any) -> Any:
    """1 and True are equal in Python, but not in JSON."""
    if isinstance(value, dict):
        return {key: type_map(entry) for key, entry in value.items()}
    return [type_map(entry) for entry in value] if isinstance(value, list) else type(value)

"""Label and field selectors (API-8)."""

from __future__ import annotations

import pytest

from simk8s.api.errors import ApiError
from simk8s.api.selector import NOTHING, from_labels, from_object, parse, parse_fields

LABELS = {"app": "mysql", "tier": "db"}


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("app=mysql", True),
        ("app==mysql", True),
        ("app=web", False),
        ("app!=web", True),
        ("env!=prod", True),  # also without the key
        ("app in (web, mysql)", True),
        ("app notin (web)", True),
        ("env notin (prod)", True),
        ("tier", True),
        ("!tier", False),
        ("!env", True),
        ("app=mysql,tier=web", False),
        ("app in (a,b),!env", False),
        ("", True),
    ],
)
def test_a_label_selector_matches_as_the_api_says(text: str, matches: bool) -> None:
    assert parse(text).matches(LABELS) is matches


@pytest.mark.parametrize("text", ["a b", "app=my_", "=x", "app in mysql", "app=(x)"])
def test_a_broken_label_selector_is_a_bad_request(text: str) -> None:
    with pytest.raises(ApiError) as refusal:
        parse(text)
    assert refusal.value.reason == "BadRequest"


def test_a_selector_object_joins_labels_and_expressions() -> None:
    selector = from_object(
        {
            "matchLabels": {"app": "mysql"},
            "matchExpressions": [
                {"key": "tier", "operator": "In", "values": ["db", "cache"]},
                {"key": "old", "operator": "DoesNotExist"},
            ],
        }
    )
    assert selector.matches(LABELS)
    assert not selector.matches({**LABELS, "old": "yes"})
    assert str(selector) == "app=mysql,!old,tier in (cache,db)"


def test_no_selector_selects_nothing_and_an_empty_one_everything() -> None:
    assert from_object(None) is NOTHING
    assert not from_labels({}).matches(LABELS)
    assert from_object({}).matches(LABELS)


def test_field_selectors_are_a_set_of_terms_with_empty_values_for_missing_fields() -> None:
    pod = {"metadata": {"name": "a"}, "spec": {"nodeName": "n1"}, "status": {"phase": "Running"}}
    assert parse_fields("status.phase!=Failed,spec.nodeName=n1,status.phase!=Succeeded").matches(pod)
    assert parse_fields("metadata.namespace=").matches(pod)
    assert not parse_fields("spec.nodeName==n2").matches(pod)

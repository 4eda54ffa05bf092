"""How kinds are named by people and by manifests."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from simk8s.api.errors import already_exists, conflict, invalid, not_found
from simk8s.api.resources import NoMatch, Registry, Resource
from simk8s.api.table import table
from simk8s.api.validation.field import required

REGISTRY = Registry()
STS = REGISTRY.typed("sts")


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("po", "Pod"),
        ("pods", "Pod"),
        ("Pod", "Pod"),
        ("sts", "StatefulSet"),
        ("statefulset.apps", "StatefulSet"),
        ("statefulsets.v1.apps", "StatefulSet"),
        ("pvc", "PersistentVolumeClaim"),
        ("ev", "Event"),
        ("sc", "StorageClass"),
        ("crds", "CustomResourceDefinition"),
    ],
)
def test_what_people_type_is_understood(word: str, kind: str) -> None:
    assert REGISTRY.typed(word).kind == kind


@pytest.mark.parametrize("word", ["foo", "pod.apps", ""])
def test_an_unknown_type_is_refused_in_kubectls_words(word: str) -> None:
    with pytest.raises(NoMatch) as refusal:
        REGISTRY.typed(word)
    assert str(refusal.value) == f'the server doesn\'t have a resource type "{word}"'


def test_all_means_what_runs() -> None:
    kinds = [resource.kind for resource in REGISTRY.category("all")]
    assert kinds == ["Pod", "Service", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet", "Job"]


def test_an_add_on_adds_its_kinds_to_one_cluster_only() -> None:
    mine = Registry()
    mine.add(Resource("Pool", "pools", "ceph.rook.io", "v1beta1", short_names=("po",)))
    assert mine.get("ceph.rook.io/v1beta1", "Pool").qualified == "pools.ceph.rook.io"
    assert mine.typed("po").kind == "Pod"  # who was first keeps a short name
    with pytest.raises(NoMatch, match="no matches for kind"):
        REGISTRY.get("ceph.rook.io/v1beta1", "Pool")


def test_refusals_have_the_servers_texts_and_details() -> None:  # API-2, API-3
    assert not_found(STS, "x").status == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "reason": "NotFound",
        "code": 404,
        "message": 'statefulsets.apps "x" not found',
        "details": {"name": "x", "group": "apps", "kind": "statefulsets"},
    }
    assert already_exists(STS, "mysql").message == 'statefulsets.apps "mysql" already exists'
    assert conflict(STS, "mysql").message == (
        'Operation cannot be fulfilled on statefulsets.apps "mysql": the object has been modified; please apply your '
        "changes to the latest version and try again"
    )
    refusal = invalid(STS, "x", [required(("spec", "selector"))])
    assert refusal.message == 'StatefulSet.apps "x" is invalid: spec.selector: Required value'
    assert refusal.details["causes"] == [
        {"reason": "FieldValueRequired", "message": "Required value", "field": "spec.selector"}
    ]


def test_a_table_is_an_object_of_the_api_too() -> None:
    pool = {"metadata": {"name": "p", "creationTimestamp": "2024-01-01T00:00:00Z"}}
    made = table(Resource("Pool", "pools", "ceph.rook.io"), [pool], datetime(2024, 1, 1, 0, 1, tzinfo=UTC)).as_object(
        "7"
    )
    assert [column["name"] for column in made["columnDefinitions"]] == ["Name", "Age"]
    assert made["rows"][0]["cells"] == ["p", "60s"]
    assert made["rows"][0]["object"]["metadata"] == pool["metadata"]

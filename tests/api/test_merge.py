"""The three-way merge of `kubectl apply`."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simk8s.api.objects import Object
from simk8s.api.patch import three_way
from simk8s.api.resources import Registry, Resource

REGISTRY = Registry()
STS, SERVICE = REGISTRY.typed("sts"), REGISTRY.typed("svc")


def template(**spec: object) -> Object:
    return {"spec": {"template": {"spec": spec}}}


def merged(original: Object, modified: Object, current: Object, resource: Resource = STS) -> Object:
    return three_way(original, modified, current, resource).of(current, resource)


def test_what_the_file_does_not_mention_stays() -> None:
    current: Object = {"spec": {"replicas": 5, "podManagementPolicy": "OrderedReady"}, "status": {"replicas": 5}}
    assert merged({"spec": {}}, {"spec": {}}, current) == current


def test_what_was_taken_out_of_the_file_goes_away() -> None:
    current: Object = {"spec": {"replicas": 3, "minReadySeconds": 5}}
    assert merged({"spec": {"minReadySeconds": 5}}, {"spec": {}}, current) == {"spec": {"replicas": 3}}


def test_containers_merge_by_name_and_keep_their_defaults() -> None:
    current = template(
        containers=[{"name": "a", "image": "1", "imagePullPolicy": "Always"}, {"name": "injected", "image": "x"}]
    )
    original = template(containers=[{"name": "a", "image": "1"}])
    modified = template(containers=[{"name": "a", "image": "2"}, {"name": "b", "image": "3"}])
    assert merged(original, modified, current) == template(
        containers=[
            {"name": "a", "image": "2", "imagePullPolicy": "Always"},
            {"name": "b", "image": "3"},
            {"name": "injected", "image": "x"},
        ]
    )


def test_a_container_that_was_taken_out_of_the_file_goes_away() -> None:
    both = template(containers=[{"name": "a"}, {"name": "b"}])
    one = template(containers=[{"name": "b"}])
    assert merged(both, one, both) == one


def test_lists_without_a_key_are_replaced() -> None:
    current = template(containers=[{"name": "a", "command": ["x", "y"]}])
    modified = template(containers=[{"name": "a", "command": ["z"]}])
    assert merged(current, modified, current) == modified


def test_a_volume_keeps_only_the_kind_that_it_now_has() -> None:
    current = template(volumes=[{"name": "v", "emptyDir": {}}])
    modified = template(volumes=[{"name": "v", "configMap": {"name": "c"}}])
    assert merged({}, modified, current) == modified


def test_one_port_number_for_two_protocols_stays_two_ports() -> None:
    ports = [{"name": "t", "port": 53, "protocol": "TCP"}, {"name": "u", "port": 53, "protocol": "UDP"}]
    spec: Object = {"spec": {"ports": ports}}
    assert merged(spec, spec, spec, SERVICE) == spec


def test_lists_of_a_custom_resource_are_replaced() -> None:
    resource = Resource("Pool", "pools", "ceph.rook.io", "v1beta1")
    current: Object = {"spec": {"containers": [{"name": "a", "x": 1}]}}
    modified: Object = {"spec": {"containers": [{"name": "a"}]}}
    assert merged(current, modified, current, resource) == modified


NAMES = st.sampled_from(["a", "b", "c", "d"])
CONTAINERS = st.lists(
    st.fixed_dictionaries({"name": NAMES}, optional={"image": NAMES, "command": st.lists(NAMES, max_size=2)}),
    max_size=4,
    unique_by=lambda entry: entry["name"],
)
SPECS = st.fixed_dictionaries(
    {}, optional={"containers": CONTAINERS, "nodeName": NAMES, "nodeSelector": st.dictionaries(NAMES, NAMES)}
)


@given(SPECS, SPECS, SPECS)
def test_applying_twice_changes_nothing_more(original: Object, modified: Object, current: Object) -> None:
    once = merged(template(**original), template(**modified), template(**current))
    assert merged(template(**modified), template(**modified), once) == once


@given(SPECS, SPECS, SPECS)
def test_what_is_written_is_what_is_there_afterwards(original: Object, modified: Object, current: Object) -> None:
    spec = merged(template(**original), template(**modified), template(**current))["spec"]["template"]["spec"]
    images = {entry["name"]: entry for entry in spec.get("containers", [])}
    for entry in modified.get("containers", []):
        assert {field: images[entry["name"]][field] for field in entry} == entry
    assert spec.get("nodeName") == modified.get("nodeName", None if "nodeName" in original else current.get("nodeName"))

"""Environment variables of containers, as functions of objects."""

from __future__ import annotations

from typing import Any

import pytest

from simk8s.api.objects import Object
from simk8s.node.environment import ConfigError, Place, environment, expand

POD: Object = {
    "metadata": {"name": "web-0", "namespace": "default", "uid": "u1", "labels": {"app": "web"}},
    "spec": {"serviceAccountName": "default", "containers": [{"name": "a"}]},
}
PLACE = Place("node-1", "192.168.49.2", "10.244.1.2", {"cpu": "4", "memory": "8Gi"})
OBJECTS: dict[tuple[str, str], Object] = {
    ("ConfigMap", "settings"): {"kind": "ConfigMap", "data": {"MODE": "fast", "LEVEL": "3"}},
    ("Secret", "password"): {"kind": "Secret", "data": {"word": "c2VzYW1l"}},
}


def lookup(kind: str, name: str) -> Object | None:
    return OBJECTS.get((kind, name))


def of(container: dict[str, Any], **more: Any) -> dict[str, str]:
    return environment(POD, container, PLACE, lookup, **more)


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("$(A)/x", "1/x"),
        ("$$(A)", "$(A)"),
        ("$(B)", "$(B)"),
        ("$A ${A} $", "$A ${A} $"),
        ("$(A)$(A)", "11"),
        ("$(", "$("),
    ],
)
def test_references_in_command_and_values_are_expanded_and_doubled_dollars_are_not(text: str, expanded: str) -> None:
    assert expand(text, {"A": "1"}) == expanded


def test_a_later_variable_sees_the_earlier_ones_and_wins() -> None:
    env = [{"name": "A", "value": "1"}, {"name": "B", "value": "$(A)2"}, {"name": "A", "value": "3"}]
    assert of({"name": "a", "env": env}) == {"A": "3", "B": "12"}


def test_env_from_comes_first_and_takes_a_prefix() -> None:
    container = {
        "name": "a",
        "envFrom": [{"configMapRef": {"name": "settings"}, "prefix": "APP_"}],
        "env": [{"name": "APP_LEVEL", "value": "9"}],
    }
    assert of(container) == {"APP_MODE": "fast", "APP_LEVEL": "9"}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ({"configMapKeyRef": {"name": "settings", "key": "MODE"}}, "fast"),
        ({"secretKeyRef": {"name": "password", "key": "word"}}, "sesame"),
        ({"fieldRef": {"fieldPath": "metadata.name"}}, "web-0"),
        ({"fieldRef": {"fieldPath": "metadata.labels['app']"}}, "web"),
        ({"fieldRef": {"fieldPath": "status.podIP"}}, "10.244.1.2"),
        ({"fieldRef": {"fieldPath": "spec.nodeName"}}, "node-1"),
        ({"resourceFieldRef": {"resource": "limits.memory", "divisor": "1Mi"}}, "512"),
        ({"resourceFieldRef": {"resource": "limits.cpu", "divisor": "0"}}, "4"),
        ({"resourceFieldRef": {"resource": "requests.cpu", "divisor": "1m"}}, "250"),
    ],
)
def test_values_come_from_objects_fields_and_resources(source: Object, value: str) -> None:
    resources = {"limits": {"memory": "512Mi"}, "requests": {"cpu": "250m"}}
    assert of({"name": "a", "env": [{"name": "X", "valueFrom": source}], "resources": resources}) == {"X": value}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"configMapKeyRef": {"name": "x", "key": "k"}}, 'configmap "x" not found'),
        ({"configMapKeyRef": {"name": "settings", "key": "k"}}, "couldn't find key k in ConfigMap default/settings"),
        ({"secretKeyRef": {"name": "x", "key": "k"}}, 'secret "x" not found'),
    ],
)
def test_what_is_missing_is_named_unless_it_is_optional(source: Object, message: str) -> None:
    """KUBELET-33."""
    with pytest.raises(ConfigError, match=message):
        of({"name": "a", "env": [{"name": "X", "valueFrom": source}]})
    (kind, reference), *_ = source.items()
    optional = {kind: {**reference, "optional": True}}
    assert of({"name": "a", "env": [{"name": "X", "valueFrom": optional}]}) == {}


def test_services_of_the_namespace_are_variables_and_headless_ones_are_not() -> None:
    services = [
        service("mysql-read", "10.96.1.1", [{"name": "my-sql", "port": 3306}]),
        service("mysql", "None", [{"port": 3306}]),
        service("elsewhere", "10.96.1.2", [{"port": 80}], namespace="other"),
        service("kubernetes", "10.96.0.1", [{"name": "https", "port": 443}]),
    ]
    found = of({"name": "a"}, services=services)
    assert found["MYSQL_READ_SERVICE_HOST"] == "10.96.1.1"
    assert found["MYSQL_READ_SERVICE_PORT"] == found["MYSQL_READ_SERVICE_PORT_MY_SQL"] == "3306"
    assert found["MYSQL_READ_PORT"] == found["MYSQL_READ_PORT_3306_TCP"] == "tcp://10.96.1.1:3306"
    assert found["MYSQL_READ_PORT_3306_TCP_ADDR"] == "10.96.1.1"
    assert found["KUBERNETES_SERVICE_HOST"] == "10.96.0.1"
    assert not [name for name in found if name.startswith(("MYSQL_SERVICE", "ELSEWHERE"))]


def test_without_service_links_only_the_api_server_is_a_variable() -> None:
    pod = {**POD, "spec": {**POD["spec"], "enableServiceLinks": False}}
    services = [service("web", "10.96.1.1", [{"port": 80}]), service("kubernetes", "10.96.0.1", [{"port": 443}])]
    found = environment(pod, {"name": "a"}, PLACE, lookup, services)
    assert {name.split("_")[0] for name in found} == {"KUBERNETES"}


def service(name: str, address: str, ports: list[Object], namespace: str = "default") -> Object:
    return {"metadata": {"name": name, "namespace": namespace}, "spec": {"clusterIP": address, "ports": ports}}

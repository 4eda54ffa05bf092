"""`kubectl delete`, `scale` and `wait`: they ask, and then wait for the cluster."""

# ruff: noqa: E501 (what kubectl prints is as wide as it is)

from __future__ import annotations

import pytest

from simk8s.api.deletion import Deletion
from simk8s.api.objects import Object
from tests.conformance import case
from tests.kubectl.kubectl_shell import Shell

WARNING = (
    "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. "
    "The resource may continue to run on the cluster indefinitely.\n"
)


def config_map(shell: Shell, name: str, app: str = "web") -> None:
    shell.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": {"app": app}}})


def kubelet_confirms(shell: Shell) -> None:
    """What the kubelet does when all containers have stopped (KUBELET-58)."""
    shell.store.delete("Pod", "mysql-0", by=shell.someone, deletion=Deletion(grace_seconds=0))


def test_delete_returns_when_the_pod_is_gone(mysql: Shell) -> None:  # KCTL-13
    mysql.at(12, lambda: kubelet_confirms(mysql))
    begun = mysql.sim.now
    printed = mysql("delete pod mysql-0")
    assert (printed.out, printed.err, printed.status) == ('pod "mysql-0" deleted\n', "", 0)
    assert 12 <= mysql.sim.now - begun < 12.2


def test_delete_without_waiting_returns_at_once(mysql: Shell) -> None:  # KCTL-13
    begun = mysql.sim.now
    assert mysql("delete pod/mysql-0 --wait=false").out == 'pod "mysql-0" deleted\n'
    assert mysql.sim.now - begun < 0.1
    assert mysql.store.get("Pod", "mysql-0")["metadata"]["deletionGracePeriodSeconds"] == 30  # KUBELET-55


@case("INV-1")
def test_inv_1_a_namesake_that_comes_back_ends_the_wait(mysql: Shell) -> None:
    def replace() -> None:
        pod = mysql.store.get("Pod", "mysql-0")
        kubelet_confirms(mysql)
        mysql.create({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "mysql-0"}, "spec": pod["spec"]})

    mysql.at(3, replace)
    assert mysql("delete pod mysql-0").status == 0


def test_the_wait_may_have_an_end(mysql: Shell) -> None:
    printed = mysql("delete pod mysql-0 --timeout=5s")
    assert printed.err == "error: timed out waiting for the condition on pods/mysql-0\n"
    assert printed.status == 1


def test_force_removes_a_pod_at_once_and_warns(mysql: Shell) -> None:  # KUBELET-59
    printed = mysql("delete pod mysql-0 --grace-period=0 --force")
    assert (printed.out, printed.err) == ('pod "mysql-0" force deleted\n', WARNING)
    assert mysql.store.find("Pod", "mysql-0") is None


@pytest.mark.parametrize(("flags", "seconds"), [("--now", 1), ("--grace-period=7", 7), ("--grace-period=0", 1)])
def test_the_grace_period_can_be_chosen(mysql: Shell, flags: str, seconds: int) -> None:
    mysql(f"delete pod mysql-0 --wait=false {flags}")
    assert mysql.store.get("Pod", "mysql-0")["metadata"]["deletionGracePeriodSeconds"] == seconds


def test_objects_are_deleted_by_file_label_and_type(shell: Shell) -> None:
    for name, app in (("a", "web"), ("b", "web"), ("c", "db"), ("d", "db")):
        config_map(shell, name, app)
    assert shell("delete cm -l app=web").out == 'configmap "a" deleted\nconfigmap "b" deleted\n'
    assert (
        shell("delete -f -", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n").out == 'configmap "c" deleted\n'
    )
    assert shell("delete cm --all").out == 'configmap "d" deleted\n'
    assert shell("delete cm --all").out == "No resources found\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("delete cm x", 'Error from server (NotFound): configmaps "x" not found\n'),
        ("delete cm", "error: resource(s) were provided, but no name was specified\n"),
        ("delete cm x --cascade=never", 'error: invalid cascade value (never). Must be "background", "foreground", or "orphan"\n'),
        ("delete pod x --now --grace-period=3", "error: --now and --grace-period cannot be specified together\n"),
    ],
)  # fmt: skip
def test_a_wrong_deletion_is_refused(shell: Shell, line: str, message: str) -> None:
    printed = shell(line)
    assert (printed.err, printed.status) == (message, 1)


def test_a_name_that_is_not_there_may_be_ignored(shell: Shell) -> None:
    assert shell("delete cm x --ignore-not-found").status == 0
    assert shell("delete").err.startswith("error: You must provide one or more resources by argument or filename.\n")


def test_a_dry_run_deletes_nothing(shell: Shell) -> None:
    config_map(shell, "a")
    assert shell("delete cm a --dry-run=client").out == 'configmap "a" deleted (dry run)\n'
    assert shell.store.find("ConfigMap", "a")


def test_cascade_is_passed_on(shell: Shell) -> None:  # API-7
    config_map(shell, "a")
    shell("delete cm a --cascade=foreground --wait=false")
    assert shell.store.get("ConfigMap", "a")["metadata"]["finalizers"] == ["foregroundDeletion"]


SET: Object = {
    "apiVersion": "apps/v1",
    "kind": "StatefulSet",
    "metadata": {"name": "mysql"},
    "spec": {
        "replicas": 3,
        "selector": {"matchLabels": {"app": "mysql"}},
        "template": {"metadata": {"labels": {"app": "mysql"}}, "spec": {"containers": [{"name": "a", "image": "i"}]}},
    },
}


@pytest.mark.parametrize("line", ["scale statefulset mysql --replicas=5", "scale --replicas 5 sts/mysql"])
def test_scale_sets_the_number_of_replicas(shell: Shell, line: str) -> None:  # KCTL-13, STS-76
    shell.create(SET)
    assert shell(line).out == "statefulset.apps/mysql scaled\n"
    assert shell.store.get("StatefulSet", "mysql")["spec"]["replicas"] == 5
    assert shell.store.get("StatefulSet", "mysql")["metadata"]["generation"] == 2


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("scale sts mysql", 'error: required flag(s) "replicas" not set\n'),
        ("scale sts none --replicas=1", 'error: no objects passed to scale statefulsets.apps "none" not found\n'),
        ("scale sts mysql --replicas=1 --current-replicas=2", "error: Expected replicas to be 2, was 3\n"),
        ("scale cm x --replicas=1", "Error from server (NotFound): the server could not find the requested resource\n"),
    ],
)
def test_what_cannot_be_scaled_is_refused(shell: Shell, line: str, message: str) -> None:
    shell.create(SET)
    config_map(shell, "x")
    printed = shell(line)
    assert (printed.err, printed.status) == (message, 1)


def make_ready(shell: Shell) -> None:
    pod = shell.store.get("Pod", "mysql-0")
    conditions = [{"type": "Ready", "status": "True"}]
    shell.store.update_status({**pod, "status": {**pod["status"], "conditions": conditions}}, by=shell.someone)


def test_wait_returns_when_the_condition_is_met(mysql: Shell) -> None:
    mysql.at(20, lambda: make_ready(mysql))
    printed = mysql("wait --for=condition=Ready pod/mysql-0 --timeout=60s")
    assert (printed.out, printed.status) == ("pod/mysql-0 condition met\n", 0)
    assert mysql("wait --for=condition=ready pod -l app=mysql").out == "pod/mysql-0 condition met\n"


@pytest.mark.parametrize(
    "goal",
    ["condition=Ready=false", "jsonpath='{.status.phase}'=Running", "jsonpath={.status.podIP}", "jsonpath=.status.phase=Running"],
)  # fmt: skip
def test_wait_understands_values_and_paths(mysql: Shell, goal: str) -> None:
    assert mysql(f"wait --for={goal} pod/mysql-0").out == "pod/mysql-0 condition met\n"


def test_wait_for_deletion_ends_when_the_object_is_gone(mysql: Shell) -> None:
    mysql.at(5, lambda: kubelet_confirms(mysql))
    assert mysql("wait --for=delete pod/mysql-0").out == "pod/mysql-0 condition met\n"
    assert mysql("wait --for=delete pod/mysql-0").status == 0


def test_wait_gives_up_after_thirty_seconds(mysql: Shell) -> None:
    begun = mysql.sim.now
    printed = mysql("wait --for=condition=Ready pod/mysql-0")
    assert printed.err == "error: timed out waiting for the condition on pods/mysql-0\n"
    assert 30 <= mysql.sim.now - begun < 30.1


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("wait pod/x --for=condition=Ready", 'Error from server (NotFound): pods "x" not found\n'),
        ("wait pod -l a=b --for=condition=Ready", "error: no matching resources found\n"),
        ("wait pod/x --for=happiness", 'error: unrecognized condition: "happiness"\n'),
    ],
)
def test_what_cannot_be_waited_for_is_refused(shell: Shell, line: str, message: str) -> None:
    printed = shell(line)
    assert (printed.err, printed.status) == (message, 1)

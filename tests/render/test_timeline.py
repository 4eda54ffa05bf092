"""The story that a history tells."""

from __future__ import annotations

from typing import Any

from simk8s.render.timeline import timeline
from simk8s.sim import Record


class Writer:
    """Writes objects into a history as the store does."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.objects: dict[str, Any] = {}

    def put(self, place: str, new: dict[str, Any], *, by: str = "kubelet/node-1", at: float = 1.0) -> None:
        from simk8s.api.change import difference

        old = self.objects.get(place)
        detail: dict[str, Any] = {"resourceVersion": str(len(self.records) + 1)}
        if old is None:
            detail["object"] = new
        else:
            detail["patch"] = difference(old, new)
        verb = "create" if old is None else "update"
        self.records.append(Record(len(self.records), at, by, verb, place, (), detail))
        self.objects[place] = new

    def delete(self, place: str) -> None:
        del self.objects[place]
        self.records.append(Record(len(self.records), 9.0, "kubelet", "delete", place, (), {"resourceVersion": "99"}))

    @property
    def texts(self) -> list[str]:
        return [line.text for line in timeline(self.records)]


def pod(**status: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "mysql-0"},
        "spec": {"initContainers": [{"name": "init-mysql"}], "containers": [{"name": "mysql"}]},
        "status": status,
    }


def test_a_pods_way_is_told_from_its_creation_to_being_ready() -> None:
    writer = Writer()
    place = "Pod/default/mysql-0"
    init = {"name": "init-mysql", "state": {"running": {"startedAt": "1"}}}
    done = {"name": "init-mysql", "ready": True, "state": {"terminated": {"exitCode": 0}}}
    running = {"name": "mysql", "state": {"running": {"startedAt": "2"}}}
    yes = [{"type": "Ready", "status": "True"}]
    writer.put(place, pod())
    writer.put(place, {**pod(), "spec": {**pod()["spec"], "nodeName": "node-1"}}, by="default-scheduler")
    writer.put(place, pod(initContainerStatuses=[init]))
    writer.put(place, pod(initContainerStatuses=[done]))
    writer.put(place, pod(initContainerStatuses=[done], containerStatuses=[running]))
    writer.put(place, pod(initContainerStatuses=[done], containerStatuses=[running], conditions=yes))
    assert writer.texts == [
        "pod/mysql-0 created",
        "pod/mysql-0 scheduled to node-1",
        "pod/mysql-0 init container init-mysql (1/1) started",
        "pod/mysql-0 init container init-mysql (1/1) done",
        "pod/mysql-0 container mysql started",
        "pod/mysql-0 ready, 1/1",
    ]


def test_a_crash_is_told_with_its_status_and_the_wait_before_the_next_start() -> None:
    writer = Writer()
    place = "Pod/default/mysql-0"
    ended = {"exitCode": 1, "finishedAt": "3"}
    writer.put(place, pod(containerStatuses=[{"name": "mysql", "state": {"running": {"startedAt": "2"}}}]))
    writer.put(place, pod(containerStatuses=[{"name": "mysql", "state": {"terminated": ended}}]))
    waiting = {"reason": "CrashLoopBackOff", "message": "back-off 10s"}
    last = {"lastState": {"terminated": ended}, "restartCount": 0}
    writer.put(place, pod(containerStatuses=[{"name": "mysql", "state": {"waiting": waiting}, **last}]))
    again = {"name": "mysql", "state": {"running": {"startedAt": "4"}}, "lastState": {"terminated": ended}}
    writer.put(place, pod(containerStatuses=[{**again, "restartCount": 1}]))
    assert writer.texts[1:] == [
        "pod/mysql-0 container mysql started",
        "pod/mysql-0 container mysql ended with status 1",
        "pod/mysql-0 container mysql waits: CrashLoopBackOff: back-off 10s",
        "pod/mysql-0 container mysql started again, restart 1",
    ]


def test_a_bad_line_is_marked_by_more_than_its_colour() -> None:
    writer = Writer()
    writer.put(
        "Event/default/e1",
        {
            "type": "Warning",
            "reason": "FailedScheduling",
            "message": "0/3 nodes are\n available",
            "involvedObject": {"kind": "Pod", "namespace": "default", "name": "mysql-0"},
        },
        by="default-scheduler",
        at=2.5,
    )
    (line,) = timeline(writer.records)
    assert str(line) == "     2.50s ! default-scheduler           pod/mysql-0 FailedScheduling: 0/3 nodes are available"


def test_scaling_and_completion_of_a_set_are_told_once() -> None:
    writer = Writer()
    place = "StatefulSet/default/mysql"
    writer.put(place, {"spec": {"replicas": 3}, "status": {}}, by="kubectl")
    writer.put(place, {"spec": {"replicas": 3}, "status": {"readyReplicas": 3}})
    writer.put(place, {"spec": {"replicas": 5}, "status": {"readyReplicas": 3}}, by="kubectl")
    writer.delete(place)
    assert writer.texts == [
        "statefulset/mysql created, 3 replicas wanted",
        "statefulset/mysql complete, 3 of 3 replicas ready",
        "statefulset/mysql scaled from 3 to 5",
        "statefulset/mysql deleted",
    ]


def test_the_clusters_own_objects_are_not_told() -> None:
    writer = Writer()
    writer.put("ConfigMap/kube-system/coredns", {"data": {}})
    writer.put("Pod/kube-system/coredns", pod())
    assert writer.texts == []

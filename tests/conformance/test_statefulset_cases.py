"""Cases derived from the rules of StatefulSets, on the whole cluster."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, dig, is_terminating
from tests.conformance import case, row
from tests.conformance.web import A, B, Web, is_ready

UNPULLABLE = "registry.example.com/no/such:1"
FROM_THE_TOP = ["delete 2", "create 2", "delete 1", "create 1", "delete 0", "create 0"]


@case("D-1")
def test_d_1_a_fresh_sets_events_in_order() -> None:  # STS-43, STS-97
    web = Web(3, claims=True).ready()
    assert web.events("ss") == [
        line
        for ordinal in range(3)
        for line in (
            f"create Claim datadir-ss-{ordinal} Pod ss-{ordinal} in StatefulSet ss success",
            f"create Pod ss-{ordinal} in StatefulSet ss successful",
        )
    ]
    created = {act: time for time, act in web.timed_acts()}
    readied = {name: time for time, name in web.readied()}
    assert created["create 1"] > readied["ss-0"]
    assert created["create 2"] > readied["ss-1"]


@case("D-4")
def test_d_4_a_deleted_pod_is_replaced_once_it_is_gone() -> None:  # INV-1, STS-97
    web = Web(3, claims=True).ready()
    uid, claim, told, mark = web.uids()[1], web.claim(1)["metadata"]["uid"], web.events("ss"), web.mark
    web.delete(1).run(60)
    story = [record.verb for record in web.cluster.history.records[mark:] if record.object == "Pod/default/ss-1"]
    assert story[0] == "update"  # the deletion is asked for
    assert story.index("delete") < story.index("create")
    assert web.uids()[1] != uid
    assert web.claim(1)["metadata"]["uid"] == claim
    assert is_ready(web.pod(1))
    assert web.events("ss") == told  # the create of Pod 1 is counted in its Event; no claim, no SuccessfulDelete
    event = next(e for e in web.cluster.world.store.list("Event") if e["message"].startswith("create Pod ss-1"))
    assert event["count"] == 2


@case("D-22")
def test_d_22_a_parallel_set_may_deadlock_where_stale_pods_count() -> None:  # STS-57a, VER-3
    web = Web(3, podManagementPolicy="Parallel", options={"replace_stale_pods": False}).strategy(0).ready()
    web.break_readiness(0)
    mark = web.mark
    web.image(B).run(600)
    assert web.acts(mark) == []


@case("D-21")
def test_d_21_the_fixed_controller_replaces_the_bad_pod_itself() -> None:  # STS-57b, VER-3
    web = Web(3, podManagementPolicy="Parallel").strategy(0).ready()
    web.image(UNPULLABLE).run(600)
    assert web.images() == [A, A, UNPULLABLE]
    web.image(A).ready()
    assert web.images() == [A] * 3


@case("D-34")
def test_d_34_rollout_restart_replaces_all_pods() -> None:  # STS-101
    web = Web(3).ready()
    mark = web.mark
    assert web.kubectl("rollout restart statefulset/ss") == "statefulset.apps/ss restarted\n"
    web.ready()
    assert dig(web.spec, "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt")
    assert len(web.history()) == 2
    assert web.acts(mark) == FROM_THE_TOP


@case("D-35")
def test_d_35_rollout_status_tells_of_every_step() -> None:  # STS-102
    web = Web(3).strategy(0).ready()
    web.image(B)
    *steps, last = web.kubectl("rollout status statefulset/ss").splitlines()
    waits = ["Waiting for 1 pods to be ready..."]
    partitioned = [
        f"Waiting for partitioned roll out to finish: {updated} out of 3 new pods have been updated..."
        for updated in range(3)
    ]
    observed = "Waiting for statefulset spec update to be observed..."
    assert set(steps) <= {observed, *waits, *partitioned}
    told = [line for line in steps if line in partitioned]
    assert told == sorted(told)  # the number of updated Pods only grows
    assert last == "partitioned roll out complete: 3 new pods have been updated..."


def refusal(web: Web, **spec: Any) -> str:
    """What the API says to a new set like this one with another spec."""
    new = {**web.object, "metadata": {"name": "new"}, "spec": {**web.object["spec"], **spec}}
    with pytest.raises(ApiError) as caught:
        web.cluster.world.store.create(new, by=web.actor)
    return str(caught.value)


@case("D-37")
@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ({"selector": {}}, "spec.selector: Invalid value"),
        ({"selector": {"matchLabels": {"app": "else"}}}, "`selector` does not match template `labels`"),
        (
            {"updateStrategy": {"type": "OnDelete", "rollingUpdate": {"partition": 1}}},
            "only allowed for",
        ),
    ],
    ids=["empty selector", "other labels", "OnDelete with a block"],
)
def test_d_37_sets_that_are_refused(spec: Object, text: str) -> None:  # STS-81
    assert text in refusal(Web(0), **spec)


@case("D-37")
def test_d_37_a_set_whose_pods_would_not_always_be_restarted_is_refused() -> None:  # STS-81
    web = Web(0)
    template = web.object["spec"]["template"]
    text = refusal(web, template={**template, "spec": {**template["spec"], "restartPolicy": "OnFailure"}})
    assert 'spec.template.spec.restartPolicy: Unsupported value: "OnFailure": supported values: "Always"' in text


@case("D-43")
def test_d_43_a_claim_and_its_pod_deleted_come_back_empty() -> None:  # STS-97, VOL-13
    web = Web(3, claims=True).ready()
    web.exec(2, "echo old > /data/old")
    claim = web.claim(2)["metadata"]["uid"]
    web.kubectl("delete pvc datadir-ss-2 --wait=false")
    web.run(5)
    assert is_terminating(web.claim(2))
    web.delete(2).run(5)
    web.ready()
    assert web.claim(2)["metadata"]["uid"] != claim
    assert web.exec(2, "ls /data") == "ready\n"
    refusals = set(web.events("ss", "FailedCreate"))
    assert refusals <= {"create Pod ss-2 in StatefulSet ss failed error: pvc datadir-ss-2 is being deleted"}


@case("D-44")
def test_d_44_claims_survive_an_update_and_go_with_the_set() -> None:  # STS-60 to STS-63
    web = Web(3, claims=True, persistentVolumeClaimRetentionPolicy={"whenDeleted": "Delete"}).ready()
    claims = [web.claim(ordinal)["metadata"]["uid"] for ordinal in range(3)]
    web.image(B).ready()
    assert web.images() == [B] * 3
    assert [web.claim(ordinal)["metadata"]["uid"] for ordinal in range(3)] == claims
    web.kubectl("delete statefulset ss")
    assert web.run(60).claims_left() == []


@case("D-45")
def test_d_45_claims_go_after_their_pods_and_come_back_empty() -> None:  # STS-62, STS-66
    web = Web(3, claims=True, persistentVolumeClaimRetentionPolicy={"whenScaled": "Delete"}).ready()
    web.exec(2, "echo old > /data/old")
    mark = web.mark
    web.scale(1).run(90)
    story = [
        record.object
        for record in web.cluster.history.records[mark:]
        if record.verb == "delete" and record.object.startswith(("Pod/", "PersistentVolumeClaim/"))
    ]
    assert story.index("Pod/default/ss-2") < story.index("PersistentVolumeClaim/default/datadir-ss-2")
    assert story.index("Pod/default/ss-1") < story.index("PersistentVolumeClaim/default/datadir-ss-1")
    assert web.claims_left() == ["datadir-ss-0"]
    web.scale(3).ready()
    assert web.exec(2, "ls /data") == "ready\n"


@case("D-47")
def test_d_47_the_label_is_restored_the_image_is_not() -> None:  # STS-53, KUBELET-11
    web = Web(3).ready()
    uid = web.uids()[1]
    web.kubectl("label pod ss-1 statefulset.kubernetes.io/pod-name-")
    web.run(10)
    assert web.pod(1)["metadata"]["labels"]["statefulset.kubernetes.io/pod-name"] == "ss-1"
    assert web.events("ss", "SuccessfulUpdate") == ["update Pod ss-1 in StatefulSet ss successful"]
    web.kubectl(f"set image pod/ss-1 webserver={B}")
    web.run(60)
    assert web.images() == [A, B, A]
    assert web.uids()[1] == uid
    assert web.pod(1)["status"]["containerStatuses"][0]["restartCount"] == 1
    assert is_ready(web.pod(1))


@case("D-50")
def test_d_50_a_set_without_a_service_runs_nameless() -> None:  # STS-83
    web = Web(2, serviceName="nowhere").ready()
    assert web.status["readyReplicas"] == 2
    assert web.cluster.exec("ss-0", ["getent", "hosts", "ss-1.nowhere"]).status == 2


@pytest.mark.parametrize(
    ("policy", "after"), [row("D-11", "Parallel", [0, 1, 2, 3, 4]), row("D-6", "OrderedReady", [0, 1, 2])]
)
def test_growing_beside_an_unready_pod(policy: str, after: list[int]) -> None:  # STS-43
    web = Web(3, podManagementPolicy=policy).ready().break_readiness(0)
    web.scale(5).run(10)
    assert list(web.pods()) == after


@case("D-17")
def test_d_17_an_image_that_cannot_be_pulled_halts_the_rollout() -> None:  # STS-59
    web = Web(3).strategy(0).ready()
    web.image(UNPULLABLE).run(1200)
    assert [line.split()[1:3] for line in web.table().splitlines()[1:]] == [
        ["1/1", "Running"],
        ["1/1", "Running"],
        ["0/1", "ImagePullBackOff"],
    ]
    assert (web.status["updatedReplicas"], web.status["readyReplicas"]) == (1, 2)


@case("D-2")
def test_d_2_a_running_pod_is_what_the_set_made_of_its_template() -> None:  # STS-51, STS-22
    web = Web(2, claims=True).ready()
    pod = web.pod(1)
    assert pod["metadata"]["labels"] == {
        "app": "ss",
        "statefulset.kubernetes.io/pod-name": "ss-1",
        "apps.kubernetes.io/pod-index": "1",
        "controller-revision-hash": web.status["currentRevision"],
    }
    assert (pod["spec"]["hostname"], pod["spec"]["subdomain"]) == ("ss-1", "test")
    assert pod["spec"]["volumes"][0] == {"name": "datadir", "persistentVolumeClaim": {"claimName": "datadir-ss-1"}}


@case("D-36")
@pytest.mark.parametrize(
    "change",
    [
        {"serviceName": "other"},
        {"podManagementPolicy": "Parallel"},
        {"selector": {"matchLabels": {"app": "other"}}},
        {"volumeClaimTemplates": []},
    ],
    ids=lambda change: next(iter(change)),
)
def test_d_36_fields_that_cannot_be_changed(change: Object) -> None:  # STS-80
    web = Web(0, claims=True).run(10)
    said = web.kubectl(f"patch statefulset ss --type=merge -p '{json.dumps({'spec': change})}'", status=1)
    assert said.startswith('The StatefulSet "ss" is invalid: ')
    assert (
        "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
        "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' "
        "are forbidden"
    ) in said
    assert web.set["metadata"]["generation"] == 1

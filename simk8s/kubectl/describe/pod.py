"""A Pod's page."""

from __future__ import annotations

from simk8s.api.defaults.pod import qos_class
from simk8s.api.duration import age
from simk8s.api.objects import Object, dig, is_terminating, is_true, metadata
from simk8s.kubectl.describe.container import containers
from simk8s.kubectl.describe.event import events
from simk8s.kubectl.describe.page import NONE, Page, controller_text, time_text
from simk8s.kubectl.describe.volume import volumes


def pod(page: Page, obj: Object) -> None:
    spec, status = obj["spec"], obj.get("status") or {}
    page.head(obj)
    if spec.get("priority") is not None:
        page.field("Priority", spec["priority"])
    if spec.get("priorityClassName"):
        page.field("Priority Class Name", spec["priorityClassName"])
    if spec.get("serviceAccountName"):
        page.field("Service Account", spec["serviceAccountName"])
    page.field("Node", f"{spec['nodeName']}/{status.get('hostIP', '')}" if spec.get("nodeName") else NONE)
    if status.get("startTime"):
        page.field("Start Time", time_text(status["startTime"]))
    page.tags(obj)
    _status(page, obj, status)
    page.field("IP", status.get("podIP", ""))
    _addresses(page, status)
    if owner := controller_text(obj):
        page.field("Controlled By", owner)
    if status.get("nominatedNodeName"):
        page.field("NominatedNodeName", status["nominatedNodeName"])
    if spec.get("initContainers"):
        containers(page, "Init Containers", spec["initContainers"], status.get("initContainerStatuses") or [], obj)
    containers(page, "Containers", spec.get("containers") or [], status.get("containerStatuses") or [], obj)
    _conditions(page, obj, spec, status)
    volumes(page, spec.get("volumes") or [], template=False)
    page.field("QoS Class", status.get("qosClass") or qos_class(spec))
    page.mapping("Node-Selectors", spec.get("nodeSelector"))
    tolerations(page, spec)
    events(page, obj)


def _status(page: Page, obj: Object, status: Object) -> None:
    phase = status.get("phase", "")
    if is_terminating(obj) and phase not in ("Failed", "Succeeded"):
        since = age(metadata(obj)["deletionTimestamp"], page.now)
        page.field("Status", f"Terminating (lasts {since})")
        page.field("Termination Grace Period", f"{metadata(obj).get('deletionGracePeriodSeconds', 0)}s")
    else:
        page.field("Status", phase)
    for field in ("reason", "message"):
        if status.get(field):
            page.field(field.capitalize(), status[field])


def _addresses(page: Page, status: Object) -> None:
    addresses = status.get("podIPs") or ([{"ip": status["podIP"]}] if status.get("podIP") else [])
    if not addresses:
        page.field("IPs", NONE)
        return
    page.line("IPs:")
    for address in addresses:
        page.field("IP", address["ip"], 1)


def _conditions(page: Page, obj: Object, spec: Object, status: Object) -> None:
    if gates := spec.get("readinessGates"):
        page.line("Readiness Gates:")
        page.line("Type\tStatus", 1)
        for gate in gates:
            page.line(f"{gate['conditionType']} \t{'True' if is_true(obj, gate['conditionType']) else NONE} ", 1)
    if conditions := status.get("conditions"):
        page.line("Conditions:")
        page.line("Type\tStatus", 1)
        for condition in conditions:
            page.line(f"{condition['type']} \t{condition['status']} ", 1)


def tolerations(page: Page, spec: Object, indent: str = "") -> None:
    entries = sorted(spec.get("tolerations") or [], key=lambda toleration: str(toleration.get("key", "")))
    page.column("Tolerations", [_toleration(entry) for entry in entries], indent)


def _toleration(toleration: Object) -> str:
    text = str(toleration.get("key", ""))
    if toleration.get("value"):
        text += f"={toleration['value']}"
    if toleration.get("effect"):
        text += f":{toleration['effect']}"
    if toleration.get("operator") == "Exists" and not toleration.get("value"):
        text += " op=Exists" if text else "op=Exists"
    if toleration.get("tolerationSeconds") is not None:
        text += f" for {toleration['tolerationSeconds']}s"
    return text


def pod_template(page: Page, template: Object) -> None:
    """The template of a set, indented below `Pod Template:`."""
    spec, meta = template.get("spec") or {}, template.get("metadata") or {}
    page.line("Pod Template:")
    page.mapping("Labels", meta.get("labels"), "  ")
    if meta.get("annotations"):
        page.annotations("  Annotations", meta["annotations"])
    if account := dig(spec, "serviceAccountName"):
        page.field("Service Account", account, 1)
    if spec.get("initContainers"):
        containers(page, "Init Containers", spec["initContainers"])
    containers(page, "Containers", spec.get("containers") or [])
    volumes(page, spec.get("volumes") or [], template=True)
    page.mapping("Node-Selectors", spec.get("nodeSelector"), "  ")
    tolerations(page, spec, "  ")

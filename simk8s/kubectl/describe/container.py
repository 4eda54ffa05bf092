"""The containers of a Pod or a Pod template."""

from __future__ import annotations

from simk8s.api.objects import Object, dig
from simk8s.kubectl.describe.page import NONE, Page, time_text
from simk8s.node.environment import Place, field_value, resource_value


def containers(
    page: Page, label: str, specs: list[Object], statuses: list[Object] | None = None, pod: Object | None = None
) -> None:
    """`statuses` None: a template. There everything stands two columns further right, and names one more."""
    template = statuses is None
    by_name = {status["name"]: status for status in statuses or []}
    page.line(f"{'  ' if template else ''}{label}:{'' if specs else f' {NONE}'}")
    for spec in specs:
        page.line(f"{' ' if template else ''}{spec['name']}:", 1)
        status = by_name.get(spec["name"])
        _basics(page, spec, status)
        _words(page, "Command", spec.get("command"))
        _words(page, "Args", spec.get("args"))
        if status is not None:
            _state(page, "State", status.get("state") or {})
            if dig(status, "lastState", "terminated"):
                _state(page, "Last State", status["lastState"])
            page.field("Ready", "True" if status.get("ready") else "False", 2)
            page.field("Restart Count", status.get("restartCount", 0), 2)
        _resources(page, spec.get("resources") or {})
        for field, shown in (
            ("livenessProbe", "Liveness"),
            ("readinessProbe", "Readiness"),
            ("startupProbe", "Startup"),
        ):
            if spec.get(field):
                page.field(shown, probe_text(spec[field]), 2)
        _environment_from(page, spec)
        _environment(page, spec, pod)
        _mounts(page, spec)


def _basics(page: Page, spec: Object, status: Object | None) -> None:
    if status is not None:
        page.field("Container ID", status.get("containerID", ""), 2)
    page.field("Image", spec.get("image", ""), 2)
    if status is not None:
        page.field("Image ID", status.get("imageID", ""), 2)
    ports = spec.get("ports") or []
    for label, field in (("Port", "containerPort"), ("Host Port", "hostPort")):
        shown = [_port(port, field) for port in ports]
        page.field(f"{label}s" if len(shown) > 1 else label, ", ".join(shown) or NONE, 2)


def _port(port: Object, field: str) -> str:
    text = f"{port.get(field, 0)}/{port.get('protocol', 'TCP')}"
    return f"{text} ({port['name']})" if port.get("name") else text


def _words(page: Page, label: str, words: list[str] | None) -> None:
    if words:
        page.line(f"{label}:", 2)
        for word in words:
            for line in word.split("\n"):
                page.line(line, 3)


def _state(page: Page, label: str, state: Object) -> None:
    if (running := state.get("running")) is not None:
        page.field(label, "Running", 2)
        page.field("Started", time_text(running.get("startedAt")), 3)
    elif ended := state.get("terminated"):
        page.field(label, "Terminated", 2)
        if ended.get("reason"):
            page.field("Reason", ended["reason"], 3)
        if ended.get("message"):
            page.field("Message", ended["message"], 3)
        page.field("Exit Code", ended.get("exitCode", 0), 3)
        if ended.get("signal"):
            page.field("Signal", ended["signal"], 3)
        page.field("Started", time_text(ended.get("startedAt")), 3)
        page.field("Finished", time_text(ended.get("finishedAt")), 3)
    else:
        page.field(label, "Waiting", 2)
        if reason := dig(state, "waiting", "reason"):
            page.field("Reason", reason, 3)


def _resources(page: Page, resources: Object) -> None:
    for field, label in (("limits", "Limits"), ("requests", "Requests")):
        amounts = resources.get(field)
        if amounts:
            page.line(f"{label}:", 2)
            for name in sorted(amounts):
                page.field(name, amounts[name], 3)


def probe_text(probe: Object) -> str:
    """`exec [mysqladmin ping] delay=30s timeout=5s period=10s #success=1 #failure=3`."""
    numbers = (
        f"delay={probe.get('initialDelaySeconds', 0)}s timeout={probe.get('timeoutSeconds', 0)}s "
        f"period={probe.get('periodSeconds', 0)}s #success={probe.get('successThreshold', 0)} "
        f"#failure={probe.get('failureThreshold', 0)}"
    )
    if command := probe.get("exec"):
        return f"exec [{' '.join(command.get('command') or [])}] {numbers}"
    if action := probe.get("httpGet"):
        host = f"{action.get('host', '')}:{action['port']}"
        url = f"{action.get('scheme', 'HTTP').lower()}://{host}{action.get('path', '')}"
        return f"http-get {url} {numbers}"
    if action := probe.get("tcpSocket"):
        return f"tcp-socket {action.get('host', '')}:{action['port']} {numbers}"
    if action := probe.get("grpc"):
        return f"grpc <pod>:{action['port']} {action.get('service', '')} {numbers}"
    return f"unknown {numbers}"


def _environment_from(page: Page, spec: Object) -> None:
    sources = spec.get("envFrom") or []
    if not sources:
        return
    page.line("Environment Variables from:", 2)
    for source in sources:
        kind, reference = (
            ("ConfigMap", source["configMapRef"])
            if source.get("configMapRef")
            else ("Secret", source.get("secretRef") or {})
        )
        prefix = f" with prefix '{source['prefix']}'" if source.get("prefix") else ""
        page.line(f"{reference.get('name', '')}\t{kind}{prefix}\tOptional: {_bool(reference.get('optional'))}", 3)


def _environment(page: Page, spec: Object, pod: Object | None) -> None:
    variables = spec.get("env") or []
    page.line("Environment:" if variables else f"Environment:\t{NONE}", 2)
    for variable in variables:
        source = variable.get("valueFrom")
        if source is None:
            for index, line in enumerate((variable.get("value") or "").split("\n")):
                page.line(f"{variable['name']}:\t{line}" if index == 0 else f"\t{line}", 3)
        else:
            page.line(f"{variable['name']}:\t{_source(source, spec, pod)}", 3)


def _source(source: Object, container: Object, pod: Object | None) -> str:
    if field := source.get("fieldRef"):
        path = field["fieldPath"]
        value = field_value(pod, path, Place()) if pod and path.startswith("metadata.") else ""  # kubectl knows no more
        return f"{value} ({field.get('apiVersion', 'v1')}:{path})"
    if resource := source.get("resourceFieldRef"):
        amount = resource_value(pod or {}, resource, Place(), container)
        unlimited = amount == "0" and resource["resource"] in ("limits.cpu", "limits.memory")
        return f"{'node allocatable' if unlimited else amount} ({resource['resource']})"
    if secret := source.get("secretKeyRef"):
        optional = _bool(secret.get("optional"))
        return f"<set to the key '{secret['key']}' in secret '{secret['name']}'>\tOptional: {optional}"
    if config := source.get("configMapKeyRef"):
        optional = _bool(config.get("optional"))
        return f"<set to the key '{config['key']}' of config map '{config['name']}'>\tOptional: {optional}"
    return ""


def _bool(value: object) -> str:
    return "true" if value else "false"


def _mounts(page: Page, spec: Object) -> None:
    mounts = sorted(spec.get("volumeMounts") or [], key=lambda mount: str(mount["mountPath"]))
    page.line("Mounts:" if mounts else f"Mounts:\t{NONE}", 2)
    for mount in mounts:
        flags = "ro" if mount.get("readOnly") else "rw"
        if mount.get("subPath"):
            flags += f',path="{mount["subPath"]}"'
        page.line(f"{mount['mountPath']} from {mount['name']} ({flags})", 3)

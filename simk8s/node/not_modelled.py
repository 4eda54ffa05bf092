"""What a Pod asks of its node that has no effect here: people are told, nothing is silently skipped."""

from __future__ import annotations

from simk8s.api.objects import Object, dig

_POD_FIELDS = {
    "ephemeralContainers": "they are not started",
    "hostIPC": "each container has its own IPC",
    "hostPID": "each container sees its own processes only",
    "shareProcessNamespace": "each container sees its own processes only",
}


def without_effect(pod: Object) -> list[str]:
    """One sentence for each thing in the Pod's spec that this kubelet passes over."""
    spec = pod["spec"]
    found = [f"spec.{field}: {effect}" for field, effect in _POD_FIELDS.items() if spec.get(field)]
    if dig(spec, "securityContext", "sysctls"):
        found.append("spec.securityContext.sysctls: no kernel parameter is changed")
    for container in [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]:
        if any(port.get("hostPort") for port in container.get("ports") or []):
            found.append(f"hostPort of container {container['name']}: it is kept free, but leads nowhere")
    return [f"simk8s does not model {sentence}" for sentence in found]

"""The claims that a Pod uses, by name: those that it names, and those that are made for it alone."""

from __future__ import annotations

from collections.abc import Iterator

from simk8s.api.objects import Object, name


def claim_names(pod: Object) -> Iterator[str]:
    """The names of all claims of a Pod's volumes, in their order."""
    for volume in (pod.get("spec") or {}).get("volumes") or ():
        claim = claim_of(pod, volume)
        if claim:
            yield claim


def claim_of(pod: Object, volume: Object) -> str:
    """The claim behind a volume of a Pod, "" where there is none.

    >>> claim_of({"metadata": {"name": "web-0"}}, {"name": "scratch", "ephemeral": {}})
    'web-0-scratch'
    """
    if "ephemeral" in volume:
        return f"{name(pod)}-{volume['name']}"
    return str((volume.get("persistentVolumeClaim") or {}).get("claimName") or "")

"""The API objects' part of a fingerprint: what they say, without names, counts and dates of this one run."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import msgspec

from simk8s.api.objects import Object, metadata
from simk8s.api.store import Store
from simk8s.checker.fingerprint.naming import nameless

_IGNORED_KINDS = frozenset({"Event", "Lease", "ControllerRevision", "ServiceAccount", "Namespace"})

_IGNORED_FIELDS = frozenset(
    {
        "uid", "resourceVersion", "generation", "observedGeneration", "managedFields", "containerID", "restartCount",
        "lastState", "message", "podIP", "podIPs", "hostIP", "hostIPs", "addresses", "ip", "images", "image", "imageID",
        "bootID",
    }
)  # fmt: skip
_MOMENTS = ("Time", "Timestamp")


class ObjectDigests:
    """Digests of all objects of a store; one that has not changed is not looked at again."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, bytes]] = {}
        self._version = -1
        self._digest = b""

    def of(self, store: Store) -> bytes:
        """One digest of everything that the objects say."""
        if store.version == self._version:
            return self._digest
        found: list[bytes] = []
        for item in store:
            if item["kind"] in _IGNORED_KINDS:
                continue
            meta = metadata(item)
            place = f"{item['kind']}/{meta.get('namespace', '')}/{meta['name']}"
            version, digest = self._known.get(place, ("", b""))
            if version != meta["resourceVersion"]:
                digest = blake2b(msgspec.json.encode(_said(item), order="sorted"), digest_size=12).digest()
                self._known[place] = (meta["resourceVersion"], digest)
            found.append(digest)
        self._version = store.version
        self._digest = blake2b(b"".join(sorted(found)), digest_size=12).digest()
        return self._digest


def _said(item: Object) -> Any:
    said = _scrubbed(item)
    if item["kind"] == "Node" and not said.get("status", {}).get("volumesInUse"):
        said.get("status", {}).pop("volumesInUse", None)  # a node that has had a volume has an empty list
    if item["kind"] == "Pod":
        said["terminating"] = "deletionTimestamp" in item["metadata"]
        for field, is_init in (("initContainerStatuses", True), ("containerStatuses", False)):
            for status in (said.get("status") or {}).get(field, ()):
                status["state"] = _state(status.get("state") or {}, is_init)
    return said


def _state(state: Any, is_init: bool) -> str:
    """Running, done, or neither: how long it waits and how it ended last does not matter."""
    if "running" in state:
        return "running"
    return "done" if is_init and (state.get("terminated") or {}).get("exitCode") == 0 else "down"


def _scrubbed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _scrubbed(item) for key, item in value.items() if not _is_ignored(key)}
    if isinstance(value, list):
        return [_scrubbed(item) for item in value]
    return nameless(value) if isinstance(value, str) and "-" in value else value


def _is_ignored(field: str) -> bool:
    return field in _IGNORED_FIELDS or field.endswith(_MOMENTS)

"""The API objects' part of a fingerprint: what they say, without names, counts and dates of this one run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from typing import Any

import msgspec

from simk8s.api.objects import Key, Object
from simk8s.api.store import Entry, Store
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


@dataclass(slots=True)
class _Seen:
    """An object as it was last, with what each of its fields says."""

    item: Object
    fields: dict[str, tuple[object, bytes]]
    digest: bytes


class ObjectDigests:
    """Digests of all objects of a store. A write makes another object, which shares with the one before what it has
    not changed: so what is the same dict as before is not looked at again.
    """

    def __init__(self) -> None:
        self._seen: dict[str, dict[Key, _Seen]] = {}
        self._digests: dict[str, list[bytes]] = {}
        self._version = -1
        self._digest = b""

    def of(self, store: Store) -> bytes:
        """One digest of everything that the objects say."""
        is_new = False
        for kind, entries in store.changed_since(self._version):
            if kind not in _IGNORED_KINDS:
                self._digests[kind] = self._of(kind, entries)
                is_new = True
        self._version = store.version
        if is_new:
            self._digest = blake2b(b"".join(sorted(chain(*self._digests.values()))), digest_size=12).digest()
        return self._digest

    def _of(self, kind: str, entries: Mapping[Key, Entry]) -> list[bytes]:
        known = self._seen.setdefault(kind, {})
        found = []
        for where, entry in entries.items():
            seen = known.get(where)
            if seen is None or seen.item is not entry.object:
                seen = known[where] = _look(kind, entry.object, seen.fields if seen is not None else {})
            found.append(seen.digest)
        return found


def _look(kind: str, item: Object, before: dict[str, tuple[object, bytes]]) -> _Seen:
    fields: dict[str, tuple[object, bytes]] = {}
    digest = blake2b(digest_size=12)
    for field in sorted(item):
        value = item[field]
        known = before.get(field)
        if known is None or known[0] is not value:
            known = (value, msgspec.json.encode((field, _said(kind, field, value)), order="sorted"))
        fields[field] = known
        digest.update(known[1])
    return _Seen(item, fields, digest.digest())


def _said(kind: str, field: str, value: Any) -> Any:
    """What a field of an object says."""
    said = _scrubbed(value)
    if kind == "Node" and field == "status" and not said.get("volumesInUse"):
        said.pop("volumesInUse", None)  # a node that has had a volume has an empty list
    elif kind == "Pod" and field == "metadata":
        said["terminating"] = "deletionTimestamp" in value
    elif kind == "Pod" and field == "status":
        for statuses, is_init in (("initContainerStatuses", True), ("containerStatuses", False)):
            for status in (said or {}).get(statuses, ()):
                status["state"] = _state(status.get("state") or {}, is_init)
    return said


def _state(state: Any, is_init: bool) -> str:
    """Running, done, or neither: how long it waits and how it ended last does not matter."""
    if "running" in state:
        return "running"
    return "done" if is_init and (state.get("terminated") or {}).get("exitCode") == 0 else "down"


def _scrubbed(value: Any) -> Any:
    kind = type(value)
    if kind is dict:
        # what stays as it is is not asked for it one by one
        return {
            field: _scrubbed(item) if type(item) in _NESTED or (type(item) is str and "-" in item) else item
            for field, item in value.items()
            if not _is_ignored(field)
        }
    if kind is list:
        return [_scrubbed(item) for item in value]
    return nameless(value) if kind is str and "-" in value else value


_NESTED = frozenset({dict, list})


@lru_cache(1 << 10)
def _is_ignored(field: str) -> bool:
    return field in _IGNORED_FIELDS or field.endswith(_MOMENTS)

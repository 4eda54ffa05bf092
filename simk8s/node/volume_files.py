"""The files that ConfigMaps, Secrets and the downward API show in a volume, as a function of the objects."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from simk8s.api.objects import Object, dig
from simk8s.machine import Directory, File
from simk8s.machine.content import as_json
from simk8s.machine.filesystem import unseen
from simk8s.node.environment import ConfigError, Lookup, Place, field_value, resource_value

_DEFAULT_MODE = 0o644


class MountError(Exception):
    """A volume cannot be set up now; the kubelet says why and tries again (VOL-28, KUBELET-88).

    `volume` is the name that the kubelet has for it where that is not the one in the Pod's spec.
    """

    def __init__(self, message: str, volume: str = "") -> None:
        super().__init__(message)
        self.volume = volume


def files_of(pod: Object, volume: Object, lookup: Lookup, place: Place) -> dict[str, File]:
    """The files of a `configMap`, `secret`, `downwardAPI` or `projected` volume by path. Raises MountError."""
    for field, source in volume.items():
        if field == "projected":
            files: dict[str, File] = {}
            mode = source.get("defaultMode", _DEFAULT_MODE)
            for part in source.get("sources") or []:
                files |= _source_files(pod, part, lookup, place, mode)
            return files
        if field in ("configMap", "secret", "downwardAPI"):
            named = {**source, "name": source.get("name") or source.get("secretName", "")}
            return _source_files(pod, {field: named}, lookup, place, source.get("defaultMode", _DEFAULT_MODE))
    raise MountError("no files in this kind of volume")


def references(volume: Object) -> list[tuple[str, str]]:
    """The kinds and names of the objects that a volume shows: ("ConfigMap", "mysql")."""
    parts = [volume, *(dig(volume, "projected", "sources", default=[]))]
    found = []
    for part in parts:
        if "configMap" in part:
            found.append(("ConfigMap", part["configMap"].get("name", "")))
        if "secret" in part:
            found.append(("Secret", part["secret"].get("secretName") or part["secret"].get("name", "")))
    return found


def shown(files: Mapping[str, File]) -> dict[str, Any]:
    """The files as history shows them, and those of their modes that are not the usual ones."""
    data = {path: as_json(file.content) for path, file in sorted(files.items())}
    modes = {path: file.mode for path, file in sorted(files.items()) if file.mode != _DEFAULT_MODE}
    return {"files": data, "modes": modes} if modes else {"files": data}


def _source_files(pod: Object, source: Object, lookup: Lookup, place: Place, mode: int) -> dict[str, File]:
    if "configMap" in source:
        return _object_files("ConfigMap", source["configMap"], lookup, mode)
    if "secret" in source:
        return _object_files("Secret", source["secret"], lookup, mode)
    if "downwardAPI" in source:
        return _downward_files(pod, source["downwardAPI"], place, mode)
    if "serviceAccountToken" in source:
        account = dig(pod, "spec", "serviceAccountName", default="default")
        token = f"simk8s-token.{pod['metadata'].get('namespace', 'default')}.{account}"
        return {source["serviceAccountToken"].get("path", "token"): File(token.encode(), mode)}
    raise MountError(f"simk8s does not model the projected source {next(iter(source), '')!r}")


def _object_files(kind: str, source: Object, lookup: Lookup, mode: int) -> dict[str, File]:
    name, optional = source["name"], bool(source.get("optional"))
    found = lookup(kind, name)
    if found is None:
        if optional:
            return {}
        raise MountError(f'{kind.lower()} "{name}" not found')
    contents = _contents(found)
    items = source.get("items")
    if items is None:
        return {key: File(data, mode) for key, data in sorted(contents.items())}
    files = {}
    for item in items:
        if item["key"] in contents:
            files[item["path"]] = File(contents[item["key"]], item.get("mode", mode))
        elif not optional:
            word = "config" if kind == "ConfigMap" else "secret"
            raise MountError(f"references non-existent {word} key: {item['key']}")
    return files


def _contents(object: Object) -> dict[str, bytes]:
    if object["kind"] == "Secret":
        return {key: base64.b64decode(value) for key, value in (object.get("data") or {}).items()}
    plain = {key: str(value).encode() for key, value in (object.get("data") or {}).items()}
    return plain | {key: base64.b64decode(value) for key, value in (object.get("binaryData") or {}).items()}


def _downward_files(pod: Object, source: Object, place: Place, mode: int) -> dict[str, File]:
    files = {}
    for item in source.get("items") or []:
        try:
            if "fieldRef" in item:
                text = field_value(pod, item["fieldRef"]["fieldPath"], place)
            else:
                text = resource_value(pod, item["resourceFieldRef"], place)
        except ConfigError as error:
            raise MountError(str(error)) from error
        files[item["path"]] = File(text.encode(), item.get("mode", mode))
    return files


def set_group(directory: Directory, gid: int) -> None:
    """`fsGroup`: everything in the volume belongs to that group, which may write to it."""
    unseen(directory)
    directory.gid = gid
    directory.mode |= 0o2070
    for inode in directory.entries.values():
        unseen(inode)
        inode.gid = gid
        if isinstance(inode, Directory):
            set_group(inode, gid)
        else:
            inode.mode |= 0o060

"""Who a container's processes run as: the image's user, or what the securityContext says instead."""

from __future__ import annotations

from functools import lru_cache

from simk8s.api.objects import Object, dig
from simk8s.images import Image
from simk8s.machine import File, FileSystem
from simk8s.node.container import User
from simk8s.node.environment import ConfigError


def user_of(pod: Object, container: Object, image: Image) -> User:
    """Raises ConfigError where `runAsNonRoot` forbids the user, or the image has no user of that name."""
    root = image.root()
    name, _, group = image.user.partition(":")
    uid, gid = _account(root, name) if name else (0, 0)
    if group:
        gid = int(group) if group.isdecimal() else _number(root, "/etc/group", group)
    context = {**dig(pod, "spec", "securityContext", default={}), **(container.get("securityContext") or {})}
    if context.get("runAsUser") is not None:
        uid = int(context["runAsUser"])
        gid = _primary_group(root, uid)
    if context.get("runAsGroup") is not None:
        gid = int(context["runAsGroup"])
    if context.get("runAsNonRoot") and uid == 0:
        raise ConfigError("container has runAsNonRoot and image will run as root")
    groups = [int(number) for number in dig(pod, "spec", "securityContext", "supplementalGroups", default=[])]
    fs_group = dig(pod, "spec", "securityContext", "fsGroup")
    if fs_group is not None:
        groups.append(int(fs_group))
    return User(uid, gid, tuple(groups), _home(root, uid))


def _account(root: FileSystem, name: str) -> tuple[int, int]:
    if name.isdecimal():
        return int(name), _primary_group(root, int(name))
    for fields in _entries(root, "/etc/passwd"):
        if fields[0] == name:
            return int(fields[2]), int(fields[3])
    raise ConfigError(f"unable to find user {name}: no matching entries in passwd file")


def _primary_group(root: FileSystem, uid: int) -> int:
    return next((int(fields[3]) for fields in _entries(root, "/etc/passwd") if fields[2] == str(uid)), 0)


def _home(root: FileSystem, uid: int) -> str:
    return next((fields[5] for fields in _entries(root, "/etc/passwd") if fields[2] == str(uid)), "/")


def _number(root: FileSystem, path: str, name: str) -> int:
    for fields in _entries(root, path):
        if fields[0] == name:
            return int(fields[2])
    raise ConfigError(f"unable to find group {name}: no matching entries in group file")


def _entries(root: FileSystem, path: str) -> list[list[str]]:
    file = root.find(path)
    return _fields(bytes(file.content)) if isinstance(file, File) else []


@lru_cache(maxsize=64)  # an image's accounts are read for each container that starts
def _fields(content: bytes) -> list[list[str]]:
    lines = content.decode(errors="replace").splitlines()
    return [fields for line in lines if len(fields := line.split(":")) >= 3]

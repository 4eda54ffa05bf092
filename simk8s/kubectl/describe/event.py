"""The Events at the end of a page."""

from __future__ import annotations

from datetime import datetime

from simk8s.api.duration import age
from simk8s.api.objects import Object, dig, metadata, name, namespace, uid
from simk8s.kubectl.describe.page import Page


def events(page: Page, obj: Object) -> None:
    """What was told about this very object (by UID), oldest first."""
    found = [event for event in page.store.list("Event", None) if _is_about(event, obj)]
    if not found:
        page.field("Events", "<none>")
        return
    page.line("Events:")
    page.line("Type\tReason\tAge\tFrom\tMessage", 1)
    page.line("----\t------\t----\t----\t-------", 1)
    for event in sorted(found, key=by_time):
        source = dig(event, "source", "component") or event.get("reportingComponent", "")
        message = event.get("message", "").strip()
        since = last_seen(event, page.now)
        page.line(f"{event.get('type', '')}\t{event.get('reason', '')}\t{since}\t{source}\t{message}", 1)


def by_time(event: Object) -> tuple[str, int]:
    """A key to sort Events by: when they were last seen, then in the order of writing."""
    version = str(metadata(event).get("resourceVersion", "0"))
    return event.get("lastTimestamp", ""), int(version) if version.isdigit() else 0


def _is_about(event: Object, obj: Object) -> bool:
    about = event.get("involvedObject") or {}
    if about.get("name") != name(obj) or (about.get("namespace") or "") != namespace(obj):
        return False
    kinds = about.get("kind") in (obj["kind"], None)
    return kinds and about.get("uid") in (uid(obj), name(obj))  # a kubelet names its node by name


def last_seen(event: Object, now: datetime) -> str:
    """`5m (x12 over 20m)` of a repeated one (API-31)."""
    first = age(event.get("firstTimestamp") or event.get("eventTime"), now)
    count = event.get("count", 1)
    if count > 1:
        return f"{age(event.get('lastTimestamp'), now)} (x{count} over {first})"
    return first

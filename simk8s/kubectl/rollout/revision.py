"""The revisions of a set's Pod template, oldest first."""

from __future__ import annotations

from simk8s.api.objects import Object, dig, is_controlled_by
from simk8s.api.selector import from_object
from simk8s.kubectl.chosen import Chosen
from simk8s.kubectl.command import Context
from simk8s.kubectl.describe.page import Page
from simk8s.kubectl.describe.pod import pod_template
from simk8s.kubectl.failure import Failure
from simk8s.sim import Run

NOT_NAMED = "required resource not specified"


def revisions_of(context: Context, each: Chosen, what: str) -> Run[list[Object]]:
    """The ControllerRevisions of a StatefulSet. Raises Failure for other kinds; `what` is said to be missing then."""
    resource = each.resource
    if resource.kind in ("Deployment", "DaemonSet"):
        raise Failure(f"simk8s does not model the rollouts of a {resource.kind}")
    if resource.kind != "StatefulSet":
        raise Failure(f'no {what} has been implemented for "{resource.kind}"')
    kind = context.access.registry.typed("controllerrevisions")
    selector = from_object(dig(each.object, "spec", "selector"))
    found = yield from context.list(kind, each.object["metadata"]["namespace"], selector)
    own = [revision for revision in found if is_controlled_by(revision, each.object)]
    return sorted(own, key=lambda revision: int(revision["revision"]))


def template_of(revision: Object) -> Object:
    """The Pod template that a revision keeps."""
    template = dig(revision, "data", "spec", "template", default={})
    return {field: value for field, value in template.items() if field != "$patch"}


def template_text(context: Context, template: Object) -> str:
    """A Pod template as `describe` shows it; the columns are not aligned."""
    page = Page(context.store, context.access.sim.datetime)
    pod_template(page, template)
    return "".join(page.parts)

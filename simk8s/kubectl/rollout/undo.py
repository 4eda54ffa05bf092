"""`kubectl rollout undo`: an earlier template again (STS-101)."""

from __future__ import annotations

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object
from simk8s.api.patch import Patch
from simk8s.kubectl import dry_run, files
from simk8s.kubectl.chosen import Chosen, chosen
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.output import OUTPUT, report
from simk8s.kubectl.rollout.revision import NOT_NAMED, revisions_of, template_of, template_text
from simk8s.kubectl.selection import SELECTOR
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    objects, errors = yield from chosen(context, context.arguments.words, nothing=NOT_NAMED, type_alone=True)
    for each in objects:
        try:
            yield from _undo(context, each)
        except (ApiError, Failure) as error:
            errors.append(error)
    complain(errors)
    return 0


def _undo(context: Context, each: Chosen) -> Run[None]:
    revision = yield from _wanted(context, each)
    template = template_of(revision)
    obj = each.object
    if context.dry_run.is_client:
        done = f"will roll back to {template_text(context, template)}"
    elif template == each.object["spec"]["template"]:
        number = context.arguments["to-revision"]
        done = f"skipped rollback (current template already matches revision {number})"
    else:
        obj = yield from context.patch(each.resource, each.object, Patch("strategic", revision["data"]))
        done = "rolled back"
    report(context, each.resource, obj, done)


def _wanted(context: Context, each: Chosen) -> Run[Object]:
    """The revision to go back to: the one before the latest, or that of the number. Raises Failure."""
    revisions = yield from revisions_of(context, each, "rollbacker")
    number: int = context.arguments["to-revision"]
    if not number:
        if len(revisions) < 2:
            raise Failure("no last revision to roll back to")
        return revisions[-2]
    for revision in revisions:
        if revision["revision"] == number:
            return revision
    raise Failure(f"unable to find specified revision {number} in history")


COMMAND = Command(
    "rollout undo",
    "Go back to an earlier template.",
    "rollout undo (TYPE NAME | TYPE/NAME)",
    (
        *files.FLAGS,
        SELECTOR,
        dry_run.FLAG,
        OUTPUT,
        Flag("to-revision", "int", 0, "the revision; 0 means the one before the latest"),
    ),
    run,
    (("To the template before", "kubectl rollout undo statefulset mysql"),),
    not_modelled="allow-missing-template-keys k kustomize show-managed-fields template",
)

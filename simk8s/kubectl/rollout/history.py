"""`kubectl rollout history`: the revisions of a set's Pod template."""

from __future__ import annotations

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, annotations_of, updated
from simk8s.kubectl import files, tabs
from simk8s.kubectl.chosen import Chosen, chosen
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.output import OUTPUT, report
from simk8s.kubectl.rollout.revision import NOT_NAMED, revisions_of, template_of, template_text
from simk8s.kubectl.selection import SELECTOR
from simk8s.sim import Run

_CAUSE = "kubernetes.io/change-cause"


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    if arguments["revision"] < 0:
        raise Failure(f"revision must be a positive integer: {arguments['revision']}")
    objects, errors = yield from chosen(context, arguments.words, nothing=NOT_NAMED, type_alone=True)
    for each in objects:
        try:
            yield from _history(context, each)
        except (ApiError, Failure) as error:
            errors.append(error)
    complain(errors)
    return 0


def _history(context: Context, each: Chosen) -> Run[None]:
    arguments = context.arguments
    revisions = yield from revisions_of(context, each, "history viewer")
    number: int = arguments["revision"]
    if number:
        revisions = [revision for revision in revisions if revision["revision"] == number]
        if not revisions:
            raise Failure("unable to find the specified revision")
    if arguments["output"]:
        for revision in revisions:
            report(context, each.resource, updated(each.object, ("spec", "template"), template_of(revision)), "")
        return
    if number:
        context.out(f"{each.shown} with revision #{number}\n{template_text(context, template_of(revisions[0]))}\n")
        return
    context.out(f"{each.shown} \n{_table(revisions)}\n")


def _table(revisions: list[Object]) -> str:
    if not revisions:
        return "No rollout history found."
    rows = ["REVISION\tCHANGE-CAUSE"]
    rows += [f"{revision['revision']}\t{annotations_of(revision).get(_CAUSE) or '<none>'}" for revision in revisions]
    return tabs.aligned("".join(f"{row}\n" for row in rows))


COMMAND = Command(
    "rollout history",
    "Show the revisions of a set's template.",
    "rollout history (TYPE NAME | TYPE/NAME)",
    (
        *files.FLAGS,
        SELECTOR,
        OUTPUT,
        Flag("revision", "int", 0, "show the template of this revision"),
    ),
    run,
    (("The template of a revision", "kubectl rollout history statefulset mysql --revision=2"),),
    not_modelled="allow-missing-template-keys k kustomize show-managed-fields template",
)

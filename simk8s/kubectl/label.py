"""`kubectl label`: set and remove labels."""

from __future__ import annotations

import re

from simk8s.api.errors import ApiError, conflict
from simk8s.api.objects import Object, labels, name, resource_version
from simk8s.api.patch import Patch
from simk8s.kubectl import chosen as choice
from simk8s.kubectl import dry_run
from simk8s.kubectl.chosen import Chosen, chosen
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.output import OUTPUT, report
from simk8s.kubectl.pair import Pairs, divided, pairs_of
from simk8s.sim import Run

_NOT_NAMED = "one or more resources must be specified as <resource> <name> or <resource>/<name>"


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    words, changes = divided(arguments.words, "label")
    if not words and not arguments["filename"]:
        raise Failure(_NOT_NAMED)
    if arguments["all"] and arguments["selector"]:
        raise Failure("cannot set --all and --selector at the same time")
    pairs = pairs_of(changes, "label", _check)
    if not pairs and not arguments["list"]:
        raise Failure("at least one label update is required")
    objects, errors = yield from chosen(context, words)
    if arguments["list"]:
        _list(context, objects)
        objects = []
    for each in objects:
        try:
            yield from _label(context, each, pairs)
        except (ApiError, Failure) as error:
            errors.append(error)
    complain(errors)
    return 0


def _check(key: str, value: str) -> None:
    if not _VALUE.fullmatch(value):
        raise Failure(f'invalid label value: "{key}={value}": {_WHAT_A_VALUE_IS}')


_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
_WHAT_A_VALUE_IS = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)


def _label(context: Context, each: Chosen, pairs: Pairs) -> Run[None]:
    arguments = context.arguments
    own = labels(each.object)
    if not arguments["overwrite"]:
        for key, value in pairs.set.items():
            if own.get(key, value) != value:
                raise Failure(f"'{key}' already has a value ({own[key]}), and --overwrite is false")
    check_version(context, each)
    for key in pairs.remove:
        if key not in own:
            context.out(f'label "{key}" not found.\n')
    new = {**own, **pairs.set}
    new = {key: value for key, value in new.items() if key not in pairs.remove}
    done = "not labeled" if new == own else "unlabeled" if pairs.remove and not pairs.set else "labeled"
    change: Object = {**pairs.set, **dict.fromkeys(pairs.remove)}
    obj = yield from context.patch(each.resource, each.object, Patch("merge", {"metadata": {"labels": change}}))
    report(context, each.resource, obj, done)


def check_version(context: Context, each: Chosen) -> None:
    """`--resource-version`. Raises ApiError Conflict."""
    wanted = context.arguments.text("resource-version")
    if wanted and wanted != resource_version(each.object):
        raise conflict(each.resource, name(each.object))


def _list(context: Context, objects: list[Chosen]) -> None:
    for each in objects:
        if len(objects) > 1:
            context.out(f"Listing labels for {each.resource.kind}.{each.resource.group}/{name(each.object)}:\n")
        indent = " " if len(objects) > 1 else ""
        context.out("".join(f"{indent}{key}={value}\n" for key, value in sorted(labels(each.object).items())))


VERSION = Flag("resource-version", "string", "", "change an object only where this is its version now")

COMMAND = Command(
    "label",
    "Set or remove labels.",
    "label [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [KEY-]",
    (
        *choice.FLAGS,
        dry_run.FLAG,
        Flag("list", "bool", False, "print the labels"),
        OUTPUT,
        Flag("overwrite", "bool", False, "give another value to a label that has one"),
        VERSION,
    ),
    run,
    (
        ("Take a Pod out of its Service, but keep it", "kubectl label pod mysql-2 app=broken --overwrite"),
        ("Remove a label", "kubectl label pod mysql-2 color-"),
    ),
    not_modelled="allow-missing-template-keys field-manager k kustomize local show-managed-fields template",
)

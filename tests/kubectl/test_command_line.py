"""Flags, arguments, help and mistakes, as kubectl has them."""

# ruff: noqa: E501 (what kubectl prints is as wide as it is)

from __future__ import annotations

import pytest

from simk8s.kubectl.flags import Flag, parse
from simk8s.kubectl.main import COMMANDS
from tests.kubectl.kubectl_shell import Shell

FLAGS = (
    Flag("output", short="o"),
    Flag("stdin", "bool", False, short="i"),
    Flag("tty", "bool", False, short="t"),
    Flag("env", "list", short="e"),
    Flag("replicas", "int", 0),
    Flag("timeout", "duration", 0.0),
    Flag("cascade", "string", "background", alone="background"),
)


@pytest.mark.parametrize("words", [["-owide"], ["-o=wide"], ["-o", "wide"], ["--output=wide"], ["--output", "wide"]])
def test_a_value_may_be_joined_in_every_usual_way(words: list[str]) -> None:
    assert parse(["pods", *words], FLAGS, "get")["output"] == "wide"


def test_short_flags_may_stand_together_and_words_anywhere() -> None:
    found = parse(["a", "-it", "b", "--env=A=1", "-e", "B=2", "--", "-x", "--y"], FLAGS, "run")
    assert found.words == ["a", "b"]
    assert found.after_dash == ["-x", "--y"]
    assert (found["stdin"], found["tty"], found["env"]) == (True, True, ["A=1", "B=2"])


def test_flags_know_their_types() -> None:
    found = parse(["--replicas=5", "--timeout", "1m30s", "--stdin=false", "--cascade", "orphan"], FLAGS, "x")
    assert (found["replicas"], found["timeout"], found["stdin"]) == (5, 90.0, False)
    assert (found["cascade"], found.words) == ("background", ["orphan"])  # alone, it takes no word
    assert found.is_given("replicas") and not found.is_given("output")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("get --foo", "error: unknown flag: --foo\nSee 'kubectl get --help' for usage.\n"),
        ("get -z", "error: unknown shorthand flag: 'z' in -z\nSee 'kubectl get --help' for usage.\n"),
        ("get pods -o", "error: flag needs an argument: 'o' in -o\nSee 'kubectl get --help' for usage.\n"),
        ("get pods --output", "error: flag needs an argument: --output\nSee 'kubectl get --help' for usage.\n"),
        (
            "scale sts x --replicas=many",
            ('error: invalid argument "many" for "--replicas" flag: strconv.ParseInt: parsing "many": invalid syntax\n'
            "See 'kubectl scale --help' for usage.\n"),
        ),
        (
            "delete pod x --now=perhaps",
            ('error: invalid argument "perhaps" for "--now" flag: strconv.ParseBool: parsing "perhaps": invalid syntax\n'
            "See 'kubectl delete --help' for usage.\n"),
        ),
        (
            "wait pod/x --for=delete --timeout=5",
            ('error: invalid argument "5" for "--timeout" flag: time: missing unit in duration "5"\n'
            "See 'kubectl wait --help' for usage.\n"),
        ),
        ("gett pods", 'error: unknown command "gett" for "kubectl"\n\nDid you mean this?\n\tget\n'),
        (
            "get pods/x y",
            ("error: there is no need to specify a resource type as a separate argument when passing arguments in "
            "resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource "
            "resource/<resource_name>'\n"),
        ),
    ],
)  # fmt: skip
def test_mistakes_are_told_in_kubectls_words(shell: Shell, line: str, message: str) -> None:
    printed = shell(line)
    assert (printed.err, printed.out, printed.status) == (message, "", 1)


def test_a_command_that_is_not_modelled_is_named(shell: Shell) -> None:
    printed = shell("port-forward pod x")
    assert 'does not model "kubectl port-forward"' in printed.err
    assert printed.status == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(shell: Shell, command: str) -> None:
    printed = shell(f"{command} --help")
    assert printed.status == 0
    assert f"Usage:\n  kubectl {command}" in printed.out
    assert shell(f"help {command}").out == printed.out


def test_without_a_command_all_are_listed(shell: Shell) -> None:
    assert all(f"\n  {command} " in shell("").out for command in COMMANDS)


def test_the_namespace_may_stand_before_the_command(shell: Shell) -> None:
    assert shell("-n test get pods").err == "No resources found in test namespace.\n"
    assert shell("--namespace=test get pods").err == "No resources found in test namespace.\n"


def test_a_command_is_an_act_of_kubectl_and_takes_a_little_time(shell: Shell) -> None:
    shell("create ns test")
    [asked, made] = shell.sim.history.records
    assert (asked.actor, asked.verb, asked.object) == ("kubectl", "kubectl", "create ns test")
    assert (made.verb, made.causes) == ("create", (asked.seq,))
    assert 0.005 <= made.time - asked.time <= 0.020


def test_what_is_served_is_listed(shell: Shell) -> None:
    out = shell("api-resources").out
    assert out.startswith("NAME ")
    assert "statefulsets                sts          apps/v1                        true         StatefulSet\n" in out


@pytest.mark.parametrize(
    ("line", "flag"),
    [
        ("apply -k x", "-k"),
        ("get pods --context x", "--context"),
    ],
)
def test_a_flag_of_kubectl_that_is_not_modelled_is_named(shell: Shell, line: str, flag: str) -> None:
    printed = shell(line)
    assert printed.err == f'error: simk8s does not model the flag {flag} of "kubectl {line.split(maxsplit=1)[0]}"\n'

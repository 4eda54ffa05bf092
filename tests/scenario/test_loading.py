"""Scenario files: what they say, and where they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from simk8s.errors import SimError
from simk8s.scenario import loading

HEAD = """\
apiVersion: simk8s/v1
kind: Scenario
metadata:
  name: example
"""


def refused(text: str) -> SimError:
    with pytest.raises(SimError) as error:
        loading.parse(text, "example.yaml")
    return error.value


def test_a_scenario_without_steps_runs_until_it_has_settled() -> None:
    scenario = loading.parse(HEAD + "manifests: [web.yaml]\n", "scenarios/example.yaml")
    assert [str(step) for step in scenario.steps] == ["run until settled"]
    assert scenario.folder == "scenarios"


def test_a_step_knows_where_it_was_written() -> None:
    scenario = loading.parse(HEAD + "steps:\n  - kubectl: get pods\n    stdin: x\n", "example.yaml")
    assert str(scenario.steps[0].place) == "example.yaml:6:14"
    assert scenario.steps[0].stdin == "x"


def test_a_narration_may_be_in_several_languages() -> None:
    text = HEAD + "  narration: {en: hello, de: guten Tag}\n"
    assert loading.parse(text, "example.yaml").narration == "hello"


def test_an_unknown_field_is_named_with_its_place_and_the_one_that_was_meant() -> None:
    error = refused(HEAD + "steps:\n  - kubctl: get pods\n")
    assert error.code == "SK502"
    assert str(error.place) == "example.yaml:6:5"
    assert "did you mean 'kubectl'?" in error.hint


def test_two_things_in_one_step_are_refused() -> None:
    error = refused(HEAD + "steps:\n  - run: settled\n    say: hello\n")
    assert "exactly one of apply, kubectl, exec, run, fault, say; it has run and say" in error.message


def test_a_missing_name_is_told() -> None:
    error = refused("apiVersion: simk8s/v1\nkind: Scenario\nmetadata: {title: x}\n")
    assert "metadata needs a field 'name'" in error.message
    assert error.place is not None and error.place.line == 3


def test_a_wrong_type_deep_inside_is_told_with_its_path() -> None:
    error = refused(HEAD + "steps:\n  - run: settled\n    expect:\n      pods: [{name: x, ready: 2}]\n")
    assert "steps[0].expect.pods[0].ready" in error.message
    assert error.place is not None and error.place.line == 8


def test_an_output_is_expected_only_of_a_command() -> None:
    error = refused(HEAD + "steps:\n  - run: settled\n    expect: {stdout: x}\n")
    assert "a step 'run' has no 'stdout'" in error.message


def test_broken_yaml_is_told_with_line_and_column() -> None:
    error = refused("apiVersion: simk8s/v1\nkind: [Scenario\n")
    assert error.code == "SK104"
    assert error.place is not None and error.place.file == "example.yaml"


def test_a_name_that_nobody_knows_gets_the_list_of_those_that_exist() -> None:
    with pytest.raises(SimError) as error:
        loading.find("artikel")
    assert "come with simk8s: article, " in error.value.hint


@pytest.mark.parametrize("path", loading.built_in(), ids=lambda path: path.stem)
def test_every_scenario_that_comes_with_simk8s_can_be_read(path: Path) -> None:
    scenario = loading.load(path)
    assert scenario.name == path.stem
    assert scenario.title


def test_the_schema_is_a_schema() -> None:
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(loading.schema())

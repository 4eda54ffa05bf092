"""JSON lines, asciinema, SVG; and the command."""

from __future__ import annotations

import json
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from click.testing import CliRunner

from simk8s.cli.export import FORMATS as OFFERED
from simk8s.cli.main import root
from simk8s.errors import SimError
from simk8s.export import FORMATS, export
from simk8s.sim import History
from tests.causes.conftest import ROOT, bring_up, ring


def test_json_lines_are_as_the_schema_says_and_can_be_read_again() -> None:
    schema = json.loads((files("simk8s.export") / "history.schema.json").read_text())
    check = jsonschema.Draft202012Validator(schema)
    lines = list(export(ring().history, "jsonl"))
    assert all(check.is_valid(json.loads(line)) for line in lines)
    again = History.from_lines(line.encode() for line in lines)
    assert again.sha256() == ring().history.sha256()


def test_a_cast_has_a_header_and_its_moments_never_go_back() -> None:
    header, *events = [json.loads(line) for line in export(bring_up("ours"), "asciinema")]
    assert header["version"] == 2
    assert header["width"] > 0 < header["height"]
    assert all(kind == "o" and text.endswith("\r\n") for _, kind, text in events)
    assert all(before[0] <= after[0] for before, after in pairwise(events))


def test_the_picture_of_the_timeline_is_svg_with_a_row_for_each_line() -> None:
    tree = ElementTree.fromstring("".join(export(bring_up("ours"), "svg")))
    texts = [element.text for element in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert "pod/mysql-2 ready, 2/2" in texts


def test_unknown_formats_and_empty_histories_are_refused() -> None:
    with pytest.raises(SimError, match="SK511"):
        export(bring_up("ours"), "pdf")
    with pytest.raises(SimError, match="SK512"):
        export(History(), "svg")


def test_the_command_offers_every_format() -> None:
    assert set(OFFERED) == set(FORMATS)


def test_the_command_writes_to_a_file_or_to_standard_output(tmp_path: Path) -> None:
    path = str(ROOT / "scenarios" / "web.yaml")
    target = tmp_path / "web.cast"
    runner = CliRunner()
    assert runner.invoke(root, ["export", path, "--format", "asciinema", "-o", str(target)]).exit_code == 0
    shown = runner.invoke(root, ["export", path, "--format", "asciinema", "-o", "-"])
    assert shown.output == target.read_text()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    trace = tmp_path / "trace.jsonl"
    ring().history.save(trace)
    result = CliRunner().invoke(root, ["export", str(trace), "--format", "svg", "-o", str(tmp_path / "no" / "x.svg")])
    assert result.exit_code == 2
    assert "SK513" in result.output

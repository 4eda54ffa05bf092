# Two commands do everything on a machine with Python 3.11, git and make: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Properties of the simulated cluster, tried with more examples at night.
PROPERTIES := tests/controlplane/test_statefulset_invariants.py tests/node/test_invariants.py \
	tests/conformance/test_container_order.py tests/conformance/test_volume_invariants.py tests/cluster/test_recording.py

.PHONY: setup demo test lint types layers unit conformance nightly bench notebooks pictures clean

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	$(BIN)/python -m compileall -q simk8s
	@touch $@

demo: setup
	$(BIN)/simk8s run scenarios/article.yaml

test: setup lint types layers unit

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

layers: setup
	$(BIN)/lint-imports --no-cache

unit: setup
	$(BIN)/pytest -n auto --dist worksteal

conformance: setup
	$(BIN)/python -m tests.conformance -n auto

nightly: setup
	$(BIN)/pytest -n auto --hypothesis-profile=nightly tests/shell/test_generated.py $(PROPERTIES)

bench: setup
	$(BIN)/python -m benchmarks

notebooks: setup
	$(BIN)/python -m tools.notebooks

pictures: setup
	$(BIN)/python -m tools.pictures

clean:
	rm -rf $(VENV) build dist *.egg-info

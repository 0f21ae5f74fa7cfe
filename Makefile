# Two commands do everything on a fresh machine that has Python 3.10 to 3.13: make demo, make test.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.installed

.PHONY: demo test test-all fuzz lint docs check clean

demo: $(READY)  ## see it work: writes demo.mp4 and demo.png
	$(BIN)/face2face demo

test: $(READY)  ## all tests but the slow ones
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow"

test-all: $(READY)  ## all tests
	$(BIN)/python -m pytest -n 2 --dist worksteal

fuzz: $(READY)  ## ten thousand damaged files for each loader; on Linux
	$(BIN)/python -m tests.fuzz

lint: $(READY)  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(READY)  ## the documentation, into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

check: lint test  ## what a change must pass

clean:  ## remove the virtual environment, the site and the demo
	rm -rf .venv site demo.mp4 demo.png

$(READY): pyproject.toml
	$(PYTHON) -c "import sys; v = sys.version_info[:2]; sys.exit(None if (3, 10) <= v <= (3, 13) else f'face2face runs on Python 3.10 to 3.13, got {v[0]}.{v[1]}: make PYTHON=python3.12 ...')"
	$(PYTHON) -m venv .venv || (echo "error: Python's venv module is missing: sudo apt-get install python3-venv" >&2; exit 2)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	touch $(READY)

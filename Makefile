# The course in one word each. `make help` lists them.
PYTHON ?= python3
CONSTRAINTS ?= .ci/constraints.txt
BIN := .venv/bin
READY := .venv/.ready
# The exact versions need a later Python than the course itself.
ifeq ($(CONSTRAINTS),.ci/constraints.txt)
LEAST := 3.11.5
TOO_OLD := The exact versions in .ci/constraints.txt need Python 3.11.5 or later
WAY_OUT := . Or take the newest versions that fit Python 3.10 and later: make CONSTRAINTS=/dev/null
else
LEAST := 3.10
TOO_OLD := The course needs Python 3.10 or later
endif
OLD_ENOUGH = import sys; has = sys.version.split()[0]; \
  sys.exit(None if sys.version_info >= tuple(map(int, "$(LEAST)".split("."))) else \
  "$(TOO_OLD); this is " + has + ". Name a later one: make PYTHON=python3.12$(WAY_OUT)")

.DEFAULT_GOAL := all
.PHONY: all help setup build release grade test kill-matrix test-long test-browser test-faults test-faults-quick hostile bench bench-scale bench-notebooks bench-grading bench-checks lint format lab clean bench-wire bench-worlds

all: $(READY)  ## Release the weeks, grade the sample class, write feedback and grades.csv
	@$(BIN)/course release && $(BIN)/course sample && $(BIN)/course grade
	@echo "Open next: feedback/sample-mistaken/week5/backprop.html (what a student gets back), then README.md. To teach: docs/instructors.md; to write: docs/authors.md; notebooks: make lab"

help:  ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z-]+):.*## */  make \1\t/' | expand -t 26

setup: $(READY)  ## Create .venv and install everything

build: $(READY)  ## Build the notebooks in source/ from their texts
	@$(BIN)/course build

release: $(READY)  ## Make the students' versions in release/ with nbgrader
	@$(BIN)/course release

grade: $(READY)  ## Grade what is in submitted/, write feedback/ and grades.csv
	@$(BIN)/course grade

test: $(READY)  ## Run the tests: unit, notebooks, the whole pipeline once
	@$(BIN)/python -m pytest -m "not long" -n 2 --dist loadfile --no-loadscope-reorder

kill-matrix: $(READY)  ## Prove that every known wrong answer is caught and every right one accepted
	@$(BIN)/course kill-matrix

test-long: $(READY)  ## Run the longer tests: a clean install from the wheel, every solved notebook
	@$(BIN)/python -m pytest -m long -n 2 --dist loadfile --no-loadscope-reorder

hostile: $(READY)  ## Grade submissions that cheat, pry, tamper and break, and see that none of it works
	@$(BIN)/python -m tests.hostile --jobs 3

test-faults: $(READY)  ## Kill, signal, fill disks, lock and damage while a class is graded, and see that its grades are the same
	@$(BIN)/python -m tests.faults

test-faults-quick: $(READY)  ## The quick half of test-faults
	@$(BIN)/python -m tests.faults --quick

test-browser: $(READY)  ## Drive JupyterLab and the Formgrader in headless Chromium
	@$(BIN)/python -m pytest tests/browser -m browser -n 2 --dist loadfile

bench: $(READY)  ## Time releasing, importing, opening a week and checking; writes benchmarks/quick.md
	@$(BIN)/python benchmarks/quick.py

bench-scale: $(READY)  ## Grade a class of 1,000 and see that time, memory and queries stay flat; writes benchmarks/scale.md
	@$(BIN)/python benchmarks/scale.py

bench-grading: $(READY)  ## Compare the speed of grading with stock nbgrader's; writes benchmarks/grading.md
	@$(BIN)/python benchmarks/grading.py

bench-wire: $(READY)  ## Measure what a message from a sandbox can cost the grader; writes benchmarks/wire.md
	@$(BIN)/python benchmarks/wire.py

bench-worlds: $(READY)  ## Measure what a world for each submission costs, in turns with a room that is wiped
	@$(BIN)/python benchmarks/worlds.py

bench-checks: $(READY)  ## Time a passing check and a diagnosis in every exercise
	@$(BIN)/python benchmarks/checks.py

bench-notebooks: $(READY)  ## Time "Restart and run all" of every solved notebook
	@$(BIN)/python benchmarks/notebooks.py

lint: $(READY)  ## Check style, format, types, the arrows between folders, and declared dependencies
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/deptry .

format: $(READY)  ## Mend style and format where a tool can
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

lab: $(READY)  ## Open JupyterLab for authors and instructors
	@$(BIN)/jupyter lab --config=course/authoring/lab_config.py

clean: $(READY)  ## Remove built notebooks and the sample class; students' work and grades stay
	@$(BIN)/course clean

$(READY): pyproject.toml $(CONSTRAINTS)
	@$(PYTHON) -c '$(OLD_ENOUGH)'
	@$(PYTHON) -m venv .venv || { echo "Python cannot make a virtual environment here. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@echo "Installing PyTorch, JupyterLab and nbgrader into .venv (about 6.5 GB, once)"
	@VIRTUAL_ENV=.venv UV_COMPILE_BYTECODE=1 $(BIN)/uv pip install --constraint $(CONSTRAINTS) --editable '.[instructor,test]'
	@touch $@

# Everything a developer or a first-time user types. Needs Python 3.11 or newer and make; sets up the rest by itself.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
BENCH_BIN := .venv-bench/Scripts
else
BIN := .venv/bin
BENCH_BIN := .venv-bench/bin
endif
PIP_FLAGS := --quiet --disable-pip-version-check
READY := .venv/.ready
BENCH_READY := .venv-bench/.ready

.PHONY: help setup demo test soak lint format docs bench accuracy dist lock clean

help:            ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## */  \1|/' | column -t -s '|'

setup: $(READY)  ## make .venv with Pellucid and all that its tests need

$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Pellucid needs Python 3.11 or newer; name one with: make PYTHON=python3.11")'
	@echo "Setting up .venv with locked versions; the first time this takes about a minute."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install $(PIP_FLAGS) --require-hashes --requirement requirements/dev.txt
	@$(BIN)/python -m pip install $(PIP_FLAGS) --no-deps --no-build-isolation --editable .
	@touch $(READY)
	@echo "Ready: $(BIN)/pellucid"

demo: $(READY)   ## learn the bundled digits as in the essay, and show the arithmetic
	@$(BIN)/python examples/demo.py

test: $(READY)   ## run the tests
	$(BIN)/python -m pytest -n 2

soak: $(READY)   ## kill training runs 200 times and look for losses; about a quarter of an hour
	$(BIN)/python -m benchmarks.survival

lint: $(READY)   ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

format: $(READY) ## put the code into the one style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(READY)   ## write what the commands of README and docs print anew, and their pictures
	$(BIN)/python examples/documents.py

bench: $(BENCH_READY) ## measure against PyTorch, scikit-learn, Keras and a hand-written scan
	$(BENCH_BIN)/python -m benchmarks

accuracy: $(READY) ## measure what every named data set's own recipe reaches, beside scikit-learn
	$(BIN)/python -m benchmarks.accuracy

$(BENCH_READY): requirements/bench.txt requirements/bench-torch.txt pyproject.toml
	test -x $(BENCH_BIN)/python || $(PYTHON) -m venv .venv-bench
	$(BENCH_BIN)/python -m pip install $(PIP_FLAGS) --requirement requirements/bench-torch.txt
	$(BENCH_BIN)/python -m pip install $(PIP_FLAGS) --require-hashes --requirement requirements/bench.txt
	$(BENCH_BIN)/python -m pip install $(PIP_FLAGS) --no-deps --no-build-isolation --editable .
	touch $(BENCH_READY)

dist: $(READY)   ## build the wheel and the source distribution
	$(BIN)/python -m build --no-isolation

lock: $(READY)   ## write the lock files anew from pyproject.toml
	$(BIN)/python -m pip install $(PIP_FLAGS) uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
	  --custom-compile-command "make lock" --upgrade --extra tables --extra sound --extra tensorboard \
	  --group pyproject.toml:dev pyproject.toml -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
	  --custom-compile-command "make lock" --upgrade --extra tables --extra sound --extra tensorboard \
	  --group pyproject.toml:bench pyproject.toml -o requirements/bench.txt

clean:           ## take away what was built (not your runs)
	rm -rf .venv .venv-bench dist build .pytest_cache .ruff_cache .hypothesis

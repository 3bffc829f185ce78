# Two commands are all the set-up: `make run` and `make test`. Everything lives in .venv; nothing outside is touched.
PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3.11)
VENV := .venv
BIN := $(VENV)/bin
CODE := bot handlers usecases domain storage files scheduler locales web emulator tests bench

NEEDS_PYTHON := $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
  || { echo "Tallyhand needs Python 3.11: install it, or say where it is: make PYTHON=/path/to/python3.11"; exit 1; }

# Compiled files are kept beside the sources (git ignores them), also where an image says otherwise: the tests start
# many processes.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run test check format soak bench bench-quality pictures lock words clean

help:  ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(VENV)/run: requirements.txt
	@$(NEEDS_PYTHON)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/dev: requirements-dev.txt
	@$(NEEDS_PYTHON)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/run

run: $(VENV)/run  ## run the bot: with BOT_TOKEN against Telegram, without it against a local Bot API with a chat page
	@$(BIN)/python -m bot

test: $(VENV)/dev  ## run the tests
	$(BIN)/python -m pytest -m "not soak" -n 4 --dist worksteal

check: $(VENV)/dev  ## format, lint, types, architecture
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_architecture.py

format: $(VENV)/dev  ## put the code in shape
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

soak: $(VENV)/dev  ## half an hour of faults and kills, and the memory of one process: every promise checked
	$(BIN)/python -m bench.soak
	$(BIN)/python -m pytest -m soak -s

bench: $(VENV)/dev  ## measure against the named peers, in one run
	$(BIN)/python -m bench

bench-quality: $(VENV)/dev  ## measure the labels beside crowd-kit's: DATA=folder of sets (else simulated), SEED=number, PHOTOS=folder, TEXTS=folder
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m bench.quality $(DATA) $(if $(SEED),--seed $(SEED)) $(if $(PHOTOS),--photos $(PHOTOS)) $(if $(TEXTS),--texts $(TEXTS))

pictures: $(VENV)/dev  ## take the screenshots of docs/pictures anew (with Debian's Chromium)
	PICTURES=1 $(BIN)/python -m pytest tests/e2e/test_browser_story.py

words: $(VENV)/dev  ## collect the sentences for the translators and merge them into the catalogues
	$(BIN)/python -m locales.collect

lock: $(VENV)/dev  ## pin the newest versions that pyproject.toml allows
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header --no-annotate --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --extra dev --upgrade -o requirements-dev.txt pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header --no-annotate --no-emit-index-url --no-emit-trusted-host --no-emit-find-links -c requirements-dev.txt -o requirements.txt pyproject.toml

clean:  ## remove the environment and the caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

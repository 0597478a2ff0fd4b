# Everything is installed into .venv inside this folder; nothing else is touched.
PYTHON ?= python3
BIN := .venv/bin
UV_COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

.PHONY: help demo test test-quick lint sample model reference docs gallery licences audit dist release bench bench-runs bench-ranking bench-fleet bench-kept bench-judge bench-site bench-mcp bench-read mutants test-local-llm lock clean

help:  ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

demo: .venv/run.done  ## make the page of a bundled real day: no key, no network
	@$(BIN)/paperlark demo

# Where Python is told to keep no bytecode, pytest would rewrite every assertion for every worker.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto

test: .venv/dev.done lint  ## the whole suite
	@$(PYTEST)

test-quick: .venv/dev.done  ## all that is not slow, with fewer examples: about a minute and a half
	@$(PYTEST) -m "not slow" --hypothesis-profile quick

lint: .venv/dev.done  ## style, types and architecture
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo | tail -n 3

test-local-llm: .venv/run.done  ## a real day judged by a real local model (builds it first: a C++ compiler)
	@$(BIN)/python tools/local_llm.py

sample: .venv/run.done  ## make the bundled sample again (needs the recorded feeds)
	@$(BIN)/python tools/make_sample.py

model: .venv/run.done  ## learn the ranker's shipped space again (needs the corpus; 10 minutes)
	@$(BIN)/python tools/make_model.py

dist: .venv/run.done  ## build sdist and wheel into dist/, twice, and compare their bytes
	@$(BIN)/python tools/make_dist.py

release: test .venv/release.done  ## all of a release but publishing: the suite, dist, each extra installed (10 minutes; needs the package index), SBOM
	@$(BIN)/python tools/make_release.py

reference: .venv/dev.done  ## write docs/reference, the man pages and the schema from the code
	@$(BIN)/python tools/make_reference.py
	@$(BIN)/python tools/make_schema.py

docs: .venv/run.done  ## build the documentation as a site in docs-site
	@$(BIN)/python tools/make_docs.py

gallery: .venv/dev.done  ## draw the gallery's images again (needs chromium)
	@$(BIN)/python tools/make_gallery.py

licences: .venv/run.done  ## write docs/licences.md from what is installed
	@$(BIN)/python tools/make_licences.py

audit: .venv/bin/python  ## ask for known vulnerabilities of the locked versions (needs a network)
	@$(BIN)/python tools/audit.py

bench: .venv/run.done  ## start-up and the largest recorded day: time and memory (needs the recorded feeds)
	@$(BIN)/python benchmarks/light_and_fast.py

bench-runs: .venv/dev.done  ## kills, books, months with faults of arXiv and the model, fuzzing, peers that drip, mornings, odd situations, secrets, failing models: hours (needs the recorded input)
	@$(BIN)/python benchmarks/kills.py
	@$(BIN)/python benchmarks/books.py
	@$(BIN)/python benchmarks/replay_month.py
	@$(BIN)/python benchmarks/fuzz.py
	@$(BIN)/python benchmarks/dripping.py
	@$(BIN)/python benchmarks/exploration.py
	@$(BIN)/python benchmarks/mornings.py
	@$(BIN)/python benchmarks/situations.py
	@$(BIN)/python benchmarks/canaries.py
	@$(BIN)/python benchmarks/failing_models.py

bench-ranking: .venv/dev.done  ## how good the ranking is and what it costs: an hour (ARGS="--against COMMIT"; needs the recorded input)
	@$(BIN)/python benchmarks/ranking.py; good=$$?; $(BIN)/python benchmarks/match_words.py && $(BIN)/python benchmarks/ranking_cost.py $(ARGS) && \
	$(BIN)/python benchmarks/many_readers.py && exit $$good

bench-fleet: .venv/dev.done  ## a morning of up to 10,000 readers on a PostgreSQL of its own: half an hour (needs the recorded input)
	@$(BIN)/python benchmarks/fleet.py $(ARGS)

bench-kept: .venv/dev.done  ## 500 seeded histories: what is kept changes no page; 25 minutes (ARGS="--histories 50")
	@$(BIN)/python benchmarks/kept_state.py $(ARGS)

bench-judge: .venv/dev.done  ## what judging takes, bad answers, many questions at once: half an hour (needs the recorded input)
	@$(BIN)/python benchmarks/judge.py; good=$$?; \
	$(BIN)/python benchmarks/misbehaving.py && $(BIN)/python benchmarks/parallel.py && exit $$good

bench-site: .venv/run.done  ## a site of 400 days and searching 200,000 papers: half an hour (needs the corpus)
	@$(BIN)/python benchmarks/site.py; good=$$?; $(BIN)/python benchmarks/search.py && exit $$good

bench-mcp: .venv/dev.done  ## what an assistant has to read, and how soon it is answered: tokens and seconds
	@$(BIN)/python benchmarks/mcp_sizes.py

bench-read: .venv/dev.done  ## how quick reading in the browser is, a day of 499 papers triaged in three ways, 200 walks that lose no vote: 90 minutes (needs the recorded input)
	@$(BIN)/python benchmarks/triage_day.py
	@$(BIN)/python benchmarks/read.py

mutants: .venv/dev.done  ## break the core in 100 small ways: tests must notice 90; an hour (ARGS="--count 40 --seed 7")
	@$(BIN)/python tools/mutants.py $(ARGS)

lock:  ## lock the versions again with hashes (needs uv)
	$(UV_COMPILE) pyproject.toml --extra keyring --extra read --extra read-group --group build --output-file requirements/run.txt
	$(UV_COMPILE) pyproject.toml --extra read-group --extra postgres --group build --output-file requirements/server.txt
	$(UV_COMPILE) pyproject.toml --extra read --extra read-group --group dev --output-file requirements/dev.txt
	$(UV_COMPILE) --group audit --output-file requirements/audit.txt
	$(UV_COMPILE) --group release --output-file requirements/release.txt
	$(UV_COMPILE) --group local-llm-build --output-file requirements/local-llm-build.txt
	$(UV_COMPILE) --group local-llm --output-file requirements/local-llm.txt

clean:  ## remove what make made
	rm -rf .venv .venv-llm .venv-audit docs-site dist paperlark-demo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "paperlark needs Python 3.11 or newer: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	@$(PYTHON) -m venv .venv

# --no-deps: the locked file already holds them all; --no-build-isolation: the builder is locked too.
define install
	@echo "Installing from $(1) into .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $(1)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
endef

.venv/run.done: .venv/bin/python requirements/run.txt pyproject.toml
	$(call install,requirements/run.txt)

.venv/dev.done: .venv/run.done requirements/dev.txt
	$(call install,requirements/dev.txt)

.venv/release.done: .venv/run.done requirements/release.txt
	$(call install,requirements/release.txt)

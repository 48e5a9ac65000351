# Targets: demo test check serve browser bench docs; `make help` lists them all.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
LOCKS := requirements/requirements
ARGS ?=
PYTEST := $(BIN)/python -m pytest
UNIT_TESTS := -n 2 tests/unit
# Two processes, each with its own database; the tests of a file share what they set up.
DATABASE_TESTS := -n 2 --dist loadfile --no-loadscope-reorder tests/integration
BROWSER_TESTS := tests/e2e
export UV_LINK_MODE ?= hardlink
# Without cached bytecode, a program takes twice as long to start, and the tests start many.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test check audit serve browser bench bench-ablation bench-api bench-attack bench-cascades bench-discounts bench-explore bench-faults bench-forecast bench-groups bench-import bench-incremental-update bench-influence-test bench-key-tags bench-key-users bench-kills bench-load bench-months bench-open bench-outcomes bench-retrieval bench-seeds bench-similarity bench-training-load bench-who docs setup setup-dev format lock relock-runtime screenshots compose clean
.PHONY: containers stores test-containers test-quick test-slow coverage

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

demo: setup ## Real data, from nothing to a forecast and a page (ARGS=--once ends by itself)
	$(BIN)/groundswell demo $(ARGS)

test: setup-dev ## Unit tests, then those with a real Neo4j, then those in a real browser (ARGS: those tests)
ifeq ($(strip $(ARGS)),)
	$(PYTEST) $(UNIT_TESTS)
	$(PYTEST) $(DATABASE_TESTS)
	$(PYTEST) $(BROWSER_TESTS)
else
	$(PYTEST) $(ARGS)
endif

test-quick: setup-dev ## Unit tests, which need no database
	$(PYTEST) $(UNIT_TESTS) $(ARGS)

test-slow: setup-dev ## Tests that take minutes each, for a release
	$(PYTEST) -m slow $(ARGS)

coverage: setup-dev ## The tests of `make test` with their coverage, which must be 90%
	$(PYTEST) --cov --cov-report= $(UNIT_TESTS)
	$(PYTEST) --cov --cov-report= --cov-append $(DATABASE_TESTS)
	$(PYTEST) --cov --cov-report= --cov-append $(BROWSER_TESTS)
	$(BIN)/coverage report --fail-under=90

check: setup-dev compose ## Style, types, the compose file
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

stores: setup-dev ## The stored databases that tests start from, which `make test` makes if they are missing
	$(BIN)/python -m tests.stores

serve: setup ## The API and its page for this machine, on the local database
	$(BIN)/groundswell db up
	$(BIN)/groundswell serve --no-keys $(ARGS)

browser: setup ## Neo4j Browser on the local database
	$(BIN)/groundswell db up
	$(BIN)/groundswell browser $(ARGS)

bench: bench-seeds bench-similarity bench-influence-test bench-ablation bench-api bench-attack bench-faults bench-load bench-incremental-update bench-key-tags bench-key-users bench-groups bench-retrieval bench-explore bench-discounts bench-forecast bench-months bench-open bench-outcomes bench-training-load bench-who bench-import bench-kills ## All benchmarks (ARGS=--quick for a short run)

bench-ablation: setup-dev ## What each step of the network adds to predicting participants (ARGS="--names FOLDER")
	$(BIN)/python -m benchmarks.ablation $(ARGS)

bench-api: setup-dev ## Reads of the API compared with bare routes
	$(BIN)/python -m benchmarks.api $(ARGS)

bench-attack: setup-dev ## 20,000 generated requests to the API, with and without keys
	$(BIN)/python -m benchmarks.attack $(ARGS)

bench-cascades: setup-dev ## The next participants of open campaigns (ARGS="--cascades FOLDER ...")
	$(BIN)/python -m benchmarks.cascades $(ARGS)

bench-discounts: setup-dev ## Do past discounts predict weekly purchases after a launch?
	$(BIN)/python -m benchmarks.discounts $(ARGS)

bench-explore: setup-dev ## The saved questions on the whole Complete Journey
	$(BIN)/python -m benchmarks.explore $(ARGS)

bench-faults: setup-dev ## The API while its database is killed, slow or out of disk space
	$(BIN)/python -m benchmarks.faults $(ARGS)

bench-forecast: $(VENV)/.peers ## The K-LSTM compared with statistical, boosted and neural forecasters
	$(BIN)/python -m benchmarks.forecast $(ARGS)

bench-groups: setup-dev ## Methods of forming neighbour groups (ARGS="--names FOLDER" for tag names)
	$(BIN)/python -m benchmarks.groups $(ARGS)

bench-import: setup-dev ## Imports compared with neo4j-admin, a MERGE loop, py2neo and neomodel
	$(BIN)/python -m benchmarks.importing $(ARGS)

bench-incremental-update: setup-dev ## A network updated by one day, compared with a full build
	$(BIN)/python -m benchmarks.incremental_update $(ARGS)

bench-influence-test: setup-dev ## Do users take part more often after connected users? (ARGS="--cascades FOLDER" for a third data set)
	$(BIN)/python -m benchmarks.influence_test $(ARGS)

bench-kills: setup-dev ## Imports killed at random points (client and server)
	$(BIN)/python -m benchmarks.kills $(ARGS)

bench-key-tags: setup-dev ## Do key tags predict later participation? (ARGS="--names FOLDER")
	$(BIN)/python -m benchmarks.key_tags $(ARGS)

bench-key-users: setup-dev ## Do users whom key users influence take part more often, and earlier?
	$(BIN)/python -m benchmarks.key_users $(ARGS)

bench-load: setup-dev ## Ten minutes of reads during imports
	$(BIN)/python -m benchmarks.load $(ARGS)

bench-months: $(VENV)/.peers ## Monthly participants (Last.fm): the K-LSTM and alternatives
	$(BIN)/python -m benchmarks.months $(ARGS)

bench-open: $(VENV)/.peers ## Generated shops: is every campaign forecast, and the combination never far behind a member? (ARGS="--hashtags FOLDER" for real ones by hour)
	$(BIN)/python -m benchmarks.open $(ARGS)

bench-outcomes: setup-dev ## Redeemers, neighbour groups and campaigns before launch
	$(BIN)/python -m benchmarks.outcomes $(ARGS)

bench-retrieval: setup-dev ## Queries of the API on 1 million users and 20 million influences
	$(BIN)/python -m benchmarks.retrieval $(ARGS)

bench-seeds: setup-dev ## Seed selection compared with alternatives (ARGS="--cascades FOLDER" for more networks)
	$(BIN)/python -m benchmarks.seeds $(ARGS)

bench-similarity: setup-dev ## Learned similarity compared with its parts and embeddings
	$(BIN)/python -m benchmarks.similarity $(ARGS)

bench-training-load: setup-dev ## Training alone and next to one busy process
	$(BIN)/python -m benchmarks.training_load $(ARGS)

bench-who: setup-dev ## Likely redeemers compared with classifiers without a network
	$(BIN)/python -m benchmarks.who $(ARGS)

docs: setup-dev ## Generated references and the documentation site (docs/_build/index.html)
	$(BIN)/python -m cypher.catalogue
	$(BIN)/python -m docs.reference
	$(BIN)/sphinx-build -q -W -b html docs docs/_build

screenshots: setup-dev ## Pictures of the saved questions, on the demo's database
	$(BIN)/python -m docs.screenshots

audit: setup-dev ## Known vulnerabilities of the dependencies
	$(BIN)/pip-audit --strict --require-hashes --disable-pip $(foreach lock,$(wildcard $(LOCKS)*.lock),--requirement $(lock))

compose: setup-dev
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml docker/neo4j/compose.yml

containers: setup-dev ## Build and run docker-compose.yml, with restarts under reads (needs a Docker engine)
	$(BIN)/python docker/check.py

# The tests remove their container themselves. Ryuk, the container that would do so, needs a registry.
test-containers: setup-dev ## The integration tests against Neo4j in a container (needs a Docker engine)
	TESTCONTAINERS_RYUK_DISABLED=true NEO4J_IMAGE=$$($(BIN)/python docker/images.py) $(PYTEST) tests/integration $(ARGS)

format: setup-dev ## Rewrite the code in the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

setup: $(VENV)/.runtime ## The environment to run Groundswell

setup-dev: $(VENV)/.dev ## The environment to develop it

$(VENV)/.uv: $(LOCKS)-uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 12) else "Groundswell needs CPython 3.11 or 3.12, and this is %d.%d: run make with PYTHON=/path/to/python3.12" % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCKS)-uv.lock
	@touch $@

# With UV_TORCH_BACKEND (cpu, cu128, ...) torch comes from PyTorch's own index, where the hashes of
# our lock do not apply; without it, from the same index as everything else, with its hash.
$(VENV)/.torch: $(VENV)/.uv $(LOCKS)-torch.lock
ifdef UV_TORCH_BACKEND
	$(UV) pip install --python $(BIN)/python "$$(grep -oE '^torch==[0-9.]+' $(LOCKS)-torch.lock)"
else
	$(UV) pip install --python $(BIN)/python --no-deps --require-hashes -r $(LOCKS)-torch.lock
endif
	@touch $@

$(VENV)/.runtime: $(VENV)/.torch $(LOCKS).lock pyproject.toml
	$(UV) pip install --python $(BIN)/python --no-deps --require-hashes -r $(LOCKS).lock
	$(UV) pip install --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime $(LOCKS)-dev.lock
	$(UV) pip install --python $(BIN)/python --no-deps --require-hashes -r $(LOCKS)-dev.lock
	@touch $@

$(VENV)/.peers: $(VENV)/.dev $(LOCKS)-peers.lock
	$(UV) pip install --python $(BIN)/python --no-deps --require-hashes -r $(LOCKS)-peers.lock
	@touch $@

COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url $(ARGS)
# An entry of a lock begins in the first column; torch and its CUDA libraries have a lock of their own.
SPLIT = awk '/^[^ ]/ {torch = /^(torch==|triton==|cuda-|nvidia-)/}

# uv keeps the versions in an existing output file unless it is told to upgrade.
lock: $(VENV)/.uv ## Refresh the hashed requirements (ARGS=--upgrade for newer versions)
	cat $(LOCKS)-dev.lock $(LOCKS)-torch.lock > requirements/.all
	cat $(LOCKS)-peers.lock $(LOCKS)-torch.lock > requirements/.peers
	$(COMPILE) pyproject.toml --extra dev -o requirements/.all
	$(COMPILE) pyproject.toml -c requirements/.all -o requirements/.run
	$(SPLIT) torch' requirements/.run > $(LOCKS)-torch.lock
	$(SPLIT) !torch' requirements/.run > $(LOCKS).lock
	$(SPLIT) !torch' requirements/.all > $(LOCKS)-dev.lock
	$(COMPILE) pyproject.toml --extra peers -c requirements/.all -o requirements/.peers
	$(SPLIT) !torch' requirements/.peers > $(LOCKS)-peers.lock
	echo uv | $(COMPILE) - -o $(LOCKS)-uv.lock
	rm requirements/.all requirements/.run requirements/.peers

relock-runtime: setup ## Refresh the list of Neo4j's jars from its top-level coordinates
	$(BIN)/python -m graph.server.update_lockfile

clean: ## Remove the environment and what was built
	rm -rf $(VENV) docs/_build build *.egg-info

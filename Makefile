# The only door. Each target makes a fresh clone ready by itself; it asks for git,
# make, Python 3.11 or later with pip, a C compiler and cargo, and nothing else.
# Kept to what GNU make 3.81 understands: macOS ships that one.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

# The peers of `make bench PEERS=1` pin much of what they use, so they get an
# environment of their own and nobody's tests run beside them.
VENV := $(if $(PEERS),.venv-peers,.venv)
PINS := $(if $(PEERS),requirements-peers.lock,requirements.lock)
BIN := $(VENV)/bin
EXTENSION := src/crossbook/_core.abi3.so
RUST := $(shell find crates/*/src -name '*.rs') $(wildcard crates/*/Cargo.toml) Cargo.toml Cargo.lock
PYTHON_FILES := $(wildcard src tests benches examples)

export UV_PYTHON_DOWNLOADS := never
export VIRTUAL_ENV := $(CURDIR)/$(VENV)
# pyo3 asks one interpreter in every build, so that no build undoes another's.
export PYO3_PYTHON := $(CURDIR)/$(BIN)/python
# maturin refuses to choose between an active conda environment and ours.
unexport CONDA_PREFIX PYTHONHOME PYTHONPATH

.PHONY: help
help: ## Print the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

# ------------------------------------------------------------- environment

# A version manager may put a name on the PATH that does not run: try each. An
# activated $(VENV) is left out, for it has no pip.
define FIND_PYTHON
PATH=$$(printf %s "$$PATH" | sed 's#$(CURDIR)/$(BIN):##g'); \
python=; \
for name in $(PYTHON) python3.13 python3.12 python3.11 python3 python; do \
    if "$$name" -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
        python=$$name; break; \
    fi; \
done; \
if [ -z "$$python" ]; then \
    echo "crossbook needs Python 3.11 or later with pip; none of python3.13, python3.12," >&2; \
    echo "python3.11, python3, python is one. Name it: make PYTHON=/path/to/python" >&2; \
    exit 1; \
fi
endef

# The environment is made without pip, which needs no ensurepip; the pip of the
# interpreter puts uv into it, at the version and hash of requirements.lock.
$(BIN)/uv: $(PINS)
	@$(FIND_PYTHON); \
	set -e; \
	if ! [ -x $(BIN)/python ]; then \
	    echo "making $(VENV) with $$("$$python" --version)"; \
	    "$$python" -m venv --without-pip $(VENV); \
	fi; \
	sed -n '/^uv==/,/[^\\]$$/p' $(PINS) > $(VENV)/.uv-pin; \
	"$$python" -m pip --python $(BIN)/python install --quiet --disable-pip-version-check \
	    --require-hashes --requirement $(VENV)/.uv-pin
	@touch $@

# uv does not read pip's settings: where pip was told of an index, so is uv. If uv
# still cannot reach one (pip knows more ways), pip installs the same pins.
$(VENV)/.pins: $(PINS) $(BIN)/uv
	@echo "installing the pins of $(PINS)"
	@$(FIND_PYTHON); \
	set -e; \
	index=$${UV_DEFAULT_INDEX:-$${UV_INDEX_URL:-$${PIP_INDEX_URL:-}}}; \
	if [ -z "$$index" ]; then \
	    index=$$("$$python" -m pip config get global.index-url 2>/dev/null || true); \
	fi; \
	if [ -n "$$index" ]; then UV_DEFAULT_INDEX=$$index; export UV_DEFAULT_INDEX; fi; \
	$(BIN)/uv pip sync --quiet --require-hashes $(PINS) || \
	    "$$python" -m pip --python $(BIN)/python install --disable-pip-version-check \
	        --require-hashes --requirement $(PINS)
	@touch $@

# The extension is built into src/, and the package is installed as a link to src/:
# a change of a Python file is live, a change of a Rust file is built by the next make.
$(VENV)/.built: $(RUST) pyproject.toml README.md $(VENV)/.pins $(if $(wildcard $(EXTENSION)),,absent)
	@command -v cargo >/dev/null || { echo "crossbook needs cargo (Rust)" >&2; exit 1; }
	@echo "building crossbook._core in release mode"
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/uv pip install --quiet --offline --no-deps \
	    --no-build-isolation --reinstall --config-setting build-args=--locked --editable .
	@touch $@

.PHONY: absent
absent:

.PHONY: build
build: $(VENV)/.built ## Make .venv, install the pins, build the extension

# --------------------------------------------------------------------- use

.PHONY: demo
demo: build ## Show it at work: no account, no network (SECONDS=10 ends it)
	@$(BIN)/crossbook demo $(if $(SECONDS),--seconds $(SECONDS))

.PHONY: bench
bench: build ## Measure it beside the alternatives (PEERS=1: more of them)
	@$(BIN)/python -m benches $(if $(PEERS),--peers)

# SEEDS=200 for a long one; SEED=8 tries one again and logs what happens.
.PHONY: sim
sim: build ## Random faults on sockets, books proved all the time (SEEDS=20, or SEED=8)
	@$(BIN)/python -m crossbook.services.trials --seeds $(or $(SEEDS),20) \
	    $(if $(SEED),--seed $(SEED)) $(if $(JOBS),--jobs $(JOBS))

.PHONY: soak
soak: build ## Roll, freeze and kill sockets; books right, memory flat (SECONDS=60)
	@$(BIN)/python -m crossbook.services.trials.soak --seconds $(or $(SECONDS),60)

# ------------------------------------------------------------------- check

.PHONY: fmt
fmt: $(VENV)/.pins ## Format Python and Rust
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cargo fmt --all

.PHONY: lint
lint: build ## Formats, linters, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(PYTHON_FILES)
	$(BIN)/python -m mypy.stubtest crossbook._core
	$(BIN)/lint-imports --no-logo
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked --quiet -- -D warnings

.PHONY: docs
docs: build ## Build the documentation into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

.PHONY: check
check: lint ## The fast part of `make test`: under two minutes when warm
	cargo test --workspace --locked --quiet
	$(BIN)/pytest -q -m "not slow"

# Exactly what CI runs.
.PHONY: test
test: lint docs ## Everything that CI checks
	cargo test --workspace --locked --quiet
	CROSSBOOK_HYPOTHESIS=ci $(BIN)/pytest --cov

FUZZ := crates/crossbook-core/fuzz

# The sanitizer is an unstable option of the compiler; the variable lets a stable one have it.
.PHONY: fuzz
fuzz: ## Fuzz a decoder (TARGET=kraken SECONDS=60; needs cargo-fuzz)
	@cargo fuzz --version >/dev/null 2>&1 || \
	    { echo "make fuzz needs cargo-fuzz: cargo install cargo-fuzz" >&2; exit 1; }
	@[ -n "$(TARGET)" ] || { echo "name one of these: make fuzz TARGET=..." >&2; \
	    cargo fuzz list --fuzz-dir $(FUZZ) >&2; exit 1; }
	RUSTC_BOOTSTRAP=1 cargo fuzz run --fuzz-dir $(FUZZ) $(TARGET) -- \
	    -dict=$(CURDIR)/$(FUZZ)/dictionaries/$(TARGET).dict -max_total_time=$(or $(SECONDS),60)

.PHONY: lock
lock: $(BIN)/uv ## Renew the pins of both lock files
	$(LOCK) --group dev --output-file requirements.lock pyproject.toml
	$(LOCK) --group dev --extra peers --output-file requirements-peers.lock pyproject.toml

# No index is named in the files: whoever installs decides where from.
LOCK = $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-header --no-annotate --upgrade --quiet

.PHONY: clean
clean: ## Remove what was built, and the environment
	rm -rf .venv .venv-peers $(EXTENSION) site dist target

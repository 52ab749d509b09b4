# AppOS. Every path is relative, so the clone may lie anywhere, in a directory with a space in its name too.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
INSTALL = -m pip --disable-pip-version-check -qq install
# The program behind start, stop and the like; what only asks does so without .venv, too.
HOW = $(if $(filter native,$(MAKECMDGOALS)),native,container)
ASK = $(if $(wildcard $(VENV)/.setup),"$(RUN)" build/$(HOW).py,"$(PYTHON)" build/native.py)
# What takes longest comes first, so that no worker is left with it at the end.
SUITES = $(wildcard tests/e2e tests/integration tests/conformance tests/unit)
WORKERS ?= 2

# COMMAND-OR-FILE:DEBIAN-PACKAGE
DEJAVU := /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf
BUSYBOX := /var/lib/dpkg/info/busybox-static.list
TEST_NEEDS := chromium:chromium dockerd:docker.io iptables:iptables ip:iproute2 $(DEJAVU):fonts-dejavu-core \
	$(BUSYBOX):busybox-static docker-registry:docker-registry debootstrap:debootstrap git:git ssh:openssh-client
BENCH_NEEDS := wrk:wrk

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup start native image build local dashboard stop restart logs stats status upgrade delete rm \
	test lint fmt check bench conformance soak clean lock dev test-packages bench-packages

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

setup: $(VENV)/.setup ## Make .venv and install AppOS into it
	@echo "AppOS is set up in .venv"

start: $(VENV)/.setup dashboard ## Start AppOS: a container where a Docker engine answers, else on this machine (PORT=9092 make start)
	@"$(RUN)" build/$(HOW).py start

# Words, as in `make start native` and `make image build`.
native build local:
	@:

dashboard: ## Build the dashboard into static/dist, where its sources have changed
	@"$(PYTHON)" build/dashboard.py

image: $(VENV)/.setup dashboard ## Build the image: make image build; from the working tree in seconds: make image local
	@"$(RUN)" build/image.py $(or $(filter build local,$(MAKECMDGOALS)),build)

stop: ## Stop it
	@$(ASK) stop

restart: $(VENV)/.setup dashboard ## Stop it and start it again
	@"$(RUN)" build/$(HOW).py restart

status: ## Say whether it runs and answers
	@$(ASK) status

logs: ## Print the end of its log (FOLLOW=1 make logs: and go on)
	@$(ASK) logs $(if $(FOLLOW),--follow)

stats: ## Print its services, memory and processor use
	@$(ASK) stats

upgrade: $(VENV)/.setup dashboard ## Build the image anew and replace the container; goes back if that is not healthy
	@"$(RUN)" build/container.py upgrade

delete: $(VENV)/.setup ## Remove the container; its volume stays
	@"$(RUN)" build/container.py delete

rm: $(VENV)/.setup ## Remove the container and, once you have said yes, its volume
	@"$(RUN)" build/container.py rm

check: lint test ## Run lint and test

lint: dev ## Check style, types and the import rules
	@"$(RUN)" -m ruff check .
	@"$(RUN)" -m ruff format --check .
	@"$(RUN)" -m mypy
	@"$(VENV)/bin/lint-imports" --no-logo --cache-dir .cache/import-linter
	@"$(PYTHON)" build/dashboard.py npm run --silent lint

fmt: dev ## Format the code and mend what can be mended
	@"$(RUN)" -m ruff format .
	@"$(RUN)" -m ruff check --fix .
	@"$(PYTHON)" build/dashboard.py npm run --silent fmt

test: dev test-packages dashboard ## Run the tests (ARGS="-k words": some of them)
	@"$(PYTHON)" build/dashboard.py npm test --silent
	@"$(RUN)" -m pytest --numprocesses $(WORKERS) --no-loadscope-reorder $(SUITES) $(ARGS)

conformance: dev test-packages ## Compare with the reference programs, at full count (CORPUS=DIR: and check a directory's Compose files)
	@CAMPAIGN=full "$(RUN)" -m pytest --timeout=3600 tests/conformance $(ARGS)

soak: dev test-packages ## Run every campaign of generated cases, at full count
	@CAMPAIGN=full "$(RUN)" -m pytest --timeout=3600 -m campaign tests $(ARGS)

bench: dev test-packages bench-packages dashboard ## Measure speed and memory
	@"$(RUN)" tests/bench/run.py $(ARGS)

lock: .cache/uv/bin/uv ## Pin requirements*.in in requirements*.txt (UPGRADE=1: to the newest releases)
	@echo "Pinning requirements.in, requirements-dev.in, build/requirements.in and build/requirements-node.in"
	@$(call compile,requirements)
	@$(call compile,requirements-dev)
	@$(call compile,build/requirements)
	@$(call compile,build/requirements-node)

clean: ## Remove .venv and all caches, but never data/
	@echo "Removing .venv and the caches"
	@rm -rf "$(VENV)" .cache .hypothesis static/dist static/node_modules
	@find appos build tests -name __pycache__ -type d -prune -exec rm -rf {} +

dev: $(VENV)/.setup-dev

$(VENV)/.setup: requirements.txt setup.py
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "AppOS needs Python 3.11 or newer; name one, as in: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Making .venv"
	@"$(PYTHON)" -m venv "$(VENV)"
	@echo "Installing the packages of requirements.txt"
	@"$(RUN)" $(INSTALL) --require-hashes --requirement requirements.txt
	@echo "Installing this clone"
	@"$(RUN)" $(INSTALL) --no-deps --no-build-isolation --editable .
	@touch "$@"

$(VENV)/.setup-dev: requirements-dev.txt $(VENV)/.setup
	@echo "Installing the packages of requirements-dev.txt"
	@"$(RUN)" $(INSTALL) --require-hashes --requirement requirements-dev.txt
	@touch "$@"

.cache/uv/bin/uv:
	@echo "Installing uv"
	@"$(PYTHON)" -m venv .cache/uv
	@.cache/uv/bin/python $(INSTALL) uv

test-packages:
	@$(call provide,$(TEST_NEEDS))

bench-packages:
	@$(call provide,$(BENCH_NEEDS))

define compile
.cache/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade) \
	$(1).in --output-file $(1).txt
endef

# Install from Debian what is missing of a list of needs; say what to install where that is not possible.
define provide
missing=; PATH="$$PATH:/usr/sbin:/sbin"; \
for need in $(1); do \
	case $$need in \
	/*) test -e "$${need%%:*}" ;; \
	*) command -v "$${need%%:*}" >/dev/null ;; \
	esac || missing="$$missing $${need##*:}"; \
done; \
test -n "$$missing" || exit 0; \
if test "$$(id -u)" != 0 || ! command -v apt-get >/dev/null; then \
	echo "Install these packages of Debian first:$$missing" >&2; exit 1; \
fi; \
echo "Installing from Debian:$$missing"; \
mkdir -p .cache; export DEBIAN_FRONTEND=noninteractive; \
{ apt-get update && apt-get install --yes --no-install-recommends $$missing; } >.cache/apt.log 2>&1 || \
	{ tail -n 20 .cache/apt.log >&2; exit 1; }
endef

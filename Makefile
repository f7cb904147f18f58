# `make` lists the verbs. Each sets up what it needs: Python 3.11 or newer, make and git are enough.

PYTHON := .venv/bin/python
SEEDS ?= 100

.PHONY: help setup browser run demo sandbox check test test-browser soak packages lint format lock clean

help: ## list the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

setup: .venv/ready ## install everything into .venv

.venv/ready: requirements.lock bin/setup
	@bin/setup

browser: setup ## build what browsers load into chat_ui/dist
	@$(PYTHON) -m chat_ui.build

run: setup ## start the service and its worker with the settings of the environment and .env
	@$(PYTHON) -m chat_ui.build --optional
	@exec $(PYTHON) -m caseroom.commands run

demo: setup ## play the whole story on stand-ins, no accounts needed (ONCE=1: end after it)
	@$(PYTHON) -m chat_ui.build --optional
	@exec $(PYTHON) -m sandbox.demo $(if $(ONCE),--once)

check: setup ## say what is wrong with the settings, without a network
	@$(PYTHON) -m caseroom.commands check

test: setup ## run every test
	@bin/test

test-browser: setup ## play the browser's part in Chromium (SCREENSHOTS=1: into docs/pictures)
	@bin/chromium
	@$(PYTHON) -m pytest tests/browser

soak: setup ## play stories of faults under many seeds (SEEDS=100, or SEEDS=1-500)
	@$(PYTHON) -m sandbox.soak $(SEEDS)

packages: setup ## build what is installed at Shopify, Zendesk and Salesforce (PUBLIC_URL says where the service is)
	@$(PYTHON) -m shipping

lint: setup ## check style and types
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@$(PYTHON) -m chat_ui.build --types

format: setup ## put the source in order
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

lock: setup ## pin the newest versions that fit
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --extra dev \
	    --output-file requirements.lock pyproject.toml

clean: ## remove what was built
	@rm -rf .venv dist chat_ui/dist chat_ui/node_modules shipping/node_modules .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis

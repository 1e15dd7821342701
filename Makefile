# Everything a developer types. `make help` lists it.
#
# Output goes to CARGO_TARGET_DIR (default: target), data of `make run` to MERCER_DATA_DIR (default: data).
# Each verb does only what is missing.

SHELL := /bin/bash
export CARGO_TARGET_DIR ?= $(CURDIR)/target
export MERCER_DATA_DIR ?= $(CURDIR)/data

.PHONY: help run build test torture e2e size bench fmt clean-data

help: ## This list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 14

run: ## Build, fill a demo shop, start the sandbox gateway and serve on 127.0.0.1:3000
	@scripts/run.sh

build: ## The release binary, with its site inside: $CARGO_TARGET_DIR/release/mercer
	@scripts/build.sh

test: ## Every check there is
	@scripts/test.sh

torture: ## A tenth of a night of crashes, kills, power cuts, storms, races and stories; SCALE=1 is the whole night, SEED=7 plays one again, ONLY=storm picks by name
	@scripts/torture.sh $(if $(SCALE),--scale $(SCALE),--tenth) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only "$(ONLY)")

e2e: ## Only the end-to-end stories; STORY="guest" picks by title
	@scripts/e2e.sh $(if $(STORY),--grep "$(STORY)")

size: ## What a browser downloads, against its budget
	@scripts/build.sh site
	@cargo run --quiet --package xtask -- size

bench: ## Catalogues of up to a million products, durable writes and complete checkouts on this machine; ONLY=catalogue is the first part
	@scripts/bench.sh

fuzz: ## Torn files of products and wild searches, ten minutes each; SECONDS_=1200 is longer, SEED=7 asks one again
	@export MERCER_FUZZ_SECONDS=$(or $(SECONDS_),600) $(if $(SEED),MERCER_FUZZ_SEED=$(SEED)); \
	  cargo test --locked -p shop --features server --test main import::fuzz -- --nocapture && \
	  cargo test --locked -p search --test fuzz -- --nocapture

fmt: ## Format all Rust sources
	cargo fmt --all

clean-data: ## Throw the data of `make run` away
	rm -rf -- "$(MERCER_DATA_DIR)"

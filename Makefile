# Everything that is done often. `make help` lists it.

SHELL := /bin/bash
.DEFAULT_GOAL := help

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION)
TOOL := go tool -modfile=tools/go.mod
WITH_MARIADB := scripts/with-mariadb.sh

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/rectify, one file that needs nothing else
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/rectify ./cmd/rectify

.PHONY: run
run: build ## build, then serve the demonstration data on http://127.0.0.1:8080
	bin/rectify serve --demo --data ./data/demo --listen 127.0.0.1:8080

.PHONY: setup
setup: ## see that what the tests need is installed (installs it on Debian as root)
	scripts/setup.sh

.PHONY: test
test: setup build ## run every test, on SQLite and on a MariaDB of its own
	RECTIFY_TEST_MEMORY=1 $(WITH_MARIADB) scripts/test.sh

.PHONY: lint
lint: ## run the linters: style, mistakes, and the arrows between packages
	$(TOOL) golangci-lint run ./...
	@for script in .ci/run scripts/*.sh; do bash -n $$script || exit 1; done

.PHONY: format
format: ## format the code
	$(TOOL) golangci-lint fmt ./...

.PHONY: generate
generate: ## write the generated files again
	go generate ./...

.PHONY: check-generated
check-generated: ## fail when a generated file is not what its source gives
	scripts/check-generated.sh

.PHONY: bench
bench: setup ## run the benchmarks, on SQLite and on a MariaDB of its own
	$(WITH_MARIADB) go test -run '^$$' -bench . -benchmem -timeout 1h $$(scripts/packages.sh bench)

.PHONY: soak
soak: setup ## run the long checks: random walks, races, crashes, fuzzing (hours)
	$(WITH_MARIADB) scripts/soak.sh

.PHONY: cover
cover: setup ## write the coverage of all packages to dist/coverage.html
	mkdir -p dist
	RECTIFY_TEST_MEMORY=1 $(WITH_MARIADB) go test -coverpkg=./... -coverprofile=dist/coverage.out ./...
	go tool cover -html=dist/coverage.out -o dist/coverage.html
	@go tool cover -func=dist/coverage.out | tail -n 1

.PHONY: screenshots
screenshots: setup ## take the pictures of the README again, from the demonstration data
	RECTIFY_SCREENSHOTS=$(CURDIR)/docs/screenshots go test -tags browser -count=1 -run '^TestScreenshots$$' ./cmd/rectify

.PHONY: clean
clean: ## remove what was built (not the data)
	rm -rf bin dist

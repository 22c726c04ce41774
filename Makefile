# Needs Go and nothing else; every target says what it is for.
GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT  ?= $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)
LDFLAGS  = -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)

# A static binary that runs on any machine of its kind.
export CGO_ENABLED = 0

.PHONY: help build test test-browser test-cluster lint fmt bench bench-peers bench-batch bench-pairs bench-torch bench-speed bench-forecasts same-bytes mutants validation-inference validation-nulls validation-neurons validation-models validation-ceilings validation-mlem test-paper digits random fuzz fuzz-long gallery generate clean mutant-files race

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

build: ## bin/simtool
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/simtool ./cmd/simtool

test: ## all tests; those that need ../shared (or SIMTOOL_SHARED) skip without it
	$(GO) test ./...

test-paper: ## the published tables of large recordings as well, from ../shared: minutes
	$(GO) test -timeout 1h -run Published -v ./internal/synth/optimize -args -paper

digits: ## compare all measures with 320 bits under stress, and write the digits kept into docs/validation.md
	$(GO) test -count 1 -run TestStandingReference ./internal/measures -args -digits

random: ## every measure on 1000 random files beside 320 bits: a quarter of an hour (RANDOM=100 for fewer)
	$(GO) test -timeout 2h -count 1 -run TestRandomDatasets -v ./internal/verb/score -args -random $(if $(RANDOM),$(RANDOM),1000)

test-browser: ## the web pages in headless Chromium; skips where there is none
	$(GO) test -run Browser -v ./internal/figure/report -args -browser

test-cluster: ## batches under Slurm, GNU parallel and Snakemake, and kill -9; skips what is not installed
	$(GO) test -timeout 15m -run 'Cluster|Killed|ConfigEngines' -v ./cmd/simtool -args -cluster
	$(GO) test -run TestScripts/emit ./cmd/simtool

lint: ## formatting, vet and the import rules (wants gofumpt and golangci-lint)
	test -z "$$(gofumpt -l . | tee /dev/stderr)"
	$(GO) vet ./...
	golangci-lint run -c .ci/golangci.yml ./...

fmt: ## format the code (wants gofumpt)
	gofumpt -l -w .

BENCH ?= .
COUNT ?= 6
bench: ## Go benchmarks; compare two runs with benchstat (BENCH=regexp COUNT=n)
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) ./...

gallery: ## the pictures of docs/gallery, of every kind of figure
	$(GO) test ./cmd/simtool -run TestGallery -args -gallery

PYTHON ?= /usr/bin/python3
RUNS_EACH ?= 20
BUDGET    ?= 7m
bench-peers: ## the same work in NumPy, side by side as ratios, if python3 has NumPy (PEERS='-t 2 "cka 3000 500"')
	$(GO) build -o bin/peers ./internal/bench/peers
	@if [ -x $(PYTHON) ]; then $(PYTHON) -B internal/bench/peers/peers.py bin/peers $(PEERS); \
	else echo 'no $(PYTHON): nothing to compare with'; fi

bench-batch: build ## start, cost per item, scaling over processes, merging: of whole processes
	$(GO) run ./internal/bench/batch bin/simtool

bench-pairs: build ## the matrix of all pairs of 40 and 200 systems beside NumPy, whole processes: minutes (PAIRS='-systems 40 -only cka')
	$(GO) run ./internal/bench/pairs -python $(PYTHON) $(PAIRS) bin/simtool

bench-speed: build ## whole processes beside an earlier build and NumPy, into docs/speed.md (BEFORE=program RUNS_EACH=n BUDGET=5m): minutes
	$(GO) build -o bin/peers ./internal/bench/peers
	$(GO) build -o bin/torch ./internal/bench/torch
	$(GO) run ./internal/bench/speed $(if $(BEFORE),-before $(BEFORE)) -runs $(RUNS_EACH) -budget $(BUDGET) -python $(PYTHON) -peers bin/peers -torch bin/torch bin/simtool > bin/speed.md
	mv bin/speed.md docs/speed.md

bench-forecasts: build ## what is foretold of fits over what they take, a section of docs/speed.md: a minute
	$(GO) run ./internal/bench/speed -forecasts bin/simtool

bench-torch: ## optimisers beside PyTorch (float32), if python3 has it (TORCH='-full "cka 600 100"')
	$(GO) run ./internal/bench/torch -python $(PYTHON) $(TORCH)

REV ?= HEAD^
same-bytes: ## stories, docs, helps, plans and batches write the bytes of an earlier build (REV=HEAD^ SAME='-figures')
	$(GO) run ./internal/bench/samebytes -rev '$(REV)' $(SAME)

RUNS ?= 200
validation-inference: ## coverage of the intervals on known populations, into docs/validation-inference.md: an hour (RUNS=n)
	$(GO) run ./internal/bench/validation -runs $(RUNS) > bin/validation-inference.md
	mv bin/validation-inference.md docs/validation-inference.md

validation-nulls: ## how often p values reject a true null, into docs/validation-nulls.md: minutes
	$(GO) run ./internal/bench/validation -nulls -runs 4000 > bin/validation-nulls.md
	mv bin/validation-nulls.md docs/validation-nulls.md

validation-neurons: ## coverage of the intervals over neurons, into docs/validation-neurons.md: half an hour (RUNS=n)
	$(GO) run ./internal/bench/validation -neurons -runs $(RUNS) > bin/validation-neurons.md
	mv bin/validation-neurons.md docs/validation-neurons.md

validation-models: ## differences of models that are equal, or not, into docs/validation-models.md: half an hour (RUNS=n)
	$(GO) run ./internal/bench/validation -models -runs $(RUNS) > bin/validation-models.md
	mv bin/validation-models.md docs/validation-models.md

validation-ceilings: ## scores as shares of noise ceilings, into docs/validation-ceilings.md: minutes
	$(GO) run ./internal/bench/validation -ceilings -runs 200 > bin/validation-ceilings.md
	mv bin/validation-ceilings.md docs/validation-ceilings.md

validation-mlem: ## coverage of the intervals of mlem, into docs/validation-mlem.md: half an hour (RUNS=n)
	$(GO) run ./internal/bench/validation -mlem -runs $(RUNS) > bin/validation-mlem.md
	mv bin/validation-mlem.md docs/validation-mlem.md

ONLY ?= .
mutants: ## mistakes in formulas, one at a time, that tests must notice: a quarter of an hour (ONLY=regexp)
	$(GO) run ./internal/bench/mutants -only '$(ONLY)' $(MUTANTS)

FUZZTIME ?= 30s
FUZZ     ?= .
# Minimising what is new takes a minute each by default, which would leave no time to fuzz.
fuzz: ## every fuzz target for FUZZTIME (30s, or 1000000x executions), with its rate (FUZZ=regexp)
	@mkdir -p bin; for package in $$(grep -rl --include='*_test.go' '^func Fuzz' cmd internal | xargs -n1 dirname | sort -u); do \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z]*\).*/\1/p' $$package/*_test.go); do \
			echo "$$package $$target" | grep -qE '$(FUZZ)' || continue; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x ./$$package >bin/fuzz.log 2>&1 || { cat bin/fuzz.log; exit 1; }; \
			sed -n 's/^fuzz: elapsed: \(.*\), execs: \([0-9]*\) .*/\1 \2/p' bin/fuzz.log | tail -1 | sed 's/[hms]/ & /g' | \
				awk -v name="$$package $$target" '{ s = 0; for (i = 1; i < NF; i += 2) s += $$i*($$(i+1) == "h" ? 3600 : $$(i+1) == "m" ? 60 : 1); \
					printf "%s: %d executions, %d a second\n", name, $$NF, $$NF/(s ? s : 1) }'; \
		done; \
	done

MUTANTS_EACH ?= 20000
mutant-files: ## damaged files of each kind that simtool reads (MUTANTS_EACH=n): half an hour
	GOGC=800 $(GO) test -timeout 6h -count 1 -run TestMutants -v ./cmd/simtool -args -mutants $(MUTANTS_EACH)

race: ## all tests with the race detector, which needs gcc: an hour
	CGO_ENABLED=1 $(GO) test -race -timeout 3h ./...

fuzz-long: ## every fuzz target for half an hour: a night
	$(MAKE) fuzz FUZZTIME=30m

generate: ## write the assembly kernels and docs/tables.md anew
	$(GO) generate ./internal/linalg/kernel ./internal/result

clean: ## remove what was built
	rm -rf bin simtool-demo figures

include configs/figures.mk

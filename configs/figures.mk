# The figures of both papers, remade from the bundled recording, generators and,
# where it is there, published data. Included by the Makefile; "make figures"
# makes what is out of date, "make -j2 figures" on two processors.
#
# One target per figure: make figures/cloos-ranges.svg. Runs that several figures
# share are kept in figures/runs.

SIMTOOL_SHARED ?= ../shared
F    := figures
R    := $(F)/runs
C    := configs/figures
TOOL := bin/simtool
PLOT  = $(TOOL) plot --force -q

FIGURES := $(addprefix $(F)/,$(addsuffix .svg, \
	cloos-toy cloos-components cloos-thresholds cloos-decoding cloos-ridge \
	cloos-theory cloos-ranges cloos-bounds \
	jalouzot-recovery jalouzot-importance jalouzot-layers))

.PHONY: figures
figures: $(F)/README.md ## the papers' figures, with a README that says what came out

# Nothing is made anew because the tool was built anew: remove figures/ for that.
$(TOOL):
	$(MAKE) build

# An optimisation that ends short of its score has a result all the same.
short-is-fine = || test $$? -eq 5

# run NAME,MEASURE,DATA,CONFIG[,FLAGS]: data optimised towards a score.
define run
$(R)/$(1)/manifest.json: $(3) $(C)/$(4).yaml | $(TOOL)
	$(TOOL) optimize $(3) -m $(2) --config $(C)/$(4).yaml $(5) -o $(R)/$(1) --force -q $$(short-is-fine)
endef

RECORDING := testdata/recording.npy
LABELS    := --labels testdata/conditions.csv
$(eval $(call run,cka,cka,$(RECORDING),recording,$(LABELS)))
$(eval $(call run,cka-angular,cka:as=angular-score,$(RECORDING),recording,$(LABELS)))
$(eval $(call run,nbs,nbs,$(RECORDING),recording,$(LABELS)))
$(eval $(call run,procrustes,procrustes-angular-score,$(RECORDING),recording,$(LABELS)))
$(eval $(call run,linreg,linreg,$(RECORDING),recording,$(LABELS)))
$(eval $(call run,ridge100,ridge:lambda=100,$(RECORDING),recording,$(LABELS)))
$(eval $(call run,ridge10000,ridge:lambda=10000,$(RECORDING),recording))
$(eval $(call run,ridge1000000,ridge:lambda=1000000,$(RECORDING),recording))

TOY := $(R)/toy.npy
$(TOY): | $(TOOL)
	@mkdir -p $(@D)
	$(TOOL) synth toy2d --labels $(R)/toy.csv -o $@ --force -q
$(eval $(call run,toy-cka,cka,$(TOY),toy))
$(eval $(call run,toy-nbs,nbs,$(TOY),toy))
$(eval $(call run,toy-linreg,linreg,$(TOY),toy))

$(F)/cloos-toy.svg: $(R)/toy-cka/manifest.json $(R)/toy-nbs/manifest.json $(R)/toy-linreg/manifest.json
	$(PLOT) $(TOY) $(^D:%=%/y.npy) --labels $(R)/toy.csv -o $@

$(F)/cloos-components.svg: $(R)/cka/manifest.json $(R)/nbs/manifest.json $(R)/linreg/manifest.json
	$(PLOT) $(^D:%=%/pc_r2.csv) -o $@

MEASURES := $(foreach m,cka cka-angular nbs procrustes linreg ridge100,$(R)/$(m)/manifest.json)
$(F)/cloos-thresholds.svg: $(MEASURES)
	$(PLOT) $(^D:%=%/pc_thresholds.csv) --width 130mm -o $@

$(F)/cloos-decoding.svg: $(MEASURES)
	$(PLOT) $(^D:%=%/decoding.csv) --width 130mm -o $@

$(F)/cloos-ridge.svg: $(foreach m,linreg ridge100 ridge10000 ridge1000000,$(R)/$(m)/manifest.json)
	$(PLOT) $(^D:%=%/pc_thresholds.csv) --width 130mm -o $@

$(R)/theory.csv: $(RECORDING) $(C)/theory.yaml | $(TOOL)
	@mkdir -p $(@D)
	$(TOOL) pc-sensitivity $< --config $(C)/theory.yaml -o $@ --force -q
$(F)/cloos-theory.svg: $(R)/theory.csv
	$(PLOT) $^ -o $@

# range NAME,MEASURE,MEASURE: which scores can go together.
define range
$(R)/range-$(1).csv: $(C)/range.yaml | $(TOOL)
	@mkdir -p $$(@D)
	$(TOOL) joint-range -m $(2),$(3) --config $$< -o $$@ --force -q
endef
$(eval $(call range,cka,cka,procrustes-angular-score))
$(eval $(call range,linreg,linreg,procrustes-angular-score))
$(eval $(call range,ridge,ridge:lambda=100:cv=5,procrustes-angular-score))
$(eval $(call range,bounds,cka,nbs))
$(R)/targets.csv: $(C)/range.yaml | $(TOOL)
	@mkdir -p $(@D)
	$(TOOL) joint-range -m cka,nbs --config $< --grid 5 --steps 300 -o $@ --force -q

$(F)/cloos-ranges.svg: $(R)/range-cka.csv $(R)/range-linreg.csv $(R)/range-ridge.csv
	$(PLOT) $^ --width 130mm -o $@
$(F)/cloos-bounds.svg: $(R)/range-bounds.csv $(R)/targets.csv
	$(PLOT) $^ -o $@

$(R)/study.csv: $(C)/study.yaml | $(TOOL)
	@mkdir -p $(@D)
	$(TOOL) mlem study --config $< -o $@ --force -q
$(F)/jalouzot-recovery.svg: $(R)/study.csv
	$(PLOT) $^ --width 130mm -o $@

# Three layers of one representation, the later the noisier.
define layer
$(R)/layer$(1)/y.npy: $(C)/fit.yaml | $(TOOL)
	$(TOOL) mlem simulate --config $$< --noise-sd $(1) -o $(R)/layer$(1) --force -q
endef
LAYERS := $(foreach l,1 2 4,$(R)/layer$(l)/y.npy)
$(foreach l,1 2 4,$(eval $(call layer,$(l))))
$(R)/fit/manifest.json: $(R)/layer1/y.npy
	$(TOOL) mlem fit --features $(<D)/features.csv --neural $< -o $(@D) --force -q
$(F)/jalouzot-importance.svg: $(R)/fit/manifest.json
	$(PLOT) $(R)/fit/importance.csv -o $@
$(R)/layers/manifest.json: $(LAYERS)
	$(TOOL) mlem layers --features $(R)/layer1/features.csv $(^:%=--neural %) -o $(@D) --force -q
$(F)/jalouzot-layers.svg: $(R)/layers/manifest.json
	$(PLOT) $(R)/layers/importance.csv -o $@

# Published recordings, where they are.
PLCOA := $(SIMTOOL_SHARED)/data/mouse_plcoa/plCoA_rates.npy
ifneq ($(wildcard $(PLCOA)),)
FIGURES += $(F)/cloos-plcoa.svg
$(eval $(call run,plcoa-cka,cka,$(PLCOA),recording))
$(eval $(call run,plcoa-nbs,nbs,$(PLCOA),recording))
$(F)/cloos-plcoa.svg: $(R)/plcoa-cka/manifest.json $(R)/plcoa-nbs/manifest.json
	$(PLOT) $(^D:%=%/pc_thresholds.csv) -o $@
endif
WORDS := $(SIMTOOL_SHARED)/data/words60
ifneq ($(wildcard $(WORDS)/bert.npy),)
FIGURES += $(F)/jalouzot-words.svg
$(R)/words/manifest.json: $(WORDS)/features20.csv $(WORDS)/bert.npy $(WORDS)/word2vec.npy | $(TOOL)
	$(TOOL) mlem layers --features $< --drop word --neural $(word 2,$^) --neural $(word 3,$^) -o $(@D) --force -q
$(F)/jalouzot-words.svg: $(R)/words/manifest.json
	$(PLOT) $(@D)/runs/words/importance.csv --width 130mm -o $@
endif

$(F)/README.md: $(FIGURES) $(C)/gallery.yaml
	$(GO) run ./internal/figure/gallery -o $@ $(C)/gallery.yaml

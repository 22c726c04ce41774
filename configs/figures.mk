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
	cloos-tree-components cloos-tree-thresholds cloos-tree-decoding \
	cloos-gaussian-components cloos-gaussian-thresholds \
	cloos-theory cloos-slopes cloos-ranges cloos-bounds \
	cloos-datasets-thresholds cloos-datasets-decoding cloos-score-to-decode \
	jalouzot-recovery jalouzot-type-i jalouzot-importance jalouzot-layers))

.PHONY: figures
figures: $(F)/README.md ## the papers' figures, with a README that says what came out

# Nothing is made anew because the tool was built anew: remove figures/ for that.
$(TOOL):
	$(MAKE) build

# An optimisation that ends short of its score has a result all the same.
short-is-fine = || test $$? -eq 5

# The measures of the paper, by names that can be those of files.
MEASURES := cka cka-angular nbs procrustes linreg ridge100
SOME     := cka nbs linreg
measure-cka          := cka
measure-cka-angular  := cka:as=angular-score
measure-nbs          := nbs
measure-procrustes   := procrustes-angular-score
measure-linreg       := linreg
measure-ridge100     := ridge:lambda=100
measure-ridge10000   := ridge:lambda=10000
measure-ridge1000000 := ridge:lambda=1000000

# runs SET,DATA,CONFIG,MEASURES[,LABELS[,FLAGS]]: data optimised towards scores, each in
# $(R)/SET-MEASURE.
define run
$(R)/$(1)-$(4)/manifest.json: $(2) $(5) $(C)/$(3).yaml | $(TOOL)
	$(TOOL) optimize $(2) -m $(measure-$(4)) --config $(C)/$(3).yaml $(5:%=--labels %) $(6) -o $(R)/$(1)-$(4) --force -q $$(short-is-fine)
endef
runs = $(foreach m,$(4),$(eval $(call run,$(1),$(2),$(3),$(m),$(5),$(6))))
of   = $(foreach m,$(2),$(R)/$(1)-$(m)/manifest.json)

$(call runs,recording,testdata/recording.npy,recording,$(MEASURES) ridge10000 ridge1000000,testdata/conditions.csv)
$(F)/cloos-components.svg: $(call of,recording,$(SOME))
$(F)/cloos-thresholds.svg: $(call of,recording,$(MEASURES))
$(F)/cloos-decoding.svg: $(call of,recording,$(MEASURES))
$(F)/cloos-ridge.svg: $(call of,recording,linreg ridge100 ridge10000 ridge1000000)

# Binary features that are inherited down a tree, and independent Gaussian
# neurons whose variances fall exponentially.
$(R)/tree.npy $(R)/tree.csv &: | $(TOOL)
	@mkdir -p $(R)
	$(TOOL) synth ultrametric --labels $(R)/tree.csv -o $(R)/tree.npy --force -q
$(call runs,tree,$(R)/tree.npy,recording,$(MEASURES),$(R)/tree.csv)
$(F)/cloos-tree-components.svg: $(call of,tree,$(SOME))
$(F)/cloos-tree-thresholds.svg: $(call of,tree,$(MEASURES))
$(F)/cloos-tree-decoding.svg: $(call of,tree,$(MEASURES))

$(R)/gaussian.npy: | $(TOOL)
	@mkdir -p $(@D)
	$(TOOL) synth exp-gaussian -o $@ --force -q
$(call runs,gaussian,$(R)/gaussian.npy,recording,$(MEASURES))
$(F)/cloos-gaussian-components.svg: $(call of,gaussian,$(SOME))
$(F)/cloos-gaussian-thresholds.svg: $(call of,gaussian,$(MEASURES))

$(F)/%components.svg:
	$(PLOT) $(^D:%=%/pc_r2.csv) -o $@
$(F)/%thresholds.svg:
	$(PLOT) $(^D:%=%/pc_thresholds.csv) --width 130mm -o $@
$(F)/%ridge.svg:
	$(PLOT) $(^D:%=%/pc_thresholds.csv) --width 130mm -o $@
$(F)/%decoding.svg:
	$(PLOT) $(^D:%=%/decoding.csv) --width 130mm -o $@

$(R)/toy.npy $(R)/toy.csv &: | $(TOOL)
	@mkdir -p $(R)
	$(TOOL) synth toy2d --labels $(R)/toy.csv -o $(R)/toy.npy --force -q
$(call runs,toy,$(R)/toy.npy,toy,$(SOME))
$(F)/cloos-toy.svg: $(R)/toy.npy $(R)/toy.csv $(call of,toy,$(SOME))
	$(PLOT) $< $(addsuffix /y.npy,$(filter $(R)/toy-%,$(^D))) --labels $(word 2,$^) -o $@

$(R)/theory.csv: testdata/recording.npy $(C)/theory.yaml | $(TOOL)
	@mkdir -p $(@D)
	$(TOOL) pc-sensitivity $< --config $(C)/theory.yaml -o $@ --force -q
$(R)/slopes.csv: testdata/recording.npy $(C)/theory.yaml | $(TOOL)
	@mkdir -p $(@D)
	$(TOOL) pc-sensitivity $< --config $(C)/theory.yaml --slopes -o $@ --force -q
$(F)/cloos-theory.svg $(F)/cloos-slopes.svg: $(F)/cloos-%.svg: $(R)/%.csv
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

# Whether features are found that are not encoded but correlated with those that are.
$(R)/tests.csv: $(C)/tests.yaml | $(TOOL)
	@mkdir -p $(@D)
	$(TOOL) mlem study --config $< -o $@ --force -q
$(F)/jalouzot-type-i.svg: $(R)/tests.csv
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

# Several data sets beside each other: the bundled recording, a tree and Gaussian data, or
# the published recordings below in place of these two.
BESIDE   := cka nbs procrustes
DATASETS := tree gaussian
LABELLED := tree

# Published recordings, where they are.
PLCOA := $(SIMTOOL_SHARED)/data/mouse_plcoa/plCoA_rates.npy
ifneq ($(wildcard $(PLCOA)),)
FIGURES += $(F)/cloos-plcoa-components.svg $(F)/cloos-plcoa-thresholds.svg
DATASETS := plcoa
LABELLED := plcoa
$(call runs,plcoa,$(PLCOA),recording,$(BESIDE),$(dir $(PLCOA))conditions.csv,--label odor_class)
$(F)/cloos-plcoa-components.svg: $(call of,plcoa,cka nbs)
$(F)/cloos-plcoa-thresholds.svg: $(call of,plcoa,$(BESIDE))
endif
ORN := $(SIMTOOL_SHARED)/data/larval_orn
ifneq ($(wildcard $(ORN)/responses.npy),)
FIGURES += $(F)/jalouzot-odours.svg
DATASETS := $(filter plcoa,$(DATASETS)) orn
LABELLED := $(filter plcoa,$(LABELLED)) orn
$(call runs,orn,$(ORN)/responses.npy,recording,$(BESIDE),$(ORN)/conditions.csv,--label odor --missing drop)
$(R)/odours/manifest.json: $(ORN)/conditions.csv $(ORN)/responses.npy $(C)/odours.yaml | $(TOOL)
	$(TOOL) mlem fit --features $< --neural $(word 2,$^) --config $(C)/odours.yaml -o $(@D) --force -q
$(F)/jalouzot-odours.svg: $(R)/odours/manifest.json
	$(PLOT) $(<D)/importance.csv -o $@
endif
IMAGES := $(SIMTOOL_SHARED)/data/images92
ifneq ($(wildcard $(IMAGES)/rdm_monkeyIT.npy),)
FIGURES += $(F)/jalouzot-images.svg $(F)/rdm-images.svg
$(R)/%IT/manifest.json: $(IMAGES)/stimuli.csv $(IMAGES)/rdm_%IT.npy $(C)/images.yaml | $(TOOL)
	$(TOOL) mlem fit --features $< --neural-distances $(word 2,$^) --config $(C)/images.yaml -o $(@D) --force -q
$(F)/jalouzot-images.svg: $(R)/monkeyIT/manifest.json $(R)/humanIT/manifest.json
	$(PLOT) $(^D:%=%/importance.csv) --style bars -o $@
$(F)/rdm-images.svg: $(IMAGES)/rdm_monkeyIT.npy $(IMAGES)/rdm_humanIT.npy | $(TOOL)
	@mkdir -p $(@D)
	$(PLOT) $^ --style mds --labels $(IMAGES)/stimuli.csv --label category --width 130mm -o $@
endif
WORDS := $(SIMTOOL_SHARED)/data/words60
ifneq ($(wildcard $(WORDS)/bert.npy),)
FIGURES += $(F)/jalouzot-words.svg
$(R)/words/manifest.json: $(WORDS)/features20.csv $(WORDS)/bert.npy $(WORDS)/word2vec.npy | $(TOOL)
	$(TOOL) mlem layers --features $< --drop word --neural $(word 2,$^) --neural $(word 3,$^) -o $(@D) --force -q
$(F)/jalouzot-words.svg: $(R)/words/manifest.json
	$(PLOT) $(<D)/importance.csv --width 130mm -o $@
endif

$(F)/cloos-datasets-thresholds.svg: $(foreach d,recording $(DATASETS),$(call of,$(d),$(BESIDE)))
	$(PLOT) $(^D:%=%/pc_thresholds.csv) --width 170mm -o $@
$(F)/cloos-datasets-decoding.svg: $(foreach d,recording $(LABELLED),$(call of,$(d),$(BESIDE)))
	$(PLOT) $(^D:%=%/decoding.csv) --width 170mm -o $@
# Whatever has labels, the tree too.
$(F)/cloos-score-to-decode.svg: $(call of,recording,$(MEASURES)) $(call of,tree,$(MEASURES)) $(foreach d,$(filter-out tree,$(LABELLED)),$(call of,$(d),$(BESIDE)))
	$(PLOT) $(^D:%=%/decoding.csv) --style matrix --width 130mm -o $@

$(F)/README.md: $(FIGURES) $(C)/gallery.yaml
	$(GO) run ./internal/figure/gallery -o $@ $(C)/gallery.yaml

# A fragment for Makefiles: tables that are scored in parts, as many at once as make
# has jobs, and merged. Three lines make a table, here scores.csv from 8 parts:
#
#     include configs/batch.mk
#     SCORES := score --list pairs.csv --measures cka,nbs
#     $(call batch,scores.csv,8,SCORES,pairs.csv)
#
# Arguments: the table, the number of parts, the name of a variable with the command
# but for --shard and --output, and the files that it is made from. Parts are in
# TABLE.parts; what is finished of an interrupted one is kept. Status 3 says that
# some items failed, which their rows tell.
SIMTOOL ?= simtool

define batch-rules
$(1): $$(addprefix $(1).parts/,$$(addsuffix .jsonl,$$(shell seq 0 $$$$(($(2) - 1)))))
	$$(SIMTOOL) merge $$^ -o $$@ --force || test $$$$? -eq 3

# A part that is there but out of date goes first: --resume is for those that were
# interrupted.
$(1).parts/%.jsonl: $(4)
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(SIMTOOL) $$($(3)) --jobs 1 --shard $$*/$(2) --resume -o $$@ || test $$$$? -eq 3
endef
batch = $(eval $(call batch-rules,$(1),$(2),$(3),$(4)))

package verbmlem

import (
	"encoding/json"
	"strconv"
	"testing"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/verb/verbtest"
)

// TestModelLacksNothing: a model whose fields are all there but one, or are null, is no
// model, unless older versions wrote it without that field.
func TestModelLacksNothing(t *testing.T) {
	simulated(t)
	verbtest.Succeed(t, NewFit(), line("--features sim/features.csv --neural sim/y.npy --bootstrap 0 --null 0 -o out")...)
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(verbtest.Text(t, "out/model.json")), &fields); err != nil {
		t.Fatal(err)
	}
	delete(fields, "checksum")
	optional := map[string]bool{"na": true, "metric": true, "shrink": true, "description": true}
	predicted := func() error {
		text, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		verbtest.Write(t, "edited.json", string(text))
		return verbtest.Run(t, NewPredict(), line("edited.json --features sim/features.csv -o p.npy --force")...).Err
	}
	if err := predicted(); err != nil {
		t.Fatalf("without a checksum alone: %v", err)
	}
	for name, value := range fields {
		delete(fields, name)
		missing := predicted()
		fields[name] = json.RawMessage("null")
		null := predicted()
		fields[name] = value
		for how, err := range map[string]error{"without it": missing, "null": null} {
			if e, ok := data.AsInputError(err); !optional[name] && (!ok || batch.OfMachine(err) || e.Path != "edited.json") {
				t.Errorf("%s, %s: %v, want an error that names the file", name, how, err)
			}
		}
	}
}

// TestModelKeepsBytesThatAreNoText: levels in Latin-1 are those of the model that is read
// again, two of them by different bytes, and are not new to it.
func TestModelKeepsBytesThatAreNoText(t *testing.T) {
	simulated(t)
	table := "mood,size\n"
	for i := range 24 {
		table += []string{"gr\xfcn", "gr\xe4n", "rot"}[i%3] + "," + strconv.Itoa(i*i%17) + "\n"
	}
	verbtest.Write(t, "latin.csv", table)
	verbtest.Succeed(t, NewFit(), line("--features latin.csv --neural sim/y.npy --bootstrap 0 --null 0 --permutations 0 -o latin")...)
	result := verbtest.Run(t, NewPredict(), line("latin/model.json --features latin.csv -o p.npy")...)
	if result.Err != nil {
		t.Fatal(result.Err)
	}
	if len(result.Warnings) > 0 {
		t.Errorf("warnings %q, want none", result.Warnings)
	}
}

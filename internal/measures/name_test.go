package measures

import (
	"errors"
	"strings"
	"testing"
)

func TestParseResolvesForeignNames(t *testing.T) {
	for name, want := range map[string]string{
		"cka": "cka",
		"measure/repsim/cka-kernel=(rbf-sigma=5)-hsic=gretton-score": "cka:kernel=rbf:sigma=5",
		"cka-kernel=linear-hsic=song-score":                          "cka:estimator=debiased",
		"measure/rsatoolbox/cka":                                     "cka",
		"ridge-lambda0.5-r2-sym#10folds_cv":                          "ridge:lambda=0.5:cv=10:direction=symmetric",
		"ridge-lambda100-pearsonr#no_cv":                             "ridge:lambda=100:as=pearson",
		"linreg-r2#5folds_cv":                                        "linreg:cv=5",
		"procrustes-distance=squared_euclidean":                      "procrustes:as=squared",
		"nbs-angular-score":                                          "nbs:as=angular-score",
		"ridge-lambda1e-3-r2#5folds_cv":                              "ridge:lambda=1e-3:cv=5",
		"linreg-r2-sym":                                              "linreg:direction=symmetric",
		"linreg-pearson_r#5folds_cv":                                 "linreg:as=pearson:cv=5",
		"ridge-lambda100-r2":                                         "ridge:lambda=100",
		"rsa-rdm=euclidean-compare=tau_a":                            "rsa:rdm=euclidean:compare=tau-a",
		"measure/rsatoolbox/rsa-correlation-corr":                    "rsa:rdm=correlation:compare=pearson",
		"measure/diffscore/rsa-correlation-corr":                     "cka",
		"svcca-var99":                                                "svcca",
		"cka:estimator=biased:as=angular":                            "cka:as=angular",
	} {
		m, err := Parse(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := m.Card().Name; got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for name, want := range map[string][2]string{
		"cak":                                {"unknown measure", "did you mean cka?"},
		"procrustres":                        {"unknown measure", "did you mean procrustes?"},
		"#":                                  {"unknown measure", "lists them"},
		"cka:kernal=rbf":                     {`unknown parameter "kernal"`, "kernel, sigma, estimator, as"},
		"cka:kernel=rfb":                     {"want one of linear, rbf, laplace", ""},
		"cka:kernel":                         {"not key=value", "family:key=value"},
		"cka:as=score:as=x":                  {"given twice", ""},
		"cka:sigma=3":                        {"sigma belongs to", ""},
		"linreg:cv=1":                        {"want 0 or at least 2", ""},
		"linreg:cv=two":                      {"want a whole number", ""},
		"ridge:lambda=-1":                    {"want auto, or a number of at least 0", ""},
		"ridge:lambda=NaN":                   {"want auto, or a number of at least 0", ""},
		"pls-sv:as=score":                    {`unknown parameter "as"`, "has no parameters"},
		"":                                   {"empty name", ""},
		"procrustes-angular-score#5folds_cv": {"diffscore computes the Euclidean distance", "measures show procrustes"},
		"linreg:folds=contigu":               {"want one of contiguous, conditions", ""},
	} {
		_, err := Parse(name)
		var bad *NameError
		if !errors.As(err, &bad) {
			t.Errorf("%q: %v, want a NameError", name, err)
			continue
		}
		if !strings.Contains(bad.Error(), want[0]) || !strings.Contains(bad.Hint, want[1]) {
			t.Errorf("%q: %q with hint %q, want %q", name, bad, bad.Hint, want)
		}
	}
}

func TestParseListKeepsNamesAsTyped(t *testing.T) {
	list, err := ParseList("cka, nbs-angular ,cka", 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[0].Name != "cka" || list[1].Name != "nbs-angular" {
		t.Errorf("%+v", list)
	}
	all, err := ParseList("all", 1)
	if err != nil || len(all) != len(families) {
		t.Errorf("all: %d measures (%v), want %d", len(all), err, len(families))
	}
	if _, err := ParseList("cka,,nbs", 1); err == nil {
		t.Error("an empty name passed")
	}
}

func TestParseListUsesTheSeed(t *testing.T) {
	list, err := ParseList("linreg:cv=5:folds=conditions,linreg:cv=5:folds=conditions:seed=3,linreg:cv=5", 9)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"linreg:cv=5:folds=conditions:seed=9", "linreg:cv=5:folds=conditions:seed=3", "linreg:cv=5"} {
		if got := list[i].Card().Name; got != want {
			t.Errorf("%s is %s, want %s", list[i].Name, got, want)
		}
	}
}

func TestNotesOfForeignNames(t *testing.T) {
	list, err := ParseList("rsa-correlation-corr,cka", 1)
	if err != nil || list[0].Note == "" || list[1].Note != "" {
		t.Errorf("%+v (%v)", list, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"cka", "cka:kernel=rbf:sigma=0.5median", "ridge-lambda{}-r2#{}folds_cv", "measure//", "a:=:=", "cka:sigma=1e999"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if len(name) > 200 {
			return // longer ones only take longer
		}
		m, err := Parse(name)
		if err != nil {
			return
		}
		// The canonical name names the same measure.
		again, err := Parse(m.Card().Name)
		if err != nil || again.Card().Name != m.Card().Name {
			t.Errorf("%q became %q, which is %v", name, m.Card().Name, err)
		}
	})
}

// Every family is in one group, and groups name families only.
func TestGroupsHoldEveryFamily(t *testing.T) {
	seen := map[string]int{}
	for _, g := range Groups {
		for _, name := range g.Families {
			seen[name]++
			if _, ok := findFamily(name); !ok {
				t.Errorf("group %s: no family %q", g.Name, name)
			}
		}
	}
	for _, name := range FamilyNames() {
		if seen[name] != 1 {
			t.Errorf("%s is in %d groups", name, seen[name])
		}
	}
}

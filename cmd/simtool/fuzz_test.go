package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"simtool/internal/batch"
)

// FuzzConfig reads anything as a configuration, in each of its forms: settings that
// exist, or an error that says what is wrong.
func FuzzConfig(f *testing.F) {
	for _, text := range []string{
		"seed: 3\nscore:\n  measures: [cka]\n", "seed = 3\n[score]\nmeasures = [\"cka\"]\n", `{"seed": 3, "score": {"measures": ["cka"]}}`,
		"score:\n", "a: &a [*a]\n", "a: &a {b: *a}\n", "sede: 3\n", "score: 3\n", "? [a]\n: b\n", "[[score]]\n", "seed = 2020-01-01\n", "mlem:\n  fit: {}\n  score: {}\n",
	} {
		f.Add([]byte(text))
	}
	dir, err := os.MkdirTemp("", "fuzz")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = os.RemoveAll(dir) })
	a := newApp(streams{})
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		for _, kind := range []string{"yaml", "toml", "json"} {
			a.global.config = filepath.Join(dir, "c."+kind)
			if err := os.WriteFile(a.global.config, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := a.readConfig(); err != nil {
				if _, ok := errors.AsType[*batch.ConfigError](err); !ok {
					t.Fatalf("%s: %v", kind, err)
				}
			}
		}
	})
}

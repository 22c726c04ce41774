package batch

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"simtool/internal/data"
	"simtool/internal/io"
)

// Fingerprint is what a checkpoint belongs to: two runs with the same one have
// the same result.
type Fingerprint struct {
	Schema   string            `json:"schema"`
	Version  string            `json:"version"`
	Settings map[string]string `json:"settings"`
	Inputs   map[string]string `json:"inputs"`          // SHA-256, where inputs are read before the work
	Items    string            `json:"items,omitempty"` // digest of the items of a batch
	Checksum string            `json:"checksum"`        // of the file that says whose a checkpoint is
	// Arithmetic is that of the machine, on which last digits depend; see dataio.Run. It
	// keeps no run from going on elsewhere.
	Arithmetic string `json:"arithmetic,omitempty"`

	warn func(format string, args ...any)
}

// freeSettings do not change a result.
var freeSettings = []string{
	"jobs", "quiet", "verbose", "log-format", "color", "force", "resume", "checkpoint-every", "output", "time-limit", "max-memory", "dry-run", "no-host",
}

// Fingerprint returns the fingerprint of this run. inputs are those that are read
// before the work, keys those of its items, nil for none.
func (e *Env) Fingerprint(inputs []data.Source, keys []string) Fingerprint {
	f := Fingerprint{Schema: "simtool.checkpoint/v1", Version: e.Version, Settings: map[string]string{}, Inputs: map[string]string{}, Arithmetic: e.Arithmetic, warn: e.Warn}
	for _, s := range e.Settings {
		if !slices.Contains(freeSettings, s.Name) {
			f.Settings[s.Name] = s.Text
		}
	}
	for i, s := range inputs {
		// By their place in the command: a file may go by another path.
		f.Inputs[fmt.Sprintf("input %d", i+1)] = s.SHA256
	}
	if keys != nil {
		f.Items = Digest(keys)
	}
	return f
}

// FingerprintFile says whose a checkpoint is, in its directory.
const FingerprintFile = "settings.json"

// Store begins the checkpoint in a directory.
func (f Fingerprint) Store(directory string) error {
	if err := os.MkdirAll(directory, 0o777); err != nil {
		return err
	}
	f.Checksum = dataio.Unsealed
	text, err := dataio.EncodeJSON(f, "  ", true)
	must(err)
	text = dataio.Seal(bytes.TrimSuffix(text, []byte{'\n'}))
	_, err = dataio.WriteFile(filepath.Join(directory, FingerprintFile), dataio.WriteOptions{Force: true}, func(f *dataio.AtomicFile) error {
		_, err := f.Write(text)
		return err
	})
	return err
}

// Disown removes what says whose a checkpoint is, which goes first when it is
// removed: what a killed process leaves of it then holds nothing.
func Disown(directory string) {
	identity := filepath.Join(directory, FingerprintFile)
	_ = os.Remove(identity)
	_ = dataio.RemoveUnfinished(identity)
}

// Interrupted reports whether an output has a checkpoint: its run was stopped before
// it was finished with.
func Interrupted(output string) bool {
	return Exists(filepath.Join(CheckpointOf(output), FingerprintFile))
}

// Resumable reports whether there is a checkpoint of this fingerprint in a
// directory. It refuses one of another, and one that resume does not ask for. A
// directory without a fingerprint holds nothing: its run was killed as it began, or
// as it discarded it.
func (f Fingerprint) Resumable(directory string, resume bool) (bool, error) {
	path := filepath.Join(directory, FingerprintFile)
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case !resume:
		return false, Configf("--resume goes on with it; remove the folder to begin anew", "%s: there is a checkpoint already", directory)
	}
	var theirs Fingerprint
	if err := dataio.DecodeSealed(path, "the settings of a checkpoint", text, &theirs, func() string { return theirs.Checksum }); err != nil {
		return false, err
	}
	if err := f.same(directory, "the checkpoint", theirs); err != nil {
		return true, err
	}
	if f.Arithmetic != theirs.Arithmetic && f.warn != nil {
		f.warn("%s was begun on another kind of machine, %s, and goes on with %s: last digits may not be those of a run on one of them", directory, theirs.Arithmetic, f.Arithmetic)
	}
	return true, nil
}

// same names what differs between this run and that of a checkpoint or an output
// at a path, which is what.
func (f Fingerprint) same(path, what string, theirs Fingerprint) error {
	const hint = "remove it to begin anew"
	for _, kind := range []struct {
		mine, theirs map[string]string
		message      string
	}{
		{
			map[string]string{"the version of simtool": f.Version, "the form": f.Schema},
			map[string]string{"the version of simtool": theirs.Version, "the form": theirs.Schema},
			"%s is %s, but %s has %s",
		},
		{f.Settings, theirs.Settings, "%s is %s, but %s has %s"},
		{f.Inputs, theirs.Inputs, "%s has the checksum %.12q, but in %s %.12q"},
	} {
		names := slices.Sorted(maps.Keys(kind.mine))
		for name := range kind.theirs {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		for _, name := range names {
			if kind.mine[name] != kind.theirs[name] {
				return Configf(hint, "%s: "+kind.message, path, name, kind.mine[name], what, kind.theirs[name])
			}
		}
	}
	if f.Items != theirs.Items {
		return Configf(hint, "%s: the items of this run are not those of %s: other inputs, or in another order", path, what)
	}
	return nil
}

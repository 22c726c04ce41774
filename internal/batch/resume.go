package batch

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"

	"simtool/internal/io"
)

// Complete reports whether --resume has nothing to do, and with what error the run
// ended that did it. See isComplete.
func (e *Env) Complete(o *Output, identity Fingerprint, resume bool, noun string, companions ...string) (done bool, outcome, err error) {
	done, replace, outcome, err := e.isComplete(o.Path, identity, resume, noun, companions...)
	o.Force = o.Force || replace
	if done {
		Discard(CheckpointOf(o.Path)) // of which a killed run may have left something
		e.Summary("%s is complete already", o.Path)
	}
	return done, outcome, err
}

// isComplete reports whether an output is that of this very run, and with what
// error that run ended. It refuses an output of another run. Where there is a
// checkpoint, the output is not finished with; where a file beside it is missing, a
// killed run has not written it, and the output may be replaced.
func (e *Env) isComplete(path string, identity Fingerprint, resume bool, noun string, companions ...string) (done, replace bool, outcome, err error) {
	manifest := path + dataio.ManifestSuffix
	if !resume || !Exists(path) || !Exists(manifest) || Interrupted(path) {
		return false, false, nil, nil
	}
	m, err := dataio.ReadManifest(manifest)
	if err != nil {
		return false, false, nil, err
	}
	now, err := dataio.FileSource(path)
	if err != nil {
		return false, false, nil, err
	}
	ours := slices.ContainsFunc(m.Outputs, func(o dataio.Output) bool { return o.SHA256 == now.SHA256 })
	if m.Batch == nil || !ours {
		return false, false, nil, nil // made by something else
	}
	if same, err := e.sameRun(path, identity, m); !same || err != nil {
		return false, false, nil, err
	}
	if there, err := allThere(companions); !there || err != nil {
		return false, err == nil, nil, err
	}
	if _, rows := m.Batch.Rows.Totals(); m.Batch.Failed > 0 {
		outcome = &PartialError{Failed: m.Batch.Failed, Total: rows, Items: noun}
	}
	return true, false, outcome, nil
}

// allThere reports whether everything that was written besides is still there: files,
// and directories with all files that their manifest lists. It refuses a damaged
// manifest.
func allThere(paths []string) (bool, error) {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return false, nil
		}
		manifest := filepath.Join(path, ManifestName)
		if !info.IsDir() || !Exists(manifest) {
			continue
		}
		m, err := dataio.ReadManifest(manifest)
		if err != nil {
			return false, err
		}
		for name := range OutputsIn(m) {
			if !Exists(filepath.Join(path, filepath.FromSlash(name))) {
				return false, nil
			}
		}
	}
	return true, nil
}

// sameRun reports whether a manifest is that of this very run. It refuses one of
// other settings or inputs, naming what differs.
func (e *Env) sameRun(path string, identity Fingerprint, m *dataio.Manifest) (bool, error) {
	mine := Fingerprint{Version: identity.Version, Settings: map[string]string{}, Items: identity.Items}
	theirs := Fingerprint{Version: m.Version, Settings: map[string]string{}, Items: m.Batch.Digest}
	for name := range identity.Settings {
		mine.Settings[name], theirs.Settings[name] = jsonText(e.settingValue(name)), jsonText(m.Config[name])
	}
	if err := mine.same(path, "this output", theirs); err != nil {
		return false, err
	}
	for _, was := range m.Inputs {
		if IsStdin(was.Path) {
			return false, nil // nobody knows what it was
		}
		if err := Unchanged(was, m.Run.Started); err != nil {
			return false, err
		}
	}
	return true, nil
}

func jsonText(v any) string {
	text, err := json.Marshal(v)
	must(err)
	return string(text)
}

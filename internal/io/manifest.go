package dataio

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"runtime"
	"time"

	"simtool/internal/data"
)

// ManifestSchema names the form of manifests.
const ManifestSchema = "simtool.manifest/v1"

// ManifestSuffix is appended to the name of an output to name its manifest.
const ManifestSuffix = ".manifest.json"

// Manifest says how an output came about. Everything but Run is the same for
// two runs of the same command on the same inputs, so two manifests can be
// compared without it.
type Manifest struct {
	Schema   string         `json:"schema"`
	Version  string         `json:"version"`
	Commit   string         `json:"commit"`
	Go       string         `json:"go"`
	Argv     []string       `json:"argv"`
	Config   map[string]any `json:"config"` // effective settings, by flag name, but for Run.Defaults
	Seed     uint64         `json:"seed"`
	Inputs   []data.Source  `json:"inputs"`
	Pairing  string         `json:"pairing,omitempty"` // of the rows of inputs that were compared
	Outputs  []Output       `json:"outputs"`
	Warnings []string       `json:"warnings"`
	Exit     int            `json:"exit"`
	Batch    *Batch         `json:"batch,omitempty"` // for the table of a batch
	Parts    []Output       `json:"parts,omitempty"` // for what was merged
	Run      Run            `json:"run"`
}

// Run is what differs between two runs of the same command.
type Run struct {
	Started  time.Time `json:"started"`
	Finished time.Time `json:"finished"`
	Seconds  float64   `json:"seconds"`
	Host     string    `json:"host"`
	OS       string    `json:"os"`
	Arch     string    `json:"arch"`
	CPUs     int       `json:"cpus"`
	// Kernel names the kernels of matrix products, and Arithmetic what last digits
	// depend on: machines of the same arithmetic compute the same bits.
	Kernel     string `json:"kernel,omitempty"`
	Arithmetic string `json:"arithmetic,omitempty"`
	Checksum   string `json:"checksum"` // of the whole manifest; see Seal
	// Defaults are settings that were chosen for the machine.
	Defaults map[string]any `json:"defaults,omitempty"`
}

// NewManifest begins a manifest: it notes the time, the machine and the version
// of Go. The caller fills in the rest.
func NewManifest(version, commit string, argv []string) *Manifest {
	host, err := os.Hostname()
	if err != nil {
		host = ""
	}
	return &Manifest{
		Schema: ManifestSchema, Version: version, Commit: commit, Go: runtime.Version(), Argv: argv,
		Config: map[string]any{}, Inputs: []data.Source{}, Outputs: []Output{}, Warnings: []string{},
		Run: Run{Started: time.Now().UTC(), Host: host, OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU()},
	}
}

// Write notes the time and writes the manifest beside the output of that path,
// in place of the one of an earlier run.
func (m *Manifest) Write(output string) error { return m.WriteTo(output + ManifestSuffix) }

// WriteTo is Write to a path of the caller's choice.
func (m *Manifest) WriteTo(path string) error {
	m.Run.Finished = time.Now().UTC()
	m.Run.Seconds = m.Run.Finished.Sub(m.Run.Started).Seconds()
	m.Run.Checksum = Unsealed
	_, err := WriteFile(path, WriteOptions{Force: true}, func(f *AtomicFile) error {
		text, err := EncodeJSON(m, "  ", false)
		if err != nil {
			return err
		}
		_, err = f.Write(Seal(text))
		return err
	})
	return err
}

// ReadManifest reads the manifest at path, which must be as it was written. Errors
// are *data.InputError. With one that wraps ErrNoSeal, of a manifest that nothing but
// the checksum is missing from, the manifest is returned nevertheless.
func ReadManifest(path string) (*Manifest, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, openError(path, err)
	}
	m := &Manifest{}
	const useNumber = true // a seed may be larger than a float64 can tell from its neighbours
	if err := DecodeJSON(text, m, useNumber); err != nil || m.Schema != ManifestSchema {
		return nil, &data.InputError{Path: path, Found: "not a manifest", Wanted: "want what simtool writes beside an output", Err: err}
	}
	if err := CheckSeal(text, m.Run.Checksum); err != nil {
		if !errors.Is(err, ErrNoSeal) {
			m = nil
		}
		return m, unsealed(path, "a manifest", err)
	}
	return m, nil
}

// ContentSource describes a file, or standard input, by the content that was read of it: what
// is read of a pipe cannot be read again.
func ContentSource(path string, content []byte) data.Source {
	sum := sha256.Sum256(content)
	return data.Source{Path: path, Bytes: int64(len(content)), SHA256: hex.EncodeToString(sum[:])}
}

// FileSource describes a file that was read by other means, such as a
// configuration or a list, for the manifest.
func FileSource(path string) (data.Source, error) {
	f, err := os.Open(path)
	if err != nil {
		return data.Source{}, openError(path, err)
	}
	defer f.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	if err != nil {
		return data.Source{}, &data.InputError{Path: path, Found: "cannot be read: " + reason(err), Err: err}
	}
	return data.Source{Path: path, Bytes: n, SHA256: hex.EncodeToString(sum.Sum(nil))}, nil
}

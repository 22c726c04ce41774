//go:build linux

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// A typist sits at the terminal of a shell.
type typist struct {
	t     *testing.T
	keys  io.WriteCloser
	ended chan error

	mu     sync.Mutex
	screen bytes.Buffer
}

func (s *typist) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.screen.Write(b)
}

func (s *typist) shown() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.ReplaceAll(s.screen.String(), "\a", "") // without the bell
}

// atShell starts a shell in a terminal of its own.
func atShell(t *testing.T, dir, shell string) *typist {
	t.Helper()
	for _, name := range []string{"script", strings.Fields(shell)[0]} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("no %s here", name)
		}
	}
	s := &typist{t: t, ended: make(chan error, 1)}
	cmd := exec.CommandContext(t.Context(), "script", "-qec", shell, os.DevNull)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, s, s
	cmd.Env = append(os.Environ(), "TERM=dumb", "PS1=ready> ", "HOME="+dir, "COLUMNS=200", "LINES=50")
	keys, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.keys = keys
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { s.ended <- cmd.Wait() }()
	t.Cleanup(func() {
		keys.Close()
		_ = cmd.Process.Kill()
		<-s.ended
	})
	return s
}

// press types keys and waits until what comes on the screen holds a text.
func (s *typist) press(keys, until string) {
	s.t.Helper()
	before := len(s.shown())
	if _, err := io.WriteString(s.keys, keys); err != nil {
		s.t.Fatal(err)
	}
	for range 3000 {
		if strings.Contains(s.shown()[before:], until) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.t.Fatalf("after %q the screen does not show %q:\n%s", keys, until, s.shown()[before:])
}

// completions are what is typed and how the line reads after a TAB.
var completions = []struct{ typed, becomes string }{
	{"simtool sco", "simtool score"},
	{"simtool score x.n", "simtool score x.npy"},
	{"simtool score x.npy x.npy -m rsa:comp", "rsa:compare="},
	{"simtool score x.npy x.npy -m rsa:compare=tau", "rsa:compare=tau-a"},
	{"simtool score x.npy x.npy -m cka,nb", "cka,nbs"},
	{"simtool score x.npy x.npy -m cka,rsa:compare=tau", "cka,rsa:compare=tau-a"},
	{"simtool score x.npy x.npy --measures=cka,rsa:rdm=correl", "cka,rsa:rdm=correlation"},
	{"simtool score --missing=drop-f", "--missing=drop-features"},
}

func completionScript(t *testing.T, dir, shell string) {
	t.Helper()
	s := newSession(streams{})
	if status := s.run(t, "completion", shell); status != exitOK {
		t.Fatalf("completion %s: exit status %d: %s", shell, status, &s.err)
	}
	writeFile(t, dir, "simtool."+shell, s.out.String())
	writeFile(t, dir, "x.npy", "")
}

// TestCompletionInBash presses TAB in a shell that has the package bash-completion and in
// one that has not.
func TestCompletionInBash(t *testing.T) {
	for name, before := range map[string]string{"bare": "", "bash-completion": "source /usr/share/bash-completion/bash_completion; "} {
		t.Run(name, func(t *testing.T) {
			if before != "" {
				if _, err := os.Stat("/usr/share/bash-completion/bash_completion"); err != nil {
					t.Skip("no bash-completion here")
				}
			}
			dir := t.TempDir()
			completionScript(t, dir, "bash")
			s := atShell(t, dir, "bash --norc --noprofile -i")
			s.press(before+"source ./simtool.bash; echo lo'aded'\r", "loaded")
			for _, c := range completions {
				s.press(c.typed+"\t", c.becomes)
				s.press("\x15echo nex't'\r", "next")
			}
		})
	}
}

func TestCompletionInZsh(t *testing.T) {
	dir := t.TempDir()
	completionScript(t, dir, "zsh")
	s := atShell(t, dir, "zsh -f -i")
	s.press("autoload -U compinit; compinit -D; source ./simtool.zsh; echo lo'aded'\r", "loaded")
	for _, c := range completions {
		s.press(c.typed+"\t", c.becomes[strings.LastIndexAny(c.becomes, " ,:")+1:])
		s.press("\x15echo nex't'\r", "next")
	}
}

func TestCompletionInFish(t *testing.T) {
	fish, err := exec.LookPath("fish")
	if err != nil {
		t.Skip("no fish here")
	}
	dir := t.TempDir()
	completionScript(t, dir, "fish")
	for _, c := range completions {
		cmd := exec.CommandContext(t.Context(), fish, "-N", "-c", "source simtool.fish; complete -C '"+c.typed+"'")
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if want := c.becomes[strings.LastIndex(c.becomes, " ")+1:]; !strings.Contains(string(out), want) {
			t.Errorf("%q becomes %q, want %q", c.typed, out, want)
		}
	}
}

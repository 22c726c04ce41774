package main

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

// streams is all that a command sees of the world outside its files. Tests
// replace it whole.
type streams struct {
	in      io.Reader
	out     io.Writer
	err     io.Writer
	outTTY  bool     // out is a terminal
	errTTY  bool     // err is a terminal
	width   int      // columns of the terminal; 0 when there is none
	environ []string // NAME=value, as os.Environ gives it
	process bool     // the process is there for this run alone
}

// errPipeClosed says that the reader of standard output has gone, as `head`
// does when it has seen enough. It ends a command quietly.
var errPipeClosed = errors.New("standard output was closed")

// errOutputClosed says that there is no standard output, as after >&-.
var errOutputClosed = errors.New("standard output is closed")

// systemStreams returns the streams of the process. From here on a write to a
// closed pipe fails instead of killing the process, which is Go's default for
// standard output.
func systemStreams() streams {
	signal.Ignore(syscall.SIGPIPE)
	s := streams{
		in:      os.Stdin,
		out:     pipeWriter{os.Stdout},
		err:     os.Stderr,
		outTTY:  term.IsTerminal(int(os.Stdout.Fd())),
		errTTY:  term.IsTerminal(int(os.Stderr.Fd())),
		environ: os.Environ(),
		process: true,
	}
	for _, f := range []*os.File{os.Stdout, os.Stderr} {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			s.width = w
			break
		}
	}
	return s
}

// pipeWriter reports a closed pipe as errPipeClosed.
type pipeWriter struct{ w io.Writer }

func (p pipeWriter) Write(b []byte) (int, error) {
	if standardOutputClosed() {
		return 0, errOutputClosed
	}
	n, err := p.w.Write(b)
	if errors.Is(err, syscall.EPIPE) {
		err = errPipeClosed
	}
	return n, err
}

// lookup returns the value of an environment variable and whether it is set.
func (s *streams) lookup(name string) (string, bool) {
	for _, kv := range s.environ {
		if len(kv) > len(name) && kv[len(name)] == '=' && kv[:len(name)] == name {
			return kv[len(name)+1:], true
		}
	}
	return "", false
}

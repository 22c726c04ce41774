package main

import (
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

const (
	barAfter = time.Second      // shorter work shows no bar
	logEvery = 10 * time.Second // between two log lines
)

// progress tells a person how far a long command is: by a bar on a terminal,
// or by a log line now and then where -v asks for a log.
type progress struct {
	a     *app
	what  string // of what there are total, in the plural
	total int
	start time.Time

	mu     sync.Mutex
	done   int
	logged time.Time
	timer  *time.Timer
	bar    *progressbar.ProgressBar
	closed bool
}

// startProgress begins to count towards total. shared says that results appear
// on the same terminal while the work goes on; they are progress enough.
func (a *app) startProgress(what string, total int, shared bool) *progress {
	now := time.Now()
	p := &progress{a: a, what: what, total: total, start: now, logged: now}
	if a.errTTY && !a.global.quiet && !a.global.verbose && !shared {
		p.timer = time.AfterFunc(barAfter, p.show)
	}
	return p
}

func (p *progress) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.bar = progressbar.NewOptions(p.total,
		progressbar.OptionSetWriter(p.a.err),
		progressbar.OptionSetDescription(p.what),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString(p.what),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionSetWidth(max(5, p.a.textWidth()/4)),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)
	_ = p.bar.Set(p.done) // a bar that cannot be drawn is no reason to stop
}

// add counts n more as done. It may be called by many goroutines.
func (p *progress) add(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += n
	if p.bar != nil {
		_ = p.bar.Set(p.done)
	}
	if p.a.global.verbose && time.Since(p.logged) >= logEvery {
		p.logged = time.Now()
		p.log("working")
	}
}

// expect adds n to the total.
func (p *progress) expect(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total += n
	if p.bar != nil {
		p.bar.ChangeMax(p.total)
	}
}

// close removes the bar. It may be called twice.
func (p *progress) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.closed = true
	if p.timer != nil {
		p.timer.Stop()
	}
	if p.bar != nil {
		_ = p.bar.Clear()
	}
	p.log("finished")
}

// log is called with the mutex held.
func (p *progress) log(msg string) {
	elapsed := time.Since(p.start)
	attrs := []any{
		slog.String("of", p.what),
		slog.Int("done", p.done),
		slog.Int("total", p.total),
		slog.String("elapsed", elapsed.Round(time.Millisecond).String()),
	}
	if left := p.total - p.done; left > 0 && p.done > 0 {
		rest := elapsed / time.Duration(p.done) * time.Duration(left)
		attrs = append(attrs, slog.String("left", fmt.Sprint(rest.Round(time.Second))))
	}
	p.a.log.Info(msg, attrs...)
}

package main

import (
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

const (
	barAfter    = time.Second            // shorter work shows no bar
	logEvery    = 10 * time.Second       // between two log lines
	barThrottle = 100 * time.Millisecond // between two drawings of the bar
)

// progress tells a person how far a long command is: by a bar on a terminal,
// or by a log line now and then where -v asks for a log.
type progress struct {
	a     *app
	what  string // of what there are total, in the plural
	start time.Time

	mu     sync.Mutex
	total  int
	done   int
	logged time.Time
	closed bool
	timer  *time.Timer
	bar    *progressbar.ProgressBar // nil where none will be shown
	shown  gate
}

// gate is a writer that is shut until it is opened. The bar counts from the
// beginning, so that its rate is right when it appears.
type gate struct {
	w    io.Writer
	open bool
}

func (g *gate) Write(b []byte) (int, error) {
	if !g.open {
		return len(b), nil
	}
	return g.w.Write(b)
}

// startProgress begins to count towards total. shared says that results appear
// on the same terminal while the work goes on; they are progress enough.
func (a *app) startProgress(what string, total int, shared bool) *progress {
	now := time.Now()
	p := &progress{a: a, what: what, total: total, start: now, logged: now, shown: gate{w: a.err}}
	if !a.errTTY || a.global.quiet || a.global.verbose || shared {
		return p
	}
	p.bar = progressbar.NewOptions(total,
		progressbar.OptionSetWriter(&p.shown),
		progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString(what),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionSetWidth(max(5, a.env.TextWidth()/4)),
		progressbar.OptionThrottle(barThrottle),
		progressbar.OptionClearOnFinish(),
	)
	p.timer = time.AfterFunc(barAfter, p.show)
	return p
}

func (p *progress) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.shown.open = true
		p.draw()
	}
}

// draw brings the bar up to date. A bar that cannot be drawn is no reason to
// stop. It is called with the mutex held.
func (p *progress) draw() { _ = p.bar.Set(p.done) }

// Add counts n more as done. It may be called by many goroutines.
func (p *progress) Add(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += n
	if p.bar != nil {
		p.draw()
	}
	if p.a.global.verbose && time.Since(p.logged) >= logEvery {
		p.logged = time.Now()
		p.log("working")
	}
}

// Expect adds n to the total.
func (p *progress) Expect(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total += n
	if p.bar != nil {
		p.bar.ChangeMax(p.total)
	}
}

// Close removes the bar. It may be called twice.
func (p *progress) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.closed = true
	if p.bar != nil {
		p.timer.Stop()
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

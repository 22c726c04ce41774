package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// threads returns the number of goroutines that one call may use, the caller's own
// included. It does not change a bit of any result.
func threads() int { return runtime.GOMAXPROCS(0) }

// job is a number of tasks that goroutines take in order.
type job struct {
	task    func(i int)
	count   int64
	next    atomic.Int64
	running sync.WaitGroup // tasks not finished
}

// work takes tasks until none is left.
func (j *job) work() {
	for {
		i := j.next.Add(1) - 1
		if i >= j.count {
			return
		}
		j.task(int(i))
		j.running.Done()
	}
}

// parallel calls task(0), ..., task(n-1), on several goroutines if there may be
// several, and returns when all tasks have returned. Tasks are started in order. On
// a busy machine a helper may wake up late; it then finds nothing to do, and
// parallel does not wait for it.
func parallel(n int, task func(i int)) {
	j := &job{task: task, count: int64(n)}
	j.running.Add(n)
	for range min(threads(), n) - 1 {
		if !helpers.offer(j) {
			go helpers.help(j)
		}
	}
	j.work()
	j.running.Wait()
}

// linger is the time for which a helper that has finished waits actively for another
// job. Waking a thread takes as long as a small product, and products follow each
// other quickly.
const linger = 100 * time.Microsecond

// pool lets helpers linger.
type pool struct {
	// idle is the number of lingering helpers without a promised job.
	idle atomic.Int64
	// jobs carries promised jobs to whichever lingering helper sees one first.
	jobs chan *job
}

var helpers = pool{jobs: make(chan *job, 1024)}

// offer gives a job to a lingering helper, if there is one.
func (p *pool) offer(j *job) bool {
	if !p.claim() {
		return false
	}
	p.jobs <- j
	return true
}

// claim removes one helper from the idle ones, and reports whether there was one.
func (p *pool) claim() bool {
	for {
		n := p.idle.Load()
		if n == 0 {
			return false
		}
		if p.idle.CompareAndSwap(n, n-1) {
			return true
		}
	}
}

// help works on a job, and on those that follow soon.
func (p *pool) help(j *job) {
	for j != nil {
		j.work()
		j = p.wait()
	}
}

// wait returns the next job, or nil if none comes while the helper lingers.
func (p *pool) wait() *job {
	p.idle.Add(1)
	for end := time.Now().Add(linger); time.Now().Before(end); {
		select {
		case j := <-p.jobs:
			return j
		default:
		}
	}
	if p.claim() {
		return nil // the helper claims itself and leaves
	}
	return <-p.jobs // a job is promised
}

// turns lets concurrent tasks do one part of their work in the order of their
// numbers.
type turns struct {
	mu   sync.Mutex
	cond sync.Cond
	next int
}

// newTurns returns turns that start with task 0.
func newTurns() *turns {
	t := new(turns)
	t.cond.L = &t.mu
	return t
}

// do waits for the turn of task i, calls f, and passes the turn on. Tasks must have
// been started in order; otherwise the wait may never end.
func (t *turns) do(i int, f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.next != i {
		t.cond.Wait()
	}
	f()
	t.next++
	t.cond.Broadcast()
}

package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// threads is the number of goroutines that one call may use, the caller's own
// included. Results are the same, bit for bit, whatever it is.
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

// parallel calls task(0), ..., task(n-1), on several goroutines if that is
// allowed, and returns when all have. Tasks are started in order. A helper that
// comes late, as one does that has to be woken on a busy machine, finds nothing
// to do and is not waited for.
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

// linger is how long a helper that has finished looks out for another job.
// Waking a thread takes as long as a small product, and products come in
// quick succession.
const linger = 100 * time.Microsecond

// pool lets helpers linger.
type pool struct {
	// idle is the number of lingering helpers that no job has been promised to.
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

// claim takes one helper off the idle ones.
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
		return nil // it claims itself, to leave
	}
	return <-p.jobs // one is promised
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

// do waits for task i's turn, calls f, and passes the turn on. Tasks must have
// been started in order, or the wait may be for ever.
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

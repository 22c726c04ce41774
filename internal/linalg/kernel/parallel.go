package kernel

import (
	"sync"
	"sync/atomic"
	"time"
)

// threads returns the number of goroutines that one call can have now, the caller's own
// included. It does not change a bit of any result.
func threads() int { return int(1 + max(0, spare()) + helpers.idle.Load()) }

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

// Parallel calls task(0), ..., task(n-1), on as many goroutines as there are processors
// to spare, and returns when all tasks have returned. Tasks are started in order. On
// a busy machine a helper may wake up late; it then finds nothing to do, and
// Parallel does not wait for it.
func Parallel(n int, task func(i int)) {
	if n == 1 {
		task(0)
		return
	}
	j := &job{task: task, count: int64(n)}
	j.running.Add(n)
	for range n - 1 {
		if !helpers.offer(j) {
			if !take() {
				break
			}
			go helpers.help(j)
		}
	}
	j.work()
	j.running.Wait()
}

// linger is the time for which a helper that has finished waits actively for another
// job, unless there is other work for its processor. Waking a thread takes as long as a
// small product, and products follow each other quickly.
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

// help works on a job, and on those that follow soon, with a processor that was taken.
func (p *pool) help(j *job) {
	defer release()
	for j != nil {
		j.work()
		j = p.wait()
	}
}

// wait returns the next job, or nil if none comes while the helper lingers.
func (p *pool) wait() *job {
	p.idle.Add(1)
	for end := time.Now().Add(linger); spare() >= 0 && time.Now().Before(end); {
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

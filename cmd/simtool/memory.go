package main

import (
	"fmt"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"simtool/internal/io"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// memorySetting bounds the memory of a run. Verbs that plan by it declare it themselves.
const memorySetting = "max-memory"

// MemoryLimitError says that the work has more in use than it was given.
type MemoryLimitError struct {
	limit int64
	saved string // folder of the checkpoint, "" for none
}

func (e *MemoryLimitError) Error() string {
	text := fmt.Sprintf("the work takes more memory than --max-memory %s", setting.ByteString(e.limit))
	if e.saved != "" {
		text += "; what was finished before is in " + e.saved
	}
	return text
}

// Hint says what to do about it.
func (e *MemoryLimitError) Hint() string {
	return verb.MoreMemory
}

// withMemorySetting adds --max-memory to the settings of a verb that has none.
func (a *app) withMemorySetting(s *setting.Set) *setting.Set {
	for _, one := range s.All() {
		if one.Name == memorySetting {
			return s
		}
	}
	s.Rarely(func() {
		s.Bytes(&a.maxMemory, memorySetting, "", "stop rather than take more memory, such as 4G (default: inputs, four fifths of the machine's; the work, no limit)")
	})
	return s
}

// boundMemory holds readers, and the garbage collector, to --max-memory where somebody
// has set it, else to four fifths of the machine or of the control group. A bound that
// was set is watched as well.
func (a *app) boundMemory() {
	text, _, err := verb.ChooseMemory(setting.Place{})
	s := a.env.Setting(memorySetting)
	set := s != nil && s.Set
	if set {
		text = s.Text
	}
	if err != nil {
		return
	}
	limit, err := setting.ParseBytes(text)
	if err != nil || limit <= 0 {
		return
	}
	if !set || !a.process {
		dataio.LimitMemory(limit)
		dataio.LimitHeap(0)
		debug.SetMemoryLimit(limit)
		return
	}
	heap := verb.HeapLimit(limit)
	dataio.LimitMemory(min(limit, heap-heap/8)) // which grows while it is read
	heap += heapInUse()                         // before any work
	debug.SetMemoryLimit(heap)
	dataio.LimitHeap(heap)
	a.watchMemory(limit, heap)
}

// watchMemory ends the run when its heap stays above a bound after a collection, as
// readers and forecasts cannot know of all that computing takes.
func (a *app) watchMemory(limit, heap int64) {
	const every = 5 * time.Millisecond
	tick := time.NewTicker(every)
	go func() {
		defer tick.Stop()
		for {
			select {
			case <-a.ended:
				return
			case <-tick.C:
			}
			if heapInUse() <= heap {
				continue
			}
			debug.FreeOSMemory() // collects first
			if heapInUse() > heap {
				saved, _ := a.env.Saved()
				a.overrun <- &MemoryLimitError{limit, saved}
				return
			}
		}
	}()
}

// heapInUse is the memory of the Go runtime that is not given back, in bytes.
func heapInUse() int64 {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64()) - int64(sample[1].Value.Uint64())
}

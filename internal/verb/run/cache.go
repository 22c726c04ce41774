package run

import (
	"container/list"
	"fmt"
	"sync"

	"simtool/internal/data"
)

// inputCache keeps the datasets that items of a plan have read, for those to come:
// the recording that a thousand models are compared with is read once. It holds
// what was used last, up to a budget; what is in use beyond that is not counted.
// Only commands that never write to their inputs may share them.
type inputCache struct {
	budget int64

	mu    sync.Mutex
	held  map[string]*list.Element
	order *list.List // of *cachedInput, the one used last in front
	bytes int64
}

type cachedInput struct {
	key   string
	load  sync.Once
	data  *data.Dataset
	err   error
	bytes int64 // that are counted
}

func newInputCache(budget int64) *inputCache {
	return &inputCache{budget: budget, held: map[string]*list.Element{}, order: list.New()}
}

// read returns an input by way of the cache. key says what it is and how it is read.
func (c *inputCache) read(key string, read func() (*data.Dataset, error)) (*data.Dataset, error) {
	c.mu.Lock()
	at, ok := c.held[key]
	if ok {
		c.order.MoveToFront(at)
	} else {
		at = c.order.PushFront(&cachedInput{key: key})
		c.held[key] = at
	}
	in := at.Value.(*cachedInput)
	c.mu.Unlock()
	in.load.Do(func() {
		in.err = errUnread // should read panic
		in.data, in.err = read()
		c.count(at, in)
	})
	return in.data, in.err
}

// errUnread is what others see of an input while whose reading there was a panic.
var errUnread = fmt.Errorf("an input could not be read")

// count takes account of an input that was read, and lets go of what is too much.
// What could not be read is read again the next time.
func (c *inputCache) count(at *list.Element, in *cachedInput) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held[in.key] != at {
		return // let go of while it was read
	}
	if in.err != nil {
		c.drop(at)
		return
	}
	in.bytes = 8 * int64(len(in.data.Values))
	c.bytes += in.bytes
	for c.bytes > c.budget && c.order.Len() > 0 {
		c.drop(c.order.Back())
	}
}

// drop is called with the mutex held.
func (c *inputCache) drop(at *list.Element) {
	in := c.order.Remove(at).(*cachedInput)
	delete(c.held, in.key)
	c.bytes -= in.bytes
}

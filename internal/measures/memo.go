package measures

import (
	"maps"
	"sync"
)

// memo keeps quantities so that each is computed once. The zero value is ready to use.
type memo struct {
	mu      sync.Mutex
	entries map[any]any // key → *entry[T]
}

type entry[T any] struct {
	once  sync.Once
	value T
	err   error
}

// shared returns the quantity of a key and computes it at the first call; concurrent
// callers wait. Keys are values of unexported types, one type for each quantity, with
// fields for its parameters (as in rdmKey{kind}). compute must be deterministic.
func shared[T any](m *memo, key any, compute func() (T, error)) (T, error) {
	m.mu.Lock()
	if m.entries == nil {
		m.entries = map[any]any{}
	}
	e, ok := m.entries[key].(*entry[T])
	if !ok {
		e = new(entry[T])
		m.entries[key] = e
	}
	m.mu.Unlock()
	e.once.Do(func() { e.value, e.err = compute() })
	return e.value, e.err
}

// always is shared for quantities whose computation cannot fail.
func always[T any](m *memo, key any, compute func() T) T {
	v, _ := shared(m, key, func() (T, error) { return compute(), nil })
	return v
}

// seed sets a quantity that is already known.
func seed[T any](m *memo, key any, value T) {
	always(m, key, func() T { return value })
}

// known returns a quantity that has been computed.
func known[T any](m *memo, key any) (value T, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.entries[key].(*entry[T])
	if !ok {
		return value, false
	}
	return e.value, true
}

// all returns the quantities that are kept, or being computed.
func (m *memo) all() map[any]any {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.entries)
}

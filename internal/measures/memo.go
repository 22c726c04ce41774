package measures

import "sync"

// memo keeps what was computed once. The zero value is ready to use.
type memo struct {
	mu      sync.Mutex
	entries map[any]any // key → *entry[T]
}

type entry[T any] struct {
	once  sync.Once
	value T
	err   error
}

// shared returns the quantity that key stands for and computes it the first
// time; goroutines that ask meanwhile wait. Keys are values of unexported
// types, one type for each quantity, with fields for what it depends on
// (as in rdmKey{kind}). compute must be deterministic.
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

// always is shared for what cannot fail.
func always[T any](m *memo, key any, compute func() T) T {
	v, _ := shared(m, key, func() (T, error) { return compute(), nil })
	return v
}

// seed sets a quantity that is known from elsewhere.
func seed[T any](m *memo, key any, value T) {
	always(m, key, func() T { return value })
}

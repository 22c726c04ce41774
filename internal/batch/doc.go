// Package batch runs many items of work at once and hands their results back
// as if they had run one after the other.
package batch

// Package batch is for work of many items: it runs them at once and hands their
// results back as if they had run one after the other, divides them among
// machines, keeps what is finished where a killed process leaves it behind, and
// puts the parts together again.
package batch

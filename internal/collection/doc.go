// Package collection is for many systems at once: the inner products of all pairs, and
// the matrix of their scores: its map, tree and clusters, and the mean of the systems.
package collection

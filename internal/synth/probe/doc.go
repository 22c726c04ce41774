// Package probe asks what a dataset encodes: which principal components of a
// reference can be read from it, and which labels of its conditions.
package probe

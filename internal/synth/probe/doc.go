// Package probe measures which principal components of a reference can be predicted
// from a dataset, and which labels of its conditions can be decoded.
package probe

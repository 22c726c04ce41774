// Package mlem fits metric-learning encoding models.
package mlem

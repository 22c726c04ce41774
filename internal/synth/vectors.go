package synth

import (
	"math"
	"math/rand/v2"
)

// The bundled files must be the same on every platform. The functions here therefore
// sum in index order and write float64(a*b), which forbids the compiler to fuse the
// product into a multiply-add.

// dot returns Σ aᵢbᵢ.
func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += float64(v * b[i])
	}
	return sum
}

// addScaled adds s·x to y.
func addScaled(y []float64, s float64, x []float64) {
	for i, v := range x {
		y[i] += float64(s * v)
	}
}

// scale multiplies x by s.
func scale(x []float64, s float64) {
	for i := range x {
		x[i] *= s
	}
}

// center subtracts the mean of x from x.
func center(x []float64) {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	mean := sum / float64(len(x))
	for i := range x {
		x[i] -= mean
	}
}

// orthonormalize replaces each vector by the part of it that is orthogonal to those
// before it, scaled to length 1. It uses Gram–Schmidt with each projection twice,
// which makes the result orthonormal to machine precision (Giraud et al. 2005). It
// returns the index of the first vector that depends on those before it to within
// 1e-8 of its length, or -1 if there is none.
func orthonormalize(vectors [][]float64) int {
	for i, v := range vectors {
		length := math.Sqrt(dot(v, v))
		for range 2 {
			for _, u := range vectors[:i] {
				addScaled(v, -dot(u, v), u)
			}
		}
		rest := math.Sqrt(dot(v, v))
		if rest <= 1e-8*length {
			return i
		}
		scale(v, 1/rest)
	}
	return -1
}

// normals returns n independent standard normal numbers.
func normals(stream *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = stream.NormFloat64()
	}
	return x
}

// smoothNoise returns n successive values of white Gaussian noise convolved
// with a Gaussian kernel of standard deviation sd (in samples), cut off at four
// standard deviations. The mean square is not normalised.
func smoothNoise(stream *rand.Rand, n int, sd float64) []float64 {
	half := int(math.Ceil(4 * sd))
	kernel := make([]float64, 2*half+1)
	for i := range kernel {
		kernel[i] = 1
		if sd > 0 {
			z := float64(i-half) / sd
			kernel[i] = math.Exp(-z * z / 2)
		}
	}
	white := normals(stream, n+2*half)
	smooth := make([]float64, n)
	for i := range smooth {
		smooth[i] = dot(kernel, white[i:])
	}
	return smooth
}

"""NumPy's side of the rows of speed: MEASURE X.npy Y.npy.

Prints the seconds of processor time from reading the files to the score, without the
imports. With more features than samples the formulas are those of the n×n matrices, and
stacks of matrices are multiplied and decomposed at once.
"""
import sys
import time

import numpy as np
from scipy.linalg import solve_triangular


def outer(x):
    return x @ x.swapaxes(-1, -2)


def square(m):
    return np.einsum("...ij,...ij->...", m, m)


def cka(x, y):
    if x.shape[-1] <= x.shape[-2]:
        a, b, c = x.T @ x, y.T @ y, x.T @ y
        return square(c) / np.sqrt(square(a) * square(b))
    k, l = outer(x), outer(y)
    return np.einsum("...ij,...ij->...", k, l) / np.sqrt(square(k) * square(l))


def nbs(x, y):
    if x.shape[-1] <= x.shape[-2]:
        c = x.T @ y
    else:
        # Centred samples span n−1 dimensions: without the last, K' = LLᵀ, and the last
        # row of L is minus the sum of the others.
        def root(z):
            lower = np.linalg.cholesky(outer(z[..., :-1, :]))
            return np.concatenate([lower, -lower.sum(-2, keepdims=True)], -2)

        c = root(x).swapaxes(-1, -2) @ root(y)
    # Singular values by the eigenvalues of cᵀc, which is faster.
    values = np.linalg.eigvalsh(c.swapaxes(-1, -2) @ c)
    return np.sqrt(np.maximum(values, 0)).sum(-1) / np.sqrt(square(x) * square(y))


def procrustes(x, y):
    return np.arccos(np.minimum(1, nbs(x, y)))


def linreg(x, y):
    z = solve_triangular(np.linalg.cholesky(y.T @ y), y.T @ x, lower=True, check_finite=False)
    return square(z) / square(x)


def main():
    begin = time.process_time()
    measure, *files = sys.argv[1:]
    # Scores have the precision of float64 on both sides, whatever is stored.
    x, y = (np.load(f).astype(float, copy=False) for f in files)
    x, y = (z - z.mean(-2, keepdims=True) for z in (x, y))
    value = {"cka": cka, "nbs": nbs, "procrustes": procrustes, "linreg": linreg}[measure](x, y)
    print(time.process_time() - begin, *np.atleast_1d(value)[:3])


main()

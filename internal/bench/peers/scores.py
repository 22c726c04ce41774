"""The measures that simtool scores, in NumPy and SciPy, for peers.py.

Each is the fastest way known to us of writing it by hand: closed forms on second
moments, Cholesky factors instead of inverses or decompositions of the data,
training sets of folds from what all samples have less those left out. That gives
up what simtool keeps, the digits of nearly dependent features among it.
"""
import numpy as np
from scipy.linalg import cho_factor, cho_solve, solve_triangular


def related(n, p):
    """Two related n×p systems off the origin, as scores.go makes them."""
    rng = np.random.default_rng(2)
    x = rng.standard_normal((n, p))
    y = x @ rng.standard_normal((p, p)) + rng.standard_normal((n, p)) + 10 * (np.arange(p) % 3)
    return x, y


def centre(*systems):
    return [x - x.mean(0) for x in systems]


def nuclear(m):
    return np.linalg.svd(m, compute_uv=False).sum()


def cka(x, y):
    x, y = centre(x, y)
    a, b, c = x.T @ x, y.T @ y, x.T @ y
    return np.vdot(c, c) / np.sqrt(np.vdot(a, a) * np.vdot(b, b))


def nbs(x, y):
    x, y = centre(x, y)
    return nuclear(x.T @ y) / np.sqrt(np.vdot(x, x) * np.vdot(y, y))


def procrustes(x, y):
    return np.arccos(min(1, nbs(x, y)))


def linreg(x, y):
    x, y = centre(x, y)
    # R² = ‖L⁻¹YᵀX‖²/‖X‖² with LLᵀ = YᵀY.
    z = solve_triangular(np.linalg.cholesky(y.T @ y), y.T @ x, lower=True, check_finite=False)
    return np.vdot(z, z) / np.vdot(x, x)


def held_out(penalty, k=5):
    def score(x, y):
        n = len(x)
        x, y = centre(x, y)
        cuts = [n * f // k for f in range(k + 1)]
        parts = [(x[lo:hi], y[lo:hi]) for lo, hi in zip(cuts, cuts[1:])]
        grams = [(v.T @ v, v.T @ u) for u, v in parts]
        yy, yx = sum(g[0] for g in grams), sum(g[1] for g in grams)
        total = 0
        for (u, v), (vv, vu) in zip(parts, grams):
            m = n - len(u)
            mu, mv = -u.sum(0) / m, -v.sum(0) / m  # means of the others
            b = yy - vv - m * np.outer(mv, mv)
            b.flat[:: len(b) + 1] += penalty
            w = cho_solve(cho_factor(b, overwrite_a=True, check_finite=False), yx - vu - m * np.outer(mv, mu), check_finite=False)
            u = u - mu
            e = u - (v - mv) @ w
            total += 1 - np.vdot(e, e) / np.vdot(u, u)
        return total / k

    return score


def cca(x, y):
    x, y = centre(x, y)
    lx, ly = np.linalg.cholesky(x.T @ x), np.linalg.cholesky(y.T @ y)
    half = solve_triangular(lx, x.T @ y, lower=True, check_finite=False)
    return nuclear(solve_triangular(ly, half.T, lower=True, check_finite=False)) / x.shape[1]


def rsa(x, y):
    n = len(x)
    x, y = centre(x, y)

    def product(a, b, inner):
        return n * (a @ b) + a.sum() * b.sum() + 2 * inner

    a, b = np.einsum("ij,ij->i", x, x), np.einsum("ij,ij->i", y, y)
    xx, yy, xy = x.T @ x, y.T @ y, x.T @ y
    square = lambda m: np.vdot(m, m)
    return product(a, b, square(xy)) / np.sqrt(product(a, a, square(xx)) * product(b, b, square(yy)))


SCORES = {
    "cka": cka,
    "nbs": nbs,
    "procrustes": procrustes,
    "linreg": linreg,
    "linreg:cv=5": held_out(0),
    "ridge:lambda=100:cv=5": held_out(100),
    "cca": cca,
    "rsa": rsa,
}

"""Procedures that draw random numbers: held-out fits, feature-reweighted RSA, and
the released package's stochastic ascent, with the random streams of the Go code.

    python3 procedures.py

writes procedures.csv from the files of make.py. A stream is PCG-DXSM from the
SHA-256 of seed and name, written out here. Fits are explicit: lists of pairs,
SciPy's nonnegative least squares, a root finder for the penalty of a fraction, and
PyTorch's autograd and AdamW for the ascent. It needs NumPy, SciPy and PyTorch.
"""

import csv
import hashlib
import math
import os

import numpy as np
import scipy.optimize
import scipy.stats
import torch

import make

torch.set_default_dtype(torch.float64)
MASK = 2**64 - 1


class Stream:
    def __init__(self, name, seed=1):
        digest = hashlib.sha256(seed.to_bytes(8, "little") + name.encode()).digest()
        self.state = int.from_bytes(digest[:8], "little") << 64 | int.from_bytes(digest[8:16], "little")

    def word(self):
        self.state = (self.state * 0x2360ED051FC65DA44385DF649FCCF645 + 0x5851F42D4C957F2D14057B7EF767814F) & (2**128 - 1)
        hi, lo = self.state >> 64, self.state & MASK
        hi ^= hi >> 32
        hi = hi * 0xDA942042E4DD58B5 & MASK
        hi ^= hi >> 48
        return hi * (lo | 1) & MASK

    def below(self, n):
        if n & (n - 1) == 0:
            return self.word() & (n - 1)
        product = self.word() * n
        while product & MASK < 2**64 % n:
            product = self.word() * n
        return product >> 64

    def uniform(self):
        return (self.word() & (2**53 - 1)) / 2**53

    def shuffled(self, n):
        order = list(range(n))
        for i in range(n - 1, 0, -1):
            j = self.below(i + 1)
            order[i], order[j] = order[j], order[i]
        return order


FIRST, SECOND = np.array(make.PAIRS).T


def among(stimuli):
    """The rows of all pairs of some stimuli."""
    return np.isin(FIRST, stimuli) & np.isin(SECOND, stimuli)


def folds():
    """Shuffled stimuli, dealt to five folds in turn."""
    order = Stream("mlem/layout").shuffled(make.N)
    return order, [order[k::5] for k in range(5)]


def held_out(x, y):
    """Nonnegative least squares without each fold: mean ρ, r and R² of its pairs."""
    scores = []
    for fold in folds()[1]:
        train, test = among([i for i in range(make.N) if i not in fold]), among(fold)
        mx, my = x[train].mean(0), y[train].mean()
        w = scipy.optimize.nnls(x[train] - mx, y[train] - my)[0]
        fitted = my + (x[test] - mx) @ w
        lost, whole = y[test] - fitted, y[test] - y[test].mean()
        scores.append((scipy.stats.spearmanr(fitted, y[test])[0], np.corrcoef(fitted, y[test])[0, 1], 1 - lost @ lost / (whole @ whole)))
    return np.mean(scores, axis=0)


def ridge_path(x, y, fractions):
    """Coefficients whose standardised norm is each fraction of least squares'."""
    xc, yc = x - x.mean(0), y - y.mean()
    sd = np.linalg.norm(xc, axis=0)
    sd[sd == 0] = np.inf
    z = xc / sd

    def beta(penalty):
        return np.linalg.solve(z.T @ z + penalty * np.eye(z.shape[1]), z.T @ yc)

    # Of constant regressors, and of combinations of others, least squares takes none.
    free = np.linalg.lstsq(z, yc, rcond=1e-6)[0]
    out = []
    for f in fractions:
        b = free
        if f < 1:
            target = f * np.linalg.norm(free)
            gap = lambda log: np.log(np.linalg.norm(beta(np.exp(log))) / target)
            b = beta(np.exp(scipy.optimize.brentq(gap, -20, 25, xtol=1e-14, rtol=1e-15)))
        out.append(b / sd)
    return out


def reweighted(x, y):
    """FR-RSA: fractions by 5 × 5 inner folds in each of 5 outer ones."""
    order, outer = folds()
    grid = [(i + 1) / 20 for i in range(20)]
    rho, chosen = [], []
    for k, fold in enumerate(outer):
        # In the order of folds, and within them as they were dealt.
        training = [i for f in outer if f is not fold for i in f]
        total = np.zeros(len(grid))
        for repeat in range(5):
            part = {}
            for i, p in enumerate(Stream(f"mlem/frrsa/{k}/{repeat}").shuffled(len(training))):
                part[training[p]] = i % 5
            for j in range(5):
                fit = among([i for i in training if part[i] != j])
                test = among([i for i in training if part[i] == j])
                for i, w in enumerate(ridge_path(x[fit], y[fit], grid)):
                    total[i] += np.corrcoef(x[test] @ w, y[test])[0, 1]
        best = int(np.argmax(total))
        rows, test = among(training), among(fold)
        w = ridge_path(x[rows], y[rows], grid)[best]
        rho.append(scipy.stats.spearmanr(x[test] @ w, y[test])[0])
        chosen.append(grid[best])
    fraction = float(np.mean(chosen))
    return np.mean(rho), fraction, *ridge_path(x, y, [fraction])[0]


class Ascent:
    """The stochastic procedure on fresh pairs, drawn with replacement."""

    def __init__(self, d, y, interactions, seed):
        self.stream, self.lo, self.hi = Stream("mlem/compat", seed), math.inf, -math.inf
        self.terms = make.TERMS if interactions else make.TERMS[:5]
        self.interactions = interactions
        n = make.N
        self.d, self.y = np.zeros((n, n, d.shape[1])), np.zeros((n, n))
        self.d[FIRST, SECOND] = self.d[SECOND, FIRST] = d
        self.y[FIRST, SECOND] = self.y[SECOND, FIRST] = np.sqrt(y)

    def draw(self, size):
        pairs = [(self.stream.below(make.N), self.stream.below(make.N)) for _ in range(size)]
        return np.array(pairs).T

    def size(self):
        size = 256
        while True:
            trials = []
            for _ in range(16):
                i, j = self.draw(size)
                trials.append(np.corrcoef(self.d[i, j].T)[np.tril_indices(5, -1)])
            if np.std(trials, axis=0, ddof=1).max() < 0.01:
                return size
            size = int(size * 1.2)

    def batch(self, size):
        i, j = self.draw(size)
        d, y = self.d[i, j], self.y[i, j]
        self.lo, self.hi = min(self.lo, y.min()), max(self.hi, y.max())
        x = np.array([d[:, a] * d[:, b] for a, b in self.terms]).T
        return torch.tensor(x), torch.tensor(((y - self.lo) / (self.hi - self.lo + 1e-8)) ** 2)

    def weights(self, theta):
        if not self.interactions:
            w = torch.nn.functional.softplus(theta, threshold=1e9)
            return w / w.norm()
        rows = [[torch.zeros(()) for _ in range(5)] for _ in range(5)]
        for v, (a, b) in zip(theta, self.terms):
            rows[b][a] = torch.nn.functional.softplus(v, threshold=1e9) if a == b else v
        factor = torch.stack([torch.stack(row) for row in rows])
        m = factor @ factor.T
        m = m / m.norm()
        return torch.stack([m[a, b] for a, b in self.terms])

    def run(self):
        size = self.size()
        start = [self.stream.uniform() for _ in self.terms]
        if self.interactions:
            start = [2 * v - 1 for v in start]
        theta = torch.tensor(start, requires_grad=True)
        optimiser = torch.optim.AdamW([theta], lr=0.1, weight_decay=0)
        best, idle, steps = -math.inf, 0, 0
        while steps < 1000 and idle < 50:
            steps += 1
            w = self.weights(theta)
            x, y = self.batch(size)
            p, q = x @ w, y - y.mean()
            p = p - p.mean()
            r = p @ q / (p.norm() * q.norm())
            optimiser.zero_grad()
            (-r).backward()
            optimiser.step()
            best, idle = (float(r), 0) if float(r) > best else (best, idle + 1)
        w = self.weights(theta).detach()
        x, y = self.batch(size)
        return size, steps, scipy.stats.spearmanr(x @ w, y)[0], *w.tolist()


def main():
    columns, y = make.simulate()
    d, y = make.feature_distances(columns), make.neural(y, "euclidean")
    rows = [["procedure", "interactions", "seed", "values"]]
    rows.append(["held-out", "false", "1", *held_out(make.regressors(d, False), y)])
    for interactions in (False, True):
        name = str(interactions).lower()
        rows.append(["frrsa", name, "1", *reweighted(make.regressors(d, interactions), y)])
        # With seed 3 the batch would be half as large if the variance over its 16
        # trials were divided by 16.
        seed = 1 if interactions else 3
        rows.append(["compat", name, str(seed), *Ascent(d, y, interactions, seed).run()])
    with open(os.path.join(make.HERE, "procedures.csv"), "w", newline="", encoding="utf-8") as f:
        csv.writer(f, lineterminator="\n").writerows([[v if isinstance(v, str) else repr(float(v)) for v in row] for row in rows])


if __name__ == "__main__":
    main()

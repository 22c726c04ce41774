"""Metrics fitted by the textbook, for the tests of exact fits.

    python3 make.py

writes features.csv and patterns.npy, a seeded simulation, and fits.csv: the
metric, the regression of distances on predictions, and the scores, for several
distances and constraints. It needs NumPy and SciPy. All pairs of stimuli are
rows of one matrix; diagonal metrics are SciPy's nonnegative least squares,
unconstrained ones numpy.linalg.lstsq, and semidefinite ones projected gradients
with momentum until nothing moves. Nothing of the Go code or its output is used.
"""

import csv
import itertools
import os

import numpy as np
import scipy.optimize
import scipy.stats

HERE = os.path.dirname(os.path.abspath(__file__))
N, NAMES = 30, ("size", "angle", "kind", "tense", "group")


def simulate():
    r = np.random.default_rng(11)
    size, angle = r.normal(size=N) * 3 + 10, r.uniform(-2, 5, size=N)
    kind, tense = r.integers(0, 2, size=N), r.integers(0, 2, size=N)
    group = r.integers(0, 3, size=N)
    code = np.column_stack([size / 9, angle / 7, kind, tense, group == 0, group == 1, group == 2])
    y = code @ r.normal(size=(7, 6)) + 0.4 * r.normal(size=(N, 6)) + 1
    columns = [
        [f"{v:.3f}" for v in size], [f"{v:.3f}" for v in angle],
        ["noun" if v else "verb" for v in kind], ["past" if v else "present" for v in tense],
        ["abc"[v] for v in group],
    ]  # fmt: skip
    with open(os.path.join(HERE, "features.csv"), "w", newline="", encoding="utf-8") as f:
        csv.writer(f, lineterminator="\n").writerows([NAMES, *zip(*columns)])
    np.save(os.path.join(HERE, "patterns.npy"), y)
    return columns, y


def feature_distances(columns):
    """One row a pair i < j: numbers scaled to their range, categories equal or not."""
    out = []
    for column in columns:
        try:
            v = np.array([float(c) for c in column])
            out.append([abs(v[i] - v[j]) / (v.max() - v.min()) for i, j in PAIRS])
        except ValueError:
            out.append([float(column[i] != column[j]) for i, j in PAIRS])
    return np.array(out).T


PAIRS = list(itertools.combinations(range(N), 2))
TERMS = [(a, a) for a in range(5)] + list(itertools.combinations(range(5), 2))


def regressors(d, interactions):
    terms = TERMS if interactions else TERMS[:5]
    return np.array([d[:, a] * d[:, b] * (1 if a == b else 2) for a, b in terms]).T


def neural(y, distance):
    """What is regressed: a squared length."""
    out = []
    for i, j in PAIRS:
        a, b = y[i], y[j]
        if distance == "euclidean":
            out.append(((a - b) ** 2).sum())
        elif distance == "manhattan":
            out.append(abs(a - b).sum() ** 2)
        else:
            if distance == "correlation":
                a, b = a - a.mean(), b - b.mean()
            out.append(1 - a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))
    return np.array(out)


def matrix(w):
    m = np.zeros((5, 5))
    for (a, b), v in zip(TERMS, w):
        m[a, b] = m[b, a] = v
    return m


def semidefinite(x, y):
    """Least squares over W ⪰ 0, in the inner product of symmetric matrices."""
    twice = np.array([1.0 if a == b else 2.0 for a, b in TERMS])
    g, b = x.T @ x, x.T @ y
    scaled = g / np.sqrt(twice)[:, None] / np.sqrt(twice)[None, :]
    step = 1 / np.linalg.eigvalsh(scaled)[-1]

    def project(w):
        values, vectors = np.linalg.eigh(matrix(w))
        m = (vectors * np.maximum(values, 0)) @ vectors.T
        return np.array([m[a, b] for a, b in TERMS])

    w = z = np.zeros(len(TERMS))
    t = 1.0
    for _ in range(200_000):
        new = project(z - step * (g @ z - b) / twice)
        if (new - w) @ (g @ z - b) > 0:  # momentum uphill: start it anew
            t = 1.0
        after = (1 + (1 + 4 * t * t) ** 0.5) / 2
        z = new + (t - 1) / after * (new - w)
        moved = abs(new - w).max()
        w, t = new, after
        if moved < 1e-16:
            break
    return w


def fit(d, y, constraint, interactions, ridge):
    x = regressors(d, interactions)
    xc, yc = x - x.mean(0), y - y.mean()
    if constraint == "spd":
        w = semidefinite(xc, yc)
    else:
        penalty = np.diag(np.sqrt(ridge * (xc**2).sum(0)))
        rows, target = np.vstack([xc, penalty]), np.concatenate([yc, np.zeros(x.shape[1])])
        w = scipy.optimize.nnls(rows, target)[0] if constraint == "diagonal" else np.linalg.lstsq(rows, target, rcond=None)[0]
    w = w / np.linalg.norm(matrix(w))
    fitted = x @ w
    fc = fitted - fitted.mean()
    scale = fc @ yc / (fc @ fc)
    intercept = y.mean() - scale * fitted.mean()
    lost = y - intercept - scale * fitted
    pearson = fc @ yc / np.sqrt((fc @ fc) * (yc @ yc))
    scores = scipy.stats.spearmanr(fitted, y)[0], pearson, 1 - lost @ lost / (yc @ yc)
    return scale, intercept, *scores, *w


def main():
    columns, y = simulate()
    d = feature_distances(columns)
    rows = [["distance", "constraint", "interactions", "ridge", "scale", "intercept", "spearman", "pearson", "r2", "weights"]]
    for distance in ("euclidean", "manhattan", "cosine", "correlation"):
        for constraint, interactions, ridge in (
            ("diagonal", False, 0), ("diagonal", False, 0.5), ("unconstrained", False, 0),
            ("unconstrained", True, 0), ("unconstrained", True, 2), ("spd", True, 0),
        ):  # fmt: skip
            values = fit(d, neural(y, distance), constraint, interactions, ridge)
            rows.append([distance, constraint, str(interactions).lower(), ridge, *(repr(float(v)) for v in values)])
    with open(os.path.join(HERE, "fits.csv"), "w", newline="", encoding="utf-8") as f:
        csv.writer(f, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    main()

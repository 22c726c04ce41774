"""Values and gradients of every registered variant, by the textbook.

    python3 make.py [NAME...]

computes the rows of independent/values.csv and independent/gradients.csv anew,
and rows for further names of measures. Rows of families that it does not know
stay as they are. It needs NumPy, SciPy, scikit-learn and PyTorch (float64
throughout). Each formula is the definition itself with explicit matrices: all
pairs of samples, whole kernel matrices, one fit for each sample that is left
out, projectors from singular vectors. The gradients are autograd's of these
formulas. No shortcut of the Go code is used, and none of its output.

Notation: X is n×p, Y is n×q, rows are samples; "c" marks centred columns.
"""

import csv
import os
import sys

import numpy as np
import torch

import alignment
import matching
import prediction
import sequences
import spreads
import similarity


def small_pair():
    """16×4 and 16×5: more samples than features, of unequal scales and means."""
    r = np.random.default_rng(2024)
    x = r.normal(size=(16, 4)) * [1, 2, 0.5, 1.5] + [2, -1, 0.5, 3]
    y = x @ r.normal(size=(4, 5)) / 2 + 1.2 * r.normal(size=(16, 5)) - 1
    return x, y


def lean_pair():
    """12×14 and 12×13: fewer samples than features."""
    r = np.random.default_rng(2025)
    x = r.normal(size=(12, 14)) + 0.5
    y = x @ r.normal(size=(14, 13)) / 4 + r.normal(size=(12, 13))
    return x, y


def repeats_pair():
    """3×4×15 and 3×4×14, repeat × condition × neuron: more neurons than samples."""
    r = np.random.default_rng(2027)
    signal = r.normal(size=(4, 15))
    x = signal + 0.8 * r.normal(size=(3, 4, 15))
    y = signal @ r.normal(size=(15, 14)) / 4 + 0.6 * r.normal(size=(3, 4, 14))
    return x, y


def rdm_pair():
    """Two 10×10 dissimilarity matrices: distances of related points."""
    r = np.random.default_rng(2026)
    a = r.normal(size=(10, 3))
    b = a + 0.8 * r.normal(size=(10, 3))
    return tuple(np.linalg.norm(m[:, None] - m[None], axis=2) for m in (a, b))


REGRESSION = {"as": "r2", "pool": "all", "cv": "0", "folds": "contiguous", "test": "0.1", "seed": "1", "direction": "x-from-y"}



def formed(formula):
    """A similarity in the form that a name asks for."""

    def value(x, y, o):
        s = formula(x, y, o)
        return similarity.form(o["as"], s if torch.is_tensor(s) else torch.tensor(float(s)))

    return value


# The formula of each family, and what its parameters are unless a name says
# otherwise.
FAMILIES = {
    "cka": (similarity.cka, {"kernel": "linear", "sigma": "1median", "estimator": "biased", "as": "score"}),
    "cka-neurons": (similarity.cka_neurons, {}),
    "hsic": (similarity.hsic, {"kernel": "linear", "sigma": "1median", "estimator": "biased"}),
    "nbs": (alignment.nbs, {"as": "score", "cv": "0"}),
    "procrustes": (alignment.procrustes, {"as": "angular", "cv": "0"}),
    "shape": (alignment.shape_metric, {"alpha": "0.5", "as": "angular", "cv": "0"}),
    "permutation": (alignment.permutation, {"as": "angular", "center": "true"}),
    "cca": (alignment.cca, {"stat": "mean", "as": "score", "cv": "0"}),
    "svcca": (alignment.svcca, {"var": "0.99", "dim": "0", "stat": "mean", "as": "score", "cv": "0"}),
    "pwcca": (alignment.pwcca, {"weights": "x", "as": "score"}),
    "linreg": (prediction.regression, {**REGRESSION, "lambda": "0"}),
    "ridge": (prediction.regression, {**REGRESSION, "lambda": "1", "per": "all"}),
    "kernel-ridge": (prediction.kernel_regression, {**REGRESSION, "lambda": "1", "per": "all", "kernel": "rbf", "sigma": "1median"}),
    "pls": (prediction.regression, {**REGRESSION, "components": "2", "cv": "5"}),
    "pls-sv": (alignment.pls_sv, {}),
    "rsa": (formed(similarity.rsa), {"rdm": "sqeuclidean", "compare": "cosine", "sigma": "1median", "noise": "shrinkage", "as": "score"}),
    "rsa-bures": (similarity.rdm_bures, {"rdm": "sqeuclidean", "as": "score"}),
    "rsa-riemannian": (similarity.riemannian, {"rdm": "sqeuclidean", "shrinkage": "0.1", "fit": "scale"}),
    "rsa-geotopological": (formed(similarity.geotopological), {"rdm": "euclidean", "compare": "pearson", "low": "0.2", "up": "0.8", "as": "score"}),
    "distance-correlation": (formed(similarity.distance_correlation), {"squared": "false", "estimator": "biased", "as": "score"}),
    "ensd": (similarity.ensd, {"as": "score"}),
    "mutual-knn": (formed(similarity.mutual_knn), {"k": "10", "metric": "inner", "center": "false", "as": "score"}),
    "jaccard-knn": (formed(similarity.jaccard_knn), {"k": "10", "metric": "cosine", "center": "true", "as": "score"}),
    "cknna": (similarity.cknna, {"k": "10", "metric": "inner", "center": "false"}),
    "rank-similarity": (formed(sequences.rank_similarity), {"k": "10", "metric": "cosine", "center": "false", "as": "score"}),
    "lcs-knn": (sequences.lcs_knn, {"k": "10", "metric": "inner", "center": "false", "as": "share"}),
    "edit-distance-knn": (formed(sequences.edit_distance_knn), {"k": "10", "metric": "inner", "center": "false", "as": "score"}),
    "cycle-knn": (formed(sequences.cycle_knn), {"k": "10", "metric": "inner", "center": "false", "as": "score"}),
    "second-order-cosine": (formed(spreads.second_order), {"k": "10", "values": "similarity", "center": "false", "as": "score"}),
    "aligned-cosine": (formed(spreads.aligned_cosine), {"center": "true", "as": "score"}),
    "rsm-norm-difference": (spreads.rsm_norm, {"rdm": "euclidean", "norm": "pairs"}),
    "imd": (spreads.imd, {"k": "5"}),
    "magnitude-difference": (spreads.magnitude, {}),
    "concentricity-difference": (spreads.concentricity, {}),
    "uniformity-difference": (spreads.uniformity, {"t": "2"}),
    "match": (formed(alignment.match), {"kind": "hard", "as": "score"}),
    "wreath-procrustes": (matching.wreath_procrustes, {}),
    "wreath-cka": (formed(matching.wreath_cka), {"as": "score"}),
    "soft-matching": (matching.soft_matching, {"as": "score"}),
    "eigenspace-overlap": (formed(alignment.eigenspace), {"center": "false", "as": "score"}),
    "gulp": (alignment.gulp, {"lambda": "0", "squared": "true"}),
}


def measure(name, x, y, shape):
    """The value of a named measure; shape is that of X, 3-d if it has times."""
    family, *rest = name.split(":")
    formula, defaults = FAMILIES[family]
    given = dict(part.split("=", 1) for part in rest)
    assert not given.keys() - defaults.keys(), name
    return formula(x, y, defaults | given | {"shape": shape, "family": family})


ORDERS = ("rank-similarity", "lcs-knn", "edit-distance-knn", "cycle-knn", "second-order-cosine")
NO_GRADIENT = ("permutation", "pls", "mutual-knn", "jaccard-knn", "cknna", "match", "soft-matching", "wreath-procrustes", "wreath-cka", "rsa-bures", "rsa-geotopological", "imd", *ORDERS)


def differentiable(name):
    family = name.split(":")[0]
    ranks = any("compare=" + c in name for c in ("spearman", "rho-a", "kendall", "tau-a"))
    if family == "rsm-norm-difference" and "rdm=" in name and "euclidean" not in name:
        return False
    if family == "rsa-riemannian" and ("rdm=" in name or "fit=noise" in name):
        return False
    if name == "aligned-cosine:center=false":
        return False
    if "poisson" in name:
        return False
    if family == "kernel-ridge" and ("pool=" in name or "correlation" in name or "pearson" in name or "cv=" in name):
        return False
    held_out = family in ("shape", "cca", "svcca") and "cv=" in name
    held_out = held_out or "correlation" in name.replace("distance-correlation", "") and ("cv=" in name or "squared" in name)
    held_out = held_out or "pool=median" in name or "folds=splits" in name
    special = held_out or "crossnobis" in name or "precomputed" in name or "lambda=auto" in name
    return family not in NO_GRADIENT and not ranks and not special


def pairs_of(name):
    """The pairs that a measure is computed on."""
    if "precomputed" in name or "poisson" in name:  # rates are not negative
        return ("rdm",)
    if "crossnobis" in name:  # wants repeats
        return ("g_3d", "repeats")
    if name.startswith("kernel-ridge:lambda=auto:per=target"):  # nor here, where it is smaller still
        return ("g_3d", "near", "indep")
    if "per=target" in name:  # not where the smallest penalty makes coefficients large
        return ("small", "g_3d", "near", "indep")
    if "lambda=auto" in name and "angular" not in name:  # where the best penalties lie apart
        return ("small", "lean", "g_3d", "near", "indep")
    if name.startswith("cka-neurons"):  # of features that have something in common
        return ("lean", "g_3d", "near", "indep")
    return ("small", "lean", "g_3d")


PAIRS = ("small", "lean", "g_3d", "near", "indep", "repeats", "rdm")
MADE_HERE = {"small": small_pair, "lean": lean_pair, "repeats": repeats_pair, "rdm": rdm_pair}


def has_gradient(name, pair):
    """Gradients of all on the small pair, of one parameter at a time on the lean one."""
    return differentiable(name) and (pair == "small" or pair == "lean" and name.count(":") <= 1)


def compute(name, pair, x, y):
    """The value of a measure on a pair, and ∂value/∂Y or None."""
    flat = [torch.tensor(m.reshape(-1, m.shape[-1])) for m in (x, y)]
    wants = has_gradient(name, pair)
    flat[1].requires_grad_(wants)
    value = measure(name, *flat, x.shape)
    if abs(value) < 1e-9:  # 0 but for rounding: every lean pair has it
        raise similarity.Undefined
    if not wants:
        return float(value), None
    value.backward()
    gradient = flat[1].grad.numpy()
    # A score that is the same for all data of this shape has no slope.
    return float(value), gradient if np.linalg.norm(gradient) > 1e-8 else None


def read(path):
    with open(path, newline="", encoding="utf-8") as f:
        return list(csv.reader(f))


def write(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        csv.writer(f, lineterminator="\n").writerows(rows)


def main():
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    values_path = os.path.join(here, "independent", "values.csv")
    gradients_path = os.path.join(here, "independent", "gradients.csv")
    for name, make in MADE_HERE.items():
        for side, m in zip("XY", make()):
            np.save(os.path.join(here, "pairs", f"{name}_{side}.npy"), m)
    data = {p: [np.load(os.path.join(here, "pairs", f"{p}_{side}.npy")) for side in "XY"] for p in PAIRS}
    before = {row[0]: row for row in read(values_path)[1:]}
    slopes_before = read(gradients_path)[1:]
    values, gradients = [["measure", *PAIRS]], [["measure", "pair", "value", "gradient"]]
    for name in dict.fromkeys([*before, *sys.argv[1:]]):
        if name.split(":")[0] not in FAMILIES:
            values.append(before[name])
            gradients += [row for row in slopes_before if row[0] == name]
            continue
        row = dict.fromkeys(PAIRS, "")
        for pair in pairs_of(name):
            try:
                value, slope = compute(name, pair, *data[pair])
            except similarity.Undefined:
                continue
            row[pair] = repr(value)
            if slope is not None:
                gradients.append([name, pair, repr(value), *(f"{v:.12g}" for v in slope.ravel())])
        values.append([name, *row.values()])
    write(values_path, values)
    write(gradients_path, gradients)


if __name__ == "__main__":
    main()

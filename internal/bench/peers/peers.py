#!/usr/bin/python3
"""Side-by-side times of simtool and of NumPy/SciPy over OpenBLAS.

usage: peers.py BENCH [-t THREADS] [-s SECONDS] [-r ROUNDS] [-c] [ROW ...]

BENCH is the program that is built from this folder. A row is an operation and its sizes,
such as "gemm 512", "xty 20000 200" or, with a measure's name for the score of two
systems of that size, "cka 3000 500"; without rows a standard table is printed.
Both sides take turns ROUNDS times, each repeating the call for SECONDS, and the
shortest time of one call counts. The last column is the peer's time over ours:
above 1 we are faster. With -c processor time counts, which is what to compare,
with one thread, while others use the machine.

To add a row, write its NumPy form here and its Go form in ops.go under the same
name; measures have theirs in scores.py. Nothing is installed: what SciPy does not
offer is left out.
"""
import argparse
import os
import subprocess
import sys
import time

STANDARD = (
    [f"gemm {n}" for n in (32, 64, 128, 256, 512, 1024, 2048)]
    + ["gemmnt 512", "update 1000 1000 32", "xty 20000 200", "xty 20000 1000", "xtx 20000 200", "xtx 20000 1000"]
    + ["xxt 1000 200", "syr2k 1000 32", "trsml 1000 1000", "trsmr 1000 1000", "trmml 1000 1000", "trmmr 1000 1000", "trmmr 1000 32"]
    + ["symv 300", "symv 1000", "gemv 1000 1000", "gemvt 1000 1000", "ger 1000 32", "ger 1000 1000"]
    + [f"{op} {n}" for op in ("eigh", "eigvalsh", "cholesky") for n in (20, 64, 100, 300, 1000)]
    + [f"{op} {n} {n}" for op in ("svd", "svdvals", "qr", "polar", "nuclear") for n in (20, 64, 100, 300, 1000)]
    + ["svd 20000 200", "qr 20000 200", "center 20000 200", "pdist 2000 768"]
    + [f"argsort {n}" for n in (1000, 10000, 100000, 1000000)]
    + [
        f"{name} {n} {p}"
        for n, p in ((360, 20), (600, 100), (1000, 300), (3000, 500), (10000, 200), (20000, 1000))
        for name in ("cka", "nbs", "procrustes", "linreg", "linreg:cv=5", "ridge:lambda=100:cv=5", "cca", "rsa")
    ]
    + ["default 3000 500"]
)

# OpenBLAS picks its kernels by CPU model and falls back to SSE3 on a model newer
# than itself. That would flatter us, so such a processor is named by its features.
OLD_CORES = {"Prescott", "Core2", "Nehalem", "Generic"}


def parse():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("bench")
    p.add_argument("-e", "--engine", help="avx512, avx2 or generic")
    p.add_argument("-t", "--threads", type=int, default=1)
    p.add_argument("-s", "--seconds", type=float, default=0.1)
    p.add_argument("-r", "--rounds", type=int, default=8)
    p.add_argument("-c", "--cpu", action="store_true")
    p.add_argument("rows", nargs="*", default=STANDARD)
    return p.parse_intermixed_args()


def openblas_core():
    """The core type OpenBLAS chose, if threadpoolctl can tell."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return None
    return next((i.get("architecture") for i in threadpool_info() if i["internal_api"] == "openblas"), None)


def ensure_core():
    """Starts again with an explicit core type if OpenBLAS did not know the model."""
    if openblas_core() not in OLD_CORES or "OPENBLAS_CORETYPE" in os.environ:
        return
    with open("/proc/cpuinfo", encoding="ascii") as f:
        flags = next((line for line in f if line.startswith("flags")), "").split()
    core = "SkylakeX" if "avx512vl" in flags else "Haswell" if "avx2" in flags else None
    if core:
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "OPENBLAS_CORETYPE": core})


def operations():
    """Maps an operation to a function of its sizes that returns (call, calls per call, flops)."""
    import numpy as np

    rng = np.random.default_rng(1)
    normal = lambda *shape: rng.standard_normal(shape)
    ops = {}

    def op(f):
        ops[f.__name__] = f
        return f

    def product(a, b, m, n, k):
        # A stack of views of one pair makes NumPy call dgemm many times from C,
        # so that small sizes are not charged for Python.
        times = max(1, int(2e6 / (m * n * k)))
        stack = lambda x: np.broadcast_to(x, (times, *x.shape))
        out = np.lib.stride_tricks.as_strided(np.empty((m, n)), (times, m, n), (0, 8 * n, 8))
        a, b = stack(a), stack(b)
        return lambda: np.matmul(a, b, out=out), times, 2 * m * n * k

    @op
    def gemm(n):
        return product(normal(n, n), normal(n, n), n, n, n)

    @op
    def gemmnt(n):
        return product(normal(n, n), normal(n, n).T, n, n, n)

    @op
    def xty(k, n):
        return product(normal(k, n).T, normal(k, n), n, n, k)

    def solver(f, flops):
        # Rates are by the flops of the textbook algorithm without vectors' extra work.
        def prepare(*sizes):
            a = normal(*sizes) if len(sizes) == 2 else normal(2 * sizes[0], sizes[0])
            if len(sizes) == 1:
                a = a.T @ a
            return lambda: f(a), 1, flops(*sizes)

        return prepare

    def polar(a):
        u, _, vt = np.linalg.svd(a, full_matrices=False)
        return u @ vt

    def pdist(x):
        x = x - x.mean(0)
        n = (x * x).sum(1)
        return (n[:, None] + n - 2 * (x @ x.T))[np.triu_indices(len(x), 1)]

    ops.update(
        eigh=solver(np.linalg.eigh, lambda n: 9 * n**3),
        eigvalsh=solver(np.linalg.eigvalsh, lambda n: 4 / 3 * n**3),
        cholesky=solver(np.linalg.cholesky, lambda n: n**3 / 3),
        svd=solver(lambda a: np.linalg.svd(a, full_matrices=False), lambda m, n: 6 * m * n * n + 20 * n**3),
        svdvals=solver(lambda a: np.linalg.svd(a, compute_uv=False), lambda m, n: 4 * m * n * n - 4 / 3 * n**3),
        nuclear=solver(lambda a: np.linalg.svd(a, compute_uv=False).sum(), lambda m, n: 4 * m * n * n - 4 / 3 * n**3),
        qr=solver(np.linalg.qr, lambda m, n: 4 * m * n * n - 4 / 3 * n**3),
        polar=solver(polar, lambda m, n: 6 * m * n * n + 20 * n**3),
        pdist=solver(pdist, lambda n, p: n * n * p),
        center=solver(lambda x: x - x.mean(0), lambda n, p: 2 * n * p),
    )

    @op
    def argsort(n):
        values = normal(n)
        return lambda: np.argsort(values, kind="stable"), 1, n

    try:
        from scipy.linalg import blas

        from scores import SCORES, related
    except ImportError:
        return ops

    def score(f):
        # The flops of the three products of features with features.
        def prepare(n, p):
            x, y = related(n, p)
            return lambda: f(x, y), 1, 4 * n * p * p

        return prepare

    ops.update((name, score(f)) for name, f in SCORES.items())
    # SciPy's arrays are column-major: a row-major matrix is passed as its transpose,
    # which exchanges upper and lower, left and right.

    @op
    def update(m, n, k):
        a, b, c = normal(m, k), normal(k, n), normal(m, n)
        return lambda: blas.dgemm(-1e-9, b.T, a.T, beta=1, c=c.T, overwrite_c=1), 1, 2 * m * n * k

    @op
    def xtx(k, n):
        x, c = normal(k, n), np.zeros((n, n), order="F")
        return lambda: blas.dsyrk(1, x.T, c=c, overwrite_c=1, lower=1), 1, k * n * (n + 1)

    @op
    def xxt(n, k):
        x, c = normal(n, k), np.zeros((n, n), order="F")
        return lambda: blas.dsyrk(1, x.T, c=c, trans=1, overwrite_c=1, lower=1), 1, k * n * (n + 1)

    @op
    def syr2k(n, k):
        x, y, c = normal(n, k), normal(n, k), np.zeros((n, n), order="F")
        return lambda: blas.dsyr2k(1, x.T, y.T, c=c, trans=1, overwrite_c=1, lower=1), 1, 2 * k * n * (n + 1)

    def triangle(n):
        return np.asfortranarray(np.tril(normal(n, n) * 1e-12, -1) + np.eye(n))

    @op
    def trsml(m, n):
        a, b = triangle(m), np.asfortranarray(normal(n, m))
        return lambda: blas.dtrsm(1, a, b, side=1, lower=1, overwrite_b=1), 1, m**2 * n

    @op
    def trsmr(m, n):
        a, b = triangle(n), np.asfortranarray(normal(n, m))
        return lambda: blas.dtrsm(1, a, b, side=0, lower=1, overwrite_b=1), 1, n**2 * m

    @op
    def trmml(m, n):
        a, b = triangle(m), np.asfortranarray(normal(n, m))
        return lambda: blas.dtrmm(1, a, b, side=1, lower=1, overwrite_b=1), 1, m**2 * n

    @op
    def trmmr(m, n):
        a, b = triangle(n), np.asfortranarray(normal(n, m))
        return lambda: blas.dtrmm(1, a, b, side=0, lower=1, overwrite_b=1), 1, n**2 * m

    @op
    def symv(n):
        a, x, y = np.asfortranarray(normal(n, n)), normal(n), normal(n)
        return lambda: blas.dsymv(1, a, x, y=y, overwrite_y=1, lower=1), 1, 2 * n * n

    @op
    def gemv(m, n):
        a, x, y = normal(m, n), normal(n), normal(m)
        return lambda: blas.dgemv(1, a.T, x, y=y, trans=1, overwrite_y=1), 1, 2 * m * n

    @op
    def gemvt(m, n):
        a, x, y = normal(m, n), normal(m), normal(n)
        return lambda: blas.dgemv(1, a.T, x, y=y, overwrite_y=1), 1, 2 * m * n

    @op
    def ger(m, n):
        a, x, y = normal(m, n), normal(m), normal(n)
        return lambda: blas.dger(1e-9, y, x, a=a.T, overwrite_a=1), 1, 2 * m * n

    return ops


def shortest(call, clock, seconds):
    """The shortest time of one call, repeated for about the given time; calls too short
    for the clock are timed in batches, as ours are."""
    tick, batch = 200e-6, 1
    while True:
        start = clock()
        for _ in range(batch):
            call()
        if clock() - start >= min(tick, seconds):
            break
        batch *= 2
    best, end = float("inf"), clock() + seconds
    while True:
        start = clock()
        for _ in range(batch):
            call()
        now = clock()
        best = min(best, now - start)
        if now > end:
            return best / batch


def main():
    args = parse()
    os.environ["OPENBLAS_NUM_THREADS"] = str(args.threads)
    try:
        ops = operations()
    except ImportError:
        print("peers: NumPy is not installed; nothing to compare with")
        return
    ensure_core()
    env = {**os.environ, "GOMAXPROCS": str(args.threads)}
    command = [args.bench] + (["-engine", args.engine] if args.engine else []) + (["-cpu"] if args.cpu else [])
    clock = time.process_time if args.cpu else time.perf_counter
    go = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)

    def ask(line):
        go.stdin.write(line + "\n")
        go.stdin.flush()
        answer = go.stdout.readline().strip()
        if not answer or answer.startswith("error"):
            sys.exit(f"peers: {args.bench}: {answer or 'ended early'}")
        return answer

    print(f"simtool {ask('name')}, OpenBLAS {openblas_core() or 'core unknown'}, {args.threads} thread(s)")
    print(f"{'row':<34}{'ours':>12}{'peer':>12}{'GFLOP/s':>10}{'peer':>8}{'ratio':>8}")
    for row in args.rows:
        name, *sizes = row.split()
        ours = theirs = float("inf")
        if name not in ops:
            for _ in range(args.rounds):
                ours = min(ours, float(ask(f"{row} {args.seconds}")))
            print(f"{row:<34}{ours * 1e3:>10.4f}ms     no peer", flush=True)
            continue
        call, calls, flops = ops[name](*map(int, sizes))
        for _ in range(args.rounds):
            theirs = min(theirs, shortest(call, clock, args.seconds) / calls)
            ours = min(ours, float(ask(f"{row} {args.seconds}")))
        rate = lambda t: flops / t / 1e9
        print(f"{row:<34}{ours * 1e3:>10.4f}ms{theirs * 1e3:>10.4f}ms{rate(ours):>10.1f}{rate(theirs):>8.1f}{theirs / ours:>8.2f}", flush=True)


if __name__ == "__main__":
    main()

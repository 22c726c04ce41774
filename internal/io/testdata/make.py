# Makes the arrays in this folder, which the tests read: python3 make.py
# Made once with NumPy 1.24 and committed; the tests need no Python.
#
# The 2-d arrays hold element (i, j) = 4i + j - 5 for i < 3, j < 4 (absolute
# values for unsigned types, "> 0" for bool); the 3-d ones hold (t, c, n) =
# 100t + 10c + n of shape (2, 3, 4), in the order of axes that the name ends in.

import numpy as np

base = np.arange(12).reshape(3, 4) - 5
for kind in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"]:
    a = base > 0 if kind == "b1" else np.abs(base) if kind[0] == "u" else base
    for order, o in [("<", "le"), (">", "be")]:
        if kind[1] == "1" and o == "be":
            continue
        for f, name in [(np.ascontiguousarray, "c"), (np.asfortranarray, "f")]:
            np.save(f"npy/{kind}_{o}_{name}.npy", f(a.astype(order + kind)))

cube = np.add.outer(np.add.outer(100 * np.arange(2), 10 * np.arange(3)), np.arange(4)).astype("f8")
np.save("npy/cube_tcn.npy", cube)
np.save("npy/cube_nct.npy", np.ascontiguousarray(cube.transpose(2, 1, 0)))
np.save("npy/cube_ctn.npy", np.ascontiguousarray(cube.transpose(1, 0, 2)))
np.save("npy/cube_fortran_tcn.npy", np.asfortranarray(cube))
np.save("npy/cube_fortran_cnt.npy", np.asfortranarray(cube.transpose(1, 2, 0)))

np.save("npy/vector.npy", np.arange(5) - 1.5)
half = np.array([0, 6e-8, 6.104e-05, 1, 1.001, -2, 65504, np.inf, -np.inf, np.nan], "f2")
np.save("npy/half_special.npy", half)
for version in [(2, 0), (3, 0)]:
    with open(f"npy/version{version[0]}.npy", "wb") as f:
        np.lib.format.write_array(f, base.astype("f8"), version=version)
for name, bad in [
    ("scalar", np.float64(1)),
    ("empty", np.zeros((0, 3))),
    ("fourd", np.zeros((2, 2, 2, 2))),
    ("complex", np.zeros((2, 2), "c16")),
    ("text", np.array([["a", "b"]])),
    ("dates", np.array(["2020-01-01"], "M8[D]")),
    ("longdouble", np.zeros((2, 2), "g")),
    ("record", np.zeros(2, [("rate", "f8"), ("id", "i4")])),
    ("object", np.array([[1, None]], object)),
]:
    np.save(f"npy/bad_{name}.npy", bad)

np.savez("two.npz", first=base.astype("f4"), second=cube)
np.savez("one.npz", only=base)
np.savez_compressed("deflated.npz", first=base.astype("f8"), zeros=np.zeros((200, 50)))

"""The products that the Python peers of the suite gemm measure, and how their names are read."""

import peer


def serve(version, product):
    """Answers the driver. product(a, b) makes the call that multiplies two matrices, None for a dtype it does not have."""
    import numpy as np  # after peer.options(), which says how many threads it may use

    random = np.random.default_rng(1)

    def matrix(rows, columns, transposed, dtype):
        values = random.uniform(-1, 1, (columns, rows) if transposed else (rows, columns)).astype(dtype)
        return values.T if transposed else values

    def prepare(case):
        layout, (m, k, n), dtype = parsed(case)
        call = product(matrix(m, k, layout[0] == "T", dtype), matrix(k, n, layout[1] == "T", dtype))
        return call and peer.in_groups(call)

    peer.serve(version, prepare)


def parsed(case):
    """Layout, (m, k, n) and dtype of a case: "NN 64x64x64" or "NN 64x64x64 float64"."""
    layout, shape, *dtype = case.split(" ")
    return layout, tuple(int(size) for size in shape.split("x")), *(dtype or ["float32"])

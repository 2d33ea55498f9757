"""The products that the Python peers of the suite gemm measure."""

import peer


def measure(chosen, version, product):
    """Prints a line per case of --only. product(a, b) answers a call that makes the product of two matrices."""
    import numpy as np  # after peer.options(), which says how many threads it may use

    random = np.random.default_rng(1)

    def matrix(rows, columns, transposed):
        values = random.uniform(-1, 1, (columns, rows) if transposed else (rows, columns)).astype(np.float32)
        return values.T if transposed else values

    for case in chosen.only.split(","):
        layout, shape = case.split(" ")
        m, k, n = (int(size) for size in shape.split("x"))
        call = product(matrix(m, k, layout[0] == "T"), matrix(k, n, layout[1] == "T"))
        peer.emit(chosen, version, case, peer.measure(call, chosen.seconds))

"""C = A B by the libraries of the system that are called from C. Peers: onednn (float32 alone), openblas, blis."""

import ctypes
import ctypes.util
import os
import pathlib

import gemm_cases
import peer

chosen = peer.options()

import numpy as np

name = {"onednn": "dnnl", "openblas": "openblas", "blis": "blis"}[chosen.variant]
found = ctypes.util.find_library(name)
if not found:
    raise ModuleNotFoundError(f"lib{name}")
# Versions that are older than the processor take it for one without AVX-512: 512^3 with 37 GFLOP/s instead of 143, on two threads.
processor = pathlib.Path("/proc/cpuinfo").read_text() if os.path.exists("/proc/cpuinfo") else ""
if "GenuineIntel" in processor and "avx512f" in processor:
    os.environ.setdefault("OPENBLAS_CORETYPE", "SkylakeX")
    os.environ.setdefault("BLIS_ARCH_TYPE", "0")  # skx
library = ctypes.CDLL(found)

dim = ctypes.c_int64 if name == "dnnl" else ctypes.c_int  # of the dimensions and the distances between rows
row_major, plain, transposed = 101, 111, 112  # CBLAS_ORDER and CBLAS_TRANSPOSE


def version():
    if name == "dnnl":
        class Version(ctypes.Structure):
            _fields_ = [(part, ctypes.c_int) for part in ("major", "minor", "patch")]

        library.dnnl_version.restype = ctypes.POINTER(Version)
        numbers = library.dnnl_version().contents
        return f"{numbers.major}.{numbers.minor}.{numbers.patch}"
    tell = library.openblas_get_config if name == "openblas" else library.bli_info_get_version_str
    tell.restype = ctypes.c_char_p
    return next(word for word in tell().decode().split() if word[0].isdigit())


def product(a, b):
    """a and b are row-major or the transpose of something row-major."""
    if name == "dnnl" and a.dtype != np.float32:
        return None
    c = np.empty((len(a), b.shape[1]), a.dtype)
    sizes = [dim(size) for size in (*c.shape, a.shape[1])]
    turned = [not matrix.flags.c_contiguous for matrix in (a, b)]
    rows = [dim(max(matrix.strides) // matrix.itemsize) for matrix in (a, b, c)]
    place = [matrix.ctypes.data_as(ctypes.c_void_p) for matrix in (a, b, c)]  # keeps the matrix
    number, letter = (ctypes.c_float, "s") if a.dtype == np.float32 else (ctypes.c_double, "d")
    one, zero = number(1), number(0)
    values = (*sizes, one, place[0], rows[0], place[1], rows[1], zero, place[2], rows[2])
    if name == "dnnl":
        gemm, head = library.dnnl_sgemm, [ctypes.c_char(b"T" if turn else b"N") for turn in turned]
    else:
        gemm, head = library[f"cblas_{letter}gemm"], [row_major, *(transposed if turn else plain for turn in turned)]
    check = a @ b
    gemm(*head, *values)
    np.testing.assert_allclose(c, check, rtol=1e-3, atol=1e-3)
    return lambda: gemm(*head, *values)


gemm_cases.serve(version(), product)

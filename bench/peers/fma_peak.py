"""How long a product would take if the processor did nothing but its fused multiply-adds. Peer: fma-peak."""

import ctypes
import os
import shutil
import subprocess

import gemm_cases
import peer

chosen = peer.options()
compiler = shutil.which(os.environ.get("CC", "cc"))
if not compiler:
    raise ModuleNotFoundError("cc")
source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fma_peak.c")
built = os.path.join(chosen.work, f"fma_peak-{chosen.threads}.so")
subprocess.run([compiler, "-O3", "-march=native", "-shared", "-fPIC", "-pthread", source, "-o", built], check=True)
library = ctypes.CDLL(built)
library.fma_peak.restype = ctypes.c_double


def prepare(case):
    _, (m, k, n), dtype = gemm_cases.parsed(case)
    size = {"float32": 4, "float64": 8}[dtype]

    def burst(seconds):
        times, first = [], peer.clock()
        while not times or peer.clock() - first < 1e3 * seconds:
            times.append(2e3 * m * k * n / library.fma_peak(chosen.threads, size, ctypes.c_long(1_000_000)))
        return {"times": times}

    return burst


peer.serve(f"{ctypes.c_int.in_dll(library, 'fma_bits').value} bit", prepare)

"""What the Python peers share: options, data, timing, the one line of output.

Every peer is started as `train_x.py <variant> --batch 32 --epochs 3 --threads 2 --work DIR`. DIR holds, written by
run.mjs: x.u8 (rows of 784 bytes), y.u8, start.f32 (kernel, bias, kernel, ... of 784-300-100-10). The peer trains with
SGD 0.01 on shuffled rows, x scaled to 0..1, and writes its last weights to end.f32, which run.mjs evaluates.
"""

import argparse
import json
import os
import time

import numpy as np

SIZES = (784, 300, 100, 10)
RATE = 0.01


def options():
    """The command line. Call it before importing a library: it tells them all how many threads to use."""
    parser = argparse.ArgumentParser()
    parser.add_argument("variant")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--work", required=True)
    chosen = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
        os.environ[name] = str(chosen.threads)
    os.environ.update(TF_NUM_INTEROP_THREADS="1", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")
    if chosen.threads == 1:
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    return chosen


def rows(work):
    """x [n, 784] float32 in 0..1 and y [n] int64."""
    x = np.fromfile(os.path.join(work, "x.u8"), np.uint8).reshape(-1, SIZES[0]).astype(np.float32) / np.float32(255)
    return x, np.fromfile(os.path.join(work, "y.u8"), np.uint8).astype(np.int64)


def start(work):
    """The first weights: [kernel [in, units], bias [units]] * 3."""
    flat, weights, at = np.fromfile(os.path.join(work, "start.f32"), np.float32), [], 0
    for i, o in zip(SIZES, SIZES[1:]):
        for shape in ((i, o), (o,)):
            size = int(np.prod(shape))
            weights.append(flat[at:at + size].reshape(shape).copy())
            at += size
    return weights


def finish(chosen, version, times, weights):
    """Writes the last weights and prints the line."""
    np.concatenate([np.ascontiguousarray(w, np.float32).ravel() for w in weights]).tofile(
        os.path.join(chosen.work, "end.f32"))
    times = sorted(times)
    print(json.dumps({"peer": chosen.variant, "case": f"train/b{chosen.batch}/t{chosen.threads}",
                      "median_ms": round(times[len(times) // 2] * 1e3, 1), "best_ms": round(times[0] * 1e3, 1),
                      "version": version}), flush=True)


def timed(epochs, epoch):
    """Seconds of each call of `epoch`, the first of which also compiles and warms up; it counts only if it is alone."""
    times = []
    for _ in range(epochs):
        begin = time.perf_counter()
        epoch()
        times.append(time.perf_counter() - begin)
    return times[1:] or times

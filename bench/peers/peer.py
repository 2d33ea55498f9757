"""What the Python peers share: options, data, timing, the lines of output.

Every peer is started as `<script>.py <peer> --threads 2 --work DIR [--seconds 0.3]`, for training with `--batch 32
--epochs 3`. It prints one line of JSON per case, the times in milliseconds. DIR holds, written by the suite: x.u8 (rows
of 784 bytes), y.u8, start.f32 (kernel, bias, kernel, ... of 784-300-100-10). A training peer uses SGD 0.01 on shuffled
rows, x scaled to 0..1, and writes its last weights to end.f32, which the suite evaluates.
"""

import argparse
import json
import os
import resource
import sys
import time

import numpy as np

SIZES = (784, 300, 100, 10)
RATE = 0.01


def options():
    """The command line. Call it before importing a library: it tells them all how many threads to use."""
    parser = argparse.ArgumentParser()
    parser.add_argument("variant")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--work", required=True)
    parser.add_argument("--seconds", type=float, default=0.3)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--only", default="")
    chosen = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS",
                 "TF_NUM_INTRAOP_THREADS"):
        os.environ[name] = str(chosen.threads)
    os.environ.update(TF_NUM_INTEROP_THREADS="1", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")
    if chosen.variant.startswith("keras"):
        os.environ["KERAS_BACKEND"] = {"keras-tf": "tensorflow", "keras-jax": "jax"}[chosen.variant]
    if chosen.threads == 1:
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    return chosen


def rows(work):
    """x [n, 784] float32 in 0..1 and y [n] int64."""
    x = np.fromfile(os.path.join(work, "x.u8"), np.uint8).reshape(-1, SIZES[0]).astype(np.float32)
    x /= np.float32(255)
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


def peak_memory():
    """Megabytes at most so far. Linux counts in ru_maxrss what the parent had before it started this process."""
    if os.path.exists("/proc/self/status"):
        with open("/proc/self/status") as status:
            return int(status.read().split("VmHWM:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2 ** 20 if sys.platform == "darwin" else 2 ** 10)


def emit(chosen, version, case, times, **more):
    """Prints the line of one case; times are in seconds."""
    times = sorted(times)
    print(json.dumps({"peer": chosen.variant, "case": case, "median_ms": times[len(times) // 2] * 1e3,
                      "best_ms": times[0] * 1e3, "version": version,
                      "rss_mb": round(peak_memory()), **more}), flush=True)


def finish(chosen, version, times, weights):
    """Writes the last weights of a training and prints its line."""
    np.concatenate([np.ascontiguousarray(w, np.float32).ravel() for w in weights]).tofile(
        os.path.join(chosen.work, "end.f32"))
    emit(chosen, version, f"batch {chosen.batch}", times)


def timed(epochs, epoch):
    """Seconds of each call of `epoch`, the first of which also compiles and warms up; it counts only if it is alone."""
    times = []
    for _ in range(epochs):
        begin = time.perf_counter()
        epoch()
        times.append(time.perf_counter() - begin)
    return times[1:] or times


def measure(call, seconds):
    """Seconds of one call, as often as fits in `seconds`; calls of less than 0.3 ms are timed in groups."""
    clock = time.perf_counter
    call()
    begin = clock()
    call()
    while clock() - begin < min(0.05, seconds):
        call()
    begin = clock()
    call()
    group, times, first = max(1, int(300e-6 / (clock() - begin))), [], clock()
    while len(times) < 3 or clock() - first < seconds:
        begin = clock()
        for _ in range(group):
            call()
        times.append((clock() - begin) / group)
    return times


def latencies(call, count):
    """Seconds of each of `count` calls, after a tenth as many for warming up."""
    for _ in range(count // 10):
        call()
    times = []
    for _ in range(count):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return times


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]

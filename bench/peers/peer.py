"""What the Python peers share: options, data, the answers to the driver, timing. As peer.mjs.

Every peer is started as `<script>.py <peer> --threads 2 --work DIR`. It prints lines of JSON: first its version, then an
answer to each line of its standard input (serve). DIR holds, written by the suite: x.u8 (rows of 784 bytes), y.u8,
start.f32 (kernel, bias, kernel, ... of 784-300-100-10). A training peer uses SGD 0.01 on shuffled rows, x scaled to 0..1,
and writes its weights to end-PEER.f32 after each epoch; the suite evaluates them.
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


def say(**answer):
    """Prints a line of JSON."""
    print(json.dumps({**answer, "rss_mb": round(peak_memory())}), flush=True)


def serve(version, prepare):
    """Tells the version, then answers the driver's lines. After `case NAME`, prepare(NAME) makes the function that measures
    a burst of that case, or None when the peer has no such case; after `go SECONDS` that is called with the seconds and
    answers {"times": milliseconds} and what else the suite wants to know."""
    say(version=version)
    burst = None
    for line in sys.stdin:  # sleeps until there is one: it must not disturb the peer whose turn it is
        order, what = line.rstrip("\n").split(" ", 1)
        if order == "case":
            burst = prepare(what)
            say(ready=burst is not None)
        else:
            say(**burst(float(what)))


def clock():
    """Milliseconds."""
    return 1e3 * time.perf_counter()


def warm_up(call, milliseconds):
    """Calls until so many milliseconds are over, once at least; answers how long one took."""
    begin, count = clock(), 0
    while count == 0 or clock() - begin < milliseconds:
        call()
        count += 1
    return (clock() - begin) / count


def in_groups(call):
    """A burst of a call: milliseconds of one, as often as fits in the time after a quarter of it to warm up. A call that takes
    longer than all that time is made once. Calls of less than 0.3 ms are timed in groups."""
    call()
    pace = warm_up(call, 50)
    group = max(1, int(0.3 / pace))

    def burst(seconds):
        if pace < 1e3 * seconds:
            warm_up(call, 250 * seconds)
        times, first = [], clock()
        while not times or clock() - first < 1e3 * seconds:
            begin = clock()
            for _ in range(group):
                call()
            times.append((clock() - begin) / group)
        return {"times": times}

    return burst


def one_by_one(call):
    """A burst of a call: milliseconds of each single one, after a quarter of the time to warm up."""
    warm_up(call, 50)

    def burst(seconds):
        warm_up(call, 250 * seconds)
        times, first = [], clock()
        while not times or clock() - first < 1e3 * seconds:
            begin = clock()
            call()
            times.append(clock() - begin)
        return {"times": times}

    return burst


def by_epochs(chosen, count, epoch, weights):
    """A burst of a training: an epoch, in milliseconds per 60,000 rows when it has `count`, and then the weights in
    end-PEER.f32. `epoch` answers what it took where there is more to do than the epoch. A first one, which compiles and
    warms up, does not count."""
    def burst(_=None):
        begin = clock()
        own = epoch()
        milliseconds = clock() - begin if own is None else own
        flat = np.concatenate([np.ascontiguousarray(w, np.float32).ravel() for w in weights()])
        flat.tofile(os.path.join(chosen.work, f"end-{chosen.variant}.f32"))
        return {"times": [milliseconds * 60_000 / count]}

    burst()
    return burst

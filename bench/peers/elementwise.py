"""Element-wise functions and reductions on 10 M floats, into existing buffers where the library can. Peers: torch,
numpy, jax."""

import peer

chosen = peer.options()

import numpy as np

random = np.random.default_rng(1)
a, b = (random.uniform(-2, 2, 10_000_000).astype(np.float32) for _ in range(2))
table = a.reshape(10_000, 1_000)


def torch():
    import torch
    torch.set_num_threads(chosen.threads)
    torch.set_grad_enabled(False)
    x, y, rows = torch.from_numpy(a), torch.from_numpy(b), torch.from_numpy(table)
    out, rows_out = torch.empty_like(x), torch.empty_like(rows)
    return torch.__version__, {
        "add": lambda: torch.add(x, y, out=out),
        "relu": lambda: torch.clamp_min(x, 0, out=out),
        "exp": lambda: torch.exp(x, out=out),
        "tanh": lambda: torch.tanh(x, out=out),
        "sigmoid": lambda: torch.sigmoid(x, out=out),
        "softmax": lambda: torch.softmax(rows, 1, out=rows_out),
        "sum": lambda: x.sum(),
        "argmax": lambda: rows.argmax(1),
    }


def numpy():
    out, rows_out, zero = np.empty_like(a), np.empty_like(table), np.float32(0)

    def sigmoid():
        np.exp(np.negative(a, out=out), out=out)
        return np.reciprocal(np.add(out, np.float32(1), out=out), out=out)

    def softmax():
        np.exp(np.subtract(table, table.max(1, keepdims=True), out=rows_out), out=rows_out)
        return np.divide(rows_out, rows_out.sum(1, keepdims=True), out=rows_out)

    return np.__version__, {
        "add": lambda: np.add(a, b, out=out),
        "relu": lambda: np.maximum(a, zero, out=out),
        "exp": lambda: np.exp(a, out=out),
        "tanh": lambda: np.tanh(a, out=out),
        "sigmoid": sigmoid,
        "softmax": softmax,
        "sum": lambda: a.sum(),
        "argmax": lambda: table.argmax(1),
    }


def jax():
    import jax
    import jax.numpy as jnp
    x, y, rows = jnp.asarray(a), jnp.asarray(b), jnp.asarray(table)

    def jitted(function, *arguments):
        call = jax.jit(function)
        return lambda: call(*arguments).block_until_ready()

    return jax.__version__, {
        "add": jitted(jnp.add, x, y),
        "relu": jitted(jax.nn.relu, x),
        "exp": jitted(jnp.exp, x),
        "tanh": jitted(jnp.tanh, x),
        "sigmoid": jitted(jax.nn.sigmoid, x),
        "softmax": jitted(lambda rows: jax.nn.softmax(rows, 1), rows),
        "sum": jitted(jnp.sum, x),
        "argmax": jitted(lambda rows: jnp.argmax(rows, 1), rows),
    }


version, functions = {"torch": torch, "numpy": numpy, "jax": jax}[chosen.variant]()
peer.serve(version, lambda case: peer.in_groups(functions[case]))

"""JAX on the CPU. Variants: jax-scan (the whole epoch is one jitted lax.scan), jax-step (one jitted call a batch)."""

import peer

chosen = peer.options()

import jax
import jax.numpy as jnp
import numpy as np

x, y = peer.rows(chosen.work)
x, y = jnp.asarray(x), jnp.asarray(y.astype(np.int32))
random = np.random.default_rng(1)


def loss(w, x, y):
    hidden = jax.nn.relu(x @ w[0] + w[1])
    hidden = jax.nn.relu(hidden @ w[2] + w[3])
    scores = jax.nn.log_softmax(hidden @ w[4] + w[5])
    return -jnp.take_along_axis(scores, y[:, None], 1).mean()


def update(w, index, x, y):
    gradients = jax.grad(loss)(w, x[index], y[index])
    return [a - peer.RATE * g for a, g in zip(w, gradients)]


def whole_epoch(w, order, x, y):
    return jax.lax.scan(lambda w, index: (update(w, index, x, y), None), w, order)[0]


# x and y are arguments: what a jitted function closes over becomes a constant of the program, which takes seconds.
step, scan = (jax.jit(function, donate_argnums=0) for function in (update, whole_epoch))


def prepare(case):
    weights = [jnp.asarray(w) for w in peer.start(chosen.work)]
    batch = int(case.split(" ")[1])

    def epoch():
        nonlocal weights
        order = random.permutation(len(x)).astype(np.int32)
        whole = len(x) // batch * batch
        if chosen.variant == "jax-scan":
            weights = scan(weights, order[:whole].reshape(-1, batch), x, y)
        else:
            for at in range(0, whole, batch):
                weights = step(weights, order[at:at + batch], x, y)
        if whole < len(x):
            weights = step(weights, order[whole:], x, y)
        jax.block_until_ready(weights)

    return peer.by_epochs(chosen, len(x), epoch, lambda: [np.asarray(w) for w in weights])


peer.serve(jax.__version__, prepare)

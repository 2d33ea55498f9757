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


def update(w, index):
    gradients = jax.grad(loss)(w, x[index], y[index])
    return [a - peer.RATE * g for a, g in zip(w, gradients)], None


step = jax.jit(lambda w, index: update(w, index)[0], donate_argnums=0)
scan = jax.jit(lambda w, order: jax.lax.scan(update, w, order)[0], donate_argnums=0)


def prepare(case):
    weights = [jnp.asarray(w) for w in peer.start(chosen.work)]
    batch = int(case.split(" ")[1])

    def epoch():
        nonlocal weights
        order = random.permutation(len(x)).astype(np.int32)
        whole = len(x) // batch * batch
        if chosen.variant == "jax-scan":
            weights = scan(weights, order[:whole].reshape(-1, batch))
        else:
            for at in range(0, whole, batch):
                weights = step(weights, order[at:at + batch])
        if whole < len(x):
            weights = step(weights, order[whole:])
        jax.block_until_ready(weights)

    return peer.by_epochs(chosen, len(x), epoch, lambda: [np.asarray(w) for w in weights])


peer.serve(jax.__version__, prepare)

"""Small things, where overhead is everything, as small.mjs. Peers: torch, jax."""

import peer

chosen = peer.options()

import numpy as np

random = np.random.default_rng(1)
a, b = (random.normal(size=(4, 4)).astype(np.float32) for _ in range(2))
row = (np.arange(peer.SIZES[0], dtype=np.float32) % 17 / 17)[None]
corners, answers = np.float32([[0, 0], [0, 1], [1, 0], [1, 1]]), np.float32([[0], [1], [1], [0]])
small = [random.normal(size=shape).astype(np.float32) for shape in ((2, 8), (8,), (8, 1), (1,))]


def torch():
    import torch
    import torch.nn.functional as F
    torch.set_num_threads(chosen.threads)
    x, y = torch.from_numpy(a), torch.from_numpy(b)

    def parameters(arrays):
        return [torch.from_numpy(w).requires_grad_() for w in arrays]

    def layered(x, w, activation):
        for i in range(0, len(w) - 2, 2):
            x = activation(torch.addmm(w[i + 1], x, w[i]))
        return torch.addmm(w[-1], x, w[-2])

    def steps(case, w, loss):
        optimizer = torch.optim.SGD(w, lr=peer.RATE, fused=True)

        def update():
            optimizer.zero_grad()
            loss().backward()
            optimizer.step()

        def make():
            return peer.in_groups(update)

        return {case: make, case + ", eager": make}  # the eager way is the usual one

    w, rows, label = parameters(peer.start(chosen.work)), torch.from_numpy(row), torch.tensor([3])
    v, inputs, targets = parameters(small), torch.from_numpy(corners), torch.from_numpy(answers)
    inferring = torch.inference_mode()  # around a burst

    return torch.__version__, {
        "add 4x4": lambda: peer.in_groups(lambda: x + y),
        "matmul 4x4": lambda: peer.in_groups(lambda: x @ y),
        "predict one row": lambda: inferring(peer.one_by_one(lambda: layered(rows, w, torch.relu))),
        **steps("train step, batch 1", w, lambda: F.cross_entropy(layered(rows, w, torch.relu), label)),
        **steps("XOR step", v, lambda: F.binary_cross_entropy_with_logits(layered(inputs, v, torch.tanh), targets)),
    }


def jax():
    import jax
    import jax.numpy as jnp
    x, y = jnp.asarray(a), jnp.asarray(b)
    add, matmul = jax.jit(jnp.add), jax.jit(jnp.matmul)

    def layered(w, x, activation):
        for i in range(0, len(w) - 2, 2):
            x = activation(x @ w[i] + w[i + 1])
        return x @ w[-2] + w[-1]

    def steps(case, arrays, loss):
        def update(w):
            return jax.tree.map(lambda p, g: p - peer.RATE * g, w, jax.grad(loss)(w))

        def make(function):
            state = [jnp.array(w) for w in arrays]  # a copy: jit takes it over

            def call():
                nonlocal state
                state = jax.block_until_ready(function(state))

            return peer.in_groups(call)

        return {case: lambda: make(jax.jit(update, donate_argnums=0)), case + ", eager": lambda: make(update)}

    rows, inputs, targets = jnp.asarray(row), jnp.asarray(corners), jnp.asarray(answers)
    w, forward = [jnp.asarray(w) for w in peer.start(chosen.work)], jax.jit(lambda w, x: layered(w, x, jax.nn.relu))

    def xor_loss(w):
        z = layered(w, inputs, jnp.tanh)
        return (jax.nn.softplus(z) - targets * z).mean()

    return jax.__version__, {
        "add 4x4": lambda: peer.in_groups(lambda: add(x, y).block_until_ready()),
        "matmul 4x4": lambda: peer.in_groups(lambda: matmul(x, y).block_until_ready()),
        "predict one row": lambda: peer.one_by_one(lambda: forward(w, rows).block_until_ready()),
        **steps("train step, batch 1", w, lambda w: -jax.nn.log_softmax(layered(w, rows, jax.nn.relu))[0, 3]),
        **steps("XOR step", small, xor_loss),
    }


version, cases = {"torch": torch, "jax": jax}[chosen.variant]()
peer.serve(version, lambda case: cases[case]() if case in cases else None)

"""The same training step as mlp.mjs in PyTorch (eager, whole step as a CUDA graph) and JAX (jit per step, lax.scan over an
epoch). Data on the GPU, rows gathered by index there. One JSON line per library and batch size."""
import json
import sys
import time

sizes = [int(a) for a in sys.argv[1:]] or [32, 128, 512, 2048, 8192]
ROWS = 60000


def report(library, batch, seconds, steps):
    print(json.dumps({"library": library, "batchSize": batch, "usPerStep": seconds / steps * 1e6}), flush=True)


def torch_peers():
    import torch
    import torch.nn.functional as F

    torch.backends.cuda.matmul.allow_tf32 = False
    device = "cuda"
    x = torch.randint(0, 256, (ROWS, 784), dtype=torch.uint8, device=device)
    y = torch.randint(0, 10, (ROWS,), device=device)
    for batch in sizes:
        torch.manual_seed(0)
        net = torch.nn.Sequential(
            torch.nn.Linear(784, 300), torch.nn.ReLU(), torch.nn.Linear(300, 100), torch.nn.ReLU(), torch.nn.Linear(100, 10)
        ).to(device)
        optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
        order = torch.randperm(ROWS, device=device)
        cursor = torch.zeros((), dtype=torch.long, device=device)
        span = torch.arange(batch, device=device)

        def step():
            rows = order[(cursor + span) % ROWS]
            loss = F.cross_entropy(net(x[rows].float() * (1 / 255)), y[rows])
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=False)
            cursor.add_(batch)

        def measure(call, count):
            for _ in range(20):
                call()
            best = 1e9
            for _ in range(3):
                torch.cuda.synchronize()
                start = time.perf_counter()
                for _ in range(count):
                    call()
                torch.cuda.synchronize()
                best = min(best, time.perf_counter() - start)
            return best

        count = max(20, min(500, ROWS // batch))
        report("torch eager", batch, measure(step, count), count)
        stream = torch.cuda.Stream()
        with torch.cuda.stream(stream):
            for _ in range(3):
                step()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            step()
        report("torch graph", batch, measure(graph.replay, count), count)


def jax_peers():
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_default_matmul_precision", "highest")
    key = jax.random.PRNGKey(0)
    x = jax.random.randint(key, (ROWS, 784), 0, 256).astype(jnp.uint8)
    y = jax.random.randint(key, (ROWS,), 0, 10)
    dims = [784, 300, 100, 10]
    params = [(jax.random.normal(key, (a, b)) * a**-0.5, jnp.zeros(b)) for a, b in zip(dims, dims[1:])]

    def loss_of(params, xb, yb):
        h = xb.astype(jnp.float32) * (1 / 255)
        for w, b in params[:-1]:
            h = jax.nn.relu(h @ w + b)
        w, b = params[-1]
        logits = jax.nn.log_softmax(h @ w + b)
        return -jnp.take_along_axis(logits, yb[:, None], axis=1).mean()

    for batch in sizes:
        order = jax.random.permutation(key, ROWS)

        def step(params, rows):
            loss, grads = jax.value_and_grad(loss_of)(params, x[rows], y[rows])
            return jax.tree.map(lambda p, g: p - 0.01 * g, params, grads), loss

        steps = ROWS // batch
        batches = order[: steps * batch].reshape(steps, batch)
        epoch = jax.jit(lambda params, batches: jax.lax.scan(step, params, batches))
        jax.block_until_ready(epoch(params, batches))
        best = 1e9
        for _ in range(3):
            start = time.perf_counter()
            jax.block_until_ready(epoch(params, batches))
            best = min(best, time.perf_counter() - start)
        report("jax scan", batch, best, steps)
        one = jax.jit(step)
        now = params
        now, _ = one(now, batches[0])
        jax.block_until_ready(now)
        count = min(200, steps)
        start = time.perf_counter()
        for i in range(count):
            now, _ = one(now, batches[i])
        jax.block_until_ready(now)
        report("jax jit", batch, time.perf_counter() - start, count)


for peers in (torch_peers, jax_peers):
    try:
        peers()
    except Exception as error:  # a peer that is not installed is left out
        print(json.dumps({"library": peers.__name__, "error": str(error)[:300]}), flush=True)

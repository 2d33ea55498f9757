import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import {
  add, devices, keep, layers, optimizers, withDevice, memory, mul, ones, scope, sequential, sum, tensor, zeros, type Tensor,
} from '../src/index.js';

test.serial('scope frees what was made inside and not returned', (t) => {
  let inside: Tensor | undefined;
  const y = scope(() => {
    inside = ones([100, 100]);
    return add(inside, 1);
  });
  t.true(inside?.isDisposed);
  t.false(y.isDisposed);
  t.is(sum(y).item(), 20000);
  t.throws(() => inside?.dataSync(), { code: 'ERR_DISPOSED' });
});

test.serial('tensors in nested arrays, maps and objects are kept, views keep their bytes', (t) => {
  const result = scope(() => {
    const x = tensor([[1, 2], [3, 4]]);
    return { list: [x.T, { deep: x.at(1) }], map: new Map([['sum', sum(x)]]), n: 1, self: null };
  });
  const [turned, { deep }] = result.list as [Tensor, { deep: Tensor }];
  t.deepEqual(turned.toArray(), [[1, 3], [2, 4]]);
  t.deepEqual(deep.toArray(), [3, 4]);
  t.is(result.map.get('sum')?.item(), 10);
});

test.serial('an inner scope hands what it returns to the outer one', (t) => {
  let fromInner: Tensor | undefined;
  let returned: Tensor | undefined;
  scope(() => {
    fromInner = scope(() => ones([4]));
    returned = scope(() => zeros([4]));
    t.false(fromInner.isDisposed);
    return 0;
  });
  t.true(fromInner?.isDisposed);
  t.true(returned?.isDisposed);
});

test.serial('an error frees everything and comes through', (t) => {
  let inside: Tensor | undefined;
  t.throws(
    () =>
      scope(() => {
        inside = ones([4]);
        throw new Error('as told');
      }),
    { message: 'as told' },
  );
  t.true(inside?.isDisposed);
  t.false(ones([1]).isDisposed);
});

test.serial('async scopes run side by side, each with its own tensors', async (t) => {
  const seen: Tensor[] = [];
  const job = async (value: number, wait: number): Promise<Tensor> => {
    const a = mul(ones([8]), value);
    await sleep(wait);
    const b = add(a, 1);
    await sleep(1);
    seen.push(a, b);
    return add(b, 0);
  };
  const outside = ones([8]);
  const results = await Promise.all([scope(() => job(1, 10)), scope(() => job(2, 1)), job(3, 5)]);
  t.deepEqual(results.map((x) => x.at(0).item()), [2, 3, 4]);
  t.is(seen.filter((x) => x.isDisposed).length, 4);
  t.false(outside.isDisposed);
  await t.throwsAsync(
    scope(async () => {
      await sleep(1);
      throw new Error('later');
    }),
    { message: 'later' },
  );
});

test.serial('keep takes a tensor out of its scope', (t) => {
  let best: Tensor | undefined;
  scope(() => {
    best = keep(ones([3]));
  });
  t.deepEqual(best?.toArray(), [1, 1, 1]);
  const outside = ones([1]);
  t.is(keep(outside), outside);
});

for (const optimizer of ['sgd', 'adam', 'nadam', 'adafactor'] as const) {
  test(`a model that was made or trained with ${optimizer}() in a scope goes on after it`, async (t) => {
    const [x, y] = [ones([8, 3]), zeros([8, 1])];
    const make = () => {
      const made = sequential([layers.normalization(), layers.dense({ units: 1 })]);
      made.compile({ loss: 'mse', optimizer: optimizers[optimizer]({ gradientAccumulationSteps: 2, useEma: true }) });
      return made;
    };
    const held: { net?: ReturnType<typeof make> } = {};
    await scope(async () => {
      held.net = make();
      await held.net.fit(x, y, { verbose: 0 });
    });
    const trained = make();
    await scope(async () => { await trained.fit(x, y, { verbose: 0 }); });
    for (const net of [held.net!, trained]) {
      await net.fit(x, y, { verbose: 0, epochs: 2 });
      t.true(Number.isFinite((await net.evaluate(x, y)).loss));
      t.deepEqual(net.predict(x).shape as unknown, [8, 1]);
    }
  });
}

test.serial('memory is flat over a thousand steps in scopes, and says what is held', (t) => {
  withDevice('cpu', () => {
    const before = memory().cpu;
    const x = ones([1000, 100]);
    t.true(memory().cpu.bytes >= before.bytes + x.size * 4);
    t.true(memory().cpu.buffers > before.buffers);
    scope(() => sum(add(mul(x, 2), x)));
    const held = memory().cpu;
    for (let i = 0; i < 1000; i++) scope(() => sum(add(mul(x, 2), x)).item());
    const after = memory().cpu;
    t.true(after.bytes - held.bytes <= 64 * 1024 * 8, `${after.bytes - held.bytes} bytes more`);
    t.true(after.poolBytes <= held.poolBytes + x.size * 8);
    x.dispose();
    t.true(memory().cpu.bytes <= after.bytes - 400_000);
  });
});

test('devices names the processor, its instruction set and threads', (t) => {
  const [cpu, ...gpus] = devices();
  t.is(cpu.kind, 'cpu');
  t.true(cpu.name.length > 0);
  t.regex(cpu.isa, /^(scalar|avx2|avx512|neon)$/);
  t.true(cpu.threads >= 1);
  // Every GPU, or why there is none.
  t.true(gpus.length >= 1);
  for (const gpu of gpus) t.true('reason' in gpu ? gpu.reason.length > 10 && gpus.length === 1 : gpu.memory > 0);
});

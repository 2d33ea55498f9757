import test, { type ExecutionContext } from 'ava';
import { capture, copy, mean, optimizers, randint, randn, sum, tensor, where, withDevice, zeros, type Dtype, type Tensor } from '../../src/index.js';
import type { Optimizer } from '../../src/optimizers/optimizer.js';
import { childResult } from '../support/node_process.js';

/** The elements of some tensors, told apart as Object.is() does. */
const values = (list: readonly Tensor[]): string[] =>
  list.flatMap((x) => Array.from(x.dataSync(), (value) => (Object.is(value, -0) ? '-0' : String(value))));

/**
 * Expects three replays to leave exactly what three eager calls leave. `make` makes the tensors afresh; the function that it
 * answers gives all that is to be compared. Answers the listing of the program.
 */
function same(t: ExecutionContext, make: () => () => readonly Tensor[]): string {
  const eager = make();
  eager();
  eager();
  const expected = values(eager());
  const program = capture(make());
  program.runSync(3);
  t.deepEqual(values(program.result), expected);
  return program.toString();
}

const onCpu = (t: ExecutionContext, make: () => () => readonly Tensor[]): string[] =>
  withDevice('cpu', () => same(t, make)).trimEnd().split('\n');

const rules: Record<string, () => Optimizer> = {
  sgd: () => optimizers.sgd({ weightDecay: 0.1 }),
  momentum: () => optimizers.sgd({ momentum: 0.9, nesterov: true, clipValue: 0.5 }),
  adam: () => optimizers.adam({ globalClipNorm: 1 }),
  adamw: () => optimizers.adamw({ amsgrad: true }),
  rmsprop: () => optimizers.rmsprop({ momentum: 0.5, centered: true, clipNorm: 1 }),
  nadam: () => optimizers.nadam({ useEma: true, emaOverwriteFrequency: 2 }),
  adagrad: () => optimizers.adagrad({ gradientAccumulationSteps: 2 }),
  adadelta: () => optimizers.adadelta(),
  adamax: () => optimizers.adamax(),
  ftrl: () => optimizers.ftrl({ l1RegularizationStrength: 0.1 }),
  lion: () => optimizers.lion(),
  lamb: () => optimizers.lamb(),
  adafactor: () => optimizers.adafactor(),
};

for (const [name, rule] of Object.entries(rules)) {
  test(`${name}: a captured step has the bits of eager ones`, (t) => {
    for (const dtype of ['float32', 'float64'] as const) {
      same(t, () => {
        const shapes = [[37, 113], [113], [1]];
        const params = shapes.map((shape, i) => randn(shape, { seed: i + 1 }).cast(dtype));
        const gradients = shapes.map((shape, i) => randn(shape, { seed: i + 11 }).cast(dtype));
        const optimizer = rule();
        optimizer.build(params);
        return () => {
          optimizer.apply(params, gradients);
          return [...params, ...optimizer.state(params)];
        };
      });
    }
  });
}

test('the update of a parameter is one launch, which its line tells', (t) => {
  const lines = onCpu(t, () => {
    const [w, g] = [randn([50, 70], { seed: 1 }), randn([50, 70], { seed: 2 })];
    const optimizer = optimizers.adadelta();
    optimizer.build([w]);
    return () => {
      optimizer.apply([w], [g]);
      return [w];
    };
  });
  t.regex(lines.at(-1)!, /^\d+: @\d+ float32\[50,70\].* = chain\(.*\): square, .*sqrt, .*add$/);
  t.is(lines.filter((line) => line.includes('[50,70]')).length, 1);
});

test('types, sizes and conditions mix in a chain', (t) => {
  for (const size of [2, 17, 4095, 4096, 70_001]) {
    const lines = onCpu(t, () => {
      const x = randn([size], { seed: size });
      const counts = randint(0, 200, [size], { seed: size + 1 });
      const types: readonly Dtype[] = ['uint8', 'int32', 'float64'];
      return () => {
        const chosen = where(x.greater(0), x.exp(), x.mul(3).clip(-1, 2));
        return types.map((dtype) => counts.cast(dtype).add(chosen.cast(dtype)).maximum(counts).sub(chosen));
      };
    });
    t.is(lines.length, 1);
    t.regex(lines[0]!, /where/);
  }
});

test('a tensor that a chain changes in place is read before and after', (t) => {
  const lines = onCpu(t, () => {
    const x = randn([3, 501], { seed: 3 });
    return () => {
      const before = x.square();
      x.addInPlace(before);
      x.assign(x.tanh().mul(0.5));
      return [before, x.neg(), copy(x)];
    };
  });
  t.is(lines.length, 1);
});

test('a result of a chain that a sum, a product or a view needs is there for it', (t) => {
  onCpu(t, () => {
    const [x, w] = [randn([40, 40], { seed: 4 }), randn([40, 40], { seed: 5 })];
    return () => {
      const y = x.exp().mul(0.1);
      const z = y.sub(mean(y)).square();
      const shifted = z.reshape([1600]).slice([1, 1600]);
      return [z.add(y.matmul(w)), shifted.add(z.reshape([1600]).slice([0, 1599])), y.transpose().add(z), sum(z)];
    };
  });
});

test('a number that is an element of a changed tensor is read at its time', (t) => {
  onCpu(t, () => {
    const x = tensor([2, 3, 4, 5]);
    const first = x.slice(0);
    return () => {
      x.addInPlace(x.mul(first));
      return [x.div(first), copy(first)];
    };
  });
});

const adadelta = (rows: number): string => `
  hebb.setDevice('cpu');
  const w = hebb.randn([${rows}, 1025], { seed: 1 }), g = hebb.randn([${rows}, 1025], { seed: 2 });
  const optimizer = hebb.optimizers.adadelta({ clipValue: 1, weightDecay: 0.1 });
  optimizer.build([w]);
  w.mul(g).dispose();
  const before = rss();
  const program = hebb.capture(() => optimizer.apply([w], [g]));
  await program.run(5);
  const megabytes = rss() - before;
  const words = new Uint32Array(w.dataSync().buffer);
  console.log(JSON.stringify({ megabytes, hash: words.reduce((hash, word) => (Math.imul(hash, 31) + word) | 0, 0) }));`;

test('chains have the same bits for any number of threads and without fusion', async (t) => {
  const settings = ['1', '2', '3'].flatMap((threads) => ['0', '1'].map((fuse) => ({ HEBB_NUM_THREADS: threads, HEBB_FUSE: fuse })));
  const found = (await Promise.all(settings.map((environment) => childResult(adadelta(131), environment)))) as { hash: number }[];
  for (const { hash } of found) t.is(hash, found[0]!.hash);
});

test('what only a chain sees takes no memory', async (t) => {
  const results = await Promise.all(['0', '1'].map((fuse) => childResult(adadelta(3000), { HEBB_FUSE: fuse })));
  const [plain, chained] = (results as { megabytes: number }[]).map(({ megabytes }) => megabytes);
  t.true(plain! > 24, `${plain!} MB without chains`); // two arrays at least
  t.true(chained! < 12, `${chained!} MB with chains`);
});

test('a profile counts for a chain the bytes of what it takes and gives, once', (t) => {
  const program = withDevice('cpu', () => {
    const [x, w] = [zeros([1000]), zeros([1000])];
    return capture(() => w.assign(x.exp().sqrt().sub(w)));
  });
  const [chain, ...rest] = program.profile(5).launches;
  t.is(rest.length, 0);
  t.true(chain!.seconds > 0);
  t.true(Math.abs(chain!.gigabytesPerSecond * chain!.seconds * 1e9 - 3 * 4 * 1000) < 1e-3);
});

import test from 'ava';
import { devices } from '../../src/index.js';
import { childResult } from '../support/node_process.js';

const [, second] = devices();
const gpu = second !== undefined && 'name' in second ? second : undefined;
/** On a GPU, or on what stands in for one (scripts/test_stand_in.mjs): the CPU has no phases. */
const deviceTest = gpu ? test : test.skip;

interface Outcome {
  listing: string;
  losses: number[];
  weights: number[];
}

/** Trains 300-170-5 on `x`, rows that `first` takes; the listing of the program that ran and what it learned. */
const outcome = (environment: Record<string, string>, x: string, first = ''): Promise<Outcome> =>
  childResult(
    `
  hebb.seed(3);
  const x = ${x}, y = hebb.randint(0, 5, [200]);
  const net = hebb.sequential([
    hebb.layers.input({ shape: x.shape.slice(1) }),
    ${first}
    hebb.layers.dense({ units: 300, activation: 'relu' }),
    hebb.layers.dense({ units: 170, activation: 'relu' }),
    hebb.layers.dense({ units: 5, activation: 'softmax' }),
  ]);
  net.compile({ optimizer: hebb.optimizers.sgd({ learningRate: 0.1 }), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const listings = [];
  const { run } = hebb.Program.prototype;
  hebb.Program.prototype.run = function (...given) {
    listings.push(this.toString());
    return run.apply(this, given);
  };
  const { history } = await net.fit(x, y, { batchSize: 33, epochs: 2, verbose: 0 });
  const weights = net.getWeights().flatMap((w) => [...w.dataSync()]);
  console.log(JSON.stringify({ listing: listings[0], losses: [...history.loss, ...history.accuracy], weights }));`,
    environment,
  ) as Promise<Outcome>;

/** The lines of each run of launches of one phase, in their order. */
function phasesOf(listing: string): { phase: string; ops: string[] }[] {
  const phases: { phase: string; ops: string[] }[] = [];
  for (const [, op, phase] of listing.matchAll(/ = (\w+)\(.*\)(?: in (\w+))?$/gm)) {
    if (phase !== undefined && phases.at(-1)?.phase === phase) phases.at(-1)!.ops.push(op!);
    else phases.push({ phase: phase ?? '', ops: [op!] });
  }
  return phases.filter(({ phase }) => phase !== '');
}

const bytes = "hebb.randint(0, 256, [200, 20], { dtype: 'uint8' })";

test('HEBB_CUDA_PHASES=1 leaves programs of the CPU as they are', async (t) => {
  const run = (setting: string): Promise<Outcome> => outcome({ HEBB_DEVICE: 'cpu', HEBB_CUDA_PHASES: setting }, bytes);
  const [plain, asked] = await Promise.all([run('0'), run('1')]);
  t.deepEqual(asked, plain);
  t.deepEqual(phasesOf(plain.listing), []);
});

const networks = [
  ['bytes', bytes, 'hebb.layers.rescaling({ scale: 1 / 255 }),', 'gather_scaled'],
  ['numbers', 'hebb.rand([200, 13])', '', 'gather'],
  ['pictures of numbers', 'hebb.rand([200, 3, 7])', 'hebb.layers.flatten(),', 'gather'],
] as const;
for (const [what, x, first, gather] of networks) {
  deviceTest(`HEBB_CUDA_PHASES=1 moves launches of a training step on ${what} together, with the same result`, async (t) => {
    const run = (setting: string): Promise<Outcome> => outcome({ HEBB_DEVICE: 'cuda', HEBB_CUDA_PHASES: setting }, x, first);
    const [plain, phased] = await Promise.all([run('0'), run('1')]);
    t.deepEqual(phasesOf(plain.listing), []);
    const phases = phasesOf(phased.listing);
    t.deepEqual(phases.map(({ phase }) => phase), ['scalars', 'batch', 'head', 'update', 'scalars']);
    t.deepEqual(phases[1]!.ops.sort(), ['dense', 'dynamic_slice', 'gather', gather]);
    const bound = gpu?.name === 'stand-in' ? 0 : 1e-4; // a GPU has another kernel for products by themselves
    for (const part of ['losses', 'weights'] as const) {
      t.is(phased[part].length, plain[part].length);
      t.true(phased[part].every((value, i) => Math.abs(value - plain[part][i]!) <= bound), part);
    }
  });
}

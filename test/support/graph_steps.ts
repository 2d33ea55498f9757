// Work that a GPU does in graphs of HEBB_CUDA_GRAPH_STEPS steps, and its outcome as JSON. Run by runSupport():
//   graph_steps.js train        everything that trainings with dropout, schedules and ragged batches leave
//   graph_steps.js stop         what a run leaves that is stopped on its way and then goes on for 13 steps
//   graph_steps.js stop COUNT   the same of a run of COUNT steps
import { assign, callbacks, capture, full, gather, HebbError, layers, optimizers, randint, randn, schedules, seed, sequential } from '../../src/index.js';
import type { Optimizer } from '../../src/optimizers/optimizer.js';

async function train(optimizer: Optimizer, ways: object): Promise<unknown> {
  seed(11);
  const x = randn([203, 12]);
  const y = randint(0, 3, [203]);
  const net = sequential([
    layers.dense({ units: 16, activation: 'relu', inputShape: [12] }),
    layers.batchNormalization(),
    layers.dropout({ rate: 0.3 }),
    layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  net.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy', 'sparseTopKCategoricalAccuracy'] });
  const { history } = await net.fit(x, y, { batchSize: 8, epochs: 4, validationSplit: 0.2, verbose: 0, ...ways });
  return { history, evaluated: await net.evaluate(x, y, { batchSize: 8 }), weights: net.getWeights().map((w) => [...w.dataSync()]) };
}

/** How a run of 64 steps ends of which number 21 reads behind a list. */
async function readBehind(): Promise<unknown> {
  const at = full([], 0, { dtype: 'int32' });
  const list = randn([20]);
  const program = capture(() => {
    const value = gather(list, at.reshape([1]));
    assign(at, at.add(1));
    return value;
  });
  return program.run(64).catch((error: unknown) => (error instanceof HebbError ? [error.code, error.message] : error));
}

async function trainings(): Promise<unknown> {
  const decay = schedules.exponentialDecay({ initialLearningRate: 0.02, decaySteps: 7, decayRate: 0.8 });
  const batches: number[] = [];
  return {
    adam: await train(optimizers.adam({ learningRate: decay }), {}),
    sums: await train(optimizers.sgd({ learningRate: 0.05, momentum: 0.9, gradientAccumulationSteps: 3 }), { shuffle: false }),
    pieces: await train(optimizers.rmsprop(), { stepsPerEpoch: 9 }),
    early: await train(optimizers.sgd({ learningRate: 2 }), {
      epochs: 30, callbacks: [callbacks.earlyStopping({ patience: 1, restoreBestWeights: true })],
    }),
    batches: [await train(optimizers.adam(), { epochs: 1, callbacks: [{ onBatchEnd: (_: unknown, batch: number) => void batches.push(batch) }] }), batches],
    behind: await readBehind(),
  };
}

async function stopped(count: number | undefined): Promise<unknown> {
  seed(5);
  const w = randn([6, 6]);
  const steps = full([], 0, { dtype: 'int32' });
  const noise = layers.dropout({ rate: 0.5 });
  const program = capture(() => {
    assign(w, noise.call(w.add(1), { training: true }).div(3));
    assign(steps, steps.add(1));
  });
  const stop = new AbortController();
  const timer = count === undefined ? setTimeout(() => { stop.abort(); }, 50) : undefined;
  const message = await program.run(count ?? 1e9, { signal: stop.signal }).then(() => '', String);
  clearTimeout(timer);
  const done = steps.item();
  await program.run(13);
  return { done, message, after: steps.item(), w: [...w.dataSync()] };
}

const [what, count] = process.argv.slice(2);
console.log(JSON.stringify(what === 'train' ? await trainings() : await stopped(count === undefined ? undefined : Number(count)), (_, value: unknown) =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value));

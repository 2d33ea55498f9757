import test from 'ava';
import { capture, layers, matmul, ones, randint, randn, sequential } from '../../src/index.js';

/**
 * How late a 1 ms timer comes while `work` goes on: the delay, in ms, that one in ten timers exceeds. A machine that is
 * busy with other processes holds every timer now and then, hence no maximum; what it does to a timer without hebb
 * is measured beside it.
 */
async function delays(work: Promise<unknown>): Promise<{ usual: number; count: number }> {
  const seen: number[] = [];
  const state = { going: true };
  void work.finally(() => { state.going = false; });
  while (state.going) {
    const start = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 1));
    seen.push(performance.now() - start - 1);
  }
  await work;
  seen.sort((a, b) => a - b);
  return { usual: seen[Math.floor(seen.length * 0.9)] ?? 0, count: seen.length };
}

test.serial('fit holds a 1 ms timer for no more than 10 ms', async (t) => {
  const x = randn([8192, 256], { seed: 1 });
  const y = randint(0, 10, [8192], { seed: 2 });
  const model = sequential([layers.dense({ units: 300, activation: 'relu' }), layers.dense({ units: 10, activation: 'softmax' })]);
  model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
  await model.fit(x, y, { epochs: 1, verbose: 0 });
  // What fit does to the loop it does every time; what other processes do, now and then.
  const tries = [];
  do {
    const idle = await delays(new Promise((resolve) => setTimeout(resolve, 500)));
    const fitting = await delays(model.fit(x, y, { epochs: 4, verbose: 0 }));
    t.true(fitting.count > 10, `${fitting.count} timers came`);
    tries.push({ fitting: fitting.usual, idle: idle.usual, late: fitting.usual >= 10 + 2 * idle.usual });
  } while (tries.length < 3 && tries.every(({ late }) => late));
  t.false(tries.every(({ late }) => late), `late by ms: ${JSON.stringify(tries)}`);
});

test.serial('progress comes at most some ten times a second, grows, and ends with the count', async (t) => {
  const w = ones([128, 128]);
  const program = capture(() => matmul(matmul(w, w), w));
  const seen: number[] = [];
  const start = performance.now();
  await program.run(1500, {
    onProgress: (done, count) => {
      t.is(count, 1500);
      seen.push(done);
    },
  });
  const seconds = (performance.now() - start) / 1000;
  t.true(seen.length <= 10 * seconds + 2, `${seen.length} in ${seconds} s`);
  t.is(seen.at(-1), 1500);
  t.deepEqual(seen, [...seen].sort((a, b) => a - b));
});

import test from 'ava';
import { runSupport } from '../support/child.js';
import { compareMlp } from '../support/mlp.js';

// Of 2 networks, 5 optimisers, 2 types: by hand eagerly and captured, by trainOnBatch() and by fit().
const comparisons = 1650;

test('ten training steps of recorded networks: losses, gradients and weights agree in every way of training', async (t) => {
  const { count, failures } = await compareMlp();
  t.deepEqual(failures, []);
  t.is(count, comparisons);
});

test('they agree with HEBB_FUSE=0 too, where every launch is one op', async (t) => {
  const { count, failures } = JSON.parse(await runSupport('mlp.js', { HEBB_FUSE: '0' })) as Awaited<ReturnType<typeof compareMlp>>;
  t.deepEqual(failures, []);
  t.is(count, comparisons);
});

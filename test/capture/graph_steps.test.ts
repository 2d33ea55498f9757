import ava from 'ava';
import { getDevice } from '../../src/index.js';
import { runSupport } from '../support/child.js';

// On a GPU, or on what stands in for one (scripts/test_stand_in.mjs); the CPU has no graphs.
const test = getDevice() === 'cpu' ? ava.skip : ava;

const outcome = async (steps: string, ...what: string[]): Promise<unknown> =>
  JSON.parse(await runSupport('graph_steps.js', { HEBB_CUDA_GRAPH_STEPS: steps }, ...what)) as unknown;

test('graphs of many steps train to the same bits as graphs of one', async (t) => {
  const one = await outcome('1', 'train');
  for (const steps of ['2', '5', '8', '']) t.deepEqual(await outcome(steps, 'train'), one, `${steps} steps`);
});

test('a run that is stopped between graphs of many steps knows how many it did, and can go on', async (t) => {
  const stopped = (await outcome('8', 'stop')) as { done: number; message: string; after: number; w: number[] };
  t.true(stopped.done > 0 && stopped.done % 8 === 0, `${stopped.done} steps`);
  t.is(stopped.message, `HebbError: run: stopped after ${stopped.done} of 1000000000 steps`);
  t.is(stopped.after, stopped.done + 13);
  const { w, after } = (await outcome('1', 'stop', String(stopped.done))) as typeof stopped;
  t.is(after, stopped.after);
  t.deepEqual(w, stopped.w);
});

test('HEBB_CUDA_GRAPH_STEPS takes whole numbers from 1 to 1024', async (t) => {
  const error = await t.throwsAsync(outcome('0', 'stop'));
  t.regex(error.message, /HEBB_CUDA_GRAPH_STEPS: expected a whole number from 1 to 1024, got '0'/);
});

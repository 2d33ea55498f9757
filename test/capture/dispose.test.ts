import test, { type ExecutionContext } from 'ava';
import { HebbError, capture, getDevice, matmul, memory, ones, tensor, zeros, type Program, type Tensor } from '../../src/index.js';
import { childResult } from '../support/node_process.js';

/** A step of about a millisecond, which adds one to each element of w; 4 MB in between. */
function counting(w: Tensor): Program<Tensor> {
  const a = ones([128, 128]), big = ones([1024, 1024]);
  return capture(() => {
    const zero = matmul(matmul(a, a), a).sum().mul(0).add(matmul(big.slice([0, 8]), big).sum().mul(0));
    w.assign(w.add(1).add(zero));
    return w.mul(2);
  });
}
const disposed = (t: ExecutionContext, name: string, use: () => unknown): void => {
  t.like(t.throws(use, { instanceOf: HebbError }), { code: 'ERR_DISPOSED', message: `${name}: this program was disposed` });
};
const rejected = async (t: ExecutionContext, run: Promise<unknown>): Promise<void> => {
  t.like(await t.throwsAsync(run, { instanceOf: HebbError }), { code: 'ERR_DISPOSED', message: 'run: this program was disposed' });
};

test.serial('every use of a disposed program is ERR_DISPOSED and names itself; its results stay', async (t) => {
  const w = tensor([1, 2]);
  const program = capture(() => ({ sum: w.add(1).sum(), both: [w.mul(3), w] }));
  await program.run();
  t.false(program.isDisposed);
  program.dispose();
  program.dispose();
  t.true(program.isDisposed);
  await rejected(t, program.run());
  await rejected(t, program.run(0));
  disposed(t, 'runSync', () => { program.runSync(); });
  disposed(t, 'profile', () => program.profile(1));
  disposed(t, 'launches', () => program.launches);
  disposed(t, 'toString', () => program.toString());
  for (let i = 0; i < 30; i++) zeros([2]);
  t.is(program.result.sum.item(), 5);
  t.deepEqual(program.result.both.map((x) => x.toArray()), [[3, 6], [1, 2]]);
});

test.serial('a program is disposable as a tensor is', (t) => {
  const program = capture(() => tensor([1]).add(1));
  program[Symbol.dispose]();
  t.true(program.isDisposed);
});

test.serial('a program that is disposed while it runs ends its runs, and takes no other', async (t) => {
  const w = zeros([3]);
  const program = counting(w);
  const runs = [program.run(20), program.run(3)];
  program.dispose();
  await rejected(t, program.run());
  disposed(t, 'runSync', () => { program.runSync(); });
  await Promise.all(runs);
  t.deepEqual(w.toArray(), [23, 23, 23]);
  t.deepEqual(program.result.toArray(), [46, 46, 46]);
});

test.serial('a program may be disposed when it tells its progress, when a signal has stopped it and when that throws', async (t) => {
  const w = zeros([3]);
  const [first, second, third] = [counting(w), counting(w), counting(w)];
  await first.run(5, { onProgress: () => { first.dispose(); } });
  t.deepEqual(w.toArray(), [5, 5, 5]);
  const stop = new AbortController();
  const run = second.run(1e6, { signal: stop.signal });
  stop.abort();
  second.dispose();
  t.is((await t.throwsAsync(run, { instanceOf: HebbError })).code, 'ERR_ABORTED');
  const own = new Error('of the user');
  t.is(await t.throwsAsync(third.run(1e6, { onProgress: () => { third.dispose(); throw own; } })), own);
  t.is(tensor([1, 2]).add(1).sum().item(), 5);
});

test.serial('the addon refuses to free a program with a run under way', async (t) => {
  const program = counting(zeros([3]));
  const run = program.run(3);
  const error = t.throws(() => { program['handle'].dispose(); }, { instanceOf: HebbError });
  t.is(error.code, 'ERR_ARGUMENT');
  await run;
  program['handle'].dispose();
  t.is(t.throws(() => program['handle'].launches(), { instanceOf: HebbError }).code, 'ERR_DISPOSED');
});

(getDevice() === 'cpu' ? test.serial : test.skip)('tensors that only disposed programs have used are recycled, of a live one they are not', (t) => {
  const x = zeros([5000]), y = zeros([5000]);
  const [gone, live] = [capture(() => x.add(y)), capture(() => y.add(1))];
  gone.dispose();
  const before = memory().cpu.poolBytes;
  x.dispose();
  const after = memory().cpu.poolBytes;
  t.true(after > before);
  y.dispose();
  t.is(memory().cpu.poolBytes, after);
  live.runSync();
  t.is(live.result.dataSync()[0], 1);
});

test('a disposed program gives its memory back at once, or when its run is over, without the garbage collector', async (t) => {
  const [held, left, running, ended] = (await childResult(`
    const x = hebb.ones([4096, 4096]);
    const make = () => hebb.capture(() => x.cumsum(0).cumsum(1).cumsum(0).sum());
    const before = rss(), grown = () => Math.round(rss() - before);
    const program = make();
    program.runSync();
    const held = grown();
    program.dispose();
    const left = grown();
    const other = make();
    other.runSync();
    const run = other.run(2);
    other.dispose();
    const running = grown();
    await run;
    console.log(JSON.stringify([held, left, running, grown()]));`)) as [number, number, number, number];
  t.true(held > 60, `${held} MB`);
  t.true(left < 30, `${left} MB`);
  t.true(running > 60, `${running} MB`);
  t.true(ended < 30, `${ended} MB`);
});

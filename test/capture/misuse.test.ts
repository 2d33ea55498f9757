import test, { type ExecutionContext } from 'ava';
import { HebbError, capture, concat, gather, matmul, ones, relu, softmaxCrossEntropy, sum, tensor, zeros, type ErrorCode, type Program, type Tensor } from '../../src/index.js';

const fails = (t: ExecutionContext, code: ErrorCode, run: () => unknown, message?: string): void => {
  const error = t.throws(run, { instanceOf: HebbError, ...(message !== undefined && { message }) });
  t.is(error.code, code, error.message);
};
const rejects = async (t: ExecutionContext, code: ErrorCode, run: Promise<unknown>): Promise<void> => {
  const error = await t.throwsAsync(run, { instanceOf: HebbError });
  t.is(error.code, code, error.message);
};
/** Eager ops and captures work as ever. */
const usable = async (t: ExecutionContext): Promise<void> => {
  t.is(tensor([1, 2]).add(1).sum().item(), 5);
  const program = capture(() => tensor([2]).mul(3));
  await program.run();
  t.is(program.result.item(), 6);
};
/** A step of about a millisecond, `count` of which take a while. */
const slow = (): Program<Tensor> => {
  const w = ones([128, 128]);
  return capture(() => matmul(matmul(w, w), w));
};

test.serial('a value read while capturing is ERR_CAPTURE, and the state stays usable', async (t) => {
  const x = tensor([3]);
  fails(t, 'ERR_CAPTURE', () => capture(() => x.add(1).item()));
  fails(t, 'ERR_CAPTURE', () => capture(() => x.dataSync()));
  fails(t, 'ERR_CAPTURE', () => capture(() => x.add(1).toArray()));
  let read: Promise<unknown> = Promise.resolve();
  capture(() => {
    read = x.add(1).data();
  });
  await rejects(t, 'ERR_CAPTURE', read);
  await usable(t);
});

test.serial('an async function cannot be captured, whatever it does later', async (t) => {
  fails(t, 'ERR_CAPTURE', () =>
    capture(async () => {
      await Promise.resolve();
      throw new Error('later');
    }),
  );
  // eslint-disable-next-line @typescript-eslint/require-await -- it throws before it could wait
  fails(t, 'ERR_CAPTURE', () => capture(async () => tensor([1]).item()));
  await new Promise((resolve) => setTimeout(resolve, 5));
  await usable(t);
});

test.serial('captures do not nest and programs do not run inside one', async (t) => {
  const program = capture(() => tensor([1]).add(1));
  fails(t, 'ERR_CAPTURE', () => capture(() => capture(() => 1)));
  fails(t, 'ERR_CAPTURE', () => {
    capture(() => {
      program.runSync();
    });
  });
  await usable(t);
});

test.serial('an error inside the captured function passes through, and the state stays usable', async (t) => {
  const own = new Error('of the user');
  t.is(t.throws(() => capture(() => { throw own; })), own);
  // @ts-expect-error the compiler knows it too
  fails(t, 'ERR_SHAPE', () => capture(() => matmul(ones([2, 3]), ones([4, 3]))));
  await usable(t);
});

test.serial('a tensor that only a program has is ERR_CAPTURE outside and in another capture', async (t) => {
  const leaked: Tensor[] = [];
  capture(() => {
    leaked.push(ones([4]).add(1));
  });
  t.throws(() => capture(() => {
    leaked.push(ones([4]).add(2));
    throw new Error('stop');
  }));
  for (const x of leaked) {
    fails(t, 'ERR_CAPTURE', () => x.dataSync());
    fails(t, 'ERR_CAPTURE', () => x.add(1));
    fails(t, 'ERR_CAPTURE', () => capture(() => x.add(1)));
    fails(t, 'ERR_CAPTURE', () => capture(() => [ones([4]).add(1), x]));
    await usable(t);
  }
});

test.serial('a disposed tensor is ERR_DISPOSED to ops, to captures and as their result', async (t) => {
  const x = ones([3]);
  x.dispose();
  x.dispose();
  t.true(x.isDisposed);
  const gone = 'this tensor was disposed, its values are gone';
  const disposed: readonly [string, () => unknown][] = [
    ['add', () => x.add(1)],
    ['matmul', () => ones([2, 3]).matmul(x)],
    ['concat', () => concat([ones([1]), x])],
    ['reshape', () => x.reshape([3, 1])],
    ['assign', () => x.assign(1)],
    ['dataSync', () => x.toArray()],
    ['mean', () => x.mean()],
    ['onesLike', () => x.onesLike()],
    ['tanh', () => capture(() => x.tanh())],
  ];
  for (const [op, use] of disposed) fails(t, 'ERR_DISPOSED', use, `${op}: ${gone}`);
  fails(t, 'ERR_DISPOSED', () => capture(() => x));
  await usable(t);
});

test.serial('a result that refers to itself is captured once', async (t) => {
  interface Loop { value: Tensor; self?: Loop }
  const program = capture(() => {
    const loop: Loop = { value: tensor([1]).add(1) };
    loop.self = loop;
    return loop;
  });
  await program.run();
  t.is(program.result.self?.value.item(), 2);
});

test.serial('what a kernel finds wrong in its data rejects the run with ERR_ARGUMENT', async (t) => {
  const labels = tensor([0, 7], { dtype: 'int32' });
  const loss = capture(() => sum(softmaxCrossEntropy(zeros([2, 3]), labels)));
  await rejects(t, 'ERR_ARGUMENT', loss.run(3));
  fails(t, 'ERR_ARGUMENT', () => { loss.runSync(); });
  labels.assign([0, 2]);
  await loss.run();
  t.true(Math.abs(loss.result.item() - 2 * Math.log(3)) < 1e-5);
  await rejects(t, 'ERR_ARGUMENT', capture(() => gather(ones([2, 2]), tensor([5], { dtype: 'int32' }))).run());
  await usable(t);
});

test.serial('an AbortSignal stops before, during and after a run as one would expect', async (t) => {
  const program = slow();
  const reason = new Error('enough');
  await rejects(t, 'ERR_ABORTED', program.run(1, { signal: AbortSignal.abort() }));
  const during = new AbortController();
  const run = program.run(1e9, { signal: during.signal });
  setTimeout(() => { during.abort(reason); }, 10);
  const error = await t.throwsAsync(run, { instanceOf: HebbError });
  t.is(error.code, 'ERR_ABORTED');
  t.is(error.cause, reason);
  const after = new AbortController();
  await program.run(1, { signal: after.signal });
  after.abort();
  await program.run(2);
  t.is(program.result.dataSync()[0], 128 * 128);
});

test.serial('wrong counts of steps are ERR_ARGUMENT and 0 is a run that does nothing', async (t) => {
  const w = tensor([1]);
  const program = capture(() => w.assign(w.add(1)));
  for (const count of [-1, 0.5, NaN, Infinity, 2 ** 60]) {
    await rejects(t, 'ERR_ARGUMENT', program.run(count));
    fails(t, 'ERR_ARGUMENT', () => { program.runSync(count); });
  }
  const seen: number[] = [];
  await program.run(0, { onProgress: (done) => seen.push(done) });
  program.runSync(0);
  t.deepEqual(seen, [0]);
  t.is(w.item(), 1);
});

test.serial('two runs at once are done one after the other', async (t) => {
  const w = tensor([0]);
  const program = capture(() => w.assign(w.add(1)));
  const other = capture(() => w.assign(w.mul(2)));
  const order: string[] = [];
  await Promise.all([program.run(3).then(() => order.push('add')), other.run(2).then(() => order.push('mul')), program.run(1)]);
  t.deepEqual(order, ['add', 'mul']);
  t.is(w.item(), 13);
});

test.serial('an eager op during a run sees whole steps only', async (t) => {
  const w = zeros([20000]);
  const program = capture(() => {
    w.assign(w.add(1));
    w.assign(w.add(1));
  });
  const state = { running: true };
  const run = program.run(1500).then(() => { state.running = false; });
  let looks = 0;
  while (state.running) {
    const values = w.dataSync();
    const first = values[0]!;
    if (first % 2 !== 0 || values.some((value) => value !== first)) t.fail(`saw ${first} and ${values.at(-1)!}`);
    looks++;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await run;
  t.true(looks > 1);
  t.is(w.dataSync()[0], 3000);
});

test.serial('weights that a run updates can be read and changed in the middle of it', async (t) => {
  // A step takes 2 ** -10 from each element of w, exactly, and adds it to `taken`.
  const x = concat([ones([1, 100]), zeros([15, 100])], 0), slope = ones([16, 70]);
  const w = zeros([100, 70]), taken = tensor(0), rate = tensor(2 ** -10);
  const program = capture(() => {
    const seen = matmul(x, w).sum();
    w.assign(w.sub(matmul(x.T, slope).mul(rate)));
    taken.assign(taken.add(rate));
    return seen;
  });
  t.regex(program.toString(), /dense/);
  const state = { running: true };
  const run = program.run(40_000).then(() => { state.running = false; });
  const level = (): number => {
    const values = w.add(taken).dataSync(), first = values[0]!;
    if (values.some((value) => value !== first)) t.fail(`saw ${first} and ${values.find((value) => value !== first)!}`);
    return first;
  };
  let looks = 0, before = 0;
  while (state.running) {
    t.is(level(), before);
    await new Promise((resolve) => setTimeout(resolve, looks % 2));
    t.is(level(), before);
    if (++looks % 3 === 0) {
      w.assign(slope.slice(0, 1).broadcastTo([100, 70]));
      t.true((before = level()) > 1);
    }
  }
  await run;
  t.true(looks > 3);
  t.is(level(), before);
});

test.serial('wrong types given to run() and capture() leave the state usable', async (t) => {
  const program = capture(() => relu(tensor([-1, 2])));
  t.throws(() => { program.runSync('x' as never); });
  await t.throwsAsync(program.run('x' as never));
  t.throws(() => capture(undefined as never));
  await usable(t);
});

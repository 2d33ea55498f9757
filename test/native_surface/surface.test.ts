import test from 'ava';
import { childResult, hebbUrl, runScript } from '../support/node_process.js';

/** In the child: `addon`, the bare addon; `strange`, values that no function expects; `attempt`, a call that may throw. */
const prelude = `
  import fastCheck from 'fast-check';
  import { loadAddon } from ${JSON.stringify(new URL('native_path.js', hebbUrl).href)};
  const { exports: addon } = loadAddon();
  const memory = new ArrayBuffer(4096);
  const strange = [undefined, null, true, false, 0, 1, -1, 2, 3, 7, 0.5, NaN, Infinity, -Infinity, -0, 2 ** 31, 2 ** 53, -(2 ** 53), 1e300,
    '', 'x', 10n, Symbol.iterator, {}, [], [1, 2], [-1], [2 ** 40, 2 ** 40], [NaN], ['x'], [[]], new Array(4294967295), [memory, 0, 0],
    memory, new ArrayBuffer(0), new SharedArrayBuffer(8), new Float32Array(4), new Map(), () => 1, new Proxy({}, {})];
  const counts = { returned: 0, threw: 0, others: [] };
  const attempt = (name, args) => {
    try {
      addon[name](...args);
      counts.returned++;
    } catch (error) {
      counts.threw++;
      if (!(error instanceof Error)) counts.others.push(name);
    }
  };
  // setThreads has its own cases below; initialise would disconnect the library from the addon.
  const names = Object.keys(addon).filter((name) => typeof addon[name] === 'function' && name !== 'setThreads' && name !== 'initialise');`;

test('before initialise() every function of the addon answers with an error', async (t) => {
  const ended = await runScript(`${prelude}
    for (const name of names) for (let count = 0; count < 10; ++count) attempt(name, Array.from({ length: count }, (_, i) => [memory, 0, 0][i % 3]));
    for (const value of strange) {
      attempt('initialise', [value]);
      attempt('initialise', [{ HebbError: Error, allocate: value, slab: () => memory, results: new Float64Array(192) }]);
      attempt('initialise', [{ HebbError: Error, allocate: () => memory, slab: () => memory, results: value }]);
    }
    attempt('initialise', [{ HebbError: Error, allocate: () => memory, slab: () => memory, results: new Float64Array(3) }]);
    console.log(JSON.stringify({ ...counts, names: names.length }));`);
  t.is(ended.code, 0, `signal ${String(ended.signal)} ${ended.stderr}`);
  const { threw, names } = JSON.parse(ended.stdout) as { threw: number; names: number };
  t.true(names > 60 && threw > 5 * names, ended.stdout);
});

test('no values of any kind crash a function of the addon', async (t) => {
  t.timeout(280_000);
  const answer = (await childResult(`
    ${prelude}
    const made = [hebb.ones([2, 2]), hebb.ones([3]), hebb.ones([2, 2]).T, hebb.zeros([0, 3]), hebb.tensor([1, 2], { dtype: 'int32' }),
      hebb.tensor([true]), hebb.ones([2, 1]).slice([0, 1]), hebb.tensor(5), hebb.ones([2, 2, 2]), hebb.ones([2], { dtype: 'float64' }),
      hebb.broadcastTo(hebb.ones([1, 3]), [4, 3])];
    const real = fastCheck.constantFrom(...made).map((x) => [x.bytes, x.offset, x.layout.id]);
    const bent = fastCheck.tuple(fastCheck.constantFrom(...made), fastCheck.constantFrom(-1, 1, 1000, 2 ** 30, 2 ** 52, NaN, -(2 ** 40)),
      fastCheck.constantFrom(-1, 0, 1, 2, 3, 5, 10, 100000, 2 ** 31)).map(([x, offset, layout]) => [x.bytes, offset, layout]);
    const one = fastCheck.oneof(fastCheck.constantFrom(...strange), fastCheck.integer({ min: -5, max: 5 }), fastCheck.double(),
      fastCheck.array(fastCheck.integer({ min: -3, max: 9 }), { maxLength: 9 })).map((value) => [value]);
    const part = fastCheck.oneof({ weight: 5, arbitrary: real }, { weight: 1, arbitrary: bent }, { weight: 3, arbitrary: one });
    const call = fastCheck.tuple(fastCheck.constantFrom(...names), fastCheck.array(part, { maxLength: 7 }));
    fastCheck.assert(fastCheck.property(call, ([name, parts]) => {
      if (name.startsWith('random') && parts.flat().some((x) => typeof x === 'number' && Math.abs(x) > 1e6)) return;
      attempt(name, parts.flat());
    }), { numRuns: 40000, seed: 42 });
    for (const name of names) for (const value of strange) for (const count of [0, 1, 3, 4, 6]) attempt(name, new Array(count).fill(value));
    addon.recordAbort();
    for (const value of [-1, 0, 1e9, NaN, 2]) attempt('setThreads', [value]);
    for (const value of strange) {
      const handle = hebb.capture(() => hebb.ones([2]).add(1)).handle;
      for (const method of ['launches', 'listing', 'externals', 'profile', 'run', 'cancel', 'runSync']) {
        if (method.startsWith('run') && typeof value === 'number' && value > 1e9) continue;
        for (const receiver of [handle, {}, new handle.constructor(), addon]) {
          try { handle[method].call(receiver, value, value, value); } catch (error) { if (!(error instanceof Error)) counts.others.push(method); }
        }
      }
    }
    const sum = hebb.ones([8]).add(2).toArray().join();
    console.log(JSON.stringify({ ...counts, sum }));`)) as { returned: number; threw: number; others: string[]; sum: string };
  t.deepEqual(answer.others, []);
  t.true(answer.returned > 500 && answer.threw > 10_000, JSON.stringify(answer));
  t.is(answer.sum, '3,3,3,3,3,3,3,3');
});

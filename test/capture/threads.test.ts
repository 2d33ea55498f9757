import test from 'ava';
import { hebbUrl, runChild, runScript, type Ended } from '../support/node_process.js';

/** A program whose step takes about a millisecond. */
const program = `
  const w = hebb.ones([128, 128]);
  const program = hebb.capture(() => w.matmul(w).matmul(w).matmul(w));`;

const workerSource = (body: string): string =>
  JSON.stringify(`import(${JSON.stringify(hebbUrl)}).then(async (hebb) => {
    const { parentPort } = await import('node:worker_threads');
    ${body}
  });`);

const says = (ended: Ended): string => `code ${String(ended.code)}, signal ${String(ended.signal)}\n${ended.stdout}${ended.stderr}`;

test('four workers at once each run ops, a capture and a run', async (t) => {
  const ended = await runChild(`
    import { Worker } from 'node:worker_threads';
    const source = ${workerSource(`
      const a = hebb.tensor([[1, 2], [3, 4]]);
      for (let i = 0; i < 1000; ++i) a.matmul(a).add(1);
      const w = hebb.tensor([1]);
      const program = hebb.capture(() => { w.assign(w.add(1)); return w.mul(2); });
      program.run(500).then(() => parentPort.postMessage([w.item(), program.result.item()]));`)};
    const answers = await Promise.all(Array.from({ length: 4 }, () => new Promise((resolve, reject) => {
      const worker = new Worker(source, { eval: true });
      let answer;
      worker.on('message', (message) => { answer = message; });
      worker.on('error', reject);
      worker.on('exit', (code) => resolve([code, answer]));
    })));
    console.log(JSON.stringify(answers));`);
  t.is(ended.code, 0, says(ended));
  t.deepEqual(JSON.parse(ended.stdout), Array.from({ length: 4 }, () => [0, [501, 1002]]));
});

test('worker.terminate() in the middle of a run ends the worker and nothing else', async (t) => {
  const ended = await runChild(`
    import { Worker } from 'node:worker_threads';
    const source = ${workerSource(`${program}
      program.run(1e9, { onProgress: () => parentPort.postMessage('progress') });
      parentPort.postMessage('running');`)};
    for (let i = 0; i < 6; ++i) {
      const worker = new Worker(source, { eval: true });
      await new Promise((resolve) => worker.on('message', (message) => { if (message === (i % 2 ? 'progress' : 'running')) resolve(); }));
      console.log(await worker.terminate());
    }
    console.log(hebb.tensor([2]).mul(3).item());`);
  t.is(ended.code, 0, says(ended));
  t.deepEqual(ended.stdout.trim().split('\n'), ['1', '1', '1', '1', '1', '1', '6']);
});

test('the addon may be loaded only in workers that end', async (t) => {
  const ended = await runScript(`
    import { Worker } from 'node:worker_threads';
    const source = ${workerSource(`${program}
      program.run(20).then(() => parentPort.postMessage(program.result.shape[0]));`)};
    for (let i = 0; i < 3; ++i) {
      await new Promise((resolve, reject) => new Worker(source, { eval: true }).on('exit', resolve).on('error', reject));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    console.log('alive');`);
  t.is(ended.code, 0, says(ended));
  t.is(ended.stdout.trim(), 'alive');
});

test('process.exit() in the middle of a run ends the process with its code', async (t) => {
  for (let i = 0; i < 3; ++i) {
    const ended = await runChild(`${program}
      program.run(1e9, { onProgress: () => process.exit(7) });
      if (${i} === 1) setTimeout(() => process.exit(7), 5);
      if (${i} === 2) process.exit(7);`);
    t.is(ended.code, 7, says(ended));
  }
});

test('a process whose script is over waits for its run', async (t) => {
  const ended = await runChild(`${program}
    program.run(200).then(() => console.log('ran'));`);
  t.is(ended.code, 0, says(ended));
  t.is(ended.stdout.trim(), 'ran');
});

test('an exception that nobody catches ends the process in the middle of a run', async (t) => {
  const ended = await runChild(`${program}
    program.run(1e9);
    setTimeout(() => { throw new Error('of the user'); }, 20);`);
  t.is(ended.code, 1, says(ended));
  t.regex(ended.stderr, /of the user/);
});

test('an exception in onProgress stops the run, which rejects with it', async (t) => {
  const ended = await runChild(`${program}
    const error = await program.run(1e9, { onProgress: () => { throw new Error('of the user'); } }).catch((error) => error);
    await program.run(2);
    console.log(error.message);`);
  t.is(ended.code, 0, says(ended));
  t.is(ended.stdout.trim(), 'of the user');
});

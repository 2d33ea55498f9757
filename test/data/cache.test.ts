import { readFile, readdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { cacheDirectory, readArrays, writeArrays, writeAtomically } from '../../src/data/cache.js';
import { temporaryFolder } from '../support/temporary_folder.js';

const arrays = {
  x: { shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) },
  y: { shape: [2], data: Uint8Array.of(0, 255) },
  none: { shape: [0, 4], data: new Uint8Array(0) },
};

test('what was written is read back, in folders that were not there', async (t) => {
  const path = join(temporaryFolder(t), 'a', 'b', 'set.safetensors');
  await writeArrays(path, arrays);
  const read = await readArrays(path);
  t.deepEqual(Object.keys(read ?? {}), ['x', 'y', 'none']);
  for (const [name, { shape, data }] of Object.entries(arrays)) {
    t.deepEqual(read?.[name]?.shape, shape);
    t.deepEqual([...(read?.[name]?.data ?? [])], [...data]);
  }
});

test('the file is a safetensors file with aligned elements', async (t) => {
  const path = join(temporaryFolder(t), 'set.safetensors');
  await writeArrays(path, arrays);
  const file = await readFile(path);
  const length = Number(file.readBigUInt64LE(0));
  t.is((8 + length) % 64, 0);
  const header = JSON.parse(file.toString('utf8', 8, 8 + length)) as Record<string, unknown>;
  t.deepEqual(header.y, { dtype: 'U8', shape: [2], data_offsets: [6, 8] });
  t.is(file.length, 8 + length + 8);
});

test('a file with any byte changed, cut off or added reads as missing, never as other data', async (t) => {
  const path = join(temporaryFolder(t), 'set.safetensors');
  await writeArrays(path, arrays);
  const whole = await readFile(path);
  for (let i = 0; i < whole.length; i++) {
    const damaged = Buffer.from(whole);
    damaged[i]! ^= 1;
    await writeFile(path, damaged);
    t.is(await readArrays(path), undefined, `byte ${i} of ${whole.length}`);
  }
  for (const bytes of [
    whole.subarray(0, -1),
    Buffer.concat([whole, Buffer.of(0)]),
    whole.subarray(0, 20),
    Buffer.alloc(0),
  ]) {
    await writeFile(path, bytes);
    t.is(await readArrays(path), undefined);
  }
  await writeFile(path, whole);
  t.truthy(await readArrays(path));
});

test('a header that promises more than there is reads as missing', async (t) => {
  const path = join(temporaryFolder(t), 'set.safetensors');
  await writeArrays(path, arrays);
  const text = (await readFile(path)).toString('latin1');
  for (const [from, to] of [
    ['[2,3]', '[9,3]'],
    ['[2,3]', '[-2]'.padStart(5)],
    ['[0,6]', '[0,9]'],
    ['"U8"', '"F4"'],
    ['[6,8]', '[8,6]'],
  ] as const) {
    t.true(text.includes(from));
    await writeFile(path, Buffer.from(text.replace(from, to), 'latin1'));
    t.is(await readArrays(path), undefined, `${from} -> ${to}`);
  }
});

test('a missing file and a folder in its place read as missing', async (t) => {
  const path = temporaryFolder(t);
  t.is(await readArrays(join(path, 'none')), undefined);
  t.is(await readArrays(path), undefined);
});

test('writers at the same time leave one whole file and no drafts', async (t) => {
  const path = temporaryFolder(t);
  await Promise.all(Array.from({ length: 8 }, () => writeArrays(join(path, 'set.safetensors'), arrays)));
  t.deepEqual(await readdir(path), ['set.safetensors']);
  t.truthy(await readArrays(join(path, 'set.safetensors')));
});

test('a failed write leaves the old file and no draft', async (t) => {
  const path = temporaryFolder(t);
  await writeAtomically(join(path, 'a'), [Buffer.from('old')]);
  const broken = new Proxy(Buffer.from('new'), {
    get: () => {
      throw new Error('disk full');
    },
  });
  await t.throwsAsync(writeAtomically(join(path, 'a'), [broken]), { message: /disk full/ });
  t.deepEqual(await readdir(path), ['a']);
  t.is(await readFile(join(path, 'a'), 'utf8'), 'old');
});

test('the folder is the one given, else HEBB_CACHE, else under the cache folder of the user', (t) => {
  const { HEBB_CACHE, XDG_CACHE_HOME } = process.env;
  try {
    process.env.HEBB_CACHE = '/from/environment';
    t.is(cacheDirectory('/given'), '/given');
    t.is(cacheDirectory(), '/from/environment');
    delete process.env.HEBB_CACHE;
    process.env.XDG_CACHE_HOME = '/xdg';
    t.is(cacheDirectory(), join('/xdg', 'hebb'));
    delete process.env.XDG_CACHE_HOME;
    t.is(cacheDirectory(), join(homedir(), '.cache', 'hebb'));
  } finally {
    if (HEBB_CACHE !== undefined) process.env.HEBB_CACHE = HEBB_CACHE;
    if (XDG_CACHE_HOME !== undefined) process.env.XDG_CACHE_HOME = XDG_CACHE_HOME;
  }
  t.throws(() => cacheDirectory(''), { code: 'ERR_ARGUMENT' });
});

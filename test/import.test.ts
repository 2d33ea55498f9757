import { execFile, spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import * as source from '../src/index.js';
import { runScript } from './support/node_process.js';
import { temporaryFolder } from './support/temporary_folder.js';

/** What users import: the bundle that `npm run build:ts` makes. */
const bundle = new URL('../../dist/index.js', import.meta.url).href;

async function output(t: ExecutionContext, script: string, environment: Record<string, string> = {}): Promise<string> {
  const { code, stdout, stderr } = await runScript(script, environment);
  t.is(code, 0, stderr);
  return stdout.trim();
}

/** The modules that a script makes Node read, all but those of Node itself. */
async function filesOf(t: ExecutionContext, script: string): Promise<string[]> {
  // Node's own record of coverage names every script that ran.
  const folder = temporaryFolder(t);
  await output(t, script, { NODE_V8_COVERAGE: folder });
  const reports = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as { result: { url: string }[] });
  const urls = reports.flatMap(({ result }) => result.map(({ url }) => url));
  return urls.filter((url) => url.startsWith('file:') && url.endsWith('.js')).map((url) => fileURLToPath(url));
}

const training = (verbose: number): string => `
const { layers, ones, sequential } = await import(${JSON.stringify(bundle)});
const net = sequential([layers.dense({ units: 1, inputShape: [2] })]);
net.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
await net.fit(ones([4, 2]), ones([4, 1]), { epochs: 1, verbose: ${verbose} });`;

test('importing hebb reads three files, and none of what only some programs need', async (t) => {
  const files = await filesOf(t, `await import(${JSON.stringify(bundle)});`);
  const names = files.map((file) => basename(file));
  t.true(names.includes('index.js'), names.join());
  t.is(names.length, 3, names.join());
  t.false(names.some((name) => /^(save|mnist|fashion_mnist|image_dataset)-/.test(name)), names.join());
  const bytes = files.reduce((total, file) => total + statSync(file).size, 0);
  t.true(bytes < 700_000, `${bytes} bytes`);
  // V8 keeps such a file as one byte per character, and decodes it faster.
  for (const file of files) t.regex(readFileSync(file, 'latin1'), /^[\0-\x7f]*$/, basename(file));
});

/** A copy of the bundle whose caches can be changed, and a script that says whether V8 refused the one it found. */
function movedBundle(t: ExecutionContext): { folder: string; caches: string[]; script: string } {
  const root = temporaryFolder(t);
  const folder = join(root, 'dist');
  cpSync(new URL('.', bundle), folder, { recursive: true });
  // The addon is found from here.
  writeFileSync(join(root, 'package.json'), JSON.stringify({ type: 'module' }));
  const names = readdirSync(folder);
  const chunk = (names.find((name) => name.endsWith('.code.js')) ?? '').replace('.code.js', '.js');
  const addon = process.env.HEBB_NATIVE_PATH ?? new URL('../build-cmake/Release/hebb.node', bundle);
  const script = `process.env.HEBB_NATIVE_PATH = ${JSON.stringify(typeof addon === 'string' ? addon : fileURLToPath(addon))};
const { script } = await import(${JSON.stringify(pathToFileURL(join(folder, chunk)).href)});
const { ones } = await import(${JSON.stringify(pathToFileURL(join(folder, 'index.js')).href)});
console.log(String(script.cachedDataRejected), ones([2]).sum().item());`;
  return { folder, caches: names.filter((name) => name.endsWith('.cache')), script };
}

/** What that script prints in a Node without options of its own, which V8 wants to be those of the cache. */
function plainOutput(t: ExecutionContext, script: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  t.is(status, 0, stderr);
  return stdout.trim();
}

test('the bundle brings code that V8 takes as compiled', (t) => {
  const { caches, script } = movedBundle(t);
  t.is(caches.length, 1);
  t.is(plainOutput(t, script), 'false 2');
});

test('without the cache, with a part of it or with that of another V8, hebb is imported all the same', async (t) => {
  const { folder, caches, script } = movedBundle(t);
  const cache = join(folder, caches[0] ?? '');
  const whole = readFileSync(cache);
  writeFileSync(cache, whole.subarray(0, -8));
  t.is(plainOutput(t, script), 'true 2');
  const other = Buffer.from(whole);
  other.writeUInt32LE(other.readUInt32LE(4) ^ 1, 4); // where the hash of V8's version stands
  writeFileSync(cache, other);
  t.is(plainOutput(t, script), 'true 2');
  writeFileSync(cache, whole);
  t.is(await output(t, script), 'true 2', 'with --expose-gc, which the cache was not made with');
  rmSync(cache);
  t.is(plainOutput(t, script), 'undefined 2');
});

test('importing hebb loads neither zlib nor streams', async (t) => {
  const script = `await import(${JSON.stringify(bundle)});
const loaded = ['zlib', 'stream', 'internal/fs/streams'].filter((name) => process.moduleLoadList.includes('NativeModule ' + name));
process.getBuiltinModule('node:fs').writeSync(1, loaded.join());`;
  t.is(await output(t, script), '');
});

test('training loads the progress bar only when it draws one', async (t) => {
  const loadsBar = (files: readonly string[]): boolean => files.some((file) => file.includes('cli-progress'));
  t.false(loadsBar(await filesOf(t, training(0))));
  t.false(loadsBar(await filesOf(t, training(2))));
  t.true(loadsBar(await filesOf(t, training(1))));
});

test('the bundle exports what the source exports, and its classes bear their names', async (t) => {
  const script = `const hebb = await import(${JSON.stringify(bundle)});
const isClass = (value) => typeof value === 'function' && /^class\\b/.test(value.toString());
console.log(JSON.stringify([Object.keys(hebb), Object.keys(hebb).filter((name) => isClass(hebb[name])).map((name) => [name, hebb[name].name])]));`;
  const [exported, classes] = JSON.parse(await output(t, script)) as [string[], [string, string][]];
  t.deepEqual(exported, Object.keys(source));
  t.true(classes.length > 10);
  for (const [name, own] of classes) t.is(own, name);
});

test('import and require give the same classes, also to what is loaded later', async (t) => {
  const folder = temporaryFolder(t);
  const script = `import { createRequire } from 'node:module';
import * as hebb from ${JSON.stringify(bundle)};
const required = createRequire(${JSON.stringify(bundle)})('./index.js');
const path = ${JSON.stringify(join(folder, 'model.hebb'))};
const { layers, loadModel, sequential, Sequential } = hebb;
await sequential([layers.dense({ units: 1, inputShape: [2] })]).save(path);
const error = await loadModel('no such file').catch((thrown) => thrown);
console.log((await loadModel(path)) instanceof Sequential, required.Sequential === Sequential, error instanceof hebb.HebbError);`;
  t.is(await output(t, script), 'true true true');
});

/** The command `npx hebb`, as package.json names it. */
const root = fileURLToPath(new URL('../../', import.meta.url));
const { version, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string; bin: { hebb: string } };
const command = (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, [join(root, bin.hebb), ...args], { env: { ...process.env, HEBB_ISA: 'scalar', HEBB_NUM_THREADS: '3' } });

test('npx hebb prints versions, devices, the addon and its compiler, and variables', async (t) => {
  const lines = (await command()).stdout.trimEnd().split('\n');
  t.is(lines[0], `hebb ${version}`);
  t.is(lines[1], `Node.js ${process.versions.node}, ${process.platform} ${process.arch}`);
  t.regex(lines[2] ?? '', /^CPU: .+, kernels for scalar, 3 threads$/);
  t.regex(lines[3] ?? '', /^CUDA: none, .+$|^cuda:0: .+ GiB, compute capability \d+\.\d, \d+ multiprocessors$/);
  t.true(lines.some((line) => /^addon: .+(, built with cmake|, built with node-gyp|, a prebuilt package|\(HEBB_NATIVE_PATH\))$/.test(line)));
  t.true(lines.some((line) => /^compiler: \w+/.test(line)));
  t.true(lines.includes('HEBB_ISA=scalar') && lines.includes('HEBB_NUM_THREADS=3'));
});

test('npx hebb refuses arguments', async (t) => {
  const error = await t.throwsAsync<Error & { code: number; stderr: string }>(command('train'));
  t.is(error.code, 1);
  t.regex(error.stderr, /takes no arguments .*, got 'train'/);
});

import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { HebbError } from '../src/errors.js';
import { temporaryFolder } from './support/temporary_folder.js';

const modulePath = new URL('../src/native_path.js', import.meta.url).href;

function loadWith(nativePath: string): string {
  const code = `import(${JSON.stringify(modulePath)}).then(({ loadAddon }) => { loadAddon(); console.log('loaded'); })
    .catch((error) => console.log(error.name, error.code, error.message));`;
  const env = { ...process.env, HEBB_NATIVE_PATH: nativePath };
  return execFileSync(process.execPath, ['-e', code], { env, encoding: 'utf8' });
}

test('with HEBB_NATIVE_PATH only that file is tried, and the error names it and the reason', (t) => {
  const output = loadWith('no/such/addon.node');
  t.regex(output, /^HebbError ERR_INTERNAL /);
  t.regex(output, /no[/\\]such[/\\]addon\.node: Cannot find module/);
  t.notRegex(output, /build-cmake/);
  t.regex(output, /install\.cjs/);
});

test('a file that is not an addon gives the reason of the loader, not a crash', (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'text.node');
  writeFileSync(file, 'this is no shared library');
  const output = loadWith(file);
  t.regex(output, /^HebbError ERR_INTERNAL /);
  t.regex(output, /text\.node: (?!Cannot find module)\S/);
});

test('without HEBB_NATIVE_PATH the built addon is found', (t) => {
  t.is(loadWith('').trim(), 'loaded');
});

test('a HebbError has a name, a code, a message and a cause', (t) => {
  const cause = new Error('below');
  const error = new HebbError('ERR_FORMAT', 'above', { cause });
  t.true(error instanceof Error);
  t.is(error.name, 'HebbError');
  t.is(error.code, 'ERR_FORMAT');
  t.is(error.message, 'above');
  t.is(error.cause, cause);
});

/** Runs a lone copy of the install script on a machine that has Node and nothing else. */
function installOnBareMachine(t: ExecutionContext, environment: Record<string, string>): { status: number | null; stderr: string } {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'scripts'));
  mkdirSync(join(folder, 'bin'));
  symlinkSync(process.execPath, join(folder, 'bin', 'node'));
  const script = join(folder, 'scripts', 'install.cjs');
  copyFileSync('scripts/install.cjs', script);
  const env = { PATH: join(folder, 'bin'), ...environment };
  const { status, stderr } = spawnSync(process.execPath, [script], { env, encoding: 'utf8' });
  return { status, stderr };
}

test('the install step says in words what a bare machine lacks', (t) => {
  const { status, stderr } = installOnBareMachine(t, {});
  t.is(status, 1);
  for (const words of ['No C++ compiler was found', 'no prebuilt package', 'cmake was not found', 'node-gyp was not found']) {
    t.true(stderr.includes(words), `${words} in:\n${stderr}`);
  }
});

test('the install step refuses an unknown HEBB_BUILD and can be skipped', (t) => {
  t.regex(installOnBareMachine(t, { HEBB_BUILD: 'magic' }).stderr, /HEBB_BUILD must be one of .*, got 'magic'/);
  t.is(installOnBareMachine(t, { HEBB_BUILD: 'skip' }).status, 0);
});

import { spawnSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { startPeer as startProcess } from '../live_peer.mjs';
import { home } from '../peers.mjs';
import { mnist, startWeights } from './mnist_case.mjs';
import { peers as trained } from './training.mjs';

export const title = 'Start: milliseconds from the start of the process, and size';
export const unit = 'ms';
export const extras = { rss_mb: 'peak memory, MB' };
export const note =
  'First training step: 784-300-100-10, batch 32, weights written to a file. A turn is a start. Installed: the package and its compiled addon (hebb), node_modules, or the site-packages of the environment.';

const started = ['hebb', 'torch-eager', 'jax-step', 'keras-tf', 'keras-jax', 'sklearn', 'tfjs-node', 'tfjs-wasm'];
export const peers = { ...Object.fromEntries(started.map((peer) => [peer, trained[peer]])), node: 'start_import.mjs' };

export function prepare({ work }) {
  const { train } = mnist();
  writeFileSync(join(work, 'x.u8'), train.x.subarray(0, 32 * 784));
  writeFileSync(join(work, 'y.u8'), train.y.subarray(0, 32));
  writeFileSync(join(work, 'start.f32'), new Uint8Array(startWeights().buffer));
}

const [imported, stepped, installed] = ['library imported', 'first training step done', 'installed, MB'];
export const runs = ({ quick }) => (quick ? ['step'] : ['import', 'step']);
export const turns = ({ quick }) => ({ rounds: quick ? 1 : 3 });
export const cases = (_context, run) => (run === 'step' ? [stepped] : [imported, installed]);

export function job(peer, run) {
  if (run === 'import') return [peers[peer].endsWith('.py') ? 'start_import.py' : 'start_import.mjs'];
  return peer === 'node' ? undefined : [peers[peer]];
}

/** A peer of which every turn is a process of its own: the times are those of the whole process, seen from outside. */
export async function startPeer(command, name) {
  let wanted;
  const start = async () => {
    const begin = performance.now();
    const { ask, end, version, rss_mb } = await startProcess(command);
    const answer = wanted === stepped ? await ask('case batch 32') : { rss_mb };
    const times = [performance.now() - begin];
    await end();
    return { ...answer, version, times };
  };
  const ask = async (order) => {
    if (!order.startsWith('case ')) return wanted === installed ? { times: [sizeOf(name)] } : start();
    wanted = order.slice('case '.length);
    return { ready: wanted !== installed || sizeOf(name) !== undefined };
  };
  return { ask, end: async () => {}, rest: async () => true, spent: () => 0 };
}

const sizes = new Map();

/** Megabytes on disk, once per peer; undefined where that cannot be told. */
function sizeOf(peer) {
  if (!sizes.has(peer)) sizes.set(peer, peer === 'hebb' ? packageSize() : folderSize(home(peer)));
  return sizes.get(peer);
}

function packageSize() {
  const root = join(import.meta.dirname, '..', '..');
  const packed = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline', '--no-update-notifier'], { cwd: root, encoding: 'utf8' });
  const addon = process.env.HEBB_NATIVE_PATH ?? join(root, 'build-cmake', 'Release', 'hebb.node');
  if (packed.status !== 0) return undefined;
  return (JSON.parse(packed.stdout)[0].unpackedSize + statSync(addon).size) / 2 ** 20;
}

function folderSize(folder) {
  if (!folder) return undefined;
  const listed = spawnSync('du', ['-skL', join(folder, 'node_modules'), join(folder, 'lib')], { encoding: 'utf8' });
  const kilobytes = listed.stdout.split('\n').filter(Boolean).map((line) => parseInt(line, 10));
  return kilobytes.length > 0 ? kilobytes.reduce((a, b) => a + b) / 1024 : undefined;
}

// Where the peers live: a peer's name begins with its library's, and the library's environment variable names its home.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { isa } from './processor.mjs';

const homes = {
  'torch': 'PT',
  'numpy': 'PT',
  'sklearn': 'PT',
  'onednn': 'PT', // called from its NumPy
  'openblas': 'PT',
  'blis': 'PT',
  'fma-peak': 'PT',
  'jax': 'JAXV',
  'keras-jax': 'JAXV',
  'keras-tf': 'TFV',
  'tfjs-node': 'JSNODE_ROOT',
  'tfjs-wasm': 'JS_ROOT',
  'onnxruntime-node': 'ORT_ROOT',
};

/** The folder that the peer's environment variable names; undefined for hebb and for a peer that is not installed. */
export function home(peer) {
  const library = Object.keys(homes).find((name) => peer === name || peer.startsWith(`${name}-`));
  return library && process.env[homes[library]];
}

/** The command that runs `script` of bench/peers for the peer, or undefined when the peer is not installed. */
export function command(peer, script) {
  const path = join(import.meta.dirname, 'peers', script);
  if (peer === 'hebb-avx2' && isa !== 'avx512') return undefined;
  if (peer.startsWith('hebb') || peer === 'node') return [process.execPath, path, peer];
  const folder = home(peer);
  if (!folder) return undefined;
  if (script.endsWith('.mjs')) return existsSync(join(folder, 'node_modules')) ? [process.execPath, path, peer] : undefined;
  const python = join(folder, 'bin', 'python');
  return existsSync(python) ? [python, path, peer] : undefined;
}

/** The command, on one thread bound to the last processor that this process may use, where there is taskset. */
export function bound(whole, threads) {
  if (threads !== 1 || !existsSync('/usr/bin/taskset')) return whole;
  const processor = /Cpus_allowed_list:.*?(\d+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return processor === undefined ? whole : ['taskset', '-c', processor, ...whole];
}

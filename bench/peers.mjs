// Where the peers live: a peer's name begins with its library's, and the library's environment variable names its home.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const homes = {
  'torch': 'PT',
  'numpy': 'PT',
  'sklearn': 'PT',
  'onednn': 'PT', // called from its NumPy
  'openblas': 'PT',
  'blis': 'PT',
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
  const root = join(import.meta.dirname, '..');
  if (peer.startsWith('hebb')) return existsSync(join(root, 'dist', 'index.js')) ? [process.execPath, path, peer] : undefined;
  if (peer === 'node') return [process.execPath, path, peer];
  const folder = home(peer);
  if (!folder) return undefined;
  if (script.endsWith('.mjs')) return existsSync(join(folder, 'node_modules')) ? [process.execPath, path, peer] : undefined;
  const python = join(folder, 'bin', 'python');
  return existsSync(python) ? [python, path, peer] : undefined;
}

// The table of epochs in the README.md of the package: between its two marks stands what was measured last.
import { readFileSync, writeFileSync } from 'node:fs';

import { grouped, plural, ratioOf, short } from './table.mjs';

const labels = {
  'hebb': '**hebb**',
  'jax-scan': 'JAX, an epoch in one `lax.scan`',
  'keras-jax': 'Keras on JAX, `fit`',
  'keras-tf': 'Keras on TensorFlow, `fit`',
  'torch-eager': 'PyTorch, eager',
  'sklearn': 'scikit-learn, MLPClassifier',
  'tfjs-node': 'TensorFlow.js on libtensorflow',
};
const [begin, end] = ['<!-- bench: -->', '<!-- :bench -->'];

/** The rows that a result has of the labelled peers: seconds, and how many times hebb's they are. */
function tableOf({ entries, processor, threads }) {
  const cases = grouped(entries, (entry) => entry.case).map(([name, group]) => [name, new Map(group.map((entry) => [entry.peer, entry]))]);
  const cell = (peer, group) => {
    const [own, entry] = [group.get('hebb'), group.get(peer)];
    if (entry === undefined) return '';
    const seconds = short(entry.median_ms / 1e3);
    return peer === 'hebb' ? `**${seconds}**` : `${seconds} (${ratioOf(entry, own).toFixed(1)}x)`;
  };
  const peers = Object.keys(labels).filter((peer) => entries.some((entry) => entry.peer === peer));
  const rows = peers.map((peer) => [labels[peer], ...cases.map(([, group]) => cell(peer, group))]);
  const head = [`seconds per epoch; ${processor}, ${plural(threads)}`, ...cases.map(([name]) => name)];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n').replaceAll(' --- ', '---');
}

/** Writes the table of a result of the training suite between the marks of the file. */
export function renewReadme(training, path) {
  const text = readFileSync(path, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${path}: expected ${begin} and, after it, ${end}`);
  writeFileSync(path, `${text.slice(0, from + begin.length)}\n${tableOf(training)}\n${text.slice(to)}`);
}

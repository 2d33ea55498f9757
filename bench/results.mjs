// What is kept of a run: medians over its turns, in results.json; RESULTS.md, the chart and the table of the package's
// README.md are made from that. A suite has a result per processor and number of threads that it was run on: the
// processor that was measured last first, then the largest number.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { drawChart } from './chart.mjs';
import { processor } from './processor.mjs';
import { renewReadme } from './readme.mjs';
import { grouped, table } from './table.mjs';

const path = join(import.meta.dirname, 'results.json');
const root = join(import.meta.dirname, '..');

/** A suite's lines on one number of threads as what is kept of them: an entry per case and peer. */
export function summary(lines, { threads, rounds }) {
  const digits = (value) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value);
  const fields = (line) => Object.entries(line).filter(([field]) => field !== 'version');
  const entries = lines.map((line) => Object.fromEntries(fields(line).map(([field, value]) => [field, digits(value)])));
  const versions = Object.fromEntries(lines.filter(({ version }) => version).map(({ peer, version }) => [peer, version]));
  const machine = `${availableParallelism()} cores seen, Node ${process.version}`;
  return { when: new Date().toISOString().slice(0, 10), processor, machine, threads, rounds, versions, entries };
}

/** Puts a result in the place of the suite's last one on the same processor and number of threads; all others stay. */
export async function keep(name, result, suites) {
  const kept = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  const isOld = ({ processor, threads }) => processor === result.processor && threads === result.threads;
  const others = (kept[name] ?? []).filter((one) => !isOld(one));
  const isHere = ({ processor }) => Number(processor === result.processor);
  kept[name] = [...others, result].sort((a, b) => isHere(b) - isHere(a) || b.threads - a.threads);
  const known = Object.keys(suites).filter((suite) => kept[suite]);
  writeFileSync(path, `{\n${known.map((suite) => `  "${suite}": [\n${kept[suite].map(asText).join(',\n')}\n  ]`).join(',\n')}\n}\n`);
  const tables = known.flatMap((suite) => kept[suite].map((one) => [one, table(suites[suite], one)]));
  const sections = grouped(tables, ([one]) => one.processor).map(([name, group]) =>
    `# ${name}\n\n${group.map(([, text]) => text).join('\n')}`);
  writeFileSync(join(import.meta.dirname, 'RESULTS.md'), `# Results

Written by \`npm run bench\`; README.md says how it is measured. In brackets: what the peer takes divided by what hebb
takes, 2.4x = hebb is 2.4 times as fast (or needs 2.4 times less): the median over turns next to hebb's, which is not
always the quotient of the two medians. Machines differ, and their speed changes: compare the ratios.
Noise: how many cores other programs kept busy meanwhile, median.

${sections.join('\n')}
${readFileSync(join(import.meta.dirname, 'gpu', 'results.md'), 'utf8')}`);
  if (!kept.training) return;
  renewReadme(kept.training[0], join(root, 'README.md'));
  await drawChart(kept.training[0], join(root, 'docs', 'images', 'bench.svg'));
}

/** A result as JSON, a line per entry. */
function asText({ entries, ...head }) {
  const lines = entries.map((entry) => `        ${JSON.stringify(entry)}`);
  return `    {\n      ${JSON.stringify(head).slice(1, -1)},\n      "entries": [\n${lines.join(',\n')}\n      ]\n    }`;
}

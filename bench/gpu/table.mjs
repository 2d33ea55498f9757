// What the logs of bench/gpu/run.sh say, as results.json beside them and as tables for bench/gpu/results.md:
// node bench/gpu/table.mjs FOLDER
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder = 'build-gpu-logs'] = process.argv.slice(2);
const log = (name) => (existsSync(join(folder, `${name}.log`)) ? readFileSync(join(folder, `${name}.log`), 'utf8').split('\n') : []);
const matches = (name, pattern) => log(name).map((line) => pattern.exec(line)?.groups).filter(Boolean);
const numbersOf = ({ name, what, ...rest }) => ({ name: name?.trim(), ...(what && { what: what.trim() }), ...Object.fromEntries(Object.entries(rest).map(([key, text]) => [key, Number(text)])) });

/** The lines of JSON about training steps that a part has printed. */
function steps(part) {
  return log(part).filter((line) => line.startsWith('{')).map((line) => ({ part, ...JSON.parse(line) })).filter(({ usPerStep }) => usPerStep);
}

const parts = matches('parts', /^(?<name>\S+)\t(?<exit>\d+)\t(?<seconds>\d+)$/).map(numbersOf);
const training = parts.flatMap(({ name }) => steps(name));
const products = matches('gemm', /^(?<name>[NT]{2} \S+)\s+(?<what>.+?)\s+(?<us>[\d.]+) us\s+(?<tflops>[\d.]+) TFLOP\/s/).map(numbersOf);
const bandwidth = matches('elementwise', /^(?<name>.+?)\s+(?<us>[\d.]+) us\s+(?<gbs>\d+) GB\/s\s+(?<percentOfCopy>\d+) % of the copy$/).map(numbersOf);
writeFileSync(join(folder, 'results.json'), `${JSON.stringify({ parts, training, products, bandwidth }, null, 1)}\n`);

/** A table with a row for each name and a column for each of the others; in brackets, where asked for, what share of the first column's it is. */
function table(head, rows, columns, value, digits, ratios = true) {
  if (rows.length === 0) return;
  console.log(`\n| ${[head, ...columns].join(' | ')} |\n|${'---|'.repeat(columns.length + 1)}`);
  for (const row of rows) {
    const first = value(row, columns[0]);
    const cell = (column, i) => {
      const here = value(row, column);
      if (here === undefined) return '';
      return here.toFixed(digits) + (ratios && i > 0 && first ? ` (${(here / first).toFixed(2)}x)` : '');
    };
    console.log(`| ${[row, ...columns.map(cell)].join(' | ')} |`);
  }
}

const unique = (values) => [...new Set(values)];
const ran = ({ part, library }) => (part === 'mlp_peers' ? library : part);
console.log('### Parts\n\n| part | exit | seconds |\n|---|---|---|');
for (const { name, exit, seconds } of parts) console.log(`| ${name} | ${exit} | ${seconds} |`);
console.log('\n### Training step 784-300-100-10: microseconds per step');
table('batch', unique(training.map(({ batchSize }) => batchSize)), unique(training.map(ran)),
  (batch, column) => training.find((line) => line.batchSize === batch && ran(line) === column)?.usPerStep, 1);
console.log('\n### Products: TFLOP/s');
table('m x n x k', unique(products.map(({ name }) => name)), unique(products.map(({ what }) => what)),
  (row, column) => products.find(({ name, what }) => name === row && what === column)?.tflops, 2);
console.log('\n### Bandwidth: GB/s, and per cent of a device copy');
table('op', unique(bandwidth.map(({ name }) => name)), ['gbs', 'percentOfCopy'], (row, column) => bandwidth.find(({ name }) => name === row)?.[column], 0, false);

// A suite's result on some number of threads as a table: a row per case, a column per peer.

/** The number below which so large a share of them lies; undefined of none. */
export function percentile(values, share) {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
}

/** Median of numbers; undefined of none. */
export const median = (values) => percentile(values, 0.5);

/** The items by what `key` answers for them, in order of appearance. */
export function grouped(items, key) {
  const groups = new Map();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups];
}

const scale = { s: 1e-3, ms: 1, us: 1e3 };

/** Fields that are no cost: a ratio would say nothing. */
const counts = ['accuracy', 'epochs', 'reached'];

/** Three digits that count. */
export function short(x) {
  if (Number.isInteger(x)) return String(x);
  if (x >= 100) return x.toFixed(0);
  return x.toFixed(x >= 10 ? 1 : x >= 0.1 ? 2 : 3);
}

/** A number of threads in words. */
export const plural = (threads) => `${threads} thread${threads > 1 ? 's' : ''}`;

/** How many times hebb's cost an entry has: of times, what was measured of turns next to hebb's; undefined of no cost. */
export function ratioOf(entry, own, cost = 'median_ms') {
  if (cost === 'median_ms' && entry.ratio !== undefined) return entry.ratio;
  return own?.[cost] > 0 && !counts.includes(cost) ? entry[cost] / own[cost] : undefined;
}

/** Markdown: title, circumstances, table. A peer's cell is its value and how many times hebb's time it takes. */
export function table(suite, { when, processor, machine, threads, rounds, versions, entries }) {
  const peers = Object.keys(suite.peers).filter((peer) => entries.some((entry) => entry.peer === peer));
  const value = suite.value ?? ((_name, ms) => ms * scale[suite.unit]);

  const cells = (group, show, cost) => peers.map((peer) => {
    const entry = group.find((one) => one.peer === peer);
    const own = group.find((one) => one.peer === 'hebb');
    if (entry?.[cost] === undefined || entry[cost] === null) return '';
    const ratio = ratioOf(entry, own, cost);
    return show(entry) + (peer === 'hebb' || ratio === undefined ? '' : ` (${ratio.toFixed(ratio < 2 ? 2 : 1)}x)`);
  });
  const row = (...columns) => `| ${columns.join(' | ')} |`;

  const groups = grouped(entries, (entry) => entry.case);
  const times = groups.map(([name, group]) => row(name, ...cells(group, (entry) => short(value(entry.case, entry.median_ms)), 'median_ms')));
  const extras = Object.entries(suite.extras ?? {}).flatMap(([field, label]) =>
    groups.filter(([, group]) => group.some((entry) => entry[field] > 0)).map(([name, group]) =>
      row(`${label}, ${name}`, ...cells(group, (entry) => (field === 'accuracy' ? entry[field].toFixed(3) : short(entry[field])), field))));
  const noise = peers.map((peer) => median(entries.filter((entry) => entry.peer === peer).map((entry) => entry.noise)).toFixed(2));

  return `## ${suite.title}; ${plural(threads)}

${when}, ${rounds} round${rounds > 1 ? 's' : ''}. ${processor}, ${machine}.${suite.note ? `\n${suite.note}` : ''}

${[
    row('', ...peers.map((peer) => `${peer} ${versions[peer] ?? ''}`.trim())),
    `|${'---|'.repeat(peers.length + 1)}`,
    ...times, ...extras, row('noise', ...noise),
  ].join('\n')}
`;
}

// The result table: one row per peer, one column per batch size.

/** Median of numbers. */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** Markdown: seconds per epoch (median over rounds, best in brackets) and how many times hebb's. */
export function table(lines) {
  const batches = [...new Set(lines.map((line) => line.batch))];
  const names = [...new Set(lines.map((line) => line.peer))];
  const of = (name, batch) => lines.filter((line) => line.peer === name && line.batch === batch);
  const time = (name, batch) => median(of(name, batch).map((line) => line.median_ms)) / 1e3;
  const cell = (name, batch) => {
    const runs = of(name, batch);
    if (runs.length === 0) return '';
    const best = Math.min(...runs.map((line) => line.best_ms)) / 1e3;
    const ratio = time(name, batch) / time('hebb', batch);
    const times = ratio && name !== 'hebb' ? `, ${ratio.toFixed(1)}x` : '';
    return `${time(name, batch).toFixed(2)} (${best.toFixed(2)})${times}`;
  };
  const rows = names.map((name) => {
    const runs = lines.filter((line) => line.peer === name);
    const version = runs[0].version + (runs[0].rows ? `, from ${runs[0].rows} rows` : '');
    const accuracy = runs[0].rows ? '' : runs.find((line) => line.batch === batches[0])?.accuracy.toFixed(3);
    const noise = median(runs.map((line) => line.noise)).toFixed(2);
    return `| ${name} ${version} | ${batches.map((batch) => cell(name, batch)).join(' | ')} | ${accuracy} | ${noise} |`;
  });
  return `| peer | ${batches.map((batch) => `batch ${batch}`).join(' | ')} | accuracy, batch ${batches[0]} | noise |
|---|${batches.map(() => '---|').join('')}---|---|
${rows.join('\n')}
`;
}

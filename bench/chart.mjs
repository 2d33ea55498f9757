// The chart of the README: seconds per training epoch, a bar per library, drawn by vega.
import { writeFileSync } from 'node:fs';

import { parse, View } from 'vega';

import { plural } from './table.mjs';

/** Draws batch 32. */
export async function drawChart({ entries, threads, when, processor }, path) {
  const rows = entries
    .filter((entry) => entry.case === 'batch 32')
    .map(({ peer, median_ms }) => ({ peer, seconds: median_ms / 1e3, own: peer === 'hebb' }))
    .sort((a, b) => a.seconds - b.seconds)
    .map((row) => ({ ...row, label: row.seconds.toFixed(2) }));
  if (rows.length === 0) return;
  const all = rows.map((row) => row.seconds);
  const logarithmic = Math.max(...all) > 15 * Math.min(...all);
  const scale = logarithmic ? { type: 'log', domain: [Math.min(...all) / 2, Math.max(...all)] } : { type: 'linear', domain: [0, Math.max(...all)] };
  const subtitle = `batch 32, ${plural(threads)}, ${processor}, ${when}${logarithmic ? '; logarithmic' : ''}`;
  const spec = {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    background: 'white',
    padding: 10,
    width: 520,
    height: 26 * rows.length,
    title: { text: 'Training 784-300-100-10 on MNIST: seconds per epoch', subtitle, anchor: 'start', frame: 'group', offset: 12 },
    data: [{ name: 'rows', values: rows }],
    scales: [
      { name: 'peer', type: 'band', domain: rows.map((row) => row.peer), range: 'height', padding: 0.25 },
      { name: 'seconds', ...scale, range: 'width', nice: !logarithmic },
    ],
    axes: [
      { orient: 'left', scale: 'peer', domain: false, ticks: false, labelFontSize: 12, labelPadding: 6 },
      { orient: 'bottom', scale: 'seconds', title: 'seconds', tickCount: 6, grid: true, gridColor: '#e6e6e6' },
    ],
    marks: [
      {
        type: 'rect',
        from: { data: 'rows' },
        encode: {
          update: {
            x: { value: 0 },
            x2: { scale: 'seconds', field: 'seconds' },
            y: { scale: 'peer', field: 'peer' },
            height: { scale: 'peer', band: 1 },
            fill: { signal: "datum.own ? '#D55E00' : '#0072B2'" },
          },
        },
      },
      {
        type: 'text',
        from: { data: 'rows' },
        encode: {
          update: {
            x: { scale: 'seconds', field: 'seconds', offset: 4 },
            y: { scale: 'peer', field: 'peer', band: 0.5 },
            baseline: { value: 'middle' },
            fontSize: { value: 11 },
            text: { field: 'label' },
          },
        },
      },
    ],
  };
  writeFileSync(path, `${await new View(parse(spec), { renderer: 'none' }).toSVG()}\n`);
}

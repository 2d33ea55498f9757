// Draws the pictures of docs/kernels.md and docs/gpu.md, from the numbers that are kept: bench/results.json,
// bench/gpu/results.md and the profile in docs/capture.md.
//   node scripts/draw_docs.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse, View } from 'vega';

const root = join(import.meta.dirname, '..');
const read = (file) => readFileSync(join(root, file), 'utf8');
const keep = (name, svg) => writeFileSync(join(root, 'docs', 'images', 'kernels', name), `${svg}\n`);

/** Lines over the sizes of square matrices: rows are { size, speed, series }. */
async function speeds({ title, subtitle, unit, rows, colors, top }) {
  const sizes = [...new Set(rows.map(({ size }) => size))];
  const series = Object.keys(colors);
  const place = { x: { scale: 'x', field: 'size' }, y: { scale: 'y', field: 'speed' } };
  const spec = {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    background: 'white',
    padding: 10,
    width: 520,
    height: 280,
    title: { text: title, subtitle, anchor: 'start', frame: 'group', offset: 12 },
    data: [{ name: 'rows', values: rows }],
    scales: [
      { name: 'x', type: 'log', base: 2, domain: [sizes[0], sizes.at(-1)], range: 'width' },
      { name: 'y', domain: [0, top], range: 'height' },
      { name: 'color', type: 'ordinal', domain: series, range: Object.values(colors) },
    ],
    axes: [
      { orient: 'bottom', scale: 'x', values: sizes, title: 'N (the matrices are N x N)', format: 'd' },
      { orient: 'left', scale: 'y', title: unit, grid: true, gridColor: '#e6e6e6', domain: false, ticks: false },
    ],
    legends: [{ stroke: 'color', symbolType: 'stroke', symbolStrokeWidth: 3, orient: 'bottom', direction: 'horizontal', columns: 3, labelLimit: 0 }],
    marks: [
      {
        type: 'group',
        from: { facet: { name: 'line', data: 'rows', groupby: 'series' } },
        marks: [
          {
            type: 'line',
            from: { data: 'line' },
            encode: { update: { ...place, stroke: { scale: 'color', field: 'series' }, strokeWidth: { value: 2.5 } } },
          },
          {
            type: 'symbol',
            from: { data: 'line' },
            encode: { update: { ...place, fill: { scale: 'color', field: 'series' }, size: { value: 36 } } },
          },
        ],
      },
    ],
  };
  return new View(parse(spec), { renderer: 'none' }).toSVG();
}

/** The matrix products of bench/results.json. */
function cpuProducts() {
  const [gemm] = JSON.parse(read('bench/results.json')).gemm;
  const rows = gemm.entries.flatMap(({ case: name, peer, median_ms: ms }) => {
    const [, m, k, n] = (/^NN (\d+)x(\d+)x(\d+)$/.exec(name) ?? []).map(Number);
    return m !== undefined && m === k && k === n ? [{ size: m, speed: (2 * m * n * k) / (ms * 1e6), series: `${peer} ${gemm.versions[peer]}`, peer }] : [];
  });
  const own = { 'hebb': '#D55E00', 'hebb-avx2': '#F3B48B', 'fma-peak': '#cccccc' };
  const palette = ['#0072B2', '#009E73', '#CC79A7', '#7f7f7f', '#E69F00', '#56B4E9', '#222222', '#8C564B'];
  const colors = {};
  for (const { peer, series } of rows) colors[series] ??= own[peer] ?? palette.shift();
  return speeds({
    title: 'Matrix product in float32',
    subtitle: `${gemm.threads} threads, ${gemm.processor}, ${gemm.when}`,
    unit: 'GFLOP/s', rows, colors, top: Math.ceil(Math.max(...rows.map(({ speed }) => speed)) / 50) * 50,
  });
}

/** The first table of bench/gpu/results.md. */
function gpuProducts() {
  const [head, , ...lines] = read('bench/gpu/results.md').split('### Products')[1].split('\n').filter((line) => line.startsWith('|')).slice(0, 7);
  const cells = (line) => line.split('|').slice(1, -1).map((cell) => cell.trim());
  const names = cells(head);
  const colors = { 'hebb `highest`, as chosen': '#D55E00', 'hebb float32, simt': '#E69F00', 'cuBLAS SGEMM': '#0072B2' };
  const rows = lines.map(cells).flatMap(([size, ...speed]) =>
    names.slice(1).flatMap((series, i) => (series in colors ? [{ size: Number(size), speed: Number(speed[i]), series }] : [])));
  return speeds({
    title: 'Matrix product in float32 on the GPU', subtitle: 'one NVIDIA H200, 2026-11-28', unit: 'TFLOP/s', rows, colors, top: 140,
  });
}

const text = (x, y, words, { size = 13, anchor = 'middle', color = '#222', weight = 'normal' } = {}) =>
  `<text x="${x}" y="${y}" font-size="${size}" text-anchor="${anchor}" fill="${color}" font-weight="${weight}">${words}</text>`;
const box = (x, y, width, height, fill, stroke = '#444') =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}" stroke="${stroke}"/>`;
const svg = (width, height, parts) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif">
${[box(0, 0, width, height, 'white', 'none'), ...parts].join('\n')}\n</svg>`;

/** Bars for the launches of the profile in docs/capture.md, and one for those that it leaves out. */
function step() {
  const page = read('docs/capture.md');
  const launches = [...page.matchAll(/^ +([\d.]+) +[\d.]+ %.*?\d+: (\S+ \w+\[[\d,]+\]) = (\w+)\((\S+ \w+\[[\d,]+\])/gm)]
    .map(([, us, out, op, first]) => ({ us: Number(us), label: `${op}: ${first.split(' ')[1]} → ${out.split(' ')[1]}`.replaceAll('float32', '') }));
  const all = Number(/([\d.]+) us in all/.exec(page)[1]);
  const roles = ['pick and scale the rows', 'layer 1 forward', 'layer 2 forward', 'gradient of layer 1', 'weights of layer 1', 'weights of layer 2'];
  const rows = launches.map((row, i) => ({ ...row, role: roles[i] }));
  rows.push({ us: all - launches.reduce((sum, { us }) => sum + us, 0), label: 'each under 1 us', role: 'all others' });
  const scale = 320 / Math.max(...rows.map(({ us }) => us));
  return svg(720, 70 + 38 * rows.length, [
    text(20, 28, `One training step of 784-300-100-10, batch 32: ${all} us, by launch`, { size: 15, anchor: 'start', weight: 'bold' }),
    text(20, 47, 'profile() on two threads of an AMD EPYC, as in capture.md', { size: 12, anchor: 'start', color: '#555' }),
    ...rows.flatMap(({ us, label, role }, i) => {
      const y = 62 + 38 * i;
      return [
        text(300, y + 14, role, { size: 13, anchor: 'end' }),
        text(300, y + 28, label, { size: 10.5, anchor: 'end', color: '#666' }),
        box(310, y + 3, (us * scale).toFixed(1), 26, i === rows.length - 1 ? '#999' : '#D55E00', 'none'),
        text((316 + us * scale).toFixed(1), y + 21, us.toFixed(1), { anchor: 'start' }),
      ];
    }),
  ]);
}

/** C = A B as native/ops/matmul cuts it up; the numbers are those of AVX-512. */
function blocking() {
  const [gray, task, panel, tile] = ['#f2f2f2', '#cfe3f1', '#8dbfe0', '#D55E00'];
  const name = (x, y, words) => text(x, y, words, { size: 20, weight: 'bold' });
  const note = (x, y, words, anchor = 'middle') => text(x, y, words, { size: 11.5, anchor, color: '#444' });
  const lanes = Array.from({ length: 32 }, (_, j) => box(330 + 11 * j, 398, 11, 14, panel, 'white'));
  const chains = Array.from({ length: 14 * 32 }, (_, i) => box(330 + 11 * (i % 32), 426 + 11 * (i >> 5), 11, 11, tile, 'white'));
  const rows = Array.from({ length: 14 }, (_, i) => box(296, 426 + 11 * i, 11, 11, panel, 'white'));
  return svg(760, 640, [
    text(20, 28, 'From the matrices to the registers (AVX-512, float32)', { size: 16, anchor: 'start', weight: 'bold' }),
    // A, B and C
    box(40, 80, 200, 200, gray), box(40, 140, 80, 98, task), box(40, 168, 80, 14, panel),
    name(140, 72, 'A'), note(44, 254, 'the rows of a task,', 'start'), note(44, 268, 'packed, stay in L2', 'start'),
    note(128, 179, 'a panel: 14 rows', 'start'), note(80, 132, '≤ 400 of k'),
    box(290, 80, 200, 200, gray), box(340, 80, 100, 80, task), box(356, 80, 14, 80, panel),
    name(390, 72, 'B'), note(390, 178, '8 panels of 32 columns,'), note(390, 193, 'packed; one of them'), note(390, 208, 'in L1 or L2'),
    name(265, 185, '×'), name(515, 185, '='),
    box(540, 80, 200, 200, gray), box(590, 140, 100, 98, task), box(606, 168, 14, 14, tile),
    name(640, 72, 'C'), note(640, 113, 'one task: nobody else'), note(640, 128, 'writes these elements'), note(626, 179, 'a tile', 'start'),
    // the tile
    '<path d="M606 182 L330 392 M620 182 L682 392" stroke="#D55E00" stroke-dasharray="4 3" fill="none"/>',
    ...lanes, ...rows, ...chains,
    note(322, 409, 'one row of the panel of B: 2 vectors of 16', 'end'),
    note(288, 500, 'one column of the', 'end'), note(288, 515, 'panel of A: 14 numbers,', 'end'), note(288, 530, 'one after the other', 'end'),
    note(288, 545, 'in all lanes of a vector', 'end'),
    note(506, 600, '14 × 2 vectors stay in registers while p runs over the block of k:'),
    note(506, 618, '28 FMAs per step, each chain[i][j] = fma(a[i][p], b[p][j], chain[i][j])'),
  ]);
}

keep('blocking.svg', blocking());
keep('gflops.svg', await cpuProducts());
keep('step.svg', step());
keep('gpu_gemm.svg', await gpuProducts());

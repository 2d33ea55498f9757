import { writeFile } from 'node:fs/promises';
import type { GroupMark, Spec, SymbolMark } from 'vega';
import { HebbError } from '../errors.js';
import { checkList, checkOptions } from '../options.js';
import { panelText } from './lines.js';
import { checkSvgPath } from './picture.js';
import { rounded } from './svg.js';

/** What is drawn: the epochs that ran, and one value per epoch under each name. */
export interface Curves {
  readonly epoch: readonly number[];
  readonly history: Readonly<Record<string, readonly number[]>>;
}

/** One curve of a panel: a name of the history and where its values lie. */
interface Series {
  readonly name: string;
  readonly label: string;
  readonly color: string;
  readonly dashed: boolean;
}

interface Panel {
  readonly title: string;
  readonly series: readonly Series[];
}

/** The colours of Okabe and Ito (2008), told apart by all kinds of colour vision. */
const colors = ['#0072B2', '#E69F00', '#009E73', '#CC79A7', '#D55E00', '#56B4E9', '#000000'];

/** @throws ERR_ARGUMENT unless it is a History, or has its two fields, and something was recorded */
function checkCurves(op: string, curves: Curves): void {
  const { epoch, history } = checkOptions(op, curves);
  checkList(op, 'epoch', epoch, 'epochs');
  for (const [name, values] of Object.entries(checkOptions(op, history))) checkList(op, name, values, 'numbers');
  if (epoch.length === 0) throw new HebbError('ERR_ARGUMENT', `${op}: no epoch was recorded`);
}

const validation = 'val_';
const [width, height] = [360, 260];

function panel(title: string, names: readonly string[], recorded: readonly string[]): Panel {
  const alone = names.length === 1;
  const series = names.flatMap((name, i): Series[] => {
    const color = colors[i % colors.length]!;
    const train = { name, label: alone ? 'training' : name, color, dashed: false };
    const measured = validation + name;
    if (!recorded.includes(measured)) return [train];
    // The two curves of a metric alone in its panel are told apart by colour as well.
    const label = alone ? 'validation' : `${name}, validation`;
    return [train, { name: measured, label, color: alone ? colors[1]! : color, dashed: true }];
  });
  return { title, series };
}

/** Loss, the other metrics, and the learning rate, each in a panel of its own as the scales differ. */
function panelsOf(recorded: readonly string[]): Panel[] {
  const names = recorded.filter((name) => !name.startsWith(validation));
  const metrics = names.filter((name) => name !== 'loss' && name !== 'learning_rate');
  return [
    { title: 'loss', names: ['loss'] },
    { title: metrics.length === 1 ? metrics[0]! : 'metrics', names: metrics },
    { title: 'learning rate', names: ['learning_rate'] },
  ]
    .map(({ title, names: wanted }) => ({ title, names: wanted.filter((name) => names.includes(name)) }))
    .filter((group) => group.names.length > 0)
    .map((group) => panel(group.title, group.names, recorded));
}

/** The epochs of a list of values: all, or with a validationFreq the multiples of it. */
function epochsOf({ epoch }: Curves, count: number): readonly number[] {
  for (let frequency = 1; frequency <= epoch.length; frequency++) {
    const measured = epoch.filter((index) => (index + 1) % frequency === 0);
    if (measured.length === count) return measured;
  }
  return epoch.slice(-count);
}

function panelMark({ title, series }: Panel, curves: Curves): GroupMark {
  const rows = series.flatMap(({ name, label }) => {
    const values = curves.history[name] ?? [];
    const epochs = epochsOf(curves, values.length);
    const finite = values.map((value) => (Number.isFinite(value) ? value : null));
    return finite.map((value, i) => ({ epoch: (epochs[i] ?? i) + 1, value, label }));
  });
  const [first = 0, last = first] = [curves.epoch[0], curves.epoch.at(-1)];
  // One epoch alone has no width: it stands in the middle of an axis around it.
  const domain = first === last ? [first + 0.5, first + 1.5] : [first + 1, last + 1];
  const labels = series.map(({ label }) => label);
  // Points show where an epoch lies, until there are so many that they hide the curve.
  const pointed = curves.epoch.length <= 40;
  const encoding = {
    x: { scale: 'x', field: 'epoch' },
    y: { scale: 'y', field: 'value' },
    defined: { signal: 'isValid(datum.value)' },
  };
  const points: SymbolMark = {
    type: 'symbol',
    from: { data: 'curve' },
    encode: {
      update: { ...encoding, size: { signal: 'isValid(datum.value) ? 16 : 0' }, fill: { scale: 'color', field: 'label' } },
    },
  };
  return {
    type: 'group',
    encode: { update: { width: { value: width }, height: { value: height } } },
    signals: [
      { name: 'width', value: width },
      { name: 'height', value: height },
    ],
    data: [{ name: 'rows', values: rows }],
    scales: [
      { name: 'x', type: 'linear', domain, range: [0, width], zero: false },
      {
        name: 'y',
        type: 'linear',
        domain: { data: 'rows', field: 'value' },
        range: [height, 0],
        zero: false,
        nice: true,
      },
      { name: 'color', type: 'ordinal', domain: labels, range: series.map(({ color }) => color) },
      { name: 'dash', type: 'ordinal', domain: labels, range: series.map(({ dashed }) => (dashed ? [6, 4] : [1, 0])) },
    ],
    axes: [
      { orient: 'bottom', scale: 'x', title: 'epoch', format: 'd', tickMinStep: 1, tickCount: 8, grid: true },
      { orient: 'left', scale: 'y', title, tickCount: 6, grid: true },
    ],
    legends: [{ stroke: 'color', strokeDash: 'dash', symbolType: 'stroke', orient: 'top', columns: 2, labelLimit: 0 }],
    marks: [
      {
        type: 'group',
        from: { facet: { name: 'curve', data: 'rows', groupby: 'label' } },
        marks: [
          {
            type: 'line',
            from: { data: 'curve' },
            encode: {
              update: {
                ...encoding,
                stroke: { scale: 'color', field: 'label' },
                strokeDash: { scale: 'dash', field: 'label' },
                strokeWidth: { value: 2 },
              },
            },
          },
          ...(pointed ? [points] : []),
        ],
      },
    ],
  };
}

function specOf(curves: Curves): Spec {
  const panels = panelsOf(Object.keys(curves.history));
  return {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    background: 'white',
    padding: 10,
    config: {
      axis: { labelFontSize: 11, titleFontSize: 13, titlePadding: 8, gridColor: '#e6e6e6', domainColor: '#888888' },
      legend: { labelFontSize: 12, symbolSize: 350, symbolStrokeWidth: 2 },
    },
    layout: { columns: panels.length, padding: 40, bounds: 'full', align: 'all' },
    marks: panels.map((part) => panelMark(part, curves)),
  };
}

async function importVega(): Promise<typeof import('vega')> {
  try {
    return await import('vega');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    const message = 'plotHistory: pictures are drawn by the package vega: npm install vega';
    throw new HebbError('ERR_ARGUMENT', message, { cause: error });
  }
}

/**
 * Draws learning curves as an SVG picture: a panel for the loss, one for the metrics and, where it was recorded, one
 * for the learning rate; training solid, validation dashed. Epochs count from 1. NaN and infinity leave a gap.
 *
 * @param curves a History, or its two fields
 * @param path file to write, ending in .svg
 * @throws ERR_ARGUMENT when nothing was recorded, the path ends otherwise, or the package vega is not installed
 * @example
 * await plotHistory({ epoch: [0, 1], history: { loss: [2, 1], val_loss: [2.1, 1.3] } }, 'curves.svg');
 */
export async function plotHistory(curves: Curves, path: string): Promise<void> {
  checkSvgPath('plotHistory', path);
  checkCurves('plotHistory', curves);
  const { parse, View } = await importVega();
  const svg = await new View(parse(specOf(curves)), { renderer: 'none' }).toSVG();
  // Hundredths of a pixel are enough.
  const places = svg.replace(/ (?:d|transform)="[^"]*"/g, (place) => place.replace(/\d+\.\d+/g, (value) => String(rounded(Number(value)))));
  await writeFile(path, `${places}\n`);
}

/**
 * Learning curves in lines of text, in the panels of plotHistory().
 *
 * @param curves a History, or its two fields
 * @throws ERR_ARGUMENT when nothing was recorded
 * @example
 * plots.historyText({ epoch: [0, 1], history: { loss: [2, 1] } }).startsWith('loss: * training'); // true
 */
export function historyText(curves: Curves): string {
  checkCurves('historyText', curves);
  const panels = panelsOf(Object.keys(curves.history)).map(({ title, series }) => ({
    title,
    curves: series.map(({ name, label }) => {
      const y = curves.history[name] ?? [];
      return { name: label, x: epochsOf(curves, y.length).map((epoch) => epoch + 1), y };
    }),
  }));
  return panels.map((panel) => panelText(panel)).join('\n\n');
}

import { HebbError } from '../errors.js';
import type { Model } from '../models/model.js';
import type { SummaryRow } from '../models/summary.js';
import { valueText } from '../options.js';
import type { Shape } from '../tensor.js';
import { layered, type Place } from './layered.js';
import { Picture } from './picture.js';
import { label, mark, rounded, svgDocument } from './svg.js';

/** A layer at one place of the model. */
interface Box {
  readonly name: string;
  readonly title: string;
  readonly below: string;
  readonly input: boolean;
  /** The boxes whose outputs go in, by their position. */
  readonly sources: readonly number[];
}

const [boxHeight, gap, margin, arrow] = [58, 34, 16, 7];

function shapesText(shapes: readonly Shape[] | undefined): string {
  return shapes?.map((shape) => `(None, ${shape.join(', ')})`).join(', ') ?? 'not built';
}

/** A layer's kind and name, its activation, the shapes of its outputs, its parameters where it is used for the first time. */
function boxOf({ layer, shapes }: SummaryRow, use: number, sources: readonly number[]): Box {
  const { activation } = layer.getConfig();
  const function_ = typeof activation === 'string' && activation !== 'linear' ? `, ${activation}` : '';
  const params = layer.countParams();
  const count = params === 0 ? '' : use > 0 ? ', the same parameters' : `, ${params.toLocaleString('en-US')} parameters`;
  const { name, kind } = layer;
  return { name, title: `${name} (${kind}${function_})`, below: `${shapesText(shapes)}${count}`, input: kind === 'input', sources };
}

/** A box for each use of a layer, with what it listens to; layers in a row where the model is no graph. */
function boxesOf(net: Model): Box[] {
  const rows = net.summaryRows();
  if (rows.some(({ uses }) => uses !== undefined)) {
    const all = rows.flatMap((row) => (row.uses ?? []).map((from, use) => ({ row, use, from })));
    const at = (layer: string, call: number): number => all.findIndex(({ row, use }) => row.layer.name === layer && use === call);
    return all.map(({ row, use, from }) => boxOf(row, use, from.map(({ name, call }) => at(name, call))));
  }
  // Of a class of one's own nobody knows which layer follows which.
  const chain = net.kind === 'sequential';
  const input = { name: 'input', title: 'input', below: shapesText(net.inputShapes), input: true, sources: [] };
  return [input, ...rows.map((row, i) => boxOf(row, 0, chain ? [i] : []))];
}

function boxWidth(boxes: readonly Box[]): number {
  return Math.max(...boxes.flatMap(({ title, below }) => [title.length * 8.2, below.length * 7])) + 40;
}

/** From the bottom of a box through the rows between to the top of another. */
function arrowMarks(path: readonly Place[], entry: number): string[] {
  const top = (row: number): number => margin + row * (boxHeight + gap);
  const tip = top(path.at(-1)!.row) - 2;
  let d = `M${rounded(path[0]!.x)} ${top(path[0]!.row) + boxHeight}`;
  for (let i = 1; i < path.length; i++) {
    const [from, to] = [path[i - 1]!, path[i]!];
    const [last, y] = [i === path.length - 1, top(to.row)];
    const x = last ? to.x + entry : to.x;
    const end = last ? tip - arrow : y;
    d += from.x === x ? `V${end}` : `C${rounded(from.x)} ${y - gap / 2} ${rounded(x)} ${y - gap / 2} ${rounded(x)} ${end}`;
    if (!last) d += `V${y + boxHeight}`;
  }
  const x = path.at(-1)!.x + entry;
  return [
    mark('path', { class: 'arrow', d, fill: 'none', stroke: '#444444', 'stroke-width': 1.5 }),
    mark('path', { d: `M${rounded(x - arrow / 2)} ${tip - arrow}h${arrow}L${rounded(x)} ${tip}Z`, fill: '#444444' }),
  ];
}

function drawSVG(boxes: readonly Box[]): string {
  const width = boxWidth(boxes);
  const stacked = boxes.every(({ sources }) => sources.length === 0);
  const { places, paths, rows, reach } = layered(boxes.map(({ sources }) => sources), width, gap, stacked);
  const shift = margin + reach;
  const moved = ({ x, row }: Place): Place => ({ x: x + shift, row });
  const arrows = paths.flatMap((into) =>
    into.flatMap((path, i) => arrowMarks(path.map(moved), (i - (into.length - 1) / 2) * Math.min(24, width / into.length))),
  );
  const marks = boxes.flatMap(({ title, below, input }, i) => {
    const { x, row } = moved(places[i]!);
    const top = margin + row * (boxHeight + gap);
    return [
      mark('rect', { x: x - width / 2, y: top, width, height: boxHeight, rx: 6, fill: input ? '#f4f4f4' : '#e3eff7', stroke: '#0072B2', 'stroke-width': 1.2 }),
      label(x, top + 24, title, { 'font-size': 14, 'font-weight': 'bold' }),
      label(x, top + 44, below),
    ];
  });
  return svgDocument(2 * shift, rows * (boxHeight + gap) - gap + 2 * margin, [...arrows, ...marks]);
}

/** One box below the other; where a box does not listen to the one above alone, it names what it listens to. */
function drawText(boxes: readonly Box[]): string {
  const follows = ({ sources }: Box, i: number): boolean => sources.length === 1 && sources[0] === i - 1;
  const texts = boxes.map((box, i) => {
    const sources = follows(box, i) || box.sources.length === 0 ? [] : [`from ${box.sources.map((source) => boxes[source]!.name).join(', ')}`];
    return [box.title, box.below, ...sources];
  });
  const width = Math.max(...texts.flat().map(({ length }) => length));
  const centred = (text: string): string => {
    const room = width - text.length;
    return ' '.repeat(Math.floor(room / 2)) + text + ' '.repeat(Math.ceil(room / 2));
  };
  const rule = '─'.repeat(width + 2);
  return boxes
    .flatMap((box, i) => [
      ...(follows(box, i) ? [`${' '.repeat(Math.floor(width / 2) + 2)}↓`] : i > 0 ? [''] : []),
      `┌${rule}┐`,
      ...texts[i]!.map((text) => `│ ${centred(text)} │`),
      `└${rule}┘`,
    ])
    .join('\n');
}

/**
 * The layers of a model as boxes, with an arrow for each tensor that goes from one to another: name, kind, activation,
 * shapes of the outputs, parameters. A layer that is used twice is drawn twice.
 *
 * @example
 * const net = sequential([layers.dense({ units: 1, inputShape: [2] })]);
 * await plots.model(net).save('model.svg');
 */
export function model(net: Model): Picture {
  if (typeof (net as Partial<Model> | null)?.summaryRows !== 'function') throw new HebbError('ERR_ARGUMENT', `model: expected a model, got ${valueText(net)}`);
  const boxes = boxesOf(net);
  return new Picture('model', () => drawSVG(boxes), () => drawText(boxes));
}

import { HebbError } from '../errors.js';
import { composed } from '../ops/composed.js';
import { toTensor } from '../ops/index.js';
import { checkKinds, checkNames, checkOptions } from '../options.js';
import type { TensorLike } from '../tensor.js';
import { Picture } from './picture.js';
import { axes, colorOf, label, mark, place, powersOf10, rounded, svgDocument, type Frame } from './svg.js';

/** One curve: a point for each x, NaN and infinity leave a gap. */
export interface Curve {
  readonly name: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly dashed?: boolean;
}

/** Curves in one frame. */
export interface LinesPanel {
  readonly title: string;
  readonly curves: readonly Curve[];
  readonly xLabel?: string;
  readonly yLabel?: string;
  /** Whether the horizontal axis is logarithmic; all x are > 0 then. */
  readonly logX?: boolean;
}

/** Options of plots.lines(). */
export interface LinesOptions {
  /** Stands above the frame. */
  title?: string;
  /** Stands below the horizontal axis. */
  xLabel?: string;
  /** Stands beside the vertical axis. */
  yLabel?: string;
}

const [left, top, gap] = [56, 46, 26];

/** The least and the greatest finite number; a range of no width is widened by one half on each side. */
export function rangeOf(lists: readonly ArrayLike<number>[], share = 0): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      if (!Number.isFinite(list[i])) continue;
      low = Math.min(low, list[i]!);
      high = Math.max(high, list[i]!);
    }
  }
  if (low > high) return [0, 1];
  const extra = low === high ? 0.5 : (high - low) * share;
  return [low - extra, high + extra];
}

function pathOf(frame: Frame, { x, y }: Curve): string {
  let path = '';
  let pen = 'M';
  for (let i = 0; i < x.length; i++) {
    const finite = Number.isFinite(y[i]);
    if (finite) path += pen + place(frame, [x[i]!, y[i]!]).map(rounded).join(' ');
    pen = finite ? 'L' : 'M';
  }
  return path;
}

/** The curves where they are drawn: a logarithmic axis is a straight one of logarithms. */
function placed({ curves, logX = false }: LinesPanel): readonly Curve[] {
  return logX ? curves.map((curve) => ({ ...curve, x: Array.from(curve.x, Math.log10) })) : curves;
}

function panelMarks(panel: LinesPanel, x: number, y: number, width: number, height: number): string[] {
  const { title, xLabel, yLabel, logX } = panel;
  const curves = placed(panel);
  const ranges = { x: rangeOf(curves.map((curve) => curve.x)), y: rangeOf(curves.map((curve) => curve.y), 0.05) };
  const frame = { left: x, top: y, width, height, ...ranges };
  let at = x;
  const legend = curves.length < 2 ? [] : curves.flatMap(({ name, dashed }, i) => {
    const line = { d: `M${rounded(at)} ${y - 10}h20`, stroke: colorOf(i), 'stroke-width': 2, 'stroke-dasharray': dashed ? '5 3' : undefined };
    const text = label(at + 24, y - 6, name, { 'font-size': 11, 'text-anchor': 'start' });
    at += 36 + name.length * 6.2;
    return [mark('path', line), text];
  });
  return [
    label(x + width / 2, y - (curves.length < 2 ? 10 : 26), title, { 'font-size': 14 }),
    ...legend,
    ...axes(frame, { ...(xLabel !== undefined && { xLabel }), ...(yLabel !== undefined && { yLabel }), xTicks: logX ? powersOf10(frame.x, Math.max(2, width / 50)) : undefined }),
    ...curves.map((curve, i) =>
      mark('path', { class: 'curve', d: pathOf(frame, curve), fill: 'none', stroke: colorOf(i), 'stroke-width': 2, 'stroke-dasharray': curve.dashed ? '5 3' : undefined }),
    ),
  ];
}

/** The panels of a picture in columns, each a frame of the given size. */
export function panelsSVG(panels: readonly LinesPanel[], columns: number, width: number, height: number): string {
  const [stepX, stepY] = [width + left + gap, height + top + 46];
  const rows = Math.ceil(panels.length / columns);
  const marks = panels.flatMap((panel, i) =>
    panelMarks(panel, left + (i % columns) * stepX, top + Math.floor(i / columns) * stepY, width, height),
  );
  return svgDocument(Math.min(columns, panels.length) * stepX, rows * stepY, marks);
}

/** Marks of curves in text, in their order. */
const symbols = '*o+x#@%&';

/** A panel in text: a frame of characters, the range of y at the left, the range of x below. */
export function panelText(panel: LinesPanel, columns = 60, rows = 15): string {
  const { title, logX } = panel;
  const curves = placed(panel);
  const [x, y] = [rangeOf(curves.map((curve) => curve.x)), rangeOf(curves.map((curve) => curve.y))];
  const cells = Array.from({ length: rows }, () => new Array<string>(columns).fill(' '));
  // The first curve is drawn last, above the others.
  for (const [i, curve] of [...curves.entries()].reverse()) {
    for (let p = 0; p < curve.x.length; p++) {
      if (!Number.isFinite(curve.y[p])) continue;
      const column = Math.round(((curve.x[p]! - x[0]) / (x[1] - x[0])) * (columns - 1));
      const row = Math.round(((y[1] - curve.y[p]!) / (y[1] - y[0])) * (rows - 1));
      cells[row]![column] = symbols[i % symbols.length]!;
    }
  }
  const numbers = [y[1], y[0]].map((value) => Number(value.toPrecision(3)).toString());
  const width = Math.max(...numbers.map(({ length }) => length));
  const lines = cells.map((line, row) => {
    const number = row === 0 ? numbers[0]! : row === rows - 1 ? numbers[1]! : '';
    return `${number.padStart(width)} │${line.join('').trimEnd()}`;
  });
  const [from, to] = x.map((value) => Number((logX ? 10 ** value : value).toPrecision(3)).toString());
  const names = curves.map(({ name }, i) => `${symbols[i % symbols.length]} ${name}`).join('   ');
  const axis = `${' '.repeat(width)} └${'─'.repeat(columns)}`;
  const below = ' '.repeat(width + 2) + from! + to!.padStart(columns - from!.length);
  return [title === '' ? names : `${title}: ${names}`, ...lines, axis, below].join('\n');
}

/** One panel as a picture of its own. */
export function linesPicture(op: string, panel: LinesPanel): Picture {
  return new Picture(op, () => panelsSVG([panel], 1, 460, 300), () => panelText(panel));
}

/**
 * Curves over one axis.
 *
 * @param x the positions, [n], ascending
 * @param curves name to values, [n] each; NaN and infinity leave a gap
 * @throws ERR_ARGUMENT without a curve, ERR_SHAPE when lengths differ
 * @example
 * plots.lines([0, 1, 2], { square: [0, 1, 4], cube: [0, 1, 8] }).toText().startsWith('* square   o cube'); // true
 */
export const lines = composed('lines', (x: TensorLike, curves: Readonly<Record<string, TensorLike>>, options: LinesOptions = {}): Picture => {
  checkNames('lines', options, ['title', 'xLabel', 'yLabel']);
  checkKinds('lines', options, { title: String, xLabel: String, yLabel: String });
  const xs = toTensor(x).dataSync();
  const { title = '', ...labels } = options;
  const all = Object.entries(checkOptions('lines', curves)).map(([name, values]): Curve => {
    const y = toTensor(values);
    if (y.rank !== 1 || y.size !== xs.length) {
      throw new HebbError('ERR_SHAPE', `lines: '${name}' has shape [${y.shape.join(',')}] for ${xs.length} values of x`);
    }
    return { name, x: xs, y: y.dataSync() };
  });
  if (all.length === 0 || xs.length === 0) throw new HebbError('ERR_ARGUMENT', 'lines: there is nothing to draw');
  return linesPicture('lines', { title, curves: all, ...labels });
});

import { HebbError } from '../errors.js';
import { composed } from '../ops/composed.js';
import { tensor, toTensor } from '../ops/index.js';
import { checkKinds, checkNames, valueText } from '../options.js';
import type { Tensor, TensorLike } from '../tensor.js';
import { classesOf, countClasses } from './classes.js';
import { rangeOf } from './lines.js';
import { Picture } from './picture.js';
import { axes, colorOf, label, mark, pixels, place, svgDocument, type Frame } from './svg.js';

/** Options of plots.decisionBoundary(). */
export interface DecisionBoundaryOptions {
  /** Names of the classes; their numbers by default. */
  labels?: readonly string[];
  /** Names of the two features; x0 and x1 by default. */
  features?: readonly [string, string];
  /** Above this, a single output means class 1; 0.5 by default, 0 fits a decision function. */
  threshold?: number;
  /** Points of the plane in each direction that are asked; 200 by default. */
  resolution?: number;
  /** Stands above the picture. */
  title?: string;
}

/** Characters of the areas, and of the points of a class in text. */
const [areas, points] = ['·:-=+*%#', '0123456789'];

/** A colour on white paper: 0 to 255 for red, green and blue. */
function tint(color: string): number[] {
  const strength = 0.35;
  return [1, 3, 5].map((at) => Math.round(255 + (Number.parseInt(color.slice(at, at + 2), 16) - 255) * strength));
}

/** The class of every point of a grid, from the top left, row by row. */
function ask(predict: (points: Tensor) => TensorLike, frame: Frame, columns: number, rows: number, threshold: number): Int32Array {
  const at = ([low, high]: readonly [number, number], i: number, count: number): number => low + ((i + 0.5) / count) * (high - low);
  const grid = new Float32Array(2 * columns * rows);
  for (let i = 0; i < columns * rows; i++) {
    grid[2 * i] = at(frame.x, i % columns, columns);
    grid[2 * i + 1] = at(frame.y, rows - 1 - Math.floor(i / columns), rows);
  }
  const classes = classesOf('decisionBoundary', 'the prediction', predict(tensor(grid, { shape: [columns * rows, 2] })), threshold);
  if (classes.length !== columns * rows) {
    throw new HebbError('ERR_SHAPE', `decisionBoundary: predict answers a row for each of ${columns * rows} points, got ${classes.length}`);
  }
  return classes;
}

/**
 * The areas of the plane that a classifier gives to each class, and the points it learned from.
 *
 * @param predict gets points [n, 2], float32; answers classes [n] (whole numbers), one output [n] or [n, 1], or one per
 *   class [n, classes]
 * @param x points [n, 2]
 * @param y their classes [n]
 * @throws ERR_SHAPE, ERR_ARGUMENT for data that does not fit
 * @example
 * const picture = plots.decisionBoundary((p) => p.slice([], [0, 1]).greater(0.5), [[0, 0], [1, 1]], [0, 1]);
 * console.log(picture.toText());
 */
export const decisionBoundary = composed('decisionBoundary', (
  predict: (points: Tensor) => TensorLike,
  x: TensorLike,
  y: TensorLike,
  options: DecisionBoundaryOptions = {},
): Picture => {
  checkNames('decisionBoundary', options, ['labels', 'features', 'threshold', 'resolution', 'title']);
  checkKinds('decisionBoundary', options, { labels: Array, features: Array, threshold: Number, title: String });
  const { labels, features = ['x0', 'x1'], threshold = 0.5, resolution = 200, title = '' } = options;
  const data = toTensor(x);
  if (data.rank !== 2 || data.shape[1] !== 2) throw new HebbError('ERR_SHAPE', `decisionBoundary: x is [points,2], got [${data.shape.join(',')}]`);
  if (!Number.isSafeInteger(resolution) || resolution < 1) {
    throw new HebbError('ERR_ARGUMENT', `decisionBoundary: resolution is a whole number >= 1, got ${valueText(resolution)}`);
  }
  const classes = classesOf('decisionBoundary', 'y', y);
  const [xs, ys] = [0, 1].map((column) => data.dataSync().filter((_, i) => i % 2 === column)) as [Float32Array, Float32Array];
  if (classes.length !== xs.length) throw new HebbError('ERR_SHAPE', `decisionBoundary: x has ${xs.length} points, y has ${classes.length}`);
  const frame = { left: 60, top: 50, width: 400, height: 400, x: rangeOf([xs], 0.1), y: rangeOf([ys], 0.1) };

  const drawSVG = (): string => {
    const asked = ask(predict, frame, resolution, resolution, threshold);
    const count = countClasses('decisionBoundary', labels, classes, asked);
    const tints = Array.from({ length: count }, (_, i) => tint(colorOf(i)));
    const image = { width: resolution, height: resolution, channels: 3, data: Uint8Array.from(Array.from(asked).flatMap((each) => tints[each]!)) };
    const legend = Array.from({ length: count }, (_, i) => [
      mark('circle', { cx: frame.left + frame.width + 24, cy: frame.top + 12 + 22 * i, r: 5, fill: colorOf(i) }),
      label(frame.left + frame.width + 36, frame.top + 16 + 22 * i, labels?.[i] ?? String(i), { 'text-anchor': 'start' }),
    ]).flat();
    const longest = Math.max(...Array.from({ length: count }, (_, i) => (labels?.[i] ?? String(i)).length));
    return svgDocument(frame.left + frame.width + 50 + longest * 7.5, 500, [
      label(frame.left + frame.width / 2, 30, title, { 'font-size': 15 }),
      pixels(image, frame.left, frame.top, frame.width, frame.height),
      ...axes(frame, { xLabel: features[0], yLabel: features[1], grid: false }),
      ...Array.from(classes, (each, i) => {
        const [cx, cy] = place(frame, [xs[i]!, ys[i]!]);
        return mark('circle', { class: `point-${each}`, cx, cy, r: 3.5, fill: colorOf(each), stroke: 'white', 'stroke-width': 0.8 });
      }),
      ...legend,
    ]);
  };
  const drawText = (): string => {
    const [columns, rows] = [60, 24];
    const asked = ask(predict, frame, columns, rows, threshold);
    const count = countClasses('decisionBoundary', labels, classes, asked);
    const cells = Array.from(asked, (each) => areas[each % areas.length]!);
    for (const [i, each] of classes.entries()) {
      const column = Math.floor(((xs[i]! - frame.x[0]) / (frame.x[1] - frame.x[0])) * columns);
      const row = Math.floor(((frame.y[1] - ys[i]!) / (frame.y[1] - frame.y[0])) * rows);
      cells[Math.min(rows - 1, row) * columns + Math.min(columns - 1, column)] = points[each % points.length]!;
    }
    const names = Array.from({ length: count }, (_, i) => `${areas[i % areas.length]} ${labels?.[i] ?? `class ${i}`} (points ${points[i % points.length]})`);
    const lines = Array.from({ length: rows }, (_, row) => cells.slice(row * columns, (row + 1) * columns).join(''));
    return [...(title === '' ? [] : [title]), ...lines, names.join('   ')].join('\n');
  };
  return new Picture('decisionBoundary', drawSVG, drawText);
});

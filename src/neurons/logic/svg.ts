import { escaped } from '../../plots/svg.js';
import { layersOf, type Diagram, type Neuron } from './neuron.js';

const radius = 22;
const rowHeight = 110;
const gap = 46;
const margin = 20;
/** Distance of parallel connections. */
const apart = 11;

const styles: Readonly<Record<string, string>> = {
  excite: 'stroke="black" stroke-width="1.5" marker-end="url(#excite)"',
  inhibit: 'stroke="#D55E00" stroke-width="1.5" marker-end="url(#inhibit)"',
};

interface Point {
  readonly x: number;
  readonly y: number;
}

/** An input or a neuron, or the place in a row where the connections from one far below pass through. */
interface Place extends Point {
  /** Half the length of the line around which the outline runs: 0 for a circle. */
  readonly half: number;
}

/** By row and name. */
type Rows = readonly ReadonlyMap<string, Place>[];

function sourcesOf({ excite, inhibit }: Neuron): string[] {
  return [...excite, ...inhibit];
}

function halfOf(name: string): number {
  return Math.max(0, name.length * 4.5 + 8 - radius);
}

/** Rows upwards from the inputs and sources, each in the order of the middle of what its members listen to in the row below. */
function rowsOf({ inputs, neurons }: Diagram): Rows {
  const sources = neurons.filter((neuron) => sourcesOf(neuron).length === 0);
  const bottom = [...inputs, ...sources.map(({ name }) => name)];
  const { layers } = layersOf(bottom, neurons.filter((neuron) => !sources.includes(neuron)));
  const highest = new Map<string, number>();
  for (const [i, layer] of layers.entries()) for (const neuron of layer) for (const source of sourcesOf(neuron)) highest.set(source, i + 1);
  const rows = [placed(bottom.map((name) => [name, halfOf(name)]), 0)];
  for (const [i, layer] of layers.entries()) {
    const below = rows[i]!;
    const own = layer.map((neuron) => {
      const xs = sourcesOf(neuron).flatMap((source) => below.get(source)?.x ?? []);
      return { name: neuron.name, half: halfOf(neuron.name), middle: xs.reduce((sum, x) => sum + x, 0) / Math.max(1, xs.length) };
    });
    const passing = [...below].filter(([name]) => (highest.get(name) ?? 0) > i + 1);
    const all = [...own, ...passing.map(([name, { x }]) => ({ name, half: 0, middle: x }))].sort((a, b) => a.middle - b.middle);
    rows.push(placed(all.map(({ name, half }) => [name, half]), i + 1));
  }
  return rows;
}

/** Side by side around x = 0. */
function placed(names: readonly (readonly [string, number])[], row: number): Map<string, Place> {
  const width = names.reduce((sum, [, half]) => sum + 2 * (half + radius), 0) + gap * (names.length - 1);
  let left = -width / 2;
  return new Map(
    names.map(([name, half]) => {
      const x = left + half + radius;
      left = x + half + radius + gap;
      return [name, { x, y: -row * rowHeight, half }];
    }),
  );
}

/** Where a line from a point meets the outline of a place. */
function outline({ x, y, half }: Place, from: Point): Point {
  const middle = Math.min(x + half, Math.max(x - half, from.x));
  const length = Math.hypot(from.x - middle, from.y - y);
  return { x: middle + ((from.x - middle) * radius) / length, y: y + ((from.y - y) * radius) / length };
}

const number = (value: number): string => String(Math.round(value * 10) / 10);
const pair = ({ x, y }: Point): string => `${number(x)} ${number(y)}`;

/** The line of a connection: upwards through the rows between, or around the right side where it goes back. */
function lineOf(rows: Rows, source: string, from: number, target: string, to: number, shift: number): string {
  const [start, end] = [rows[from]!.get(source)!, rows[to]!.get(target)!];
  if (from >= to) {
    const side = Math.SQRT1_2 * radius;
    const [first, last] = [{ x: start.x + start.half + side, y: start.y - side }, { x: end.x + end.half + side, y: end.y + side }];
    const x = Math.max(first.x, last.x) + 50 + shift * 2 + (from - to) * 20;
    return `M${pair(first)}C${pair({ x, y: first.y - 20 })} ${pair({ x, y: last.y + 20 })} ${pair(last)}`;
  }
  const shifted = (place: Place): Place => ({ ...place, x: place.x + shift });
  const points: Place[] = [];
  for (let row = from; row <= to; row++) points.push(shifted(rows[row]!.get(row === to ? target : source)!));
  const line = [outline(points[0]!, points[1]!), ...points.slice(1, -1), outline(points.at(-1)!, points.at(-2)!)];
  return `M${line.map(pair).join('L')}`;
}

function nodeMarks(name: string, { x, y, half }: Place, threshold: number): string {
  const box = `x="${number(x - half - radius)}" y="${number(y - radius)}" width="${number(2 * (half + radius))}" height="${2 * radius}"`;
  const label = (text: string, dy: number, size: number): string =>
    `<text x="${number(x)}" y="${number(y + dy)}" font-size="${size}">${escaped(text)}</text>`;
  const labels = threshold === 2 ? label(name, 5, 15) : label(name, 1, 15) + label(`≥ ${threshold}`, 14, 10);
  return `<rect ${box} rx="${radius}" fill="white" stroke="black" stroke-width="1.5"/>${labels}`;
}

function connectionMarks(rows: Rows, neuron: Neuron, rowOf: ReadonlyMap<string, number>): string[] {
  const lines: string[] = [];
  const connect = (names: readonly string[], kind: string): void => {
    for (const source of new Set(names)) {
      const count = names.filter((name) => name === source).length;
      for (let i = 0; i < count; i++) {
        const shift = (i - (count - 1) / 2) * Math.min(apart, (3 * apart) / count);
        const line = lineOf(rows, source, rowOf.get(source)!, neuron.name, rowOf.get(neuron.name)!, shift);
        lines.push(`<path class="${kind}" d="${line}" fill="none" ${styles[kind]}/>`);
      }
    }
  };
  connect(neuron.excite, 'excite');
  connect(neuron.inhibit, 'inhibit');
  return lines;
}

const markers = [
  '<marker id="excite" viewBox="0 0 10 10" refX="10" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 1L10 5L0 9Z"/></marker>',
  '<marker id="inhibit" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">',
  '<circle cx="5" cy="5" r="4" fill="white" stroke="#D55E00" stroke-width="1.5"/></marker>',
].join('');

/** The picture of a network. */
export function toSVG(diagram: Diagram): string {
  const { inputs, outputs, neurons } = diagram;
  const rows = rowsOf(diagram);
  const rowOf = new Map<string, number>();
  for (const [row, places] of rows.entries()) for (const name of places.keys()) if (!rowOf.has(name)) rowOf.set(name, row);
  const thresholds = new Map(neurons.map(({ name, threshold }) => [name, threshold]));
  const places = rows.flatMap((row) => [...row.values()]);
  const around = neurons.some((neuron) => sourcesOf(neuron).some((source) => rowOf.get(source)! >= rowOf.get(neuron.name)!));
  const reach = Math.max(...places.map(({ x, half }) => Math.abs(x) + half + radius)) + margin;
  const height = (rows.length - 1) * rowHeight + 2 * (radius + margin);
  const top = -(rows.length - 1) * rowHeight - radius - margin;
  const width = 2 * reach + (around ? 60 + 20 * rows.length : 0);
  const size = `viewBox="${number(-reach)} ${top} ${number(width)} ${height}" width="${number(width)}" height="${height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" font-family="sans-serif" text-anchor="middle">`,
    `<title>${escaped(`${outputs.join(', ')} from ${inputs.join(', ') || 'no inputs'}`)}</title>`,
    `<defs>${markers}</defs>`,
    `<rect x="${number(-reach)}" y="${top}" width="100%" height="100%" fill="white"/>`,
    ...neurons.flatMap((neuron) => connectionMarks(rows, neuron, rowOf)),
    ...[...rowOf].map(([name, row]) => nodeMarks(name, rows[row]!.get(name)!, thresholds.get(name) ?? 2)),
    '</svg>\n',
  ].join('\n');
}

import { encodePNG, type Pixels } from '../formats/png.js';

/** The colours of Okabe and Ito (2008), told apart by all kinds of colour vision; black comes last. */
export const colors: readonly string[] = ['#0072B2', '#E69F00', '#009E73', '#CC79A7', '#D55E00', '#56B4E9', '#F0E442', '#000000'];

/** The colour of the i-th class or curve. */
export function colorOf(i: number): string {
  return colors[i % colors.length]!;
}

/** Text as it may stand in XML, which cannot hold control characters at all. */
export function escaped(text: string): string {
  return text.replace(/[\p{Cc}&<>"]/gu, (character) => (/\p{Cc}/u.test(character) ? '\ufffd' : `&#${character.charCodeAt(0)};`));
}

/** Attributes of a mark by name; undefined ones are left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** A coordinate with at most two digits after the point. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/** One element, with marks or text inside. */
export function mark(name: string, attributes: Attributes, inside = ''): string {
  const list = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}="${typeof value === 'number' ? rounded(value) : escaped(value)}"`],
  );
  return `<${[name, ...list].join(' ')}${inside === '' ? '/' : `>${inside}</${name}`}>`;
}

/** A text, centred on x unless `text-anchor` says otherwise. */
export function label(x: number, y: number, text: string, attributes: Attributes = {}): string {
  return mark('text', { x, y, 'font-size': 12, ...attributes }, escaped(text));
}

/** Pixels drawn as sharp squares. */
export function pixels(image: Pixels, x: number, y: number, width: number, height: number): string {
  const href = `data:image/png;base64,${Buffer.from(encodePNG(image)).toString('base64')}`;
  const style = 'image-rendering:pixelated';
  return mark('image', { x, y, width, height, preserveAspectRatio: 'none', style, href });
}

/** A whole picture, its marks on white, in the units of its pixels. */
export function svgDocument(width: number, height: number, marks: readonly string[]): string {
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  const size = { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${w} ${h}`, width: w, height: h };
  const ground = mark('rect', { width: w, height: h, fill: 'white' });
  return mark('svg', { ...size, role: 'img', 'font-family': 'sans-serif', 'text-anchor': 'middle' }, `\n${[ground, ...marks].join('\n')}\n`);
}

/** About `count` round numbers between two bounds, each with as many digits as tell them apart. */
export function ticks(low: number, high: number, count: number): Tick[] {
  const power = 10 ** Math.floor(Math.log10((high - low) / count));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => (high - low) / size <= count) ?? 10 * power;
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const first = Math.ceil(low / step - 1e-9);
  const steps = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: steps }, (_, i) => {
    const value = (first + i) * step;
    // Not -0.
    return { value, text: (value === 0 ? 0 : value).toFixed(digits) };
  });
}

/** The ticks of a logarithmic axis between two powers of 10: 1e-3, or 3.2e-3 between them. */
export function powersOf10([low, high]: readonly [number, number], count: number): Tick[] {
  return ticks(low, high, count).map(({ value }) => {
    const text = (10 ** value).toExponential(Number.isInteger(value) ? 0 : 1).replace('+', '');
    return { value, text };
  });
}

/** A rectangle of the picture and the range of numbers on each of its sides. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** Where a point of the plane lies in a frame. */
export function place({ left, top, width, height, x, y }: Frame, at: readonly [number, number]): [number, number] {
  return [left + ((at[0] - x[0]) / (x[1] - x[0])) * width, top + height - ((at[1] - y[0]) / (y[1] - y[0])) * height];
}

/** A place on an axis and what stands there. */
export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** What stands beside a frame. */
export interface AxesOptions {
  readonly xLabel?: string;
  readonly yLabel?: string;
  /** Lines across the frame; true by default. */
  readonly grid?: boolean;
  /** What stands below; round numbers by default. */
  readonly xTicks?: readonly Tick[] | undefined;
}

/** The border of a frame with numbers below and at the left, and lines across it if wanted. */
export function axes(frame: Frame, { xLabel, yLabel, grid = true, xTicks }: AxesOptions = {}): string[] {
  const { left, top, width, height } = frame;
  const [bottom, middle] = [top + height, top + height / 2];
  const line = { stroke: '#e2e2e2', 'stroke-width': 1 };
  const below = (xTicks ?? ticks(...frame.x, Math.max(2, width / 50))).flatMap(({ value, text }) => {
    const [x] = place(frame, [value, 0]);
    return [...(grid ? [mark('path', { d: `M${rounded(x)} ${top}V${bottom}`, ...line })] : []), label(x, bottom + 16, text, { 'font-size': 11 })];
  });
  const beside = ticks(...frame.y, Math.max(2, height / 40)).flatMap(({ value, text }) => {
    const [, y] = place(frame, [0, value]);
    const lines = grid ? [mark('path', { d: `M${left} ${rounded(y)}H${left + width}`, ...line })] : [];
    return [...lines, label(left - 6, y + 4, text, { 'font-size': 11, 'text-anchor': 'end' })];
  });
  return [
    ...below,
    ...beside,
    mark('rect', { x: left, y: top, width, height, fill: 'none', stroke: '#888888' }),
    ...(xLabel === undefined ? [] : [label(left + width / 2, bottom + 34, xLabel)]),
    ...(yLabel === undefined ? [] : [label(left - 40, middle, yLabel, { transform: `rotate(-90 ${rounded(left - 40)} ${rounded(middle)})` })]),
  ];
}

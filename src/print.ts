import { inspect } from 'node:util';
import { untracked } from './autograd.js';
import type { Dtype } from './dtype.js';
import { gather, tensor } from './ops/index.js';
import { isCapturing, Tensor } from './tensor.js';

const lineWidth = 75;
const summarizeAbove = 1000;
const edgeItems = 3;
const maxDigits = 8;

/** |x| as d.ddde+x with the fewest digits that read back as the same float32 or float64. */
function shortest(x: number, dtype: Dtype): string {
  if (dtype === 'float64') return x.toExponential();
  for (let digits = 0; digits < 8; digits++) {
    const text = x.toExponential(digits);
    if (Math.fround(Number(text)) === x) return text;
  }
  return x.toExponential(8);
}

const isNegative = (x: number): boolean => x < 0 || Object.is(x, -0);

interface Parts {
  whole: string;
  fraction: string;
  /** With its sign, 'e+08' without the e; '' when written without exponent. */
  exponent: string;
}

function positional(x: number, dtype: Dtype): Parts {
  const [mantissa = '', exponent = '0'] = shortest(Math.abs(x), dtype).split('e');
  const digits = mantissa.replace('.', '').length - 1 - Number(exponent);
  const [whole = '', fraction = ''] = Math.abs(x).toFixed(Math.min(maxDigits, Math.max(0, digits))).split('.');
  return { whole: (isNegative(x) ? '-' : '') + whole, fraction: fraction.replace(/0+$/, ''), exponent: '' };
}

/** The digits behind the point that x needs, at most 8. */
function mantissaDigits(x: number, dtype: Dtype): number {
  const digits = shortest(Math.abs(x), dtype).split('e')[0]!.replace('.', '').length - 1;
  return Math.abs(x).toExponential(Math.min(maxDigits, digits)).split('e')[0]!.replace(/\.?0*$/, '').replace(/^\d\.?/, '').length;
}

function scientific(x: number, digits: number): Parts {
  const [mantissa = '', exponent = ''] = Math.abs(x).toExponential(digits).split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return { whole: (isNegative(x) ? '-' : '') + whole, fraction, exponent: exponent.charAt(0) + exponent.slice(1).padStart(2, '0') };
}

/** Whether NumPy would write these numbers with exponents: very large, very small or far apart. */
function needsExponents(values: readonly number[], dtype: Dtype): boolean {
  const sizes = values.map(Math.abs).filter((size) => size > 0);
  if (sizes.length === 0) return false;
  const largest = Math.max(...sizes);
  const smallest = Math.min(...sizes);
  return largest >= (dtype === 'float32' ? 1e6 : 1e8) || smallest < 1e-4 || largest / smallest > 1000;
}

function specialName(x: number): string {
  return Number.isNaN(x) ? 'nan' : x < 0 ? '-inf' : 'inf';
}

/** Real numbers in columns: decimal points aligned, no digit that is not needed, at most 8 behind the point. */
function realCells(values: readonly number[], dtype: Dtype): string[] {
  const finite = values.filter(Number.isFinite);
  const exponents = needsExponents(finite, dtype);
  const digits = exponents ? Math.max(...finite.map((x) => mantissaDigits(x, dtype))) : 0;
  const parts = values.map((x) => (Number.isFinite(x) ? (exponents ? scientific(x, digits) : positional(x, dtype)) : null));
  const widest = (part: keyof Parts): number => parts.reduce((width, each) => Math.max(width, each?.[part].length ?? 0), 0);
  const [left, right, power] = [widest('whole'), widest('fraction'), widest('exponent')];
  const tail = exponents ? right + 1 + power : right;
  const width = Math.max(left + 1 + tail, ...values.filter((x) => !Number.isFinite(x)).map((x) => specialName(x).length));
  return parts.map((each, i) => {
    if (each === null) return specialName(values[i]!).padStart(width);
    const fraction = exponents
      ? `${each.fraction}e${each.exponent.charAt(0)}${each.exponent.slice(1).padStart(power - 1, '0')}`
      : each.fraction.padEnd(right);
    return `${each.whole}.${fraction}`.padStart(width);
  });
}

function cellsOf(values: readonly number[], dtype: Dtype): string[] {
  if (dtype === 'float32' || dtype === 'float64') return realCells(values, dtype);
  const texts = values.map((x) => (dtype === 'bool' ? (x !== 0 ? 'True' : 'False') : String(x)));
  const width = texts.reduce((widest, text) => Math.max(widest, text.length), dtype === 'bool' ? 5 : 0);
  return texts.map((text) => text.padStart(width));
}

/** A single number as Python writes it. */
function scalarText(x: number, dtype: Dtype): string {
  if (dtype === 'bool') return x !== 0 ? 'True' : 'False';
  if (dtype !== 'float32' && dtype !== 'float64') return String(x);
  if (!Number.isFinite(x)) return specialName(x);
  const size = Math.abs(x);
  if (size !== 0 && (size >= (dtype === 'float32' ? 1e6 : 1e16) || size < 1e-4)) {
    const [mantissa = '', exponent = ''] = shortest(size, dtype).split('e');
    return `${isNegative(x) ? '-' : ''}${mantissa}e${exponent.charAt(0)}${exponent.slice(1).padStart(2, '0')}`;
  }
  const text = String(Number(shortest(size, dtype)));
  return (isNegative(x) ? '-' : '') + (text.includes('.') ? text : `${text}.0`);
}

/** The first and last elements of every long axis; the others are not even copied. */
function edgesOf(x: Tensor): Tensor {
  return untracked(() =>
    x.shape.reduce<Tensor>((part, dim, axis) => {
      if (dim <= 2 * edgeItems) return part;
      const shown = Int32Array.from({ length: 2 * edgeItems }, (_, i) => (i < edgeItems ? i : dim - 2 * edgeItems + i));
      return gather(part, tensor(shown), axis);
    }, x),
  );
}

/** A line of words in brackets, broken where it would be longer than the page. */
function wrapWords(words: readonly string[], axis: number): string {
  const indent = ' '.repeat(axis + 1);
  const lines: string[] = [];
  let line = indent;
  for (const [i, word] of words.entries()) {
    if (line.length + word.length > lineWidth - axis - 1 && line.length > indent.length) {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += i + 1 < words.length ? `${word} ` : word;
  }
  lines.push(line);
  return `[${lines.join('\n').slice(indent.length)}]`;
}

function layOut(cells: readonly string[], shown: readonly number[], shortened: readonly boolean[]): string {
  let next = 0;
  const build = (axis: number): string => {
    if (axis === shown.length) return cells[next++]!;
    const parts = Array.from({ length: shown[axis]! }, () => build(axis + 1));
    if (shortened[axis] === true) parts.splice(edgeItems, 0, '...');
    if (axis === shown.length - 1) return wrapWords(parts, axis);
    return `[${parts.join('\n'.repeat(shown.length - 1 - axis) + ' '.repeat(axis + 1))}]`;
  };
  return build(0);
}

/** The elements of x as NumPy prints them. */
function elementsText(x: Tensor): string {
  if (x.rank === 0) return scalarText(x.item(), x.dtype);
  if (x.size === 0) return '[]';
  const long = x.size > summarizeAbove;
  const part = long ? edgesOf(x) : x;
  const cells = cellsOf(Array.from(part.dataSync()), x.dtype);
  return layOut(
    cells,
    part.shape,
    x.shape.map((dim) => long && dim > 2 * edgeItems),
  );
}

function heading(x: Tensor): string {
  return `Tensor [${x.shape.join(',')}] ${x.dtype}`;
}

declare module './tensor.js' {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  interface Tensor<S extends Shape = Shape> {
    /**
     * The elements as NumPy prints them: aligned columns, at most 8 digits behind the point, the middle left out above 1000
     * elements. While a program is captured, and after dispose(), shape and type only.
     */
    toString(): string;
  }
}

function text(x: Tensor): string {
  if (x.isDisposed) return `${heading(x)}, disposed`;
  return isCapturing() ? heading(x) : elementsText(x);
}

Object.defineProperties(Tensor.prototype, {
  toString: {
    value(this: Tensor): string {
      return text(this);
    },
    writable: true,
    configurable: true,
  },
  [inspect.custom]: {
    value(this: Tensor): string {
      return this.isDisposed || isCapturing() ? text(this) : `${heading(this)}\n${text(this)}`;
    },
    writable: true,
    configurable: true,
  },
});

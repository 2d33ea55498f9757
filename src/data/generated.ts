import { HebbError } from '../errors.js';
import { tensor } from '../ops/create.js';
import { checkNames } from '../options.js';
import type { Tensor } from '../tensor.js';
import { anySeed, permutation, randomStream, type RandomStream } from './random_stream.js';
import type { TableDataset } from './table.js';

/** What every generated set takes. */
export interface GeneratedOptions {
  /** Rows, over all classes; 100 unless stated otherwise. */
  samples?: number | undefined;
  /** Standard deviation of normal noise added to every coordinate; 0 by default. */
  noise?: number | undefined;
  /** The same seed gives the same rows, whatever else draws random numbers; by default a new seed each time. */
  seed?: number | undefined;
  /** Whether the rows come in random order (default) or class by class. */
  shuffle?: boolean | undefined;
  /** Type of `x`; float32 by default. */
  dtype?: 'float32' | 'float64' | undefined;
}

const common = ['samples', 'noise', 'seed', 'shuffle', 'dtype'];

function fail(op: string, fault: string): never {
  throw new HebbError('ERR_ARGUMENT', `${op}: ${fault}`);
}

function whole(op: string, name: string, value: number, least: number): number {
  if (!Number.isSafeInteger(value) || value < least)
    fail(op, `${name} is a whole number >= ${least}, got ${String(value)}`);
  return value;
}

function within(op: string, name: string, value: number, low: number, high: number): number {
  if (!(value >= low && value <= high) || !Number.isFinite(value)) {
    fail(op, `${name} is a number ${high === Infinity ? `>= ${low}` : `from ${low} to ${high}`}, got ${String(value)}`);
  }
  return value;
}

/** `total` rows divided between `parts` as evenly as possible, the first ones larger. */
function share(total: number, parts: number): number[] {
  return Array.from({ length: parts }, (_, i) => Math.floor(total / parts) + (i < total % parts ? 1 : 0));
}

type Point = readonly number[];

/** One row before noise. */
interface Row {
  label: number;
  point: Point;
}

/** The rows of one class: how many, and the coordinates of each. */
interface Cloud {
  count: number;
  at: (i: number, random: RandomStream) => Point;
}

/** The rows of all classes, class by class. */
function rowsOf(clouds: readonly Cloud[], random: RandomStream): Row[] {
  return clouds.flatMap(({ count, at }, label) =>
    Array.from({ length: count }, (_, i) => ({ label, point: at(i, random) })),
  );
}

function checkDtype(op: string, dtype: 'float32' | 'float64'): 'float32' | 'float64' {
  if (['float32', 'float64'].includes(dtype)) return dtype;
  throw new HebbError('ERR_DTYPE', `${op}: dtype is 'float32' or 'float64', got '${dtype as string}'`);
}

function build(op: string, draw: (random: RandomStream) => Row[], options: GeneratedOptions): TableDataset {
  const { noise = 0, seed = anySeed(), shuffle = true, dtype = 'float32' } = options;
  within(op, 'noise', noise, 0, Infinity);
  if (typeof shuffle !== 'boolean') fail(op, `shuffle is true or false, got ${String(shuffle)}`);
  checkDtype(op, dtype);
  const random = randomStream(op, seed);
  const rows = draw(random);
  const ordered = shuffle ? Array.from(permutation(rows.length, random), (row) => rows[row]!) : rows;
  const features = rows[0]?.point.length ?? 2;
  const x = Float64Array.from(ordered.flatMap(({ point }) => point));
  if (noise > 0) for (let i = 0; i < x.length; i++) x[i]! += noise * random.normal();
  const y = Int32Array.from(ordered, ({ label }) => label);
  const classes = y.reduce((most, label) => Math.max(most, label + 1), 0);
  return {
    x: tensor(x, { shape: [rows.length, features], dtype }),
    y: tensor(y, { shape: [rows.length] }),
    featureNames: Array.from({ length: features }, (_, j) => `x${j}`),
    targetNames: Array.from({ length: classes }, (_, label) => String(label)),
  };
}

/** Options of `datasets.moons`. */
export interface MoonsOptions extends Omit<GeneratedOptions, 'samples'> {
  /** Rows in all, or of the outer and the inner moon; 100 by default. */
  samples?: number | readonly [number, number] | undefined;
}

function two(op: string, samples: number | readonly number[]): readonly [number, number] {
  if (typeof samples === 'number') return [Math.floor(whole(op, 'samples', samples, 1) / 2), Math.ceil(samples / 2)];
  if (samples.length !== 2) fail(op, `samples is a number or two numbers, got [${samples.join(', ')}]`);
  return [whole(op, 'samples', samples[0]!, 0), whole(op, 'samples', samples[1]!, 0)];
}

/**
 * Two half circles that reach into each other, as scikit-learn's `make_moons`: class 0 is `(cos t, sin t)`, class 1
 * `(1 - cos t, 0.5 - sin t)`, t evenly spaced in [0, pi].
 *
 * @returns `x` [samples, 2], `y` [samples]
 * @throws ERR_ARGUMENT, ERR_DTYPE
 * @example
 * const { x, y } = datasets.moons({ samples: 200, noise: 0.1, seed: 42 });
 */
export function moons(options: MoonsOptions = {}): TableDataset {
  checkNames('moons', options, common);
  const { samples = 100, ...rest } = options;
  const [outer, inner] = two('moons', samples);
  const angle = (i: number, count: number): number => (count > 1 ? (Math.PI * i) / (count - 1) : 0);
  const outerMoon: Cloud = { count: outer, at: (i) => [Math.cos(angle(i, outer)), Math.sin(angle(i, outer))] };
  const innerMoon: Cloud = {
    count: inner,
    at: (i) => [1 - Math.cos(angle(i, inner)), 0.5 - Math.sin(angle(i, inner))],
  };
  return build('moons', (random) => rowsOf([outerMoon, innerMoon], random), rest);
}

/** Options of `datasets.circles`. */
export interface CirclesOptions extends MoonsOptions {
  /** Radius of the inner circle, in [0, 1]; 0.8 by default. */
  factor?: number | undefined;
}

/**
 * A circle of radius 1 (class 0) around one of radius `factor` (class 1), as scikit-learn's `make_circles`.
 *
 * @returns `x` [samples, 2], `y` [samples]
 * @throws ERR_ARGUMENT, ERR_DTYPE
 * @example
 * const { x, y } = datasets.circles({ samples: 200, factor: 0.5, noise: 0.05, seed: 42 });
 */
export function circles(options: CirclesOptions = {}): TableDataset {
  checkNames('circles', options, [...common, 'factor']);
  const { samples = 100, factor = 0.8, ...rest } = options;
  within('circles', 'factor', factor, 0, 1);
  const circle = (count: number, radius: number): Cloud => ({
    count,
    at: (i) => [radius * Math.cos((2 * Math.PI * i) / count), radius * Math.sin((2 * Math.PI * i) / count)],
  });
  const [outer, inner] = two('circles', samples);
  return build('circles', (random) => rowsOf([circle(outer, 1), circle(inner, factor)], random), rest);
}

/** Options of `datasets.blobs`. */
export interface BlobsOptions extends Omit<GeneratedOptions, 'samples' | 'noise'> {
  /** Rows in all, or of each blob; 100 by default. */
  samples?: number | readonly number[] | undefined;
  /** Columns of `x` unless given by the centers; 2 by default. */
  features?: number | undefined;
  /** Number of blobs, or their centers; by default 3, or as many as `samples` or `clusterStd` have numbers. */
  centers?: number | readonly (readonly number[])[] | undefined;
  /** Standard deviation of all blobs or of each; 1 by default. */
  clusterStd?: number | readonly number[] | undefined;
  /** Bounds of random centers; [-10, 10] by default. */
  centerBox?: readonly [number, number] | undefined;
}

/** A generated set with the centers of its classes. */
export interface BlobsDataset extends TableDataset {
  /** Centers [classes, features]. */
  centers: Tensor<[number, number]>;
}

/** Centers as given, or drawn from the box: from numbers of their own, so that more rows do not move them. */
function centersOf(options: BlobsOptions, random: RandomStream): readonly Point[] {
  const { samples, clusterStd, centers, features = 2, centerBox = [-10, 10] } = options;
  whole('blobs', 'features', features, 1);
  if (Array.isArray(centers)) {
    const given = centers as readonly Point[];
    const width = given[0]?.length ?? 0;
    if (width === 0 || !given.every((center) => center.length === width && center.every(Number.isFinite))) {
      fail('blobs', `centers are points of equal length, got ${JSON.stringify(centers)}`);
    }
    return given;
  }
  const [low, high] = centerBox;
  if (!(Number.isFinite(low) && Number.isFinite(high) && low <= high))
    fail('blobs', `centerBox is [low, high], got [${low}, ${high}]`);
  const listed = Array.isArray(samples) ? samples.length : Array.isArray(clusterStd) ? clusterStd.length : 3;
  const count = whole('blobs', 'centers', (centers as number | undefined) ?? listed, 1);
  return Array.from({ length: count }, () =>
    Array.from({ length: features }, () => low + (high - low) * random.uniform()),
  );
}

/**
 * Normal clouds around centers, one per class, as scikit-learn's `make_blobs`.
 *
 * @returns `x` [samples, features], `y` [samples], `centers` [classes, features]
 * @throws ERR_ARGUMENT, ERR_DTYPE
 * @example
 * const { x, y, centers } = datasets.blobs({ samples: 300, centers: 3, clusterStd: 0.6, seed: 42 });
 */
export function blobs(options: BlobsOptions = {}): BlobsDataset {
  checkNames('blobs', options, ['samples', 'features', 'centers', 'clusterStd', 'centerBox', 'seed', 'shuffle', 'dtype']);
  const { samples = 100, clusterStd = 1, seed = anySeed(), shuffle, dtype = 'float32' } = options;
  const centers = centersOf(options, randomStream('blobs', seed, 1));
  const classes = centers.length;
  const counts = typeof samples === 'number' ? share(whole('blobs', 'samples', samples, 1), classes) : samples;
  const spreads = typeof clusterStd === 'number' ? centers.map(() => clusterStd) : clusterStd;
  if (counts.length !== classes) fail('blobs', `samples has ${counts.length} numbers for ${classes} centers`);
  if (spreads.length !== classes) fail('blobs', `clusterStd has ${spreads.length} numbers for ${classes} centers`);
  const clouds = centers.map((center, label): Cloud => {
    const spread = within('blobs', 'clusterStd', spreads[label]!, 0, Infinity);
    return {
      count: whole('blobs', 'samples', counts[label]!, 0),
      at: (_i, random) => center.map((value) => value + spread * random.normal()),
    };
  });
  const rows = build('blobs', (random) => rowsOf(clouds, random), { seed, shuffle, dtype });
  const features = centers[0]?.length ?? 0;
  return { ...rows, centers: tensor(Float64Array.from(centers.flat()), { shape: [classes, features], dtype }) };
}

/** Options of `datasets.spirals`. */
export interface SpiralsOptions extends GeneratedOptions {
  /** Number of arms, one class each; 2 by default. */
  classes?: number | undefined;
  /** How often an arm winds around the origin; 1 by default. */
  turns?: number | undefined;
}

/**
 * Interleaved arms of Archimedean spirals, one per class: the radius grows evenly from 0 to 1 while the angle makes
 * `turns` turns, each arm rotated by 2 pi / classes against the one before.
 *
 * @returns `x` [samples, 2], `y` [samples]
 * @throws ERR_ARGUMENT, ERR_DTYPE
 * @example
 * const { x, y } = datasets.spirals({ samples: 300, classes: 3, noise: 0.02, seed: 42 });
 */
export function spirals(options: SpiralsOptions = {}): TableDataset {
  checkNames('spirals', options, [...common, 'classes', 'turns']);
  const { samples = 100, classes = 2, turns = 1, ...rest } = options;
  within('spirals', 'turns', turns, 0, Infinity);
  const counts = share(whole('spirals', 'samples', samples, 1), whole('spirals', 'classes', classes, 1));
  const arms = counts.map((count, label): Cloud => ({
    count,
    at: (i) => {
      const radius = count > 1 ? i / (count - 1) : 0;
      const angle = 2 * Math.PI * (turns * radius + label / classes);
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    },
  }));
  return build('spirals', (random) => rowsOf(arms, random), rest);
}

/**
 * Exclusive or: the corners of the unit square in turn, (0, 0), (0, 1), (1, 0), (1, 1), with noise; class 1 where
 * exactly one coordinate is 1. By default 4 rows without noise: the truth table itself.
 *
 * @param options `samples` is 4 by default, `shuffle` false
 * @returns `x` [samples, 2], `y` [samples]
 * @throws ERR_ARGUMENT, ERR_DTYPE
 * @example
 * datasets.xor().y.toArray(); // [0, 1, 1, 0]
 * const { x, y } = datasets.xor({ samples: 400, noise: 0.1, seed: 42 });
 */
export function xor(options: GeneratedOptions = {}): TableDataset {
  checkNames('xor', options, common);
  const { samples = 4, shuffle = false, ...rest } = options;
  const corner = (row: number): Row => {
    const [a, b] = [(row >> 1) & 1, row & 1];
    return { label: a ^ b, point: [a, b] };
  };
  const rows = Array.from({ length: whole('xor', 'samples', samples, 1) }, (_, row) => corner(row));
  return build('xor', () => rows, { ...rest, shuffle });
}

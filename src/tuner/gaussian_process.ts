/** What a Gaussian process expects at a point. */
export interface Belief {
  readonly mean: number;
  readonly deviation: number;
}

const lengths = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2];
const noises = [1e-6, 1e-4, 1e-2, 1e-1];

/** The covariance of values at a distance: Matern's with smoothness 5/2. */
function matern(distance: number, length: number): number {
  const r = (Math.sqrt(5) * distance) / length;
  return (1 + r + (r * r) / 3) * Math.exp(-r);
}

function distanceOf(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, i) => value - b[i]!));
}

/** The lower triangle L with L L^T = a (Cholesky), for a positive definite matrix. */
function cholesky(a: readonly (readonly number[])[]): number[][] {
  const l: number[][] = [];
  for (const [i, row] of a.entries()) {
    l.push([]);
    for (let j = 0; j <= i; j++) {
      let sum = row[j]!;
      for (let k = 0; k < j; k++) sum -= l[i]![k]! * l[j]![k]!;
      l[i]!.push(i === j ? Math.sqrt(sum) : sum / l[j]![j]!);
    }
  }
  return l;
}

/** x with L x = b. */
function forward(l: readonly (readonly number[])[], b: readonly number[]): number[] {
  const x: number[] = [];
  for (const [i, row] of l.entries()) {
    let sum = b[i]!;
    for (let j = 0; j < i; j++) sum -= row[j]! * x[j]!;
    x.push(sum / row[i]!);
  }
  return x;
}

/** x with L^T x = b. */
function backward(l: readonly (readonly number[])[], b: readonly number[]): number[] {
  const x = [...b];
  for (let i = l.length - 1; i >= 0; i--) {
    for (let j = i + 1; j < l.length; j++) x[i]! -= l[j]![i]! * x[j]!;
    x[i]! /= l[i]![i]!;
  }
  return x;
}

interface Fit {
  readonly length: number;
  readonly l: number[][];
  readonly weights: number[];
  /** The logarithm of the marginal likelihood, up to a constant. */
  readonly evidence: number;
}

/**
 * Regression by a Gaussian process with Matern's kernel (Rasmussen and Williams 2006, algorithm 2.1) on standardised values;
 * of a few length scales and noises, those of the largest marginal likelihood.
 *
 * @param x points [n][features], about the unit cube
 * @param y values [n], finite
 * @returns what is expected at other points, in the units of y
 */
export function gaussianProcess(x: readonly (readonly number[])[], y: readonly number[]): (point: readonly number[]) => Belief {
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
  const scale = Math.sqrt(y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / y.length) || 1;
  const standard = y.map((value) => (value - mean) / scale);
  const distances = x.map((a) => x.map((b) => distanceOf(a, b)));
  const fits = lengths.flatMap((length) => noises.map((noise): Fit => {
    const l = cholesky(distances.map((row, i) => row.map((distance, j) => matern(distance, length) + (i === j ? noise : 0))));
    const half = forward(l, standard);
    const evidence = -half.reduce((sum, value) => sum + value * value, 0) / 2 - l.reduce((sum, row, i) => sum + Math.log(row[i]!), 0);
    return { length, l, weights: backward(l, half), evidence };
  }));
  const { length, l, weights } = fits.reduce((best, fit) => (fit.evidence > best.evidence ? fit : best));
  return (point) => {
    const near = x.map((a) => matern(distanceOf(a, point), length));
    const explained = forward(l, near).reduce((sum, value) => sum + value * value, 0);
    return {
      mean: mean + scale * near.reduce((sum, value, i) => sum + value * weights[i]!, 0),
      deviation: scale * Math.sqrt(Math.max(1 - explained, 0)),
    };
  };
}

import { searchLine } from './line_search.js';

/** A value and the gradient that belongs to it. */
export interface Slope {
  readonly value: number;
  readonly gradient: Float64Array;
}

/** When lbfgs() ends. */
export interface LbfgsOptions {
  /** The most iterations. */
  readonly maxIter: number;
  /** The most evaluations of the function. */
  readonly maxEvaluations: number;
  /** An end: no element of the gradient is larger. */
  readonly gradientTolerance: number;
  /** Told the value after each iteration. */
  readonly onIteration: (value: number) => void;
}

/** Where lbfgs() ended. */
export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  /** Whether the gradient vanished or the value stood still, before a limit was reached. */
  readonly converged: boolean;
}

/** Steps that are remembered. */
const memory = 10;
/** The relative decrease that counts as standing still, as in SciPy. */
const valueTolerance = 2 ** -52 * 1e7;

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

interface Step {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly sy: number;
}

/** -H g by the two-loop recursion (Nocedal 1980), the inverse Hessian before all steps being that of the last one's curvature. */
function directionOf(gradient: Float64Array, steps: readonly Step[]): Float64Array {
  const d = gradient.map((value) => -value);
  const factors: number[] = [];
  for (const { s, y, sy } of [...steps].reverse()) {
    const factor = dot(s, d) / sy;
    factors.push(factor);
    for (let i = 0; i < d.length; i++) d[i]! -= factor * y[i]!;
  }
  const last = steps.at(-1);
  if (last !== undefined) {
    const scale = last.sy / dot(last.y, last.y);
    for (let i = 0; i < d.length; i++) d[i]! *= scale;
  }
  for (const { s, y, sy } of steps) {
    const factor = factors.pop()! - dot(y, d) / sy;
    for (let i = 0; i < d.length; i++) d[i]! += factor * s[i]!;
  }
  return d;
}

/**
 * Minimises a smooth function by limited-memory BFGS (Liu and Nocedal 1989) with the line search of More and Thuente, as
 * SciPy's L-BFGS-B does without bounds: the same steps, to rounding.
 */
export async function lbfgs(evaluate: (x: Float64Array) => Promise<Slope>, start: Float64Array, options: LbfgsOptions): Promise<Minimum> {
  const { maxIter, maxEvaluations, gradientTolerance, onIteration } = options;
  let evaluations = 0;
  const counted = (x: Float64Array): Promise<Slope> => {
    evaluations++;
    return evaluate(x);
  };
  const flat = (gradient: Float64Array): boolean => gradient.every((value) => Math.abs(value) <= gradientTolerance);
  let x = start;
  let here = await counted(x);
  let steps: Step[] = [];
  let converged = flat(here.gradient);
  for (let iteration = 0; !converged && iteration < maxIter && evaluations <= maxEvaluations;) {
    const d = directionOf(here.gradient, steps);
    const first = iteration === 0 ? Math.min(1 / Math.sqrt(dot(d, d)), 1e10) : 1;
    const from = x;
    const pointAt = (step: number): Float64Array => from.map((value, i) => value + step * d[i]!);
    const reached = await searchLine(async (step) => {
      const slope = await counted(pointAt(step));
      return { value: slope.value, derivative: dot(slope.gradient, d), slope };
    }, { value: here.value, derivative: dot(here.gradient, d) }, first);
    if (reached === undefined) {
      // What is remembered leads nowhere: once more along the gradient, and then no further.
      if (steps.length === 0) break;
      steps = [];
      continue;
    }
    iteration++;
    const { step, found } = reached;
    const before = here;
    x = pointAt(step);
    here = found.slope;
    onIteration(here.value);
    converged = flat(here.gradient) || before.value - here.value <= valueTolerance * Math.max(Math.abs(before.value), Math.abs(here.value), 1);
    const y = here.gradient.map((value, i) => value - before.gradient[i]!);
    const s = d.map((value) => value * step);
    const [sy, decrease] = [dot(s, y), -dot(before.gradient, s)];
    // Without curvature along the step there is nothing to learn from it.
    if (sy > 2 ** -52 * decrease) steps = [...steps.slice(1 - memory), { s, y, sy }];
  }
  return { x, value: here.value, converged };
}

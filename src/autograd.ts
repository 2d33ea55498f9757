import { isFloat } from './dtype.js';
import { HebbError } from './errors.js';
import { checkFunction, checkList } from './options.js';
import { checkTensor, Tensor } from './tensor.js';

/** The gradient of one input, computed only when it is wanted; null stands for zero. */
export type LazyGradient = () => Tensor | null;

/** From the gradients of an op's outputs to the lazy gradients of its inputs, in order. */
export type Backward = (...gradients: Tensor[]) => (LazyGradient | null)[];

/** An op on a tape, its tensors with their numbers there: undefined where no gradient flows. */
interface Entry {
  readonly outputs: readonly Tensor[];
  readonly outputNumbers: readonly (number | undefined)[];
  readonly inputNumbers: readonly (number | undefined)[];
  readonly backward: Backward;
}

/** The ops between some watched tensors and whatever was computed from them, in order of execution. */
class Tape {
  readonly entries: Entry[] = [];
  /** The tensors that are followed, numbered: walking back then looks nothing up. */
  private readonly numbers = new Map<Tensor, number>();

  /** How many tensors are followed. */
  get size(): number {
    return this.numbers.size;
  }
  watch(x: Tensor): number {
    const number = this.numbers.get(x) ?? this.numbers.size;
    this.numbers.set(x, number);
    return number;
  }
  numberOf(x: Tensor): number | undefined {
    return this.numbers.get(x);
  }
  record(outputs: readonly Tensor[], inputs: readonly Tensor[], backward: Backward): void {
    const inputNumbers = inputs.map((input) => this.numbers.get(input));
    if (inputNumbers.every((number) => number === undefined)) return;
    const outputNumbers = outputs.map((output) => (isFloat(output.dtype) ? this.watch(output) : undefined));
    this.entries.push({ outputs, outputNumbers, inputNumbers, backward });
  }
}

/** One tape per gradient that is being taken; an inner gradient's backward pass is recorded on the outer tapes. */
let tapes: Tape[] = [];

/** Records an op's gradient if any tape follows its inputs. Every op calls this; without a gradient it costs a check. */
export function record(outputs: Tensor | readonly Tensor[], inputs: readonly Tensor[], backward: Backward): void {
  if (tapes.length === 0) return;
  const list = outputs instanceof Tensor ? [outputs] : outputs;
  for (const tape of tapes) tape.record(list, inputs, backward);
}

/** Whether any gradient follows one of these tensors, so that what is computed from them must be made of ops. */
export function isTracked(...tensors: readonly Tensor[]): boolean {
  return tapes.length > 0 && tapes.some((tape) => tensors.some((x) => tape.numberOf(x) !== undefined));
}

/** Whether any tape records. */
export function recordsGradients(): boolean {
  return tapes.length > 0;
}

/** Runs fn with no tape recording. */
export function untracked<R>(fn: () => R): R {
  const saved = tapes;
  tapes = [];
  try {
    return fn();
  } finally {
    tapes = saved;
  }
}

/** The arithmetic that backward passes need; ops/ hands it over when it is loaded, as imports point downwards. */
export interface GradientArithmetic {
  add: (a: Tensor, b: Tensor) => Tensor;
  onesLike: (x: Tensor) => Tensor;
  zerosLike: (x: Tensor) => Tensor;
}
let arithmetic: GradientArithmetic | undefined;

/** @internal */
export function setGradientArithmetic(functions: GradientArithmetic): void {
  arithmetic = functions;
}

/** Runs fn while following `params`. */
function follow<R>(fn: () => R, params: readonly Tensor[]): { result: R; tape: Tape } {
  for (const [i, param] of params.entries()) {
    if (param.isDisposed) throw new HebbError('ERR_DISPOSED', `grad: parameter ${i} was disposed, its values are gone`);
    if (!isFloat(param.dtype)) {
      throw new HebbError('ERR_DTYPE', `grad: parameter ${i} is ${param.dtype}; gradients need float32 or float64`);
    }
  }
  const tape = new Tape();
  for (const param of params) tape.watch(param);
  const outer = tapes;
  tapes = [...outer, tape];
  try {
    return { result: fn(), tape };
  } finally {
    tapes = outer;
  }
}

/**
 * Runs fn while following `params`, then walks back from `output` (chosen from fn's result) to their gradients.
 * The seed is the gradient of the output, ones by default.
 */
function differentiate<R>(
  fn: () => R,
  params: readonly Tensor[],
  output: (result: R) => Tensor,
  seed?: Tensor,
): { result: R; gradients: Tensor[] } {
  checkList('grad', 'parameters', params, 'tensors');
  for (const [i, param] of params.entries()) checkTensor('grad', param, `parameter ${i}`);
  const { result, tape } = follow(fn, params);
  return { result, gradients: walkBack(tape, params, output(result), seed) };
}

/** f(x), and a function from gradients of f(x) to those of x that may be called many times. @internal */
export function pullback(f: (x: Tensor) => Tensor, x: Tensor): { y: Tensor; back: (dy: Tensor) => Tensor } {
  const { result: y, tape } = follow(() => f(x), [x]);
  return { y, back: (dy) => walkBack(tape, [x], y, dy)[0]! };
}

function walkBack(tape: Tape, params: readonly Tensor[], output: Tensor, seed?: Tensor): Tensor[] {
  if (arithmetic === undefined) throw new HebbError('ERR_INTERNAL', 'grad: the ops are not loaded');
  const { add, onesLike, zerosLike } = arithmetic;
  /** The gradients so far, by the numbers of their tensors. */
  const wanted = new Array<Tensor | undefined>(tape.size).fill(undefined);
  const gradientOf = (number: number | undefined): Tensor | undefined => (number === undefined ? undefined : wanted[number]);
  const last = tape.numberOf(output);
  if (last !== undefined) wanted[last] = seed ?? onesLike(output);
  for (let at = tape.entries.length - 1; at >= 0; at--) {
    const { outputs, outputNumbers, inputNumbers, backward } = tape.entries[at]!;
    if (outputNumbers.every((number) => gradientOf(number) === undefined)) continue;
    const lazy = backward(...outputs.map((y, i) => gradientOf(outputNumbers[i]) ?? zerosLike(y)));
    for (const number of outputNumbers) if (number !== undefined) wanted[number] = undefined;
    for (const [i, number] of inputNumbers.entries()) {
      if (number === undefined) continue;
      const gradient = lazy[i]?.();
      if (gradient == null) continue;
      const sum = wanted[number];
      wanted[number] = sum === undefined ? gradient : add(sum, gradient);
    }
  }
  return params.map((param) => gradientOf(tape.numberOf(param)) ?? zerosLike(param));
}

function scalarOutput(result: unknown): Tensor {
  const y: Tensor | undefined = result instanceof Tensor ? result : undefined;
  if (y !== undefined && y.size === 1 && isFloat(y.dtype)) return y;
  const found = y === undefined ? typeof result : `a ${y.dtype} tensor of shape [${y.shape.join(',')}]`;
  throw new HebbError('ERR_ARGUMENT', `grad: the function must return one float number, got ${found}`);
}

/**
 * The value of fn() and the gradients with respect to `params`, tensors that fn reads.
 *
 * @param params float tensors that fn uses
 * @returns [value, gradients], each gradient of its parameter's shape
 * @throws ERR_ARGUMENT unless fn returns a scalar float tensor; ERR_DTYPE for an integer parameter
 * @example
 * const [loss, [dw]] = valueAndGrad(() => x.matmul(w).square().mean(), [w]);
 */
export function valueAndGrad(fn: () => Tensor, params: readonly Tensor[]): [Tensor, Tensor[]];
/**
 * A function that answers the value of f and its gradients with respect to f's arguments.
 *
 * @example
 * const [value, dw] = valueAndGrad((w) => w.square().sum())(tensor([1, 2]));
 */
export function valueAndGrad<A extends Tensor[]>(f: (...args: A) => Tensor): (...args: A) => [Tensor, ...A];
export function valueAndGrad<A extends Tensor[]>(
  f: (...args: A) => Tensor,
  params?: readonly Tensor[],
): [Tensor, Tensor[]] | ((...args: A) => [Tensor, ...A]) {
  checkFunction('valueAndGrad', f);
  if (params !== undefined) {
    const { result, gradients } = differentiate(f, params, scalarOutput);
    return [result, gradients];
  }
  return (...args: A) => {
    const { result, gradients } = differentiate(() => f(...args), args, scalarOutput);
    return [result, ...(gradients as A)];
  };
}

/**
 * The gradient of a scalar function with respect to its first argument; grad(grad(f)) is the second derivative.
 *
 * @example
 * grad((x) => x.square().sum())(tensor([1, 2])).toArray(); // [2, 4]
 */
export function grad<A extends Tensor, B extends Tensor[]>(f: (x: A, ...rest: B) => Tensor): (x: A, ...rest: B) => A {
  checkFunction('grad', f);
  return (x, ...rest) => differentiate(() => f(x, ...rest), [x], scalarOutput).gradients[0] as A;
}

/**
 * The vector-Jacobian product: f(x) and the gradient of x for a given gradient of f(x).
 *
 * @example
 * const [y, dx] = vjp((x) => x.square(), tensor([1, 2]), tensor([1, 10])); // dx: [2, 40]
 */
export function vjp(f: (x: Tensor) => Tensor, x: Tensor, dy: Tensor): [Tensor, Tensor] {
  checkFunction('vjp', f);
  const { result, gradients } = differentiate(() => f(x), [x], (y) => y, dy);
  return [result, gradients[0] as Tensor];
}

/**
 * The op fn(...inputs) with a gradient of one's own: fn answers its value and, from the value's gradient, those of the inputs.
 *
 * @example
 * const clipped = customGradient((x) => ({ value: x, gradient: (dy) => [dy.clip(-1, 1)] }));
 */
export function customGradient<A extends Tensor[]>(
  fn: (...inputs: A) => { value: Tensor; gradient: (dy: Tensor) => (Tensor | null)[] },
): (...inputs: A) => Tensor {
  return (...inputs) => {
    const { value: computed, gradient } = untracked(() => fn(...inputs));
    // An input that is handed back stays itself for the tapes: the result is another tensor of the same bytes.
    const value = inputs.includes(computed) ? new Tensor(computed.block, computed.offset, computed.layout) : computed;
    record(value, inputs, (dy) => {
      let gradients: (Tensor | null)[] | undefined;
      return inputs.map((_, i) => () => (gradients ??= gradient(dy))[i] ?? null);
    });
    return value;
  };
}

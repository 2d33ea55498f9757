import { capture } from './capture.js';
import { deviceIndex } from './device.js';
import { arrayClasses } from './dtype.js';
import { HebbError } from './errors.js';
import { layoutOf, type Layout } from './layout.js';
import { isViewToken, results } from './memory.js';
import { activeProbe, native, setProbe, type NativeArgument, type NativeOp, type NativeProgram, type Probe } from './native.js';
import { assign, matmul, ones } from './ops/index.js';
import { checkNames } from './options.js';
import { microseconds, percent, perNanosecond, tableLine, type LaunchProfile } from './profile.js';
import { isCapturing } from './tensor.js';

/** What a device can do at most. */
export interface Peak {
  /** Floating point operations per nanosecond. */
  readonly gflops: number;
  /** Bytes read or written per nanosecond. */
  readonly gigabytesPerSecond: number;
}

/** Options of profile(). */
export interface ProfileOptions {
  /** What the device can do; by default measured: a large product of hebb's own, and a large copy. */
  peak?: Peak;
}

/** What all launches of one kernel on operands of the same shapes took. */
export interface KernelProfile extends Omit<LaunchProfile, 'launch'> {
  /** Op, operands and result: `matmul(float32[8,8], float32[8,8]) -> float32[8,8]`. */
  readonly kernel: string;
  /** The number of launches; `seconds` are those of all. */
  readonly calls: number;
  /** The larger share of what the device can do, in arithmetic or in bytes; above 1 where operands lie in a cache. */
  readonly ofPeak: number;
}

/** What the kernels took that a function launched, the longest first; prints as a table. See profile(). */
export class FunctionProfile<R = unknown> {
  /** @internal */
  constructor(
    /** What the function answered. */
    readonly result: R,
    readonly kernels: readonly KernelProfile[],
    /** From the call of the function to its end. */
    readonly seconds: number,
    /** What the device can do. */
    readonly peak: Peak,
  ) {}

  /** The seconds spent in kernels. */
  get kernelSeconds(): number {
    return this.kernels.reduce((sum, { seconds }) => sum + seconds, 0);
  }
  /** The seconds not spent in kernels: JavaScript, views, memory, waiting. */
  get otherSeconds(): number {
    return Math.max(0, this.seconds - this.kernelSeconds);
  }

  /** A table: microseconds, share of the whole time, calls, GFLOP/s, GB/s, share of what the device can do, kernel. */
  toString(): string {
    const { seconds: total, kernelSeconds, otherSeconds, peak } = this;
    const rows = this.kernels.map(({ kernel, calls, seconds, gflops, gigabytesPerSecond, ofPeak }) =>
      tableLine(
        [
          microseconds(seconds), percent(seconds, total), String(calls),
          gflops > 0 ? gflops.toFixed(1) : '', gigabytesPerSecond.toFixed(1), percent(ofPeak, 1),
        ],
        kernel,
      ),
    );
    return [
      tableLine(['us', 'share', 'calls', 'GFLOP/s', 'GB/s', 'of peak'], 'kernel'),
      ...rows,
      tableLine([microseconds(kernelSeconds), percent(kernelSeconds, total)], 'in kernels'),
      tableLine([microseconds(otherSeconds), percent(otherSeconds, total)], 'elsewhere: JavaScript, views, memory, waiting'),
      `peak: ${peak.gflops.toFixed(1)} GFLOP/s, ${peak.gigabytesPerSecond.toFixed(1)} GB/s`,
    ].join('\n');
  }
}

interface Sums {
  calls: number;
  seconds: number;
  flops: number;
  bytes: number;
}

/** Replays of a program that are measured in one native call. */
const mostSteps = 1000;

/** Where a native call wrote no result. */
const none = Infinity;

const text = ({ dtype, shape }: Layout): string => `${dtype}[${shape.join(',')}]`;
const bytesOf = ({ dtype, size }: Layout): number => size * arrayClasses[dtype].BYTES_PER_ELEMENT;
/** They read of their first operand only what they pick. */
const picking = ['gather', 'dynamicSlice'];

/** The layouts of the tensors among the arguments of an op: triples of bytes, offset and layout, before all others or in lists. */
function operands(args: readonly NativeArgument[]): Layout[] {
  const found: Layout[] = [];
  let i = 0;
  while (args[i] instanceof ArrayBuffer || Number(args[i]) < 0) {
    found.push(layoutOf(args[i + 2] as number));
    i += 3;
  }
  return [...found, ...args.slice(i).flatMap((arg) => (Array.isArray(arg) ? operands(arg as readonly NativeArgument[]) : []))];
}

/** The line of a program's listing without numbers of launches and buffers. */
function kernelOf(line: string): string {
  const [result = '', call = ''] = line.replace(/^\d+: /, '').replace(/[%@]\d+ /g, '').split(' = ');
  return `${call.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())} -> ${result}`;
}

/** Times every launch. */
class Stopwatch implements Probe {
  private readonly sums = new Map<string, Sums>();

  call(name: string, op: NativeOp, args: NativeArgument[]): number {
    if (isCapturing()) return op(...args); // is recorded, not executed
    const inputs = operands(args);
    const device = deviceIndex();
    results.fill(none);
    if (device > 0) native.synchronizeDevice(device);
    const start = performance.now();
    const answer = op(...args);
    if (device > 0) native.synchronizeDevice(device);
    const seconds = (performance.now() - start) / 1e3;
    const outputs: Layout[] = [];
    let views = 0;
    for (let i = 0; i < results.length && results[i] !== none; i += 3) {
      outputs.push(layoutOf(results[i + 2]!));
      views += Number(isViewToken(results[i]!));
    }
    if (views > 0) return answer; // no kernel ran
    const written = outputs.length > 0 ? outputs : inputs.slice(0, 1); // in place
    const kernel = `${name}(${inputs.map(text).join(', ')}) -> ${written.map(text).join(', ')}`;
    const flops = name === 'matmul' ? productFlops(inputs[0]!, written[0]!, args[6] === true) : 0;
    const read = picking.includes(name) ? [...written, ...inputs.slice(1)] : inputs;
    this.add(kernel, seconds, flops, [...read, ...written].reduce((sum, operand) => sum + bytesOf(operand), 0));
    return answer;
  }

  replay(program: NativeProgram, count: number): void {
    const kernels = program.listing().trimEnd().split('\n').map(kernelOf);
    for (let left = count; left > 0;) {
      const steps = Math.min(left, mostSteps);
      const numbers = program.profile(steps, false);
      for (const [i, kernel] of kernels.entries()) this.add(kernel, numbers[3 * i]!, numbers[3 * i + 1]!, numbers[3 * i + 2]!, steps);
      left -= steps;
    }
  }

  /** Counts so many calls of the same cost. */
  private add(kernel: string, seconds: number, flops: number, bytes: number, calls = 1): void {
    const sums = this.sums.get(kernel) ?? { calls: 0, seconds: 0, flops: 0, bytes: 0 };
    this.sums.set(kernel, {
      calls: sums.calls + calls,
      seconds: sums.seconds + seconds * calls,
      flops: sums.flops + flops * calls,
      bytes: sums.bytes + bytes * calls,
    });
  }

  /** What was measured, the longest first. */
  kernels(peak: Peak): KernelProfile[] {
    const rows = [...this.sums].map(([kernel, { calls, seconds, flops, bytes }]): KernelProfile => {
      const [gflops, gigabytesPerSecond] = [perNanosecond(flops, seconds), perNanosecond(bytes, seconds)];
      const ofPeak = Math.max(gflops / peak.gflops, gigabytesPerSecond / peak.gigabytesPerSecond);
      return { kernel, calls, seconds, gflops, gigabytesPerSecond, ofPeak };
    });
    return rows.sort((a, b) => b.seconds - a.seconds);
  }
}

function productFlops(a: Layout, product: Layout, transposed: boolean): number {
  return 2 * product.size * (a.shape[transposed && a.rank > 1 ? a.rank - 2 : a.rank - 1] ?? 1);
}

/** What the default device reaches: with a product that is large for it, and with a copy that no cache holds. */
function measuredPeak(): Peak {
  const side = deviceIndex() === 0 ? 512 : 4096;
  const a = ones([side, side]);
  const [from, into] = [ones([2 ** 24]), ones([2 ** 24])];
  const programs = [capture(() => matmul(a, a)), capture(() => { assign(into, from); })] as const;
  const [[product], [copy]] = [programs[0].profile(10).launches, programs[1].profile(3).launches];
  for (const x of [...programs, a, from, into]) x.dispose();
  return { gflops: product?.gflops ?? 0, gigabytesPerSecond: copy?.gigabytesPerSecond ?? 0 };
}

/**
 * Calls fn and measures every kernel that it launches, eagerly or in programs, those of fit() and predict() too. Programs
 * are replayed on the calling thread meanwhile, and a GPU is waited for after every launch: the whole takes longer than
 * without profile(), the kernels do not. An eager launch includes its call, some 0.3 us.
 *
 * @param fn any function; of an async one the profile is a promise, and whatever else runs until it ends counts, too
 * @throws ERR_ARGUMENT inside another profile(), ERR_CAPTURE while capturing; what fn throws
 * @example
 * const a = ones([64, 64]);
 * const { result, kernels } = profile(() => a.matmul(a).relu().sum());
 * result.item(); // 262144
 * kernels.length; // 3
 */
export function profile<R>(fn: () => Promise<R>, options?: ProfileOptions): Promise<FunctionProfile<R>>;
export function profile<R>(fn: () => R, options?: ProfileOptions): FunctionProfile<R>;
export function profile(fn: () => unknown, options: ProfileOptions = {}): FunctionProfile | Promise<FunctionProfile> {
  checkNames('profile', options, ['peak']);
  if (isCapturing()) throw new HebbError('ERR_CAPTURE', 'profile: a program is being captured, and nothing runs meanwhile');
  if (activeProbe() !== undefined) throw new HebbError('ERR_ARGUMENT', 'profile: something is being profiled already; profiles do not nest');
  const stopwatch = new Stopwatch();
  const start = performance.now();
  const report = (result: unknown): FunctionProfile => {
    const seconds = (performance.now() - start) / 1e3;
    setProbe(undefined);
    const peak = options.peak ?? measuredPeak();
    return new FunctionProfile(result, stopwatch.kernels(peak), seconds, peak);
  };
  const fail = (error: unknown): never => {
    setProbe(undefined);
    throw error;
  };
  setProbe(stopwatch);
  try {
    const result = fn();
    return result instanceof Promise ? result.then(report, fail) : report(result);
  } catch (error) {
    return fail(error);
  }
}

import { asErrorOf } from './errors.js';
import { loadAddon } from './native_path.js';

/**
 * Where a tensor's bytes are: an ArrayBuffer, the number (>= 0) of a buffer in the program being captured, or the number
 * (< 0) of a block of an accelerator's memory.
 */
export type Bytes = ArrayBuffer | number;

/** What an op of the addon takes: a tensor as three values (bytes, offset, layout id), numbers, flags, lists. */
export type NativeArgument = Bytes | number | boolean | readonly number[] | readonly NativeArgument[];

/** An op of the addon; its result is a layout id or a count, the rest stands in the shared results array. */
export type NativeOp = (...args: NativeArgument[]) => number;

/** What the addon asks of JavaScript. */
export interface Host {
  HebbError: unknown;
  allocate: (bytes: number, index: number) => ArrayBuffer;
  slab: (bytes: number, index: number) => ArrayBuffer;
  results: Float64Array;
}

/** A captured program in the addon. */
export interface NativeProgram {
  launches(): number;
  /** Replays, timing every launch: seconds, floating point operations and bytes of each. */
  profile(count: number, ofFastestHalf: boolean): Float64Array;
  listing(): string;
  /** The ArrayBuffers that it reads or writes. */
  externals(): ArrayBuffer[];
  runSync(count: number): void;
  /** Starts a run and answers its number, for cancel(). */
  run(count: number, onProgress: (done: number) => void, onDone: (done: number, error?: Error) => void): number;
  cancel(run: number): void;
  /** Frees it, once no run is going on; any other call throws afterwards. */
  dispose(): void;
}

/** A training of linear learners in the addon; only the addon looks inside. */
export type NativeLinearRun = object;

/** The functions of the addon that are not ops. */
export interface Native {
  initialise(host: Host): void;
  hostEmpty(dtype: number, shape: readonly number[]): number;
  /** The id of the row-major layout. */
  layoutOf(dtype: number, shape: readonly number[]): number;
  layoutInfo(id: number): { dtype: number; shape: number[]; strides: number[]; contiguous: boolean };
  /** `compiler`: the one that built the addon, with its version. */
  cpuInfo(): { isa: string; threads: number; compiler: string };
  setThreads(count: number): void;
  recordBegin(): void;
  recordAbort(): void;
  /** Ends the recording; `homes` are triples (planned buffer, ArrayBuffer, byte offset) of the buffers to be read later. */
  recordEnd(homes: readonly Bytes[]): NativeProgram;
  plannedBytes(index: number): number;
  /** The device that the program being recorded is for; -1 as long as nothing tells. */
  recordingDevice(): number;
  /** Takes the exports of an accelerator's module; device 1 + i is its device i from now on. */
  attachAccelerator(exports: unknown): { count: number; reason: string };
  describeDevice(accelerator: number): { name: string; memory: number; capability: number; processors: number };
  /** A new block of device memory with these bytes, or with none yet; answers its number. */
  upload(device: number, bytes: ArrayBuffer | null, offset: number, length: number): number;
  /** Waits for what the device has to do, then copies. */
  download(block: number, offset: number, target: ArrayBuffer, targetOffset: number, length: number): void;
  releaseBlock(block: number): void;
  deviceUsage(accelerator: number): { buffers: number; bytes: number };
  synchronizeDevice(device: number): void;
  setMatmulPrecision(level: number): void;
  /** Trains linear learners on the arrays of the job, which nothing else may touch until onDone. */
  linearSgd(job: object, onProgress: (done: number) => void, onDone: (done: number, error?: Error) => void): NativeLinearRun;
  /** Per task: mistakes and mean loss of each epoch, in turn. */
  linearSgdHistory(run: NativeLinearRun): Float64Array[];
}

const { exports, place } = loadAddon();
const addon = exports as Native & Readonly<Record<string, NativeOp | undefined>>;

/** Where the addon was found: a file, or the package of this platform. */
export const addonPlace = place;

/** The addon, typed once. */
export const native: Native = addon;

/** Stands between JavaScript and the addon while something is profiled. */
export interface Probe {
  /** Calls an op. */
  call(name: string, op: NativeOp, args: NativeArgument[]): number;
  /** Replays a program on the calling thread. */
  replay(program: NativeProgram, count: number): void;
}

let probe: Probe | undefined;

/** Puts a probe between JavaScript and the addon, or takes it away. */
export function setProbe(next: Probe | undefined): void {
  probe = next;
}

/** The probe that programs are to be replayed by, if there is one. */
export function activeProbe(): Probe | undefined {
  return probe;
}

/** The op of the given name; a name that the addon does not have fails at import, not at the first call. */
export function nativeOp(name: string): NativeOp {
  const op = addon[name];
  if (op === undefined) throw new Error(`the native addon has no op '${name}': rebuild it with npm run build`);
  // Arguments that are only handed on are not collected in an array: 3 % of the smallest call, 6 ns of 200.
  return (...args) => {
    try {
      return probe === undefined ? op(...args) : probe.call(name, op, args);
    } catch (error) {
      throw asErrorOf(name, error, /^native call: /);
    }
  };
}

import { cpus } from 'node:os';
import { HebbError } from './errors.js';
import { bufferUsage } from './memory.js';
import { native } from './native.js';
import { loadCudaModule } from './native_path.js';

/** The processor, on which tensors live unless told otherwise. */
export interface CpuInfo {
  kind: 'cpu';
  /** The processor's own name. */
  name: string;
  /** The instruction set whose kernels run: scalar, avx2, avx512 or neon. */
  isa: string;
  /** Threads that share the work of an op. */
  threads: number;
}

/** A GPU, or the reason why there is none. */
export interface CudaInfo {
  kind: 'cuda';
  /** As setDevice() takes it: cuda:0. */
  device: string;
  /** The GPU's own name. */
  name: string;
  /** Bytes of its memory. */
  memory: number;
  /** Compute capability: '9.0'. */
  capability: string;
  /** Multiprocessors. */
  processors: number;
}

/** Why no GPU can be used. */
export interface NoCuda {
  kind: 'cuda';
  reason: string;
}

/** A device that tensors can live on, or why it is not there. */
export type DeviceInfo = CpuInfo | CudaInfo | NoCuda;

/** The CUDA module, looked for when something first asks for it: a program for the CPU does not pay for it. */
let cuda: { count: number; reason: string } | undefined;

function attachCuda(): { count: number; reason: string } {
  if (cuda !== undefined) return cuda;
  const loaded = loadCudaModule();
  if ('reason' in loaded) return (cuda = { count: 0, reason: loaded.reason });
  try {
    cuda = native.attachAccelerator(loaded.exports);
  } catch (error) {
    cuda = { count: 0, reason: error instanceof Error ? error.message : String(error) };
  }
  return cuda;
}

/**
 * The devices of this machine: the CPU, then every GPU; where there is none, the reason in words.
 *
 * @example
 * devices()[0].kind; // 'cpu'
 */
export function devices(): [CpuInfo, ...(CudaInfo | NoCuda)[]] {
  const { isa, threads } = native.cpuInfo();
  const cpu: CpuInfo = { kind: 'cpu', name: cpus()[0]?.model.trim() ?? 'unknown processor', isa, threads };
  const { count, reason } = attachCuda();
  if (count === 0) return [cpu, { kind: 'cuda', reason }];
  const gpus = Array.from({ length: count }, (_, i): CudaInfo => {
    const { name, memory, capability, processors } = native.describeDevice(i);
    return { kind: 'cuda', device: `cuda:${i}`, name, memory, capability: (capability / 10).toFixed(1), processors };
  });
  return [cpu, ...gpus];
}

/** What users call the device of an index: 0 is the CPU, 1 + i the GPU i. */
export function deviceName(index: number): string {
  return index === 0 ? 'cpu' : `cuda:${index - 1}`;
}

let defaultDevice: number | undefined;
/** Whether no device was named, so that fit() may choose one for its run. */
let automatic = false;
/** Whether something has asked for a GPU, so that its driver runs. */
let started = false;

/** The index of the device on which tensors are made unless told otherwise. */
function defaultIndex(): number {
  if (defaultDevice === undefined) choose(process.env.HEBB_DEVICE || 'auto', 'HEBB_DEVICE: ');
  return defaultDevice ?? 0;
}

function choose(device: string, origin = ''): void {
  const index = device === 'auto' ? 0 : indexOf(device, origin, "'auto', ");
  [defaultDevice, automatic] = [index, device === 'auto'];
}

function indexOf(device: string, origin = '', others = ''): number {
  if (device === 'cpu') return 0;
  const number = /^cuda(?::(\d+))?$/.exec(device);
  if (number === null) {
    throw new HebbError('ERR_DEVICE', `${origin}a device is ${others}'cpu', 'cuda' or 'cuda:<number>', got '${device}'`);
  }
  const index = Number(number[1] ?? 0);
  const { count, reason } = attachCuda();
  if (index >= count) {
    const why = count === 0 ? reason : `there ${count === 1 ? 'is one GPU, cuda:0' : `are cuda:0 to cuda:${count - 1}`}`;
    throw new HebbError('ERR_DEVICE', `${origin}device '${device}' is not available: ${why}`);
  }
  started = true;
  return 1 + index;
}

/** Whether no device was named by setDevice(), withDevice() or HEBB_DEVICE: then fit() may choose one for its run. */
export function choosesDevice(): boolean {
  defaultIndex();
  return automatic;
}

/** Whether something has asked for a GPU, so that its driver runs. */
export function gpuStarted(): boolean {
  return started;
}

/** The first GPU, if there is one that can be used; looking for it loads the CUDA module and starts the driver. */
export function firstGpu(): CudaInfo | undefined {
  try {
    const [, gpu] = devices();
    return gpu !== undefined && 'device' in gpu ? gpu : undefined;
  } catch {
    return undefined;
  }
}

/** The index of a device by its name; of the default device without one. @throws ERR_DEVICE for one that is not there */
export function deviceIndex(device?: string): number {
  return device === undefined ? defaultIndex() : indexOf(device);
}

/**
 * Makes a device the default: new tensors, and with them models, live there. 'cpu', 'cuda' (the first GPU), 'cuda:1', or
 * 'auto': tensors on the CPU, and fit() takes a GPU for its run where that is worth it. At the start it is the one named by
 * the environment variable HEBB_DEVICE, or 'auto'.
 *
 * @throws ERR_DEVICE when it is not there, with the reason
 * @example
 * setDevice('cpu'); // fit() stays there, too
 */
export function setDevice(device: string): void {
  choose(device);
}

/** The default device; 'cpu' also with 'auto'. @example getDevice(); // 'cpu' */
export function getDevice(): string {
  return deviceName(defaultIndex());
}

/**
 * Calls fn with another default device.
 *
 * @throws ERR_DEVICE when it is not there; what fn throws
 * @example
 * withDevice('cpu', () => zeros([2]).device); // 'cpu'
 */
export function withDevice<R>(device: string, fn: () => R): R {
  const before = [defaultIndex(), choosesDevice()] as const;
  setDevice(device);
  const restore = (): void => {
    [defaultDevice, automatic] = before;
  };
  let result: R;
  try {
    result = fn();
  } catch (error) {
    restore();
    throw error;
  }
  if (result instanceof Promise) return result.finally(restore) as R;
  restore();
  return result;
}

/**
 * Waits until a device has done all that was asked of it; ops on a GPU are only queued.
 *
 * @throws ERR_ARGUMENT what a kernel found wrong in its data (an index out of range, say); ERR_CUDA
 * @example
 * synchronize();
 */
export function synchronize(device?: string): void {
  native.synchronizeDevice(deviceIndex(device));
}

const precisions = ['highest', 'high', 'medium'] as const;

/**
 * How products of float32 matrices may be computed on a GPU: 'highest' (the default) as accurate as float32, 'high' with
 * three products of bfloat16 parts (relative error about 4e-6), 'medium' as bfloat16 (about 3e-3). The CPU is always exact.
 *
 * @throws ERR_ARGUMENT for another word
 * @example
 * setMatmulPrecision('highest');
 */
export function setMatmulPrecision(precision: 'highest' | 'high' | 'medium'): void {
  const level = precisions.indexOf(precision);
  if (level < 0) {
    throw new HebbError('ERR_ARGUMENT', `setMatmulPrecision: the precision is one of ${precisions.join(', ')}, got '${precision as string}'`);
  }
  native.setMatmulPrecision(level);
}

/** Memory of one device. */
export interface MemoryUse {
  /** Buffers that hold tensors; small tensors on the CPU share one. */
  buffers: number;
  /** Their size in bytes. */
  bytes: number;
  /** Bytes of released buffers that wait for reuse. */
  poolBytes: number;
}

/**
 * The memory that tensors hold, per device. Disposed tensors are subtracted at once, forgotten ones when the garbage
 * collector has found them and the event loop has turned.
 *
 * @example
 * memory().cpu.bytes;
 */
export function memory(): { cpu: MemoryUse } & Record<`cuda:${number}`, Omit<MemoryUse, 'poolBytes'>> {
  const use: { cpu: MemoryUse } & Record<`cuda:${number}`, Omit<MemoryUse, 'poolBytes'>> = { cpu: bufferUsage() };
  for (let i = 0; i < (cuda?.count ?? 0); i++) use[`cuda:${i}`] = native.deviceUsage(i);
  return use;
}

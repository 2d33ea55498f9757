import { cpus } from 'node:os';
import { bufferUsage } from './memory.js';
import { native } from './native.js';

/** A device that tensors can live on. */
export interface DeviceInfo {
  kind: 'cpu';
  /** The processor's own name. */
  name: string;
  /** The instruction set whose kernels run: scalar, avx2, avx512 or neon. */
  isa: string;
  /** Threads that share the work of an op. */
  threads: number;
}

/**
 * The devices of this machine.
 *
 * @example
 * devices()[0].kind; // 'cpu'
 */
export function devices(): DeviceInfo[] {
  const { isa, threads } = native.cpuInfo();
  return [{ kind: 'cpu', name: cpus()[0]?.model.trim() ?? 'unknown processor', isa, threads }];
}

/** Memory of one device. */
export interface MemoryUse {
  /** Buffers that hold tensors; small tensors share one. */
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
export function memory(): { cpu: MemoryUse } {
  return { cpu: bufferUsage() };
}

import { HebbError } from './errors.js';
import { native, type Bytes } from './native.js';

/** Bytes that tensors share: one large tensor and its views, or many small tensors in one slab. */
export class Block {
  /** Tensors on a recyclable block that were not disposed. */
  references = 0;

  constructor(
    readonly bytes: Bytes,
    readonly recyclable: boolean,
    /** Index of the device that holds them; 0 is the CPU. */
    readonly device = 0,
  ) {}
}

/** The block of every disposed tensor: a number that no block has, for which native throws ERR_DISPOSED naming the op. */
export const disposedBlock = new Block(Number.MIN_SAFE_INTEGER, false);

/** Token, offset and layout id of up to 64 results of a native call. */
export const results = new Float64Array(3 * 64);

const slabRing = 8;
const recordedToken = 1 << 20;
const maxAccelerators = 16;
const slabs: Block[] = [];
/** The blocks that the native call that goes on, or is just over, asked for. */
const fresh: Block[] = [];

/** Released bytes by size class, ready for reuse; at most `poolLimit` bytes are kept. */
const pool = new Map<number, Block[]>();
const poolLimit = 512 * 1024 * 1024;
/** What a call only computed with goes to the pool up to this size; the collector soon finds what is larger. */
const keptScratch = 16 * 1024 * 1024;
let poolBytes = 0;

/** ArrayBuffers made for tensors and not yet gone, those in the pool included; the registry hears of collected ones. */
let buffers = 0;
let bufferBytes = 0;
let poolBuffers = 0;

function uncount(bytes: number): void {
  buffers--;
  bufferBytes -= bytes;
}
const collected = new FinalizationRegistry(uncount);

function counted(buffer: ArrayBuffer): ArrayBuffer {
  buffers++;
  bufferBytes += buffer.byteLength;
  collected.register(buffer, buffer.byteLength, buffer);
  return buffer;
}

/** Sizes in steps of a quarter of a power of two, so that nearly equal requests share a class. */
function sizeClass(bytes: number): number {
  const step = Math.max(1024, 2 ** (Math.floor(Math.log2(bytes)) - 2));
  return Math.ceil(bytes / step) * step;
}

function takeBlock(bytes: number): Block {
  const size = sizeClass(bytes);
  const reused = pool.get(size)?.pop();
  if (reused !== undefined) {
    poolBytes -= size;
    poolBuffers--;
    return reused;
  }
  try {
    return new Block(counted(new ArrayBuffer(size)), true);
  } catch {
    throw new HebbError('ERR_OUT_OF_MEMORY', `cannot allocate ${bytes} bytes: dispose() tensors that are no longer needed`);
  }
}

/** A block for many small tensors: it is garbage once the last of them is. */
export function slabBlock(bytes: number): Block {
  return new Block(counted(new ArrayBuffer(bytes)), false);
}

/** A block of an ArrayBuffer that was made elsewhere, and that nobody else has. */
export function takenBlock(bytes: ArrayBuffer): Block {
  return new Block(counted(bytes), true);
}

native.initialise({
  HebbError,
  results,
  slab(bytes, index) {
    const block = slabBlock(bytes);
    slabs[index] = block;
    return block.bytes as ArrayBuffer;
  },
  allocate(bytes, index) {
    const block = takeBlock(bytes);
    fresh[index] = block;
    return block.bytes as ArrayBuffer;
  },
});

/** How many captured programs read or write an ArrayBuffer: it is not recycled under them. */
const captured = new WeakMap<ArrayBuffer, number>();

/** Keeps an ArrayBuffer out of the pool: a program uses it. */
export function markCaptured(bytes: ArrayBuffer): void {
  captured.set(bytes, (captured.get(bytes) ?? 0) + 1);
}

/** Takes one markCaptured() back: that program is gone. */
export function unmarkCaptured(bytes: ArrayBuffer): void {
  const programs = (captured.get(bytes) ?? 0) - 1;
  if (programs > 0) captured.set(bytes, programs);
  else captured.delete(bytes);
}

/** Buffers of the program being captured, by their number. */
const recordedBlocks = new Map<number, Block>();

function recordedBlock(index: number): Block {
  let block = recordedBlocks.get(index);
  if (block === undefined) recordedBlocks.set(index, (block = new Block(index, false, Math.max(0, native.recordingDevice()))));
  return block;
}

/** Blocks of device memory that were forgotten, not disposed. */
const forgotten = new FinalizationRegistry<number>((handle) => {
  native.releaseBlock(handle);
});

/** Device memory by its number, which tells the device; JavaScript owns it from now on. */
export function deviceBlock(handle: number): Block {
  const block = new Block(handle, true, 1 + ((-1 - handle) % maxAccelerators));
  forgotten.register(block, handle, block);
  return block;
}

/** Forgets the buffers of the program that was captured last. */
export function forgetRecorded(): void {
  recordedBlocks.clear();
}

/** The block in which result `token` of the last native call lies; `inputs` are the blocks of its tensor arguments. */
export function blockOf(token: number, inputs: readonly Block[]): Block {
  let block: Block | undefined;
  if (token < -recordedToken) block = deviceBlock(token + recordedToken);
  else if (token < 0) block = inputs[-1 - token];
  else if (token < slabRing) block = slabs[token];
  else if (token >= recordedToken) block = recordedBlock(token - recordedToken);
  else block = fresh[token - slabRing];
  if (block === undefined) throw new HebbError('ERR_INTERNAL', `native answered an unknown block ${token}`);
  return block;
}

/** Forgets what a native call asked for, once its results have their blocks: what it only computed with is free again. */
export function forgetFresh(): void {
  if (fresh.length === 0) return;
  for (const block of fresh) {
    if (block.references === 0 && block.bytes instanceof ArrayBuffer && block.bytes.byteLength <= keptScratch) recycle(block, block.bytes);
  }
  fresh.length = 0;
}

/** Whether the token of a result stands for the bytes of an argument: the result is a view. */
export function isViewToken(token: number): boolean {
  return token < 0 && token >= -recordedToken;
}

/** While a program is recorded, whatever it read so far must keep its values. */
let recording = false;

/** Tells the pool whether a program is being recorded. */
export function setRecording(value: boolean): void {
  recording = value;
}

/** Takes a reference to a block, for release() to give back. */
export function hold(block: Block): void {
  if (block.recyclable) block.references++;
}

/** Gives one reference to a block back; the last one returns its bytes to the pool. */
export function release(block: Block): void {
  if (!block.recyclable || --block.references > 0) return;
  if (typeof block.bytes === 'number') {
    forgotten.unregister(block);
    native.releaseBlock(block.bytes); // a program that uses it keeps it
    return;
  }
  if (!recording && !captured.has(block.bytes)) recycle(block, block.bytes);
}

/** Puts the bytes of a block that nobody uses into the pool. */
function recycle(block: Block, bytes: ArrayBuffer): void {
  const size = bytes.byteLength;
  // What was made elsewhere is of no size class.
  if (poolBytes + size > poolLimit || sizeClass(size) !== size) {
    collected.unregister(bytes);
    uncount(size);
    return;
  }
  poolBytes += size;
  poolBuffers++;
  const blocks = pool.get(size);
  if (blocks === undefined) pool.set(size, [block]);
  else blocks.push(block);
}

/** Buffers that hold tensors, their bytes, and the bytes that wait in the pool for reuse. */
export function bufferUsage(): { buffers: number; bytes: number; poolBytes: number } {
  return { buffers: buffers - poolBuffers, bytes: bufferBytes - poolBytes, poolBytes };
}

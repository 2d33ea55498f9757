// A run on a GPU of a model that is on the CPU: docs/gpu.md, "What fit() chooses".
import { withDevice } from '../device.js';
import { arrayClasses } from '../dtype.js';
import { HebbError } from '../errors.js';
import { assign, to } from '../ops/index.js';
import { defaultGenerator } from '../random.js';
import type { Tensor } from '../tensor.js';
import type { Rows } from './rows.js';
import type { Site } from './site.js';

/** A tensor of the user, and its double on the GPU. */
interface Pair {
  readonly here: Tensor;
  readonly there: Tensor;
  /** The value when both were last equal, of a single number: such as a learning rate may be assigned at any time. */
  agreed: number;
}

/** The only element; of more than one NaN. */
function single(x: Tensor): number {
  return x.size === 1 ? x.item() : NaN;
}

/** Whether each tensor is row-major and shares its elements with no other: only such have doubles that behave alike. */
function separate(tensors: readonly Tensor[]): boolean {
  const ranges = tensors.map(({ bytes, offset, size, dtype }) => {
    const width = arrayClasses[dtype].BYTES_PER_ELEMENT;
    return { bytes, begin: offset * width, end: (offset + size) * width };
  });
  const ends = new Map<unknown, number>();
  return tensors.every(({ layout }) => layout.contiguous) && ranges.sort((a, b) => a.begin - b.begin).every(({ bytes, begin, end }) => {
    const free = begin >= (ends.get(bytes) ?? 0);
    ends.set(bytes, end);
    return free;
  });
}

/**
 * The GPU has doubles of the model's tensors; programs are captured while the tensors stand for their doubles, which is
 * never longer than a synchronous call. So whatever else runs meanwhile finds everything on the CPU.
 */
export class GpuSite implements Site {
  readonly early = true;
  private readonly pairs: Pair[];
  private readonly data: Tensor[] = [];
  /** Whether the GPU has values that were not brought back. */
  private ahead = false;

  /** @throws ERR_DEVICE for tensors that cannot have doubles; ERR_OUT_OF_MEMORY, ERR_CUDA */
  constructor(
    readonly device: string,
    tensors: readonly Tensor[],
  ) {
    const each = [...new Set(tensors)];
    if (!separate(each)) throw new HebbError('ERR_DEVICE', 'fit: weights that are views stay where they are');
    this.pairs = each.map((here) => ({ here, there: to(here, device), agreed: single(here) }));
    this.moveGenerator(device);
  }

  within<R>(fn: () => R): R {
    const homes = this.pairs.map(({ here: { block, offset } }) => ({ block, offset }));
    for (const { here, there } of this.pairs) [here.block, here.offset] = [there.block, there.offset];
    try {
      return withDevice(this.device, fn);
    } finally {
      for (const [i, { here }] of this.pairs.entries()) [here.block, here.offset] = [homes[i]!.block, homes[i]!.offset];
    }
  }

  rows({ x, y, weights }: Rows): Rows {
    const known = new Map<Tensor, Tensor>();
    const moved = (part: Tensor): Tensor => {
      const there = known.get(part) ?? to(part, this.device);
      known.set(part, there);
      this.data.push(there);
      return there;
    };
    return { x: x.map(moved), y: y.map(moved), weights: weights.map(moved) };
  }

  push(): void {
    for (const pair of this.pairs) {
      const values = to(pair.here, this.device);
      assign(pair.there, values);
      values.dispose();
      pair.agreed = single(pair.here);
    }
    this.moveGenerator(this.device);
    this.ahead = true;
  }

  pull(): void {
    if (!this.ahead) return;
    const values = this.pairs.map(({ there }) => to(there, 'cpu'));
    for (const [i, value] of values.entries()) {
      const pair = this.pairs[i]!;
      // What was assigned meanwhile goes to the GPU with the next push.
      if (Object.is(single(pair.here), pair.agreed)) assign(pair.here, value);
      value.dispose();
    }
    this.moveGenerator('cpu');
    this.ahead = false;
  }

  /** The state of a generator is where it was asked for last. */
  private moveGenerator(device: string): void {
    withDevice(device, () => defaultGenerator.state);
  }

  failed(error: unknown): boolean {
    return error instanceof HebbError && (error.code === 'ERR_OUT_OF_MEMORY' || error.code === 'ERR_CUDA');
  }

  close(): void {
    try {
      this.pull();
    } catch {
      // The GPU has failed, of which its error told: what was brought back last stays.
    }
    this.abandon();
  }

  abandon(): void {
    this.ahead = false;
    for (const x of [...this.pairs.map(({ there }) => there), ...this.data]) x.dispose();
  }
}

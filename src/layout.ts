import { dtypes, type Dtype } from './dtype.js';
import { native } from './native.js';

/** How a tensor's elements lie in its bytes; equal layouts are one object, known to the addon by `id`. */
export class Layout {
  readonly rank: number;
  readonly size: number;
  /** The shape of one row: all but the first dimension. Kept, as to slice a frozen array takes 0.2 us. */
  readonly rowShape: readonly number[];

  constructor(
    readonly id: number,
    readonly dtype: Dtype,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
    readonly contiguous: boolean,
  ) {
    this.rank = shape.length;
    this.rowShape = Object.freeze(shape.slice(1));
    this.size = shape.reduce((product, dim) => product * dim, 1);
  }
}

const layouts: Layout[] = [];

/** The layout of an id that the addon answered. */
export function layoutOf(id: number): Layout {
  return layouts[id] ?? load(id);
}

function load(id: number): Layout {
  const { dtype, shape, strides, contiguous } = native.layoutInfo(id);
  return (layouts[id] = new Layout(id, dtypes[dtype] ?? 'float32', Object.freeze(shape), Object.freeze(strides), contiguous));
}

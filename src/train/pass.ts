import { capture, type Program, type RunOptions } from '../capture.js';
import { addInPlace, arange, assign, full, gather, sliceAt } from '../ops/index.js';
import { permutation } from '../random.js';
import type { Tensor } from '../tensor.js';
import type { Rows } from './rows.js';
import { here, type Site } from './site.js';

/** How an epoch is run. */
export interface PassOptions extends Pick<RunOptions, 'signal'> {
  /** Whether the rows are mixed before each pass over them; or in which order they come. */
  shuffle: boolean | Int32Array;
  /** Whether to go on where the last epoch ended, if that was before the end of the rows. */
  resume: boolean;
  /** Batches of this epoch; fewer when the rows end before. */
  steps: number;
  onProgress?: (step: number) => void;
  /** Called around every batch; makes the epoch come back to JavaScript each time. `end` answers whether to stop. */
  onBatch?: { begin(batch: number): Promise<void>; end(batch: number): Promise<boolean> } | undefined;
}

/** Milliseconds for which no thread is woken: that, and hearing from it, takes 0.1 ms. An epoch of iris takes 0.1 instead of 0.3. */
const quick = 1;

/**
 * Passes over rows in batches, each batch a replay of one captured program: rows are read through an index on the device,
 * so that order and position can change without JavaScript. A last partial batch is a second program.
 */
export class Pass {
  private readonly order: Tensor;
  private readonly cursor: Tensor;
  private readonly programs = new Map<number, Program>();
  private readonly count: number;
  private batchesDone = 0;
  /** What a step took the last time, in milliseconds. */
  private stepTime = Infinity;

  constructor(
    private readonly rows: Rows,
    private readonly batchSize: number,
    private readonly step: (batch: Rows) => void,
    private readonly site: Pick<Site, 'within' | 'early'> = here(),
  ) {
    this.count = rows.x[0]?.shape[0] ?? 0;
    [this.order, this.cursor] = site.within(() => [arange(this.count, { dtype: 'int32' }), full([], 0, { dtype: 'int32' })]);
    if (!site.early) return;
    try {
      for (const size of [batchSize, this.count % batchSize]) if (size > 0 && size <= this.count) this.program(size);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** Frees the programs and what they count with; no epoch is run afterwards. */
  dispose(): void {
    for (const x of [...this.programs.values(), this.order, this.cursor]) x.dispose();
  }

  /** The number of batches in a whole pass. */
  get batches(): number {
    return Math.ceil(this.count / this.batchSize);
  }

  private program(size: number): Program {
    let program = this.programs.get(size);
    if (program === undefined) {
      program = this.site.within(() => capture(() => {
        const { x, y, weights } = this.rows;
        const rows = sliceAt(this.order, this.cursor, size);
        const picked = (part: Tensor): Tensor => gather(part, rows);
        this.step({ x: x.map(picked), y: y.map(picked), weights: weights.map(picked) });
        addInPlace(this.cursor, size);
      }));
      this.programs.set(size, program);
    }
    return program;
  }

  /** Replays a program off the JavaScript thread; between two turns of the event loop where that takes next to no time. */
  private async replay(program: Program, count: number, options: RunOptions): Promise<void> {
    const here = this.stepTime * count < quick;
    if (here) await new Promise((resolve) => { setImmediate(resolve); });
    const begin = performance.now();
    if (here && options.signal?.aborted !== true) {
      program.runSync(count);
      options.onProgress?.(count, count);
    } else {
      await program.run(count, options);
    }
    this.stepTime = (performance.now() - begin) / count;
  }

  /** The listing of one step. */
  listing(): string {
    return this.program(Math.min(this.batchSize, this.count)).toString();
  }

  /** Writes the order of the rows, drawn or given. */
  private mix(shuffle: true | Int32Array): void {
    if (shuffle !== true) return void assign(this.order, shuffle);
    const drawn = permutation(this.count);
    assign(this.order, drawn);
    drawn.dispose();
  }

  /** Runs one epoch; answers its number of batches. @throws ERR_ABORTED when the signal stopped it */
  async run({ shuffle, resume, steps, signal, onProgress, onBatch }: PassOptions): Promise<number> {
    if (!resume || this.batchesDone === 0) {
      this.batchesDone = 0;
      if (shuffle !== false) this.site.within(() => { this.mix(shuffle); });
      assign(this.cursor, 0);
    }
    const todo = Math.min(steps, this.batches - this.batchesDone);
    const whole = Math.min(todo, Math.floor(this.count / this.batchSize) - this.batchesDone);
    const partial = this.program.bind(this, this.count % this.batchSize);
    this.batchesDone = (this.batchesDone + todo) % this.batches;
    const stop: RunOptions = signal === undefined ? {} : { signal };
    if (onBatch === undefined) {
      const running = whole > 0 ? this.replay(this.program(this.batchSize), whole, { ...stop, onProgress: (done) => onProgress?.(done) }) : undefined;
      let last: Program | undefined;
      try {
        if (whole < todo) last = partial(); // captured while the others run
      } finally {
        await running;
      }
      if (last !== undefined) await this.replay(last, 1, stop);
      return todo;
    }
    for (let batch = 0; batch < todo; batch++) {
      await onBatch.begin(batch);
      await this.replay(batch < whole ? this.program(this.batchSize) : partial(), 1, stop);
      onProgress?.(batch + 1);
      if (await onBatch.end(batch)) return batch + 1;
    }
    return todo;
  }
}

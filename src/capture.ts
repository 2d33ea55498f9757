import { HebbError } from './errors.js';
import { forgetRecorded, markCaptured, setRecording, unmarkCaptured } from './memory.js';
import { checkKinds, checkNames, checkSignal, valueText } from './options.js';
import { Profile } from './profile.js';
import { activeProbe, native, type NativeProgram } from './native.js';
import { Tensor, emptyBytes, isCapturing, setCapturing } from './tensor.js';

/** Options of Program.run(). */
export interface RunOptions {
  /** Stops the run after the current step (on a GPU: after those that it has been given); the promise rejects with ERR_ABORTED. */
  signal?: AbortSignal;
  /** Told at most ten times a second, and at the end, how many steps are done. */
  onProgress?: (done: number, count: number) => void;
}

/**
 * A captured program: the launches of one call of a function, replayed without JavaScript. It holds memory for what it
 * computes in between: dispose() or `using` frees that at once, else the garbage collector does.
 *
 * @example
 * const program = capture(() => w.assign(w.mul(0.5)));
 * await program.run(3); // w is an eighth of what it was
 */
export class Program<R = unknown> {
  /** Runs that are not over: they need the program, disposed or not. */
  private running = 0;
  private disposed = false;

  /** @internal */
  constructor(
    private readonly handle: NativeProgram,
    /** What the captured function returned; its tensors hold the values of the last step once a run is over. */
    readonly result: R,
    /** The tensors in there that the program computes. */
    private readonly computed: readonly Tensor[],
  ) {}

  /** The number of kernel launches in one step. */
  get launches(): number {
    return this.alive('launches').launches();
  }
  /** Whether dispose() was called. */
  get isDisposed(): boolean {
    return this.disposed;
  }

  /**
   * Frees the program and its memory: at once, or when the runs that have begun are over. The tensors in `result` keep their
   * values; all other uses throw ERR_DISPOSED afterwards.
   *
   * @example
   * const twice = capture(() => w.mul(2));
   * twice.runSync();
   * twice.dispose();
   * twice.result.toArray(); // still there
   */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    if (this.running === 0) this.free();
  }

  /** `using program = ...` disposes at the end of the block. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** @internal Frees the tensors of `result` that the program computes; it is not run afterwards. */
  freeResult(): void {
    for (const x of this.computed) x.dispose();
  }

  private free(): void {
    for (const bytes of this.handle.externals()) unmarkCaptured(bytes);
    this.handle.dispose();
  }

  /** The native program. @throws ERR_DISPOSED naming what was called */
  private alive(op: string): NativeProgram {
    if (this.disposed) throw new HebbError('ERR_DISPOSED', `${op}: this program was disposed`);
    return this.handle;
  }

  /**
   * Replays the program `count` times off the JavaScript thread. What onProgress throws stops the run and rejects it.
   *
   * @throws ERR_ARGUMENT unless count is a whole number >= 0; ERR_CAPTURE while capturing; ERR_DISPOSED; ERR_ABORTED when the
   * signal stopped it; whatever a kernel found wrong in its data (a label out of range, say)
   */
  async run(count = 1, options: RunOptions = {}): Promise<void> {
    checkNames('run', options, ['signal', 'onProgress']);
    const { signal, onProgress } = options;
    checkSignal('run', signal);
    checkKinds('run', options, { onProgress: Function });
    checkRun(count);
    const program = this.alive('run');
    if (signal?.aborted === true) throw aborted(signal, 0, count);
    const probe = activeProbe();
    if (probe !== undefined) {
      probe.replay(program, count);
      onProgress?.(count, count);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => {
        program.cancel(run);
      };
      let thrown: { error: unknown } | undefined;
      const run = program.run(
        count,
        (done) => {
          if (thrown !== undefined) return;
          try {
            onProgress?.(done, count);
          } catch (error) {
            thrown = { error };
            program.cancel(run);
          }
        },
        (done, error) => {
          if (--this.running === 0 && this.disposed) this.free();
          signal?.removeEventListener('abort', abort);
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever the user threw
          if (thrown !== undefined) reject(thrown.error);
          else if (error !== undefined) reject(error);
          else if (done < count) reject(aborted(signal, done, count));
          else resolve();
        },
      );
      this.running++;
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Replays the program on the calling thread: for programs so small that a thread would cost more than they do. @throws as run() */
  runSync(count = 1): void {
    checkRun(count);
    const [program, probe] = [this.alive('runSync'), activeProbe()];
    if (probe === undefined) program.runSync(count);
    else probe.replay(program, count);
  }

  /**
   * Replays the program `count` times on the calling thread, as runSync does, and answers what each launch took.
   *
   * @throws ERR_ARGUMENT unless count is a whole number from 1 to 10,000; ERR_CAPTURE while capturing; ERR_DISPOSED
   * @example
   * console.log(capture(() => a.matmul(a).relu()).profile(100).toString());
   */
  profile(count = 100): Profile {
    checkRun(count);
    const program = this.alive('profile');
    return new Profile(program.listing().trimEnd().split('\n'), program.profile(count, true));
  }

  /** A readable listing: one line per launch. */
  toString(): string {
    return this.alive('toString').listing();
  }
}

function checkRun(count: number): void {
  if (isCapturing()) throw new HebbError('ERR_CAPTURE', 'run: a program cannot run while another is captured');
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new HebbError('ERR_ARGUMENT', `run: the number of steps is a whole number >= 0, got ${valueText(count)}`);
  }
}

function aborted(signal: AbortSignal | undefined, done: number, count: number): HebbError {
  return new HebbError('ERR_ABORTED', `run: stopped after ${done} of ${count} steps`, { cause: signal?.reason });
}

/**
 * Runs fn once while its ops are recorded instead of executed. The result replays them: shapes are fixed, tensors made
 * outside are read and updated in place, tensors that fn returns hold the last step's values after a run.
 *
 * @param fn a synchronous function of tensors; it may not read values
 * @throws ERR_CAPTURE when fn reads a value, is async, or captures inside a capture
 * @example
 * const step = capture(() => { const [loss, [dw]] = valueAndGrad(lossOf, [w]); w.assign(w.sub(dw.mul(0.1))); return loss; });
 * await step.run(1000);
 * step.result.item();
 */
export function capture<R>(fn: () => R): Program<R> {
  if (isCapturing()) throw new HebbError('ERR_CAPTURE', 'capture: already capturing; captures do not nest');
  native.recordBegin();
  setCapturing(true);
  setRecording(true);
  let result: R;
  try {
    result = fn();
    if (isPromise(result)) {
      Promise.resolve(result).catch(() => undefined); // what fails in there after this error has no other listener
      throw new HebbError('ERR_CAPTURE', 'capture: the function is async; only synchronous ops can be captured');
    }
  } catch (error) {
    native.recordAbort();
    throw error;
  } finally {
    setCapturing(false);
    setRecording(false);
    forgetRecorded();
  }
  let handle: NativeProgram;
  let computed: readonly Tensor[];
  const homes = new Map<number, Tensor>();
  try {
    const tensors = [...tensorsIn(result, new Set())];
    if (tensors.some(({ isDisposed }) => isDisposed)) {
      throw new HebbError('ERR_DISPOSED', 'capture: the function returned a tensor that was disposed, its values are gone');
    }
    computed = tensors.filter(({ bytes }) => typeof bytes === 'number' && bytes >= 0);
    for (const { bytes, block } of computed) {
      if (typeof bytes === 'number' && !homes.has(bytes)) homes.set(bytes, emptyBytes(block.device, native.plannedBytes(bytes)));
    }
    handle = native.recordEnd([...homes].flatMap(([index, home]) => [index, home.bytes, home.offset]));
    for (const x of computed) {
      const home = typeof x.bytes === 'number' ? homes.get(x.bytes) : undefined;
      if (home !== undefined) x.rehome(home);
    }
    for (const home of homes.values()) home.dispose(); // what fn returned has the bytes now
  } catch (error) {
    native.recordAbort();
    throw error;
  }
  for (const bytes of handle.externals()) markCaptured(bytes);
  return new Program(handle, result, computed);
}

function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** The tensors in nested arrays and objects, each once. */
function* tensorsIn(value: unknown, seen: Set<unknown>): Generator<Tensor> {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value)) return;
  seen.add(value);
  if (value instanceof Tensor) yield value;
  else for (const part of Object.values(value)) yield* tensorsIn(part, seen);
}

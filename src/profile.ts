/** What one launch of a program takes. */
export interface LaunchProfile {
  /** The line of the program's listing. */
  readonly launch: string;
  /** Mean of the faster half of the replays. */
  readonly seconds: number;
  /** Floating point operations per nanosecond; 0 for what is no product. */
  readonly gflops: number;
  /** Bytes of the operands, read or written, per nanosecond. */
  readonly gigabytesPerSecond: number;
}

/** A line of a table: numbers aligned at the right, then a text. */
export function tableLine(cells: readonly string[], text: string): string {
  return `${cells.map((cell) => cell.padStart(9)).join('')}  ${text}`;
}

/** Microseconds with two decimals. */
export function microseconds(seconds: number): string {
  return (seconds * 1e6).toFixed(2);
}

/** An amount done in some time, per nanosecond; in none 0. */
export function perNanosecond(amount: number, seconds: number): number {
  return amount * (seconds > 0 ? 1e-9 / seconds : 0);
}

/** A share in per cent, of nothing 0. */
export function percent(part: number, whole: number): string {
  return `${(whole > 0 ? (100 * part) / whole : 0).toFixed(1)} %`;
}

/** What the launches of a program take, in their order; prints as a table. See Program.profile. */
export class Profile {
  readonly launches: readonly LaunchProfile[];

  /** @internal numbers: seconds, floating point operations and bytes of each launch */
  constructor(lines: readonly string[], numbers: Float64Array) {
    this.launches = lines.map((launch, i) => {
      const [seconds = 0, flops = 0, bytes = 0] = numbers.subarray(3 * i, 3 * i + 3);
      return { launch, seconds, gflops: perNanosecond(flops, seconds), gigabytesPerSecond: perNanosecond(bytes, seconds) };
    });
  }

  /** The seconds of one step. */
  get seconds(): number {
    return this.launches.reduce((sum, { seconds }) => sum + seconds, 0);
  }

  /** A table: microseconds, share of the step, GFLOP/s, GB/s, launch. */
  toString(): string {
    const total = this.seconds;
    const rows = this.launches.map(({ launch, seconds, gflops, gigabytesPerSecond }) =>
      tableLine(
        [microseconds(seconds), percent(seconds, total), gflops > 0 ? gflops.toFixed(1) : '', gigabytesPerSecond.toFixed(1)],
        launch,
      ),
    );
    const head = tableLine(['us', 'share', 'GFLOP/s', 'GB/s'], 'launch');
    return [head, ...rows, `${microseconds(total).padStart(9)} us in all`].join('\n');
  }
}

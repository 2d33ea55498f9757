import { plotHistory } from '../plots/history.js';

/** What fit() answers: the logs of each epoch. */
export class History {
  /** Indices of the epochs that ran. */
  readonly epoch: number[] = [];
  /** Name to one value per epoch: what fit() measured, by name, then what callbacks added. */
  history: Record<string, number[]> = {};

  constructor(
    /** epochs, steps per epoch and the like. */
    readonly params: Readonly<Record<string, number>>,
    /** The device that computed. */
    public device = 'cpu',
  ) {}

  /** @internal Adds an epoch; `measured` are the names that do not come from callbacks. */
  append(epoch: number, logs: Readonly<Record<string, number>>, measured: readonly string[]): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) (this.history[name] ??= []).push(value);
    const added = (name: string): number => (measured.includes(name) || name.startsWith('val_') ? 0 : 1);
    const names = Object.keys(this.history).sort((a, b) => added(a) - added(b) || (a < b ? -1 : 1));
    this.history = Object.fromEntries(names.map((name) => [name, this.history[name] ?? []]));
  }

  /**
   * Draws the learning curves as an SVG picture: one panel for the loss, one for the other metrics, training and validation.
   *
   * @param path file to write
   * @throws ERR_ARGUMENT when nothing was recorded, or vega is not installed
   */
  async plot(path: string): Promise<void> {
    await plotHistory(this, path);
  }
}

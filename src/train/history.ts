/** What fit() answers: the logs of each epoch. */
export class History {
  /** Indices of the epochs that ran. */
  readonly epoch: number[] = [];
  /** Name to one value per epoch, names sorted. */
  history: Record<string, number[]> = {};

  constructor(
    /** epochs, steps per epoch and the like. */
    readonly params: Readonly<Record<string, number>>,
  ) {}

  /** @internal */
  append(epoch: number, logs: Readonly<Record<string, number>>): void {
    this.epoch.push(epoch);
    for (const name of Object.keys(logs).sort()) (this.history[name] ??= []).push(logs[name] ?? NaN);
  }

  /**
   * Draws the learning curves as an SVG picture: one panel for the loss, one for the other metrics, training and validation.
   *
   * @param path file to write
   * @throws ERR_ARGUMENT when nothing was recorded, or vega is not installed
   */
  async plot(path: string): Promise<void> {
    const { plotHistory } = await import('../plots/history.js');
    await plotHistory(this, path);
  }
}

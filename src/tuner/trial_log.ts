import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HebbError } from '../errors.js';
import type { Space, Values } from './hyperparameters.js';

/** One training with some hyperparameters. */
export interface TrialResult {
  /** Counted from 1. */
  readonly trial: number;
  readonly values: Values;
  /** The best objective of an epoch; NaN where it was no number. */
  readonly score: number;
  /** The epoch of the score, counted from 1. */
  readonly epoch: number;
  /** The epochs that ran. */
  readonly epochs: number;
  /** The trial in which these values were tried first: itself but in later rounds of hyperband. */
  readonly origin: number;
  /** @internal */
  readonly spaces: readonly Space[];
}

/** What must be the same for a search to go on. */
export type SearchHeader = Readonly<Record<string, string | number>>;

const name = 'trials.jsonl';

/**
 * The trials of a search in a folder: a file of JSON lines, the search on the first one, then a trial on each. A line that
 * an interruption cut off is left out.
 */
export class TrialLog {
  private constructor(
    private readonly path: string,
    readonly trials: TrialResult[],
    /** That of the search, also where it goes on. */
    readonly seed: number,
  ) {}

  /** @throws ERR_ARGUMENT when the folder holds another search, ERR_FORMAT for a file that is none */
  static async open(op: string, folder: string, header: SearchHeader, seed: number | undefined, anySeed: () => number): Promise<TrialLog> {
    const path = join(folder, name);
    await mkdir(folder, { recursive: true }).catch((error: unknown) => {
      throw new HebbError('ERR_ARGUMENT', `${op}: the directory ${folder} cannot be made (${String(error)})`, { cause: error });
    });
    const text = await readFile(path, 'utf8').catch(() => '');
    const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n').slice(0, -1);
    if (lines.length === 0) {
      const chosen = seed ?? anySeed();
      await writeFile(path, `${JSON.stringify({ ...header, seed: chosen })}\n`);
      return new TrialLog(path, [], chosen);
    }
    const [before, ...trials] = lines.map((line, i): unknown => {
      try {
        return JSON.parse(line);
      } catch (error) {
        throw new HebbError('ERR_FORMAT', `${op}: line ${i + 1} of ${path} is no JSON`, { cause: error });
      }
    });
    const known = before as SearchHeader;
    const wanted: SearchHeader = { ...header, seed: seed ?? known.seed ?? NaN };
    const other = Object.keys(wanted).find((key) => known[key] !== wanted[key]);
    if (other !== undefined) {
      throw new HebbError('ERR_ARGUMENT', `${op}: ${path} holds a search with ${other} ${known[other] ?? 'missing'}, not ${wanted[other] ?? ''}; take another directory`);
    }
    // What was cut off makes place for the next line.
    if (!text.endsWith('\n')) await writeFile(path, lines.map((line) => `${line}\n`).join(''));
    const read = trials.map((trial) => {
      const { score, ...rest } = trial as Omit<TrialResult, 'score'> & { score: number | null };
      return { ...rest, score: score ?? NaN };
    });
    return new TrialLog(path, read, Number(wanted.seed));
  }

  /** Writes a trial down. */
  async add(trial: TrialResult): Promise<void> {
    await appendFile(this.path, `${JSON.stringify(trial)}\n`);
  }
}

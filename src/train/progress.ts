import type { SingleBar } from 'cli-progress';
import type { Callback, FitInfo, Logs } from './callbacks.js';

/** Four significant digits, as Keras prints them. */
function numbers(logs: Logs): string {
  return Object.keys(logs)
    .sort()
    .map((name) => ` - ${name}: ${(logs[name] ?? NaN).toPrecision(4)}`)
    .join('');
}

function speed(milliseconds: number, steps: number, rows: number): string {
  const perStep = milliseconds / Math.max(1, steps);
  const time = perStep >= 1 ? `${perStep.toFixed(1)}ms` : `${(perStep * 1000).toFixed(0)}us`;
  const rate = Math.round((rows / Math.max(1, milliseconds)) * 1000).toLocaleString('en-US');
  return `${(milliseconds / 1000).toFixed(1)}s ${time}/step ${rate} samples/s`;
}

/** The callback that shows fit() at work: a live bar per epoch (verbose 1), or one line per epoch (2); 'auto' takes the bar on a terminal. */
export function progress(verbose: 'auto' | 1 | 2): Callback {
  const live = verbose === 1 || (verbose === 'auto' && process.stdout.isTTY);
  let info: FitInfo = { epochs: 0, initialEpoch: 0, stepsPerEpoch: 0, batchSize: 0, rows: 0 };
  let Bar: typeof SingleBar | undefined;
  let bar: SingleBar | undefined;
  let start = 0;
  const rowsAfter = (steps: number): number => Math.min(info.rows, steps * info.batchSize);
  return {
    onTrainBegin: async (_model, fitInfo) => {
      info = fitInfo;
      if (info.device !== undefined && info.device !== 'cpu') console.log(`Training on ${info.device}`);
      if (live) Bar = (await import('cli-progress')).SingleBar;
    },
    onEpochBegin: (_model, epoch) => {
      start = performance.now();
      console.log(`Epoch ${epoch + 1}/${info.epochs}`);
      if (Bar === undefined) return;
      bar = new Bar({
        format: '{value}/{total} {bar} {text}',
        barCompleteChar: '━',
        barIncompleteChar: '─',
        barsize: 20,
        hideCursor: true,
        gracefulExit: false,
        stream: process.stdout,
      });
      bar.start(info.stepsPerEpoch, 0, { text: '' });
    },
    onProgress: (_model, step, logs) => {
      bar?.update(step, { text: speed(performance.now() - start, step, rowsAfter(step)) + numbers(logs) });
    },
    onEpochEnd: (_model, _epoch, logs) => {
      const text = speed(performance.now() - start, info.stepsPerEpoch, rowsAfter(info.stepsPerEpoch)) + numbers(logs);
      if (bar === undefined) {
        console.log(`${info.stepsPerEpoch}/${info.stepsPerEpoch} - ${text}`);
      } else {
        bar.update(info.stepsPerEpoch, { text });
        bar.stop();
        bar = undefined;
      }
    },
    onTrainEnd: () => {
      bar?.stop();
    },
  };
}

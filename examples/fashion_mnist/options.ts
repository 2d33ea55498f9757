import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { UsageError } from './command.js';
import { datasetNames, isDataset, type DatasetName } from './images.js';

export interface Options {
  epochs: number;
  batchSize: number;
  learningRate: number;
  seed: number;
  dataset: DatasetName;
  out: string;
}

const help = `Trains 784-300-100-10 on small images and keeps the model.

Usage: npm start -- [options]

  --dataset NAME        ${datasetNames.join(' or ')} (fashion-mnist)
  --epochs N            passes over the training images (30)
  --batch-size N        images per step (32)
  --learning-rate RATE  step size of gradient descent (0.01)
  --seed N              the same seed gives the same numbers (42)
  --out FOLDER          where the model and the learning curves go (runs)
  --help                shows this

Ctrl-C stops after the current step and keeps the model as it is.`;

const known = {
  dataset: { type: 'string', default: 'fashion-mnist' },
  epochs: { type: 'string', default: '30' },
  'batch-size': { type: 'string', default: '32' },
  'learning-rate': { type: 'string', default: '0.01' },
  seed: { type: 'string', default: '42' },
  out: { type: 'string', default: 'runs' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`--${name} is a whole number from ${least} on, got '${text}'`);
}

function positiveNumber(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new UsageError(`--${name} is a number above 0, got '${text}'`);
}

function datasetName(text: string): DatasetName {
  if (isDataset(text)) return text;
  throw new UsageError(`--dataset is ${datasetNames.join(' or ')}, got '${text}'`);
}

/** A folder that exists, or is made now: better to fail before the training than after it. */
function folder(name: string, path: string): string {
  try {
    mkdirSync(path, { recursive: true });
    return path;
  } catch (error) {
    throw new UsageError(`--${name}: cannot make the folder '${path}' (${String(error)})`);
  }
}

/** The options of a command line; undefined when only help was wanted. @throws UsageError for a wrong one */
export function readOptions(args: readonly string[]): Options | undefined {
  // Not strict: parseArgs would explain a wrong option in three lines.
  const { values, tokens } = parseArgs({ args: [...args], options: known, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'positional') throw new UsageError(`'${token.value}' is not an option; --help lists them`);
    if (token.kind === 'option' && !Object.hasOwn(known, token.name)) {
      throw new UsageError(`there is no option ${token.rawName}; --help lists them`);
    }
  }
  if (values.help === true) {
    console.log(help);
    return undefined;
  }
  const text = (name: keyof typeof known): string => {
    const value = values[name];
    if (typeof value === 'string') return value;
    throw new UsageError(`--${name} needs a value`);
  };
  return {
    dataset: datasetName(text('dataset')),
    epochs: wholeNumber('epochs', text('epochs'), 1),
    batchSize: wholeNumber('batch-size', text('batch-size'), 1),
    learningRate: positiveNumber('learning-rate', text('learning-rate')),
    seed: wholeNumber('seed', text('seed'), 0),
    out: folder('out', text('out')),
  };
}

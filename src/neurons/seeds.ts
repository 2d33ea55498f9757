import { MT19937 } from './mt19937.js';

const most = 2 ** 31 - 2;

/** The seed of a task's row order: one draw is discarded before it. */
export function taskSeed(seed: number): number {
  const random = new MT19937(seed);
  random.upTo(most - 1);
  return random.upTo(most);
}

/** The seeds of `count` classes learned one against the rest. */
export function classSeeds(seed: number, count: number): number[] {
  const random = new MT19937(seed);
  return Array.from({ length: count }, () => random.upTo(most)).map(taskSeed);
}

/** The seed of a regression's row order. */
export function regressionSeed(seed: number): number {
  return new MT19937(seed).upTo(most);
}

/** A seed for when none is given. */
export function anyRandomState(): number {
  return Math.floor(Math.random() * 2 ** 32);
}

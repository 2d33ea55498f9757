import { HebbError } from '../errors.js';

/** Random numbers one after the other. */
export interface RandomStream {
  /** A number in [0, 1) with 53 random bits. */
  uniform(): number;
  /** A number from the normal distribution with mean 0 and variance 1. */
  normal(): number;
}

const multipliers = [0xd2511f53, 0xcd9e8d57] as const;
const keySteps = [0x9e3779b9, 0xbb67ae85] as const;

/** The upper 32 bits of the product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const [aHigh, aLow, bHigh, bLow] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const middle = aHigh * bLow + Math.floor((aLow * bLow) / 65536);
  const carry = (middle % 65536) + aLow * bHigh;
  return aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(carry / 65536);
}

/**
 * One block of Philox4x32 with 10 rounds (Salmon, Moraes, Dror, Shaw 2011): four random 32-bit words for a counter of
 * four words and a key of two, least significant first.
 */
export function philox(counter: readonly number[], key: readonly number[]): [number, number, number, number] {
  let [c0 = 0, c1 = 0, c2 = 0, c3 = 0] = counter;
  let [k0 = 0, k1 = 0] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(multipliers[0], c0);
    const high1 = multiplyHigh(multipliers[1], c2);
    const low0 = Math.imul(multipliers[0], c0) >>> 0;
    const low1 = Math.imul(multipliers[1], c2) >>> 0;
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + keySteps[0]) >>> 0;
    k1 = (k1 + keySteps[1]) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** In every counter used here: keeps the numbers apart from those of random tensors with the same seed. */
const dataWord = 0x64617461;

/**
 * The random numbers of one seed, the same on every machine and independent of any other generator.
 *
 * @param stream another number gives other, independent numbers for the same seed
 * @throws ERR_ARGUMENT unless the seed is a whole number >= 0, below 2^53
 */
export function randomStream(op: string, seed: number, stream = 0): RandomStream {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new HebbError('ERR_ARGUMENT', `${op}: seed is a whole number >= 0, got ${String(seed)}`);
  }
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32)];
  let block: number[] = [];
  let index = 0;
  const word = (): number => {
    if (block.length === 0) block = philox([index++, 0, stream, dataWord], key);
    return block.pop()!;
  };
  const uniform = (): number => {
    const high = word() >>> 5;
    return (high * 2 ** 26 + (word() >>> 6)) / 2 ** 53;
  };
  let spare: number | undefined;
  // Box and Muller (1958): two normal numbers from two uniform ones.
  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  return { uniform, normal };
}

/** A seed for when none is given. */
export function anySeed(): number {
  return Math.floor(Math.random() * 2 ** 48);
}

/** The numbers 0 to n - 1 in random order (Fisher and Yates). */
export function permutation(n: number, random: RandomStream): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    const other = order[j]!;
    order[j] = order[i]!;
    order[i] = other;
  }
  return order;
}

/**
 * The Mersenne Twister of Matsumoto and Nishimura (1998), drawn from as NumPy's RandomState does: scikit-learn's learners
 * take their seeds from it, and equal weights need equal seeds.
 */
export class MT19937 {
  private readonly state = new Uint32Array(624);
  private next = 624;

  /** @param seed a whole number from 0 to 2^32 - 1 */
  constructor(seed: number) {
    this.state[0] = seed;
    for (let i = 1; i < 624; i++) {
      const before = this.state[i - 1]! ^ (this.state[i - 1]! >>> 30);
      this.state[i] = Math.imul(1812433253, before) + i;
    }
  }

  /** The next 32 bits. */
  word(): number {
    if (this.next === 624) this.refill();
    let y = this.state[this.next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** A whole number from 0 to `most`, both included: masked words, those above are drawn again. */
  upTo(most: number): number {
    if (most === 0) return 0;
    const mask = 0xffffffff >>> Math.clz32(most);
    let value: number;
    do value = (this.word() & mask) >>> 0;
    while (value > most);
    return value;
  }

  /** A number in [0, 1) with 53 random bits. */
  uniform(): number {
    const high = this.word() >>> 5;
    return (high * 2 ** 26 + (this.word() >>> 6)) / 2 ** 53;
  }

  /** The numbers 0 to n - 1 in random order. */
  permutation(n: number): number[] {
    const order = Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.upTo(i);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }

  private refill(): void {
    const { state } = this;
    for (let i = 0; i < 624; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % 624]! & 0x7fffffff);
      state[i] = state[(i + 397) % 624]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.next = 0;
  }
}

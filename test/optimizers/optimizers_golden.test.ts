import test from 'ava';
import { arange, capture, optimizers, schedules, tensor, zerosLike, type Tensor } from '../../src/index.js';
import { distance, golden, mismatch } from '../support/golden.js';

const { recorded, initial, gradients, cases, schedules: rates } = golden('optimizers');

const { Optimizer: _, ...optimizerOf } = optimizers;

/** A schedule by its name. */
function scheduleOf(kind: string, options: object): schedules.Schedule {
  return schedules[kind as keyof typeof schedules](options as never);
}

/** The optimiser of a case. */
function make(kind: string, { learningRate, ...options }: (typeof cases)[number]['arguments']): optimizers.Optimizer {
  const rate = typeof learningRate === 'object' ? scheduleOf(learningRate.kind, withoutKind(learningRate)) : learningRate;
  return optimizerOf[kind as keyof typeof optimizerOf]({ learningRate: rate, ...options } as never);
}

function withoutKind({ kind: _kind, ...options }: { kind: string }): object {
  return options;
}

test('every optimiser is recorded', (t) => {
  const kinds = Object.keys(optimizerOf);
  t.is(kinds.length, 12);
  t.deepEqual([...new Set(cases.map(({ kind }) => kind))].sort(), kinds.sort());
});

// In float32, Keras's 1 - 0.999 is wrong by 1.3e-5, of which a root is taken.
const withPowers = ['adam', 'adamw', 'nadam', 'lamb'];

for (const { kind, arguments: options, ...trajectories } of cases) {
  test(`steps are Keras's: ${kind} ${JSON.stringify(options)}`, (t) => {
    for (const [dtype, tolerance] of [['float64', 1e-12], ['float32', withPowers.includes(kind) ? 1e-5 : 2e-6]] as const) {
      const params = initial.map(({ shape, data }) => tensor(Float64Array.from(data), { shape, dtype }));
      const given = params.map((w) => zerosLike(w));
      const optimizer = make(kind, options);
      optimizer.build(params);
      const step = (): void => { optimizer.apply(params, given); };
      // In float64 as a captured program, in float32 op by op.
      const program = dtype === 'float64' ? capture(step) : { runSync: step };
      const compare = (what: string, expected: readonly number[][]): void => {
        for (const [i, values] of expected.entries()) {
          const apart = distance(params[i]!.dataSync(), values);
          t.true(apart <= tolerance, `${dtype} ${what}, parameter ${i}: ${apart}`);
        }
      };
      const { after, final } = trajectories[dtype];
      for (const [i, values] of gradients.entries()) {
        given.forEach((g: Tensor, j) => g.copyFrom(values[j]!));
        program.runSync();
        const at = recorded.indexOf(i + 1);
        if (at >= 0) compare(`after step ${i + 1}`, after[at]!);
      }
      optimizer.finalize(params);
      if (final !== undefined) compare('finalized', final);
    }
  });
}

test('every schedule is recorded', (t) => {
  t.deepEqual([...new Set(rates.map(({ kind }) => kind))].sort(), Object.keys(schedules).sort());
});

for (const { kind, arguments: options, rates: expected } of rates) {
  test(`rates are those of Keras or PyTorch: ${kind} ${JSON.stringify(options)}`, (t) => {
    const schedule = scheduleOf(kind, options);
    const tolerance = { relative: 1e-12, absolute: 1e-16 };
    const steps = arange(expected.length, { dtype: 'int32' });
    t.is(mismatch(schedule.call(steps).dataSync(), expected, tolerance), null);
    t.is(mismatch(expected.map((_, step) => schedule.call(step).item()), expected, tolerance), null, 'one at a time');
  });
}

import test from 'ava';
import { optimizers, schedules, tensor } from '../../src/index.js';
import { runDocstringExamples } from '../support/docstring_examples.js';

type Made = (options: never) => unknown;

/** What makes no sense, and what the error says. */
const wrong: [Made, object, RegExp][] = [
  [optimizers.sgd, { learningRate: -1 }, /sgd: learningRate is a number >= 0 or a schedule, got -1/],
  [optimizers.adamw, { learningRate: 'fast' }, /adamw: learningRate is a number >= 0 or a schedule, got 'fast'/],
  [optimizers.nadam, { learningRate: {} }, /nadam: learningRate is a number >= 0 or a schedule, got an object/],
  [optimizers.sgd, { learning_rate: 0.1 }, /sgd: there is no option 'learning_rate'; there are learningRate, clipNorm/],
  [optimizers.adamw, { decay: 0.1 }, /adamw: there is no option 'decay'/],
  [optimizers.sgd, { clipNorm: 1, clipValue: 1 }, /sgd: only one of .* got clipNorm and clipValue/],
  [optimizers.lamb, { globalClipNorm: -1 }, /lamb: globalClipNorm is a number > 0, got -1/],
  [optimizers.adamw, { weightDecay: -0.1 }, /adamw: weightDecay is a number >= 0, got -0.1/],
  [optimizers.sgd, { weightDecay: NaN }, /sgd: weightDecay .* got NaN/],
  [optimizers.adam, { gradientAccumulationSteps: 1 }, /adam: gradientAccumulationSteps is a whole number >= 2, got 1/],
  [optimizers.adam, { gradientAccumulationSteps: 2.5 }, /got 2.5/],
  [optimizers.adam, { useEma: 'yes' }, /adam: useEma is true or false, got 'yes'/],
  [optimizers.adam, { useEma: true, emaMomentum: 1.5 }, /adam: emaMomentum is in \[0, 1\], got 1.5/],
  [optimizers.adam, { useEma: true, emaOverwriteFrequency: 0 }, /adam: emaOverwriteFrequency is a whole number >= 1, got 0/],
  [optimizers.adam, { emaOverwriteFrequency: 5 }, /adam: emaOverwriteFrequency needs useEma: true, got 5/],
  [optimizers.adam, { amsgrad: 1 }, /adam: amsgrad is true or false, got 1/],
  [optimizers.nadam, { beta1: 1 }, /nadam: beta1 is in \[0, 1\), got 1/],
  [optimizers.adamax, { epsilon: -1 }, /adamax: epsilon is a number >= 0, got -1/],
  [optimizers.adagrad, { initialAccumulatorValue: -1 }, /adagrad: initialAccumulatorValue is a number >= 0, got -1/],
  [optimizers.adadelta, { rho: 2 }, /adadelta: rho is in \[0, 1\), got 2/],
  [optimizers.lion, { beta2: -0.5 }, /lion: beta2 is in \[0, 1\], got -0.5/],
  [optimizers.ftrl, { learningRatePower: 0.5 }, /ftrl: learningRatePower is a number <= 0, got 0.5/],
  [optimizers.ftrl, { l1RegularizationStrength: -1 }, /ftrl: l1RegularizationStrength is a number >= 0, got -1/],
  [optimizers.adafactor, { clipThreshold: 0 }, /adafactor: clipThreshold is a number > 0, got 0/],
  [optimizers.adafactor, { beta2Decay: 0.8 }, /adafactor: beta2Decay is a number <= 0, got 0.8/],
  [schedules.exponentialDecay, { initialLearningRate: 0.1, decaySteps: 0, decayRate: 0.5 }, /exponentialDecay: decaySteps is a number > 0, got 0/],
  [schedules.exponentialDecay, { decaySteps: 1, decayRate: 0.5 }, /exponentialDecay: initialLearningRate is a number >= 0, got undefined/],
  [schedules.inverseTimeDecay, { initialLearningRate: 0.1, decaySteps: 1, decayRate: -1 }, /inverseTimeDecay: decayRate .* got -1/],
  [schedules.exponentialDecay, { initialLearningRate: 0.1, decaySteps: 1, decayRate: 1, stairs: true }, /exponentialDecay: there is no option 'stairs'/],
  [schedules.piecewiseConstant, { boundaries: [2, 1], values: [1, 2, 3] }, /piecewiseConstant: boundaries are ascending numbers, got \[2, 1\]/],
  [schedules.piecewiseConstant, { boundaries: [1, 2], values: [1, 2] }, /piecewiseConstant: values has one more number than boundaries, got 2 and 2/],
  [schedules.piecewiseConstant, { boundaries: 5, values: [1] }, /piecewiseConstant: boundaries is an array of numbers, got 5/],
  [schedules.piecewiseConstant, { boundaries: [1], values: [1, -2] }, /piecewiseConstant: values\[1\] is a number >= 0, got -2/],
  [schedules.polynomialDecay, { initialLearningRate: 0.1, decaySteps: 5, power: 0 }, /polynomialDecay: power is a number > 0, got 0/],
  [schedules.cosineDecay, { initialLearningRate: 0.1, decaySteps: 5, alpha: 2 }, /cosineDecay: alpha is in \[0, 1\], got 2/],
  [schedules.cosineDecay, { initialLearningRate: 0.1, decaySteps: 5, warmupSteps: 3 }, /cosineDecay: warmupSteps needs a warmupTarget, got 3/],
  [schedules.cosineDecayRestarts, { initialLearningRate: 0.1, firstDecaySteps: 5, tMul: 0.5 }, /cosineDecayRestarts: tMul is a number >= 1, got 0.5/],
  [schedules.oneCycle, { maxLearningRate: 1, totalSteps: 10, pctStart: 0.05 }, /oneCycle: pctStart .* 10 steps, got 0.05/],
  [schedules.oneCycle, { maxLearningRate: 1, totalSteps: 10, pctStart: 0.7, threePhase: true }, /oneCycle: pctStart is in \[0, 0.5\], got 0.7/],
  [schedules.oneCycle, { maxLearningRate: 1, totalSteps: 10, annealStrategy: 'sine' }, /oneCycle: annealStrategy is 'cos' or 'linear', got 'sine'/],
];

for (const [make, options, message] of wrong) {
  test(`${make.name}() refuses ${JSON.stringify(options)}`, (t) => {
    t.throws(() => make(options as never), { code: 'ERR_ARGUMENT', message });
  });
}

test('gradients that do not fit the parameters are an error', (t) => {
  const w = tensor([1, 2]);
  t.throws(() => { optimizers.adamw().apply([w], []); }, { code: 'ERR_ARGUMENT', message: /adamw: 1 parameters but 0 gradients/ });
  t.throws(() => { optimizers.lion().apply([w], [tensor([1])]); }, { code: 'ERR_SHAPE', message: /lion: gradient 0 is \[1\], its parameter \[2\]/ });
});

test('the examples in the docstrings of optimisers and schedules say what is true', async (t) => {
  const files = ['sgd', 'rmsprop', 'adam', 'nadam', 'adamax', 'adagrad', 'adadelta', 'lion', 'ftrl', 'lamb', 'adafactor', 'schedules'];
  t.is(await runDocstringExamples(...files.map((file) => `src/optimizers/${file}.ts`)), 19);
});

test('adafactor stands rows and columns without gradients', (t) => {
  const w = tensor([[1, 2], [3, 4]]), rule = optimizers.adafactor();
  const before = w.toArray() as number[][];
  for (let step = 0; step < 3; step++) rule.apply([w], [tensor([[0, 0], [0, 5]])]);
  const after = w.toArray() as number[][];
  t.deepEqual([after[0], after[1]![0]], [before[0], before[1]![0]]);
  t.true(after[1]![1]! < 4 && after[1]![1]! > 3.9);
});

test('a slot that would become denormal without gradients is zero', (t) => {
  const rules = [
    { rule: optimizers.sgd({ momentum: 0.9 }), fading: 1 },
    { rule: optimizers.adam(), fading: 1 }, // its squares take 87,000 steps
    { rule: optimizers.rmsprop({ momentum: 0.9, centered: true }), fading: 3 },
    { rule: optimizers.nadam(), fading: 1 },
    { rule: optimizers.adamax({ beta2: 0.9 }), fading: 2 },
    { rule: optimizers.adadelta({ rho: 0.92 }), fading: 2 },
    { rule: optimizers.lion({ beta2: 0.9 }), fading: 1 },
    { rule: optimizers.lamb({ beta2: 0.9 }), fading: 2 },
  ];
  for (const { rule, fading } of rules) {
    const w = tensor([1, 2, 3]), none = tensor([0, 0, 0]);
    const slots = () => rule.state([w]).filter(({ size }) => size === 3).slice(0, fading).flatMap((slot) => [...slot.dataSync()]);
    rule.apply([w], [tensor([1, -1, 0.5])]);
    for (let step = 0; step < 400; step++) rule.apply([w], [none]);
    t.is(slots().length, 3 * fading);
    t.true(slots().every((value) => Math.abs(value) > 1e-25), 'small numbers stay');
    for (let step = 0; step < 800; step++) rule.apply([w], [none]);
    t.true(slots().every((value) => value === 0));
    t.true(w.dataSync().every(Number.isFinite));
  }
});

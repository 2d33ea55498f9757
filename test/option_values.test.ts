import ava from 'ava';
import * as hebb from '../src/index.js';
import { HebbError } from '../src/index.js';

// One after the other: an option that were not looked at could do anything.
const test = ava.serial;

const { callbacks, data, layers, logic, losses, plots, tuner } = hebb;
type Make = (options: object) => unknown;
type Functions = Readonly<Record<string, unknown>>;

/** What no option may be: an object that counts as a number where nobody looks. */
const wrong = new Date(0);

/** Options that a function needs, by its name. */
const needed: Readonly<Record<string, object>> = {
  activation: { activation: 'relu' },
  alphaDropout: { rate: 0.5 },
  cosineDecay: { initialLearningRate: 0.1, decaySteps: 5 },
  cosineDecayRestarts: { initialLearningRate: 0.1, firstDecaySteps: 5 },
  dense: { units: 1 },
  dot: { axes: 1 },
  dropout: { rate: 0.5 },
  embedding: { inputDim: 3, outputDim: 2 },
  exponentialDecay: { initialLearningRate: 0.1, decaySteps: 5, decayRate: 0.5 },
  gaussianDropout: { rate: 0.5 },
  gaussianNoise: { stddev: 1 },
  input: { shape: [2] },
  inverseTimeDecay: { initialLearningRate: 0.1, decaySteps: 5, decayRate: 0.5 },
  iou: { numClasses: 2, targetClassIds: [0] },
  meanIoU: { numClasses: 2 },
  oneCycle: { maxLearningRate: 0.1, totalSteps: 9 },
  oneHotIoU: { numClasses: 2, targetClassIds: [0] },
  oneHotMeanIoU: { numClasses: 2 },
  permute: { dims: [1] },
  piecewiseConstant: { boundaries: [1], values: [1, 2] },
  polynomialDecay: { initialLearningRate: 0.1, decaySteps: 5 },
  repeatVector: { n: 2 },
  rescaling: { scale: 2 },
  reshape: { targetShape: [2] },
  ThresholdLogicUnit: { weights: [1, 1] },
};

const points = [[0, 0], [1, 1], [0, 1], [1, 0]];
const labels = [0, 0, 1, 1];
const network = (): hebb.Sequential => {
  const net = hebb.sequential([layers.dense({ units: 2, activation: 'softmax', inputShape: [2] })]);
  net.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
  return net;
};

/** Functions of a namespace whose first argument are options. */
function plain(functions: object, except: readonly string[] = []): Record<string, Make> {
  const entries = Object.entries(functions as Functions).filter(([name]) => /^[a-z]/.test(name) && !except.includes(name));
  return Object.fromEntries(entries.map(([name, make]) => [name, (options: object) => (make as Make)({ ...needed[name], ...options })]));
}

const withoutOptions = ['categoricalHinge', 'cosineSimilarity', 'hinge', 'klDivergence', 'logCosh', 'mae', 'mape', 'mse', 'msle', 'poisson', 'squaredHinge'];

const made: Readonly<Record<string, Readonly<Record<string, Make>>>> = {
  callbacks: {
    backupAndRestore: (options) => callbacks.backupAndRestore('a', options),
    csvLogger: (options) => callbacks.csvLogger('a.csv', options),
    earlyStopping: (options) => callbacks.earlyStopping(options),
    modelCheckpoint: (options) => callbacks.modelCheckpoint('a.hebb', options),
    progress: (options) => callbacks.progress(options),
    reduceLROnPlateau: (options) => callbacks.reduceLROnPlateau(options),
    tensorBoard: (options) => callbacks.tensorBoard({ logDir: 'logs', ...options }),
    terminateOnNaN: (options) => callbacks.terminateOnNaN(options),
  },
  constraints: plain(hebb.constraints, ['nonNeg']),
  data: {
    csv: (options) => data.csv('a.csv', options),
    batch: (options) => data.fromTensors([1, 2]).batch(1, options),
    shuffle: (options) => data.fromTensors([1, 2]).shuffle(options),
  },
  initializers: plain(hebb.initializers, ['zeros', 'ones']),
  layers: { ...plain(layers, ['lambda']), lambda: (options) => layers.lambda((x) => x, options) },
  logic: {
    fromExpression: (options) => logic.fromExpression('A & B', options),
    network: (options) => logic.network({ inputs: ['A'], neurons: { C: { excite: ['A'] } }, ...options }),
    neuron: (options) => logic.network({ inputs: ['A'], neurons: { C: { excite: ['A'], ...options } } }),
  },
  losses: plain(losses, withoutOptions),
  metrics: plain(hebb.metrics, ['confusionMatrix']),
  optimizers: plain(hebb.optimizers),
  plots: {
    activations: (options) => plots.activations(['relu'], options).toSVG(),
    decisionBoundary: (options) => plots.decisionBoundary((p) => p.slice([], [0, 1]), points, labels, options).toSVG(),
    firstLayerWeights: (options) => plots.firstLayerWeights(hebb.ones([4, 2]), options).toSVG(),
    images: (options) => plots.images(hebb.ones([2, 3, 3]), options).toSVG(),
    lines: (options) => plots.lines([0, 1], { a: [0, 1] }, options).toSVG(),
  },
  regularizers: plain(hebb.regularizers),
  schedules: plain(hebb.schedules),
  tuner: Object.fromEntries(['bayesian', 'hyperband', 'randomSearch'].map((name) => [
    name, (options) => Reflect.apply(Reflect.get(tuner, name) as (...args: readonly unknown[]) => unknown, tuner, [network, { objective: 'loss', ...options }]),
  ])),
  'the library': {
    model: (options) => {
      const x = hebb.input({ shape: [2] });
      return hebb.model({ inputs: x, outputs: layers.dense({ units: 1 }).apply(x), ...options });
    },
    sequential: (options) => hebb.sequential([], options),
    compile: (options) => { network().compile({ loss: 'mse', ...options }); },
    fit: (options) => network().fit(points, labels, { verbose: 0, ...options }),
    evaluate: (options) => network().evaluate(points, labels, options),
    predict: (options) => network().predict(points, options),
    trainOnBatch: (options) => network().trainOnBatch(points, labels, options),
    lrRangeTest: (options) => hebb.lrRangeTest(network(), points, labels, { steps: 3, ...options }),
    trainTestSplit: (options) => hebb.trainTestSplit(points, labels, options),
    standardScaler: (options) => hebb.standardScaler(options),
    minMaxScaler: (options) => hebb.minMaxScaler(options),
    kFold: (options) => hebb.kFold(options),
    stratifiedKFold: (options) => hebb.stratifiedKFold(options),
    Perceptron: (options) => new hebb.Perceptron(options),
    SGDClassifier: (options) => new hebb.SGDClassifier(options),
    SGDRegressor: (options) => new hebb.SGDRegressor(options),
    MLPClassifier: (options) => new hebb.MLPClassifier(options),
    MLPRegressor: (options) => new hebb.MLPRegressor(options),
    ThresholdLogicUnit: (options) => new hebb.ThresholdLogicUnit({ weights: [1, 1], ...options }),
  },
};

/** What a call throws; undefined if nothing. */
async function thrown(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** The options that a function knows, as its error for another one lists them. */
async function optionsOf(make: Make): Promise<string[]> {
  const error = await thrown(() => make({ misspelt: 1 }));
  const [, names = ''] = /(?:there (?:are|is) (?!no)|an option is one of )(.*?)(?:, got .*)?$/.exec(error instanceof HebbError ? error.message : '') ?? [];
  return names.split(', ').filter((name) => name !== '');
}

for (const [space, functions] of Object.entries(made)) {
  test(`no option of ${space} may be just anything`, async (t) => {
    const faults: string[] = [];
    for (const [name, make] of Object.entries(functions)) {
      const options = await optionsOf(make);
      if (options.length === 0) faults.push(`${space}.${name}: lists no options`);
      for (const option of options) {
        const error = await thrown(() => make({ [option]: wrong }));
        if (!(error instanceof HebbError && error.message.includes(option))) faults.push(`${space}.${name}: ${option}: ${String(error)}`);
      }
      const nothing = await thrown(() => make(null as never));
      if (nothing !== undefined && !(nothing instanceof HebbError)) faults.push(`${space}.${name}(null): ${nothing instanceof Error ? nothing.message : 'no error'}`);
    }
    t.deepEqual(faults, []);
  });
}

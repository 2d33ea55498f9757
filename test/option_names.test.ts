import ava from 'ava';
import * as hebb from '../src/index.js';
import { HebbError } from '../src/index.js';
import { temporaryFolder } from './support/temporary_folder.js';

// One after the other: some look at one model.
const test = ava.serial;

/** What JavaScript lets a user write, whatever the types say: valid options, and one whose name there is not. */
const slip = (options: object = {}): never => ({ ...options, misspelt: 1 }) as never;

const { callbacks, constraints, data, datasets, initializers, layers, logic, losses, metrics, optimizers, plots, regularizers, schedules, tuner } = hebb;

/** A call of one public function with an option too many; `none`: it takes no options. */
type Call = 'none' | ((folder: string) => unknown);

/** Calls with a slip of those functions of a namespace whose only argument are options. */
function bySlip(functions: object, except: readonly string[] = []): Record<string, Call> {
  const made = Object.entries(functions).filter(([name]) => /^[a-z]/.test(name) && !except.includes(name)) as [string, (options: object) => unknown][];
  return Object.fromEntries(made.map(([name, make]) => [name, () => make(slip())]));
}

const x = hebb.rand([6, 4], { seed: 1 });
const y = hebb.tensor([0, 1, 2, 0, 1, 2], { dtype: 'int32' });
const points = [[0, 0], [1, 1], [0, 1], [1, 0]];
const labels = [0, 0, 1, 1];

function network(): hebb.Sequential {
  const net = hebb.sequential([layers.dense({ units: 3, activation: 'softmax', inputShape: [4] })]);
  net.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
  return net;
}
const build = (): hebb.Sequential => network();
const decay = { initialLearningRate: 0.1, decaySteps: 5 };
const ask = (hp: (space: { int: (...args: never[]) => number; float: (...args: never[]) => number }) => unknown): unknown =>
  tuner.randomSearch((space) => (hp(space as never), network()), { objective: 'loss', maxTrials: 1 }).search(x, y, { verbose: 0 });

/** Every function of the public namespaces. */
const namespaces: Record<string, { functions: object; calls: Record<string, Call> }> = {
  callbacks: {
    functions: callbacks,
    calls: {
      backupAndRestore: (folder) => callbacks.backupAndRestore(folder, slip()),
      csvLogger: (folder) => callbacks.csvLogger(`${folder}/log.csv`, slip()),
      earlyStopping: () => callbacks.earlyStopping(slip()),
      lambda: () => callbacks.lambda(slip()),
      learningRateScheduler: 'none',
      modelCheckpoint: () => callbacks.modelCheckpoint('a.hebb', slip()),
      progress: () => callbacks.progress(slip()),
      reduceLROnPlateau: () => callbacks.reduceLROnPlateau(slip()),
      tensorBoard: (folder) => callbacks.tensorBoard(slip({ logDir: folder })),
      terminateOnNaN: () => callbacks.terminateOnNaN(slip()),
    },
  },
  constraints: {
    functions: constraints,
    calls: {
      maxNorm: () => constraints.maxNorm(slip()),
      minMaxNorm: () => constraints.minMaxNorm(slip()),
      nonNeg: 'none',
      unitNorm: () => constraints.unitNorm(slip()),
    },
  },
  data: {
    functions: data,
    calls: { csv: () => data.csv('a.csv', slip()), fromGenerator: 'none', fromTensors: 'none' },
  },
  datasets: {
    functions: datasets,
    calls: bySlip(datasets),
  },
  initializers: {
    functions: initializers,
    calls: {
      zeros: 'none',
      ones: 'none',
      ...bySlip(initializers, ['zeros', 'ones']),
    },
  },
  layers: {
    functions: layers,
    calls: {
      activation: () => layers.activation(slip({ activation: 'relu' })),
      add: () => layers.add(slip()),
      alphaDropout: () => layers.alphaDropout(slip({ rate: 0.5 })),
      average: () => layers.average(slip()),
      batchNormalization: () => layers.batchNormalization(slip()),
      concatenate: () => layers.concatenate(slip()),
      dense: () => layers.dense(slip({ units: 1 })),
      dot: () => layers.dot(slip({ axes: 1 })),
      dropout: () => layers.dropout(slip({ rate: 0.5 })),
      elu: () => layers.elu(slip()),
      embedding: () => layers.embedding(slip({ inputDim: 3, outputDim: 2 })),
      flatten: () => layers.flatten(slip()),
      gaussianDropout: () => layers.gaussianDropout(slip({ rate: 0.5 })),
      gaussianNoise: () => layers.gaussianNoise(slip({ stddev: 1 })),
      identity: () => layers.identity(slip()),
      input: () => layers.input(slip({ shape: [2] })),
      lambda: () => layers.lambda((t) => t, slip()),
      layerNormalization: () => layers.layerNormalization(slip()),
      leakyReLU: () => layers.leakyReLU(slip()),
      maximum: () => layers.maximum(slip()),
      minimum: () => layers.minimum(slip()),
      multiply: () => layers.multiply(slip()),
      normalization: () => layers.normalization(slip()),
      permute: () => layers.permute(slip({ dims: [1] })),
      prelu: () => layers.prelu(slip()),
      relu: () => layers.relu(slip()),
      repeatVector: () => layers.repeatVector(slip({ n: 2 })),
      rescaling: () => layers.rescaling(slip({ scale: 2 })),
      reshape: () => layers.reshape(slip({ targetShape: [2] })),
      softmax: () => layers.softmax(slip()),
      subtract: () => layers.subtract(slip()),
    },
  },
  logic: {
    functions: logic,
    calls: {
      and: 'none', andNot: 'none', identity: 'none', not: 'none', or: 'none',
      fromExpression: () => logic.fromExpression('A & B', slip()),
      network: () => logic.network(slip({ inputs: ['A'], neurons: { C: { excite: ['A', 'A'] } } })),
    },
  },
  losses: {
    functions: losses,
    calls: {
      categoricalHinge: 'none', cosineSimilarity: 'none', hinge: 'none', klDivergence: 'none', logCosh: 'none', mae: 'none',
      mape: 'none', mse: 'none', msle: 'none', poisson: 'none', squaredHinge: 'none',
      binaryCrossentropy: () => losses.binaryCrossentropy(slip()),
      binaryFocalCrossentropy: () => losses.binaryFocalCrossentropy(slip()),
      categoricalCrossentropy: () => losses.categoricalCrossentropy(slip()),
      categoricalFocalCrossentropy: () => losses.categoricalFocalCrossentropy(slip()),
      categoricalGeneralizedCrossEntropy: () => losses.categoricalGeneralizedCrossEntropy(slip()),
      circle: () => losses.circle(slip()),
      dice: () => losses.dice(slip()),
      huber: () => losses.huber(slip()),
      sparseCategoricalCrossentropy: () => losses.sparseCategoricalCrossentropy(slip()),
      tversky: () => losses.tversky(slip()),
    },
  },
  metrics: {
    functions: metrics,
    calls: {
      ...bySlip(metrics),
      confusionMatrix: () => metrics.confusionMatrix([0], [0], slip({ numClasses: 1 })),
      iou: () => metrics.iou(slip({ numClasses: 2, targetClassIds: [0] })),
      meanIoU: () => metrics.meanIoU(slip({ numClasses: 2 })),
      oneHotIoU: () => metrics.oneHotIoU(slip({ numClasses: 2, targetClassIds: [0] })),
      oneHotMeanIoU: () => metrics.oneHotMeanIoU(slip({ numClasses: 2 })),
    },
  },
  optimizers: {
    functions: optimizers,
    calls: bySlip(optimizers),
  },
  plots: {
    functions: plots,
    calls: {
      activations: () => plots.activations(['relu'], slip()),
      confusionMatrix: 'none',
      decisionBoundary: () => plots.decisionBoundary((p) => p.slice([], [0, 1]), points, labels, slip()),
      firstLayerWeights: () => plots.firstLayerWeights(hebb.ones([4, 2]), slip()),
      historyText: 'none',
      images: () => plots.images(hebb.ones([2, 3, 3]), slip()),
      lines: () => plots.lines([0, 1], { a: [0, 1] }, slip()),
      model: 'none',
    },
  },
  regularizers: {
    functions: regularizers,
    calls: {
      l1: () => regularizers.l1(slip()),
      l1l2: () => regularizers.l1l2(slip()),
      l2: () => regularizers.l2(slip()),
      orthogonal: () => regularizers.orthogonal(slip()),
    },
  },
  schedules: {
    functions: schedules,
    calls: {
      cosineDecay: () => schedules.cosineDecay(slip(decay)),
      cosineDecayRestarts: () => schedules.cosineDecayRestarts(slip({ initialLearningRate: 0.1, firstDecaySteps: 5 })),
      exponentialDecay: () => schedules.exponentialDecay(slip({ ...decay, decayRate: 0.5 })),
      inverseTimeDecay: () => schedules.inverseTimeDecay(slip({ ...decay, decayRate: 0.5 })),
      oneCycle: () => schedules.oneCycle(slip({ maxLearningRate: 0.1, totalSteps: 9 })),
      piecewiseConstant: () => schedules.piecewiseConstant(slip({ boundaries: [1], values: [1, 2] })),
      polynomialDecay: () => schedules.polynomialDecay(slip(decay)),
    },
  },
  tuner: {
    functions: tuner,
    calls: {
      bayesian: () => tuner.bayesian(build, slip()),
      hyperband: () => tuner.hyperband(build, slip()),
      randomSearch: () => tuner.randomSearch(build, slip()),
    },
  },
};

/** Functions outside a namespace, classes and methods. */
const others: Record<string, (folder: string) => unknown> = {
  'input()': () => hebb.input(slip({ shape: [2] })),
  'model()': () => hebb.model(slip({ inputs: hebb.input({ shape: [2] }), outputs: hebb.input({ shape: [2] }) })),
  'sequential()': () => hebb.sequential([], slip()),
  'compile()': () => { network().compile(slip({ loss: 'mse' })); },
  'fit()': () => network().fit(x, y, slip()),
  'fit() of batches': () => network().fit([[x, y]].values() as never, slip()),
  'evaluate()': () => network().evaluate(x, y, slip()),
  'evaluate() of batches': () => network().evaluate(() => [[x, y] as const], slip()),
  'predict()': () => network().predict(x, slip()),
  'predict() of batches': () => network().predict(() => [x], slip()),
  'predictAsync()': () => network().predictAsync(x, slip()),
  'trainOnBatch()': () => network().trainOnBatch(x, y, slip()),
  'testOnBatch()': () => network().testOnBatch(x, y, slip()),
  'save()': (folder) => network().save(`${folder}/a.hebb`, slip()),
  'loadModel()': (folder) => hebb.loadModel(`${folder}/a.hebb`, slip()),
  'lrRangeTest()': () => hebb.lrRangeTest(network(), x, y, slip()),
  'batch()': () => data.fromTensors([1, 2]).batch(1, slip()),
  'shuffle() of a dataset': () => data.fromTensors([1, 2]).shuffle(slip()),
  'trainTestSplit()': () => hebb.trainTestSplit(x, y, slip()),
  'standardScaler()': () => hebb.standardScaler(slip()),
  'minMaxScaler()': () => hebb.minMaxScaler(slip()),
  'kFold()': () => hebb.kFold(slip()),
  'stratifiedKFold()': () => hebb.stratifiedKFold(slip()),
  'crossValScore()': () => hebb.crossValScore(new hebb.Perceptron(), points, labels, slip({ cv: 2 })),
  GridSearchCV: () => new hebb.GridSearchCV(slip({ estimator: new hebb.Perceptron(), paramGrid: {} })),
  RandomizedSearchCV: () => new hebb.RandomizedSearchCV(slip({ estimator: new hebb.Perceptron(), paramDistributions: { alpha: [1] } })),
  'getParams() of a search': () => new hebb.GridSearchCV({ estimator: new hebb.Perceptron(), paramGrid: {} }).getParams(slip()),
  'getParams() of a pipeline': () => hebb.pipeline([['p', new hebb.Perceptron()]]).getParams(slip()),
  'search() of a tuner': () => tuner.randomSearch(build, { objective: 'loss', maxTrials: 1 }).search(x, y, slip({ verbose: 0 })),
  'hp.int()': () => ask((hp) => hp.int('a' as never, 1 as never, 3 as never, slip())),
  'hp.float()': () => ask((hp) => hp.float('a' as never, 1 as never, 3 as never, slip())),
  'a neuron of logic.network()': () => logic.network({ inputs: ['A'], neurons: { C: slip({ excite: ['A'] }) } }),
  ThresholdLogicUnit: () => new hebb.ThresholdLogicUnit(slip({ weights: [1, 1] })),
  ...Object.fromEntries([hebb.Perceptron, hebb.SGDClassifier, hebb.MLPClassifier, hebb.SGDRegressor, hebb.MLPRegressor].flatMap((Learner): [string, () => unknown][] => [
    [Learner.name, () => new Learner(slip())],
    [`setParams() of ${Learner.name}`, () => new Learner().setParams(slip())],
    [`fit() of ${Learner.name}`, () => new Learner({ maxIter: 1, tol: 0 }).fit(points, labels, slip())],
    [`partialFit() of ${Learner.name}`, () => new Learner().partialFit(points, labels, slip())],
  ])),
  'tensor()': () => hebb.tensor([1], slip()),
  'full()': () => hebb.full([1], 1, slip()),
  'zeros()': () => hebb.zeros([1], slip()),
  'ones()': () => hebb.ones([1], slip()),
  'arange()': () => hebb.arange(3, slip()),
  'linspace()': () => hebb.linspace(0, 1, 3, slip()),
  'eye()': () => hebb.eye(2, 2, slip()),
  'rand()': () => hebb.rand([1], slip()),
  'randn()': () => hebb.randn([1], slip()),
  'truncatedNormal()': () => hebb.truncatedNormal([1], slip()),
  'randint()': () => hebb.randint(0, 2, [1], slip()),
  'bernoulli()': () => hebb.bernoulli(0.5, [1], slip()),
  'permutation()': () => hebb.permutation(3, slip()),
  'shuffle()': () => hebb.shuffle([1, 2], slip()),
  'matmul()': () => hebb.matmul(points, hebb.ones([2, 2]), slip()),
  'relu()': () => hebb.relu([1], slip()),
  'gelu()': () => hebb.gelu([1], slip()),
  'run() of a program': () => hebb.capture(() => hebb.ones([1])).run(1, slip()),
  'profile()': () => hebb.profile(() => 1, slip()),
  'histogram() of a SummaryWriter': (folder) => { new hebb.SummaryWriter(folder).histogram('a', [1], 0, slip()); },
};

const calls = [
  ...Object.entries(namespaces).flatMap(([space, { calls }]) => Object.entries(calls).map(([name, call]) => [`${space}.${name}()`, call] as const)),
  ...Object.entries(others),
];

for (const [name, { functions, calls }] of Object.entries(namespaces)) {
  test(`every function of ${name} is here`, (t) => {
    t.deepEqual(Object.keys(calls).sort(), Object.keys(functions).filter((key) => /^[a-z]/.test(key)).sort());
  });
}

for (const [name, call] of calls) {
  if (call === 'none') continue;
  test(`${name} knows no option 'misspelt' and says what there is`, async (t) => {
    // eslint-disable-next-line @typescript-eslint/require-await -- what is thrown at once is to reject, too
    const error = await t.throwsAsync(async () => call(temporaryFolder(t)), { instanceOf: HebbError });
    t.is(error.code, 'ERR_ARGUMENT');
    t.regex(error.message, /^[\w .():']+: (there is no option 'misspelt'; there (are|is) .+|an option is one of .+, got 'misspelt')$/);
  });
}

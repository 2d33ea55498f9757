import ava from 'ava';
import * as hebb from '../src/index.js';
import { HebbError, ones, Tensor } from '../src/index.js';
import { temporaryFolder } from './support/temporary_folder.js';

// One after the other: a model is looked at after each bad call.
const test = ava.serial;

const { data, layers } = hebb;
const x = [[0, 0], [1, 1], [0, 1], [1, 0]];
const y = [0, 0, 1, 1];
const [matrix, gone] = [ones([4, 2]), ones([4, 2])];
gone.dispose();

/** Arguments that fit hardly any method. */
const junk: readonly (readonly unknown[])[] = [
  [], [undefined], [null, null], ['x'], [5], [NaN], [-1], [0.5], [true], [{}], [{ a: 1 }], [() => 1], [Symbol('s')], [1n], [new Map()], [new Date(0)],
  [[1, 2]], [[1, 2], 0], [['a'], ['b']], [[null], [null]], [[undefined], [undefined]], [new Float32Array(2), new Float32Array(3)],
  [matrix], [matrix, {}], [matrix, 'x'], [matrix, null], [matrix, y, null], [matrix, y, 5], [matrix, y, 'x'],
  [gone], [gone, gone], [matrix, gone], [[gone]], [{ x: gone }, { y: gone }],
];

/** Methods that are made for subclasses or for the library itself: what is given to them was checked by those that call them. */
const inner = new Set([
  'shapesOf', 'buildAll', 'metersFor', 'trainStep', 'testStep', 'classesFor', 'rowsOf', 'inputsOf', 'forward', 'ensureBuilt', 'buildFor',
  'checkShapes', 'checkWeights', 'applyAll', 'callAll', 'addWeight', 'takeAsGiven', 'inputLayer', 'dryRun', 'metered', 'onBatch', 'error',
  'call', 'outputShape', 'createWeights', 'only', 'combine', 'mergedShape', 'merge', 'shapeError', 'along', 'axisIn', 'features', 'scaled',
  'disturbed', 'checkPositive', 'axesOf', 'prepared', 'unscaled', 'fitted', 'prepare', 'learn', 'weightsOf', 'train', 'record', 'rowWeights',
  'checkFeatures', 'fresh', 'continued', 'overflow', 'partsOf', 'epochs', 'minimise', 'answers', 'trainingRows', 'derive', 'at', 'elements',
  'check', 'checkTensors', 'stateOf', 'step', 'accumulate', 'average', 'clipped', 'slots', 'update', 'numbers', 'ownConfig', 'activeInputs',
  'withoutLoop', 'strategy', 'run', 'checkSpaces', 'write', 'value', 'append', 'complete', 'normalized', 'f',
]);
/** Of some classes, what has the name of another's inner method is for users. */
const outer: Readonly<Record<string, readonly string[]>> = { 'a logic network': ['run'], 'a program': ['run'] };
/** Methods that would write a file of the name 'x'. */
const writers = new Set(['save', 'saveWeights']);

type Method = (...args: readonly unknown[]) => unknown;

/** The names of an object's methods, those of its classes included. */
function methodsOf(name: string, object: object): string[] {
  const names = new Set<string>();
  for (let at = object; at !== Object.prototype; at = Object.getPrototypeOf(at) as object) {
    for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (typeof value === 'function' && key !== 'constructor' && (!inner.has(key) || outer[name]?.includes(key) === true)) names.add(key);
    }
  }
  return [...names];
}

function compiled<M extends hebb.Model>(net: M): M {
  net.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return net;
}
const sequential = (): hebb.Sequential => compiled(hebb.sequential([layers.dense({ units: 2, activation: 'softmax', inputShape: [2] })]));
const functional = (): hebb.Model => {
  const input = hebb.input({ shape: [2] });
  return compiled(hebb.model({ inputs: input, outputs: layers.dense({ units: 2, activation: 'softmax' }).apply(input) }));
};
class Own extends hebb.Model {
  private readonly output = layers.dense({ units: 2, activation: 'softmax' });
  override call(input: Tensor): Tensor {
    return this.output.apply(input);
  }
}
const own = (): hebb.Model => {
  const net = compiled(new Own());
  net.build([2]);
  return net;
};

const perceptron = (): hebb.Perceptron => new hebb.Perceptron({ maxIter: 1, tol: 0 });
const needed: Readonly<Record<string, object>> = {
  dense: { units: 2 }, activation: { activation: 'relu' }, alphaDropout: { rate: 0.5 }, dot: { axes: 1 }, dropout: { rate: 0.5 }, embedding: { inputDim: 3, outputDim: 2 },
  gaussianDropout: { rate: 0.5 }, gaussianNoise: { stddev: 0.5 }, input: { shape: [2] }, permute: { dims: [1] }, repeatVector: { n: 2 }, rescaling: { scale: 2 },
  reshape: { targetShape: [2] },
};
const allLayers = (Object.entries(layers) as [string, (options?: object) => object][]).filter(([name]) => /^[a-z]/.test(name));

/** What has methods; each call makes another. */
const objects: Readonly<Record<string, (folder: string) => object | Promise<object>>> = {
  'a sequential model': sequential,
  'a functional model': functional,
  'a model of a class of one\'s own': own,
  'a history': () => sequential().fit(x, y, { verbose: 0 }),
  'a learning rate range': () => hebb.lrRangeTest(sequential(), x, y, { steps: 3 }),
  'a Perceptron': perceptron,
  'a Perceptron that has learned': () => perceptron().fit(x, y),
  'a SGDClassifier': () => new hebb.SGDClassifier({ maxIter: 1, tol: 0 }).fit(x, y),
  'a SGDRegressor': () => new hebb.SGDRegressor({ maxIter: 1, tol: 0 }).fit(x, y),
  'a MLPClassifier': () => new hebb.MLPClassifier({ maxIter: 1, hiddenLayerSizes: [2] }).fit(x, y),
  'a MLPRegressor': () => new hebb.MLPRegressor({ maxIter: 1, hiddenLayerSizes: [2] }).fit(x, y),
  'a ThresholdLogicUnit': () => new hebb.ThresholdLogicUnit({ weights: [1, 1] }),
  'a standard scaler': () => hebb.standardScaler().fit(x),
  'a min-max scaler': () => hebb.minMaxScaler().fit(x),
  'a pipeline': () => hebb.pipeline([['scaler', hebb.standardScaler()], ['last', perceptron()]]).fit(x, y),
  'a grid search': () => new hebb.GridSearchCV({ estimator: perceptron(), paramGrid: { alpha: [0.1] }, cv: 2 }).fit(x, y),
  'a splitter': () => hebb.kFold({ nSplits: 2 }),
  'a stratified splitter': () => hebb.stratifiedKFold({ nSplits: 2 }),
  'a dataset': () => data.fromTensors(x, y),
  'a dataset of a generator': () => data.fromGenerator(function* () { yield [1, 2]; }),
  'an optimiser': () => hebb.optimizers.adam(),
  'a logic network': () => hebb.logic.and(),
  'a program': () => hebb.capture(() => ones([1])),
  'a summary writer': (folder) => new hebb.SummaryWriter(folder),
  'a picture': () => hebb.plots.activations(['relu']),
  'a search of a tuner': () => hebb.tuner.randomSearch(sequential, { objective: 'loss', maxTrials: 1 }),
  ...Object.fromEntries(allLayers.map(([name, make]) => [`a layer ${name}`, () => (name === 'lambda' ? layers.lambda((input) => input) : make(needed[name]))])),
};

/** What a call throws that is no HebbError, as text; undefined if there is nothing like that. */
async function fault(call: () => unknown): Promise<{ wrong?: string; error?: HebbError }> {
  try {
    await call();
    return {};
  } catch (error) {
    return error instanceof HebbError ? { error } : { wrong: String(error) };
  }
}

const numbersOf = (net: hebb.Model): unknown[] => net.getWeights().map((weight) => weight.toArray());
const textOf = (args: readonly unknown[]): string => args.map((arg) => (Array.isArray(arg) ? `[${arg.map(String).join()}]` : String(arg)).slice(0, 30)).join(', ');
/** Ops and methods that others are made of, none of which a user of these objects called. */
const ops = /^(tensor|cast|gather|slice|reshape|matmul|add|sub|mul|div|dataSync|copy|assign|native call): /;

for (const [name, make] of Object.entries(objects)) {
  test(`whatever a method of ${name} is given, its error is a HebbError that names it, and nothing is lost`, async (t) => {
    t.timeout(120_000);
    const [wrong, misnamed]: [string[], string[]] = [[], []];
    let object = await make(temporaryFolder(t));
    const methods = methodsOf(name, object);
    for (const method of methods) {
      for (const args of junk) {
        if (writers.has(method) && args[0] === 'x') continue;
        const before = object instanceof hebb.Model ? numbersOf(object) : undefined;
        const found = await fault(() => Reflect.apply(Reflect.get(object, method) as Method, object, args.concat(method === 'fit' && args.length === 2 ? [{ verbose: 0 }] : [])));
        const call = `${name}: ${method}(${textOf(args)})`;
        if (found.wrong !== undefined) wrong.push(`${call}: ${found.wrong}`);
        if (found.error !== undefined && ops.test(found.error.message) && ![method, Reflect.get(object, 'kind')].includes(found.error.message.split(':')[0])) misnamed.push(`${call}: ${found.error.message}`);
        if (found.error !== undefined && before !== undefined) t.deepEqual(numbersOf(object as hebb.Model), before, call);
        // What was given may have been right after all: then it has changed something.
        if (found.error === undefined) object = await make(temporaryFolder(t));
      }
    }
    t.deepEqual(wrong, []);
    t.deepEqual(misnamed, []);
    if (object instanceof hebb.Model) {
      const { history } = await object.fit(x, y, { verbose: 0 });
      t.true(Number.isFinite(history['loss']![0]));
    }
  });
}

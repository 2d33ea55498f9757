import test from 'ava';
import * as hebb from '../src/index.js';

/** The names of the public surface, by where they stand; test/methods.test.ts has the rule for the methods of a tensor. */
const functions: Readonly<Record<string, string>> = {
  tensors: `tensor zeros ones full arange linspace eye rand randn randint permutation seed concat stack split where oneHot pad flip
    topk sort argsort scope keep`,
  ops: `add sub mul div pow floorDiv mod equal notEqual less lessEqual greater greaterEqual logicalAnd logicalOr logicalNot abs sign
    step exp expm1 log log1p sqrt rsqrt square reciprocal floor ceil round sin cos tan tanh erf clip maximum minimum sum mean prod max
    min argmax argmin any all var std norm cumsum logsumexp softmax logSoftmax matmul dot outer`,
  activations: `celu elu exponential gelu glu hardShrink hardSigmoid hardSilu hardTanh leakyRelu linear logSigmoid logSoftmax mish
    relu relu6 selu sigmoid silu softmax softplus softShrink softsign sparsePlus sparseSigmoid sparsemax squareplus tanh tanhShrink
    threshold step sign`,
  gradients: 'grad valueAndGrad hessian jacobian stopGradient customGradient vjp capture',
  models: 'sequential input model loadModel lrRangeTest trainTestSplit standardScaler toCategorical',
  machine: 'devices setDevice getDevice withDevice memory profile setMatmulPrecision synchronize',
  layers: `input dense flatten reshape activation dropout alphaDropout gaussianNoise batchNormalization layerNormalization normalization
    rescaling concatenate add subtract multiply average maximum dot embedding leakyReLU prelu elu softmax lambda`,
  initializers: `constant glorotNormal glorotUniform heNormal heUniform identity lecunNormal lecunUniform ones orthogonal randomNormal
    randomUniform truncatedNormal varianceScaling zeros`,
  losses: `binaryCrossentropy binaryFocalCrossentropy categoricalCrossentropy categoricalFocalCrossentropy
    categoricalGeneralizedCrossEntropy categoricalHinge circle cosineSimilarity dice hinge huber klDivergence logCosh mae mape mse msle
    poisson sparseCategoricalCrossentropy squaredHinge tversky`,
  metrics: `accuracy binaryAccuracy categoricalAccuracy sparseCategoricalAccuracy topKCategoricalAccuracy sparseTopKCategoricalAccuracy
    precision recall f1Score auc mae mse rmse r2Score iou meanIoU confusionMatrix`,
  optimizers: 'sgd adam adamw nadam adamax rmsprop adagrad adadelta lion ftrl lamb adafactor',
  callbacks: `earlyStopping modelCheckpoint reduceLROnPlateau learningRateScheduler csvLogger tensorBoard terminateOnNaN
    backupAndRestore lambda progress`,
  schedules: 'exponentialDecay piecewiseConstant polynomialDecay cosineDecay cosineDecayRestarts inverseTimeDecay oneCycle',
  datasets: 'fashionMnist mnist iris digits diabetes penguins autoMpg moons circles blobs spirals xor',
  data: 'fromTensors fromGenerator csv',
  logic: 'network and or not identity andNot fromExpression',
};

/** What objects of a class can do. */
const members: Readonly<Record<string, string>> = {
  Tensor: `shape dtype device size rank T add mul matmul relu sum slice at gather reshape transpose split where oneHot pad flip topk sort
    argsort toArray item dataSync data toString assign copyFrom to dispose`,
  Program: 'run launches toString dispose isDisposed',
  Sequential: `summary compile fit evaluate predict predictAsync layers getLayer getWeights setWeights countParams toMermaid plot save
    trainOnBatch testOnBatch add apply`,
  Functional: 'summary compile fit evaluate predict layers getLayer save apply',
  History: 'plot',
  Perceptron: 'fit partialFit predict decisionFunction score coef intercept',
  SGDClassifier: 'fit partialFit predict decisionFunction score coef intercept',
  ThresholdLogicUnit: 'predict',
  MLPClassifier: 'fit partialFit predict predictProba score',
  MLPRegressor: 'fit partialFit predict score',
};

const namesOf = (text: string): readonly string[] => text.split(/\s+/);
const properties = hebb as Readonly<Record<string, unknown>>;

for (const [place, names] of Object.entries(functions)) {
  test(`every name of ${place} is a function`, (t) => {
    const namespace = (properties[place] ?? properties) as Readonly<Record<string, unknown>>;
    for (const name of namesOf(names)) t.is(typeof namespace[name], 'function', name);
  });
}

for (const [name, list] of Object.entries(members)) {
  test(`objects of ${name} have their methods and properties`, (t) => {
    const made = properties[name];
    if (typeof made !== 'function') return t.fail(`${name} is no class`);
    const { prototype } = made as { prototype: object };
    for (const member of namesOf(list)) t.true(member in prototype, member);
  });
}

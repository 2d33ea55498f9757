import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HebbError } from '../errors.js';
import { tensor } from '../ops/create.js';
import { installedFile, searchPlaces } from './installed_package.js';
import { sha256 as checksum } from './checksum.js';
import { tableDtype, type RegressionDataset, type TableDataset, type TableOptions } from './table.js';

/** Options of `datasets.autoMpg` and `datasets.penguins`. */
export interface VegaTableOptions extends TableOptions {
  /** Rows in which a feature is missing: `'drop'` (default) leaves them out, `'nan'` keeps them with NaN there. */
  missing?: 'drop' | 'nan' | undefined;
}

type Row = Readonly<Record<string, string | number | null>>;

const install = 'npm i vega-datasets@3.2.1';

/** The rows of a file of the package vega-datasets, verified. */
export function readVegaTable(
  op: string,
  file: string,
  sha256: string,
  searchFrom: readonly string[] = searchPlaces,
): Row[] {
  const entry = installedFile('vega-datasets', searchFrom);
  if (entry === undefined) {
    throw new HebbError('ERR_ARGUMENT', `${op}: the data is not on this machine; install it: ${install}`);
  }
  const path = join(dirname(entry), '..', 'data', file);
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new HebbError('ERR_FORMAT', `${op}: ${String(error)}; install it again: ${install}`, { cause: error });
  }
  const found = checksum(bytes);
  if (found !== sha256) {
    throw new HebbError('ERR_FORMAT', `${op}: ${path} has other contents (sha256 ${found}); install it again: ${install}`);
  }
  return JSON.parse(bytes.toString()) as Row[];
}

/** The rows that have a target, with their features; those with a missing feature as the option says. */
function select(
  op: string,
  rows: readonly Row[],
  { missing = 'drop' }: VegaTableOptions,
  target: string,
  features: (row: Row) => (string | number | null | undefined)[],
) {
  if (!['drop', 'nan'].includes(missing)) {
    throw new HebbError('ERR_ARGUMENT', `${op}: missing is 'drop' or 'nan', got '${missing}'`);
  }
  const kept = rows
    .filter((row) => row[target] !== null)
    .map((row) => ({ target: row[target], values: features(row).map((value) => (value === null ? NaN : Number(value))) }))
    .filter(({ values }) => missing === 'nan' || !values.some(Number.isNaN));
  return { targets: kept.map((row) => row.target), values: Float64Array.from(kept.flatMap((row) => row.values)) };
}

/**
 * Fuel consumption of cars of 1970 to 1982: `x` [392, 7], `y` [392] miles per gallon; with `missing: 'nan'` also the six
 * cars of unknown horsepower (398 rows). Origin is 1 USA, 2 Europe, 3 Japan, as in the UCI repository.
 *
 * From the npm package `vega-datasets` (cars.json), which took it from the StatLib archive of Carnegie Mellon University,
 * distributed in 1982 for educational and scientific purposes. Eight cars of unknown mileage are left out. This copy files
 * the cars of 1981 under 1982.
 *
 * @throws ERR_ARGUMENT when the package is not installed, naming it; ERR_FORMAT when it has other contents; ERR_DTYPE
 * @example
 * const { x, y } = datasets.autoMpg();
 * x.shape; // [392, 7]
 */
export function autoMpg(options: VegaTableOptions = {}): RegressionDataset {
  const dtype = tableDtype('autoMpg', options, ['missing', 'dtype']);
  const rows = readVegaTable('autoMpg', 'cars.json', 'f686a53678b21f4231e2f6a5ba7ce5761d9d39204fccdea1caa29fb8c460e319');
  const columns = ['Cylinders', 'Displacement', 'Horsepower', 'Weight_in_lbs', 'Acceleration'];
  const origins = ['USA', 'Europe', 'Japan'];
  const { targets, values } = select('autoMpg', rows, options, 'Miles_per_Gallon', (row) => [
    ...columns.map((column) => row[column]),
    String(row['Year']).slice(0, 4),
    origins.indexOf(String(row['Origin'])) + 1,
  ]);
  return {
    x: tensor(values, { shape: [targets.length, 7], dtype }),
    y: tensor(Float64Array.from(targets, Number), { dtype }),
    featureNames: ['cylinders', 'displacement', 'horsepower', 'weight', 'acceleration', 'year', 'origin'],
    targetName: 'mpg',
  };
}

/**
 * Penguins of three species in the Palmer Archipelago: `x` [342, 4], `y` int32 [342]; with `missing: 'nan'` also the two
 * that were not measured (344 rows, as seaborn's `load_dataset('penguins')` has them).
 *
 * From the npm package `vega-datasets` (penguins.json): Gorman, Williams and Fraser (2014), Palmer Station Antarctica LTER,
 * in the edition of Allison Horst's palmerpenguins, CC0 1.0.
 *
 * @throws ERR_ARGUMENT when the package is not installed, naming it; ERR_FORMAT when it has other contents; ERR_DTYPE
 * @example
 * const { x, y, targetNames } = datasets.penguins();
 * x.shape; // [342, 4]
 */
export function penguins(options: VegaTableOptions = {}): TableDataset {
  const dtype = tableDtype('penguins', options, ['missing', 'dtype']);
  const rows = readVegaTable('penguins', 'penguins.json', '0facf769609f1205b82cbceb8238c36af3e6147a0ca0e163902cc6281ce3e917');
  const columns = ['Beak Length (mm)', 'Beak Depth (mm)', 'Flipper Length (mm)', 'Body Mass (g)'];
  const targetNames = ['Adelie', 'Chinstrap', 'Gentoo'];
  const { targets, values } = select('penguins', rows, options, 'Species', (row) => columns.map((column) => row[column]));
  return {
    x: tensor(values, { shape: [targets.length, 4], dtype }),
    y: tensor(Int32Array.from(targets, (species) => targetNames.indexOf(String(species)))),
    featureNames: ['bill length (mm)', 'bill depth (mm)', 'flipper length (mm)', 'body mass (g)'],
    targetNames,
  };
}

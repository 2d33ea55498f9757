import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HebbError } from '../errors.js';
import { packageRoot } from '../native_path.js';
import { tensor } from '../ops/create.js';
import { sha256 as checksum } from './checksum.js';
import { tableDtype, type RegressionDataset, type TableDataset, type TableOptions } from './table.js';

/** The contents of one of the files that come with hebb, verified. */
function readShipped(op: string, sha256: string): Buffer {
  const path = join(packageRoot(), 'data', `${op}.bin.gz`);
  let bytes: Buffer;
  try {
    bytes = process.getBuiltinModule('node:zlib').gunzipSync(readFileSync(path));
  } catch (error) {
    throw new HebbError('ERR_FORMAT', `${op}: ${path} cannot be read (${String(error)}); install hebb again`, { cause: error });
  }
  const found = checksum(bytes);
  if (found !== sha256) throw new HebbError('ERR_FORMAT', `${op}: ${path} is damaged (sha256 ${found}); install hebb again`);
  return bytes;
}

/**
 * Handwritten digits of 8 x 8 pixels: `x` [1797, 64], from 0 (white) to 16, `y` int32 [1797]. The rows are those of
 * scikit-learn's `load_digits`: the test part of "Optical Recognition of Handwritten Digits" by E. Alpaydin and C. Kaynak
 * (UCI repository, 1998), shipped under scikit-learn's licence, BSD-3-Clause.
 *
 * @throws ERR_DTYPE unless dtype is float64 or float32; ERR_FORMAT when the file is damaged
 * @example
 * const { x, y } = datasets.digits();
 * x.shape; // [1797, 64]
 */
export function digits(options: TableOptions = {}): TableDataset {
  const dtype = tableDtype('digits', options);
  const bytes = readShipped('digits', '87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826');
  const pixels = 1797 * 64;
  return {
    x: tensor(Float64Array.from(bytes.subarray(0, pixels)), { shape: [1797, 64], dtype }),
    y: tensor(Int32Array.from(bytes.subarray(pixels))),
    featureNames: Array.from({ length: 64 }, (_, i) => `pixel_${Math.floor(i / 8)}_${i % 8}`),
    targetNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  };
}

/**
 * Diabetes patients: `x` [442, 10], each column with mean 0 and sum of squares 1, `y` [442], a measure of how the disease
 * went on within a year. The values are those of scikit-learn's `load_diabetes`, bit for bit; from B. Efron, T. Hastie,
 * I. Johnstone and R. Tibshirani, "Least Angle Regression", Annals of Statistics 32 (2004); shipped under scikit-learn's
 * licence, BSD-3-Clause.
 *
 * @throws ERR_DTYPE unless dtype is float64 or float32; ERR_FORMAT when the file is damaged
 * @example
 * const { x, y } = datasets.diabetes();
 * x.shape; // [442, 10]
 */
export function diabetes(options: TableOptions = {}): RegressionDataset {
  const dtype = tableDtype('diabetes', options);
  const bytes = readShipped('diabetes', '7fef6f4d9e0be427b1f3244d8a4fddc8e911047a9cad2eaa6c010b7d58923780');
  const values = Float64Array.from({ length: 442 * 11 }, (_, i) => bytes.readDoubleLE(8 * i));
  return {
    x: tensor(values.subarray(0, 4420), { shape: [442, 10], dtype }),
    y: tensor(values.subarray(4420), { dtype }),
    featureNames: ['age', 'sex', 'bmi', 'bp', 's1', 's2', 's3', 's4', 's5', 's6'],
    targetName: 'disease progression',
  };
}

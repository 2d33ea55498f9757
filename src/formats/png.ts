/** Loaded by the first picture: not every program draws one. */
const zlib = (): typeof import('node:zlib') => process.getBuiltinModule('node:zlib');

const signature = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** PNG's number for the samples of a pixel: grey, grey and alpha, RGB, RGBA. */
const colorTypes: Readonly<Record<number, number>> = { 1: 0, 2: 4, 3: 2, 4: 6 };

/** Bytes of an image, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Samples per pixel: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA. */
  readonly channels: number;
  /** width x height x channels samples from 0 to 255. */
  readonly data: Uint8Array;
}

function chunk(kind: string, content: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), content]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(content.length);
  body.copy(whole, 4);
  whole.writeUInt32BE(zlib().crc32(body), body.length + 4);
  return whole;
}

/** An image as a PNG file of 8 bits per sample (W3C PNG, third edition), every row unfiltered. */
export function encodePNG({ width, height, channels, data }: Pixels): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, colorTypes[channels]!], 8);
  const stride = width * channels;
  // Each row begins with the number of its filter, 0.
  const rows = Buffer.alloc(height * (stride + 1));
  for (let row = 0; row < height; row++) rows.set(data.subarray(row * stride, (row + 1) * stride), row * (stride + 1) + 1);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', zlib().deflateSync(rows)), chunk('IEND', new Uint8Array())]);
}

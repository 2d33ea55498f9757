import { HebbError } from '../errors.js';
import type { Pixels } from '../formats/png.js';
import { Model } from '../models/model.js';
import { composed } from '../ops/composed.js';
import { toTensor } from '../ops/index.js';
import { checkKinds, checkNames, valueText } from '../options.js';
import type { Shape, TensorLike } from '../tensor.js';
import { classesOf } from './classes.js';
import { Picture } from './picture.js';
import { label, pixels, svgDocument } from './svg.js';

/** Options of plots.images(). */
export interface ImagesOptions {
  /** The true classes, [images]. */
  labels?: TensorLike;
  /** The predicted classes [images], or outputs per class [images, classes]; wrong ones are red, with the truth behind. */
  predicted?: TensorLike;
  /** Names of the classes; their numbers by default. */
  classNames?: readonly string[];
  /** Images beside each other; 10 by default. */
  columns?: number;
}

/** Options of plots.firstLayerWeights(). */
export interface WeightsOptions {
  /** Height and width of the inputs as an image; that of the model, or else a square. */
  shape?: readonly [number, number];
  /** Images beside each other; 10 by default. */
  columns?: number;
}

/** One image: bytes for the picture, brightness from 0 to 1 for the text, and what stands below. */
interface Tile {
  readonly image: Pixels;
  readonly brightness: (column: number, row: number) => number;
  readonly caption: string;
  readonly wrong: boolean;
}

const [size, space, captionHeight] = [64, 8, 18];
/** From dark to light, for a dark terminal. */
const shades = ' .:-=+*#%@';

function checkColumns(op: string, columns: number): number {
  if (Number.isSafeInteger(columns) && columns > 0) return columns;
  throw new HebbError('ERR_ARGUMENT', `${op}: columns is a whole number >= 1, got ${valueText(columns)}`);
}

function tilesSVG(tiles: readonly Tile[], columns: number): string {
  const captions = tiles.some(({ caption }) => caption !== '');
  const width = Math.max(size, ...tiles.map(({ caption }) => caption.length * 5.6 + 4));
  const height = size + (captions ? captionHeight : 0);
  const marks = tiles.flatMap(({ image, caption, wrong }, i) => {
    const [x, y] = [space + (i % columns) * (width + space), space + Math.floor(i / columns) * (height + space)];
    // The longer side fills the square.
    const scale = size / Math.max(image.width, image.height);
    const [w, h] = [image.width * scale, image.height * scale];
    const text = label(x + width / 2, y + size + 13, caption, { 'font-size': 10, fill: wrong ? '#c00000' : '#333333' });
    return [pixels(image, x + (width - w) / 2, y + (size - h) / 2, w, h), ...(caption === '' ? [] : [text])];
  });
  const rows = Math.ceil(tiles.length / columns);
  return svgDocument(space + Math.min(columns, tiles.length) * (width + space), space + rows * (height + space), marks);
}

/** A character is twice as high as wide; images above 28 pixels are thinned. */
function tilesText(tiles: readonly Tile[], columns: number): string {
  const blocks = tiles.map(({ image, brightness, caption, wrong }) => {
    const step = Math.ceil(image.width / 28);
    const [width, height] = [Math.floor(image.width / step), Math.max(1, Math.floor(image.height / step / 2))];
    const lines = Array.from({ length: height }, (_, row) =>
      Array.from({ length: width }, (_, column) => {
        const light = brightness(column * step, Math.min(image.height - 1, row * 2 * step));
        return shades[Math.min(shades.length - 1, Math.floor(light * shades.length))]!;
      }).join(''),
    );
    const below = caption === '' ? [] : [`${wrong ? '! ' : ''}${caption}`];
    const all = [...lines, ...below];
    const widest = Math.max(width, ...below.map(({ length }) => length));
    return all.map((line) => line.padEnd(widest));
  });
  const rows: string[] = [];
  const beside = Math.max(1, Math.min(columns, Math.floor(120 / (blocks[0]![0]!.length + 2))));
  for (let i = 0; i < blocks.length; i += beside) {
    const row = blocks.slice(i, i + beside);
    rows.push(row[0]!.map((_, line) => row.map((block) => block[line]!).join('  ').trimEnd()).join('\n'));
  }
  return rows.join('\n\n');
}

/**
 * Small images in a grid, with their true or predicted classes below.
 *
 * @param x [images, height, width] or [images, height, width, channels of 1, 3 or 4]; uint8 from 0 to 255, or numbers in
 *   [0, 1], cut off outside
 * @throws ERR_SHAPE, ERR_ARGUMENT for data that does not fit
 * @example
 * await plots.images([[[0, 1], [1, 0]]], { labels: [1] }).save('images.svg');
 */
export const images = composed('images', (x: TensorLike, options: ImagesOptions = {}): Picture => {
  checkNames('images', options, ['labels', 'predicted', 'classNames', 'columns']);
  checkKinds('images', options, { classNames: Array });
  const columns = checkColumns('images', options.columns ?? 10);
  const data = toTensor(x);
  const [count = 0, height = 0, width = 0, channels = 1] = data.shape;
  if (data.rank < 3 || data.rank > 4 || ![1, 3, 4].includes(channels) || data.size === 0) {
    throw new HebbError('ERR_SHAPE', `images: x is [images,height,width] or [images,height,width,1|3|4], got [${data.shape.join(',')}]`);
  }
  const { classNames } = options;
  const classesFor = (name: 'labels' | 'predicted'): Int32Array | undefined => {
    const given = options[name];
    if (given === undefined) return undefined;
    const classes = classesOf('images', name, given);
    if (classes.length === count) return classes;
    throw new HebbError('ERR_SHAPE', `images: there are ${count} images and ${classes.length} ${name}`);
  };
  const [labels, predicted] = [classesFor('labels'), classesFor('predicted')];
  const nameOf = (each: number | undefined): string => (each === undefined ? '' : (classNames?.[each] ?? String(each)));
  const factor = data.dtype === 'uint8' ? 1 : 255;
  const bytes = Uint8Array.from(data.dataSync(), (value) => Math.min(255, Math.max(0, Math.round(value * factor))));
  const tiles = Array.from({ length: count }, (_, i): Tile => {
    const own = bytes.subarray(i * height * width * channels, (i + 1) * height * width * channels);
    const wrong = labels !== undefined && predicted !== undefined && labels[i] !== predicted[i];
    const caption = wrong ? `${nameOf(predicted[i])} (${nameOf(labels[i])})` : nameOf((predicted ?? labels)?.[i]);
    const brightness = (column: number, row: number): number => own[(row * width + column) * channels]! / 255;
    return { image: { width, height, channels, data: own }, brightness, caption, wrong };
  });
  return new Picture('images', () => tilesSVG(tiles, columns), () => tilesText(tiles, columns));
});

/** Blue for -1, white for 0, orange for 1. */
function diverging(value: number): number[] {
  const end = value < 0 ? [0, 114, 178] : [213, 94, 0];
  return end.map((part) => Math.round(255 + (part - 255) * Math.min(1, Math.abs(value))));
}

function kernelOf(source: Model | TensorLike): { kernel: TensorLike; input: Shape | undefined } {
  if (!(source instanceof Model)) return { kernel: source, input: undefined };
  const kernel = source.namedWeights().find(({ weight }) => weight.value.rank === 2)?.weight.value;
  if (kernel === undefined) throw new HebbError('ERR_ARGUMENT', `firstLayerWeights: ${source.name} has no kernel [inputs,units]; is it built?`);
  return { kernel, input: source.inputShape };
}

/**
 * What the neurons of a first dense layer look at: the weights of each as an image, orange above and blue below 0, each
 * neuron on a scale of its own.
 *
 * @param source a model, whose first kernel is taken, or a kernel [inputs, units]
 * @throws ERR_SHAPE when the inputs are no image of that shape, ERR_ARGUMENT for a model without a kernel
 * @example
 * plots.firstLayerWeights([[1], [0], [0], [-1]]).toSVG().includes('<image'); // true
 */
export const firstLayerWeights = composed('firstLayerWeights', (source: Model | TensorLike, options: WeightsOptions = {}): Picture => {
  checkNames('firstLayerWeights', options, ['columns', 'shape']);
  checkKinds('firstLayerWeights', options, { shape: Array });
  const columns = checkColumns('firstLayerWeights', options.columns ?? 10);
  const { kernel, input } = kernelOf(source);
  const weights = toTensor(kernel);
  const [inputs = 0, units = 0] = weights.shape;
  const side = Math.round(Math.sqrt(inputs));
  const [height, width] = options.shape ?? (input?.length === 2 ? [input[0]!, input[1]!] : [side, side]);
  if (weights.rank !== 2 || height * width !== inputs || weights.size === 0) {
    throw new HebbError('ERR_SHAPE', `firstLayerWeights: a kernel [${weights.shape.join(',')}] holds no images of ${height} x ${width}; give their shape`);
  }
  const data = weights.dataSync();
  const tiles = Array.from({ length: units }, (_, unit): Tile => {
    const own = Array.from({ length: inputs }, (_, i) => data[i * units + unit]!);
    const most = own.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
    const image = { width, height, channels: 3, data: Uint8Array.from(own.flatMap((value) => diverging(value / most))) };
    return { image, brightness: (column, row) => (own[row * width + column]! / most + 1) / 2, caption: '', wrong: false };
  });
  return new Picture('firstLayerWeights', () => tilesSVG(tiles, columns), () => tilesText(tiles, columns));
});

import type { Shape, Tensor } from '../tensor.js';
import { ELU, LeakyReLU, PReLU, ReLU, Softmax, type PReLUOptions, type ReLUOptions } from './activations.js';
import { Identity, Lambda, Permute, RepeatVector, type PermuteOptions, type RepeatVectorOptions } from './arranging.js';
import { Dense, type DenseOptions } from './dense.js';
import { Dropout, type DropoutOptions } from './dropout.js';
import { Embedding, type EmbeddingOptions } from './embedding.js';
import { known } from './known.js';
import type { LayerOptions } from './layer.js';
import { AlphaDropout, GaussianDropout, GaussianNoise, type GaussianNoiseOptions } from './noise.js';
import { Normalization } from './normalization.js';
import { BatchNormalization, LayerNormalization, type BatchNormalizationOptions, type ScalingOptions } from './scaling.js';
import { ActivationLayer, Flatten, Input, Rescaling, Reshape, type ActivationOptions, type RescalingOptions, type ReshapeOptions } from './shaping.js';
import { checkOptions } from '../options.js';

export * from './merging.js';
export { SymbolicTensor } from './symbolic.js';
export { Layer, type CallContext, type LayerOptions, type Weight } from './layer.js';
export { Dense, Dropout, Normalization, Flatten, Input, Rescaling, Reshape, ActivationLayer };
export { AlphaDropout, BatchNormalization, ELU, Embedding, GaussianDropout, GaussianNoise, Identity, Lambda, LayerNormalization, LeakyReLU };
export { PReLU, Permute, ReLU, RepeatVector, Softmax };
export type { BatchNormalizationOptions, EmbeddingOptions, GaussianNoiseOptions, PReLUOptions, PermuteOptions, ReLUOptions };
export type { RepeatVectorOptions, ScalingOptions };
export type { DenseOptions, DropoutOptions, ActivationOptions, RescalingOptions, ReshapeOptions };

/** The shape of a model's input, without the batch. @example layers.input({ shape: [28, 28] }) */
export function input(options: LayerOptions & { shape: Shape }): Input {
  return known(new Input(checkOptions('input', options).shape, options), options);
}
/** A densely connected layer, y = activation(x W + b). @example layers.dense({ units: 300, activation: 'relu' }) */
export function dense(options: DenseOptions): Dense {
  return known(new Dense(options), options);
}
/** Makes one row of each input. @example layers.flatten({ inputShape: [28, 28] }) */
export function flatten(options?: LayerOptions): Flatten {
  return known(new Flatten(options), options);
}
/** Gives each input another shape. @example layers.reshape({ targetShape: [7, -1] }) */
export function reshape(options: ReshapeOptions): Reshape {
  return known(new Reshape(options), options);
}
/** An activation function as a layer. @example layers.activation({ activation: 'selu' }) */
export function activation(options: ActivationOptions): ActivationLayer {
  return known(new ActivationLayer(options), options);
}
/** Drops inputs at random while training. @example layers.dropout({ rate: 0.2 }) */
export function dropout(options: DropoutOptions): Dropout {
  return known(new Dropout(options), options);
}
/** Centres and scales each feature by statistics that adapt() takes from data. @example layers.normalization({ inputShape: [8] }) */
export function normalization(options?: LayerOptions): Normalization {
  return known(new Normalization(options), options);
}
/** x * scale + offset. @example layers.rescaling({ scale: 1 / 255, inputShape: [28, 28] }) */
export function rescaling(options: RescalingOptions): Rescaling {
  return known(new Rescaling(options), options);
}
/** Drops inputs at random while training, for networks of selu. @example layers.alphaDropout({ rate: 0.1 }) */
export function alphaDropout(options: DropoutOptions): AlphaDropout {
  return known(new AlphaDropout(options), options);
}
/** Adds noise while training. @example layers.gaussianNoise({ stddev: 0.1 }) */
export function gaussianNoise(options: GaussianNoiseOptions): GaussianNoise {
  return known(new GaussianNoise(options), options);
}
/** Multiplies by noise while training. @example layers.gaussianDropout({ rate: 0.2 }) */
export function gaussianDropout(options: DropoutOptions): GaussianDropout {
  return known(new GaussianDropout(options), options);
}
/** Brings each feature to mean 0 and variance 1 over the batch. @example layers.batchNormalization({ momentum: 0.9 }) */
export function batchNormalization(options?: BatchNormalizationOptions): BatchNormalization {
  return known(new BatchNormalization(options), options);
}
/** Brings the features of each row to mean 0 and variance 1. @example layers.layerNormalization() */
export function layerNormalization(options?: ScalingOptions): LayerNormalization {
  return known(new LayerNormalization(options), options);
}
/** A trained row of numbers for each whole number. @example layers.embedding({ inputDim: 1000, outputDim: 16, inputShape: [10] }) */
export function embedding(options: EmbeddingOptions): Embedding {
  return known(new Embedding(options), options);
}
/** x, or a slope of 0.3 below 0. @example layers.leakyReLU({ negativeSlope: 0.1 }) */
export function leakyReLU(options?: ConstructorParameters<typeof LeakyReLU>[0]): LeakyReLU {
  return known(new LeakyReLU(options), options);
}
/** x, or alpha (exp(x) - 1) below 0. @example layers.elu({ alpha: 0.5 }) */
export function elu(options?: ConstructorParameters<typeof ELU>[0]): ELU {
  return known(new ELU(options), options);
}
/** max(x, 0). @example layers.relu({ maxValue: 6 }) */
export function relu(options?: ReLUOptions): ReLU {
  return known(new ReLU(options), options);
}
/** x, or a trained slope below 0. @example layers.prelu() */
export function prelu(options?: PReLUOptions): PReLU {
  return known(new PReLU(options), options);
}
/** Probabilities that sum to 1. @example layers.softmax() */
export function softmax(options?: ConstructorParameters<typeof Softmax>[0]): Softmax {
  return known(new Softmax(options), options);
}
/** Passes its inputs on. @example layers.identity() */
export function identity(options?: LayerOptions): Identity {
  return known(new Identity(options), options);
}
/** Puts the dimensions of each input in another order. @example layers.permute({ dims: [2, 1], inputShape: [3, 4] }) */
export function permute(options: PermuteOptions): Permute {
  return known(new Permute(options), options);
}
/** Repeats each input. @example layers.repeatVector({ n: 3, inputShape: [8] }) */
export function repeatVector(options: RepeatVectorOptions): RepeatVector {
  return known(new RepeatVector(options), options);
}
/** A function of your own as a layer. @example layers.lambda((x) => x.square()) */
export function lambda(f: (x: Tensor) => Tensor, options?: LayerOptions): Lambda {
  return known(new Lambda(f, options), options, []);
}

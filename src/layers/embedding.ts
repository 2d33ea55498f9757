import type { ConstraintLike } from '../constraints.js';
import type { InitializerLike } from '../initializers.js';
import { cast, gather } from '../ops/index.js';
import type { RegularizerLike } from '../regularizers.js';
import type { Shape, Tensor } from '../tensor.js';
import { Layer, type Config, type LayerOptions } from './layer.js';
import { describeParts, trainableWeight, type WeightParts } from './parts.js';

/** Options of embedding(). */
export interface EmbeddingOptions extends LayerOptions {
  /** How many different numbers there are: inputs are from 0 to inputDim - 1. */
  inputDim: number;
  /** How many outputs each number has. */
  outputDim: number;
  /** randomUniform by default. */
  embeddingsInitializer?: InitializerLike;
  /** Added to the loss. */
  embeddingsRegularizer?: RegularizerLike;
  /** Applied to the table after each step. */
  embeddingsConstraint?: ConstraintLike;
}

/** The row of a trained table [inputDim, outputDim] for each whole number: [batch, ...] -> [batch, ..., outputDim]. */
export class Embedding extends Layer {
  private table: Tensor | undefined;

  constructor(private readonly options: EmbeddingOptions) {
    super('embedding', options);
    for (const name of ['inputDim', 'outputDim'] as const) {
      const value = options[name];
      if (!Number.isSafeInteger(value) || value < 1) throw this.error('ERR_ARGUMENT', `${name} is a whole number >= 1, got ${value}`);
    }
    describeParts('embeddings', this.parts);
  }
  private get parts(): WeightParts {
    const { embeddingsInitializer = 'randomUniform', embeddingsRegularizer, embeddingsConstraint } = this.options;
    return { initializer: embeddingsInitializer, regularizer: embeddingsRegularizer, constraint: embeddingsConstraint };
  }
  outputShape(inputShape: Shape): Shape {
    return [...inputShape, this.options.outputDim];
  }
  protected override createWeights(): void {
    const { inputDim, outputDim } = this.options;
    this.table = this.addWeight(trainableWeight('embeddings', [inputDim, outputDim], this.dtype, this.parts));
  }
  /** @throws ERR_ARGUMENT for a number that is not in the table */
  call(x: Tensor): Tensor {
    if (this.table === undefined) throw this.error('ERR_ARGUMENT', 'is not built: its input shape is not known yet');
    return gather(this.table, x.dtype === 'int32' || x.dtype === 'uint8' ? x : cast(x, 'int32'));
  }
  getConfig(): Config {
    const { inputDim, outputDim } = this.options;
    return { inputDim, outputDim, ...describeParts('embeddings', this.parts) };
  }
}

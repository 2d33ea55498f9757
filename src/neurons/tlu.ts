import { HebbError } from '../errors.js';
import { tensor } from '../ops/create.js';
import { checkNames } from '../options.js';
import { scope } from '../scope.js';
import type { Tensor, TensorLike } from '../tensor.js';
import { toRows } from '../train/rows.js';
import { asRows } from './linear_sgd.js';

/** Options of ThresholdLogicUnit. */
export interface ThresholdLogicUnitOptions {
  /** One weight per input, or [inputs, units] for a layer of units. */
  weights: readonly number[] | readonly (readonly number[])[];
  /** The bias of each unit; 0 by default. */
  bias?: number | readonly number[];
  /** step: 1 where z >= 0, else 0 (default); sign: -1, 0 or 1. */
  activation?: 'step' | 'sign';
}

/**
 * Threshold logic units: `z = x.w + b`, then a step or a sign (Rosenblatt 1958), with given weights.
 *
 * @throws ERR_SHAPE when the bias does not fit the weights; ERR_ARGUMENT for an unknown activation
 * @example
 * const and = new ThresholdLogicUnit({ weights: [1, 1], bias: -1.5 });
 * and.predict([[0, 1], [1, 1]]).toArray(); // [0, 1]
 */
export class ThresholdLogicUnit {
  private readonly w: Float64Array;
  private readonly b: Float64Array;
  private readonly inputs: number;
  private readonly single: boolean;
  private readonly activation: 'step' | 'sign';

  constructor(options: ThresholdLogicUnitOptions) {
    checkNames('ThresholdLogicUnit', options, ['weights', 'bias', 'activation']);
    const { weights, bias = 0, activation = 'step' } = options;
    if (!['step', 'sign'].includes(activation)) {
      throw new HebbError('ERR_ARGUMENT', `ThresholdLogicUnit: activation is 'step' or 'sign', got '${activation}'`);
    }
    const [shape, w]: [readonly number[], Float64Array] = scope(() => {
      const given = toRows('ThresholdLogicUnit', 'weights', weights, (x) => tensor(x as Parameters<typeof tensor>[0], { dtype: 'float64' }));
      return [given.shape, Float64Array.from(given.dataSync())];
    });
    const units = shape[1] ?? 1;
    this.b = typeof bias === 'number' ? new Float64Array(units).fill(bias) : Float64Array.from(bias);
    if (shape.length > 2 || w.length === 0 || this.b.length !== units) {
      throw new HebbError('ERR_SHAPE', `ThresholdLogicUnit: weights [${shape.join(',')}] and ${this.b.length} biases do not fit`);
    }
    this.w = w;
    this.inputs = shape[0] ?? 0;
    this.single = shape.length === 1;
    this.activation = activation;
  }

  /** z = x.w + b, float64 [rows], or [rows, units] for a layer. @throws ERR_SHAPE */
  weightedSum(x: TensorLike): Tensor {
    return scope(() => {
      const rows = asRows('ThresholdLogicUnit', x);
      if (rows.shape[1] !== this.inputs) {
        throw new HebbError('ERR_SHAPE', `ThresholdLogicUnit: expected ${this.inputs} inputs, got rows of ${String(rows.shape[1])}`);
      }
      const z = rows.cast('float64').matmul(tensor(this.w, { shape: [this.inputs, this.b.length] })).add(tensor(this.b));
      return this.single ? z.reshape([rows.shape[0] ?? 0]) : z;
    });
  }

  /** The units' outputs, int32 [rows], or [rows, units] for a layer. @throws ERR_SHAPE */
  predict(x: TensorLike): Tensor {
    return scope(() => {
      const z = this.weightedSum(x);
      return this.activation === 'sign' ? z.sign().cast('int32') : z.greaterEqual(0).cast('int32');
    });
  }
}

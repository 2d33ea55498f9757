import './methods.js';
import './print.js';

export { HebbError, type ErrorCode } from './errors.js';
export type { Dtype, TypedArray } from './dtype.js';
export { Tensor, type NestedArray, type Shape, type TensorLike } from './tensor.js';
export { customGradient, grad, valueAndGrad, vjp } from './autograd.js';
export { capture, Program, type RunOptions } from './capture.js';
export { type LaunchProfile, Profile } from './profile.js';
export * from './ops/index.js';
export * from './autograd_ops.js';
export { keep, scope } from './scope.js';
export {
  type CpuInfo, type CudaInfo, type DeviceInfo, devices, getDevice, memory, type MemoryUse, type NoCuda, setDevice, setMatmulPrecision,
  synchronize, withDevice,
} from './device.js';
export * from './random.js';
export * from './data/index.js';
export * as data from './data/pipeline_sources.js';
export type { Batch, Batches } from './train/batches.js';
export { Model, type Compiled, type CompileOptions } from './models/model.js';
export { Functional, input, model } from './models/functional.js';
export type { Data, Tensors } from './models/structure.js';
export type { CallContext } from './layers/layer.js';
export type { OutputMeters } from './train/output_meters.js';
export type { Rows } from './train/rows.js';
export { Sequential, sequential } from './models/sequential.js';
export { loadModel } from './models/save.js';
export { type HistogramOptions, SummaryWriter } from './formats/tensorboard.js';
export { History } from './train/history.js';
export * as callbacks from './callbacks.js';
export * as constraints from './constraints.js';
export * as initializers from './initializers.js';
export * as layers from './layers/index.js';
export * as logic from './neurons/logic/index.js';
export { Perceptron, type PerceptronOptions } from './neurons/perceptron.js';
export { SGDClassifier, type ClassWeight, type SgdClassifierOptions } from './neurons/sgd_classifier.js';
export { SGDRegressor, type SgdRegressorOptions } from './neurons/sgd_regressor.js';
export { ThresholdLogicUnit, type ThresholdLogicUnitOptions } from './neurons/tlu.js';
export * as losses from './losses/index.js';
export * as metrics from './metrics/index.js';
export * as optimizers from './optimizers/index.js';
export * as plots from './plots/index.js';
export * as regularizers from './regularizers.js';

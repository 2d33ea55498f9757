export * from './errors.js';
export * from './autograd.js';
export * from './capture.js';
export * from './tensor.js';
export * from './ops/index.js';
export * from './random.js';

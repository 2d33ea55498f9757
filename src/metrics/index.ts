export * from './auc.js';
export * from './classes.js';
export * from './counts.js';
export * from './f_score.js';
export * from './means.js';
export type { Metric, MetricOptions, RowMetric, StatefulMetric } from './metric.js';
export * from './regression.js';

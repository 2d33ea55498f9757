// What `data` holds: where datasets come from.
export { Dataset, fromGenerator, fromTensors, type BatchOptions, type ShuffleOptions, type Stacked } from './pipeline.js';
export { csv, type CsvOptions, type CsvRow, type CsvTensorOptions } from './pipeline_csv.js';

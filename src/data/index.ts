export * as datasets from './datasets.js';
export type {
  BlobsDataset,
  BlobsOptions,
  CirclesOptions,
  GeneratedOptions,
  MoonsOptions,
  SpiralsOptions,
} from './generated.js';
export type { ImageDataset, ImageDatasetOptions, ImagePart, ImageSource } from './image_dataset.js';
export * from './min_max_scaler.js';
export * from './split.js';
export * from './standard_scaler.js';
export type { RegressionDataset, TableDataset, TableOptions } from './table.js';
export * from './to_categorical.js';
export type { VegaTableOptions } from './vega_datasets.js';

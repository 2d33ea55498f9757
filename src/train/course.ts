import { choosesDevice, firstGpu, gpuStarted } from '../device.js';
import type { Model } from '../models/model.js';
import { activeProbe, native } from '../native.js';
import { BatchReader, ReaderPass } from './batches.js';
import { gainsOnGpu } from './device_rule.js';
import { evaluation, type Evaluation } from './evaluate.js';
import type { OutputMeters } from './output_meters.js';
import { Pass } from './pass.js';
import type { Rows } from './rows.js';
import { changing, runSize } from './run_size.js';
import { here, type Site } from './site.js';

/** What fit() is to do, checked. */
export interface Plan {
  readonly train: Rows | BatchReader;
  /** The first rows, or all. */
  readonly sample: Rows;
  /** The rows for validation, or the evaluation of batches. */
  readonly held: Rows | Evaluation | undefined;
  readonly batchSize: number;
  readonly validationBatchSize: number;
  readonly epochs: number;
  readonly initialEpoch: number;
  readonly validationFreq: number;
}

/** What a run computes with, all at one site. */
export interface Course {
  readonly site: Site;
  readonly meters: OutputMeters;
  readonly pass: Pass | ReaderPass;
  readonly validate: Evaluation | undefined;
  /** Frees the programs, but not those of an evaluation that the plan brought. */
  dispose(): void;
}

/** What a plan is run with at a site, by default where the model is. */
export function courseOf(model: Model, { train, sample, held, batchSize, validationBatchSize }: Plan, site: Site = here()): Course {
  const meters = site.within(() => model.metersFor(sample.y));
  const step = (batch: Rows): void => {
    model.trainStep(batch, meters);
  };
  const pass = train instanceof BatchReader ? new ReaderPass('fit', train, step) : new Pass(site.rows(train), batchSize, step, site);
  const parts: { dispose(): void }[] = [pass, meters];
  const dispose = (): void => {
    for (const part of parts) part.dispose();
  };
  try {
    if (held === undefined || 'run' in held) return { site, meters, pass, validate: held, dispose };
    const validate = evaluation(model, held, validationBatchSize, site);
    parts.push(validate);
    return { site, meters, pass, validate, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** A GPU, where no device was named and a run of so many steps gains there. */
async function gpuFor(model: Model, { train, held, batchSize }: Plan, steps: number, trips: number): Promise<Site | undefined> {
  if (train instanceof BatchReader || !choosesDevice() || activeProbe() !== undefined) return undefined;
  const size = runSize(model, held === undefined || 'run' in held ? [train] : [train, held], batchSize, steps, trips);
  const [cpu, started] = [native.cpuInfo(), gpuStarted()];
  // No GPU is looked for where none could be fast enough.
  if (size === undefined || !gainsOnGpu(size, cpu, { processors: Infinity, started })) return undefined;
  const gpu = firstGpu();
  if (gpu === undefined || !gainsOnGpu(size, cpu, { processors: gpu.processors, started })) return undefined;
  const { GpuSite } = await import('./gpu_site.js');
  return new GpuSite(gpu.device, changing(model));
}

/**
 * As courseOf(), on a GPU where that is worth it and possible: not where its memory is full, or the model computes with
 * tensors of the CPU that are none of its weights.
 *
 * @param steps of the whole run
 * @param trips how often the user's code may look at the model meanwhile
 */
export async function chosenCourse(model: Model, plan: Plan, steps: number, trips: number): Promise<Course> {
  let site: Site | undefined;
  try {
    site = await gpuFor(model, plan, steps, trips);
    if (site !== undefined) return courseOf(model, plan, site);
  } catch {
    site?.close(); // what is not the GPU's fault, the CPU will tell
  }
  return courseOf(model, plan);
}

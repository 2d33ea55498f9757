// When a run is worth a GPU. All numbers are measured: docs/gpu.md, "What fit() chooses".

/** How much a run computes and moves. */
export interface RunSize {
  /** Floating point operations of one step, those of the products alone. */
  readonly flops: number;
  /** Kernel launches of one step. */
  readonly launches: number;
  readonly steps: number;
  /** Bytes of the rows, which go to the GPU once. */
  readonly dataBytes: number;
  /** Bytes of the weights and of what the optimiser keeps for them. */
  readonly stateBytes: number;
  /** How often these go to the GPU and back. */
  readonly trips: number;
}

/** The processor of the machine. */
export interface RuleCpu {
  readonly isa: string;
  readonly threads: number;
}

/** The GPU. */
export interface RuleGpu {
  readonly processors: number;
  /** Whether its driver runs already. */
  readonly started: boolean;
}

/** Floating point operations per second of one thread in a training step. */
const threadSpeed: Readonly<Record<string, number>> = { avx512: 110e9, avx2: 70e9, neon: 40e9, scalar: 5e9 };
/** Two threads were 1.35 to 1.6 times as fast as one. */
const threadGain = 0.6;

/** Per launch, in a graph of them. */
const launchSeconds = 1.5e-6;
/** Floating point operations per second and multiprocessor in a training step: 18e12 of an H200, which has 132. */
const processorSpeed = 18e12 / 132;
/** Between the memories, where the pages are not pinned. */
const bytesPerSecond = 8e9;
/** To load the CUDA module and to start the driver. */
const startSeconds = 0.3;
/** To make the programs of a run into graphs. */
const prepareSeconds = 0.02;
/** How many times as fast a GPU must be: estimates err, and its products have other last bits. */
const margin = 1.5;

/** About how long a run takes on the CPU. */
export function cpuSeconds({ flops, steps }: RunSize, { isa, threads }: RuleCpu): number {
  return (steps * flops) / ((threadSpeed[isa] ?? Infinity) * threads ** threadGain);
}

/** About how long a run takes on a GPU, everything that it needs before included. */
export function gpuSeconds({ flops, launches, steps, dataBytes, stateBytes, trips }: RunSize, { processors, started }: RuleGpu): number {
  const step = launches * launchSeconds + flops / (processors * processorSpeed);
  const moved = dataBytes + 2 * trips * stateBytes;
  return steps * step + moved / bytesPerSecond + prepareSeconds + (started ? 0 : startSeconds);
}

/** Whether a run is so much faster on a GPU that it should go there. */
export function gainsOnGpu(run: RunSize, cpu: RuleCpu, gpu: RuleGpu): boolean {
  return cpuSeconds(run, cpu) > margin * gpuSeconds(run, gpu);
}

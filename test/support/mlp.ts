// Trains the recorded networks of mlp.json in every way that hebb has, and says where the numbers leave the record.
import { pathToFileURL } from 'node:url';
import { capture, layers, losses, optimizers, sequential, tensor, valueAndGrad, zeros } from '../../src/index.js';
import type { Sequential, Tensor } from '../../src/index.js';
import { distance, golden, type GoldenTensor, type MlpNetwork, type MlpOptimizer } from './golden.js';

type Float = 'float32' | 'float64';

const { networks, optimizers: rules } = golden('mlp');
const steps = 10;
const tolerances = { float32: 1e-5, float64: 1e-12 };

function toTensor({ shape, data }: GoldenTensor, dtype: Float | 'int32'): Tensor {
  return tensor(Float64Array.from(data), { shape, dtype });
}

function build(network: MlpNetwork, dtype: Float, lastActivation?: string): Sequential {
  const { units, activations } = network;
  const net = sequential(
    units.slice(1).map((size, i) => {
      const activation = i === activations.length - 1 ? (lastActivation ?? activations[i]!) : activations[i]!;
      return layers.dense({ units: size, activation, dtype, ...(i === 0 && { inputShape: [units[0]!] }) });
    }),
  );
  net.setWeights(network.initial.map((w) => toTensor(w, dtype)));
  return net;
}

function optimizerOf(rule: MlpOptimizer): ReturnType<typeof optimizers.sgd> {
  const { kind, ...options } = rules[rule];
  return optimizers[kind](options);
}

/** A loss from logits or of plain numbers, as recorded. */
function lossOf(network: MlpNetwork): ReturnType<typeof losses.mse> {
  return network.loss === 'mse' ? losses.mse() : losses.sparseCategoricalCrossentropy({ fromLogits: true });
}

interface Batches {
  x: Tensor;
  y: Tensor;
}

function batchesOf(network: MlpNetwork, dtype: Float): Batches {
  return { x: toTensor(network.x, dtype), y: toTensor(network.y, network.loss === 'mse' ? dtype : 'int32') };
}

/** Collects what is further from the record than its tolerance. */
class Comparison {
  readonly failures: string[] = [];
  count = 0;

  constructor(
    private readonly what: string,
    private readonly tolerance: number,
  ) {}

  close(name: string, actual: ArrayLike<number>, expected: readonly number[]): void {
    this.count++;
    const gap = distance(actual, expected);
    if (!(gap <= this.tolerance)) this.failures.push(`${this.what}: ${name} is off by ${gap}`);
  }
  closeAll(name: string, actual: readonly Tensor[], expected: readonly GoldenTensor[]): void {
    if (actual.length !== expected.length) this.failures.push(`${this.what}: ${actual.length} of ${name}, expected ${expected.length}`);
    for (const [i, { data }] of expected.entries()) this.close(`${name} ${i}`, actual[i]!.dataSync(), data);
  }
}

/** Ten steps of a hand-written loop, eager or captured: losses, gradients of the first and last step, final weights. */
async function loop(name: 'classifier' | 'regression', rule: MlpOptimizer, dtype: Float, captured: boolean): Promise<Comparison> {
  const network = networks[name];
  const recorded = network[dtype];
  const comparison = new Comparison(`${name} ${rule} ${dtype} ${captured ? 'captured' : 'eager'}`, tolerances[dtype]);
  const net = build(network, dtype);
  const { x, y } = batchesOf(network, dtype);
  const loss = lossOf(network);
  const optimizer = optimizerOf(rule);
  const weights = net.trainableWeights.map(({ value }) => value);
  const bx = zeros([network.batch, ...x.shape.slice(1)], { dtype });
  const by = zeros([network.batch, ...y.shape.slice(1)], { dtype: y.dtype });
  const step = (): [Tensor, Tensor[]] => {
    const [value, gradients] = valueAndGrad(() => loss.call(by, net.call(bx, { training: true })).mean(), weights);
    optimizer.apply(weights, gradients);
    return [value, gradients];
  };
  optimizer.build(weights);
  const program = captured ? capture(step) : undefined;
  const found: number[] = [];
  for (let i = 0; i < steps; i++) {
    const rows: [number, number] = [i * network.batch, (i + 1) * network.batch];
    bx.assign(x.slice(rows));
    by.assign(y.slice(rows));
    await program?.run();
    const [value, gradients] = program?.result ?? step();
    found.push(value.item());
    if (i === 0) comparison.closeAll('gradient 1 of weight', gradients, recorded.gradients1);
    if (i === steps - 1) comparison.closeAll('gradient 10 of weight', gradients, recorded[rule].gradients10);
  }
  for (const [i, expected] of recorded[rule].losses.entries()) comparison.close(`loss ${i + 1}`, [found[i]!], [expected]);
  comparison.closeAll('final weight', net.getWeights(), recorded[rule].final);
  return comparison;
}

/** The same by trainOnBatch() and by fit(), with the output as recorded or as a softmax whose logits the loss finds. */
async function train(name: 'classifier' | 'regression', rule: MlpOptimizer, dtype: Float, softmax: boolean): Promise<Comparison> {
  const network = networks[name];
  const recorded = network[dtype][rule];
  const comparison = new Comparison(`${name} ${rule} ${dtype} fit${softmax ? ' with softmax' : ''}`, tolerances[dtype]);
  const { x, y } = batchesOf(network, dtype);
  const compiled = (): Sequential => {
    const net = build(network, dtype, softmax ? 'softmax' : undefined);
    net.compile({ optimizer: optimizerOf(rule), loss: softmax ? 'sparseCategoricalCrossentropy' : lossOf(network) });
    return net;
  };
  const one = compiled();
  for (let i = 0; i < steps; i++) {
    const rows: [number, number] = [i * network.batch, (i + 1) * network.batch];
    comparison.close(`trainOnBatch ${i + 1}`, [one.trainOnBatch(x.slice(rows), y.slice(rows)).loss!], [recorded.losses[i]!]);
  }
  comparison.closeAll('trainOnBatch weight', one.getWeights(), recorded.final);
  const net = compiled();
  const { history } = await net.fit(x, y, { batchSize: network.batch, shuffle: false, verbose: 0 });
  comparison.close('epoch loss', history.loss!, [recorded.losses.reduce((a, b) => a + b) / steps]);
  comparison.closeAll('fit weight', net.getWeights(), recorded.final);
  return comparison;
}

/** Every network, optimiser, type and way of training: how many numbers were compared, and what was too far off. */
export async function compareMlp(): Promise<{ count: number; failures: string[] }> {
  const all: Comparison[] = [];
  for (const name of ['classifier', 'regression'] as const) {
    for (const rule of Object.keys(rules) as MlpOptimizer[]) {
      for (const dtype of ['float32', 'float64'] as const) {
        all.push(await loop(name, rule, dtype, false), await loop(name, rule, dtype, true));
        all.push(await train(name, rule, dtype, false));
        if (name === 'classifier') all.push(await train(name, rule, dtype, true));
      }
    }
  }
  return { count: all.reduce((sum, { count }) => sum + count, 0), failures: all.flatMap(({ failures }) => failures) };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(JSON.stringify(await compareMlp()));

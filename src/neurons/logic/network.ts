import { writeFile } from 'node:fs/promises';
import { HebbError } from '../../errors.js';
import { checkOptions } from '../../options.js';
import { checkSvgPath } from '../../plots/picture.js';
import { scope } from '../../scope.js';
import type { Tensor, TensorLike } from '../../tensor.js';
import { toRows } from '../../train/rows.js';
import { combinations, evaluate, matricesOf, type Matrices } from './evaluate.js';
import { toMermaid } from './mermaid.js';
import { checkNetwork, fires, layersOf, type Layers, type NetworkOptions, type Neuron } from './neuron.js';
import { Simulation, type Activity, type InputValues } from './simulation.js';
import { toSVG } from './svg.js';
import { toText } from './text.js';

const mostInputs = 16;

/**
 * A network of McCulloch-Pitts neurons. A neuron fires when as many exciting connections as its threshold are active and no
 * inhibiting one is. Made by logic.network(), the gates and logic.fromExpression().
 *
 * @example
 * const net = logic.network({ inputs: ['A', 'B'], neurons: { C: { excite: ['A', 'A'], inhibit: ['B'] } } });
 * net.run({ A: true, B: false }); // { C: true }
 */
export class LogicNetwork {
  /** Names of the inputs: the columns of what evaluate() takes. */
  readonly inputs: readonly string[];
  /** Names of the outputs: the columns of what evaluate() answers. */
  readonly outputs: readonly string[];
  /** The neurons, in the order in which they were given. */
  readonly neurons: readonly Neuron[];
  private readonly layers: Layers;
  private matrices: Matrices | undefined;

  /** @internal Networks are made by logic.network(). */
  constructor(options: NetworkOptions) {
    const { inputs, neurons, outputs } = checkNetwork(options);
    this.inputs = inputs;
    this.neurons = neurons;
    this.outputs = outputs;
    this.layers = layersOf(inputs, neurons);
  }

  /**
   * What the outputs settle at while the inputs are held.
   *
   * @param values every input
   * @throws ERR_ARGUMENT for an input that is missing or unknown, or a value that is neither true nor false; when the network has a loop
   * @example
   * logic.and().run({ A: true, B: false }); // { C: false }
   */
  run(values: InputValues): Activity {
    const layers = this.withoutLoop('run');
    const missing = this.inputs.find((name) => !Object.hasOwn(checkOptions('run', values), name));
    if (missing !== undefined) throw new HebbError('ERR_ARGUMENT', `run: the input '${missing}' is missing`);
    const active = new Set(this.activeInputs('run', values));
    for (const neuron of layers.flat()) if (fires(neuron, active)) active.add(neuron.name);
    return Object.fromEntries(this.outputs.map((name) => [name, active.has(name)]));
  }

  /**
   * What the outputs settle at, for many rows of inputs at once: a matrix product and a comparison per layer.
   *
   * @param x inputs [batch, inputs]: any number but 0 is active
   * @returns outputs [batch, outputs], bool
   * @throws ERR_SHAPE when x has other columns; ERR_ARGUMENT when the network has a loop
   * @example
   * logic.or().evaluate([[0, 0], [0, 1]]).toArray(); // [[false], [true]]
   */
  evaluate(x: TensorLike): Tensor<[number, number]> {
    const layers = this.withoutLoop('evaluate');
    return scope(() => {
      const input = toRows('evaluate', 'x', x);
      if (input.rank !== 2 || input.shape[1] !== this.inputs.length) {
        const columns = `[batch,${this.inputs.length}] (${this.inputs.join(', ')})`;
        throw new HebbError('ERR_SHAPE', `evaluate: expected inputs ${columns}, got [${input.shape.join(',')}]`);
      }
      this.matrices ??= matricesOf(this.inputs, layers, this.outputs);
      return evaluate(this.matrices, input) as Tensor<[number, number]>;
    });
  }

  /**
   * Inputs and outputs for every combination of inputs, counting upwards with the first input as the highest digit.
   *
   * @throws ERR_ARGUMENT with more than 16 inputs (65,536 rows), or when the network has a loop
   * @example
   * logic.identity().truthTable(); // [{ A: false, C: false }, { A: true, C: true }]
   */
  truthTable(): Activity[] {
    this.withoutLoop('truthTable');
    const { length } = this.inputs;
    if (length > mostInputs) {
      const advice = 'evaluate() takes the rows that you choose';
      throw new HebbError('ERR_ARGUMENT', `truthTable: at most ${mostInputs} inputs, got ${length}, which is 2^${length} rows; ${advice}`);
    }
    const [x, y] = scope(() => {
      const rows = combinations(length);
      return [rows.dataSync(), this.evaluate(rows).dataSync()] as const;
    });
    return Array.from({ length: 2 ** length }, (_, row) =>
      Object.fromEntries([
        ...this.inputs.map((name, i) => [name, x[row * length + i] !== 0] as const),
        ...this.outputs.map((name, i) => [name, y[row * this.outputs.length + i] !== 0] as const),
      ]),
    );
  }

  /**
   * A run in time, from silence on; loops are welcome.
   *
   * @example
   * const latch = logic.network({ inputs: ['set', 'reset'], neurons: { Q: { excite: ['set', 'set', 'Q', 'Q'], inhibit: ['reset'] } } });
   * const time = latch.start();
   * time.step({ set: true }); // { Q: true }
   * time.step(); // { Q: true }: it holds itself
   * time.step({ reset: true }); // { Q: false }
   */
  start(): Simulation {
    return new Simulation(this.neurons, (values) => this.activeInputs('step', values));
  }

  /**
   * Which neurons fire in each step, from silence on, one step of delay per neuron; see Simulation.
   *
   * @param inputs those of each step, silent after the end of the list; or those held in every step
   * @param steps how many; by default as many as the list has
   * @throws ERR_ARGUMENT as Simulation.step(); unless steps is a whole number >= 0
   * @example
   * logic.identity().simulate([{ A: 1 }, { A: 0 }]); // [{ C: true }, { C: false }]
   */
  simulate(inputs: readonly InputValues[], steps?: number): Activity[];
  simulate(inputs: InputValues, steps: number): Activity[];
  simulate(inputs: InputValues | readonly InputValues[], steps?: number): Activity[] {
    const count = steps ?? (isList(inputs) ? inputs.length : undefined);
    if (count === undefined || !Number.isSafeInteger(count) || count < 0) {
      throw new HebbError('ERR_ARGUMENT', `simulate: steps is a whole number >= 0, got ${String(count)}`);
    }
    const time = this.start();
    return Array.from({ length: count }, (_, i) => time.step(isList(inputs) ? inputs[i] : inputs));
  }

  /**
   * The network as a Mermaid flowchart: arrows excite, lines that end in a circle inhibit.
   *
   * @example
   * logic.identity().toMermaid().split('\n')[0]; // 'flowchart BT'
   */
  toMermaid(): string {
    return toMermaid(this);
  }

  /**
   * The network in lines of text: the inputs, then for each neuron its threshold, what excites it (an arrow) and what
   * inhibits it (a line that ends in a circle).
   *
   * @example
   * logic.andNot().toText().split('\n').length; // 2
   */
  toText(): string {
    return toText(this);
  }

  /**
   * The network as an SVG picture, inputs below, outputs above: arrows excite, lines that end in a circle inhibit. A
   * threshold other than 2 is written under the name.
   *
   * @example
   * logic.identity().toSVG().slice(0, 4); // '<svg'
   */
  toSVG(): string {
    return toSVG(this);
  }

  /**
   * Writes the picture of toSVG() to a file.
   *
   * @param path file to write, ending in .svg
   * @throws ERR_ARGUMENT when the path ends otherwise
   * @example
   * await logic.and().plot('and.svg');
   */
  async plot(path: string): Promise<void> {
    checkSvgPath('plot', path);
    await writeFile(path, this.toSVG());
  }

  private withoutLoop(method: string): Layers['layers'] {
    const { layers, loop } = this.layers;
    if (loop === undefined) return layers;
    const around = [...loop, loop[0]].join(' -> ');
    throw new HebbError('ERR_ARGUMENT', `${method}: the network has a loop, ${around}, and need not settle; use simulate() or start()`);
  }

  private activeInputs(method: string, values: InputValues): string[] {
    return Object.entries(checkOptions(method, values)).filter(([name, value]: [string, unknown]) => {
      if (!this.inputs.includes(name)) {
        throw new HebbError('ERR_ARGUMENT', `${method}: '${name}' is not an input; there are: ${this.inputs.join(', ') || 'none'}`);
      }
      if (value !== true && value !== false && value !== 0 && value !== 1) {
        throw new HebbError('ERR_ARGUMENT', `${method}: the input '${name}' is true or false (1 or 0), got ${typeof value} ${String(value)}`);
      }
      return Boolean(value);
    }).map(([name]) => name);
  }
}

function isList(inputs: InputValues | readonly InputValues[]): inputs is readonly InputValues[] {
  return Array.isArray(inputs);
}

import { HebbError } from '../../errors.js';
import { checkNames } from '../../options.js';

/** How one neuron is connected. */
export interface NeuronOptions {
  /** Inputs and neurons that excite it; a name given twice makes two connections. None by default. */
  excite?: readonly string[];
  /** Inputs and neurons that keep it silent, whatever excites it. None by default. */
  inhibit?: readonly string[];
  /** Active exciting connections it needs to fire, 2 by default; at 0 it fires by itself. */
  threshold?: number;
}

/** A network as logic.network() takes it. */
export interface NetworkOptions {
  /** Names of the inputs, in the order of the columns of evaluate(). */
  inputs: readonly string[];
  /** The neurons by name. */
  neurons: Readonly<Record<string, NeuronOptions>>;
  /** Names of the neurons that run() answers; by default those that no other neuron listens to, or else all. */
  outputs?: readonly string[];
}

/** A neuron of McCulloch and Pitts (1943). */
export interface Neuron extends Readonly<Required<NeuronOptions>> {
  readonly name: string;
}

/** The neurons in an order in which each comes after all that it listens to. */
export interface Layers {
  /** Layer by layer; a loop is cut open somewhere. */
  readonly layers: readonly (readonly Neuron[])[];
  /** The names around one of the loops, in the direction of the signal; undefined when there is none. */
  readonly loop: readonly string[] | undefined;
}

/** What there is to draw. */
export interface Diagram {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly neurons: readonly Neuron[];
}

/** Whether the neuron fires, given who is active. */
export function fires(neuron: Neuron, active: ReadonlySet<string>): boolean {
  if (neuron.inhibit.some((name) => active.has(name))) return false;
  return neuron.excite.filter((name) => active.has(name)).length >= neuron.threshold;
}

function fail(message: string): never {
  throw new HebbError('ERR_ARGUMENT', `logic.network: ${message}`);
}

function checkList(what: string, names: unknown): void {
  if (!Array.isArray(names)) fail(`${what} is a list of names, got ${typeof names} ${String(names)}`);
  for (const name of names as readonly unknown[]) {
    if (typeof name !== 'string' || name === '') fail(`${what}: a name is a text that is not empty, got ${typeof name} '${String(name)}'`);
  }
}

function checkUnique(what: string, names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) fail(`${what} '${twice}' is there twice`);
}

function checkNeuron(name: string, options: NeuronOptions): Neuron {
  checkNames(`logic.network: neuron '${name}'`, options, ['excite', 'inhibit', 'threshold']);
  const { excite = [], inhibit = [], threshold = 2 } = options;
  checkList(`excite of neuron '${name}'`, excite);
  checkList(`inhibit of neuron '${name}'`, inhibit);
  if (!Number.isSafeInteger(threshold) || threshold < 0) {
    fail(`the threshold of neuron '${name}' is a whole number >= 0, got ${String(threshold)}`);
  }
  return { name, excite: [...excite], inhibit: [...inhibit], threshold };
}

/** The inputs, neurons and outputs of a network, checked. @throws ERR_ARGUMENT */
export function checkNetwork(options: NetworkOptions): { inputs: string[]; neurons: Neuron[]; outputs: string[] } {
  checkNames('logic.network', options, ['inputs', 'neurons', 'outputs']);
  checkList('inputs', options.inputs);
  checkUnique('input', options.inputs);
  const neurons = Object.entries(options.neurons).map(([name, neuron]) => checkNeuron(name, neuron));
  if (neurons.length === 0) fail('there is no neuron in neurons');
  const names = neurons.map(({ name }) => name);
  checkList('neurons', names);
  const known = new Set([...options.inputs, ...names]);
  for (const name of options.inputs) if (names.includes(name)) fail(`'${name}' is the name of an input and of a neuron`);
  for (const { name, excite, inhibit } of neurons) {
    const stranger = [...excite, ...inhibit].find((source) => !known.has(source));
    if (stranger !== undefined) fail(`neuron '${name}' listens to '${stranger}', which is neither an input nor a neuron`);
  }
  const outputs = options.outputs ?? ends(neurons);
  checkList('outputs', outputs);
  checkUnique('output', outputs);
  for (const name of outputs) if (!names.includes(name)) fail(`the output '${name}' is not a neuron`);
  return { inputs: [...options.inputs], neurons, outputs: [...outputs] };
}

/** The neurons that no other listens to, or all where each has a listener. */
function ends(neurons: readonly Neuron[]): string[] {
  const heard = new Set(neurons.flatMap(({ name, excite, inhibit }) => [...excite, ...inhibit].filter((source) => source !== name)));
  const names = neurons.map(({ name }) => name);
  const unheard = names.filter((name) => !heard.has(name));
  return unheard.length > 0 ? unheard : names;
}

/** Sorts the neurons into layers: each stands one above the highest that it listens to. */
export function layersOf(inputs: readonly string[], neurons: readonly Neuron[]): Layers {
  const known = new Set(inputs);
  const layers: Neuron[][] = [];
  let loop: string[] | undefined;
  let rest = [...neurons];
  while (rest.length > 0) {
    let ready = rest.filter(({ excite, inhibit }) => [...excite, ...inhibit].every((source) => known.has(source)));
    if (ready.length === 0) {
      const around = loopAmong(rest, known);
      loop ??= around;
      // Cut where a signal from outside comes in, if there is such a place.
      const members = rest.filter(({ name }) => around.includes(name));
      ready = [members.find(({ excite, inhibit }) => [...excite, ...inhibit].some((source) => known.has(source))) ?? members[0]!];
    }
    layers.push(ready);
    for (const { name } of ready) known.add(name);
    rest = rest.filter(({ name }) => !known.has(name));
  }
  return { layers, loop };
}

/** Neurons that each wait for another of them: going from one to what it waits for ends in a loop. */
function loopAmong(rest: readonly Neuron[], known: ReadonlySet<string>): string[] {
  const waitsFor = new Map(rest.map(({ name, excite, inhibit }) => [name, [...excite, ...inhibit].find((source) => !known.has(source))]));
  const path: string[] = [];
  let name = rest[0]?.name;
  while (name !== undefined && !path.includes(name)) {
    path.unshift(name);
    name = waitsFor.get(name);
  }
  return path.slice(0, path.indexOf(name ?? '') + 1);
}

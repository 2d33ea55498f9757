import { HebbError } from '../../errors.js';
import { checkList, checkNames, valueText } from '../../options.js';
import { compile } from './compile.js';
import { LogicNetwork } from './network.js';
import type { NetworkOptions } from './neuron.js';
import { parse } from './parse.js';
import { checkKinds } from '../../options.js';

export { LogicNetwork };
export { Simulation, type Activity, type InputValues } from './simulation.js';
export type { NetworkOptions, Neuron, NeuronOptions } from './neuron.js';

/**
 * A network of McCulloch-Pitts neurons: one fires when at least `threshold` of its exciting connections (2 unless told
 * otherwise) are active and none of its inhibiting ones is. A neuron with the threshold 0 fires by itself: a source.
 *
 * @throws ERR_ARGUMENT for names that are unknown, empty or there twice, no neuron at all, or a threshold that is not a whole number >= 0
 * @example
 * const net = logic.network({ inputs: ['A', 'B'], neurons: { C: { excite: ['A', 'A'], inhibit: ['B'] } } });
 * net.run({ A: true, B: true }); // { C: false }
 */
export function network(options: NetworkOptions): LogicNetwork {
  return new LogicNetwork(options);
}

/** C = A: A excites C twice. @example logic.identity().run({ A: true }); // { C: true } */
export function identity(input = 'A', output = 'C'): LogicNetwork {
  return gate([input], output, { excite: [input, input] });
}

/** All of the inputs: each excites C once, and C needs all of them. @example logic.and().run({ A: true, B: false }); // { C: false } */
export function and(inputs: readonly string[] = ['A', 'B'], output = 'C'): LogicNetwork {
  checkList('logic.and', 'inputs', inputs, 'names');
  return inputs.length === 1 ? identity(inputs[0], output) : gate(inputs, output, { excite: inputs, threshold: inputs.length });
}

/** Any of the inputs: each excites C twice. @example logic.or().run({ A: true, B: false }); // { C: true } */
export function or(inputs: readonly string[] = ['A', 'B'], output = 'C'): LogicNetwork {
  checkList('logic.or', 'inputs', inputs, 'names');
  return gate(inputs, output, { excite: inputs.flatMap((name) => [name, name]) });
}

/** A and not B: A excites C twice, B inhibits it. @example logic.andNot().run({ A: true, B: false }); // { C: true } */
export function andNot(a = 'A', b = 'B', output = 'C'): LogicNetwork {
  return gate([a, b], output, { excite: [a, a], inhibit: [b] });
}

/**
 * Not A. Silence has to become activity here, so there must be something that is always active: the source `on`, a neuron
 * with the threshold 0. It excites C twice, A inhibits C.
 *
 * @example
 * logic.not().run({ A: false }); // { C: true }
 */
export function not(input = 'A', output = 'C'): LogicNetwork {
  return network(compile(new Map([[output, { kind: 'not', operand: { kind: 'variable', name: input } }]])));
}

function gate(inputs: readonly string[], output: string, neuron: NetworkOptions['neurons'][string]): LogicNetwork {
  return network({ inputs, neurons: { [output]: neuron }, outputs: [output] });
}

/** How fromExpression() names things. */
export interface ExpressionOptions {
  /** Names of the inputs in the order wanted; by default the variables as they appear. */
  inputs?: readonly string[];
  /** Name of the output of a single formula, 'out' by default. */
  output?: string;
}

/**
 * A formula as a network, or several as one network with an output each. From the tightest on: not (`!`, `~`, `not`),
 * and (`&`, `&&`, `and`), exclusive or (`^`, `xor`), or (`|`, `||`, `or`), implies (`->`, to the right), equals (`<->`).
 * Parentheses, and the constants `true`, `false`, `1`, `0`. Words may be capital. A variable is letters, digits and `_`.
 *
 * What a formula denies inhibits, so that `A & !B` is one neuron; only where nothing else would excite a neuron does a
 * source `on` do it, as in not(). Parts that are the same are built once.
 *
 * @throws ERR_ARGUMENT for a mistake in a formula, with its place; when a variable is not among the inputs that are given
 * @example
 * logic.fromExpression('A & !(B | C) -> D').run({ A: true, B: false, C: false, D: false }); // { out: false }
 * logic.fromExpression({ sum: 'A ^ B', carry: 'A & B' }).run({ A: true, B: true }); // { sum: false, carry: true }
 */
export function fromExpression(formula: string | Readonly<Record<string, string>>, options: ExpressionOptions = {}): LogicNetwork {
  checkNames('logic.fromExpression', options, ['inputs', 'output']);
  if (typeof formula !== 'string' && (typeof formula !== 'object' || (formula as unknown) === null)) {
    throw new HebbError('ERR_ARGUMENT', `logic.fromExpression: expected a formula, or an object of formulas, got ${valueText(formula)}`);
  }
  checkKinds('logic.fromExpression', options, { inputs: Array, output: String });
  const texts = typeof formula === 'string' ? { [options.output ?? 'out']: formula } : formula;
  const formulas = new Map(Object.entries(texts).map(([name, text]) => [name, parse(text)]));
  return network(compile(formulas, options.inputs));
}

import { HebbError } from '../../errors.js';
import type { NetworkOptions, NeuronOptions } from './neuron.js';
import type { Formula } from './parse.js';

/** An input or a neuron, or its denial, which costs no neuron as long as it only inhibits; or a constant. */
type Literal = { readonly name: string; readonly positive: boolean } | boolean;

function opposite(x: Literal): Literal {
  return typeof x === 'boolean' ? !x : { name: x.name, positive: !x.positive };
}

function variablesOf(formula: Formula, into: Set<string>): void {
  if (formula.kind === 'variable') into.add(formula.name);
  else if (formula.kind === 'not') variablesOf(formula.operand, into);
  else if (formula.kind !== 'constant') for (const operand of formula.operands) variablesOf(operand, into);
}

/** The network of some formulas by the name of their output. @throws ERR_ARGUMENT when a variable is not among the inputs. */
export function compile(formulas: ReadonlyMap<string, Formula>, inputs?: readonly string[]): NetworkOptions {
  const variables = new Set<string>();
  for (const formula of formulas.values()) variablesOf(formula, variables);
  const given = inputs ?? [...variables];
  const stranger = [...variables].find((name) => !given.includes(name));
  if (stranger !== undefined) {
    throw new HebbError('ERR_ARGUMENT', `logic.fromExpression: the variable '${stranger}' is not among the inputs ${given.join(', ')}`);
  }
  const compiler = new Compiler(new Set([...given, ...formulas.keys()]));
  for (const [output, formula] of formulas) compiler.output(output, compiler.literal(formula));
  return { inputs: given, neurons: compiler.neurons(), outputs: [...formulas.keys()] };
}

class Compiler {
  private readonly connections = new Map<string, NeuronOptions>();
  /** Names of neurons by how they are connected. */
  private readonly built = new Map<string, string>();
  /** Neurons that are outputs: the name that each is to have. */
  private readonly renamed = new Map<string, string>();
  private source: string | undefined;

  /** @param taken names of inputs and outputs */
  constructor(private readonly taken: Set<string>) {}

  /** Builds the neurons of a formula and answers where its value is found. */
  literal(formula: Formula): Literal {
    switch (formula.kind) {
      case 'constant':
        return formula.value;
      case 'variable':
        return { name: formula.name, positive: true };
      case 'not':
        return opposite(this.literal(formula.operand));
      case 'and':
        return this.all(this.conjuncts(formula, true));
      case 'or':
        return opposite(this.all(this.conjuncts(formula, false)));
      case 'xor':
        return formula.operands.map((operand) => this.literal(operand)).reduce((a, b) => this.differ(a, b));
    }
  }

  /** Literals that hold together exactly where the formula (or its denial) does: !(a | (b | !c)) gives !a, !b, c. */
  private conjuncts(formula: Formula, positive: boolean): Literal[] {
    if (formula.kind === 'not') return this.conjuncts(formula.operand, !positive);
    if ((formula.kind === 'and' && positive) || (formula.kind === 'or' && !positive)) {
      return formula.operands.flatMap((operand) => this.conjuncts(operand, positive));
    }
    const literal = this.literal(formula);
    return [positive ? literal : opposite(literal)];
  }

  /** True where all are: what they assert excites a neuron, what they deny inhibits it. */
  private all(literals: readonly Literal[]): Literal {
    if (literals.includes(false)) return false;
    const excite = new Set<string>();
    const inhibit = new Set<string>();
    for (const literal of literals) if (typeof literal !== 'boolean') (literal.positive ? excite : inhibit).add(literal.name);
    const [only] = [...excite, ...inhibit];
    if (only === undefined) return true;
    if (excite.size + inhibit.size === 1) return { name: only, positive: excite.size === 1 };
    // Nothing but denials: any of them, denied.
    if (excite.size === 0) return { name: this.neuron(this.any(inhibit)), positive: false };
    const neuron = excite.size === 1 ? { excite: twice(excite) } : { excite: [...excite], threshold: excite.size };
    return { name: this.neuron({ ...neuron, inhibit: [...inhibit] }), positive: true };
  }

  private any(names: Iterable<string>): NeuronOptions {
    return { excite: twice(names) };
  }

  private differ(a: Literal, b: Literal): Literal {
    if (typeof a === 'boolean') return a ? opposite(b) : b;
    if (typeof b === 'boolean') return b ? opposite(a) : a;
    if (a.name === b.name) return a.positive !== b.positive;
    // A denied operand only denies the result.
    const alone = (on: string, off: string): string => this.neuron({ excite: twice([on]), inhibit: [off] });
    return { name: this.neuron(this.any([alone(a.name, b.name), alone(b.name, a.name)])), positive: a.positive === b.positive };
  }

  private neuron(options: NeuronOptions): string {
    const { excite = [], inhibit = [], threshold } = options;
    const key = JSON.stringify([[...excite].sort(), [...inhibit].sort(), threshold]);
    const known = this.built.get(key);
    if (known !== undefined) return known;
    const name = this.unused('n');
    this.built.set(key, name);
    this.connections.set(name, options);
    return name;
  }

  /** A name that nobody has. */
  private unused(stem: string): string {
    let number = 1;
    while (this.taken.has(`${stem}${number}`)) number++;
    const name = `${stem}${number}`;
    this.taken.add(name);
    return name;
  }

  /** The neuron that fires by itself. */
  private on(): string {
    if (this.source === undefined) {
      this.source = this.taken.has('on') ? this.unused('on') : 'on';
      this.connections.set(this.source, { threshold: 0 });
    }
    return this.source;
  }

  /** An output with the value of a literal: the neuron that has it, under a new name, or one more. */
  output(name: string, literal: Literal): void {
    if (literal === false) this.connections.set(name, {});
    else if (literal === true) this.connections.set(name, { excite: twice([this.on()]) });
    else if (!literal.positive) this.connections.set(name, { excite: twice([this.on()]), inhibit: [literal.name] });
    else if (this.connections.has(literal.name) && !this.renamed.has(literal.name)) this.renamed.set(literal.name, name);
    else this.connections.set(name, { excite: twice([literal.name]) });
  }

  /** All neurons that were built. */
  neurons(): Record<string, NeuronOptions> {
    const named = (name: string): string => this.renamed.get(name) ?? name;
    const entries = [...this.connections].map(([name, { excite = [], inhibit = [], ...rest }]) => [
      named(name),
      { excite: excite.map(named), inhibit: inhibit.map(named), ...rest },
    ] as const);
    return Object.fromEntries(entries);
  }
}

function twice(names: Iterable<string>): string[] {
  return [...names].flatMap((name) => [name, name]);
}

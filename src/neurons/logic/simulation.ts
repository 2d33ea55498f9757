import { fires, type Neuron } from './neuron.js';

/** What is active, by name. */
export type Activity = Record<string, boolean>;

/** Inputs by name; 1 and 0 are true and false. */
export type InputValues = Readonly<Record<string, boolean | 0 | 1>>;

/**
 * A network in time, from silence on. A signal takes one step from one neuron to the next: in each step a neuron reads the
 * inputs of that step and what the neurons did in the step before. Made by start() of a network.
 *
 * @example
 * const not = logic.not().start();
 * not.step({ A: false }); // { on: true, C: false }: the source starts to fire
 * not.step({ A: false }); // { on: true, C: true }
 */
export class Simulation {
  private active: ReadonlySet<string> = new Set();

  /** @internal Simulations are made by start() of a network. */
  constructor(
    private readonly neurons: readonly Neuron[],
    private readonly activeInputs: (values: InputValues) => string[],
  ) {}

  /**
   * Goes on by one step and answers which neurons fire.
   *
   * @param inputs the inputs in this step; those left out are silent
   * @throws ERR_ARGUMENT for a name that is not an input, or a value that is neither true nor false
   */
  step(inputs: InputValues = {}): Activity {
    const seen = new Set([...this.active, ...this.activeInputs(inputs)]);
    const state = this.neurons.map((neuron): [string, boolean] => [neuron.name, fires(neuron, seen)]);
    this.active = new Set(state.filter(([, active]) => active).map(([name]) => name));
    return Object.fromEntries(state);
  }
}

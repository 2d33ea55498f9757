import { HebbError } from '../errors.js';
import { asRows } from '../neurons/linear_sgd.js';
import { checkList, checkNames, valueText } from '../options.js';
import { nestedParams, oneOf, ownParams, setNestedParams, type Params } from '../params.js';
import { scope } from '../scope.js';
import type { Tensor, TensorLike } from '../tensor.js';
import type { Estimator, Transformer } from './estimator.js';

/** The steps of a pipeline by name: transformers, and an estimator at the end. */
export type PipelineSteps = readonly [...transformers: (readonly [string, Transformer])[], estimator: readonly [string, Estimator]];

const op = 'pipeline';

function checked(steps: PipelineSteps): PipelineSteps {
  checkList(op, 'steps', steps, 'pairs of a name and a step');
  for (const step of steps as readonly unknown[]) {
    checkList(op, 'a step', step, 'its name and an estimator or transformer');
    const [name, part] = step as readonly unknown[];
    if (typeof name !== 'string') throw new HebbError('ERR_ARGUMENT', `${op}: the name of a step is a text, got ${valueText(name)}`);
    if (typeof part !== 'object' || part === null) {
      throw new HebbError('ERR_ARGUMENT', `${op}: the step '${name}' is an estimator or a transformer, got ${valueText(part)}`);
    }
  }
  const names = steps.map(([name]) => name);
  const wrong = names.find((name, i) => name === '' || name === 'steps' || name.includes('__') || names.indexOf(name) !== i);
  if (wrong !== undefined) throw new HebbError('ERR_ARGUMENT', `${op}: the names of steps are different, not 'steps', and without '__', got '${wrong}'`);
  for (const [i, [name, part]] of steps.entries()) {
    const method = i + 1 < steps.length ? 'transform' : 'predict';
    if (!(method in part)) throw new HebbError('ERR_ARGUMENT', `${op}: the step '${name}' has no ${method}()`);
  }
  if (steps.length === 0) throw new HebbError('ERR_ARGUMENT', `${op}: there are no steps`);
  return steps;
}

/** What pipeline() makes: transformers one after the other, then an estimator; an estimator itself. */
export class Pipeline implements Estimator {
  private steps: PipelineSteps;

  constructor({ steps }: { steps: PipelineSteps }) {
    this.steps = checked(steps);
  }

  /** The steps by name. */
  get namedSteps(): Readonly<Record<string, Transformer | Estimator>> {
    return Object.fromEntries<Transformer | Estimator>(this.steps);
  }
  /** That of the last step. */
  get estimatorType(): Estimator['estimatorType'] {
    return this.last.estimatorType;
  }

  private get transformers(): readonly Transformer[] {
    return this.steps.slice(0, -1).map(([, part]) => part as Transformer);
  }
  private get last(): Estimator {
    return this.steps[this.steps.length - 1]![1] as Estimator;
  }

  /** The steps and, unless deep is false, each of them and its parameters as `step__parameter`. */
  getParams(options: { deep?: boolean } = {}): { steps: PipelineSteps } & Params {
    checkNames(`${op}.getParams`, options, ['deep']);
    const { deep = true } = options;
    const parts = this.namedSteps;
    return deep ? nestedParams({ steps: this.steps, ...parts }, parts) : { steps: this.steps };
  }

  /** Changes `step__parameter`, a whole step, or all `steps`. @throws ERR_ARGUMENT */
  setParams(params: Params): this {
    const { steps = this.steps, ...parts } = ownParams(params) as Params & { steps?: PipelineSteps };
    const next: [...PipelineSteps] = [...steps];
    for (const [name, part] of Object.entries(parts)) {
      oneOf(op, 'a step', name, steps.map(([known]) => known));
      next[steps.findIndex(([known]) => known === name)] = [name, part as Transformer & Estimator];
    }
    this.steps = checked(next);
    setNestedParams(op, this.namedSteps, params);
    return this;
  }

  /**
   * Fits the first transformer, transforms x, and so on; at last fits the estimator.
   *
   * @param x rows [rows, features]
   * @param y what the estimator learns
   * @throws what the steps throw
   */
  async fit(x: TensorLike, y: TensorLike): Promise<this> {
    let rows = asRows(op, x);
    for (const step of this.transformers) {
      await step.fit(rows);
      rows = step.transform(rows);
    }
    await this.last.fit(rows, y);
    return this;
  }

  private transformed(x: TensorLike): Tensor {
    return this.transformers.reduce((rows, step) => step.transform(rows), asRows(op, x));
  }

  /** What the estimator predicts for the transformed rows. @throws what the steps throw */
  predict(x: TensorLike): Tensor {
    return scope(() => this.last.predict(this.transformed(x)));
  }

  /** The probabilities of the estimator for the transformed rows. @throws ERR_ARGUMENT when it has none */
  predictProba(x: TensorLike): Tensor {
    const { last } = this;
    if (last.predictProba === undefined) {
      throw new HebbError('ERR_ARGUMENT', `${op}: the step '${this.steps[this.steps.length - 1]![0]}' has no predictProba()`);
    }
    return scope(() => last.predictProba!(this.transformed(x)));
  }

  /** The score of the estimator on the transformed rows. @throws what the steps throw */
  score(x: TensorLike, y: TensorLike): number {
    return scope(() => this.last.score(this.transformed(x), y));
  }
}

/**
 * Transformers and an estimator as one estimator: what is learned about the features is learned from the training rows
 * alone, also in cross-validation. Parameters of steps are called `step__parameter`.
 *
 * @param steps name and step, the estimator last
 * @throws ERR_ARGUMENT for names that are not unique or contain '__', or a step that cannot do its part
 * @example
 * const { x, y } = datasets.iris();
 * const model = pipeline([['scale', standardScaler()], ['mlp', new MLPClassifier({ randomState: 1 })]]);
 * model.setParams({ mlp__learningRateInit: 0.01 });
 * (await model.fit(x, y)).score(x, y) > 0.95; // true
 */
export function pipeline(steps: PipelineSteps): Pipeline {
  return new Pipeline({ steps });
}

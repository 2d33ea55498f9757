import { capture } from '../capture.js';
import type { TypedArray } from '../dtype.js';
import { HebbError } from '../errors.js';
import { heldOutByLabel, heldOutRows, type Parts } from '../neurons/held_out.js';
import { asRows } from '../neurons/linear_sgd.js';
import { MT19937 } from '../neurons/mt19937.js';
import { anyRandomState } from '../neurons/seeds.js';
import { addInPlace, assign, cast, copy, full, gather, mul, sub, sum, tensor } from '../ops/index.js';
import { adam, sgd, type Optimizer } from '../optimizers/index.js';
import { Configured } from '../params.js';
import { keep } from '../scope.js';
import type { Tensor, TensorLike } from '../tensor.js';
import { Pass } from '../train/pass.js';
import { lbfgs } from './lbfgs.js';
import { drawNetwork, lossAndGradients, outputsOf, parametersOf, type Network, type OutputActivation } from './mlp_network.js';
import { hiddenUnits, type MlpSettings } from './mlp_options.js';
import { toRows } from '../train/rows.js';

/** What one fit() or partialFit() can be told beside its rows. */
export interface MlpFitOptions {
  /** A weight per row. */
  sampleWeight?: TensorLike | undefined;
  /** Stops within one step: the promise rejects with ERR_ABORTED and the weights are those from before. */
  signal?: AbortSignal | undefined;
}

/** Rows to learn from, as a learner has read them. */
export interface MlpTask {
  readonly x: Tensor;
  /** [rows, outputs] of the type of x, or class numbers [rows] for a softmax. */
  readonly y: Tensor;
  readonly outputs: number;
  readonly output: OutputActivation;
  /** The labels by which rows are kept out in proportion, if they are. */
  readonly stratify?: ArrayLike<number>;
  /** The score of what the network answers for some of the rows. */
  readonly score: (answers: Tensor, rows: readonly number[], weights: TypedArray | undefined) => number;
}

/** All that a training leaves behind. */
interface Learned {
  readonly network: Network;
  /** Of the solvers 'adam' and 'sgd'. */
  readonly optimizer: Optimizer | undefined;
  loss: number;
  lossCurve: number[];
  validationScores: number[];
  bestLoss: number;
  bestScore: number;
  /** Epochs without improvement. */
  stalls: number;
  /** Rows visited. */
  t: number;
  nIter: number;
}

const smallestRate = 1e-6;

/** The tensors of a training: weights, and what the optimiser keeps. */
function stateOf({ network, optimizer }: Learned): Tensor[] {
  const parameters = parametersOf(network);
  return [...parameters, ...(optimizer?.state(parameters) ?? [])];
}

/** A multilayer perceptron that learns by scikit-learn's rules: what the classifier and the regressor have in common. */
export abstract class Mlp extends Configured<MlpSettings> {
  private learned: Learned | undefined;
  private busy = false;

  /** Whether fit() or partialFit() has ended once. */
  get isFitted(): boolean {
    return this.learned !== undefined;
  }
  /** The weights of each layer, copies [inputs, units]. @throws ERR_ARGUMENT before fit() */
  get coefs(): Tensor[] {
    return this.fitted().network.coefs.map((w) => copy(w));
  }
  /** The intercepts of each layer, copies [units]. @throws ERR_ARGUMENT before fit() */
  get intercepts(): Tensor[] {
    return this.fitted().network.intercepts.map((b) => copy(b));
  }
  /** What follows the last layer. @throws ERR_ARGUMENT before fit() */
  get outActivation(): OutputActivation {
    return this.fitted().network.output;
  }
  /** The loss of each epoch, the penalty included: means over rows while the weights moved. @throws ERR_ARGUMENT before fit() */
  get lossCurve(): readonly number[] {
    return this.fitted().lossCurve;
  }
  /** The loss of the last epoch, or with 'lbfgs' at the end. @throws ERR_ARGUMENT before fit() */
  get loss(): number {
    return this.fitted().loss;
  }
  /** The smallest loss of an epoch; null with earlyStopping, which goes by the score. @throws ERR_ARGUMENT before fit() */
  get bestLoss(): number | null {
    const { bestLoss } = this.fitted();
    return bestLoss === Infinity ? null : bestLoss;
  }
  /** With earlyStopping the score of each epoch on the rows kept out. @throws ERR_ARGUMENT before fit() */
  get validationScores(): readonly number[] {
    return this.fitted().validationScores;
  }
  /** The largest of validationScores; null without earlyStopping. @throws ERR_ARGUMENT before fit() */
  get bestValidationScore(): number | null {
    const { bestScore } = this.fitted();
    return bestScore === -Infinity ? null : bestScore;
  }
  /** The epochs of the last fit(). @throws ERR_ARGUMENT before fit() */
  get nIter(): number {
    return this.fitted().nIter;
  }
  /** The rows visited so far. @throws ERR_ARGUMENT before fit() */
  get t(): number {
    return this.fitted().t;
  }

  private fitted(): Learned {
    if (this.learned === undefined) throw new HebbError('ERR_ARGUMENT', `${this.op}: there are no weights before fit()`);
    return this.learned;
  }

  /** What the network answers, [rows, outputs]. @throws ERR_ARGUMENT before fit(); ERR_SHAPE for other features */
  protected answers(x: TensorLike): Tensor {
    const { network } = this.fitted();
    const rows = cast(asRows(this.op, x), network.coefs[0]!.dtype);
    this.checkFeatures(network, rows);
    return outputsOf(network, rows);
  }

  /**
   * Rows to train on, in the type of the weights there are; of new weights: float64 where x is float64 or no tensor,
   * float32 otherwise.
   *
   * @throws ERR_SHAPE; ERR_ARGUMENT for a number that is not finite
   */
  protected trainingRows(x: TensorLike, mode: 'fit' | 'continue'): Tensor {
    const given = asRows(this.op, x);
    const known = this.goesOn(mode) ? this.fitted().network.coefs[0]!.dtype : undefined;
    const rows = cast(given, known ?? (given.dtype === 'float64' ? 'float64' : 'float32'));
    // Only what is not finite is not 0 less than itself.
    if (sum(sub(rows, rows)).item() !== 0) throw new HebbError('ERR_ARGUMENT', `${this.op}: x holds a number that is not finite`);
    return rows;
  }

  private checkFeatures({ coefs }: Network, x: Tensor): void {
    const features = coefs[0]?.shape[0];
    if (x.shape[1] !== features) throw new HebbError('ERR_SHAPE', `${this.op}: expected ${features ?? 0} features, got rows of ${x.shape[1] ?? 0}`);
  }

  /** @throws ERR_ARGUMENT when the settings need all rows at once */
  protected checkPartial(): void {
    const { earlyStopping, solver } = this.settings;
    if (earlyStopping || solver === 'lbfgs') {
      throw new HebbError('ERR_ARGUMENT', `${this.op}: partialFit works with neither earlyStopping nor the solver 'lbfgs'`);
    }
  }

  /** Whether a training goes on with the weights there are. */
  protected goesOn(mode: 'fit' | 'continue'): boolean {
    return this.learned !== undefined && (mode === 'continue' || this.settings.warmStart);
  }

  /** Trains, in a scope() that frees what it needs on the way; what was learned before changes only if it succeeds. */
  protected async train(task: MlpTask, mode: 'fit' | 'continue', options: MlpFitOptions): Promise<void> {
    const { op, settings } = this;
    if (this.busy) throw new HebbError('ERR_ARGUMENT', `${op}: a training is under way; await it first`);
    const weights = this.rowWeights(task.x, options.sampleWeight);
    const random = new MT19937(settings.randomState ?? anyRandomState());
    const from = this.goesOn(mode) ? this.learned : undefined;
    const next = from === undefined ? this.fresh(task, random) : this.continued(from, task, mode);
    const parameters = parametersOf(next.network);
    const state = stateOf(next);
    for (const x of state) keep(x);
    const before = from === undefined ? [] : state.map((x) => copy(x));
    this.busy = true;
    let ended: boolean;
    try {
      ended = next.optimizer === undefined
        ? await this.minimise(next, task, weights, options.signal)
        : await this.epochs(next, next.optimizer, task, weights, random, mode === 'fit' ? settings.maxIter : 1, options.signal);
      if (!parameters.every((w) => w.dataSync().every(Number.isFinite))) throw this.overflow(next);
    } catch (error) {
      for (const [i, x] of before.entries()) assign(state[i]!, x);
      if (from === undefined) for (const x of state) x.dispose();
      throw error;
    } finally {
      this.busy = false;
    }
    const gone = this.learned === undefined ? [] : stateOf(this.learned).filter((x) => !state.includes(x));
    this.learned = next;
    for (const x of gone) x.dispose();
    if (mode === 'fit' && !ended) {
      process.emitWarning(`${op}: the training ended after ${next.nIter} epochs, before it stood still; raise maxIter, or tol`, 'ConvergenceWarning');
    }
  }

  private fresh({ x, outputs, output }: MlpTask, random: MT19937): Learned {
    const { activation } = this.settings;
    const units = [x.shape[1] ?? 0, ...hiddenUnits(this.settings), outputs];
    const network = drawNetwork(units, activation, output, x.dtype === 'float64' ? 'float64' : 'float32', random);
    const optimizer = this.optimizer();
    return { network, optimizer, loss: NaN, lossCurve: [], validationScores: [], bestLoss: Infinity, bestScore: -Infinity, stalls: 0, t: 0, nIter: 0 };
  }

  private continued(from: Learned, { x, outputs, output }: MlpTask, mode: 'fit' | 'continue'): Learned {
    const { coefs } = from.network;
    this.checkFeatures(from.network, x);
    const [known, asked] = [coefs.map((w) => w.shape[1] ?? 0), [...hiddenUnits(this.settings), outputs]];
    if (known.join() !== asked.join()) {
      throw new HebbError('ERR_SHAPE', `${this.op}: the weights so far are for layers of [${known.join(',')}] units, got [${asked.join(',')}]`);
    }
    const network = { ...from.network, activation: this.settings.activation, output };
    const optimizer = (mode === 'continue' ? from.optimizer : undefined) ?? this.optimizer();
    return { ...from, network, optimizer, lossCurve: [...from.lossCurve], validationScores: [...from.validationScores] };
  }

  private optimizer(): Optimizer | undefined {
    const { solver, learningRateInit: learningRate, momentum, nesterovsMomentum: nesterov, beta1, beta2, epsilon } = this.settings;
    if (solver === 'lbfgs') return undefined;
    return solver === 'sgd' ? sgd({ learningRate, momentum, nesterov }) : adam({ learningRate, beta1, beta2, epsilon });
  }

  private overflow({ nIter, network }: Learned): HebbError {
    return new HebbError('ERR_ARGUMENT', `${this.op}: the weights left the range of ${network.coefs[0]?.dtype ?? ''} in epoch ${nIter}; scale x, or lower learningRateInit`);
  }

  private rowWeights(x: Tensor, given: TensorLike | undefined): Tensor | undefined {
    if (given === undefined) return undefined;
    const weights = cast(toRows(this.op, 'sampleWeight', given), x.dtype);
    const rows = x.shape[0] ?? 0;
    if (weights.size !== rows || !weights.dataSync().every((weight) => weight >= 0 && weight < Infinity)) {
      throw new HebbError('ERR_ARGUMENT', `${this.op}: sampleWeight is ${rows} numbers >= 0, got ${weights.size} numbers`);
    }
    return weights.reshape([rows]);
  }

  private partsOf({ x, stratify }: MlpTask, random: MT19937): Parts {
    const rows = x.shape[0] ?? 0;
    const { earlyStopping, validationFraction } = this.settings;
    if (!earlyStopping) return { train: Array.from({ length: rows }, (_, row) => row), test: [] };
    const parts = stratify === undefined
      ? heldOutRows(this.op, rows, validationFraction, random)
      : heldOutByLabel(this.op, stratify, validationFraction, random);
    if (parts.test.length >= 2) return parts;
    throw new HebbError('ERR_ARGUMENT', `${this.op}: validationFraction ${validationFraction} keeps ${parts.test.length} of ${rows} rows, two are needed`);
  }

  /** Trains on batches until the loss, or the score on rows kept out, stands still; answers whether it did. */
  private async epochs(
    next: Learned, optimizer: Optimizer, task: MlpTask, weights: Tensor | undefined, random: MT19937, maxIter: number, signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const { network } = next;
    const { alpha, batchSize, shuffle, earlyStopping, tol, solver, learningRate, learningRateInit, powerT, nIterNoChange } = this.settings;
    const { train, test } = this.partsOf(task, random);
    const pick = (x: Tensor, rows: readonly number[]): Tensor => (earlyStopping ? gather(x, rows) : x);
    const parameters = parametersOf(network);
    const lossSum = full([], 0, { dtype: 'float64' });
    const rows = { x: [pick(task.x, train)], y: [pick(task.y, train)], weights: weights === undefined ? [] : [pick(weights, train)] };
    const size = batchSize === 'auto' ? Math.min(200, train.length) : Math.min(batchSize, train.length);
    const pass = new Pass(rows, size, (batch) => {
      const { loss, gradients } = lossAndGradients(network, alpha, batch);
      optimizer.apply(parameters, gradients);
      addInPlace(lossSum, mul(cast(loss, 'float64'), batch.x[0]!.shape[0]!));
    });
    const keptOut = earlyStopping ? capture(() => outputsOf(network, pick(task.x, test))) : undefined;
    const testWeights = weights && keptOut && pick(weights, test).dataSync();
    const best = earlyStopping ? parameters.map((w) => copy(w)) : [];
    let order = Int32Array.from(train.keys());
    const stop = signal && { signal };
    next.nIter = 0;
    try {
      while (next.nIter < maxIter) {
        if (shuffle) order = Int32Array.from(random.permutation(order.length), (i) => order[i]!);
        assign(lossSum, 0);
        await pass.run({ shuffle: shuffle && order, resume: false, steps: pass.batches, ...stop });
        const loss = lossSum.item() / train.length;
        next.nIter++;
        next.t += train.length;
        next.loss = loss;
        next.lossCurve.push(loss);
        if (!Number.isFinite(loss)) throw this.overflow(next);
        if (keptOut !== undefined) {
          await keptOut.run(1, stop);
          const score = task.score(keptOut.result, test, testWeights);
          next.validationScores.push(score);
          next.stalls = score < next.bestScore + tol ? next.stalls + 1 : 0;
          if (score > next.bestScore) {
            next.bestScore = score;
            for (const [i, w] of parameters.entries()) assign(best[i]!, w);
          }
        } else {
          next.stalls = loss > next.bestLoss - tol ? next.stalls + 1 : 0;
          next.bestLoss = Math.min(next.bestLoss, loss);
        }
        if (solver === 'sgd' && learningRate === 'invscaling') assign(optimizer.learningRate, learningRateInit / (next.t + 1) ** powerT);
        if (next.stalls <= nIterNoChange) continue;
        const rate = optimizer.learningRate.item();
        if (solver !== 'sgd' || learningRate !== 'adaptive' || rate <= smallestRate) break;
        assign(optimizer.learningRate, rate / 5);
        next.stalls = 0;
      }
    } finally {
      for (const part of [pass, keptOut, lossSum]) part?.dispose();
    }
    for (const [i, w] of best.entries()) assign(parameters[i]!, w);
    return next.stalls > nIterNoChange;
  }

  /** Trains on all rows at once by the solver 'lbfgs'; answers whether it came to an end. */
  private async minimise(next: Learned, { x, y }: MlpTask, weights: Tensor | undefined, signal: AbortSignal | undefined): Promise<boolean> {
    const { alpha, maxIter, maxFun, tol } = this.settings;
    const parameters = parametersOf(next.network);
    const slope = capture(() => lossAndGradients(next.network, alpha, { x: [x], y: [y], weights: weights === undefined ? [] : [weights] }));
    const numbersOf = (tensors: readonly Tensor[]): Float64Array => Float64Array.from(tensors.flatMap((w) => [...w.dataSync()]));
    const write = (values: Float64Array): void => {
      let at = 0;
      for (const w of parameters) {
        const value = tensor(values.subarray(at, (at += w.size)), { shape: w.shape });
        assign(w, value);
        value.dispose();
      }
    };
    next.nIter = 0;
    try {
      const { x: found, value, converged } = await lbfgs(async (values) => {
        write(values);
        await slope.run(1, signal && { signal });
        return { value: slope.result.loss.item(), gradient: numbersOf(slope.result.gradients) };
      }, numbersOf(parameters), {
        maxIter, maxEvaluations: maxFun, gradientTolerance: tol,
        onIteration: (loss) => {
          next.nIter++;
          next.lossCurve.push(loss);
        },
      });
      write(found);
      next.loss = value;
      return converged;
    } finally {
      slope.dispose();
    }
  }
}

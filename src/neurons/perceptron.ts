import type { ClassWeight, LinearOptions, LinearSettings } from './linear_options.js';
import { SGDClassifier, sgdDefaults } from './sgd_classifier.js';

/** Options of Perceptron. */
export interface PerceptronOptions extends LinearOptions {
  classWeight?: ClassWeight | null;
}

/**
 * Rosenblatt's perceptron (1958): for each row on the wrong side of w.x + b = 0, `w += eta0 y x` and `b += eta0 y`. Weights
 * are those of scikit-learn 1.9's `Perceptron` to the last bit; randomState is 0 unless told otherwise.
 *
 * @example
 * const { x, y } = datasets.iris();
 * const clf = await new Perceptron({ randomState: 42 }).fit(x.slice([0, null], [2, 4]), y.equal(0));
 * clf.coef.toArray(); // [[-1.4, -2.2]]
 */
export class Perceptron extends SGDClassifier {
  constructor(options: PerceptronOptions = {}) {
    super(options, 'Perceptron', {
      ...sgdDefaults, loss: 'perceptron', penalty: null, learningRate: 'constant', eta0: 1, randomState: 0,
    });
  }

  /** The options of a perceptron; those of SGDClassifier that make it one are fixed. */
  override getParams(): Partial<LinearSettings> {
    const { loss: _loss, learningRate: _rate, powerT: _power, epsilon: _epsilon, average: _average, ...own } = this.settings;
    return own;
  }
}

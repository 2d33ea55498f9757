import { getActivation, type ActivationLike } from '../activations.js';
import { grad } from '../autograd.js';
import { HebbError } from '../errors.js';
import { linspace, sum } from '../ops/index.js';
import { checkKinds, checkList, checkNames, valueText } from '../options.js';
import type { Tensor } from '../tensor.js';
import { panelsSVG, panelText, type LinesPanel } from './lines.js';
import { Picture } from './picture.js';

/** Options of plots.activations(). */
export interface ActivationsOptions {
  /** The inputs that are drawn, from and to; [-5, 5] by default. */
  range?: readonly [number, number];
  /** Whether the derivative is drawn as well, dashed; true by default. */
  derivatives?: boolean;
  /** Panels beside each other; 3 by default. */
  columns?: number;
}

const points = 201;

/**
 * Activations and, by automatic differentiation, their derivatives: a panel for each.
 *
 * @throws ERR_ARGUMENT for an unknown name, or a range or number of columns that makes no sense
 * @example
 * await plots.activations(['sigmoid', 'tanh', 'relu']).save('activations.svg');
 */
export function activations(names: readonly ActivationLike[], options: ActivationsOptions = {}): Picture {
  checkList('activations', 'names', names, 'activations');
  checkNames('activations', options, ['range', 'derivatives', 'columns']);
  checkKinds('activations', options, { range: Array, derivatives: Boolean });
  const { range: [low, high] = [-5, 5], derivatives = true, columns = 3 } = options;
  if (!(low < high && Number.isFinite(high - low))) throw new HebbError('ERR_ARGUMENT', `activations: range goes from a lower to a higher number, got [${low},${high}]`);
  if (!Number.isSafeInteger(columns) || columns < 1) throw new HebbError('ERR_ARGUMENT', `activations: columns is a whole number >= 1, got ${valueText(columns)}`);
  if (names.length === 0) throw new HebbError('ERR_ARGUMENT', 'activations: there is nothing to draw');
  const x = linspace(low, high, points, { dtype: 'float64' });
  const panels = names.map((each): LinesPanel => {
    const { name, call } = getActivation(each);
    const y = call(x);
    if (y.size !== points) throw new HebbError('ERR_ARGUMENT', `activations: ${name} does not keep the shape of its input, so it is no curve`);
    const curve = { name, x: x.dataSync(), y: y.dataSync() };
    const slope = (): LinesPanel['curves'][number] => ({
      name: 'derivative',
      x: curve.x,
      y: grad((at: Tensor) => sum(call(at)))(x).dataSync(),
      dashed: true,
    });
    return { title: name, curves: derivatives ? [curve, slope()] : [curve] };
  });
  return new Picture('activations', () => panelsSVG(panels, columns, 220, 150), () => panels.map((panel) => panelText(panel)).join('\n\n'));
}

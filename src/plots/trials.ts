import { HebbError } from '../errors.js';
import { cellText } from '../table_text.js';
import { panelText, rangeOf, type Curve } from './lines.js';
import { Picture } from './picture.js';
import { axes, colorOf, label, mark, place, powersOf10, rounded, svgDocument, type Frame, type Tick } from './svg.js';

/** What was tried, and how good it was; NaN where nothing could be measured. */
export interface Trial {
  readonly params: Readonly<Record<string, unknown>>;
  readonly score: number;
}

const [width, height, left, top, gap, below, columns] = [260, 200, 66, 46, 26, 50, 3];

/** The best score up to each trial. */
function bestSoFar(scores: readonly number[], better: (a: number, b: number) => number): number[] {
  let best = NaN;
  return scores.map((score) => (best = Number.isNaN(best) ? score : Number.isNaN(score) ? best : better(best, score)));
}

/** Where the values of a parameter lie on its axis: numbers by size, by their logarithm where they span decades, others side by side. */
function axisOf(values: readonly unknown[]): { at: (value: unknown) => number; range: [number, number]; xTicks?: Tick[] } {
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length < values.length) {
    const kinds = [...new Set(values.map(cellText))].sort();
    const xTicks = kinds.map((text, value) => ({ value, text }));
    return { at: (value) => kinds.indexOf(cellText(value)), range: [-0.5, kinds.length - 0.5], xTicks };
  }
  const whole = [...new Set(numbers)].filter(Number.isInteger);
  const few = whole.length <= 6 && whole.length === new Set(numbers).size;
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  if (!(low > 0 && high / low >= 50)) return { at: Number, range: rangeOf([numbers], 0.05), ...(few && { xTicks: whole.map((value) => ({ value, text: String(value) })) }) };
  const range = rangeOf([numbers.map(Math.log10)], 0.05);
  const xTicks = powersOf10(range, 6).filter(({ value }) => Number.isInteger(value));
  return { at: (value) => Math.log10(Number(value)), range, xTicks };
}

function scatter(frame: Frame, points: readonly (readonly [number, number])[], best: number): string[] {
  const order = [...points.keys()].filter((i) => i !== best);
  return [...order, ...(best in points ? [best] : [])].flatMap((i) => {
    const [x, y] = points[i]!;
    if (!Number.isFinite(x) || !Number.isFinite(y)) return [];
    const [cx, cy] = place(frame, [x, y]);
    return [mark('circle', { class: i === best ? 'best' : 'trial', cx: rounded(cx), cy: rounded(cy), r: i === best ? 5 : 3.5, fill: colorOf(i === best ? 1 : 0), stroke: 'white', 'stroke-width': 0.8 })];
  });
}

/**
 * What a search has found: the score of each trial in their order with the best so far, and over each parameter.
 *
 * @throws ERR_ARGUMENT when there are no trials
 */
export function trialsPicture(op: string, trials: readonly Trial[], objective: string, direction: 'min' | 'max'): Picture {
  if (trials.length === 0) throw new HebbError('ERR_ARGUMENT', `${op}: there are no trials to draw`);
  const better = direction === 'max' ? Math.max : Math.min;
  const scores = trials.map(({ score }) => score);
  const leading = bestSoFar(scores, better);
  const best = scores.indexOf(leading.at(-1) ?? NaN);
  const numbers = trials.map((_, i) => i + 1);
  const names = [...new Set(trials.flatMap(({ params }) => Object.keys(params)))];
  const y = rangeOf([scores], 0.08);

  const drawSVG = (): string => {
    const frameAt = (i: number, x: [number, number]): Frame =>
      ({ left: left + (i % columns) * (width + left + gap), top: top + Math.floor(i / columns) * (height + top + below), width, height, x, y });
    const first = frameAt(0, rangeOf([numbers], 0.05));
    const path = leading.flatMap((score, i) => {
      if (Number.isNaN(score)) return [];
      const [px, py] = place(first, [numbers[i]!, score]).map(rounded);
      return [i === 0 || Number.isNaN(leading[i - 1]!) ? `M${px!} ${py!}` : `H${px!}V${py!}`];
    });
    const marks = [
      ...axes(first, { xLabel: 'trial', yLabel: objective }),
      label(first.left + width / 2, first.top - 12, 'trials and the best so far', { 'font-size': 13 }),
      mark('path', { class: 'leading', d: path.join(''), fill: 'none', stroke: colorOf(1), 'stroke-width': 2 }),
      ...scatter(first, scores.map((score, i) => [numbers[i]!, score] as const), best),
      ...names.flatMap((name, i) => {
        const { at, range, xTicks } = axisOf(trials.flatMap(({ params }) => (name in params ? [params[name]] : [])));
        const frame = frameAt(i + 1, range);
        const points = trials.map(({ params, score }) => [name in params ? at(params[name]) : NaN, score] as const);
        return [
          ...axes(frame, { xTicks, yLabel: objective }),
          label(frame.left + width / 2, frame.top - 12, name, { 'font-size': 13 }),
          ...scatter(frame, points, best),
        ];
      }),
    ];
    const panels = names.length + 1;
    return svgDocument(Math.min(columns, panels) * (width + left + gap), Math.ceil(panels / columns) * (height + top + below), marks);
  };
  const drawText = (): string => {
    const curves: Curve[] = [{ name: 'best so far', x: numbers, y: leading }, { name: 'each trial', x: numbers, y: scores }];
    return panelText({ title: objective, curves });
  };
  return new Picture(op, drawSVG, drawText);
}

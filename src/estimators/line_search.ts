/** A function along a line: its value and its derivative. */
export interface LinePoint {
  readonly value: number;
  readonly derivative: number;
}

interface Placed extends LinePoint {
  readonly step: number;
}

/** Shares of the first slope: the descent that is enough, and the slope that is flat enough. */
const [enoughDescent, flatEnough] = [1e-3, 0.9];
/** An interval this narrow, as a share of its end, is a point. */
const narrow = 0.1;
/** The most an interval shrinks by guessing alone; how far to go on while none is found. */
const [shrink, growLeast, growMost] = [0.66, 1.1, 4];
const [mostTrials, longest] = [20, 1e10];

/** A stationary point of the cubic through two points with their derivatives, as a share of the way from `b` to `a`. */
function cubicShare(a: Placed, b: Placed): { share: number; curved: boolean } {
  const theta = (3 * (a.value - b.value)) / (b.step - a.step) + a.derivative + b.derivative;
  const scale = Math.max(Math.abs(theta), Math.abs(a.derivative), Math.abs(b.derivative));
  const root = scale * Math.sqrt(Math.max((theta / scale) ** 2 - (a.derivative / scale) * (b.derivative / scale), 0));
  const gamma = b.step > a.step ? -root : root;
  return { share: (gamma - b.derivative + theta) / (gamma - b.derivative + gamma + a.derivative), curved: gamma !== 0 };
}

/** The nearer or the further one of two places, seen from a third. */
function chosen(from: number, which: 'nearer' | 'further', a: number, b: number): number {
  const nearer = Math.abs(a - from) < Math.abs(b - from);
  return nearer === (which === 'nearer') ? a : b;
}

/** The next trial: from the best point, the other end of the interval, the latest point, and the bounds of the trial. */
function nextTrial(best: Placed, other: Placed, latest: Placed, bracketed: boolean, [least, most]: readonly [number, number]): number {
  const across = latest.step - best.step;
  if (latest.value > best.value) {
    // Higher: between the two. The cubic's minimum if it is nearer to the best point than the parabola's, else half way.
    const cubic = best.step + cubicShare(latest, best).share * across;
    const parabola = best.step + (best.derivative / ((best.value - latest.value) / across + best.derivative) / 2) * across;
    return Math.abs(cubic - best.step) <= Math.abs(parabola - best.step) ? cubic : cubic + (parabola - cubic) / 2;
  }
  const secant = latest.step - (latest.derivative / (latest.derivative - best.derivative)) * across;
  const { share, curved } = cubicShare(best, latest);
  // Lower, and rising again: between the two.
  if (latest.derivative * Math.sign(best.derivative) < 0) return chosen(latest.step, 'further', latest.step - share * across, secant);
  const end = across > 0 ? most : least;
  if (Math.abs(latest.derivative) < Math.abs(best.derivative)) {
    // Lower, and less steep: beyond the latest point, where the cubic has its minimum there.
    const cubic = share < 0 && curved ? latest.step - share * across : end;
    if (!bracketed) return Math.min(Math.max(chosen(latest.step, 'further', cubic, secant), least), most);
    const limit = latest.step + shrink * (other.step - latest.step);
    return (across > 0 ? Math.min : Math.max)(limit, chosen(latest.step, 'nearer', cubic, secant));
  }
  // Lower, and no less steep.
  return bracketed ? latest.step + cubicShare(other, latest).share * (other.step - latest.step) : end;
}

/**
 * A step along a line on which the function falls enough and flattens enough, by the search of More and Thuente (1994).
 *
 * @param at the function at a step
 * @param start the function at step 0
 * @param first the step that is tried first
 * @returns the step and what was found there; undefined when the line does not go down, or 20 trials found none
 */
export async function searchLine<P extends LinePoint>(
  at: (step: number) => Promise<P>, start: LinePoint, first: number,
): Promise<{ step: number; found: P } | undefined> {
  if (!(start.derivative < 0)) return undefined;
  const slope = enoughDescent * start.derivative;
  let best: Placed = { step: 0, value: start.value, derivative: start.derivative };
  let other = best;
  let [step, bracketed, descending] = [first, false, true];
  let bounds: [number, number] = [0, step + growMost * step];
  let [width, widthBefore] = [longest, 2 * longest];
  const isPoint = (): boolean => bracketed && (step <= bounds[0] || step >= bounds[1] || bounds[1] - bounds[0] <= narrow * bounds[1]);
  for (let trial = 0; trial < mostTrials; trial++) {
    const found = await at(step);
    const latest = { step, value: found.value, derivative: found.derivative };
    const low = latest.value <= start.value + step * slope;
    if (low && latest.derivative >= 0) descending = false;
    if (isPoint() || (low && (Math.abs(latest.derivative) <= -flatEnough * start.derivative || step === longest))) return { step, found };
    // Until a step is low enough, what counts is how far the function lies above the descent that is wanted.
    const wanted = descending && latest.value <= best.value && !low ? slope : 0;
    const [b, o, l] = [best, other, latest].map((p): Placed => ({ step: p.step, value: p.value - p.step * wanted, derivative: p.derivative - wanted })) as [Placed, Placed, Placed];
    const turned = l.derivative * Math.sign(b.derivative) < 0;
    step = nextTrial(b, o, l, bracketed, bounds);
    bracketed ||= l.value > b.value || turned;
    if (l.value > b.value) other = latest;
    else [other, best] = [turned ? best : other, latest];
    const between = other.step - best.step;
    if (bracketed) {
      if (Math.abs(between) >= shrink * widthBefore) step = best.step + between / 2;
      [widthBefore, width] = [width, Math.abs(between)];
      bounds = [Math.min(best.step, other.step), Math.max(best.step, other.step)];
    } else {
      bounds = [step + growLeast * (step - best.step), step + growMost * (step - best.step)];
    }
    step = Math.min(Math.max(step, 0), longest);
    if (isPoint()) step = best.step;
  }
  return undefined;
}

import type { Model } from '../models/model.js';
import type { Shape } from '../tensor.js';
import { Picture } from './picture.js';
import { label, mark, svgDocument } from './svg.js';

interface Box {
  readonly title: string;
  readonly below: string;
}

const [boxHeight, gap, margin, arrow] = [58, 34, 16, 7];

function shapeText(shape: Shape | undefined): string {
  return shape === undefined ? 'not built' : `(None, ${shape.join(', ')})`;
}

/** The input and then each layer: its kind and name, the shape of its output, its activation, its parameters. */
function boxesOf(net: Model): Box[] {
  let shape = net.inputShape;
  const input = { title: 'input', below: shapeText(shape) };
  const boxes = net.layers.map((layer): Box => {
    shape = shape && layer.outputShape(shape);
    const { activation } = layer.getConfig();
    const function_ = typeof activation === 'string' && activation !== 'linear' ? `, ${activation}` : '';
    const params = layer.countParams();
    const count = params === 0 ? '' : `, ${params.toLocaleString('en-US')} parameters`;
    return { title: `${layer.name} (${layer.kind}${function_})`, below: `${shapeText(shape)}${count}` };
  });
  return [input, ...boxes];
}

function boxWidth(boxes: readonly Box[]): number {
  return Math.max(...boxes.flatMap(({ title, below }) => [title.length * 8.2, below.length * 7])) + 40;
}

function drawSVG(boxes: readonly Box[]): string {
  const width = boxWidth(boxes);
  const middle = margin + width / 2;
  const marks = boxes.flatMap(({ title, below }, i) => {
    const top = margin + i * (boxHeight + gap);
    const tip = top - 2;
    const into = [
      mark('path', { class: 'arrow', d: `M${middle} ${top - gap}V${tip - arrow}`, stroke: '#444444', 'stroke-width': 1.5 }),
      mark('path', { d: `M${middle - arrow / 2} ${tip - arrow}h${arrow}L${middle} ${tip}Z`, fill: '#444444' }),
    ];
    return [
      ...(i === 0 ? [] : into),
      mark('rect', { x: margin, y: top, width, height: boxHeight, rx: 6, fill: i === 0 ? '#f4f4f4' : '#e3eff7', stroke: '#0072B2', 'stroke-width': 1.2 }),
      label(middle, top + 24, title, { 'font-size': 14, 'font-weight': 'bold' }),
      label(middle, top + 44, below),
    ];
  });
  return svgDocument(width + 2 * margin, boxes.length * (boxHeight + gap) - gap + 2 * margin, marks);
}

function drawText(boxes: readonly Box[]): string {
  const width = Math.max(...boxes.flatMap(({ title, below }) => [title.length, below.length]));
  const centred = (text: string): string => {
    const room = width - text.length;
    return ' '.repeat(Math.floor(room / 2)) + text + ' '.repeat(Math.ceil(room / 2));
  };
  const arrowLine = `${' '.repeat(Math.floor(width / 2) + 2)}↓`;
  return boxes
    .map(({ title, below }) => {
      const rule = '─'.repeat(width + 2);
      return [`┌${rule}┐`, `│ ${centred(title)} │`, `│ ${centred(below)} │`, `└${rule}┘`].join('\n');
    })
    .join(`\n${arrowLine}\n`);
}

/**
 * The layers of a model as boxes: name, kind, activation, shape of the output, parameters.
 *
 * @example
 * const net = sequential([layers.dense({ units: 1, inputShape: [2] })]);
 * await plots.model(net).save('model.svg');
 */
export function model(net: Model): Picture {
  const boxes = boxesOf(net);
  return new Picture('model', () => drawSVG(boxes), () => drawText(boxes));
}

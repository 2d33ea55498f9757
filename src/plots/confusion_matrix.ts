import { HebbError } from '../errors.js';
import { composed } from '../ops/composed.js';
import type { TensorLike } from '../tensor.js';
import { classesOf, countClasses } from './classes.js';
import { Picture } from './picture.js';
import { label, mark, svgDocument } from './svg.js';

const cell = 44;

/**
 * How often each class was taken for each: a row per true class, a column per prediction. The darker, the larger the
 * share of the row.
 *
 * @param yTrue classes [n], or one-hot rows [n, classes]
 * @param yPred classes [n], or outputs per class [n, classes], whose greatest counts
 * @param labels names of the classes; their numbers by default
 * @throws ERR_SHAPE, ERR_ARGUMENT for data that does not fit
 * @example
 * await plots.confusionMatrix([0, 1, 1], [0, 1, 0], ['cat', 'dog']).save('confusion.svg');
 */
export const confusionMatrix = composed('confusionMatrix', (yTrue: TensorLike, yPred: TensorLike, labels?: readonly string[]): Picture => {
  const [truth, guess] = [classesOf('confusionMatrix', 'yTrue', yTrue), classesOf('confusionMatrix', 'yPred', yPred)];
  if (truth.length !== guess.length) throw new HebbError('ERR_SHAPE', `confusionMatrix: yTrue has ${truth.length} rows, yPred has ${guess.length}`);
  const count = countClasses('confusionMatrix', labels, truth, guess);
  const names = Array.from({ length: count }, (_, i) => labels?.[i] ?? String(i));
  const counts = names.map(() => new Array<number>(count).fill(0));
  for (const [i, row] of truth.entries()) counts[row]![guess[i]!]!++;
  const longest = Math.max(...names.map(({ length }) => length));

  const drawSVG = (): string => {
    const room = longest * 7;
    const [left, top] = [room + 50, 40];
    const side = count * cell;
    const cells = counts.flatMap((row, i) => {
      const total = row.reduce((sum, value) => sum + value, 0);
      return row.flatMap((value, j) => {
        const share = total === 0 ? 0 : value / total;
        const [x, y] = [left + j * cell, top + i * cell];
        // From white to the blue of Okabe and Ito.
        const fill = `rgb(${[0, 114, 178].map((part) => Math.round(255 + (part - 255) * share)).join()})`;
        const text = label(x + cell / 2, y + cell / 2 + 4, String(value), { class: 'count', fill: share > 0.5 ? 'white' : value === 0 ? '#aaaaaa' : 'black' });
        return [mark('rect', { x, y, width: cell, height: cell, fill, stroke: '#dddddd' }), text];
      });
    });
    const rows = names.map((name, i) => label(left - 8, top + (i + 0.5) * cell + 4, name, { 'text-anchor': 'end' }));
    const columns = names.map((name, j) => {
      const [x, y] = [left + (j + 0.5) * cell, top + side + 16];
      return label(x, y, name, longest > 5 ? { 'text-anchor': 'end', transform: `rotate(-45 ${x} ${y})` } : {});
    });
    const middle = top + side / 2;
    return svgDocument(left + side + 20, top + side + (longest > 5 ? room * 0.75 + 30 : 34), [
      label(left + side / 2, 26, 'predicted class', { 'font-size': 14 }),
      label(20, middle, 'true class', { 'font-size': 14, transform: `rotate(-90 20 ${middle})` }),
      ...cells,
      ...rows,
      ...columns,
    ]);
  };
  const drawText = (): string => {
    const width = Math.max(longest, ...counts.flat().map((value) => String(value).length)) + 1;
    const line = (name: string, parts: readonly string[]): string => name.padEnd(longest) + parts.map((part) => part.padStart(width)).join('');
    return [line('', names), ...counts.map((row, i) => line(names[i]!, row.map(String)))].join('\n');
  };
  return new Picture('confusionMatrix', drawSVG, drawText);
});

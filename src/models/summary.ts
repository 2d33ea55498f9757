import { arrayClasses } from '../dtype.js';
import type { Weight } from '../layers/layer.js';
import type { Layer } from '../layers/layer.js';
import type { Shape } from '../tensor.js';
import type { Model } from './model.js';

/** A row of a summary. */
export interface SummaryRow {
  readonly layer: Layer;
  /** Shapes of the outputs, without the batch; undefined when they are not known yet. */
  readonly shapes: readonly Shape[] | undefined;
  /** In models that are graphs: of each use of the layer what goes in, the output of a layer in one of its uses. */
  readonly uses?: readonly (readonly { readonly name: string; readonly call: number; readonly index: number }[])[];
}

function bytesText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let i = 0;
  for (; bytes >= 1024 && i < units.length - 1; i++) bytes /= 1024;
  return `${bytes.toFixed(2)} ${units[i] ?? ''}`;
}

function title(kind: string): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1);
}

/** The table that summary() prints: layer (type), output shape, parameters, then the totals. */
export function summary(model: Model): string {
  const entries = model.summaryRows();
  const graph = entries.some(({ uses }) => uses !== undefined);
  const rows: string[][] = [['Layer (type)', 'Output Shape', 'Param #', ...(graph ? ['Connected to'] : [])]];
  for (const { layer, shapes, uses } of entries) {
    const output = shapes?.map((shape) => `(None, ${shape.join(', ')})`).join(', ') ?? '?';
    const row = [`${layer.name} (${title(layer.kind)})`, output, layer.countParams().toLocaleString('en-US')];
    rows.push(graph ? [...row, uses?.flat().map(({ name, call, index }) => `${name}[${call}][${index}]`).join(', ') || '-'] : row);
  }
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)) + 2);
  const rule = (left: string, middle: string, right: string, line: string): string =>
    left + widths.map((width) => line.repeat(width)).join(middle) + right;
  const text = (row: string[], wall: string): string => {
    const cells = row.map((cell, i) => (i === 2 ? ` ${cell.padStart((widths[i] ?? 0) - 2)} ` : ` ${cell.padEnd((widths[i] ?? 0) - 2)} `));
    return wall + cells.join(wall) + wall;
  };
  const [head = [], ...body] = rows;
  const trainable = new Set(model.trainableWeights);
  const all = model.namedWeights().map(({ weight }) => weight);
  const count = (label: string, weights: readonly Weight[]): string => {
    const numbers = weights.reduce((sum, { value }) => sum + value.size, 0);
    const bytes = weights.reduce((sum, { value }) => sum + value.size * arrayClasses[value.dtype].BYTES_PER_ELEMENT, 0);
    return ` ${label}: ${numbers.toLocaleString('en-US')} (${bytesText(bytes)})`;
  };
  return [
    `Model: "${model.name}"`,
    rule('┏', '┳', '┓', '━'),
    text(head, '┃'),
    rule('┡', '╇', '┩', '━'),
    body.map((row) => text(row, '│')).join(`\n${rule('├', '┼', '┤', '─')}\n`),
    rule('└', '┴', '┘', '─'),
    count('Total params', all),
    count('Trainable params', all.filter((weight) => trainable.has(weight))),
    count('Non-trainable params', all.filter((weight) => !trainable.has(weight))),
  ].join('\n');
}

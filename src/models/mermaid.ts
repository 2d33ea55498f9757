import { mermaidText } from '../mermaid_text.js';
import type { Model } from './model.js';

const quoted = (text: string): string => mermaidText(text, ' _,()*');

/** The flowchart of a model: a box per layer with the shape of its output, an arrow per tensor that goes from one to another. */
export function toMermaid(model: Model): string {
  const rows = model.summaryRows();
  const id = new Map(rows.map(({ layer }, i) => [layer.name, `x${i}`]));
  const lines = ['flowchart TB'];
  for (const { layer, shapes } of rows) {
    const output = shapes === undefined ? '' : ` (${shapes.map((shape) => ['*', ...shape].join(', ')).join(') (')})`;
    lines.push(`  ${id.get(layer.name)!}[${quoted(`${layer.name}, ${layer.kind}${output}`)}]`);
  }
  for (const [i, { layer, uses }] of rows.entries()) {
    const before = rows[i - 1]?.layer;
    const sources = uses?.flat().map(({ name }) => name) ?? (model.kind === 'sequential' && before !== undefined ? [before.name] : []);
    for (const source of sources) lines.push(`  ${id.get(source)!} --> ${id.get(layer.name)!}`);
  }
  return `${lines.join('\n')}\n`;
}

import { mermaidText } from '../../mermaid_text.js';
import type { Diagram } from './neuron.js';

const quoted = (text: string): string => mermaidText(text, ' _≥');

/** The flowchart of a network, a line per connection. */
export function toMermaid({ inputs, neurons }: Diagram): string {
  const id = new Map([...inputs, ...neurons.map(({ name }) => name)].map((name, i) => [name, `x${i}`]));
  const lines = ['flowchart BT'];
  for (const name of inputs) lines.push(`  ${id.get(name)!}((${quoted(name)}))`);
  for (const { name, threshold } of neurons) {
    lines.push(`  ${id.get(name)!}((${quoted(threshold === 2 ? name : `${name} ≥ ${threshold}`)}))`);
  }
  for (const { name, excite, inhibit } of neurons) {
    for (const source of excite) lines.push(`  ${id.get(source)!} --> ${id.get(name)!}`);
    for (const source of inhibit) lines.push(`  ${id.get(source)!} --o ${id.get(name)!}`);
  }
  return `${lines.join('\n')}\n`;
}

import type { Diagram } from './neuron.js';

/** The network in lines of text: the inputs, then a neuron per line with what excites and what inhibits it. */
export function toText({ inputs, neurons }: Diagram): string {
  const heads = neurons.map(({ name, threshold }) => `${name} ≥ ${threshold}`);
  const width = Math.max(0, ...heads.map(({ length }) => length));
  const lines = neurons.map(({ excite, inhibit }, i) => {
    const sources = [...(excite.length > 0 ? [`<── ${excite.join(', ')}`] : []), ...(inhibit.length > 0 ? [`o── ${inhibit.join(', ')}`] : [])];
    return `${heads[i]!.padEnd(width)} ${sources.join('  ')}`.trimEnd();
  });
  return [...(inputs.length > 0 ? [`inputs: ${inputs.join(', ')}`] : []), ...lines].join('\n');
}

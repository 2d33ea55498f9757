import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { HebbError, logic } from '../../src/index.js';
import { temporaryFolder } from '../support/temporary_folder.js';

/** Names of the tags that are open when the text ends, or '!' where one is closed that was not open. */
function unclosed(svg: string): string[] {
  const open: string[] = [];
  for (const [, end, name, alone] of svg.matchAll(/<(\/?)(\w+)(?:\s[\w:-]+="[^"<]*")*(\/?)>/g)) {
    if (end === '/') {
      if (open.pop() !== name) return ['!'];
    } else if (alone === '') open.push(name!);
  }
  return open;
}

const lines = (svg: string, kind: string): number => svg.split(`<path class="${kind}"`).length - 1;
const names = (svg: string): string[] => [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);

/** The marks of a picture are all there, closed, and where numbers are they are numbers. */
function wellFormed(net: logic.LogicNetwork): boolean {
  const svg = net.toSVG();
  const count = (kind: 'excite' | 'inhibit'): number => net.neurons.reduce((sum, neuron) => sum + neuron[kind].length, 0);
  const rest = svg.replace(/<[^<>]*>/g, '');
  return svg.startsWith('<svg ') && svg.endsWith('</svg>\n') && unclosed(svg).length === 0 && !/NaN|undefined|Infinity/.test(svg)
    && !/[<>]|&(?!#\d+;)/.test(rest) && lines(svg, 'excite') === count('excite') && lines(svg, 'inhibit') === count('inhibit');
}

test('a picture has a mark for each neuron and each connection', (t) => {
  const svg = logic.andNot().toSVG();
  t.true(wellFormed(logic.andNot()));
  t.deepEqual(names(svg), ['A', 'B', 'C']);
  t.is(lines(svg, 'excite'), 2);
  t.is(lines(svg, 'inhibit'), 1);
});

test('inputs stand below, outputs above, and a threshold other than 2 is written', (t) => {
  const svg = logic.and(['A', 'B', 'D']).toSVG();
  const heights = [...svg.matchAll(/<text x="[^"]*" y="([^"]*)"[^>]*>[ABCD]</g)].map(([, y]) => Number(y));
  t.is(heights.length, 4);
  t.true(heights.slice(0, 3).every((y) => y > heights[3]!));
  t.true(names(svg).includes('≥ 3'));
});

test('parallel connections are drawn apart', (t) => {
  for (const net of [logic.identity(), logic.network({ inputs: [], neurons: { X: { excite: ['X', 'X'] } } })]) {
    const [first, second] = [...net.toSVG().matchAll(/class="excite" d="([^"]*)"/g)].map(([, path]) => path);
    t.truthy(second);
    t.not(first, second);
  }
});

test('loops, sources, silent neurons and strange names can be drawn', (t) => {
  const strange = ['<&>"\'', '-->', 'end', '))', '#', 'a\u0001\nb', 'a rather long name for a neuron', '😀'];
  const neurons = {
    on: { threshold: 0 },
    X: { excite: ['X', 'X', 'Z', ...strange], inhibit: ['X', 'Y'] },
    Y: { excite: ['X', 'on'] },
    Z: { excite: ['Y', 'Y'], inhibit: strange },
    silent: {},
  };
  const net = logic.network({ inputs: strange, neurons });
  t.true(wellFormed(net));
  // eslint-disable-next-line no-control-regex -- which XML forbids
  t.notRegex(net.toSVG(), /[\u0000-\u0009\u000b-\u001f]/);
  const chart = net.toMermaid().trimEnd().split('\n');
  t.is(chart[0], 'flowchart BT');
  for (const line of chart.slice(1)) t.regex(line, /^ {2}x\d+(\(\("[\p{L}\p{N} _≥#;]+"\)\)| (-->|--o) x\d+)$/u);
  t.true(chart[1]!.includes('#60;#38;#62;#34;'));
});

test('pictures of random networks are well formed', (t) => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const neuron = fc.record({ excite: fc.array(name, { maxLength: 5 }), inhibit: fc.array(name, { maxLength: 3 }) });
  const property = fc.property(fc.tuple(neuron, neuron, neuron, neuron), ([c, d, e, f]) =>
    wellFormed(logic.network({ inputs: ['a', 'b'], neurons: { c, d, e, f } })),
  );
  t.notThrows(() => { fc.assert(property, { seed: 42, numRuns: 300 }); });
});

test('a flowchart has a line for each neuron and each connection', (t) => {
  t.is(logic.andNot().toMermaid(), ['flowchart BT', '  x0(("A"))', '  x1(("B"))', '  x2(("C"))', '  x0 --> x2', '  x0 --> x2', '  x1 --o x2', ''].join('\n'));
  t.true(logic.not().toMermaid().includes('(("on ≥ 0"))'));
});

test('as text a network is its inputs, and a line for each neuron', (t) => {
  t.is(logic.fromExpression('A ^ B', { output: 'C' }).toText(), [
    'inputs: A, B',
    'n1 ≥ 2 <── A, A  o── B',
    'n2 ≥ 2 <── B, B  o── A',
    'C ≥ 2  <── n1, n1, n2, n2',
  ].join('\n'));
  const alone = logic.network({ inputs: [], neurons: { on: { threshold: 0 }, tick: { excite: ['on', 'on'], inhibit: ['tick'] } } });
  t.is(alone.toText(), 'on ≥ 0\ntick ≥ 2 <── on, on  o── tick');
});

test('plot writes the picture, and to nothing but .svg', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'net.svg');
  await logic.not().plot(path);
  t.is(readFileSync(path, 'utf8'), logic.not().toSVG());
  const error = await t.throwsAsync(logic.not().plot('net.png'), { instanceOf: HebbError, code: 'ERR_ARGUMENT' });
  t.is(error.message, "plot: the picture is SVG, its path ends in .svg, got 'net.png'");
});

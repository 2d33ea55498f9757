// Logic with neurons, after McCulloch and Pitts (1943): a neuron fires when two of its exciting connections are active and
// no inhibiting one is. Prints truth tables and draws the networks as SVG pictures:
//   node build-ts/examples/chapter/01_logic.js [FOLDER] [--text]
import { logic } from 'hebb';
import { draw, folder } from './pictures.js';

async function show(title: string, net: logic.LogicNetwork): Promise<void> {
  console.log(`\n${title}`);
  const names = [...net.inputs, ...net.outputs];
  console.log(names.join(' '));
  for (const row of net.truthTable()) {
    console.log(names.map((name) => (row[name] === true ? '1' : '0').padEnd(name.length)).join(' ').trimEnd());
  }
  await draw(title.replaceAll(' ', '_'), net);
}

// The networks of the chapter. Not needs a source that is always active, since silence alone excites nobody.
await show('identity', logic.identity());
await show('and', logic.and());
await show('or', logic.or());
await show('A and not B', logic.andNot());
await show('not', logic.not());

// Any formula is a network. One neuron cannot tell either from both; three can.
await show('xor', logic.fromExpression('A ^ B', { output: 'C' }));
await show('implication', logic.fromExpression('A & !(B | C) -> D', { output: 'E' }));
const adder = logic.fromExpression({ sum: 'A ^ B ^ carry_in', carry: 'A & B | carry_in & (A ^ B)' });
await show('full adder', adder);

// A network built by hand: two of three.
const majority = logic.network({ inputs: ['A', 'B', 'C'], neurons: { most: { excite: ['A', 'B', 'C'] } } });
await show('majority', majority);
console.log(`\n${majority.toMermaid()}`);

// A loop remembers, and a loop through an inhibition oscillates.
const latch = logic.network({
  inputs: ['set', 'reset'],
  neurons: { Q: { excite: ['set', 'set', 'Q', 'Q'], inhibit: ['reset'] } },
});
const states = latch.simulate([{ set: true }, {}, {}, { reset: true }, {}]);
console.log(`latch, set in step 1, reset in step 4: ${states.map(({ Q }) => Number(Q)).join(' ')}`);
await draw('latch', latch);

const clock = logic.network({ inputs: [], neurons: { on: { threshold: 0 }, tick: { excite: ['on', 'on'], inhibit: ['tick'] } } });
console.log(`clock: ${clock.simulate({}, 8).map(({ tick }) => Number(tick)).join(' ')}`);
await draw('clock', clock);
console.log(`pictures are in ${folder}`);

import test from 'ava';
import fc from 'fast-check';
import { capture, HebbError, logic, memory, scope, tensor, zeros } from '../../src/index.js';
import { runDocstringExamples } from '../support/docstring_examples.js';

type Row = Record<string, boolean>;

/** Every row of the table, and every answer of run(), is what plain JavaScript says. */
function agrees(net: logic.LogicNetwork, expected: (row: Row) => boolean): boolean {
  const table = net.truthTable();
  const output = net.outputs[0]!;
  return table.length === 2 ** net.inputs.length && table.every((row) => {
    const inputs = Object.fromEntries(net.inputs.map((name) => [name, row[name]!]));
    return row[output] === expected(row) && net.run(inputs)[output] === expected(row);
  });
}

const gates: [string, logic.LogicNetwork, (row: Row) => boolean][] = [
  ['identity', logic.identity(), ({ A }) => A!],
  ['and', logic.and(), ({ A, B }) => A! && B!],
  ['or', logic.or(), ({ A, B }) => A! || B!],
  ['A and not B', logic.andNot(), ({ A, B }) => A! && !B!],
  ['not', logic.not(), ({ A }) => !A],
  ['and of one', logic.and(['A']), ({ A }) => A!],
  ['and of four', logic.and(['p', 'q', 'r', 's']), ({ p, q, r, s }) => p! && q! && r! && s!],
  ['or of four', logic.or(['p', 'q', 'r', 's']), ({ p, q, r, s }) => p! || q! || r! || s!],
  ['and of none', logic.and([]), () => true],
  ['or of none', logic.or([]), () => false],
];
for (const [name, net, expected] of gates) {
  test(`the gate ${name} has its truth table`, (t) => {
    t.true(agrees(net, expected));
  });
}

test('the identity of the chapter is a neuron that its input excites twice', (t) => {
  const [neuron] = logic.identity().neurons;
  t.deepEqual(neuron, { name: 'C', excite: ['A', 'A'], inhibit: [], threshold: 2 });
});

test('one active inhibition silences a neuron, whatever excites it', (t) => {
  const many = Array.from({ length: 50 }, () => 'A');
  const net = logic.network({ inputs: ['A', 'B'], neurons: { C: { excite: many, inhibit: ['B', 'A'] }, D: { excite: many, inhibit: ['B'], threshold: 50 } }, outputs: ['C', 'D'] });
  t.deepEqual(net.truthTable().map(({ C, D }) => [C, D]), [[false, false], [false, false], [false, true], [false, false]]);
  t.deepEqual(net.run({ A: 1, B: 0 }), { C: false, D: true });
});

test('the outputs are the neurons that no other listens to, or else all', (t) => {
  const chain = { X: { excite: ['A', 'A'] }, Y: { excite: ['X', 'X', 'Y'] } };
  t.deepEqual(logic.network({ inputs: ['A'], neurons: chain }).outputs, ['Y']);
  const ring = { X: { excite: ['Y', 'A'] }, Y: { excite: ['X', 'X'] } };
  t.deepEqual(logic.network({ inputs: ['A'], neurons: ring }).outputs, ['X', 'Y']);
});

test('neurons may be given in any order', (t) => {
  const neurons = { C: { excite: ['n', 'n'], inhibit: ['m'] }, m: { excite: ['n', 'B'] }, n: { excite: ['A', 'A'] } };
  t.true(agrees(logic.network({ inputs: ['A', 'B'], neurons }), ({ A, B }) => A! && !B!));
});

const formulas: [string, (row: Row) => boolean][] = [
  ['A & !(B | C) -> D', ({ A, B, C, D }) => !(A! && !(B! || C!)) || D!],
  ['A -> B -> C', ({ A, B, C }) => !A || !B || C!],
  ['(A -> B) -> C', ({ A, B, C }) => !(!A || B!) || C!],
  ['A <-> B <-> C', ({ A, B, C }) => (A === B) === C],
  ['A <-> B', ({ A, B }) => A === B],
  ['A -> B <-> !B -> !A', () => true],
  ['A || B && C', ({ A, B, C }) => A! || (B! && C!)],
  ['A | B ^ C & D', ({ A, B, C, D }) => A! || B! !== (C! && D!)],
  ['not A and b2 Or x_1 XOR ~~A', ({ A, b2, x_1 }) => (!A && b2!) || x_1! !== A!],
  ['A ^ A', () => false],
  ['A ^ !A', () => true],
  ['A | !A', () => true],
  ['A & !A', () => false],
  ['!(A & !A) ^ 1 ^ A', ({ A }) => A!],
  ['A & true | false', ({ A }) => A!],
  ['A & (1 -> 0)', () => false],
  ['0', () => false],
  ['TRUE', () => true],
  ['A', ({ A }) => A!],
  ['!\tA', ({ A }) => !A],
  ['größe & Δ', (row) => row['größe']! && row['Δ']!],
  ['__proto__ & toString', (row) => row['toString']! && Object.entries(row).some(([name, value]) => name === '__proto__' && value)],
  ['on & !n1', ({ on, n1 }) => on! && !n1],
  ['!on | n1 ^ n2', ({ on, n1, n2 }) => !on || n1! !== n2!],
];
for (const [formula, expected] of formulas) {
  test(`the formula ${formula.replace('\t', ' ')} compiles to its truth table`, (t) => {
    t.true(agrees(logic.fromExpression(formula), expected));
  });
}

test('what a formula denies inhibits: no neuron and no source is spent on it', (t) => {
  const { neurons } = logic.fromExpression('A & !(B | !C) & !D');
  t.deepEqual(neurons, [{ name: 'out', excite: ['A', 'C'], inhibit: ['B', 'D'], threshold: 2 }]);
});

test('equal parts of formulas are built once, and each output has its neuron', (t) => {
  const net = logic.fromExpression({ sum: 'A ^ B', same: 'B ^ A', equal: 'A <-> B', again: 'A', carry: 'B & A' });
  t.deepEqual(net.outputs, ['sum', 'same', 'equal', 'again', 'carry']);
  t.deepEqual(net.run({ A: true, B: false }), { sum: true, same: true, equal: false, again: true, carry: false });
  t.is(net.neurons.length, 8); // two for the sum, the source, one for each output
});

test('the inputs may be given, in an order and more than there are variables', (t) => {
  const net = logic.fromExpression('B & A', { inputs: ['A', 'B', 'Z'], output: 'C' });
  t.deepEqual([net.inputs, net.outputs], [['A', 'B', 'Z'], ['C']]);
  t.true(agrees(net, ({ A, B }) => A! && B!));
});

test('flat formulas of ! & ^ | mean what JavaScript makes of the same text', (t) => {
  const term = fc.tuple(fc.constantFrom('', '!', '!!'), fc.constantFrom('a', 'b', 'c', 'd', '0', '1')).map((parts) => parts.join(''));
  const flat = fc.tuple(term, fc.array(fc.tuple(fc.constantFrom('&', '^', '|'), term), { maxLength: 12 }));
  const property = fc.property(flat, ([first, more]) => {
    const text = [first, ...more.map(([operator, operand]) => `${operator} ${operand}`)].join(' ');
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- JavaScript itself is the reference
    const reference = new Function('{ a, b, c, d }', `return Boolean(${text})`) as (row: Row) => boolean;
    return agrees(logic.fromExpression(text), reference);
  });
  t.notThrows(() => { fc.assert(property, { seed: 42, numRuns: 200 }); });
});

interface Random {
  text: string;
  value: (row: Row) => boolean;
}
const { formula: randomFormula } = fc.letrec<{ formula: Random }>((tie) => {
  const leaf = fc.constantFrom('p', 'q', 'r', 's', 't').map((name): Random => ({ text: name, value: (row) => row[name]! }));
  const constant = fc.boolean().map((value): Random => ({ text: String(value), value: () => value }));
  const not = tie('formula').map(({ text, value }): Random => ({ text: `!(${text})`, value: (row) => !value(row) }));
  const meanings: Record<string, (a: boolean, b: boolean) => boolean> = {
    '&': (a, b) => a && b, or: (a, b) => a || b, '^': (a, b) => a !== b, '->': (a, b) => !a || b, '<->': (a, b) => a === b,
  };
  const binary = fc.tuple(tie('formula'), fc.constantFrom(...Object.keys(meanings)), tie('formula')).map(([a, sign, b]): Random => ({
    text: `(${a.text}) ${sign} (${b.text})`,
    value: (row) => meanings[sign]!(a.value(row), b.value(row)),
  }));
  return { formula: fc.oneof({ maxDepth: 6 }, leaf, constant, not, { arbitrary: binary, weight: 4 }) };
});

test('random formulas compile to what JavaScript says, settled, by the kernels, and in time', (t) => {
  const property = fc.property(randomFormula, ({ text, value }) => {
    const net = logic.fromExpression(text);
    const held = net.truthTable().at(-1)!;
    const inputs = Object.fromEntries(net.inputs.map((name) => [name, held[name]!]));
    const last = net.simulate(inputs, net.neurons.length).at(-1)!;
    return agrees(net, value) && last['out'] === held['out'];
  });
  t.notThrows(() => { fc.assert(property, { seed: 42, numRuns: 300 }); });
});

test('evaluate takes rows of any type and answers bool', (t) => {
  const net = logic.fromExpression({ both: 'A & B', either: 'A | B' });
  const expected = [[false, false], [false, true], [true, true]];
  const rows = [[0, 0], [0, 1], [1, 1]];
  for (const dtype of ['float32', 'float64', 'int32', 'uint8', 'bool'] as const) {
    const y = net.evaluate(tensor(rows, { dtype }));
    t.is(y.dtype, 'bool');
    t.deepEqual(y.toArray(), expected, dtype);
  }
  t.deepEqual(net.evaluate([[false, false], [false, true], [true, true]]).toArray(), expected);
  t.deepEqual(net.evaluate(zeros([0, 2])).shape, [0, 2]);
});

test('evaluate agrees with run on many random rows of a wide network', (t) => {
  const names = Array.from({ length: 40 }, (_, i) => `x${i}`);
  const net = logic.fromExpression({ parity: names.join(' ^ '), all: names.join(' & '), some: names.slice(0, 4).join(' & ') });
  const bits = Uint8Array.from({ length: 300 * 40 }, (_, i) => (i * i * 7 + i * 13) % 11 % 2);
  const x = tensor(bits, { shape: [300, 40] });
  const y = net.evaluate(x).dataSync();
  for (let row = 0; row < 300; row++) {
    const values = [...bits.subarray(row * 40, row * 40 + 40)];
    const settled = net.run(Object.fromEntries(names.map((name, i) => [name, values[i] === 1])));
    t.is(settled['parity'], values.reduce((a, b) => a + b) % 2 === 1);
    t.deepEqual([...y.subarray(row * 3, row * 3 + 3)], ['parity', 'all', 'some'].map((name) => Number(settled[name])));
  }
});

test('a network first used in a scope or a captured program can be used after it', async (t) => {
  const x = tensor([[1, 0], [1, 1]]);
  const [first, second] = [logic.andNot(), logic.andNot()];
  scope(() => { first.evaluate(x); });
  t.deepEqual(first.evaluate(x).toArray(), [[true], [false]]);
  const program = capture(() => second.evaluate(x));
  await program.run();
  t.deepEqual(program.result.toArray(), [[true], [false]]);
  t.deepEqual(second.evaluate(x).toArray(), [[true], [false]]);
});

test('evaluate frees what it makes on the way', (t) => {
  const net = logic.fromExpression('a ^ b ^ c ^ d');
  const x = zeros([100_000, 4]); // each layer takes more than 1 MB
  net.evaluate(x).dispose();
  const before = memory().cpu.bytes;
  for (let i = 0; i < 20; i++) net.evaluate(x).dispose();
  t.true(memory().cpu.bytes - before < 1e6);
});

test('a truth table of 16 inputs has 65,536 rows', (t) => {
  const names = Array.from({ length: 16 }, (_, i) => `x${i}`);
  t.true(agrees(logic.fromExpression(names.join('^')), (row) => names.filter((name) => row[name]).length % 2 === 1));
});

const latch = logic.network({ inputs: ['set', 'reset'], neurons: { Q: { excite: ['set', 'set', 'Q', 'Q'], inhibit: ['reset'] } } });

test('a latch holds what was set until it is reset', (t) => {
  const states = latch.simulate([{}, { set: 1 }, {}, {}, { reset: true }, {}, { set: true, reset: true }, {}], 10);
  t.deepEqual(states.map(({ Q }) => Number(Q)), [0, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
});

test('a neuron that a source excites and that inhibits itself oscillates', (t) => {
  const clock = logic.network({ inputs: [], neurons: { on: { threshold: 0 }, tick: { excite: ['on', 'on'], inhibit: ['tick'] } } });
  t.deepEqual(clock.simulate({}, 6).map(({ tick }) => tick), [false, true, false, true, false, true]);
});

test('a pulse goes around a ring, one neuron per step', (t) => {
  const ring = logic.network({ inputs: ['go'], neurons: { X: { excite: ['go', 'go', 'Z', 'Z'] }, Y: { excite: ['X', 'X'] }, Z: { excite: ['Y', 'Y'] } } });
  const time = ring.start();
  const seen = [time.step({ go: true }), ...Array.from({ length: 5 }, () => time.step())];
  t.deepEqual(seen.map(({ X, Y, Z }) => [X, Y, Z].indexOf(true)), [0, 1, 2, 0, 1, 2]);
  t.true(seen.every((state) => Object.values(state).filter(Boolean).length === 1));
});

test('two runs in time do not know of each other', (t) => {
  const [one, two] = [latch.start(), latch.start()];
  one.step({ set: true });
  t.deepEqual([one.step(), two.step()], [{ Q: true }, { Q: false }]);
});

const loop = 'the network has a loop, Q -> Q, and need not settle; use simulate() or start()';
const two = { excite: ['A', 'A'] };
const errors: [string, () => unknown, string, string?][] = [
  ['run of a loop', () => latch.run({ set: true, reset: false }), `run: ${loop}`],
  ['evaluate of a loop', () => latch.evaluate([[1, 0]]), `evaluate: ${loop}`],
  ['truth table of a loop', () => latch.truthTable(), `truthTable: ${loop}`],
  [
    'a loop of three',
    () => logic.network({ inputs: [], neurons: { end: { excite: ['c'] }, a: { excite: ['c'] }, b: { inhibit: ['a'] }, c: { excite: ['b'] } } }).run({}),
    'run: the network has a loop, a -> b -> c -> a, and need not settle; use simulate() or start()',
  ],
  ['a missing input', () => logic.and().run({ A: true }), "run: the input 'B' is missing"],
  ['an unknown input', () => logic.and().run({ A: true, B: true, Z: true }), "run: 'Z' is not an input; there are: A, B"],
  ['an unknown input in time', () => logic.fromExpression('1').start().step({ Z: 1 }), "step: 'Z' is not an input; there are: none"],
  ['a value that is no truth value', () => logic.not().run({ A: 2 as never }), "run: the input 'A' is true or false (1 or 0), got number 2"],
  ['a wrong number of columns', () => logic.and().evaluate([[1, 0, 1]]), 'evaluate: expected inputs [batch,2] (A, B), got [1,3]', 'ERR_SHAPE'],
  ['a vector', () => logic.and().evaluate([1, 0]), 'evaluate: expected inputs [batch,2] (A, B), got [2]', 'ERR_SHAPE'],
  [
    'too many inputs',
    () => logic.and(Array.from({ length: 17 }, (_, i) => `x${i}`)).truthTable(),
    'truthTable: at most 16 inputs, got 17, which is 2^17 rows; evaluate() takes the rows that you choose',
  ],
  ['steps below 0', () => latch.simulate({}, -1), 'simulate: steps is a whole number >= 0, got -1'],
  ['steps left out', () => latch.simulate({} as never), 'simulate: steps is a whole number >= 0, got undefined'],
  ['no neuron', () => logic.network({ inputs: ['A'], neurons: {} }), 'logic.network: there is no neuron in neurons'],
  ['an input twice', () => logic.and(['A', 'A']), "logic.network: input 'A' is there twice"],
  ['an output twice', () => logic.network({ inputs: ['A'], neurons: { C: two }, outputs: ['C', 'C'] }), "logic.network: output 'C' is there twice"],
  ['an output that is no neuron', () => logic.network({ inputs: ['A'], neurons: { C: two }, outputs: ['A'] }), "logic.network: the output 'A' is not a neuron"],
  ['an input named as a neuron', () => logic.identity('C', 'C'), "logic.network: 'C' is the name of an input and of a neuron"],
  ['a stranger', () => logic.network({ inputs: ['A'], neurons: { C: { inhibit: ['B'] } } }), "logic.network: neuron 'C' listens to 'B', which is neither an input nor a neuron"],
  ['an empty name', () => logic.identity(''), "logic.network: inputs: a name is a text that is not empty, got string ''"],
  ['a neuron without a name', () => logic.identity('A', ''), "logic.network: neurons: a name is a text that is not empty, got string ''"],
  ['inputs that are no list', () => logic.and('AB' as never), "logic.and: inputs is an array of names, got 'AB'"],
  ['half a threshold', () => logic.network({ inputs: ['A'], neurons: { C: { threshold: 1.5 } } }), "logic.network: the threshold of neuron 'C' is a whole number >= 0, got 1.5"],
  ['a threshold below 0', () => logic.network({ inputs: ['A'], neurons: { C: { threshold: -1 } } }), "logic.network: the threshold of neuron 'C' is a whole number >= 0, got -1"],
  ['a variable that is no input', () => logic.fromExpression('A & B', { inputs: ['A'] }), "logic.fromExpression: the variable 'B' is not among the inputs A"],
  ['a formula that is no text', () => logic.fromExpression({ C: 7 as never }), 'logic.fromExpression: a formula is a text, got number'],
];
for (const [name, call, message, code = 'ERR_ARGUMENT'] of errors) {
  test(`an error that says why: ${name}`, (t) => {
    const error = t.throws(call, { instanceOf: HebbError });
    t.deepEqual([error.message, error.code], [message, code]);
  });
}

const mistakes: [string, string, number][] = [
  ['', 'empty formula', 1],
  ['  ', 'empty formula', 1],
  ['A &', "nothing follows '&'", 4],
  ['!', "nothing follows '!'", 2],
  ['A & | B', "expected a variable, '(', a negation or a constant, got '|'", 5],
  ['()', "expected a variable, '(', a negation or a constant, got ')'", 2],
  ['A B', "expected an operator, got 'B'", 3],
  ['A !B', "expected an operator, got '!'", 3],
  ['(A & B', "expected ')'", 7],
  ['(A B)', "expected ')', got 'B'", 4],
  ['A)', "unmatched ')'", 2],
  ['A $ B', "unexpected '$'", 3],
  ['A <- B', "unexpected '<'", 3],
  ['A 😀', "unexpected '😀'", 3],
  ['A & 2', "expected 0, 1 or a name that begins with a letter, got '2'", 5],
  ['A\n& 01', "expected 0, 1 or a name that begins with a letter, got '01'", 5],
  ['!'.repeat(5000), 'more than 200 parentheses and negations in each other', 201],
];
for (const [formula, fault, position] of mistakes) {
  test(`the place of a mistake is shown: ${JSON.stringify(formula.slice(0, 20))}`, (t) => {
    const error = t.throws(() => logic.fromExpression(formula), { instanceOf: HebbError, code: 'ERR_ARGUMENT' });
    const [first, line, caret] = error.message.split('\n');
    t.is(first, `logic.fromExpression: ${fault} at position ${position}`);
    t.is(line, `  ${formula.replace('\n', ' ')}`);
    t.is(caret, `${' '.repeat(position + 1)}^`);
  });
}

test('a long formula is no deep one', (t) => {
  const chain = (sign: string): string => Array.from({ length: 3000 }, (_, i) => `x${i % 3}`).join(sign);
  t.true(agrees(logic.fromExpression(chain(' & ')), ({ x0, x1, x2 }) => x0! && x1! && x2!));
  t.true(agrees(logic.fromExpression(chain(' -> ')), () => true));
  t.true(agrees(logic.fromExpression(chain(' ^ ')), () => false));
});

test('the examples in the docstrings do what they say', async (t) => {
  const files = ['index', 'network', 'simulation'].map((name) => `src/neurons/logic/${name}.ts`);
  t.is(await runDocstringExamples(...files), 18);
});

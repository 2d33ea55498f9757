import test from 'ava';

import { distance, golden, mismatch } from './support/golden.js';

test('recorded numbers that JSON cannot hold are decoded', (t) => {
  const { x, pointwise } = golden('activations');
  t.true(x.some((v) => Object.is(v, -0)));
  const exponential = pointwise['exponential']![0]!;
  t.is(exponential.value[x.indexOf(800)], Infinity);
  t.is(exponential.value[x.indexOf(-800)], 0);
});

test('the recorded activations are what their formulas say', (t) => {
  const { x, pointwise } = golden('activations');
  const formulas: Record<string, (v: number) => number> = {
    sigmoid: (v) => 1 / (1 + Math.exp(-v)),
    selu: (v) => 1.0507009873554805 * (v > 0 ? v : 1.6732632423543772 * Math.expm1(v)),
    leakyRelu: (v) => (v < 0 ? 0.2 * v : v),
    hardSilu: (v) => (v * Math.min(Math.max(v + 3, 0), 6)) / 6,
  };
  for (const [name, formula] of Object.entries(formulas)) {
    t.is(mismatch(x.map(formula), pointwise[name]![0]!.value, { relative: 1e-14, absolute: 1e-14 }), null, name);
  }
});

test('the first recorded loss of the regression network is its own forward pass', (t) => {
  const { units, x, y, initial, batch, float64 } = golden('mlp').networks.regression;
  const [kernel1, bias1, kernel2, bias2] = initial.map((w) => w.data);
  const [inputs, hidden] = units as [number, number, number];
  let loss = 0;
  for (let row = 0; row < batch; row++) {
    let output = bias2![0]!;
    for (let unit = 0; unit < hidden; unit++) {
      let z = bias1![unit]!;
      for (let i = 0; i < inputs; i++) z += x.data[row * inputs + i]! * kernel1![i * hidden + unit]!;
      output += (z > 0 ? z : Math.expm1(z)) * kernel2![unit]!;
    }
    loss += (output - y.data[row]!) ** 2 / batch;
  }
  for (const run of ['sgd', 'adam', 'rmsprop'] as const) {
    t.true(distance([loss], [float64[run].losses[0]!]) < 1e-14);
  }
});

test('a recorded history starts from the recorded weights', (t) => {
  const { data, initial, cases } = golden('training');
  const [kernel1, bias1, kernel2, bias2] = initial['1'].map((w) => w.data);
  const predict = (row: number): number =>
    kernel2!.reduce((sum, weight, unit) => {
      let z = bias1![unit]!;
      for (let i = 0; i < 4; i++) z += data.x.data[row * 4 + i]! * kernel1![i * 6 + unit]!;
      return sum + Math.tanh(z) * weight;
    }, bias2![0]!);
  // With a vanishing learning rate the first epoch's mae would be this one; one epoch at 0.01 moves it a little.
  let mae = 0;
  for (let row = 0; row < 50; row++) mae += Math.abs(predict(row) - data.values.data[row]!) / 50;
  const recorded = cases['noValidation']!.float64.history['mae']![0]!;
  t.true(recorded < mae && recorded > 0.8 * mae, `${recorded} after ${mae}`);
});

test('every recorded file can be read', (t) => {
  t.is(golden('losses').cases.length, 108);
  t.is(new Set(golden('metrics').cases.map((c) => c.metric)).size, 36);
  t.is(golden('layers').cases.length, 13);
  t.is(new Set(golden('initializers').cases.map((c) => c.initializer)).size, 15);
  t.is(golden('ops').promotion['int32']!['float32'], 'float32');
  t.deepEqual(golden('philox').vectors[0]!.output, [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
});

test('a comparison notices a wrong length, a value out of tolerance, NaN and the sign of infinity', (t) => {
  t.is(mismatch([1, 2], [1, 2], {}), null);
  t.is(mismatch([1, NaN, Infinity], [1, NaN, Infinity], {}), null);
  t.is(mismatch([1], [1, 2], {}), '1 values, expected 2');
  t.is(mismatch([1, 2.1], [1, 2], { relative: 0.01 }), 'element 1 is 2.1, expected 2');
  t.is(mismatch([NaN], [1], { absolute: 9 }), 'element 0 is NaN, expected 1');
  t.is(mismatch([Infinity], [-Infinity], {}), 'element 0 is Infinity, expected -Infinity');
  t.is(distance([1, 2.5], [1, 2]), 0.25);
  t.is(distance([1, NaN], [1, 2]), Infinity);
});

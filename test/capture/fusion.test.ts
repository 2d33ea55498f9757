import test, { type ExecutionContext } from 'ava';
import { capture, cast, gather, matmul, mean, ones, randint, randn, relu, softmaxCrossEntropy, sum, tensor, valueAndGrad, type Tensor } from '../../src/index.js';
import { childResult } from '../support/node_process.js';

const step = `
  const x = hebb.randn([32, 20], { seed: 1 }), labels = hebb.randint(0, 5, [32], { seed: 2 });
  const parameters = [hebb.randn([20, 16], { seed: 3 }), hebb.zeros([16]), hebb.randn([16, 5], { seed: 4 }), hebb.zeros([5])];
  const [w1, b1, w2, b2] = parameters;
  const loss = () => hebb.mean(hebb.softmaxCrossEntropy(hebb.relu(x.matmul(w1).add(b1)).matmul(w2).add(b2), labels));
  const program = hebb.capture(() => {
    const [value, gradients] = hebb.valueAndGrad(loss, parameters);
    parameters.forEach((w, i) => w.assign(w.sub(gradients[i].mul(0.05))));
    return value;
  });
  await program.run(10);
  console.log(JSON.stringify({ launches: program.launches,
    values: [program.result, ...parameters].flatMap((x) => [...x.dataSync()]) }));`;

test('HEBB_FUSE=0 gives the numbers of the fused step', async (t) => {
  const [fused, plain] = (await Promise.all([childResult(step, { HEBB_FUSE: '1' }), childResult(step, { HEBB_FUSE: '0' })])) as {
    launches: number;
    values: number[];
  }[];
  t.true(fused!.launches < plain!.launches, `${fused!.launches} launches, ${plain!.launches} without fusion`);
  const scale = Math.max(...plain!.values.map(Math.abs));
  plain!.values.forEach((value, i) => {
    const difference = Math.abs(fused!.values[i]! - value);
    if (difference > 1e-6 * Math.max(Math.abs(value), scale)) t.fail(`value ${i}: ${fused!.values[i]!} and ${value}`);
  });
  t.pass();
});

/**
 * Expects one replay to give the values that eager ops give; `make` makes the tensors afresh, so that the function it
 * answers can change them. Answers the listing of the program.
 */
function agree(t: ExecutionContext, make: () => () => Tensor[]): string {
  const values = (list: Tensor[]): number[] => list.flatMap((x) => [...x.dataSync()]);
  const eager = values(make()());
  const program = capture(make());
  program.runSync();
  const replayed = values(program.result);
  t.is(replayed.length, eager.length);
  eager.forEach((value, i) => {
    t.true(Math.abs(replayed[i]! - value) <= 1e-6 * Math.max(1, Math.abs(value)), `value ${i}: ${replayed[i]!}, eagerly ${value}`);
  });
  return program.toString();
}

const dense = (): Tensor[] => [randn([8, 6], { seed: 1 }), randn([6, 4], { seed: 2 }), randn([4], { seed: 3 })];

test('a dense layer is one launch and gives what its ops give', (t) => {
  const listing = agree(t, () => {
    const [x, w, b] = dense();
    return () => [relu(matmul(x!, w!).add(b!))];
  });
  t.regex(listing, /^0: .* = dense\(.*\)\n$/);
});

test('the pre-activation and the product stay when they are wanted', (t) => {
  const listing = agree(t, () => {
    const [x, w, b] = dense();
    return () => {
      const product = matmul(x!, w!);
      const before = product.add(b!);
      return [product, before, relu(before), sum(product)];
    };
  });
  t.notRegex(listing, /dense\(/);
});

test('an input of rank 3 is not fused into a dense launch', (t) => {
  agree(t, () => {
    const [, w, b] = dense();
    const x = randn([2, 5, 6], { seed: 4 });
    return () => [relu(matmul(x, w!).add(b!))];
  });
});

test('a bias that is a full matrix, or broadcast the other way, is added as such', (t) => {
  const listing = agree(t, () => {
    const [x, w] = dense();
    const full = randn([8, 4], { seed: 5 });
    const column = randn([8, 1], { seed: 6 });
    return () => [matmul(x!, w!).add(full), matmul(x!, w!).add(column), column.add(matmul(x!, w!))];
  });
  t.notRegex(listing, /dense\(/);
});

test('a weight read after its update is the new one, and before it the old one', (t) => {
  agree(t, () => {
    const [x, w] = dense();
    const y = randn([8, 4], { seed: 7 });
    return () => {
      const before = w!.add(0);
      const [, [dw]] = valueAndGrad(() => mean(matmul(x!, w!).sub(y).mul(matmul(x!, w!).sub(y))), [w!]);
      w!.assign(w!.sub(dw!.mul(0.1)));
      return [before, matmul(x!, w!), w!.add(0), dw!];
    };
  });
});

test('a step of SGD written by hand is one update in place, of a weight with its gradient', (t) => {
  const listing = agree(t, () => {
    const [x, w, b] = dense();
    const rate = tensor([0.1]);
    return () => {
      const [, [dw, db]] = valueAndGrad(() => mean(relu(matmul(x!.mul(2), w!).add(b!))), [w!, b!]);
      w!.assign(w!.sub(dw!.mul(0.1)));
      b!.assign(b!.sub(rate.mul(db!)));
      return [w!.add(0), b!.add(0)];
    };
  });
  t.regex(listing, /float32\[6,4\] = dense\(.*float32\[\], @\d+ float32\[6,4\]\)/);
  t.regex(listing, /^\d+: @\d+ float32\[4\].*\bsgd_update\b/m); // alone, or in a chain
  t.notRegex(listing, /sub\(/);
});

test('a difference that is wanted, of other tensors or of parts of one tensor is no step of SGD', (t) => {
  const listing = agree(t, () => {
    const [w, g] = [randn([6], { seed: 1 }), randn([6], { seed: 2 })];
    const [front, back] = [w.slice([0, 3]), w.slice([1, 4])];
    const single = randn([1], { seed: 3 });
    return () => {
      const scaled = g.mul(0.5);
      const wanted = w.sub(scaled);
      w.assign(wanted);
      w.assign(g.mul(0.25).sub(w)); // the other way round
      w.assign(g.sub(g.mul(0.1))); // of another tensor
      front.assign(front.sub(back.mul(0.5))); // which overlap
      w.assign(w.sub(single.mul(0.5))); // broadcast
      return [scaled, wanted, w.add(0)];
    };
  });
  t.notRegex(listing, /sgd_update\(/);
});

test('a weight that two layers share gets both gradients', (t) => {
  agree(t, () => {
    const w = randn([6, 6], { seed: 8 });
    const x = randn([4, 6], { seed: 9 });
    const labels = randint(0, 6, [4], { seed: 10 });
    return () => {
      const [loss, [dw]] = valueAndGrad(() => mean(softmaxCrossEntropy(matmul(relu(matmul(x, w)), w), labels)), [w]);
      w.assign(w.sub(dw!.mul(0.1)));
      return [loss, w.add(0)];
    };
  });
});

test('a product, a bias or an activation that is overwritten in between is read as it is then', (t) => {
  const listing = agree(t, () => {
    const [x, w, b] = dense();
    return () => {
      const product = matmul(x!, w!);
      product.assign(ones([8, 4]));
      const sum1 = product.add(b!);
      const other = matmul(x!, w!);
      w!.assign(w!.mul(2));
      b!.assign(b!.add(1));
      return [sum1, relu(other.add(b!)), matmul(x!, w!)];
    };
  });
  t.notRegex(listing, /dense\(/);
});

const bytes = (): Tensor => randint(0, 256, [50, 4, 5], { seed: 11 }).cast('uint8');
const picks = (): Tensor => tensor([3, 49, 0, 3, 17], { dtype: 'int32' });

test('rows of bytes are picked and scaled in one launch', (t) => {
  for (const rows of [bytes, () => bytes().reshape([1000]), () => bytes().slice([0, null, 1]), () => bytes().transpose([0, 2, 1])]) {
    const listing = agree(t, () => {
      const [x, list] = [rows(), picks()];
      return () => [cast(gather(x, list), 'float32').mul(1 / 255)];
    });
    t.regex(listing, /gather_scaled\(/);
    t.notRegex(listing, /= (gather|mul)\(/);
  }
  const listing = agree(t, () => {
    const [x, list] = [bytes(), picks()];
    return () => [tensor(2).mul(cast(gather(x, list), 'float32').reshape([5, 20]))];
  });
  t.regex(listing, /gather_scaled/);
});

test('rows of bytes that are wanted themselves, not scaled by one number, or not float32 are picked as such', (t) => {
  const listing = agree(t, () => {
    const [x, list, many] = [bytes(), picks(), randn([5], { seed: 12 })];
    return () => {
      const [picked, other] = [gather(x, list), gather(x, list)];
      const numbers = cast(other, 'float32');
      return [
        picked, cast(picked, 'float32').mul(2), numbers, numbers.mul(2), cast(gather(x, list), 'float32').mul(many),
        cast(gather(x, list), 'float64').mul(2), cast(gather(x, list, 1 - 1).slice([0, 2]), 'float32').mul(2),
        cast(gather(x, tensor([1, 0], { dtype: 'int32' }), 1), 'float32').mul(2),
      ];
    };
  });
  t.notRegex(listing, /gather_scaled/);
});

test('an index out of range is found in the fused launch too', (t) => {
  const x = bytes();
  const list = tensor([3, 50], { dtype: 'int32' });
  const program = capture(() => cast(gather(x, list), 'float32').mul(2));
  const error = t.throws(() => {
    program.runSync();
  });
  t.regex(error.message, /gather: .*50/);
});

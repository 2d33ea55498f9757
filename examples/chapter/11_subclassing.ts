// A model as a class: call() is any program, here one whose depth is an argument. It is trained on batches from a data
// pipeline, and its weights go to a file and back:
//   node build-ts/examples/chapter/11_subclassing.js [FOLDER] [--text]
import { join } from 'node:path';
import { data, datasets, layers, Model, optimizers, plots, seed, type CallContext, type Tensor } from 'hebb';
import { draw, folder } from './pictures.js';

/** Hidden layers, each of which adds to what came before it. */
class ResidualNet extends Model {
  private readonly entry = layers.dense({ units: 24, activation: 'tanh' });
  private readonly blocks;
  private readonly exit = layers.dense({ units: 1, activation: 'sigmoid' });

  constructor(depth: number) {
    super('residual_net');
    this.blocks = Array.from({ length: depth }, () => layers.dense({ units: 24, activation: 'relu' }));
  }
  override call(x: Tensor, context: CallContext): Tensor {
    let h = this.entry.apply(x, context);
    for (const block of this.blocks) h = h.add(block.apply(h, context));
    return this.exit.apply(h, context);
  }
}

seed(42);
const moons = datasets.moons({ samples: 1000, noise: 0.15, seed: 1 });
const rows = data.fromTensors(moons.x, moons.y.cast('float32'));
const [train, test] = [rows.take(800).cache().shuffle({ seed: 42 }).batch(32).prefetch(2), rows.skip(800).batch(100)];

const net = new ResidualNet(3);
net.compile({ optimizer: optimizers.adam({ learningRate: 0.003 }), loss: 'binaryCrossentropy', metrics: ['accuracy'] });
await net.fit(train, { epochs: 30, validationData: test, verbose: 0 });
net.summary();
const { loss, accuracy } = await net.evaluate(test);
console.log(`test loss ${loss!.toFixed(4)}, accuracy ${accuracy!.toFixed(3)}`);

const file = join(folder, 'residual_net.weights');
await net.saveWeights(file);
const again = new ResidualNet(3);
again.build([2]);
await again.loadWeights(file);
console.log(`the largest difference after loading: ${again.predict(moons.x).sub(net.predict(moons.x)).abs().max().item()}`);

const picture = plots.decisionBoundary((points) => net.predict(points), moons.x.slice([800, null]), moons.y.slice([800, null]), { title: 'residual net, test data', labels: ['upper moon', 'lower moon'] });
await draw('residual_net', picture);
console.log(`weights and a picture are in ${folder}`);

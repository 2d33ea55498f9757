// Keeps V8's compiled code of the bundle beside it, for the next start: of what importing hebb and a first training run
// (scripts/code_chunk.mjs says what that brings). Run by the build, and by scripts/install.cjs on the user's machine.
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const dist = join(import.meta.dirname, '..', 'dist');
const files = readdirSync(dist);
for (const file of files) if (file.endsWith('.cache')) rmSync(join(dist, file));

const imported = (name) => import(pathToFileURL(join(dist, name)).href);
const { cache, script } = await imported(files.find((file) => file.endsWith('.code.js')).replace('.code.js', '.js'));
const { layers, ones, sequential, zeros } = await imported('index.js');
const net = sequential([
  layers.dense({ units: 3, activation: 'relu', inputShape: [4] }),
  layers.dense({ units: 2, activation: 'softmax' }),
]);
net.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
await net.fit(ones([8, 4]), zeros([8], { dtype: 'uint8' }), { verbose: 0 });

// V8 checks the length of a cache, not its bytes: it is there whole or not at all.
const draft = `${fileURLToPath(cache)}.${process.pid}`;
writeFileSync(draft, script.createCachedData(), { flush: true });
renameSync(draft, fileURLToPath(cache));

import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { HebbError } from '../../src/errors.js';
import { plotHistory, type Curves } from '../../src/plots/history.js';
import { temporaryFolder } from '../support/temporary_folder.js';

/** The picture of some curves, as text. */
async function draw(t: ExecutionContext, curves: Curves): Promise<string> {
  const path = join(temporaryFolder(t), 'curves.svg');
  await plotHistory(curves, path);
  return readFile(path, 'utf8');
}

/** The paths of the curves. */
function curvesIn(svg: string): { path: string; dashed: boolean }[] {
  return [...svg.matchAll(/<g class="mark-line [^>]*><path ([^>]*)>/g)].map(([, line = '']) => ({
    path: /\bd="([^"]*)"/.exec(line)?.[1] ?? '',
    dashed: line.includes('stroke-dasharray="6,4"'),
  }));
}

function texts(svg: string): string[] {
  return [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => text ?? '');
}

const epoch = [0, 1, 2, 3];

test('a picture of loss and accuracy has two panels, training solid and validation dashed', async (t) => {
  const svg = await draw(t, {
    epoch,
    history: {
      accuracy: [0.5, 0.6, 0.7, 0.75],
      loss: [2, 1.5, 1.2, 1],
      val_accuracy: [0.4, 0.5, 0.55, 0.6],
      val_loss: [2.1, 1.7, 1.5, 1.4],
    },
  });
  t.true(svg.startsWith('<svg '));
  const curves = curvesIn(svg);
  t.is(curves.filter(({ dashed }) => !dashed).length, 2);
  t.is(curves.filter(({ dashed }) => dashed).length, 2);
  const words = texts(svg);
  t.is(words.filter((word) => word === 'epoch').length, 2);
  const expected = ['loss', 'accuracy', 'training', 'validation', '1', '2', '3', '4'];
  t.deepEqual(expected.filter((word) => !words.includes(word)), []);
});

test('a falling loss is drawn from high to low', async (t) => {
  const [curve] = curvesIn(await draw(t, { epoch, history: { loss: [2, 1.5, 1.2, 1] } }));
  const points = (curve?.path ?? '').slice(1).split('L').map((point) => point.split(',').map(Number));
  t.is(points.length, 4);
  for (let i = 1; i < points.length; i++) {
    t.true(points[i]![0]! > points[i - 1]![0]!, 'to the right');
    t.true(points[i]![1]! > points[i - 1]![1]!, 'downwards: y grows downwards in SVG');
  }
});

test('several metrics share a panel, and a learning rate has its own', async (t) => {
  const svg = await draw(t, {
    epoch: [0, 1],
    history: { accuracy: [0.5, 0.6], learning_rate: [0.1, 0.05], loss: [2, 1], top3: [0.8, 0.9], val_top3: [0.7, 0.8] },
  });
  t.is(curvesIn(svg).length, 5);
  for (const word of ['metrics', 'learning rate', 'top3, validation']) t.true(texts(svg).includes(word), word);
});

test('a value that is not finite leaves a gap', async (t) => {
  const [curve] = curvesIn(await draw(t, { epoch: [...epoch, 4], history: { loss: [2, 1.5, NaN, 1.2, 1] } }));
  t.is(curve?.path.split('M').length, 3);
  t.false(curve?.path.includes('NaN'));
});

test('validation of every second epoch stands over the epochs it belongs to', async (t) => {
  const curves = curvesIn(await draw(t, { epoch, history: { loss: [4, 3, 2, 1], val_loss: [3, 1] } }));
  const xs = (path: string): string[] => path.slice(1).split('L').map((point) => point.split(',')[0] ?? '');
  const [train, validation] = [curves.find(({ dashed }) => !dashed), curves.find(({ dashed }) => dashed)];
  const all = xs(train?.path ?? '');
  t.deepEqual(xs(validation?.path ?? ''), [all[1]!, all[3]!]);
});

test('one epoch alone can be drawn', async (t) => {
  const svg = await draw(t, { epoch: [0], history: { loss: [2] } });
  t.true(texts(svg).includes('1'));
  t.false(svg.includes('NaN'));
});

test('nothing recorded, or another kind of file, is an error', async (t) => {
  const empty = await t.throwsAsync(draw(t, { epoch: [], history: {} }), { instanceOf: HebbError });
  t.is(empty.code, 'ERR_ARGUMENT');
  const png = plotHistory({ epoch: [0], history: { loss: [1] } }, 'curves.png');
  const kind = await t.throwsAsync(png, { instanceOf: HebbError });
  t.is(kind.message, "plotHistory: the picture is SVG, its path ends in .svg, got 'curves.png'");
});

test('without vega the error says what to install', (t) => {
  const hooks = `export async function resolve(name, context, next) {
    if (name === 'vega') throw Object.assign(new Error('no vega'), { code: 'ERR_MODULE_NOT_FOUND' });
    return next(name, context);
  }`;
  const url = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
  const plot = new URL('../../src/plots/history.js', import.meta.url).href;
  const program = `import { register } from 'node:module';
    register(${JSON.stringify(url(hooks))});
    const { plotHistory } = await import(${JSON.stringify(plot)});
    const drawn = plotHistory({ epoch: [0], history: { loss: [1] } }, 'never.svg');
    await drawn.catch((error) => console.log(error.code, error.message));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  t.is(stdout.trim(), 'ERR_ARGUMENT plotHistory: pictures are drawn by the package vega: npm install vega');
});

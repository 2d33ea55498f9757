import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { programs, stale, type Printed } from './support/quotes.js';
import { temporaryFolder } from './support/temporary_folder.js';

const examples = join(import.meta.dirname, '..', 'examples');

interface Finished {
  code: number | null;
  out: string;
  err: string;
  /** What all of its threads took of the processors, in seconds. */
  seconds: number;
}

/** A module that writes the processor time of a program, user and system, to file descriptor 3 when it ends. */
const meter = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from 'node:fs';
  process.on('exit', () => { const { user, system } = process.cpuUsage(); writeSync(3, String((user + system) / 1e6)); });
`)}`;

/** Runs a program. The tests wait their turn, and ava hears of each when it is done: a slow machine is not taken for one that hangs. */
async function run(name: string, ...args: string[]): Promise<Finished> {
  const program = join(examples, `${name}.js`);
  const child = spawn(process.execPath, ['--import', meter, program, ...args], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'close') as Promise<[number | null]>;
  const [out, err, took] = await Promise.all(child.stdio.slice(1, 4).map((stream) => text(stream as Readable)));
  const [code] = await ended;
  return { code, out: out!, err: err!, seconds: Number.parseFloat(took!) };
}

/**
 * Runs a program of the chapter into a folder. It may take 30 seconds. They are seconds of processor time: one that needs no
 * more of it is done in 30 seconds on a single free core, and other programs, which would stretch the time on the clock, do
 * not count.
 */
async function runChapter(t: ExecutionContext, name: string, folder: string, ...options: string[]): Promise<string> {
  const { code, out, err, seconds } = await run(name, folder, ...options);
  t.is(code, 0, err);
  t.true(seconds > 0 && seconds < 30, `${name} took ${seconds} s of processor time`);
  return out;
}

/** Writes its pictures, prints them too with --text; and the course shows what was printed, its lines and its pictures as they are. */
async function checkPictures(
  t: ExecutionContext, name: string, out: string, folder: string, pictures: readonly string[], withText: boolean,
): Promise<void> {
  t.deepEqual(readdirSync(folder).filter((file) => file.endsWith('.svg')).sort(), pictures);
  for (const picture of pictures) t.regex(readFileSync(join(folder, picture), 'utf8'), /^<svg /, picture);
  const printed = { output: out.replaceAll(folder, 'runs') };
  if (!withText) {
    checkStale(t, name, printed, folder);
    return;
  }
  const again = temporaryFolder(t);
  const shown = (await runChapter(t, name, again, '--text')).replaceAll(again, 'runs');
  // A picture is its name and lines below it; without them the program prints what it always prints.
  const drawn = pictures.map((picture) => picture.slice(0, -'.svg'.length));
  const titles = [...shown.matchAll(/^\n(\w+):\n(?=.*\S)/gm)].map(([, title = '']) => title);
  t.deepEqual(titles.filter((title) => drawn.includes(title)).sort(), drawn);
  checkStale(t, name, { ...printed, text: shown }, folder);
}

function checkStale(t: ExecutionContext, name: string, printed: Printed, folder: string): void {
  t.deepEqual(stale(name.slice('chapter/'.length), printed, folder), [], 'npm run docs renews docs/chapter');
}

/** The number that follows a text. */
function numberAfter(text: string, out: string): number {
  const at = out.indexOf(text);
  return at < 0 ? NaN : Number.parseFloat(out.slice(at + text.length));
}

/** The mean on a line of scores. */
function meanAfter(text: string, out: string): number {
  return numberAfter('mean ', out.slice(out.indexOf(text)));
}

/** Each small example with what must be true of its output. */
type Check = (t: ExecutionContext, out: string) => void;

const checks: Readonly<Record<string, Check>> = {
  quick_start: (t, out) => {
    t.regex(out, /Total params/);
    t.true(numberAfter('accuracy: ', out) >= 0.9);
    t.regex(out, /the flower is setosa\n$/);
  },
  tensors_and_gradients: (t, out) => {
    t.true(out.includes('first derivative, 3 x^2: [ 3, 12, 27 ]'));
    t.true(out.includes('second derivative, 6 x: [ 6, 12, 18 ]'));
    t.true(out.includes('w 2.000, b 1.000, loss'));
  },
  custom_loop: (t, out) => {
    t.true(numberAfter('one step is ', out) > 10);
    t.true(numberAfter('500 steps: loss ', out) > numberAfter('2000 steps: loss ', out));
    t.true(numberAfter('accuracy ', out.slice(out.indexOf('2000 steps'))) >= 0.95);
  },
  save_and_load: (t, out) => {
    const measured = [...out.matchAll(/: +(\{.*\})/g)].map(([, numbers]) => numbers);
    t.is(measured.length, 3);
    t.is(measured[0], measured[1]);
    t.not(measured[1], measured[2]);
    t.is(numberAfter('without a break: ', out), 0);
  },
  regression: (t, out) => {
    t.true(numberAfter('root mean square error ', out) < 0.35 * numberAfter('as a guess ', out));
    t.is(out.match(/^flower \d: predicted/gm)?.length, 5);
  },
};

for (const [name, check] of Object.entries(checks)) {
  test.serial(`the example ${name} runs and prints what it promises`, async (t) => {
    const { code, out, err } = await run(name);
    t.is(code, 0, err);
    check(t, out);
  });
}

test.serial('the example chapter/01_logic prints truth tables and draws every network', async (t) => {
  const folder = temporaryFolder(t);
  const out = await runChapter(t, 'chapter/01_logic', folder);
  t.true(out.includes('\nidentity\nA C\n0 0\n1 1\n'));
  t.true(out.includes('\nA and not B\nA B C\n0 0 0\n0 1 0\n1 0 1\n1 1 0\n'));
  t.true(out.includes('\nnot\nA C\n0 1\n1 0\n'));
  t.true(out.includes('\nxor\nA B C\n0 0 0\n0 1 1\n1 0 1\n1 1 0\n'));
  t.true(out.includes('reset in step 4: 1 1 1 0 0\nclock: 0 1 0 1 0 1 0 1\n'));
  const pictures = ['A_and_not_B', 'and', 'clock', 'full_adder', 'identity', 'implication', 'latch', 'majority', 'not', 'or', 'xor'];
  await checkPictures(t, 'chapter/01_logic', out, folder, pictures.map((name) => `${name}.svg`), true);
});

/** What the chapter's examples that write pictures print, and what they write. */
const illustrated: Readonly<Record<string, { check: Check; pictures: readonly string[] }>> = {
  'chapter/02_tlu_iris': {
    check: (t, out) => {
      t.true(out.includes('weights [ [ -1.4, -2.2 ] ] intercept [ 4 ]'), out);
      t.true(out.includes('[2, 0.5] and [3, 1]: [ true, false ]'), out);
    },
    pictures: ['iris_by_hand.svg', 'iris_learned.svg'],
  },
  'chapter/03_perceptron': {
    check: (t, out) => {
      t.true(out.includes('the same weights from SGDClassifier: true'), out);
      t.true(out.includes('or: 0 1 1 1, wanted 0 1 1 1; no mistake after'), out);
      t.true(out.includes('wanted 0 1 1 0; mistakes to the last'), out);
      const [, made, bound] = /(\d+) mistakes, at most (\d+)/.exec(out) ?? [];
      t.true(Number(made) > 0 && Number(made) <= Number(bound), out);
    },
    pictures: ['perceptron_mistakes.svg'],
  },
  'chapter/04_xor': {
    check: (t, out) => {
      t.true(out.includes('xor two layers: 00, 01, 10, 11 -> 0, 1, 1, 0: 100 % correct'), out);
      t.true(out.includes('the hidden units differ by 0\n'), out);
      t.false(out.includes('xor perceptron: 00, 01, 10, 11 -> 0, 1, 1, 0'), out);
    },
    pictures: ['xor_from_zeros.svg', 'xor_perceptron.svg', 'xor_two_layers.svg'],
  },
  'chapter/05_backpropagation_by_hand': {
    check: (t, out) => {
      t.true(numberAfter('the largest difference is ', out) < 1e-15, out);
      t.true(numberAfter('after it ', out) < numberAfter('loss before the step ', out), out);
    },
    pictures: ['backpropagation_loss.svg', 'backpropagation_network.svg'],
  },
  'chapter/06_autodiff': {
    check: (t, out) => {
      t.true(out.includes('f(3, 4) = 42, df/du = 24, df/dv = 10'), out);
      t.true(out.includes('at its minimum: [[802,-400],[-400,200]]'), out);
    },
    pictures: ['activations.svg', 'derivatives_of_sin.svg'],
  },
  'chapter/07_regression': {
    check: (t, out) => {
      const linear = numberAfter('linear: root mean square error ', out);
      t.true(numberAfter('two_hidden_layers: root mean square error ', out) < linear, out);
      t.true(numberAfter('as a guess: root mean square error ', out) > 2 * linear, out);
      const bySquares = numberAfter('trained by mse: root mean square error ', out);
      for (const loss of ['mae', 'huber']) t.true(numberAfter(`trained by ${loss}: root mean square error `, out) < 0.25 * bySquares, out);
    },
    pictures: ['regression_cars.svg', 'regression_linear.svg', 'regression_losses.svg', 'regression_two_hidden_layers.svg'],
  },
  'chapter/08_classification': {
    check: (t, out) => {
      t.true(numberAfter('spam found with accuracy ', out) >= 0.94, out);
      t.true(numberAfter('accuracy of each label ', out) >= 0.94, out);
      t.true(numberAfter('multiclass: accuracy ', out) >= 0.9, out);
      t.true(numberAfter('on all features: accuracy ', out) >= 0.9, out);
    },
    pictures: ['classification_emails.svg', 'classification_iris.svg', 'classification_spam_boundary.svg', 'classification_spam_history.svg'],
  },
  'chapter/10_functional_wide_deep': {
    check: (t, out) => {
      t.regex(out, /Connected to/);
      t.true(numberAfter('root mean square error ', out) < 0.12, out);
      t.true(numberAfter('deep part alone ', out) > 0.3, 'it does not see the income');
    },
    pictures: ['wide_and_deep.svg'],
  },
  'chapter/11_subclassing': {
    check: (t, out) => {
      t.true(numberAfter(', accuracy ', out) >= 0.95, out);
      t.is(numberAfter('after loading: ', out), 0);
    },
    pictures: ['residual_net.svg'],
  },
  'chapter/12_saving_and_callbacks': {
    check: (t, out) => {
      t.true(numberAfter('accuracy of the checkpoint ', out) >= 0.9, out);
      t.is(numberAfter('from those of the best weights by ', out), 0);
      t.is(numberAfter('from those without one by ', out), 0);
    },
    pictures: ['moons_boundary.svg', 'moons_history.svg', 'moons_network.svg'],
  },
  'chapter/13_tensorboard': {
    check: (t, out) => {
      for (const run of ['by_hand', 'rate_0.01/train', 'rate_0.1/validation']) t.true(numberAfter(`${run}: `, out) > 1, out);
    },
    pictures: [],
  },
  'chapter/14_tuning': {
    check: (t, out) => {
      t.is(out.match(/^trial {2}val_loss {2}epoch {2}layers {2}activation {2}units {2}learning rate$/gm)?.length, 2, out);
      t.true(numberAfter('the best model has accuracy ', out) >= 0.9, out);
      t.true(numberAfter('on test flowers it has accuracy ', out) >= 0.9, out);
      t.true(meanAfter('a line: ', out) > 0.45 && meanAfter('20 hidden units: ', out) < 0.4, 'a network learns 442 rows by heart');
      t.regex(out, /^ +1 +0\.49\d* +0\.07\d* +1000 +\[5\]$/m);
    },
    pictures: ['tuning_boundary.svg', 'tuning_grid_search.svg', 'tuning_random_search.svg', 'tuning_trials.svg'],
  },
};

/** Whether this is another run of the same tests, for an instruction set or another build. */
const repeated = process.env.HEBB_ISA !== undefined || process.env.HEBB_NATIVE_PATH !== undefined;

/** Those that train on whole data sets: once is enough. */
const long: typeof illustrated = {
  'chapter/09_fashion_mnist': {
    check: (t, out) => {
      t.true(numberAfter('test accuracy ', out) >= 0.85, out);
    },
    pictures: ['clothes_confusion.svg', 'clothes_history.svg', 'clothes_network.svg', 'clothes_predictions.svg', 'clothes_weights.svg'],
  },
  'chapter/15_mnist': {
    check: (t, out) => {
      const learned = numberAfter('the network learns with ', out);
      t.true(Math.abs(Math.log10(learned / numberAfter('shoots up at the learning rate ', out)) + 1) < 0.1, 'ten times smaller');
      t.true(numberAfter('test accuracy ', out) >= 0.98, out);
    },
    pictures: ['digits_confusion.svg', 'digits_history.svg', 'digits_learning_rate.svg', 'digits_misread.svg'],
  },
};

for (const [name, { check, pictures }] of [...Object.entries(illustrated), ...Object.entries(long)]) {
  (repeated && Object.hasOwn(long, name) ? test.skip : test.serial)(`the example ${name} prints what it promises and draws its pictures`, async (t) => {
    const folder = temporaryFolder(t);
    const out = await runChapter(t, name, folder);
    check(t, out);
    await checkPictures(t, name, out, folder, pictures, Object.hasOwn(illustrated, name));
  });
}

test.serial('a program of the chapter refuses options that it does not have', async (t) => {
  const { code, out, err } = await run('chapter/02_tlu_iris', '--texts');
  t.is(code, 2);
  t.is(out, '');
  t.regex(err, /--texts.*\nusage: node EXAMPLE\.js \[FOLDER\] \[--text\]\n$/);
});

test('every example is run by a test', (t) => {
  const files = [...readdirSync(examples), ...programs.map((program) => `chapter/${program}.js`)];
  const tested = [
    ...Object.keys(checks), ...Object.keys(illustrated), ...Object.keys(long), 'evaluate', 'fashion_mnist', 'chapter/01_logic',
  ];
  t.deepEqual(files.filter((file) => file.endsWith('.js')).map((file) => file.slice(0, -'.js'.length)).sort(), tested.sort());
});

const wrongArguments: [string[], string][] = [
  [['--epochs', '0'], "--epochs is a whole number from 1 on, got '0'"],
  [['--epochs', '-3'], "--epochs is a whole number from 1 on, got '-3'"],
  [['--batch-size', '32.5'], "--batch-size is a whole number from 1 on, got '32.5'"],
  [['--seed', ''], "--seed is a whole number from 0 on, got ''"],
  [['--learning-rate', 'fast'], "--learning-rate is a number above 0, got 'fast'"],
  [['--learning-rate=-1'], "--learning-rate is a number above 0, got '-1'"],
  [['--dataset', 'cifar'], "--dataset is fashion-mnist or mnist, got 'cifar'"],
  [['--epochs'], '--epochs needs a value'],
  [['--epoch', '3'], 'there is no option --epoch; --help lists them'],
  [['--toString'], 'there is no option --toString; --help lists them'],
  [['30'], "'30' is not an option; --help lists them"],
];

for (const [args, line] of wrongArguments) {
  test.serial(`npm start -- ${args.join(' ')} gives one clear line and exit code 2`, async (t) => {
    t.like(await run('fashion_mnist', ...args), { code: 2, out: '', err: `${line}\n` });
  });
}

test.serial('a folder that cannot be made is found out before the training', async (t) => {
  const { code, out, err } = await run('fashion_mnist', '--out', join(examples, 'evaluate.js', 'runs'));
  t.is(code, 2);
  t.is(out, '');
  t.regex(err, /^--out: cannot make the folder '.*' \(.*\)\n$/);
});

test.serial('--help lists every option and ends well', async (t) => {
  const { code, out, err } = await run('fashion_mnist', '--help');
  t.is(code, 0);
  t.is(err, '');
  for (const option of ['dataset', 'epochs', 'batch-size', 'learning-rate', 'seed', 'out']) {
    t.true(out.includes(`--${option} `), option);
  }
});

test.serial('evaluating a file that is not there gives one line and exit code 1', async (t) => {
  const { code, err } = await run('evaluate', join(tmpdir(), 'no such model.hebb'));
  t.is(code, 1);
  t.regex(err, /^[^\n]*no such model\.hebb[^\n]*\n$/);
});

// An epoch in scalar code takes half a minute; one run of the main job is enough.
const heavy = process.env.HEBB_ISA === 'scalar' ? test.skip : test.serial;

heavy('one epoch of the main job learns, and the second command measures the same numbers', async (t) => {
  const folder = temporaryFolder(t);
  const { code, out, err } = await run('fashion_mnist', '--epochs', '1', '--out', folder);
  t.is(code, 0, err);
  t.regex(out, /Total params: 266,610/);
  t.true(numberAfter('test accuracy ', out) >= 0.75);
  t.is(out.match(/^test image \d, .*: predicted .* %, .* %, .* %$/gm)?.length, 3);
  t.true(readFileSync(join(folder, 'fashion-mnist.svg'), 'utf8').includes('>accuracy<'));

  const second = await run('evaluate', join(folder, 'fashion-mnist.hebb'));
  t.is(second.code, 0, second.err);
  const numbers = (printed: string): string => printed.slice(printed.indexOf('test loss'), printed.indexOf('\n\nKept'));
  t.is(second.out.slice(second.out.indexOf('test loss')).trim(), numbers(out));
});

(repeated ? test.skip : test.serial)("the main job, 30 epochs, comes to the numbers of the book's network", async (t) => {
  const { code, out, err } = await run('fashion_mnist', '--out', temporaryFolder(t));
  t.is(code, 0, err);
  const epochs = out.match(/^1719\/1719 - .* - accuracy: .* - loss: .* - val_accuracy: .* - val_loss: .*$/gm) ?? [];
  t.is(epochs.length, 30, 'each with its line where there is no terminal');
  // The initial weights, the shuffles and the rows for validation are others than the book's.
  const near = (printed: string, name: string, wanted: number, tolerance: number): void => {
    const got = numberAfter(name, printed);
    t.true(Math.abs(got - wanted) <= tolerance, `${name}${got}, in the book ${wanted}`);
  };
  const [first = '', last = ''] = [epochs[0], epochs.at(-1)];
  near(first, '- loss: ', 0.722, 0.02);
  near(first, '- accuracy: ', 0.7649, 0.01);
  near(last, '- loss: ', 0.2235, 0.01);
  near(last, '- accuracy: ', 0.92, 0.005);
  near(last, 'val_loss: ', 0.3056, 0.01);
  near(last, 'val_accuracy: ', 0.8894, 0.01);
  near(out, 'test loss ', 0.3243, 0.01);
  t.true(numberAfter('test accuracy ', out) >= 0.8864);
});

heavy('Ctrl-C ends the main job after the current step and keeps a model that can be evaluated', async (t) => {
  const folder = temporaryFolder(t);
  const program = join(examples, 'fashion_mnist.js');
  const child = spawn(process.execPath, [program, '--epochs', '1000', '--out', folder], { stdio: 'pipe' });
  let out = '';
  let err = '';
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  child.stdout.on('data', (text: Buffer) => {
    const before = out.includes('Epoch 2/');
    out += text.toString();
    // Twice, as npm passes a Ctrl-C on that the terminal has sent already.
    if (!before && out.includes('Epoch 2/')) setTimeout(() => child.kill('SIGINT') && child.kill('SIGINT'), 100);
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  t.is(code, 130, err);
  t.is(err, 'Stopped by Ctrl-C.\n');
  const steps = numberAfter('Kept the model as it is after ', out);
  t.true(steps > 1719 && steps < 1719 * 1000, out);
  t.true(readdirSync(folder).includes('fashion-mnist.svg'));
  const { out: measured } = await run('evaluate', join(folder, 'fashion-mnist.hebb'));
  t.true(numberAfter('test accuracy ', measured) >= 0.75);
});

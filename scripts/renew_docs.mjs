// Runs the examples of the course and renews what docs/chapter/ shows of them: lines of code, output, pictures.
//   node scripts/renew_docs.mjs [04_xor 07_regression]
// A new quote is a comment with an empty block below it; a new picture is a link to docs/images/chapter/EXAMPLE/NAME.svg.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pages, pictures, programs, renewed, samePicture, showsText } from '../build-ts/test/support/quotes.js';
import { temporaryFolder } from './temporary_folder.mjs';

const root = join(import.meta.dirname, '..');
const work = temporaryFolder('docs');

for (const example of process.argv.length > 2 ? process.argv.slice(2) : programs) {
  const folder = join(work, example);
  const program = join(root, 'build-ts', 'examples', 'chapter', `${example}.js`);
  const run = (cwd, ...options) => {
    mkdirSync(cwd, { recursive: true });
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...options], { cwd, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${example} failed\n${stderr}`);
    return stdout;
  };
  const printed = { output: run(folder), ...(showsText(example) && { text: run(join(folder, 'again'), '--text') }) };
  let changes = 0;
  const write = (how) => {
    how();
    changes++;
  };
  for (const file of pages()) {
    const page = readFileSync(file, 'utf8');
    const now = renewed(page, example, printed);
    if (now !== page) write(() => writeFileSync(file, now));
    for (const [, name] of page.matchAll(new RegExp(`images/chapter/${example}/([^)]+\\.svg)`, 'g'))) {
      const [made, shown] = [join(folder, 'runs', name), join(pictures, example, name)];
      if (existsSync(shown) && samePicture(readFileSync(made, 'utf8'), readFileSync(shown, 'utf8'))) continue;
      mkdirSync(join(pictures, example), { recursive: true });
      write(() => copyFileSync(made, shown));
    }
  }
  console.log(`${example}: ${changes === 0 ? 'up to date' : `${changes} ${changes === 1 ? 'file' : 'files'} renewed`}`);
}

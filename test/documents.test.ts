import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';

const build = join(import.meta.dirname, '..');
const root = join(build, '..');

/** The program of a page, and the output that the page shows for it. */
function programOf(page: string): { program: string; output: string } {
  const text = readFileSync(join(root, page), 'utf8');
  const [, program = '', output = ''] = /^```ts\n(.*?)^```$.*?^```text\n(.*?)^```$/ms.exec(text) ?? [];
  return { program, output };
}

for (const page of ['README.md', 'docs/capture.md']) {
  test(`the program of ${page} prints what the page shows`, (t) => {
    const { program, output } = programOf(page);
    t.not(output, '');
    // Inside the package, so that 'hebb' is found.
    const folder = mkdtempSync(join(build, 'document-'));
    t.teardown(() => {
      rmSync(folder, { recursive: true });
    });
    const file = join(folder, 'program.js');
    writeFileSync(file, program);
    const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
    t.is(stderr, '');
    t.is(stdout.trimEnd(), output.trimEnd());
  });
}

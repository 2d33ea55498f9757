import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import test from 'ava';
import { pages, pictures, programs, quoted } from './support/quotes.js';
import { temporaryFolder } from './support/temporary_folder.js';

const build = join(import.meta.dirname, '..');
const root = join(build, '..');

/** The programs of a page, each with the output that the page shows for it. */
function programsOf(page: string): { program: string; output: string; name: string }[] {
  const text = readFileSync(join(root, page), 'utf8');
  const found = [...text.matchAll(/^```ts\n(.*?)^```$.*?^```text\n(.*?)^```$/gms)];
  return found.map(([, program = '', output = ''], i) => ({ program, output, name: `program ${i + 1} of ${page}` }));
}

for (const { program, output, name } of ['README.md', 'docs/capture.md', 'docs/kernels.md', 'docs/gpu.md'].flatMap(programsOf)) {
  test(`${name} prints what the page shows`, (t) => {
    t.not(output, '');
    // Inside the package, so that 'hebb' is found.
    const folder = temporaryFolder(t, build);
    const file = join(folder, 'program.js');
    writeFileSync(file, program);
    const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
    t.is(stderr, '');
    t.is(stdout.trimEnd(), output.trimEnd());
  });
}

const documents = ['README.md', 'CONTRIBUTING.md', 'examples/README.md', ...readdirSync(join(root, 'docs')).filter((file) => file.endsWith('.md')).map((file) => join('docs', file))];

for (const document of [...documents, ...pages().map((page) => relative(root, page))]) {
  test(`the links of ${document} to files lead somewhere`, (t) => {
    const links = [...readFileSync(join(root, document), 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);
    t.deepEqual(links.filter((link) => !existsSync(join(root, dirname(document), link))), []);
  });
}

test('the course quotes the examples in their order, and shows all of its pictures', (t) => {
  const course = pages().map((page) => readFileSync(page, 'utf8')).join('');
  const examples = quoted(course);
  t.is(examples.length, course.split('<!--').length - 1, 'every comment is a quote');
  t.deepEqual(programs, [...new Set(examples)].sort());
  for (const page of pages()) t.deepEqual(quoted(readFileSync(page, 'utf8')), quoted(readFileSync(page, 'utf8')).sort(), page);
  const shown = new Set([...course.matchAll(/images\/chapter\/([^)]+\.svg)/g)].map(([, picture]) => picture));
  const kept = readdirSync(pictures).flatMap((example) => readdirSync(join(pictures, example)).map((file) => `${example}/${file}`));
  t.deepEqual(kept.filter((picture) => !shown.has(picture)), []);
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as hebb from '../../src/index.js';
import { childResult } from './node_process.js';

/** Lines of code of the examples in a source file's docstrings, one list per example. */
function examplesIn(source: string): string[][] {
  const docstrings = [...source.matchAll(/\/\*\*(.*?)\*\//gs)].map(([, text]) => text!.replace(/^\s*\* ?/gm, ''));
  return docstrings.flatMap((text) => {
    const [, code] = /@example\s+(.*)$/s.exec(text) ?? [];
    return code === undefined ? [] : [code.split('\n').map((line) => line.trim()).filter((line) => line !== '')];
  });
}

/** `expression; // value: a remark` becomes a comparison, any other line stays as it is. */
function checked(line: string): string {
  const [, expression, promised] = /^(?!const |let )(.*?);? \/\/ (.*)$/.exec(line) ?? [];
  if (expression === undefined || promised === undefined) return line;
  // The remark begins at the first colon outside braces.
  return `deepStrictEqual(await (${expression}), (${promised.replace(/: (?![^{[]*[}\]]).*$/, '')}));`;
}

/** Runs the docstring examples of source files in a process of its own, in a temporary folder, and answers how many ran. */
export async function runDocstringExamples(...files: string[]): Promise<number> {
  const root = join(import.meta.dirname, '..', '..', '..');
  const examples = files.flatMap((file) => examplesIn(readFileSync(join(root, file), 'utf8')));
  const names = Object.keys(hebb).filter((name) => name !== 'var').join(', ');
  const blocks = examples.map((lines) => `{\n${lines.map(checked).join('\n')}\n}`);
  const folder = mkdtempSync(join(tmpdir(), 'hebb-docstrings-'));
  try {
    await childResult(`import { deepStrictEqual } from 'node:assert';
      const { ${names} } = hebb;
      process.chdir(${JSON.stringify(folder)});
      ${blocks.join('\n')}
      console.log('true');`);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return examples.length;
}

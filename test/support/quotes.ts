import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inflateSync } from 'node:zlib';

const root = join(import.meta.dirname, '..', '..', '..');

/** The programs of the course by name, in its order. */
export const programs = readdirSync(join(root, 'examples', 'chapter')).flatMap((file) => /^(\d\d_\w+)\.ts$/.exec(file)?.[1] ?? []).sort();

/** Where the course lies, and the pictures in it: a folder for each example. */
export const [chapter, pictures] = [join(root, 'docs', 'chapter'), join(root, 'docs', 'images', 'chapter')];

/** What a program printed: without an option, and with `--text`; undefined where it did not run that way. */
export interface Printed {
  readonly output?: string;
  readonly text?: string;
}

/**
 * A block of a page that is made from an example: a comment says which lines, the block below holds them. `code` is from the
 * program, `output` is what it prints, `text` what it prints with `--text`.
 *
 *   <!-- output 04_xor from `xor two layers` to `outputs` from `the hidden` -->
 *
 * Lines are named by what they begin with; the last is no deeper indented than the first. Without a name the block is the
 * whole text.
 */
const quote = /^<!-- (code|output|text) (\S+)((?: (?:from|to) `[^`\n]+`)*) -->\n(```\w+\n)[^]*?^```$/gm;

/** What a run depends on besides the program: times, whose unit goes with the machine's speed, and the sizes of compressed files. */
const measured = /[\d.,]+ ?[mu]?s\b|[\d.,]+(?= ?(?:samples\/s|KiB)\b)/g;

/** The pages of the course. */
export function pages(): string[] {
  return readdirSync(chapter).filter((file) => file.endsWith('.md')).map((file) => join(chapter, file));
}

/** The examples that a page quotes, in the order of the page. */
export function quoted(page: string): string[] {
  return [...page.matchAll(quote)].map(([, , example = '']) => example);
}

function indentation(line: string): number {
  return line.length - line.trimStart().length;
}

/** The lines that a quote names, each range without its indentation. */
function lines(text: string, ranges: string, between: string): string {
  const all = text.trimEnd().split('\n');
  const find = (begin: string, from: number, deepest = Infinity): number => {
    const at = all.findIndex((line, i) => i >= from && line.trimStart().startsWith(begin) && indentation(line) <= deepest);
    if (at < 0) throw new Error(`no line after line ${from} begins with ${begin}`);
    return at;
  };
  const parts: string[] = [];
  let at = 0;
  for (const [, from = '', to] of ranges.matchAll(/ from `([^`]+)`(?: to `([^`]+)`)?/g)) {
    const first = find(from, at);
    const depth = indentation(all[first]!);
    at = (to === undefined ? first : find(to, first + 1, depth)) + 1;
    parts.push(all.slice(first, at).map((line) => line.slice(depth)).join('\n'));
  }
  return parts.length === 0 ? all.join('\n') : parts.join(`\n${between}\n`);
}

/** Whether a page of the course shows what an example prints with `--text`. */
export function showsText(example: string): boolean {
  return pages().some((file) => readFileSync(file, 'utf8').includes(`<!-- text ${example} `));
}

/** A page with the blocks of an example made anew; one that differs in nothing but times stays, and so does one of a run that was not made. */
export function renewed(page: string, example: string, printed: Printed): string {
  const program = readFileSync(join(root, 'examples', 'chapter', `${example}.ts`), 'utf8');
  return page.replace(quote, (block, kind: string, name: string, ranges: string, fence: string) => {
    if (name !== example) return block;
    const source = kind === 'code' ? program : printed[kind === 'text' ? 'text' : 'output'];
    if (source === undefined) return block;
    const text = lines(source, ranges, kind === 'code' ? '// ...' : '...');
    const made = `<!-- ${kind} ${name}${ranges} -->\n${fence}${text}\n\`\`\``;
    return made.replace(measured, '#') === block.replace(measured, '#') ? block : made;
  });
}

/** A picture with its images as pixels, since every version of zlib packs them in its own way. */
function unpacked(svg: string): string {
  return svg.replace(/base64,([^"]*)/g, (_, base64: string) => {
    const png = Buffer.from(base64, 'base64');
    return inflateSync(png.subarray(png.indexOf('IDAT') + 4)).toString('hex');
  });
}

/** Whether two pictures look the same. */
export function samePicture(a: string, b: string): boolean {
  return unpacked(a) === unpacked(b);
}

/** What the course shows of an example that is no longer so: of each page the first such line, and pictures. */
export function stale(example: string, printed: Printed, folder: string): string[] {
  const old = pages().flatMap((file) => {
    const page = readFileSync(file, 'utf8');
    const [was, is] = [page.split('\n'), renewed(page, example, printed).split('\n')];
    const at = was.findIndex((line, i) => line !== is[i]);
    return at < 0 ? [] : [`${basename(file)}:${at + 1}: '${was[at] ?? ''}' is now '${is[at] ?? ''}'`];
  });
  const shown = join(pictures, example);
  const others = (existsSync(shown) ? readdirSync(shown) : []).filter((picture) => {
    const made = join(folder, picture);
    return !existsSync(made) || !samePicture(readFileSync(made, 'utf8'), readFileSync(join(shown, picture), 'utf8'));
  });
  return [...old, ...others];
}

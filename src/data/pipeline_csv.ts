import { createReadStream } from 'node:fs';
import { HebbError } from '../errors.js';
import { tensor } from '../ops/index.js';
import type { Tensor } from '../tensor.js';
import { checkKinds, checkNames } from '../options.js';
import { Dataset } from './pipeline.js';

/** A row of a file: numbers where a field is one, NaN where it is empty, else text. */
export type CsvRow = Readonly<Record<string, number | string>>;

/** Options of csv(). */
export interface CsvOptions {
  /** Names of the columns; without them the first line holds them. */
  columns?: readonly string[];
  /** What stands between fields; ',' by default. */
  delimiter?: string;
}

/** Options of csv() that ask for tensors. */
export interface CsvTensorOptions extends CsvOptions {
  /** The column to be predicted. */
  label: string;
  /** The columns that go into x; all others by default. */
  features?: readonly string[];
}

/** The records of text that comes in pieces, by RFC 4180: fields in quotes may hold delimiters, line breaks and "" for ". */
export async function* csvRecords(chunks: AsyncIterable<string>, delimiter: string, path: string): AsyncGenerator<{ line: number; fields: string[] }> {
  let [fields, field, quoted, closed] = [[] as string[], '', false, false];
  let [line, start, first, afterReturn] = [1, 1, true, false];
  const wrong = (what: string): HebbError => new HebbError('ERR_FORMAT', `${path}, line ${line}: ${what}`);
  const record = (): { line: number; fields: string[] } | undefined => {
    const done = { line: start, fields: [...fields, field] };
    const blank = fields.length === 0 && field === '' && !closed;
    [fields, field, closed, start] = [[], '', false, line];
    return blank ? undefined : done;
  };
  for await (const chunk of chunks) {
    for (const c of first ? chunk.replace(/^\uFEFF/, '') : chunk) {
      const newline = c === '\n' && !afterReturn; // \r\n is one line break
      if (newline || c === '\r') line++;
      const secondHalf = c === '\n' && afterReturn;
      afterReturn = c === '\r';
      if (quoted) {
        if (c === '"') [quoted, closed] = [false, true];
        else field += c;
      } else if (c === '"') {
        if (closed) [field, quoted, closed] = [`${field}"`, true, false];
        else if (field === '') quoted = true;
        else throw wrong('a quote inside a field that is not quoted');
      } else if (c === delimiter) {
        fields.push(field);
        [field, closed] = ['', false];
      } else if (c === '\n' || c === '\r') {
        const done = secondHalf ? undefined : record();
        if (done !== undefined) yield done;
      } else if (closed) {
        throw wrong(`'${c}' after a quoted field`);
      } else {
        field += c;
      }
    }
    first = false;
  }
  if (quoted) throw wrong('a quote is not closed');
  const last = record();
  if (last !== undefined) yield last;
}

function valueOf(text: string): number | string {
  const trimmed = text.trim();
  if (trimmed === '') return NaN;
  const number = Number(trimmed);
  return Number.isNaN(number) && trimmed !== 'NaN' ? text : number;
}

async function* rowsOf(path: string, { columns, delimiter = ',' }: CsvOptions): AsyncGenerator<{ line: number; row: CsvRow }> {
  let names = columns;
  const chunks = createReadStream(path, { encoding: 'utf8' });
  try {
    for await (const { line, fields } of csvRecords(chunks as AsyncIterable<string>, delimiter, path)) {
      if (names === undefined) {
        names = fields.map((name) => name.trim());
        continue;
      }
      if (fields.length !== names.length) throw new HebbError('ERR_FORMAT', `${path}, line ${line}: ${fields.length} fields for ${names.length} columns`);
      yield { line, row: Object.fromEntries(names.map((name, i) => [name, valueOf(fields[i] ?? '')])) };
    }
  } catch (error) {
    if (error instanceof HebbError) throw error;
    throw new HebbError('ERR_ARGUMENT', `csv: ${path} cannot be read (${error instanceof Error ? error.message : String(error)})`, { cause: error });
  } finally {
    chunks.destroy();
  }
}

/**
 * The rows of a CSV file, read as they are wanted, again for every pass: objects by column, or with `label` the numbers
 * [x, y] with x float32 [features] and y a number.
 *
 * @throws ERR_ARGUMENT for a file that cannot be read or a column that it lacks; ERR_FORMAT with the line for rows that do not
 * fit, or text where numbers are wanted
 * @example
 * const batches = data.csv('houses.csv', { label: 'price' }).shuffle({ seed: 1 }).batch(32);
 */
export function csv(path: string, options: CsvTensorOptions): Dataset<readonly [Tensor, number]>;
export function csv(path: string, options?: CsvOptions): Dataset<CsvRow>;
export function csv(path: string, options: CsvOptions & Partial<CsvTensorOptions> = {}): Dataset<CsvRow> | Dataset<readonly [Tensor, number]> {
  checkNames('csv', options, ['columns', 'delimiter', 'label', 'features']);
  checkKinds('csv', options as CsvTensorOptions, { columns: Array, label: String });
  const { label, features, delimiter = ',' } = options;
  if (delimiter.length !== 1 || '"\r\n'.includes(delimiter)) throw new HebbError('ERR_ARGUMENT', `csv: delimiter is one character, got '${delimiter}'`);
  if (label === undefined) {
    if (features !== undefined) throw new HebbError('ERR_ARGUMENT', 'csv: features needs a label; without one, rows come as objects');
    return new Dataset(async function* () {
      for await (const { row } of rowsOf(path, options)) yield row;
    }, undefined);
  }
  return new Dataset(async function* () {
    for await (const { line, row } of rowsOf(path, options)) {
      const number = (name: string): number => {
        const value = Object.hasOwn(row, name) ? row[name] : undefined;
        if (typeof value === 'number') return value;
        if (value === undefined) throw new HebbError('ERR_ARGUMENT', `csv: ${path} has no column '${name}', but ${Object.keys(row).join(', ')}`);
        throw new HebbError('ERR_FORMAT', `${path}, line ${line}: '${value}' in ${name} is no number`);
      };
      const names = features ?? Object.keys(row).filter((name) => name !== label);
      yield [tensor(Float32Array.from(names, number)), number(label)] as const;
    }
  }, undefined, true);
}

import { HebbError, type ErrorCode } from './errors.js';
import { valueText } from './options.js';

/** The entry of a table by its name. @throws an error of the given code that lists the names there are. */
export function named<T>(what: string, table: Readonly<Record<string, T>>, name: string, code: ErrorCode = 'ERR_ARGUMENT'): T {
  const entry = Object.hasOwn(table, name) ? table[name] : undefined;
  if (entry === undefined) {
    throw new HebbError(code, `${what}: expected one of ${Object.keys(table).join(', ')}, got ${valueText(name)}`);
  }
  return entry;
}

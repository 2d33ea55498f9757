import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Where packages are searched: from the program that runs, then from hebb itself. */
export const searchPlaces: readonly string[] = [join(process.cwd(), 'package.json'), import.meta.filename];

/** The file that a request like `name` or `name/package.json` means to the first place that finds it. */
export function installedFile(request: string, searchFrom: readonly string[]): string | undefined {
  for (const from of searchFrom) {
    try {
      return createRequire(from).resolve(request);
    } catch {
      continue;
    }
  }
  return undefined;
}

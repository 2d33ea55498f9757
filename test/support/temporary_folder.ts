import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';

/** A new folder that is gone after the test. */
export function temporaryFolder(t: ExecutionContext, within = tmpdir()): string {
  const folder = mkdtempSync(join(within, 'hebb-test-'));
  t.teardown(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

// Runs a compiled file in a process of its own, for what is read from the environment when the addon loads.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

/**
 * What a file of test/support prints, trimmed; rejects with its error output when it fails.
 * @example await runSupport('short_fit.js', { HEBB_ISA: 'scalar' });
 */
export function runSupport(file: string, environment: Record<string, string> = {}, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, file), ...args], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    child.stderr.on('data', (text: Buffer) => (err += text.toString()));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(out.trim());
      else reject(new Error(`${file} ended with ${code ?? signal}: ${err}`));
    });
  });
}

import { execFile } from 'node:child_process';

/** How a child process ended. */
export interface Ended {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/** The address from which a script of a child process or a worker imports hebb. */
export const hebbUrl = new URL('../../src/index.js', import.meta.url).href;

/** Runs an ES module given as text in a Node process of its own; after `seconds` it is killed (signal SIGKILL). */
export function runScript(source: string, environment: Record<string, string> = {}, seconds = 120): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--input-type=module', '--expose-gc', '-e', source],
      { env: { ...process.env, ...environment }, timeout: seconds * 1000, killSignal: 'SIGKILL', maxBuffer: 1 << 24 },
      (_, stdout, stderr) => {
        resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr });
      },
    );
  });
}

/** As runScript(); in the text, `hebb` is the whole library and `rss()` the resident memory in MB. */
export function runChild(script: string, environment: Record<string, string> = {}, seconds = 120): Promise<Ended> {
  return runScript(
    `import * as hebb from ${JSON.stringify(hebbUrl)};
const rss = () => process.memoryUsage.rss() / 1e6;
${script}`,
    environment,
    seconds,
  );
}

/** The JSON that a child printed as its last line; throws with what it wrote when it ended badly. */
export async function childResult(script: string, environment: Record<string, string> = {}): Promise<unknown> {
  const ended = await runChild(script, environment);
  if (ended.code !== 0) throw new Error(`child: code ${String(ended.code)}, signal ${String(ended.signal)}: ${ended.stderr}`);
  return JSON.parse(ended.stdout.trim().split('\n').at(-1) ?? '');
}

// One run of one peer: a process that prints a line of JSON per case.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

import { busySeconds, ownSeconds, waitForQuiet } from './quiet.mjs';

/** The last processor that this process may use, for runs on one thread; undefined where taskset is missing. */
function lastProcessor() {
  if (!existsSync('/usr/bin/taskset')) return undefined;
  return /Cpus_allowed_list:.*?(\d+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
}

/**
 * Runs a command once the machine is quiet, and a second time when others disturbed it: the quieter run counts.
 * Answers its lines of JSON, each with the peak memory (`rss_mb`, where the peer tells it) and the `noise`: how many
 * cores other programs kept busy. `first_ms` of the first line is the time since the process was started.
 */
export async function runPeer([interpreter, ...args], { threads, quick }) {
  const processor = threads === 1 ? lastProcessor() : undefined;
  const whole = processor === undefined ? [interpreter, ...args] : ['taskset', '-c', processor, interpreter, ...args];
  const first = await once(whole, quick);
  if (quick || !first.lines || !(first.noise > 0.3)) return first;
  const second = await once(whole, quick);
  return second.lines && second.noise < first.noise ? second : first;
}

async function once([program, ...args], quick) {
  if (!quick) await waitForQuiet();
  const others = () => busySeconds() - ownSeconds();
  const [begin, busy] = [performance.now(), others()];
  const child = spawn(program, args.map(String), { stdio: ['ignore', 'pipe', 'pipe'], timeout: 600_000 });
  let [out, error, firstLine] = ['', '', NaN];
  child.stdout.on('data', (chunk) => {
    if (!out) firstLine = performance.now() - begin;
    out += chunk;
  });
  child.stderr.on('data', (chunk) => (error += chunk));
  const code = await new Promise((resolve) => child.on('close', resolve));
  const noise = Math.max(0, others() - busy) / ((performance.now() - begin) / 1e3) || 0;
  const lines = out.split('\n').filter((line) => line.startsWith('{"peer"')).map((line) => JSON.parse(line));
  if (code !== 0 || lines.length === 0) return { error: `ended with code ${code}\n${error.slice(-2000)}` };
  for (const line of lines) line.noise = Number(noise.toFixed(2));
  lines[0].first_ms = firstLine;
  return { lines, noise };
}

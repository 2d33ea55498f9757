// A peer that lives while it takes turns with others: a process that answers a line of JSON to each line that it is given.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import { spentBy } from './noise.mjs';

/** Milliseconds in which a peer's threads fall asleep after its turn, and in which it answers. */
const [patience, longest] = [300, 600_000];

/** What ends the processes that live. */
const kills = new Set();
process.on('exit', () => kills.forEach((kill) => kill()));

/**
 * Starts a process and waits for its first line, which tells its version. `ask` answers what the process answers to an
 * order; it throws when the process ends instead. `rest` waits until all its threads sleep; `spent` are its CPU seconds.
 */
export async function startPeer([program, ...args]) {
  const child = spawn(program, args.map(String), { stdio: 'pipe' });
  const kill = () => void child.kill('SIGKILL');
  kills.add(kill);
  let [error, told] = ['', undefined];
  child.stderr.on('data', (chunk) => (error = `${error}${chunk}`.slice(-2000)));
  child.stdin.on('error', () => {}); // of a process that has ended, which answer() reports
  createInterface({ input: child.stdout }).on('line', (line) => line.startsWith('{') && told?.(JSON.parse(line)));
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? `code ${code}`)));
  void ended.then(() => kills.delete(kill));

  const answer = async () => {
    const timer = setTimeout(kill, longest);
    const failure = ended.then((how) => Promise.reject(new Error(`ended with ${how}\n${error}`)));
    try {
      return await Promise.race([new Promise((resolve) => (told = resolve)), failure]);
    } finally {
      clearTimeout(timer);
    }
  };
  const ask = (order) => {
    const answered = answer();
    child.stdin.write(`${order}\n`);
    return answered;
  };
  const end = async () => {
    child.stdin.end();
    const timer = setTimeout(kill, 5_000);
    await ended;
    clearTimeout(timer);
  };
  return { ...(await answer()), ask, end, rest: () => rest(child.pid), spent: () => spentBy(child.pid) };
}

/** Waits until no thread of the process runs: libraries let theirs spin for a while. Answers whether that came true. */
async function rest(pid) {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) await sleep(patience);
  const begin = performance.now();
  while (existsSync(tasks) && readdirSync(tasks).some((id) => runs(join(tasks, id, 'stat')))) {
    if (performance.now() - begin > patience) return false;
    await sleep(1);
  }
  return true;
}

/** Whether a thread runs or could, by the letter after its name. */
function runs(stat) {
  try {
    return readFileSync(stat, 'utf8').split(') ').at(-1).startsWith('R');
  } catch {
    return false; // it has ended
  }
}

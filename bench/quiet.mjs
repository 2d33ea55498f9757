// How busy the machine is, from /proc; where there is none, nothing is waited for.
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const source = '/proc/stat';

/** CPU seconds spent by everything since boot, time stolen by a hypervisor included; NaN without /proc/stat. */
export function busySeconds() {
  if (!existsSync(source)) return NaN;
  const ticks = readFileSync(source, 'utf8').split('\n')[0].trim().split(/\s+/).slice(1, 9).map(Number);
  const idle = ticks[3] + ticks[4];
  return (ticks.reduce((a, b) => a + b) - idle) / 100;
}

/** CPU seconds spent by a process and those of its children that have ended; NaN without /proc or process. */
export function spentBy(pid) {
  const stat = `/proc/${pid}/stat`;
  if (!existsSync(stat)) return NaN;
  const fields = readFileSync(stat, 'utf8').split(') ').at(-1).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
}

/** Waits until less than a tenth of a core is in use, 20 seconds at most. */
export async function waitForQuiet() {
  for (let tries = 0; tries < 40; tries++) {
    const before = busySeconds();
    await sleep(500);
    if (!(busySeconds() - before > 0.05)) return;
  }
}

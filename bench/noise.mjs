// How busy the machine is, from /proc.
import { existsSync, readFileSync } from 'node:fs';

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

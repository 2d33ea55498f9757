import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { devices, type CudaInfo, type NoCuda } from './device.js';
import { addonPlace, native } from './native.js';
import { packageRoot } from './native_path.js';

/** How the addon came to be, by the place where it was found. */
function origin(): string {
  if (process.env.HEBB_NATIVE_PATH) return `${addonPlace} (HEBB_NATIVE_PATH)`;
  const inside = relative(packageRoot(), addonPlace);
  if (inside === join('build-cmake', 'Release', 'hebb.node')) return `${addonPlace}, built with cmake`;
  if (inside === join('build', 'Release', 'hebb.node')) return `${addonPlace}, built with node-gyp`;
  return `${addonPlace}, a prebuilt package`;
}

function gpu(info: CudaInfo | NoCuda): string {
  if ('reason' in info) return `CUDA: none, ${info.reason}`;
  const { device, name, memory, capability, processors } = info;
  return `${device}: ${name}, ${(memory / 2 ** 30).toFixed(1)} GiB, compute capability ${capability}, ${processors} multiprocessors`;
}

/** What `npx hebb` prints and a report of a bug needs: versions, devices, how the addon was built, HEBB_ variables. */
export function report(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  const [cpu, ...gpus] = devices();
  const variables = Object.entries(process.env).filter(([name]) => name.startsWith('HEBB_'));
  return [
    `hebb ${version}`,
    `Node.js ${process.versions.node}, ${process.platform} ${process.arch}`,
    `CPU: ${cpu.name}, kernels for ${cpu.isa}, ${cpu.threads} threads`,
    ...gpus.map(gpu),
    `addon: ${origin()}`,
    `compiler: ${native.cpuInfo().compiler}`,
    ...variables.map(([name, value]) => `${name}=${value ?? ''}`),
  ].join('\n');
}

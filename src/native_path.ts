import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HebbError } from './errors.js';

/** Loads an addon by its path, or the package of that name. Without require() where it can be: that takes 2 ms longer. */
function load(place: string): unknown {
  if (!isAbsolute(place) || !existsSync(place)) return createRequire(import.meta.url)(place);
  const module = { exports: {} };
  process.dlopen(module, place);
  return module.exports;
}

/** The folder of the package: the nearest one upwards that holds the build file of the addon. */
export function packageRoot(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'binding.gyp'))) return folder;
    if (folder === dirname(folder)) return dirname(start);
  }
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message.split('\n', 1)[0] : String(error)) ?? 'unknown error';
}

/**
 * Loads the CUDA module: the file named by `HEBB_CUDA_PATH`, the one built beside the addon, or the package
 * hebb-<platform>-<arch>-cuda. Answers the reason in words where none loads.
 */
export function loadCudaModule(): { exports: unknown } | { reason: string } {
  const override = process.env.HEBB_CUDA_PATH;
  const own = process.env.HEBB_NATIVE_PATH;
  const built = own ? join(dirname(resolve(own)), 'hebb_cuda.node') : join(packageRoot(), 'build-cmake', 'Release', 'hebb_cuda.node');
  const places = override ? [resolve(override)] : [built, `hebb-${process.platform}-${process.arch}-cuda`];
  const reasons: string[] = [];
  for (const place of places) {
    try {
      return { exports: load(place) };
    } catch (error) {
      // A package that is not installed, or a module that was not built, is the common case and needs no detail.
      if (existsSync(place)) reasons.push(`${place}: ${reasonOf(error)}`);
    }
  }
  return { reason: reasons.join('; ') || 'the CUDA module of hebb is not built (it needs nvcc, the compiler of the CUDA toolkit, when hebb is installed)' };
}

/** What loadAddon() answered: loaded again, it would know nothing of the tensors of the first. */
let addon: { exports: unknown; place: string } | undefined;

/**
 * Loads the native addon from the first place that has it: the file named by `HEBB_NATIVE_PATH` (then nothing else is
 * tried), the cmake build, the node-gyp build, the prebuilt package of this platform. Answers the place too.
 * Throws ERR_INTERNAL, listing every place with its reason, when none loads.
 *
 * @example
 * const { exports, place } = loadAddon();
 */
export function loadAddon(): { exports: unknown; place: string } {
  if (addon !== undefined) return addon;
  const root = packageRoot();
  const override = process.env.HEBB_NATIVE_PATH;
  const places = override
    ? [resolve(override)]
    : [
        join(root, 'build-cmake', 'Release', 'hebb.node'),
        join(root, 'build', 'Release', 'hebb.node'),
        `hebb-${process.platform}-${process.arch}`,
      ];
  const reasons: string[] = [];
  for (const place of places) {
    try {
      return (addon = { exports: load(place), place });
    } catch (error) {
      reasons.push(`  ${place}: ${reasonOf(error)}`);
    }
  }
  throw new HebbError(
    'ERR_INTERNAL',
    `The native addon of hebb could not be loaded. Tried${override ? ' (HEBB_NATIVE_PATH)' : ''}:\n${reasons.join('\n')}\n` +
      `Build it with: node ${join(root, 'scripts', 'install.cjs')} (it needs a C++ compiler, and cmake or Python 3). ` +
      'npm 12 and newer run it during installation only after `npm install-scripts approve hebb`.',
  );
}

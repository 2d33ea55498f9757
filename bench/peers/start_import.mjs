// Prints a line as soon as the library is imported; `node` imports none.
import { emit, hebbVersion, loadTfjs, options } from './peer.mjs';

let version = process.version;
if (options.variant === 'hebb') {
  await import('hebb');
  version = hebbVersion;
} else if (options.variant !== 'node') {
  version = (await loadTfjs()).version.tfjs;
}
emit(version, 'import', [0]);

// Says the version as soon as the library is imported; `node` imports none.
import { hebbVersion, loadTfjs, options, say } from './peer.mjs';

let version = process.version;
if (options.variant === 'hebb') {
  await import('hebb');
  version = hebbVersion;
} else if (options.variant !== 'node') {
  version = (await loadTfjs()).version.tfjs;
}
say({ version });

/** The SHA-256 of bytes, in hexadecimal digits. */
export function sha256(bytes: Uint8Array): string {
  // Loaded by the first dataset: most programs read none.
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(bytes).digest('hex');
}

/** CRC-32C (Castagnoli, reflected polynomial 0x82f63b78) of every single byte; made when it is first needed. */
let byteTable: Uint32Array | undefined;

function tableOfBytes(): Uint32Array {
  return (byteTable ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    return crc;
  }));
}

/** The CRC-32C of bytes (RFC 3720, appendix B.4). */
export function crc32c(data: Uint8Array): number {
  const table = tableOfBytes();
  let crc = 0xffffffff;
  for (const byte of data) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** As TFRecord stores a checksum: rotated right by 15 bits plus a constant, so that a file may hold checksums itself. */
function masked(data: Uint8Array): Uint8Array {
  const crc = crc32c(data);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return bytes;
}

/** A record of the TFRecord format: length as uint64, its checksum, the bytes, their checksum; little-endian. */
export function tfRecord(data: Uint8Array): Uint8Array {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(data.length));
  return Buffer.concat([length, masked(length), data, masked(data)]);
}

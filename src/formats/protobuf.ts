/** One encoded field of a message, or several one after the other. */
export type Field = Uint8Array;

/** What protobuf calls a wire type: how the bytes after a field's number are to be read. */
const wire = { varint: 0, fixed64: 1, bytes: 2 } as const;

function varintBytes(value: number): Uint8Array {
  // Negative numbers are 64 bits in two's complement.
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

function key(number: number, kind: keyof typeof wire): Uint8Array {
  return varintBytes(number * 8 + wire[kind]);
}

/** A field of bytes: text, an inner message, or packed numbers. */
export function bytes(number: number, content: string | Uint8Array): Field {
  const data = typeof content === 'string' ? Buffer.from(content) : content;
  return Buffer.concat([key(number, 'bytes'), varintBytes(data.length), data]);
}

/** A whole number, enumeration or boolean; 0 is what a reader takes for a missing one, and is left out. */
export function varint(number: number, value: number): Field {
  if (value === 0) return new Uint8Array();
  return Buffer.concat([key(number, 'varint'), varintBytes(value)]);
}

/** A 64-bit floating point number. */
export function double(number: number, value: number): Field {
  const data = Buffer.alloc(8);
  data.writeDoubleLE(value);
  return Buffer.concat([key(number, 'fixed64'), data]);
}

/** A field that is a message made of fields (protobuf.dev/programming-guides/encoding). */
export function message(number: number, fields: readonly Field[]): Field {
  return bytes(number, Buffer.concat(fields));
}

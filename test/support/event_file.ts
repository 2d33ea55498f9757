// Reads what SummaryWriter writes, knowing only the protobuf wire format and the fields' numbers.
import { readFileSync } from 'node:fs';

/** A decoded message: the values of each field number, in order. */
export type Fields = Record<number, (number | Buffer)[]>;

/** Whole numbers, 64-bit floats and bytes of a message. */
export function decode(message: Buffer): Fields {
  const fields: Fields = {};
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
  };
  while (at < message.length) {
    const key = varint();
    const list = (fields[key >> 3] ??= []);
    if (key % 8 === 0) list.push(varint());
    else if (key % 8 === 1) list.push(message.readDoubleLE((at += 8) - 8));
    else if (key % 8 === 2) {
      const length = varint();
      list.push(message.subarray(at, (at += length)));
    } else throw new Error(`wire type ${key % 8}`);
  }
  return fields;
}

/** The only value of a field, as bytes. */
export function inner(fields: Fields, number: number): Buffer {
  const [value] = fields[number] ?? [];
  if (!(value instanceof Buffer)) throw new Error(`no bytes in field ${number}`);
  return value;
}

/** The records of a TFRecord file, without its checksums. */
export function recordsOf(path: string): Buffer[] {
  const file = readFileSync(path);
  const records: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    records.push(file.subarray(at + 12, at + 12 + length));
    at += length + 16;
  }
  return records;
}

/** One value of a summary: a number, rows of numbers, or the texts and files of a tensor of strings. */
export interface Summary {
  tag: string;
  step: number;
  plugin: string;
  shape: number[];
  numbers: number[];
  strings: Buffer[];
}

/** The values of an event file, in order. */
export function summariesOf(path: string): Summary[] {
  return recordsOf(path)
    .map(decode)
    .filter((event) => event[5] !== undefined)
    .map((event) => {
      const value = decode(inner(decode(inner(event, 5)), 1));
      const tensor = decode(inner(value, 8));
      const dims = decode(inner(tensor, 2))[2] ?? [];
      const doubles = (tensor[4]?.[0] ?? Buffer.alloc(0)) as Buffer;
      const floats = (tensor[5]?.[0] ?? Buffer.alloc(0)) as Buffer;
      return {
        tag: inner(value, 1).toString(),
        step: (event[2]?.[0] ?? 0) as number,
        plugin: inner(decode(inner(decode(inner(value, 9)), 1)), 1).toString(),
        shape: dims.map((dim) => (decode(dim as Buffer)[1]?.[0] ?? 0) as number),
        numbers: [
          ...Array.from({ length: doubles.length / 8 }, (_, i) => doubles.readDoubleLE(8 * i)),
          ...Array.from({ length: floats.length / 4 }, (_, i) => floats.readFloatLE(4 * i)),
        ],
        strings: (tensor[8] ?? []) as Buffer[],
      };
    });
}

/** The nodes of a GraphDef: name, op and inputs. */
export function nodesOf(graph: Buffer): { name: string; op: string; inputs: string[] }[] {
  return (decode(graph)[1] ?? []).map((bytes) => {
    const node = decode(bytes as Buffer);
    return { name: inner(node, 1).toString(), op: inner(node, 2).toString(), inputs: (node[3] ?? []).map(String) };
  });
}

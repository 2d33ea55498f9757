/** A number as a table shows it: at most five significant digits. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(5)));
}

/** A value as a table shows it. */
export function cellText(value: unknown): string {
  if (typeof value === 'number') return shortNumber(value);
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(cellText).join(', ')}]`;
  return typeof value === 'object' && value !== null ? value.constructor.name : String(value);
}

/** Rows under a head, columns aligned at the right, two spaces apart. */
export function tableText(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ');
  return [head, ...rows].map(line).join('\n');
}

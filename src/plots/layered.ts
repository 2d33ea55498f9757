/** A place in a drawing in rows: its middle, and its row from the top. */
export interface Place {
  readonly x: number;
  readonly row: number;
}

/** Boxes in rows, each below all that it listens to. */
export interface Layered {
  /** Of each box. */
  readonly places: readonly Place[];
  /** Of each box the ways into it, from left to right: a source, a gap in each row between, the box. */
  readonly paths: readonly (readonly (readonly Place[])[])[];
  readonly rows: number;
  /** The middle is at x = 0; nothing reaches further to either side. */
  readonly reach: number;
}

/** A box, or a gap that a connection runs through on its way across a row. */
interface Node {
  readonly row: number;
  readonly half: number;
  x: number;
  readonly above: Node[];
  readonly below: Node[];
}

const sweeps = 24;

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The rows of the boxes: one more than the lowest source; a box without sources right above the first that needs it. */
function rowsOf(sources: readonly (readonly number[])[]): number[] {
  const known = new Map<number, number>();
  const rowOf = (i: number): number => {
    const row = known.get(i) ?? Math.max(-1, ...sources[i]!.map(rowOf)) + 1;
    known.set(i, row);
    return row;
  };
  const rows = sources.map((_, i) => rowOf(i));
  return rows.map((row, i) => {
    const readers = rows.filter((_, reader) => sources[reader]!.includes(i));
    return sources[i]!.length > 0 || readers.length === 0 ? row : Math.min(...readers) - 1;
  });
}

/** Moves the nodes of a row towards the middle of their neighbours, in order and without touching each other. */
function settle(row: readonly Node[], gap: number, neighbours: (node: Node) => readonly Node[]): void {
  const wished = row.map((node) => {
    const xs = neighbours(node).map(({ x }) => x);
    return xs.length === 0 ? node.x : mean(xs);
  });
  for (const [i, node] of row.entries()) {
    const left = row[i - 1];
    node.x = left === undefined ? wished[i]! : Math.max(wished[i]!, left.x + left.half + gap + node.half);
  }
  const aside = mean(row.map(({ x }, i) => x - wished[i]!));
  for (const node of row) node.x -= aside;
}

/**
 * Lays out a graph without cycles, after Sugiyama, Tagawa and Toda (1981): rows by the longest way from a start, gaps where
 * a connection crosses a row, the order in a row by the middle of the neighbours above and below.
 *
 * @param sources of each box the boxes that it listens to
 * @param width of every box
 * @param gap between two boxes in a row
 * @param stacked whether each box gets a row of its own, in their order
 */
export function layered(sources: readonly (readonly number[])[], width: number, gap: number, stacked = false): Layered {
  const rowOf = stacked ? sources.map((_, i) => i) : rowsOf(sources);
  const rows: Node[][] = Array.from({ length: Math.max(...rowOf) + 1 }, () => []);
  const add = (row: number, half: number): Node => {
    const node = { row, half, x: rows[row]!.length, above: [], below: [] };
    rows[row]!.push(node);
    return node;
  };
  const boxes = rowOf.map((row) => add(row, width / 2));
  const ways = sources.map((from, i) =>
    from.map((source) => {
      const way = [boxes[source]!];
      for (let row = rowOf[source]! + 1; row < rowOf[i]!; row++) way.push(add(row, 0));
      way.push(boxes[i]!);
      for (let at = 1; at < way.length; at++) {
        way[at]!.above.push(way[at - 1]!);
        way[at - 1]!.below.push(way[at]!);
      }
      return way;
    }),
  );
  const all = ({ above, below }: Node): Node[] => [...above, ...below];
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const down = sweep % 2 === 0;
    for (const row of down ? rows : [...rows].reverse()) {
      const towards = (node: Node): readonly Node[] => (down ? node.above : node.below);
      const wish = new Map(row.map((node) => [node, towards(node).length === 0 ? node.x : mean(towards(node).map(({ x }) => x))]));
      row.sort((a, b) => wish.get(a)! - wish.get(b)!);
      settle(row, gap, towards);
    }
  }
  // The order is found; now for straight lines.
  for (let sweep = 0; sweep < 8 * sweeps; sweep++) for (const row of sweep % 2 === 0 ? rows : [...rows].reverse()) settle(row, gap, all);
  const nodes = rows.flat();
  const [left, right] = [Math.min(...nodes.map(({ x, half }) => x - half)), Math.max(...nodes.map(({ x, half }) => x + half))];
  const placed = ({ x, row }: Node): Place => ({ x: x - (left + right) / 2, row });
  const paths = ways.map((into) => into.map((way) => way.map(placed)).sort((a, b) => a.at(-2)!.x - b.at(-2)!.x));
  return { places: boxes.map(placed), paths, rows: rows.length, reach: (right - left) / 2 };
}

import { writeFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { HebbError } from '../errors.js';
import { valueText } from '../options.js';

/** @throws ERR_ARGUMENT unless it is a path that ends in .svg */
export function checkSvgPath(op: string, path: unknown): void {
  if (typeof path === 'string' && path.toLowerCase().endsWith('.svg')) return;
  throw new HebbError('ERR_ARGUMENT', `${op}: the picture is SVG, its path ends in .svg, got ${valueText(path)}`);
}

/**
 * A drawing in two forms: SVG for a file, and text for the terminal, which console.log() shows.
 *
 * @example
 * const picture = plots.confusionMatrix([0, 1, 1], [0, 1, 0], ['cat', 'dog']);
 * picture.toSVG().startsWith('<svg '); // true
 */
export class Picture {
  /** @internal */
  constructor(
    private readonly op: string,
    private readonly drawSVG: () => string,
    private readonly drawText: () => string,
  ) {}

  /** The drawing as SVG. */
  toSVG(): string {
    return this.drawSVG();
  }
  /** The drawing in lines of text. */
  toText(): string {
    return this.drawText();
  }
  /** As toText(). */
  toString(): string {
    return this.drawText();
  }
  [inspect.custom](): string {
    return this.drawText();
  }

  /** Writes the SVG. @throws ERR_ARGUMENT when the path does not end in .svg or cannot be written */
  async save(path: string): Promise<void> {
    checkSvgPath(this.op, path);
    try {
      await writeFile(path, `${this.drawSVG()}\n`);
    } catch (error) {
      throw new HebbError('ERR_ARGUMENT', `${this.op}: ${path} cannot be written (${String(error)})`, { cause: error });
    }
  }
}

// Where the programs of the chapter put their pictures: into a folder, the first argument or `runs`, and with --text into the
// terminal as well.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { History, plots } from 'hebb';

/** What can be drawn both ways. */
type Drawing = History | ({ toText(): string } & ({ save(path: string): Promise<void> } | { plot(path: string): Promise<void> }));

function readArguments(): { folder: string; text: boolean } {
  try {
    const { values, positionals } = parseArgs({ options: { text: { type: 'boolean', default: false } }, allowPositionals: true });
    return { folder: positionals[0] ?? 'runs', text: values.text };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\nusage: node EXAMPLE.js [FOLDER] [--text]`);
    process.exit(2);
  }
}

const { folder, text } = readArguments();
mkdirSync(folder, { recursive: true });

/** The folder of this run: pictures, and whatever else an example keeps. */
export { folder };

/** Writes a picture to NAME.svg in the folder, and with --text prints it. */
export async function draw(name: string, drawing: Drawing): Promise<void> {
  const path = join(folder, `${name}.svg`);
  await ('save' in drawing ? drawing.save(path) : drawing.plot(path));
  if (text) console.log(`\n${name}:\n${drawing instanceof History ? plots.historyText(drawing) : drawing.toText()}\n`);
}

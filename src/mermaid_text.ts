/**
 * A text in quotes, as Mermaid wants it: characters other than letters, digits and the `plain` ones (as they stand in
 * the brackets of a pattern) by their number.
 */
export function mermaidText(text: string, plain: string): string {
  // No literal: V8 looks up what \p{L} stands for when it scans the file, and so at every import of hebb.
  const special = new RegExp(String.raw`[^\p{L}\p{N}${plain}]`, 'gu');
  return `"${text.replace(special, (character) => `#${character.codePointAt(0)!};`)}"`;
}

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A block of code in a page, and what the page says about it. */
export interface Block {
  readonly page: string;
  /** Of its first line, from 1. */
  readonly line: number;
  readonly language: string;
  /** What else stands behind the language: ` ```ts run `. */
  readonly flags: readonly string[];
  readonly code: string;
  /** What a comment right before it says: `<!-- given … -->`, which readers do not see. */
  readonly note: { readonly kind: string; readonly text: string; readonly line: number } | undefined;
}

export function readPage(page: string): string {
  return readFileSync(`${ROOT}/${page}`, 'utf8');
}

/** The blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  const text = readPage(page);
  const comment = String.raw`(?:^<!-- (?<kind>\w+):?\s(?<note>[^]*?)-->\n\n?)?`;
  const fence = String.raw`^\`\`\`(?<language>\w+)(?<flags>[^\n]*)\n(?<code>[^]*?)^\`\`\`$`;
  return [...text.matchAll(new RegExp(comment + fence, 'gm'))].map((match) => {
    const { kind, note = '', language = '', flags = '', code = '' } = match.groups ?? {};
    const start = match.index + match[0].lastIndexOf(`\`\`\`${language}${flags}\n${code}`);
    return {
      page,
      line: lineAt(text, start) + 1,
      language,
      flags: flags.split(' ').filter((flag) => flag !== ''),
      code,
      note:
        kind === undefined ? undefined : { kind, text: note, line: lineAt(text, match.index + match[0].indexOf(note)) },
    };
  });
}

/** The block as a file of its own, in which every line has the number that it has in the page. */
export function asFile({ line, code, note }: Block): string {
  const lines: string[] = [];
  const put = (text: string, at: number): void => {
    while (lines.length < at - 1) lines.push('');
    lines.push(...text.trimEnd().split('\n'));
  };
  if (note?.kind === 'given') put(note.text, note.line);
  put(code, line);
  return `${lines.join('\n')}\n`;
}

/** The links of a page that do not lead out of the repository. */
export function linksOf(page: string): string[] {
  const prose = readPage(page).replaceAll(/^```[^]*?^```$/gm, '');
  return Array.from(prose.matchAll(/\]\((?!https?:)([^)\s]+)\)/g), ([, link = '']) => link);
}

/** What can be linked to in a page. */
export function anchorsOf(page: string): string[] {
  const prose = readPage(page).replaceAll(/^```[^]*?^```$/gm, '');
  return Array.from(prose.matchAll(/^#+ (.*)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

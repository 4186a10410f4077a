/**
 * The frame of a report: one HTML file that needs nothing else. Its policy forbids scripts and everything from
 * elsewhere, so the file is safe to open whatever names are in it.
 */
import { type Html, html, textOf, trusted } from './html.ts';
import { STYLE } from './style.ts';

const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The commands that write one. */
export type ReportCommand = 'evaluate' | 'compare' | 'utility' | 'audit';

/** In the head of a page: what wrote it. */
export const generatorOf = (command: ReportCommand): string =>
  `<meta name="generator" content="Onnoise, pipeline ${command}">`;

/**
 * The file's text. `parts` follow each other; an absent one is left out.
 * @param style rules of this page alone, after those of all
 */
export function reportPage(
  title: string,
  command: ReportCommand,
  parts: readonly (Html | undefined)[],
  style = '',
): string {
  return textOf(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
${trusted(generatorOf(command))}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${trusted(STYLE + style)}</style>
</head>
<body>
<main>
${parts}
</main>
</body>
</html>
`);
}

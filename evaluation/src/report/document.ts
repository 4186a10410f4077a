/**
 * Reports as data, and the one renderer of them: a title, and sections of paragraphs, lists, tables, figures and cards, to one HTML file
 * that needs nothing else. Its policy forbids scripts and everything from elsewhere, so the file is safe to open whatever names are in it.
 */
import { type Html, html, textOf, trusted } from './html.ts';
import { STYLE } from './style.ts';

/** Words are escaped, and a percent sign stays on the line of its number. */
export type Words = string | number | Html;

/** A value above its interval. */
export interface Measured {
  value: string;
  interval?: string | undefined;
}

/** undefined is what was not measured. */
export type Cell = Words | Measured | undefined;

interface Table {
  caption: Words;
  columns: readonly Words[];
  /** The first cell of each names the row. */
  rows: readonly (readonly Cell[])[];
  /** Columns beside the first that hold words and no numbers. */
  texts?: readonly number[] | 'all';
  /** As wide as the page. */
  wide?: boolean;
  /** What the table is called where it may be wider than the page, and scrolls. */
  scrolls?: string;
}

export interface Figure {
  title: string;
  /** What follows the title in its line. */
  note?: string | false | undefined;
  /** The list of its marks. */
  marks?: Html | undefined;
  /** A chart or picture. */
  shows: Html;
  /** Whether it is a sheet of pictures. */
  sheet?: boolean;
}

interface Card {
  title: string;
  value?: Measured | undefined;
  words: string;
  chart: Html;
}

export type Block =
  | Html
  | { words: Words; is?: 'lede' | 'muted' | 'good' | 'bad' | 'answer' | undefined }
  | { heading: string }
  | { list: readonly Words[] }
  /** Names and what they stand for. */
  | { facts: readonly (readonly [name: string, value: Words])[]; is?: 'explained' }
  | { table: Table }
  | { figures: readonly Figure[] }
  | { cards: readonly Card[] };

type Blocks = readonly (Block | undefined | false)[];

export interface Section {
  title: string;
  /** Its class in the style of the page. */
  is?: string;
  blocks: Blocks;
}

/** Sections beside each other. */
interface Beside {
  is: string;
  beside: readonly Section[];
}

/** The commands that write one. */
export type ReportCommand = 'evaluate' | 'compare' | 'utility' | 'audit';

export interface Report {
  title: string;
  command: ReportCommand;
  /** Rules of this page alone, after those of all. */
  style?: string;
  /** Below the title. */
  opening: Blocks;
  /** An absent one is left out. */
  sections: readonly (Section | Beside | undefined | false)[];
}

const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** In the head of a page: what wrote it. */
export const generatorOf = (command: ReportCommand): string =>
  `<meta name="generator" content="Onnoise, pipeline ${command}">`;

/** The file's text. */
export const formatDocument = ({ title, command, style = '', opening, sections }: Report): string =>
  textOf(html`<!doctype html>
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
<header>
<h1>${title}</h1>
${blocksOf(opening)}</header>
${sections.map((each) => each && ('beside' in each ? html`<div class="${each.is}">\n${each.beside.map(sectionOf)}</div>\n` : sectionOf(each)))}</main>
</body>
</html>
`);

function sectionOf({ title, is, blocks }: Section): Html {
  const id = title.toLowerCase().replace(/[^a-z]+/g, '-');
  return html`<section${is !== undefined && html` class="${is}"`} aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${blocksOf(blocks)}</section>
`;
}

const blocksOf = (blocks: Blocks): Html => html`${blocks.map((block) => block && html`${blockOf(block)}\n`)}`;

function blockOf(block: Block): Html {
  if ('words' in block) return html`<p${block.is && html` class="${block.is}"`}>${told(block.words)}</p>`;
  if ('heading' in block) return html`<h3>${block.heading}</h3>`;
  if ('list' in block) return html`<ul>\n${block.list.map((each) => html`<li>${told(each)}</li>\n`)}</ul>`;
  if ('facts' in block) {
    const rows = block.facts.map(([name, value]) => html`<dt>${name}</dt><dd>${told(value)}</dd>\n`);
    return html`<dl${block.is && html` class="${block.is}"`}>\n${rows}</dl>`;
  }
  if ('table' in block) return tableOf(block.table);
  if ('figures' in block) return html`<div class="figures">\n${block.figures.map(figureOf)}</div>`;
  if ('cards' in block) return html`<ul class="cards">\n${block.cards.map(cardOf)}</ul>`;
  return block;
}

/** A percent sign stays on the line of its number. */
const told = (words: Words): Words => (typeof words === 'string' ? words.replaceAll(' %', '\u00a0%') : words);

function tableOf({ caption, columns, rows, texts = [], wide, scrolls }: Table): Html {
  const kind = (column: number) => column > 0 && texts !== 'all' && !texts.includes(column) && html` class="n"`;
  const table = html`<table${(wide || scrolls !== undefined) && html` class="wide"`}>
<caption>${told(caption)}</caption>
<thead><tr>${columns.map((name, i) => html`<th scope="col"${kind(i)}>${told(name)}</th>`)}</tr></thead>
<tbody>
${rows.map(([name, ...cells]) => html`<tr><th scope="row">${cellOf(name)}</th>${cells.map((cell, i) => html`<td${kind(i + 1)}>${cellOf(cell)}</td>`)}</tr>\n`)}</tbody>
</table>`;
  if (scrolls === undefined) return table;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${scrolls}">\n${table}\n</div>`;
}

function cellOf(cell: Cell): Words {
  if (cell === undefined) return '–';
  if (typeof cell !== 'object' || !('value' in cell)) return told(cell);
  return html`${told(cell.value)}${cell.interval !== undefined && html`<br><small>${told(cell.interval)}</small>`}`;
}

const figureOf = ({ title, note, marks, shows, sheet }: Figure): Html =>
  html`<figure${sheet && html` class="sheet"`}><figcaption><strong>${title}</strong>${note}</figcaption>
${marks}${shows}</figure>
`;

const cardOf = ({ title, value, words, chart }: Card): Html =>
  html`<li class="card"><h3>${title}</h3>
${value && html`<p class="value">${value.value} <small>${value.interval}</small></p>\n`}<p class="muted">${words}</p>
${chart}</li>
`;

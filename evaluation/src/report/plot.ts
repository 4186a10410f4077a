/**
 * Charts as SVG by Observable Plot, which draws into the document of linkedom: no browser, no native code, no scripts in
 * the result. Colours are variables of the report's style, so a chart follows light, dark and paper.
 * Both are loaded on first use.
 */
import type { Markish, PlotOptions } from '@observablehq/plot';
import { type Html, trusted } from './html.ts';

export type PlotLibrary = typeof import('@observablehq/plot');

/** Units of a chart's width; phones show it at about this many pixels, so that its letters stay legible. */
const CHART_WIDTH = 400;

let loading: Promise<{ Plot: PlotLibrary; newDocument: () => NonNullable<PlotOptions['document']> }> | undefined;

/** As Plot's options; the letters are 12 units high. */
interface ChartOptions extends PlotOptions {
  /** The text alternative: one sentence that says what is seen. */
  label: string;
  marks: Markish[];
}

/** @param make gets the library and returns what to draw */
export async function chart(make: (Plot: PlotLibrary) => ChartOptions): Promise<Html> {
  loading ??= load();
  const { Plot, newDocument } = await loading;
  const { label, ...options } = make(Plot);
  const svg = Plot.plot({
    width: CHART_WIDTH,
    height: 240,
    insetLeft: 4,
    insetRight: 4,
    ...options,
    document: newDocument(),
    className: 'chart',
    style: { background: 'none', color: 'inherit', fontSize: '12px', fontFamily: 'inherit' },
  });
  // Plot's own labels name the kinds of marks, and its rules of the class are in the report's style where needed.
  for (const inner of svg.querySelectorAll('[aria-label]')) inner.removeAttribute('aria-label');
  svg.querySelector('style')?.remove();
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  return trusted(svg.outerHTML);
}

async function load() {
  const [Plot, { parseHTML }] = await Promise.all([import('@observablehq/plot'), import('linkedom')]);
  return { Plot, newDocument: () => parseHTML('<!doctype html><html><body></body></html>').document };
}

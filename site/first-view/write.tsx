/**
 * Writes the first view for index.html. It runs in Node, in the build, which can import modules only until this one is
 * there: see build/first-view.ts.
 */
import { renderToString } from 'preact-render-to-string';
import { App } from '../shell/app.tsx';
import { fetchView } from '../shell/lazy-view.tsx';
import type { FirstView } from '../state/first-marks.ts';
import '../views/sample/index.tsx'; // what is wrong with it ends the build
import { encodePng } from '../views/sample/files/png.ts';
import { sheet } from '../views/sample/state/layout.ts';
import { shown } from '../views/sample/state/state.ts';

export const firstView: FirstView = await write();

async function write(): Promise<FirstView> {
  await fetchView('sample');
  // What is true without a value in HTML is not in MathML.
  const html = renderToString(<App />).replaceAll('<mover accent>', '<mover accent="true">');
  const { x, shape, count } = shown.value;
  const noise = await encodePng([
    { pixels: sheet(x!, shape, { columns: count, scale: 1, gap: 0, background: 0 }), delay: 0 },
  ]);
  return { html, noise };
}

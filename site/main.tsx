/** The start of the page. */
import './style/tokens.css';
import './style/base.css';
import './style/shell.css';
import './style/controls.css';
import './style/components.css';
import './style/model-bar.css';
import './style/layout.css';
import './style/first.css';
import './style/forced-colors.css';
import './state/release-replaced.ts';
import './state/theme.ts';
import { nextTask } from '@onnoise/runtime-web/parts';
import { render } from 'preact';
import { toastAction } from './components/toast.tsx';
import { App } from './shell/app.tsx';
import { fetchView } from './shell/lazy-view.tsx';
import { route, VIEWS, type View } from './state/router.ts';
import { isStanding, pressedBefore, takeOver } from './state/standing.ts';
import { loaded } from './state/store.ts';
import { atFirstSign, atRest } from './state/tasks.ts';
import { register } from './sw/register.ts';

const view = fetchView(route.peek().view);

register({
  onUpdate: (apply) => toastAction('There is a new version of this page.', 'Load it', apply),
  onIsolation: (reload) =>
    toastAction('Sampling can use more threads once the page is loaded again.', 'Load again', reload),
});

void show();

/** What stands in index.html is taken over in one go, with all of its view, and keeps its elements. */
async function show(): Promise<void> {
  await (isStanding() ? view : nextTask()); // this script has just run, and to show the frame takes as long again
  const pressed = pressedBefore();
  render(<App />, document.getElementById('app')!);
  takeOver();
  await nextTask();
  pressed?.click();
}

/**
 * The other views load one at a time while the page is idle, so that a link shows its view at once: from the first sign of the
 * visitor on, or when the first view and its model have had their time. They wait for a model that is on its way: on a slow line
 * the visitor would wait for it.
 */
const LATEST = 12_000;
function fetchAtRest([view, ...others]: readonly View[]): void {
  if (view === undefined) return;
  atRest(async () => {
    await modelLoaded();
    await fetchView(view);
    fetchAtRest(others);
  }, LATEST);
}

const modelLoaded = () =>
  new Promise<void>((resolve) => {
    const end = loaded.subscribe(({ state }) => {
      if (state === 'loading') return;
      resolve();
      queueMicrotask(() => end());
    });
  });
atFirstSign(() => fetchAtRest(VIEWS), LATEST);

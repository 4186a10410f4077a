/** The start of the page. */
import './style/tokens.css';
import './style/base.css';
import './style/shell.css';
import './style/controls.css';
import './style/components.css';
import './style/model-bar.css';
import './style/forced-colors.css';
import './language.ts';
import './theme.ts';
import { render } from 'preact';
import { App } from './app.tsx';
import { fetchView } from './components/lazy-view.tsx';
import { toastAction } from './components/toast.tsx';
import { route, VIEWS, type View } from './router.ts';
import { register } from './sw/register.ts';

void fetchView(route.peek().view);

register({
  onUpdate: (apply) => toastAction('There is a new version of this page.', 'Load it', apply),
  onIsolation: (reload) =>
    toastAction('Sampling can use more threads once the page is loaded again.', 'Load again', reload),
});

render(<App />, document.getElementById('app')!);

/** The other views load while the page is idle, one at a time, so that a link shows its view at once. */
const atRest = window.requestIdleCallback ?? ((then: () => void) => setTimeout(then, 2000));
function fetchAtRest([view, ...others]: readonly View[]): void {
  if (view === undefined) return;
  atRest(async () => {
    await fetchView(view);
    fetchAtRest(others);
  });
}
addEventListener('load', () => fetchAtRest(VIEWS), { once: true });

/**
 * Runs inside the page, right after the places of the first pictures: gives them their noise and the size that they will have,
 * and serves links and buttons until the page's own script takes over, which removes `data-first`.
 */
import { formatRoute, isFirst, parseRoute } from '../state/address.ts';
import { recallTheme } from '../state/themes.ts';
import { panelGrid } from '../views/sample/state/layout.ts';

const root = document.documentElement;
const find = <T extends Element>(selector: string) => document.querySelector<T>(selector);
const waits = () => root.dataset.first !== undefined;

/** The size as custom properties of the root: the app does not know them, so it leaves them. Visitors of another view need no noise. */
function place(): void {
  if (root.dataset.first === 'hidden') return;
  for (const image of document.querySelectorAll<SVGImageElement>('[data-href]')) {
    image.setAttribute('href', image.dataset.href!);
  }
  const room = find<HTMLElement>('.sample-box');
  const grid = room?.querySelector<HTMLElement>('[data-pixels]');
  if (!room?.clientWidth || !grid) return;
  const [across, down] = grid.dataset.pixels!.split(' ').map(Number) as [number, number];
  const box = { width: room.clientWidth, ratio: devicePixelRatio || 1 };
  const { columns, cell, gap } = panelGrid(grid.childElementCount, { width: across, height: down }, box);
  root.style.setProperty('--first-columns', `repeat(${columns}, ${cell.width}px)`);
  root.style.setProperty('--first-shape', `${across} / ${down}`);
  root.style.setProperty('--first-gap', `${gap}px`);
}

function markLink(): void {
  const { view } = parseRoute(location.hash);
  for (const link of document.querySelectorAll('.nav a')) {
    if (link.getAttribute('href') === formatRoute(view)) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

/** What is pressed before its script is there is pressed again once it is: see standing.ts. */
function keepPress(event: MouseEvent): void {
  if (!waits() || !(event.target instanceof Element)) return;
  if (event.target.closest('.skip')) {
    event.preventDefault(); // the address names a view, not a place in it
    find<HTMLElement>('.main')?.focus();
  }
  const pressed = event.target.closest('button, input');
  if (!pressed) return;
  find('[data-pressed]')?.removeAttribute('data-pressed');
  pressed.setAttribute('data-pressed', '');
}

place();
if (root.dataset.first === 'parsed') root.dataset.first = 'shown';
markLink();
const theme = find<HTMLInputElement>(`.header input[value="${recallTheme()}"]`);
if (theme) theme.checked = true;
document.addEventListener('click', keepPress);
addEventListener('hashchange', () => {
  if (!waits()) return;
  root.dataset.first = isFirst(location.hash) ? 'shown' : 'hidden';
  markLink();
  place();
});

import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Segmented } from '../components/segmented.tsx';
import { formatRoute, route, VIEWS } from '../state/router.ts';
import { THEMES, theme } from '../state/theme.ts';
import { SHORT_NAMES, VIEW_NAMES } from './names.ts';

const THEME_FACES = {
  system: { label: 'As the system', icon: 'system' },
  light: { label: 'Light', icon: 'sun' },
  dark: { label: 'Dark', icon: 'moon' },
} as const;

/** Scrolls the menu alone, where it is wider than the screen. */
function bringIntoView(nav: HTMLElement, link: Element | null): void {
  if (!link) return;
  const [around, box] = [nav.getBoundingClientRect(), link.getBoundingClientRect()];
  nav.scrollLeft += box.left + box.width / 2 - (around.left + around.width / 2);
}

export function Header(): JSX.Element {
  const nav = useRef<HTMLElement>(null);
  const { view } = route.value;
  useEffect(() => bringIntoView(nav.current!, nav.current!.querySelector('[aria-current]')), [view]);
  return (
    <header class="header">
      <div class="wrap header-row">
        <a class="brand" href="#/sample">
          <img class="brand-mark" src="./favicon.svg" width={26} height={26} alt="" />
          Onnoise
        </a>
        <nav
          class="nav"
          aria-label="Views"
          ref={nav}
          onFocusCapture={({ target }) => {
            const link = target as Element;
            // Not of a finger or a mouse: the link would move from under it, and the press would miss.
            if (link.matches(':focus-visible')) bringIntoView(nav.current!, link);
          }}
        >
          <ul>
            {VIEWS.map((one) => (
              <li key={one}>
                <a href={formatRoute(one)} aria-current={one === view ? 'page' : undefined}>
                  <span class="nav-long">{VIEW_NAMES[one]}</span>
                  <span class="nav-short">{SHORT_NAMES[one]}</span>
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <Segmented
          label="Theme"
          hideLabel
          value={theme.value}
          options={THEMES.map((value) => ({ value, ...THEME_FACES[value] }))}
          onChange={(value) => {
            theme.value = value;
          }}
        />
      </div>
    </header>
  );
}

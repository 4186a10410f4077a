/** The trilemma on one set of data: a VAE, a flow, a GAN and diffusion, each in motion. */

import type { JSX } from 'preact';
import { Card } from '../../../../components/card.tsx';
import { Later } from '../../../../components/later.tsx';
import { formatRoute } from '../../../../state/router.ts';
import { Cite } from '../../cite.tsx';
import { ChaseFigure } from './chase-figure.tsx';
import './families.css';
import { Bend, Blur, Calls } from './figures.tsx';

export function Families(): JSX.Element {
  return (
    <Card title="Four families, in motion" class="grid gap-18">
      <p>
        A “picture” here has two pixels, so it is a point, and there are eight kinds of pictures. Good is a point within
        a cluster; a kind is reached if it gets a quarter of its share. All of it is computed in this tab.
      </p>
      <div class="learn-families">
        <Blur />
        <Later>
          <Bend />
        </Later>
        <Later>
          <ChaseFigure />
        </Later>
        <Later>
          <Calls />
        </Later>
      </div>
      <p>
        <strong>Few-call students</strong> try for the middle of the triangle. Such a student is a network, and its
        teacher is another: it learns where the teacher’s path ends, and goes there in one to four calls. It keeps most
        of the quality and of the kinds. The price comes first: a trained teacher, and often a critic, as a GAN has, to
        stay sharp. <a href={formatRoute('learn', {}, 'improve')}>Make it better</a> trains one while you watch. Xiao,
        Kreis and Vahdat took large steps of diffusion, and let a GAN draw each of them: four calls.
      </p>
      <details class="learn-how">
        <summary>How these are computed</summary>
        <p>
          VAE: <Cite of="vae2013" />; the encoder shrinks, the decoder is the best there is for its blur. Flow:{' '}
          <Cite of="rezende2015" />; four layers of the largest likelihood. GAN: <Cite of="goodfellow2014" />; two
          networks of 500 weights, trained by Adam. Diffusion: Euler steps without fresh noise, with the exact network.
          Trilemma: <Cite of="xiao2021" />.
        </p>
      </details>
    </Card>
  );
}

/** Further reading: what to read first, and the paper of each claim. */

import { useEffect } from 'preact/hooks';
import { Icon } from '../../../components/button.tsx';
import { formatRoute } from '../../../state/router.ts';
import { route } from '../../../state/store.ts';
import { CHAPTERS, type ChapterId } from '../chapters.ts';
import type { PaperId } from '../parts.tsx';
import { goOn, last } from '../progress.ts';
import './reading.css';

/** The papers of the lecture: who wrote them, where they are, and why to read them. */

interface Paper {
  authors: string;
  year: number;
  title: string;
  /** A number of arXiv, or an address. */
  at: { arxiv: string } | { url: string };
  /** What it is cited for, one sentence. */
  why: string;
}

/** What to read first, and in which order. */
export const ORDER: readonly PaperId[] = [
  'weng2021',
  'ho2020',
  'ddim2020',
  'nichol2021',
  'dhariwal2021',
  'guidance2022',
  'karras2022',
  'lipman2022',
  'chan2024',
];

/** What else each chapter rests on. */
const FURTHER: readonly { chapter: ChapterId; papers: readonly PaperId[] }[] = [
  {
    chapter: 'why',
    papers: ['xiao2021', 'kynkaanniemi2019', 'goodfellow2014', 'baranchuk2021', 'wang2022'],
  },
  { chapter: 'destroy', papers: ['sohl2015', 'vae2013', 'lin2023'] },
  { chapter: 'network', papers: ['unet2015', 'vaswani2017'] },
  { chapter: 'learning', papers: ['adam2014', 'smilkov2017'] },
  { chapter: 'sampling', papers: ['lu2022', 'distillation2022', 'rombach2022'] },
  { chapter: 'improve', papers: ['resnet2015', 'norm2018', 'liu2022'] },
  { chapter: 'game', papers: ['carlini2023'] },
];

export const ENTRIES: Readonly<Record<PaperId, Paper>> = {
  weng2021: {
    authors: 'Lilian Weng',
    year: 2021,
    title: 'What are Diffusion Models?',
    at: { url: 'https://lilianweng.github.io/posts/2021-07-11-diffusion-models/' },
    why: 'Start here: the formulas of this lecture on one page, each with its derivation.',
  },
  ho2020: {
    authors: 'Jonathan Ho, Ajay Jain, Pieter Abbeel',
    year: 2020,
    title: 'Denoising Diffusion Probabilistic Models',
    at: { arxiv: '2006.11239' },
    why: 'Algorithms 1 and 2 are from here: read sections 2 and 3 with chapters 2, 6 and 7 beside them.',
  },
  ddim2020: {
    authors: 'Jiaming Song, Chenlin Meng, Stefano Ermon',
    year: 2020,
    title: 'Denoising Diffusion Implicit Models',
    at: { arxiv: '2010.02502' },
    why: 'Sampling without fresh noise: the same noise always ends at the same picture, and a few dozen steps are enough.',
  },
  nichol2021: {
    authors: 'Alex Nichol, Prafulla Dhariwal',
    year: 2021,
    title: 'Improved Denoising Diffusion Probabilistic Models',
    at: { arxiv: '2102.09672' },
    why: 'The cosine schedule, and why the linear one destroys small pictures too early.',
  },
  dhariwal2021: {
    authors: 'Prafulla Dhariwal, Alex Nichol',
    year: 2021,
    title: 'Diffusion Models Beat GANs on Image Synthesis',
    at: { arxiv: '2105.05233' },
    why: 'Larger networks, attention, and guidance by a classifier: with this, diffusion overtook GANs.',
  },
  guidance2022: {
    authors: 'Jonathan Ho, Tim Salimans',
    year: 2022,
    title: 'Classifier-Free Diffusion Guidance',
    at: { arxiv: '2207.12598' },
    why: 'Guidance without a classifier, as the samplers of this page do it, and what it costs in variety.',
  },
  karras2022: {
    authors: 'Tero Karras, Miika Aittala, Timo Aila, Samuli Laine',
    year: 2022,
    title: 'Elucidating the Design Space of Diffusion-Based Generative Models',
    at: { arxiv: '2206.00364' },
    why: 'All choices in one table, each tested alone: read it before you change a model of your own.',
  },
  lipman2022: {
    authors: 'Yaron Lipman, Ricky T. Q. Chen, Heli Ben-Hamu, Maximilian Nickel, Matt Le',
    year: 2022,
    title: 'Flow Matching for Generative Modeling',
    at: { arxiv: '2210.02747' },
    why: 'The straight lines of chapter 8: noise and picture are mixed evenly, and the network learns the direction.',
  },
  chan2024: {
    authors: 'Stanley H. Chan',
    year: 2024,
    title: 'Tutorial on Diffusion Models for Imaging and Vision',
    at: { arxiv: '2403.18103' },
    why: 'The mathematics in full, from the VAE to stochastic differential equations, for an undergraduate who takes the time.',
  },
  xiao2021: {
    authors: 'Zhisheng Xiao, Karsten Kreis, Arash Vahdat',
    year: 2021,
    title: 'Tackling the Generative Learning Trilemma with Denoising Diffusion GANs',
    at: { arxiv: '2112.07804' },
    why: 'The trilemma, and four large steps that a GAN draws.',
  },
  kynkaanniemi2019: {
    authors: 'Tuomas Kynkäänniemi, Tero Karras, Samuli Laine, Jaakko Lehtinen, Timo Aila',
    year: 2019,
    title: 'Improved Precision and Recall Metric for Assessing Generative Models',
    at: { arxiv: '1904.06991' },
    why: 'How precision and recall of pictures are measured.',
  },
  vae2013: {
    authors: 'Diederik P. Kingma, Max Welling',
    year: 2013,
    title: 'Auto-Encoding Variational Bayes',
    at: { arxiv: '1312.6114' },
    why: 'The VAE, and the reparametrisation trick that chapter 2 uses.',
  },
  goodfellow2014: {
    authors: 'Ian J. Goodfellow and seven others',
    year: 2014,
    title: 'Generative Adversarial Networks',
    at: { arxiv: '1406.2661' },
    why: 'The GAN: one network draws, another judges.',
  },
  baranchuk2021: {
    authors: 'Dmitry Baranchuk, Ivan Rubachev, Andrey Voynov, Valentin Khrulkov, Artem Babenko',
    year: 2021,
    title: 'Label-Efficient Semantic Segmentation with Diffusion Models',
    at: { arxiv: '2112.03126' },
    why: 'The feature maps of a denoising network segment pictures from a few labelled ones.',
  },
  wang2022: {
    authors: 'Yinhuai Wang, Jiwen Yu, Jian Zhang',
    year: 2022,
    title: 'Zero-Shot Image Restoration Using Denoising Diffusion Null-Space Model',
    at: { arxiv: '2212.00490' },
    why: 'Pictures that agree with a measurement, from a model that was not trained for it.',
  },
  sohl2015: {
    authors: 'Jascha Sohl-Dickstein, Eric A. Weiss, Niru Maheswaranathan, Surya Ganguli',
    year: 2015,
    title: 'Deep Unsupervised Learning using Nonequilibrium Thermodynamics',
    at: { arxiv: '1503.03585' },
    why: 'The first diffusion model: destroy slowly, and learn to go back.',
  },
  lin2023: {
    authors: 'Shanchuan Lin, Bingchen Liu, Jiashi Li, Xiao Yang',
    year: 2023,
    title: 'Common Diffusion Noise Schedules and Sample Steps are Flawed',
    at: { arxiv: '2305.08891' },
    why: 'What goes wrong where the last t still holds some of the picture.',
  },
  unet2015: {
    authors: 'Olaf Ronneberger, Philipp Fischer, Thomas Brox',
    year: 2015,
    title: 'U-Net: Convolutional Networks for Biomedical Image Segmentation',
    at: { arxiv: '1505.04597' },
    why: 'The shape of the network, which comes from medical images.',
  },
  vaswani2017: {
    authors: 'Ashish Vaswani and seven others',
    year: 2017,
    title: 'Attention Is All You Need',
    at: { arxiv: '1706.03762' },
    why: 'Positions as sines and cosines, which the network is told t in; and attention.',
  },
  resnet2015: {
    authors: 'Kaiming He, Xiangyu Zhang, Shaoqing Ren, Jian Sun',
    year: 2015,
    title: 'Deep Residual Learning for Image Recognition',
    at: { arxiv: '1512.03385' },
    why: 'Residual blocks: what goes in is added to what comes out.',
  },
  norm2018: {
    authors: 'Yuxin Wu, Kaiming He',
    year: 2018,
    title: 'Group Normalization',
    at: { arxiv: '1803.08494' },
    why: 'Normalisation that works with a handful of pictures in a batch.',
  },
  adam2014: {
    authors: 'Diederik P. Kingma, Jimmy Ba',
    year: 2014,
    title: 'Adam: A Method for Stochastic Optimization',
    at: { arxiv: '1412.6980' },
    why: 'How a correction is made of a gradient, here and in the chapter’s live run.',
  },
  smilkov2017: {
    authors: 'Daniel Smilkov, Shan Carter, D. Sculley, Fernanda B. Viégas, Martin Wattenberg',
    year: 2017,
    title: 'Direct-Manipulation Visualization of Deep Networks',
    at: { arxiv: '1708.03788' },
    why: 'TensorFlow Playground, after which “Something to break” is made.',
  },
  lu2022: {
    authors: 'Cheng Lu, Yuhao Zhou, Fan Bao, Jianfei Chen, Chongxuan Li, Jun Zhu',
    year: 2022,
    title: 'DPM-Solver++: Fast Solver for Guided Sampling of Diffusion Probabilistic Models',
    at: { arxiv: '2211.01095' },
    why: 'A sampler that remembers its last guess, and needs fifteen to twenty steps.',
  },
  distillation2022: {
    authors: 'Tim Salimans, Jonathan Ho',
    year: 2022,
    title: 'Progressive Distillation for Fast Sampling of Diffusion Models',
    at: { arxiv: '2202.00512' },
    why: 'The velocity v, and students that halve the steps of their teachers.',
  },
  rombach2022: {
    authors: 'Robin Rombach, Andreas Blattmann, Dominik Lorenz, Patrick Esser, Björn Ommer',
    year: 2022,
    title: 'High-Resolution Image Synthesis with Latent Diffusion Models',
    at: { url: 'https://doi.org/10.1109/CVPR52688.2022.01042' },
    why: 'Latents: diffusion on a smaller picture, which made large pictures affordable.',
  },
  liu2022: {
    authors: 'Xingchao Liu, Chengyue Gong, Qiang Liu',
    year: 2022,
    title: 'Flow Straight and Fast: Learning to Generate and Transfer Data with Rectified Flow',
    at: { arxiv: '2209.03003' },
    why: 'Reflow: the student’s pairs, and why its paths are straight.',
  },
  carlini2023: {
    authors: 'Nicholas Carlini and eight others',
    year: 2023,
    title: 'Extracting Training Data from Diffusion Models',
    at: { arxiv: '2301.13188' },
    why: 'A picture may be too real: large models can give away pictures that they learnt from.',
  },
};

export const linkOf = ({ at }: Paper): string => ('url' in at ? at.url : `https://arxiv.org/abs/${at.arxiv}`);

export default function Reading() {
  const asked = route.value.query.get('paper');
  useEffect(() => {
    if (asked) document.getElementById(placeOf(asked))?.scrollIntoView({ block: 'center' });
  }, [asked]);
  const back = last.value ?? goOn.value;
  return (
    <article class="learn-reading grid slim gap-24">
      <header class="learn-head grid gap-8">
        <h1>Further reading</h1>
        <p class="lede">What to read first, and then the papers that the chapters rest on. All of them are free.</p>
        <p class="row gap-8">
          <a class="button" href={formatRoute('learn', {}, back.id)}>
            <Icon name="back" />
            {back.title}
          </a>
        </p>
      </header>
      <section class="grid gap-12" aria-labelledby="learn-order">
        <h2 id="learn-order">In this order</h2>
        <ol class="learn-papers grid gap-4 learn-papers-order">
          {ORDER.map((id) => (
            <Entry key={id} id={id} asked={asked === id} />
          ))}
        </ol>
      </section>
      {FURTHER.map(({ chapter, papers }) => {
        const number = CHAPTERS.findIndex(({ id }) => id === chapter) + 1;
        return (
          <section key={chapter} class="grid gap-12" aria-labelledby={`learn-papers-${chapter}`}>
            <h2 id={`learn-papers-${chapter}`}>
              <a href={formatRoute('learn', {}, chapter)}>
                {number} · {CHAPTERS[number - 1]!.title}
              </a>
            </h2>
            <ul class="learn-papers grid gap-4">
              {papers.map((id) => (
                <Entry key={id} id={id} asked={asked === id} />
              ))}
            </ul>
          </section>
        );
      })}
    </article>
  );
}

const placeOf = (id: string) => `paper-${id}`;

function Entry({ id, asked }: { id: PaperId; asked: boolean }) {
  const paper = ENTRIES[id];
  const where = 'arxiv' in paper.at ? `arXiv ${paper.at.arxiv}` : new URL(paper.at.url).host;
  return (
    <li
      id={placeOf(id)}
      class={asked ? 'learn-paper grid learn-paper-asked' : 'learn-paper grid'}
      aria-current={asked || undefined}
    >
      <a href={linkOf(paper)} rel="noreferrer" translate={false}>
        {paper.title}
      </a>
      <span class="muted" translate={false}>
        {paper.authors}, {paper.year}. {where}
      </span>
      <span>{paper.why}</span>
    </li>
  );
}

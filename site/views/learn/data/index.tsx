/** The data: where the lecture's radiographs come from, and how films become what a network takes. */
import { Card, Notice } from '../../../components/card.tsx';
import { Later } from '../../../components/later.tsx';
import { useFetched } from '../lesson.ts';
import { NetworkStatus, type Note, Notes, TakeAway, Task } from '../parts.tsx';
import { Batch } from './batch.tsx';
import './data.css';
import { fetchAll, hands, Resize, size } from './resize.tsx';
import { Scale } from './scale.tsx';

export default function DataChapter() {
  useFetched('phantoms', hands, fetchAll);
  const all = hands.value;
  return (
    <>
      <Task done={size.value <= 16}>
        Make the hand smaller until you can no longer tell what it is. Then find the size at which the growth plates go.
      </Task>
      <Card title="The hands of the lecture" class="grid gap-12">
        <p>
          The lecture’s notebook learns from the radiographs of the RSNA Pediatric Bone Age Machine Learning Challenge
          of 2017: left hands of children, of several hospitals. Radiologists read the bone age from each, in months;
          age and sex are in a table beside the images. The task was to read the age automatically, and the best five
          entries were 4.2 to 4.5 months off on average.
        </p>
        <dl class="learn-data-facts grid">
          <Fact name="To learn from" words="12,611" />
          <Fact name="To validate" words="1,425" />
          <Fact name="To test" words="200" />
          <Fact name="Together" words="14,236" />
        </dl>
        <p>
          RSNA made them available to those who registered, and the notebook takes them from Kaggle. We know of no
          licence to pass them on, so none is on this page: it shows phantoms, which a program draws, in the same
          layout.
        </p>
        <p class="field-hint">
          Halabi et al., “The RSNA Pediatric Bone Age Machine Learning Challenge”, Radiology 290(2), 2019.
        </p>
      </Card>
      <NetworkStatus />
      <Later>
        <Resize large={all?.large} />
      </Later>
      <Later>
        <Scale large={all?.large} />
      </Later>
      <Later>
        <Batch hands={all} />
      </Later>
      <Notice text={all?.notice} />
      <TakeAway>
        Small, from −1 to 1, and a batch at a time. What the size and the window leave out, the model never sees. What
        the batch leaves out comes back as noise in the gradient.
      </TakeAway>
      <Notes notes={NOTES} />
    </>
  );
}

function Fact({ name, words }: { name: string; words: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class="number">{words}</dd>
    </div>
  );
}

/** The lecturer's questions about data. */
const NOTES: readonly Note[] = [
  {
    question: 'Why not simply use the radiographs as they are?',
    answer: (
      <p>
        They are large, and of many sizes. A network takes pictures of one size, and at sixteen times the side each step
        has 256 times the numbers. Start small: a mistake is then found in minutes.
      </p>
    ),
  },
  {
    question: 'Your loader works, but all pictures are black. What happened?',
    answer: (
      <p>
        They are from −1 to 1, and were shown as if from 0 to 255. Undo the scaling first. It is the first thing to look
        at: show a batch before you train on it.
      </p>
    ),
  },
  {
    question: 'Who is in this data, and who is not?',
    answer: (
      <p>
        Children, of a few hospitals, who were sent for a radiograph of their hand. A model learns these hands, their
        machines and their letters in the corner. What it draws for anybody else is a guess.
      </p>
    ),
  },
  {
    question: 'May we give away a model that was trained on them?',
    answer: (
      <p>
        Read the terms where you download, and ask. Radiographs are data about the health of patients, and a model that
        has learnt one by heart gives it away.
      </p>
    ),
  },
];

/** A round of the lecturer's own real and generated pictures. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { Field, NumberField } from '../../../components/field.tsx';
import { Segmented } from '../../../components/segmented.tsx';
import { sentence } from '../../../state/store.ts';
import { SubjectChoice } from '../intro/subject-choice.tsx';
import { Trouble } from '../intro/trouble.tsx';
import { FEWEST, FEWEST_PICTURES, MOST_PICTURES, PICTURES } from '../rules/plan.ts';
import { LEVELS } from '../rules/presentation.ts';
import { LONGEST_SIDE } from '../rules/round-file.ts';
import { randomSeed } from '../rules/settings.ts';
import type { Subject } from '../rules/subject.ts';
import { TERMS, type TermsName } from '../rules/terms.ts';
import { openRound } from '../state/state.ts';
import { makeOwnRound, mostPictures, type OwnPictures } from './own-round.ts';
import { OwnZone } from './own-zone.tsx';

export function MakeOwn(): JSX.Element {
  const [own, setOwn] = useState<OwnPictures>({ real: [], synthetic: [] });
  const [title, setTitle] = useState('Our pictures');
  const [terms, setTerms] = useState<TermsName>('real');
  const [subject, setSubject] = useState<Subject>('drawing');
  const [wanted, setWanted] = useState(PICTURES);
  const [trouble, setTrouble] = useState<string | null>(null);
  const most = Math.max(FEWEST_PICTURES, mostPictures(own));
  const words = TERMS[terms];

  const make = () => {
    setTrouble(null);
    try {
      const pictures = Math.min(wanted, most);
      openRound(
        makeOwnRound(own, { pictures, seed: randomSeed(), title: title.trim() || 'Our pictures', terms, subject }),
      );
    } catch (error) {
      setTrouble(sentence(error));
    }
  };

  return (
    <div class="game-make-own grid top gap-16">
      <p class="muted">
        At least {FEWEST} of either kind and {FEWEST_PICTURES} in all, of one size. Both kinds are treated alike:
        brought to {LONGEST_SIDE} pixels at most, moved and scaled a little, and reduced to {LEVELS} levels of
        brightness. They stay on this device; the file for the class holds no names and no metadata.
      </p>
      <div class="game-zones">
        {(['real', 'synthetic'] as const).map((kind) => (
          <OwnZone
            key={kind}
            name={words[kind].many}
            pictures={own[kind]}
            onPictures={(pictures) => setOwn((now) => ({ ...now, [kind]: pictures }))}
          />
        ))}
      </div>
      <div class="game-own-settings">
        <Field label="Title">
          {(ids) => (
            <input
              {...ids}
              class="input"
              type="text"
              maxLength={80}
              value={title}
              onInput={({ currentTarget }) => setTitle(currentTarget.value)}
            />
          )}
        </Field>
        <NumberField
          label="Pictures in the round"
          value={Math.min(wanted, most)}
          min={FEWEST_PICTURES}
          max={most}
          hint={`At most ${MOST_PICTURES}, so that a code stays short.`}
          onChange={setWanted}
        />
        <Segmented
          label="The first kind are"
          value={terms}
          options={[
            { value: 'real', label: 'Real pictures' },
            { value: 'phantom', label: 'Phantoms' },
          ]}
          onChange={setTerms}
        />
        <SubjectChoice value={subject} onChange={setSubject} />
      </div>
      <Button kind="primary" class="game-big" onClick={make}>
        Make the round
      </Button>
      <Trouble text={trouble} />
    </div>
  );
}

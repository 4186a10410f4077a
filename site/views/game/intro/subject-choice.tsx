/** What the visitor's own pictures show. */
import type { JSX } from 'preact';
import { Segmented } from '../../../components/segmented.tsx';
import type { Subject } from '../rules/subject.ts';

interface SubjectChoiceProps {
  value: Subject;
  onChange: (to: Subject) => void;
}

export function SubjectChoice({ value, onChange }: SubjectChoiceProps): JSX.Element {
  return (
    <Segmented
      label="They show"
      value={value}
      options={[
        { value: 'drawing', label: 'Anything' },
        { value: 'hand', label: 'Hands, as radiographs' },
      ]}
      hint="Decides the reasons to choose from, and what is measured."
      onChange={onChange}
    />
  );
}

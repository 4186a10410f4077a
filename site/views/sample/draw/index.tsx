/** What the network is told of all pictures: a drawing to make here, or a picture of the visitor's. */
import type { JSX } from 'preact';
import { drawnClasses } from '../state/told-state.ts';
import { Pad } from './pad.tsx';
import { PictureField } from './picture-field.tsx';
import { Examples, Tools } from './tools.tsx';
import './draw.css';

export default function Draw(): JSX.Element {
  if (drawnClasses.value === null) return <PictureField />;
  return (
    <div class="draw-body">
      <Examples />
      <Pad />
      <Tools />
    </div>
  );
}

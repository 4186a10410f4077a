/**
 * The label map of a picture: what each of its pixels shows. It is drawn from the outlines that the picture is drawn from, so it
 * knows nothing of exposure, blur and noise.
 */
import { addCarpal, addRoundBone } from './carpal.ts';
import type { Collimation } from './exposure.ts';
import { depthInFrame } from './film.ts';
import { fleshOf } from './flesh.ts';
import { bonesOf, type Hand } from './hand.ts';
import { CARPAL_BONES, LABELS, labelOf, SESAMOID, SOFT_TISSUE } from './labels.ts';
import { addCovered } from './long-bone.ts';
import { drawTissue } from './tissue.ts';
import { type Canvas, TEXTURE } from './tube.ts';

export interface MaskOptions {
  /** Side of the picture in pixels. */
  size: number;
  /** How many times as large as the picture it is drawn. */
  times: number;
  collimation?: Collimation | undefined;
  /** The hand in a picture of another side. */
  handAt(side: number): Hand;
}

/**
 * Of each pixel the number of its label. [size, size]
 *
 * A point has the highest label of what covers it: bone before soft tissue, and of overlapping bones the one further from the
 * elbow. Outside of the collimated frame all is background; a marker is not seen. A pixel has the label that covers most of
 * it, by an odd number of points a side; of labels that cover the same the one in its middle. Pictures of 192 pixels and
 * more are drawn by the middles of their pixels, and so are their maps.
 */
export function drawMask({ size, times, collimation, handAt }: MaskOptions): Uint8Array {
  const points = times + 1 - (times % 2);
  const side = size * points;
  const labels = drawLabels(handAt(side), side);
  if (collimation) cut(labels, side, collimation);
  return points === 1 ? labels : mostOf(labels, size, points);
}

/** Of each point the number of its label, without the frame. [side, side] */
function drawLabels(hand: Hand, side: number): Uint8Array {
  const values = () => new Float32Array(side * side);
  // Spongy bone without a weave: no hole can be in it.
  const canvas: Canvas = {
    size: side,
    scale: hand.view.scale,
    bone: values(),
    soft: values(),
    noise: new Float32Array(0),
    texture: new Float32Array(TEXTURE * TEXTURE),
  };
  const labels = new Uint8Array(side * side);
  const cover = (matter: Float32Array, label: number) => {
    for (let i = 0; i < labels.length; i++) if (matter[i]! > 0) labels[i] = label;
  };
  drawTissue(canvas, fleshOf(hand.layout, hand.person, hand.view));
  cover(canvas.soft, SOFT_TISSUE);
  const { long, carpals, sesamoid } = bonesOf(hand);
  for (let label = SOFT_TISSUE + 1; label < LABELS.length; label++) {
    canvas.bone.fill(0);
    for (const placed of long) if (labelOf(placed.bone.name) === label) addCovered(canvas, placed);
    if (label === CARPAL_BONES) for (const placed of carpals) addCarpal(canvas, placed);
    if (label === SESAMOID && sesamoid) addRoundBone(canvas, sesamoid.centre, sesamoid.radius, 1);
    cover(canvas.bone, label);
  }
  return labels;
}

/** Makes what lies outside of the frame background. */
function cut(labels: Uint8Array, side: number, collimation: Collimation): void {
  const depth = depthInFrame(side, collimation);
  for (let row = 0, at = 0; row < side; row++) {
    for (let column = 0; column < side; column++, at++) if (depth(row, column) < 0) labels[at] = 0;
  }
}

/** Of squares of `points` points a side, an odd number, the label that most have. [size, size] */
function mostOf(labels: Uint8Array, size: number, points: number): Uint8Array {
  const side = size * points;
  const most = new Uint8Array(size * size);
  const counts = new Uint8Array(LABELS.length);
  const middle = (points - 1) / 2;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      counts.fill(0);
      const corner = row * points * side + column * points;
      for (let y = 0; y < points; y++) for (let x = 0; x < points; x++) counts[labels[corner + y * side + x]!]!++;
      let best = labels[corner + middle * side + middle]!;
      for (let label = LABELS.length - 1; label >= 0; label--) if (counts[label]! > counts[best]!) best = label;
      most[row * size + column] = best;
    }
  }
  return most;
}

/**
 * An entry of an event file: TensorFlow's protobuf `Event` with its `Summary`, of which we use scalars and pictures.
 * Field numbers: event.proto and summary.proto of https://github.com/tensorflow/tensorboard/tree/2.21.0/tensorboard/compat/proto.
 */
import { PbfReader, PbfWriter } from 'pbf';

export interface Event {
  /** Seconds since 1970. */
  wallTime: number;
  step: number;
  /** Only of a file's first entry. */
  fileVersion?: string;
  /** Whether a continued run begins here: what an earlier process wrote of this step and later ones is void. */
  start?: boolean;
  values: readonly Value[];
}

/** A scalar or a picture. */
interface Value {
  /** TensorBoard groups by what comes before a slash. */
  tag: string;
  scalar?: number; // as float32
  picture?: Picture;
}

export interface Picture {
  width: number;
  height: number;
  png: Uint8Array;
}

const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 };
const SESSION = { status: 1 };
const START = 1;
const SUMMARY = { value: 1 };
const VALUE = { tag: 1, scalar: 2, picture: 4 };
const PICTURE = { height: 1, width: 2, png: 4 };

export function encodeEvent({ wallTime, step, fileVersion, start, values }: Event): Uint8Array {
  const writer = new PbfWriter();
  writer.writeDoubleField(EVENT.wallTime, wallTime);
  writer.writeVarintField(EVENT.step, step);
  if (fileVersion !== undefined) writer.writeStringField(EVENT.fileVersion, fileVersion);
  if (start) writer.writeMessage(EVENT.sessionLog, writeStatus, START);
  if (values.length > 0) writer.writeMessage(EVENT.summary, writeSummary, values);
  return writer.finish();
}

function writeStatus(status: number, writer: PbfWriter): void {
  writer.writeVarintField(SESSION.status, status);
}

function writeSummary(values: readonly Value[], writer: PbfWriter): void {
  for (const value of values) writer.writeMessage(SUMMARY.value, writeValue, value);
}

function writeValue({ tag, scalar, picture }: Value, writer: PbfWriter): void {
  writer.writeStringField(VALUE.tag, tag);
  if (scalar !== undefined) writer.writeFloatField(VALUE.scalar, scalar);
  if (picture !== undefined) writer.writeMessage(VALUE.picture, writePicture, picture);
}

function writePicture({ width, height, png }: Picture, writer: PbfWriter): void {
  writer.writeVarintField(PICTURE.height, height);
  writer.writeVarintField(PICTURE.width, width);
  writer.writeBytesField(PICTURE.png, png);
}

/** Reads these fields and passes over others. */
export function decodeEvent(bytes: Uint8Array): Event {
  const values: Value[] = [];
  const event: Event = { wallTime: 0, step: 0, values };
  return new PbfReader(bytes).readFields((field, into, reader) => {
    if (field === EVENT.wallTime) into.wallTime = reader.readDouble();
    else if (field === EVENT.step) into.step = reader.readVarint(true);
    else if (field === EVENT.fileVersion) into.fileVersion = reader.readString();
    else if (field === EVENT.sessionLog) reader.readMessage(readSession, into);
    else if (field === EVENT.summary) reader.readMessage(readSummary, values);
  }, event);
}

function readSession(field: number, event: Event, reader: PbfReader): void {
  if (field === SESSION.status) event.start = reader.readVarint() === START;
}

function readSummary(field: number, values: Value[], reader: PbfReader): void {
  if (field === SUMMARY.value) values.push(reader.readMessage(readValue, { tag: '' }));
}

function readValue(field: number, value: Value, reader: PbfReader): void {
  if (field === VALUE.tag) value.tag = reader.readString();
  else if (field === VALUE.scalar) value.scalar = reader.readFloat();
  else if (field === VALUE.picture) {
    value.picture = reader.readMessage(readPicture, { width: 0, height: 0, png: new Uint8Array() });
  }
}

function readPicture(field: number, picture: Picture, reader: PbfReader): void {
  if (field === PICTURE.height) picture.height = reader.readVarint();
  else if (field === PICTURE.width) picture.width = reader.readVarint();
  else if (field === PICTURE.png) picture.png = reader.readBytes();
}

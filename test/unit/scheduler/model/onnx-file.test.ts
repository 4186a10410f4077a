import { bytesOf, externalFiles, onnxReason, readOnnxFacts } from '@onnoise/scheduler/model';
import { describe, expect, it } from 'vitest';
import { externalOnnx } from '#test/models/external-onnx.ts';
import { tinyOnnx } from '#test/models/tiny-onnx.ts';

const facts = (bytes: Uint8Array) => readOnnxFacts(bytesOf(Uint8Array.from(bytes)));
const ascii = (text: string) => new TextEncoder().encode(text);

describe('readOnnxFacts', () => {
  it('never takes a beginning for the whole, wherever it was cut', async () => {
    const whole = tinyOnnx();
    for (let length = 0; length < whole.length; length++) {
      expect((await facts(whole.subarray(0, length))).fault, `${length} bytes`).toBeTypeOf('string');
    }
    expect(await facts(whole)).toEqual({ metadata: {} });
  });

  it('says what it is instead', async () => {
    expect((await facts(ascii('version https://git-lfs.github.com/spec/v1'))).fault).toMatch(/^a pointer of Git LFS/);
    expect((await facts(ascii('<!doctype html>'))).fault).toBe('a web page');
    expect((await facts(ascii('')))?.fault).toBe('an empty file');
    expect((await facts(Uint8Array.of(8, 9))).fault).toBe('a file without a network');
  });

  it('leaves what it cannot tell to onnxruntime', async () => {
    expect(await facts(ascii('not a network'))).toEqual({ metadata: {} });
    expect(await facts(new Uint8Array(20))).toEqual({ metadata: {} });
  });
});

describe('externalFiles', () => {
  const files = (bytes: Uint8Array) => externalFiles(bytesOf(Uint8Array.from(bytes)));

  it('finds the weights of constants, of branches and of the graph in files beside it, each once', async () => {
    expect(await files(externalOnnx())).toEqual(['k', 'j', 'w']);
  });

  it('finds none in a network that holds its weights, and in what is none', async () => {
    expect(await files(tinyOnnx())).toEqual([]);
    expect(await files(externalOnnx().subarray(0, 300))).toEqual([]);
    expect(await files(ascii('not a network'))).toEqual([]);
  });
});

describe('onnxReason', () => {
  const place = '/onnxruntime_src/onnxruntime/core';
  it.each([
    [
      `${place}/graph/model.cc:149 onnxruntime::Model::Model(onnx::ModelProto&&, const PathString&, std::function<void(int)>) ModelProto does not have a graph.`,
      'ModelProto does not have a graph',
    ],
    [
      `${place}/graph/graph.cc:15 void onnxruntime::Graph::Init() This is invalid. Graph output (z) is not there`,
      'This is invalid. Graph output (z) is not there',
    ],
    [`${place}/a.h:46 T onnxruntime::f(int) const [with T = float] No.`, 'No'],
    [
      `${place}/a.cc:7 auto onnxruntime::g()::<lambda>::operator()(int) const device.IsOk() was false. No adapter.\nmore`,
      'No adapter',
    ],
    ['Load model from /a b/c.onnx failed:Protobuf parsing failed.', 'Protobuf parsing failed'],
  ])('%#: is the sentence alone', (message, reason) => {
    expect(onnxReason(new Error(message))).toBe(reason);
  });
});

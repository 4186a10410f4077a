/** Kernels that no row can stand for: why, and what to write in their place. */
export interface Refusal {
  readonly why: string;
  readonly instead: string;
}

export const COMPLEX: Refusal = {
  why: 'it needs complex numbers, which ONNX operators do not take',
  instead: 'keep the real and the imaginary part as two tensors',
};
export const TEXT: Refusal = {
  why: 'it works on text',
  instead: 'turn text into numbers outside the function and pass those',
};
const RAGGED: Refusal = {
  why: 'it works on ragged tensors, whose sizes depend on values',
  instead: 'pad the rows to one length and pass a mask',
};
const SPARSE: Refusal = {
  why: 'the size of its result depends on values',
  instead: 'make the tensor dense outside the function, or use sparseToDense',
};
const SEGMENTS: Refusal = {
  why: 'the size of its result depends on values',
  instead: 'use gather, then unsortedSegmentSum with the number of segments',
};
const BOXES: Refusal = {
  why: 'how many boxes it selects depends on values',
  instead: 'use nonMaxSuppressionPadded with padToMaxOutputSize true, or select outside the graph',
};

export const refused: Readonly<Record<string, Refusal>> = {
  Complex: COMPLEX,
  ComplexAbs: COMPLEX,
  FFT: COMPLEX,
  IFFT: COMPLEX,
  Imag: COMPLEX,
  Real: COMPLEX,
  StaticRegexReplace: TEXT,
  StringNGrams: TEXT,
  StringSplit: TEXT,
  StringToHashBucketFast: TEXT,
  RaggedGather: RAGGED,
  RaggedRange: RAGGED,
  RaggedTensorToTensor: RAGGED,
  SparseFillEmptyRows: SPARSE,
  SparseReshape: SPARSE,
  SparseSegmentMean: SEGMENTS,
  SparseSegmentSum: SEGMENTS,
  NonMaxSuppressionV3: BOXES,
  NonMaxSuppressionV5: BOXES,
  Multinomial: {
    why: 'it draws random numbers, and a graph gives the same for the same inputs',
    instead: 'pass Gumbel noise as an input and take argMax of the logits plus the noise',
  },
  Unique: {
    why: 'the size of its result depends on values',
    instead: 'find the different values outside the graph',
  },
  Draw: {
    why: 'it draws on a canvas',
    instead: 'take the image as an output and draw it outside the graph',
  },
};

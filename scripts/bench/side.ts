/** What takes turns: ours and PyTorch's ways of doing one task. */
export interface Side {
  /** `onnxruntime`, `PyTorch, eager`. */
  name: string;
  ours: boolean;
  /** Does the task `times` times. @returns milliseconds for all of them */
  round(times: number): Promise<number>;
  dispose(): Promise<void>;
}

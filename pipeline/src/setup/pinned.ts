/**
 * The wheels of TensorFlow 2.18.1 for Linux x64, and CUDA as the metadata of `tensorflow` asks for. File, size and SHA-256 are those of
 * https://pypi.org/simple; `unpacked` adds up the entries that `keep` of wheels.ts takes.
 */
import type { Wheel } from './wheel.ts';

export const PINNED: readonly Wheel[] = [
  {
    file: 'tensorflow_cpu-2.18.1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
    size: 230350167,
    sha256: '8e0f27dbd92c6d380ae0ccfe73c7343f65c127b0aa98467c30c2e71eda7c76a4',
    unpacked: 683614662,
    folder: 'tensorflow',
  },
  {
    file: 'tensorflow-2.18.1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
    size: 615623178,
    sha256: '442d2a774811789a8ad948e7286cb950fe3d87d3754e8cc6449d53b03dbfdaa6',
    unpacked: 1252799462,
    folder: 'tensorflow',
  },
  {
    file: 'nvidia_cublas_cu12-12.5.3.2-py3-none-manylinux2014_x86_64.whl',
    size: 363313169,
    sha256: 'ca070ad70e9fa6654084575d01bd001f30cc4665e33d4bb9fc8e0f321caa034b',
    unpacked: 551765766,
    folder: 'nvidia/cublas',
  },
  {
    file: 'nvidia_cuda_cupti_cu12-12.5.82-py3-none-manylinux2014_x86_64.whl',
    size: 13811507,
    sha256: 'bde77a5feb66752ec61db2adfe47f56b941842825b4c7e2068aff27c9d107953',
    unpacked: 44011470,
    folder: 'nvidia/cuda_cupti',
  },
  {
    file: 'nvidia_cuda_nvcc_cu12-12.5.82-py3-none-manylinux2014_x86_64.whl',
    size: 22468537,
    sha256: 'b03e545b8e8c3ce7ebcd7fc44063180ff52ff01d064ece2127ed90a04ef12cd0',
    unpacked: 58863422,
    folder: 'nvidia/cuda_nvcc',
  },
  {
    file: 'nvidia_cuda_nvrtc_cu12-12.5.82-py3-none-manylinux2014_x86_64.whl',
    size: 24873108,
    sha256: '3dbd97b0104b4bfbc3c4f8c79cd2496307c89c43c29a9f83125f1d76296ff3fd',
    unpacked: 68302926,
    folder: 'nvidia/cuda_nvrtc',
  },
  {
    file: 'nvidia_cuda_runtime_cu12-12.5.82-py3-none-manylinux2014_x86_64.whl',
    size: 895707,
    sha256: '3e79a060e126df40fd3a068f3f787eb000fa51b251ec6cd97d09579632687115',
    unpacked: 771294,
    folder: 'nvidia/cuda_runtime',
  },
  {
    file: 'nvidia_cudnn_cu12-9.3.0.75-py3-none-manylinux2014_x86_64.whl',
    size: 577163502,
    sha256: '9ad9c6929ebb5295eb4a1728024666d1c88283373e265a0c5c883e6f9d5cd76d',
    unpacked: 885357134,
    folder: 'nvidia/cudnn',
  },
  {
    file: 'nvidia_cufft_cu12-11.2.3.61-py3-none-manylinux2014_x86_64.whl',
    size: 192524114,
    sha256: '9a6e8df162585750f61983a638104a48c756aa13f9f48e19ab079b38e3c828b8',
    unpacked: 278988518,
    folder: 'nvidia/cufft',
  },
  {
    file: 'nvidia_curand_cu12-10.3.6.82-py3-none-manylinux2014_x86_64.whl',
    size: 56309107,
    sha256: '2823fb27de4e44dbb22394a6adf53aa6e1b013aca0f8c22867d1cfae58405536',
    unpacked: 96589102,
    folder: 'nvidia/curand',
  },
  {
    file: 'nvidia_cusolver_cu12-11.6.3.83-py3-none-manylinux2014_x86_64.whl',
    size: 130341232,
    sha256: '93cfafacde4428b71778eeb092ec615a02a3d05404da1bcf91c53e3fa1bce42b',
    unpacked: 218200958,
    folder: 'nvidia/cusolver',
  },
  {
    file: 'nvidia_cusparse_cu12-12.5.1.3-py3-none-manylinux2014_x86_64.whl',
    size: 217558979,
    sha256: '016df8e993c437e8301e62739f01775cba988fd5253cd4c64173f8e8d2f8e752',
    unpacked: 295774806,
    folder: 'nvidia/cusparse',
  },
  {
    file: 'nvidia_nccl_cu12-2.21.5-py3-none-manylinux2014_x86_64.whl',
    size: 188654414,
    sha256: '8579076d30a8c24988834445f8d633c697d42397e92ffc3f63fa26766d25e0a0',
    unpacked: 251618367,
    folder: 'nvidia/nccl',
  },
  {
    file: 'nvidia_nvjitlink_cu12-12.5.82-py3-none-manylinux2014_x86_64.whl',
    size: 21298879,
    sha256: 'f9b37bc5c8cf7509665cb6ada5aaa0ce65618f2332b7d3e78e9790511f111212',
    unpacked: 54619918,
    folder: 'nvidia/nvjitlink',
  },
];

/**
 * A library that TensorFlow takes for an NVIDIA driver with one GPU, to test on any machine what it says about a
 * failing driver and missing CUDA libraries. It cannot compute anything.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The variable DRIVER_ANSWER sets the result of `cuInit`. CUDA driver API 12.8; a context is any pointer but null. */
const SOURCE = `
#include <cstdlib>
#include <cstring>
namespace {
  struct Failure { int code; const char* name; const char* text; };
  const Failure failures[] = {
    {100, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
    {803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", "system has unsupported display driver / cuda driver combination"},
  };
  const Failure* find(int code) {
    for (auto& failure : failures) if (failure.code == code) return &failure;
    return nullptr;
  }
  const auto context = reinterpret_cast<void*>(8);
}
extern "C" {
  int cuInit(unsigned) { auto answer = getenv("DRIVER_ANSWER"); return answer ? atoi(answer) : 0; }
  int cuGetErrorName(int code, const char** name) { auto f = find(code); *name = f ? f->name : "?"; return 0; }
  int cuGetErrorString(int code, const char** text) { auto f = find(code); *text = f ? f->text : "?"; return 0; }
  int cuDriverGetVersion(int* version) { *version = 12080; return 0; }
  int cuDeviceGetCount(int* count) { *count = 1; return 0; }
  int cuDeviceGet(int* device, int ordinal) { *device = ordinal; return 0; }
  int cuDeviceGetName(char* name, int length, int) { strncpy(name, "none", length); return 0; }
  int cuDeviceGetAttribute(int* value, int attribute, int) { *value = attribute == 75 ? 9 : attribute == 76 ? 0 : 1; return 0; }
  int cuDeviceComputeCapability(int* major, int* minor, int) { *major = 9; *minor = 0; return 0; }
  int cuDeviceTotalMem_v2(size_t* bytes, int) { *bytes = size_t(1) << 33; return 0; }
  int cuDeviceGetPCIBusId(char* id, int length, int) { strncpy(id, "0000:00:00.0", length); return 0; }
  int cuDevicePrimaryCtxGetState(int, unsigned* flags, int* active) { *flags = 0; *active = 0; return 0; }
  int cuDevicePrimaryCtxRetain(void** retained, int) { *retained = context; return 0; }
  int cuCtxGetCurrent(void** current) { *current = context; return 0; }
  int cuCtxSetCurrent(void*) { return 0; }
  int cuCtxGetDevice(int* device) { *device = 0; return 0; }
}
`;

/** Compiles `libcuda.so.1` to a folder, which LD_LIBRARY_PATH can name. @param compiler its words */
export function buildDriver(folder: string, [command, ...words]: readonly string[]): void {
  const path = join(folder, 'driver.cc');
  writeFileSync(path, SOURCE);
  const library = ['-shared', '-fPIC', '-Wl,-soname,libcuda.so.1', '-o', join(folder, 'libcuda.so.1')];
  execFileSync(command!, [...words, '-std=c++17', path, ...library], { stdio: 'pipe' });
}

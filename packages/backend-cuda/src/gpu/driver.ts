import koffi from 'koffi'
import { driverTooOld, missingDriver } from './messages.ts'

/** An answer of the driver other than success, by the driver's own name and number. */
export class DriverError extends Error {
  override readonly name = 'DriverError'

  /** `CUDA_ERROR_ILLEGAL_ADDRESS (700): an illegal memory access was encountered; cuCtxSynchronize` */
  static of(
    call: string,
    answer: { readonly name: string; readonly number: number; readonly description: string },
  ): DriverError {
    return new DriverError(`${answer.name} (${answer.number}): ${answer.description}; ${call}`)
  }

  /** The same, with what was being done. */
  during(work: string): DriverError {
    return new DriverError(`${this.message}, ${work}`)
  }
}

/** The driver's library is not here, or is not one that can be used. */
export class MissingDriver extends Error {
  override readonly name = 'MissingDriver'
}

// Under the names that the library exports, not those of cuda.h, whose macros add the `_v2`. The names without it are
// from before CUDA 4 and take addresses of 32 bits. cuEventElapsedTime has a `_v2` from CUDA 12.8 on, which does the
// same; older drivers do not have it. Device addresses are uint64_t, handles are void *.
const PROTOTYPES = {
  cuInit: 'int cuInit(unsigned int flags)',
  cuDriverGetVersion: 'int cuDriverGetVersion(_Out_ int *version)',
  cuDeviceGetCount: 'int cuDeviceGetCount(_Out_ int *count)',
  cuDeviceGet: 'int cuDeviceGet(_Out_ int *device, int ordinal)',
  cuDeviceGetName: 'int cuDeviceGetName(void *name, int bytes, int device)',
  cuDeviceGetUuid_v2: 'int cuDeviceGetUuid_v2(void *uuid, int device)',
  cuDeviceTotalMem_v2: 'int cuDeviceTotalMem_v2(_Out_ size_t *bytes, int device)',
  cuDeviceGetAttribute: 'int cuDeviceGetAttribute(_Out_ int *value, int attribute, int device)',
  cuDevicePrimaryCtxRetain: 'int cuDevicePrimaryCtxRetain(_Out_ void **context, int device)',
  cuCtxSetCurrent: 'int cuCtxSetCurrent(void *context)',
  cuCtxSynchronize: 'int cuCtxSynchronize()',
  cuModuleLoadData: 'int cuModuleLoadData(_Out_ void **module, const void *image)',
  cuModuleUnload: 'int cuModuleUnload(void *module)',
  cuModuleGetFunction: 'int cuModuleGetFunction(_Out_ void **function, void *module, const char *name)',
  cuFuncSetAttribute: 'int cuFuncSetAttribute(void *function, int attribute, int value)',
  cuMemAlloc_v2: 'int cuMemAlloc_v2(_Out_ uint64_t *address, size_t bytes)',
  cuMemFree_v2: 'int cuMemFree_v2(uint64_t address)',
  cuMemcpyHtoD_v2: 'int cuMemcpyHtoD_v2(uint64_t to, const void *from, size_t bytes)',
  cuMemcpyDtoH_v2: 'int cuMemcpyDtoH_v2(void *to, uint64_t from, size_t bytes)',
  cuMemsetD8Async: 'int cuMemsetD8Async(uint64_t to, unsigned char value, size_t bytes, void *stream)',
  cuLaunchKernel:
    'int cuLaunchKernel(void *function, unsigned int gridX, unsigned int gridY, unsigned int gridZ, unsigned int blockX, unsigned int blockY, unsigned int blockZ, unsigned int sharedBytes, void *stream, void *arguments, void *extra)',
  cuLaunchCooperativeKernel:
    'int cuLaunchCooperativeKernel(void *function, unsigned int gridX, unsigned int gridY, unsigned int gridZ, unsigned int blockX, unsigned int blockY, unsigned int blockZ, unsigned int sharedBytes, void *stream, void *arguments)',
  cuEventCreate: 'int cuEventCreate(_Out_ void **event, unsigned int flags)',
  cuEventRecord: 'int cuEventRecord(void *event, void *stream)',
  cuEventElapsedTime: 'int cuEventElapsedTime(_Out_ float *milliseconds, void *begin, void *end)',
} as const

/** The functions of the driver by their own names; each throws a `DriverError` where it does not succeed. */
export type Driver = Readonly<Record<keyof typeof PROTOTYPES, (...values: readonly unknown[]) => void>>

/** Loads the driver's library. Throws `MissingDriver`, which names it, where it is not here or has not what is needed. */
export function openDriver(path: string): Driver {
  const library = loaded(path)
  const textOf = (call: 'cuGetErrorName' | 'cuGetErrorString'): ((error: number) => string) => {
    const ask = found(library, path, `int ${call}(int error, _Out_ const char **text)`)
    return (error) => {
      const text: [string | null] = [null]
      // A number that the driver does not know leaves the text as it is.
      ask(error, text)
      return text[0] ?? 'unknown'
    }
  }
  const nameOf = textOf('cuGetErrorName')
  const descriptionOf = textOf('cuGetErrorString')
  const bound = Object.entries(PROTOTYPES).map(([name, prototype]) => {
    const call = found(library, path, prototype)
    const checked = (...values: readonly unknown[]): void => {
      const number = call(...values)
      if (number === 0) return
      throw DriverError.of(name, { number, name: nameOf(number), description: descriptionOf(number) })
    }
    return [name, checked] as const
  })
  return Object.fromEntries(bound) as Driver
}

/** What a function of the driver writes to its first argument; integers of 64 bits and handles as bigint where large. */
export function given<T>(call: (...values: readonly unknown[]) => void, ...values: readonly unknown[]): T {
  const out: [T | null] = [null]
  call(out, ...values)
  return out[0] as T
}

/** Whether an error has ended the current context, as an illegal access does: every call is answered with it then. */
export function isLost(driver: Driver): boolean {
  try {
    driver.cuCtxSynchronize()
    return false
  } catch {
    return true
  }
}

type Library = ReturnType<typeof koffi.load>

function loaded(path: string): Library {
  try {
    return koffi.load(path)
  } catch (cause) {
    // koffi says why, but not of which library.
    throw new MissingDriver(missingDriver(path, cause instanceof Error ? cause.message : String(cause)))
  }
}

function found(library: Library, path: string, prototype: string): (...values: readonly unknown[]) => number {
  try {
    return library.func(prototype) as (...values: readonly unknown[]) => number
  } catch (cause) {
    throw new MissingDriver(driverTooOld(path, cause instanceof Error ? cause.message : String(cause)))
  }
}

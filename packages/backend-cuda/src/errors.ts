/**
 * `E_TOOLCHAIN`: a program that is needed does not run as it should, such as a C++ compiler that refuses our own
 * runtime; `E_PLAN`: a plan that does not fit the module it is to run on; `E_INPUTS`: tensors that do not fit the plan.
 */
export type CudaErrorCode = 'E_TOOLCHAIN' | 'E_PLAN' | 'E_INPUTS'

/**
 * Thrown for a misuse of this package or a broken environment; what a kernel does wrong is data (`Failure`) instead.
 */
export class CudaError extends Error {
  override readonly name = 'CudaError'
  readonly code: CudaErrorCode

  constructor(code: CudaErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

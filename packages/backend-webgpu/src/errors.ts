/** A misuse of this package, or an environment without WebGPU. What a kernel does wrong is a `Failure`, never thrown. */
export class WebgpuError extends Error {
  override readonly name = 'WebgpuError'
  readonly code: 'E_NO_ADAPTER' | 'E_NO_RUNTIME' | 'E_INPUT' | 'E_CLOSED'

  constructor(code: WebgpuError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

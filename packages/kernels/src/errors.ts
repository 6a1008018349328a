/** A misuse of this package: a problem, a kernel or a configuration that cannot be. The message is the user's sentence. */
export class KernelError extends Error {
  override readonly name = 'KernelError'
  readonly code: 'E_PROBLEM' | 'E_KERNEL'

  constructor(code: KernelError['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** `E_MODEL`: a model that says nothing sensible. `E_MISMATCH`: GLPK's answer does not hold when it is substituted. */
export type ModelErrorCode = 'E_MODEL' | 'E_MISMATCH'

/** Thrown for misuse and for an answer that is wrong; that a model has no solution is data. */
export class ModelError extends Error {
  readonly code: ModelErrorCode

  constructor(code: ModelErrorCode, message: string) {
    super(message)
    this.name = 'ModelError'
    this.code = code
  }
}

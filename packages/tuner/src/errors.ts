/**
 * `E_LOG_EXISTS`: a log is there and was not to be resumed; `E_LOG_FORMAT`: a file that is no trial log;
 * `E_LOG_MISMATCH`: a log made under other conditions; `E_STRATEGY`: a search that cannot be done; `E_INPUTS`: tensors
 * that are not the problem's.
 */
export type TunerErrorCode = 'E_LOG_EXISTS' | 'E_LOG_FORMAT' | 'E_LOG_MISMATCH' | 'E_STRATEGY' | 'E_INPUTS'

/** Thrown for a misuse of the tuner; the message is the user's sentence. What a candidate does wrong is data instead. */
export class TunerError extends Error {
  readonly code: TunerErrorCode

  constructor(code: TunerErrorCode, message: string) {
    super(message)
    this.name = 'TunerError'
    this.code = code
  }
}

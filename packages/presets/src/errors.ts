/** Thrown for a preset file that is not one; the message is the user's sentence. */
export class PresetError extends Error {
  readonly code = 'E_PRESET' as const

  constructor(message: string) {
    super(message)
    this.name = 'PresetError'
  }
}

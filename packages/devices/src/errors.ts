/** `E_DEVICE`: no such device, or a description of one that is wrong. `E_BLOCK`: a block that cannot be asked about. */
export type DeviceErrorCode = 'E_DEVICE' | 'E_BLOCK'

/** Thrown for a device that does not exist or is described wrongly; the message is the user's sentence. */
export class DeviceError extends Error {
  readonly code: DeviceErrorCode

  constructor(code: DeviceErrorCode, message: string) {
    super(message)
    this.name = 'DeviceError'
    this.code = code
  }
}

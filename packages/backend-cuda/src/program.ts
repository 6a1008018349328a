/** A program or library of the toolchain, as it will be called, and the version it says. */
export interface Program {
  readonly status: 'found'
  readonly path: string
  readonly version: string
}

/** A program or library that is not here, and in words what works without it. */
export interface Missing {
  readonly status: 'missing'
  readonly program: string
  readonly message: string
}

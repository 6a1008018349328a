import { findToolchain, type Toolchain } from '@tilewright/backend-cuda'

/** The compilers of this machine. A tier that asks for them runs only where they are, so missing ones are a failure. */
export async function toolchain(): Promise<Toolchain> {
  const found = await findToolchain()
  if (found.status === 'missing') throw new Error(found.message)
  return found
}

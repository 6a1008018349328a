import { testSubgroups } from '../support/subgroup-suite.ts'

await testSubgroups({ vendor: 'mesa', size: 8 })

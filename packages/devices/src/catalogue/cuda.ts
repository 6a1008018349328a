/** One GPU as the table states it; `titles` are further names that the driver or the vendor gives the same part. */
export interface GpuRow {
  readonly name: string
  readonly title: string
  readonly titles: readonly string[]
  readonly computeCapability: string
  readonly smCount: number
  readonly l2MiB: number
  readonly bandwidthGBs: number
  readonly memoryGiB: number
  readonly confidence: string
  readonly source: string
}

const DATA_SHEET = 'vendor data sheet or white paper, not checked line by line'
const DEVICE_QUERY = 'device properties query published in a public hardware inventory'

// Confidence: high = data sheet or standard table, measured = published device query. Where the device is present, its
// driver's answer goes before these figures.
export const GPUS: readonly GpuRow[] = [
  {
    name: 't4',
    title: 'Tesla T4',
    titles: [],
    computeCapability: '7.5',
    smCount: 40,
    l2MiB: 4,
    bandwidthGBs: 320,
    memoryGiB: 16,
    confidence: 'high',
    source: DATA_SHEET,
  },
  {
    name: 'v100-sxm',
    title: 'Tesla V100-SXM2-16GB',
    // The 32 GB part differs in memory alone; the row states the smaller one.
    titles: ['Tesla V100-SXM2', 'Tesla V100-SXM2-32GB'],
    computeCapability: '7.0',
    smCount: 80,
    l2MiB: 6,
    bandwidthGBs: 900,
    memoryGiB: 16,
    confidence: 'high',
    source: DATA_SHEET,
  },
  {
    name: 'a100-40gb',
    title: 'NVIDIA A100-SXM4-40GB',
    titles: [],
    computeCapability: '8.0',
    smCount: 108,
    l2MiB: 40,
    bandwidthGBs: 1555,
    memoryGiB: 40,
    confidence: 'high',
    source: DATA_SHEET,
  },
  {
    name: 'a100-80gb',
    title: 'NVIDIA A100-SXM4-80GB',
    titles: ['A100'],
    computeCapability: '8.0',
    smCount: 108,
    l2MiB: 40,
    bandwidthGBs: 2039,
    memoryGiB: 80,
    confidence: 'measured',
    source: DEVICE_QUERY,
  },
  {
    name: 'rtx-3090',
    title: 'NVIDIA GeForce RTX 3090',
    titles: [],
    computeCapability: '8.6',
    smCount: 82,
    l2MiB: 6,
    bandwidthGBs: 936,
    memoryGiB: 24,
    confidence: 'high',
    source: DATA_SHEET,
  },
  {
    // Not the cloud's A10G, which has 80 multiprocessors.
    name: 'a10',
    title: 'NVIDIA A10',
    titles: [],
    computeCapability: '8.6',
    smCount: 72,
    l2MiB: 6,
    bandwidthGBs: 600,
    memoryGiB: 24,
    confidence: 'high',
    source: DATA_SHEET,
  },
  {
    name: 'l4',
    title: 'NVIDIA L4',
    titles: [],
    computeCapability: '8.9',
    smCount: 58,
    l2MiB: 48,
    bandwidthGBs: 300,
    memoryGiB: 24,
    confidence: 'high',
    source: DATA_SHEET,
  },
  {
    // Some sheets quote 48 MiB of L2, for cut configurations.
    name: 'l40s',
    title: 'NVIDIA L40S',
    titles: [],
    computeCapability: '8.9',
    smCount: 142,
    l2MiB: 96,
    bandwidthGBs: 864,
    memoryGiB: 48,
    confidence: 'high',
    source: DATA_SHEET,
  },
  {
    name: 'rtx-4090',
    title: 'NVIDIA GeForce RTX 4090',
    titles: [],
    computeCapability: '8.9',
    smCount: 128,
    l2MiB: 72,
    bandwidthGBs: 1008,
    memoryGiB: 24,
    confidence: 'high',
    source: DATA_SHEET,
  },
  {
    name: 'h100-sxm',
    title: 'NVIDIA H100 80GB HBM3',
    titles: ['H100-SXM5-80GB', 'H100 SXM5'],
    computeCapability: '9.0',
    smCount: 132,
    l2MiB: 50,
    bandwidthGBs: 3352,
    memoryGiB: 80,
    confidence: 'measured',
    source: DEVICE_QUERY,
  },
  {
    name: 'h100-pcie',
    title: 'NVIDIA H100 PCIe',
    titles: ['H100-PCIe-80GB'],
    computeCapability: '9.0',
    smCount: 114,
    l2MiB: 50,
    bandwidthGBs: 2039,
    memoryGiB: 80,
    confidence: 'high',
    source: DATA_SHEET,
  },
  {
    name: 'h200-sxm',
    title: 'NVIDIA H200',
    titles: ['H200-SXM-141GB'],
    computeCapability: '9.0',
    smCount: 132,
    l2MiB: 50,
    bandwidthGBs: 4800,
    memoryGiB: 141,
    confidence: 'high',
    source: DATA_SHEET,
  },
  {
    // Marketing says 8000 GB/s; the query is a bus of 7680 bits at 3996 MHz, twice a clock.
    name: 'b200',
    title: 'NVIDIA B200',
    titles: [],
    computeCapability: '10.0',
    smCount: 148,
    l2MiB: 126.5,
    bandwidthGBs: 7672,
    memoryGiB: 178.35,
    confidence: 'measured',
    source: 'device query quoted in pytorch/ao PR 4002',
  },
  {
    name: 'rtx-5090',
    title: 'NVIDIA GeForce RTX 5090',
    titles: [],
    computeCapability: '12.0',
    smCount: 170,
    l2MiB: 96,
    bandwidthGBs: 1792,
    memoryGiB: 32,
    confidence: 'high',
    source: DATA_SHEET,
  },
]

export { type QuantizedFolder, type QuantizeOptions, quantizeFolder } from './folder/quantize-folder.ts'
export { type Precision, precisions, type QuantizedNetwork, type Reason } from './network/options.ts'

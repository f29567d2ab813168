import type { EncoderPart } from './encoder-part.ts'
import { mismatch, outputName } from './run-encoder.ts'

const FIX = 'export it with its hidden states (output_hidden_states in its config.json)'

/**
 * The output that holds a hidden state, as `transformers` counts them: 0 is what goes into the first layer, `k` what comes
 * out of layer k, -1 the last one, which of decoders is `last_hidden_state`.
 *
 * @throws FastFlowError `model-mismatch` where there is no such output, or the number of layers is not known.
 */
export function hiddenState(part: EncoderPart, index: number): string {
  const { numLayers } = part
  if (index >= 0) return outputName(part, namesOf(index, numLayers), FIX)
  if (index === -1) return outputName(part, ['last_hidden_state', ...namesOf(numLayers, numLayers)], FIX)
  if (numLayers === undefined)
    throw mismatch(
      part,
      `how many layers it has is not known; restore num_hidden_layers in ${part.name}/config.json`,
    )
  return outputName(part, namesOf(numLayers + 1 + index, numLayers), FIX)
}

function namesOf(index: number | undefined, numLayers: number | undefined): readonly string[] {
  if (index === undefined) return []
  return index === numLayers ? [`hidden_states.${index}`, 'last_hidden_state'] : [`hidden_states.${index}`]
}

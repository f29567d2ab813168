import { invalidArgument, type QualityProxy, type RgbImage } from '@fastflow/core'
import { fullReferenceProxy } from './full-reference.ts'
import { checkPair } from './image-pair.ts'
import { meanOf, structure, WINDOW } from './structure.ts'

/**
 * Structural similarity of two 8-bit RGB images: local means, contrasts and correlation.
 *
 * `SSIM = (2 ux uy + C1)(2 sxy + C2) / ((ux^2 + uy^2 + C1)(sx^2 + sy^2 + C2))`, the means `u`, variances
 * `s^2` and covariance under a Gaussian window of 11 x 11 (sigma 1.5), `C1 = (0.01 * 255)^2`,
 * `C2 = (0.03 * 255)^2`; averaged over every window that lies inside the image, and over the channels.
 * In [-1, 1], exactly 1 for identical images, exactly symmetric; float64 throughout.
 * Equals scikit-image's `structural_similarity(gaussian_weights=True, sigma=1.5,
 * use_sample_covariance=False, data_range=255, channel_axis=-1)` to 1e-12.
 *
 * Costs about 90 multiply-adds a number (separable window) and four rows of scratch memory.
 * It is not shift-invariant, and on flat regions noise of a few levels lowers it a lot.
 *
 * @throws FastFlowError `invalid-argument` for images under 11 pixels, data that do not fit, or sizes that differ.
 *
 * Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural
 * similarity", IEEE TIP 13(4), 2004.
 */
export function ssim(image: RgbImage, reference: RgbImage): number {
  checkPair(image, reference)
  checkWindowFits(image)
  return meanOf(structure(image.data, reference.data, image.width, image.height).similarity)
}

/** {@link ssim} to the full-compute image as a quality proxy: higher is better. Images of at least 11 x 11. */
export function ssimProxy(): QualityProxy {
  return fullReferenceProxy(
    { name: 'ssim', version: 'ssim/1', direction: 'higher-is-better', range: [-1, 1] },
    ssim,
  )
}

function checkWindowFits(image: RgbImage): void {
  for (const side of ['width', 'height'] as const) {
    if (image[side] < WINDOW) {
      throw invalidArgument(
        `image.${side}`,
        `is ${image[side]}, SSIM's window needs ${WINDOW}; enlarge both images to ${WINDOW} x ${WINDOW} or more, or use psnr`,
      )
    }
  }
}

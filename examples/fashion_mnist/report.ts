import type { Sequential } from 'hebb';
import type { Images } from './images.js';

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** The three likeliest classes of each of the first three images. */
function showPredictions(net: Sequential, { x, y }: Images['test'], classNames: readonly string[]): void {
  const labels = y.slice([0, 3]).dataSync();
  const probabilities = net.predict(x.slice([0, 3])).toArray() as number[][];
  for (const [image, row] of probabilities.entries()) {
    const likely = row
      .map((probability, label) => ({ probability, name: classNames[label] ?? '' }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, 3);
    const guesses = likely.map(({ probability, name }) => `${name} ${percent(probability)}`).join(', ');
    console.log(`test image ${image}, ${classNames[labels[image] ?? 0] ?? ''}: predicted ${guesses}`);
  }
}

/** Loss and accuracy on the test images, and what the model says to three of them. */
export async function showTest(net: Sequential, test: Images['test'], classNames: readonly string[]): Promise<void> {
  const { loss = NaN, accuracy = NaN } = await net.evaluate(test.x, test.y);
  console.log(`\ntest loss ${loss.toFixed(4)}, test accuracy ${accuracy.toFixed(4)}`);
  showPredictions(net, test, classNames);
}

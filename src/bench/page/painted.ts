/** When a frame is on the screen, as far as a page can know. */

/** The next frame's beginning, in the page's milliseconds. */
export const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now())));

/** Resolves after the frame that is being made has been painted: a task queued in a frame runs when that frame is done. */
export const afterPaint = (): Promise<void> =>
  new Promise((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve();
      port2.postMessage(null);
    });
  });

/** The element at an index that counts round. */
export function part<Value>(values: readonly Value[], index: number): Value {
  const value = values[index % values.length];
  if (value === undefined) throw new Error('nothing there');
  return value;
}

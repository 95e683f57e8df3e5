/** Single keys of the graph: they act while the focus is in its area, and never while someone types. */
import { type RefObject, useEffect, useRef } from 'react';

export type GraphKeys = Readonly<Record<string, () => void>>;

export function useGraphKeys(root: RefObject<HTMLElement | null>, keys: GraphKeys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const area = root.current?.closest<HTMLElement>('section') ?? root.current;
    if (area === null) return;
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
      const act = latest.current[event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    area.addEventListener('keydown', onKeyDown);
    return () => area.removeEventListener('keydown', onKeyDown);
  }, [root]);
}

/**
 * What is not needed to see the first walk: comfortable combo boxes, menus, dialogs. They load once it is on the screen; until then the
 * browser's own controls stand in their place, with the same names.
 */
import { useEffect, useState } from 'react';
import { useApp } from '../app.ts';

export type Extras = typeof import('./extras/index.ts');

let loaded: Extras | null = null;

/** Null until loaded, and for good when the network fails: the stand-ins work too. */
export function useExtras(): Extras | null {
  const ready = useApp((state) => state.firstHopDrawn);
  const [extras, setExtras] = useState<Extras | null>(loaded);
  useEffect(() => {
    if (!ready || loaded !== null) return;
    let gone = false;
    void import('./extras/index.ts').then(
      (module) => {
        loaded = module;
        if (!gone) setExtras(module);
      },
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [ready]);
  return extras;
}

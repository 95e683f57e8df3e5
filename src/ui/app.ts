/** How components reach the store and the words: two contexts, set once by main.tsx. */
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import { message, type Translate } from '../shared/message.ts';
import type { AppStore } from '../state/store.ts';
import type { AppState } from '../state/types.ts';

export interface AppServices {
  readonly store: AppStore;
  readonly say: Translate;
  /** Opens a built-in scenario; the present work is put aside first. */
  readonly openScenario: (id: string) => void;
  /** Copies a link of the present state; it falls to a dialog where the clipboard is closed to us. */
  readonly share: () => Promise<void>;
  readonly scenarios: readonly { readonly id: string; readonly title: string }[];
  /** Starts a worker under the page's policy: for the editor's own workers. */
  readonly startWorker: (url: string, name: string) => Worker;
}

export const AppContext = createContext<AppServices | null>(null);

export function useServices(): AppServices {
  const services = useContext(AppContext);
  if (services === null) throw new Error('AppContext is missing');
  return services;
}

/** A part of the state; the component is drawn again when that part changes. */
export function useApp<Value>(select: (state: AppState) => Value): Value {
  return useStore(useServices().store, select);
}

/** The words of the page: `say(code, params)`. */
export function useWords(): (code: string, params?: Readonly<Record<string, string | number>>) => string {
  const { say } = useServices();
  return (code, params) => say(message(code, params));
}

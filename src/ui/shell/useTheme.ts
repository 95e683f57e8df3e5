/** Puts the chosen theme on the document. "system" follows the system's own wish; a projector is always light. */
import { useEffect } from 'react';
import type { Theme } from '../../state/types.ts';
import { useApp } from '../app.ts';
import { useMedia } from './useMedia.ts';

export function useDark(theme: Theme): boolean {
  const systemLight = useMedia('(prefers-color-scheme: light)');
  const projector = useApp((state) => state.projector);
  if (projector) return false;
  return theme === 'system' ? !systemLight : theme === 'dark';
}

export function useTheme(): void {
  const dark = useDark(useApp((state) => state.theme));
  const projector = useApp((state) => state.projector);
  useEffect(() => {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
    document.documentElement.dataset.projector = String(projector);
  }, [dark, projector]);
}
